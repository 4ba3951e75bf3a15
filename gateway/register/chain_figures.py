"""Counts chains, handovers and late outcomes over many journeys, as the register has them."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from gateway.figures.funnels import Funnel, Pattern, funnel_of
from gateway.journey.chains.chain import Chain
from gateway.journey.findings.handovers import ITEMS
from gateway.register.spread import read_spread
from shared.store import Store

By = Literal["organisation", "police", "cps", "probation", "month"]


@dataclass(frozen=True, slots=True)
class Question:
    """What is counted, as of a moment (UTC); None leaves nothing out.

    `since` and `until` are London days, both included, on which it began; `by` what it is counted
    by.
    """

    as_of: datetime
    by: str | None = None
    organisation: str | None = None
    since: date | None = None
    until: date | None = None


# What runs are counted by: of the first step as far as it was taken, and whose the journey was.
_GROUPS: Mapping[str | None, str] = {
    None: "NULL::text",
    "organisation": "CASE WHEN entered_at <= $3 THEN run.agency || '/' || run.organisation END",
    "month": "CASE WHEN entered_at <= $3 THEN to_char(entered_on, 'YYYY-MM') END",
    **{
        area: f"journey.{area}[width_bucket($3, journey.{area}_turns)]"
        for area in ("police", "cps", "probation")
    },
}
_RUNS = """
SELECT {group} AS "group", steps[1:reached] AS steps, hows[1:reached] AS hows,
       coalesce(entered_at <= $3, false) AS entered,
       coalesce(unknown_from <= $3, false) AS unknown, days_left, count(*) AS runs
FROM register_run AS run {join} CROSS JOIN LATERAL width_bucket($3, run.turns) AS reached
WHERE run.journey_id BETWEEN $1 AND $2 AND chain = $4 AND reached > 0
  AND ($5::text IS NULL OR run.organisation = $5)
  AND ($6::date IS NULL OR entered_on >= $6) AND ($7::date IS NULL OR entered_on <= $7)
GROUP BY 1, 2, 3, 4, 5, 6
"""
_WITH_JOURNEY = "JOIN register_journey AS journey USING (journey_id)"


async def count_runs(
    store: Store, asked: Question, chain: Chain
) -> list[tuple[str | None, Funnel]]:
    """Return the funnel of a chain by what it is counted by, in the order of that; None is last.

    Organisations are written as `agency/organisation`: two agencies have some of one name.
    """
    area = asked.by in ("police", "cps", "probation")
    statement = _RUNS.format(group=_GROUPS[asked.by], join=_WITH_JOURNEY if area else "")
    found: dict[str | None, list[Pattern]] = defaultdict(list)

    def take(row: Any) -> None:
        found[row["group"]].append(
            Pattern(
                tuple(row["steps"]),
                tuple(row["hows"]),
                row["entered"],
                row["unknown"],
                row["days_left"],
                row["runs"],
            )
        )

    await read_spread(
        store,
        statement,
        asked.as_of,
        chain.id,
        asked.organisation,
        asked.since,
        asked.until,
        take=take,
    )
    if asked.by is None:
        found.setdefault(None, [])
    order = sorted(found, key=lambda group: (group is None, group or ""))
    return [(group, funnel_of(chain, found[group])) for group in order]


@dataclass(slots=True)
class HandoverFigure:
    """How many handovers of a kind went between two, and what is recorded to have come of them.

    `days` counts acknowledged ones by the London days that took. By item of the victim's: `known`
    handovers by whose sending it was there, of which `passed` say that it went with them, `arrived`
    have a receipt that says so, and `hidden` have none and a feed may hide it.
    """

    handovers: int = 0
    acknowledged: int = 0
    unknown: int = 0
    days: Counter[int] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    arrived: Counter[str] = field(default_factory=Counter)
    hidden: Counter[str] = field(default_factory=Counter)


# From agency and organisation to agency and organisation.
Way = tuple[str | None, str | None, str | None, str | None]
_HANDOVERS = """
SELECT kind, {way}, acknowledged_at <= $3 AS acknowledged, unknown_from <= $3 AS unknown,
       acknowledged_on - sent_on AS days, known, passed,
       arrived[1:width_bucket($3, arrived_turns)] AS arrived, count(*) AS handovers
FROM register_handover
WHERE journey_id BETWEEN $1 AND $2 AND sent_at <= $3
  AND ($4::text IS NULL OR organisation = $4 OR to_organisation = $4)
  AND ($5::date IS NULL OR sent_on >= $5) AND ($6::date IS NULL OR sent_on <= $6)
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
"""
_WAYS = {
    None: "agency, NULL::text AS organisation, to_agency, NULL::text AS to_organisation",
    "organisation": "agency, organisation, to_agency, to_organisation",
}


async def count_handovers(store: Store, asked: Question) -> dict[tuple[str, Way], HandoverFigure]:
    """Return the figures on handovers by kind and by between whom, in that order."""
    found: dict[tuple[str, Way], HandoverFigure] = defaultdict(HandoverFigure)

    def take(row: Any) -> None:
        way = row["agency"], row["organisation"], row["to_agency"], row["to_organisation"]
        figure, often = found[row["kind"], way], row["handovers"]
        figure.handovers += often
        unknown = False
        if row["acknowledged"]:
            figure.acknowledged += often
            figure.days[row["days"]] += often
        elif row["unknown"]:
            unknown = True
            figure.unknown += often
        for item in row["known"]:
            figure.known[item] += often
            figure.passed[item] += often if item in (row["passed"] or ()) else 0
            figure.arrived[item] += often if item in row["arrived"] else 0
            figure.hidden[item] += often if unknown else 0

    await read_spread(
        store,
        _HANDOVERS.format(way=_WAYS[asked.by]),
        asked.as_of,
        asked.organisation,
        asked.since,
        asked.until,
        take=take,
    )
    order = sorted(found, key=lambda key: (key[0], [word or "" for word in key[1]]))
    return {key: found[key] for key in order}


def items_of(figure: HandoverFigure) -> Sequence[str]:
    """Return the items that were known at any of these handovers, in their order."""
    return [item for item in ITEMS if figure.known[item]]


@dataclass(slots=True)
class LegFigure:
    """One body's legs in late outcomes that came: how many, and the working days of them all."""

    legs: int = 0
    over: int = 0
    days_used: int = 0
    days_allowed: int = 0
    days_over: int = 0


@dataclass(slots=True)
class OutcomeFigure:
    """How many outcomes of a rule were late, and of how many the days could not be told."""

    late: int = 0
    not_come: int = 0
    undivided: int = 0


@dataclass(frozen=True, slots=True)
class DelayFigures:
    """The legs by rule, owner and organisation, and the outcomes by rule, in that order."""

    legs: Mapping[tuple[str, str, str | None], LegFigure]
    outcomes: Mapping[str, OutcomeFigure]


_DELAYS = """
SELECT rule, coalesce(came_at <= $3, false) AS came, cardinality(owners) = 0 AS undivided,
       leg.owner, {organisation} AS organisation, count(*) AS legs,
       count(*) FILTER (WHERE leg.used > leg.allowed) AS over,
       sum(leg.used) AS days_used, sum(leg.allowed) AS days_allowed,
       sum(greatest(leg.used - leg.allowed, 0)) AS days_over,
       count(*) FILTER (WHERE coalesce(leg.place, 1) = 1) AS outcomes
FROM register_delay AS delay
LEFT JOIN LATERAL unnest(owners, organisations, allowances, used)
    WITH ORDINALITY AS leg(owner, organisation, allowed, used, place) ON came_at <= $3
WHERE journey_id BETWEEN $1 AND $2 AND late_from <= $3
  AND ($4::text IS NULL OR $4 = ANY (organisations) OR cardinality(owners) = 0 AND EXISTS (
      SELECT FROM register_obligation AS owed
      WHERE owed.journey_id = delay.journey_id AND owed.obligation_id = delay.obligation_id
        AND owed.organisation = $4
  ))
  AND ($5::date IS NULL OR due_on >= $5) AND ($6::date IS NULL OR due_on <= $6)
GROUP BY 1, 2, 3, 4, 5
"""


async def count_delays(store: Store, asked: Question) -> DelayFigures:
    """Return the figures on late outcomes.

    With an organisation those in which it had a leg and, where no legs can be told, those it owed.
    """
    legs: dict[tuple[str, str, str | None], LegFigure] = defaultdict(LegFigure)
    outcomes: dict[str, OutcomeFigure] = defaultdict(OutcomeFigure)

    def take(row: Any) -> None:
        outcome = outcomes[row["rule"]]
        outcome.late += row["outcomes"]
        if not row["came"]:
            outcome.not_come += row["outcomes"]
        elif row["undivided"]:
            outcome.undivided += row["outcomes"]
        else:
            leg = legs[row["rule"], row["owner"], row["organisation"] or None]
            leg.legs += row["legs"]
            leg.over += row["over"]
            leg.days_used += row["days_used"]
            leg.days_allowed += row["days_allowed"]
            leg.days_over += row["days_over"]

    by = "leg.organisation" if asked.by == "organisation" else "NULL::text"
    await read_spread(
        store,
        _DELAYS.format(organisation=by),
        asked.as_of,
        asked.organisation,
        asked.since,
        asked.until,
        take=take,
    )
    order = sorted(legs, key=lambda key: (*key[:2], key[2] or ""))
    return DelayFigures(
        {key: legs[key] for key in order}, {rule: outcomes[rule] for rule in sorted(outcomes)}
    )
