"""Lists what was owed on many journeys, as the register has it, a page at a time."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, Literal, NamedTuple
from uuid import UUID

from gateway.journey.limits import AGENCY_OF
from gateway.journey.standing import Standing
from gateway.register.asking import Asking, all_of
from gateway.register.rows import LETTERS
from gateway.register.severity import severity
from shared.access.caller import EVERY, Party
from shared.london import end_of, london_day
from shared.store import Store

# The marks that say that something was done about a breach; noticing alone is not that.
MANAGED = ("departure.justified", "breach.victim_told", "breach.remedied")

NoticedBy = Literal["agency", "victim", "inspector", "gateway"]

_STANDINGS = {letter: standing for standing, letter in LETTERS.items()}


class Place(NamedTuple):
    """Where a page ended: the limit (UTC) and the key of its last obligation."""

    due_at: datetime
    journey_id: UUID
    obligation_id: bytes


@dataclass(frozen=True, slots=True)
class Question:
    """Which obligations are asked for, as of a moment (UTC); None leaves nothing out.

    `rules` are those that count, `noticed_by` who noticed a breach first: `agency`, `victim`,
    `inspector`, or `gateway` where nobody but we did. `by_rule` says that the rules were asked for,
    or an owner, and may be few; `owners` are all there are. `severity` is the least to be told.
    `within` are the organisations whose own duties are asked for, each as its own part of the
    journey tells it; None for everybody's, as whole journeys tell them.
    """

    as_of: datetime
    limit: int
    organisation: str | None = None
    owner: str | None = None
    rules: tuple[str, ...] | None = None
    noticed_by: NoticedBy | None = None
    owners: tuple[str, ...] = ()
    by_rule: bool = False
    stage: int | None = None
    enhanced: bool | None = None
    late_for_days: int | None = None
    late_at_most_days: int | None = None
    managed: bool | None = None
    severity: int | None = None
    after: Place | None = None
    within: frozenset[Party] | None = None

    @property
    def sole_organisation(self) -> str | None:
        """The one organisation asked for, which an index leads with, None for several."""
        if self.organisation is None and self.within is not None and len(self.within) == 1:
            ((_, organisation),) = self.within
            return None if organisation == EVERY else organisation
        return self.organisation


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing recorded beside an obligation, and when (UTC, London day)."""

    at: datetime
    on: date


@dataclass(frozen=True, slots=True)
class Owed:
    """One obligation as it stood at the moment asked about; moments in UTC, days of London.

    `answered_at` is when it was met late, None where it was not by then. `allowed_days` is None
    where it was judged before these were kept. `severe_because` are the facts of the scale.
    """

    journey_id: UUID
    reference: str
    obligation_id: bytes
    rule: str
    owner: str
    organisation: str | None
    suspect: str | None
    enhanced: bool
    stage: int | None
    started_at: datetime
    due_on: date
    due_at: datetime
    allowed_days: int | None
    severe_because: tuple[str, ...]
    content_stated: bool
    standing: Standing
    answered_at: datetime | None
    noticed_by: NoticedBy
    marks: Mapping[str, Mark]

    @property
    def place(self) -> Place:
        """Where a page that ends with it ends."""
        return Place(self.due_at, self.journey_id, self.obligation_id)


@dataclass(frozen=True, slots=True)
class _Source:
    """Where obligations are listed from: their rows, their names, and the marks beside them."""

    rows: str
    reference: str
    named: str
    marks: str
    only: tuple[str, ...] = ()


_WHOLE = _Source(
    rows="register_obligation",
    reference="journey.reference",
    named="JOIN register_journey AS journey USING (journey_id)",
    marks="register_mark AS mark WHERE mark.journey_id = owed.journey_id",
)
# What the organisations' own parts say: the whole journey's row where it says the same.
_PARTS = (
    replace(_WHOLE, only=("in_part",)),
    _Source(
        rows="(SELECT *, part_id AS journey_id FROM (SELECT journey_id AS whole_id, "
        "organisation, obligation_id, part_id, reference, rule, owner, suspect, enhanced, stage, "
        "started_at, due_on, due_at, breach_from, allowed_days, answered_on, content_stated, "
        "turns, standings FROM register_part) AS part)",
        reference="owed.reference",
        named="",
        marks="register_part_mark AS mark WHERE mark.journey_id = owed.whole_id "
        "AND mark.organisation = owed.organisation",
    ),
)

# How it stood, how late it was by the London day asked about, and what is said of it otherwise.
_SELECT = """
SELECT owed.*, letter, days_late, {facts} AS severe_because
FROM {rows} AS owed
CROSS JOIN LATERAL (
    SELECT substr(standings, width_bucket({as_of}, turns), 1) AS letter
) AS stood
CROSS JOIN LATERAL (
    SELECT CASE WHEN letter = 'L' THEN answered_on ELSE {today} END - due_on AS days_late
) AS late
WHERE {conditions}
ORDER BY {order} LIMIT {limit}
"""

# Few breaches of a right, or of what an owner owes, may be among very many: the latest of each of
# its rules are looked up. In the index owners come before rules.
_OF_EACH = """
SELECT owed.* FROM unnest({owners}) AS by_whom (owner), unnest({rules}) AS of_what (rule)
CROSS JOIN LATERAL ({select}) AS owed
ORDER BY {order} LIMIT {limit}
"""

_TOLD = """
SELECT owed.journey_id, {reference} AS reference, owed.obligation_id, rule, owner, organisation,
       suspect, enhanced, stage, started_at, due_on, due_at, allowed_days, content_stated, turns,
       standings, severe_because, width_bucket({as_of}, turns) AS reached, marks, noticed_by
FROM ({select}) AS owed
{named}
CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(mark, jsonb_build_array(marked_at, marked_on)) AS marks,
           coalesce(max(by_whom), 'gateway') AS noticed_by
    FROM {marks} AND mark.obligation_id = owed.obligation_id AND marked_at <= {as_of}
) AS beside
ORDER BY {order}
"""

_EITHER = "SELECT * FROM ({together}) AS owed ORDER BY {order} LIMIT {limit}"


async def read_breaches(store: Store, asked: Question) -> list[Owed]:
    """Return the breaches of a moment, the latest limit first; fewer than asked are the last."""
    return await _read(store, asked, _breaches)


async def read_due(store: Store, asked: Question, until: datetime) -> list[Owed]:
    """Return what is pending at a moment and falls due until another, the next limit first."""
    return await _read(store, asked, partial(_due, until=until))


async def _read(store: Store, asked: Question, which: "_Which") -> list[Owed]:
    asking = Asking()
    as_of = asking.put(asked.as_of, "timestamptz")
    arms, order = [], ""
    for source in (_WHOLE,) if asked.within is None else _PARTS:
        select, order = which(asked, asking, as_of, source)
        told = _TOLD.format(
            select=select,
            order=order,
            as_of=as_of,
            reference=source.reference,
            named=source.named,
            marks=source.marks,
        )
        arms.append(f"({told})")
    statement = _EITHER.format(
        together=" UNION ALL ".join(arms), order=order, limit=asking.put(asked.limit, "bigint")
    )
    return [_owed(row) for row in await store.ask(statement, *asking.arguments)]


_Which = Callable[[Question, Asking, str, _Source], tuple[str, str]]


def _breaches(asked: Question, asking: Asking, as_of: str, source: _Source) -> tuple[str, str]:
    """Return the statement that finds breaches, and their order."""
    conditions = [
        *_common(asked, asking, as_of, source),
        # What is a breach has reached its limit, which is what the indexes are in the order of.
        # That there is one needs no saying: the planner would count that a second time.
        f"breach_from <= {as_of}",
        *_until(asked, as_of),
        *_lateness(asked, asking),
        *_seen_to(asked, asking, as_of, source),
    ]
    if asked.severity is not None:
        scale = severity()
        level = asking.put(asked.severity - scale.lowest, "int")
        conditions.append(f"cardinality({scale.facts_of_row}) >= {level}")
    order = "due_at DESC, journey_id DESC, obligation_id DESC"
    conditions += _beyond(asked, asking, "<")
    by_marks = asked.noticed_by not in (None, "gateway") or asked.managed
    if asked.by_rule and asked.rules is not None and not by_marks and asked.within is None:
        return _of_each(asked, asking, as_of, conditions, order), order
    if asked.rules is not None:
        conditions.append(f"rule = ANY ({asking.put(list(asked.rules), 'text[]')})")
    if asked.owner is not None:
        conditions.append(f"owner = {asking.put(asked.owner, 'text')}")
    return _select(asked, asking, as_of, conditions, order, source), order


def _of_each(asked: Question, asking: Asking, as_of: str, conditions: list[str], order: str) -> str:
    """Return the statement that finds the first breaches of every rule, and the first of those."""
    if asked.organisation is None:
        owners = list(asked.owners) if asked.owner is None else [asked.owner]
        conditions = [*conditions, "owner = by_whom.owner"]
    else:
        owners = [""]
        if asked.owner is not None:
            conditions = [*conditions, f"owner = {asking.put(asked.owner, 'text')}"]
    conditions = [*conditions, "rule = of_what.rule"]
    return _OF_EACH.format(
        owners=asking.put(owners, "text[]"),
        rules=asking.put(list(asked.rules or ()), "text[]"),
        select=_select(asked, asking, as_of, conditions, order, _WHOLE),
        order=order,
        limit=asking.put(asked.limit, "bigint"),
    )


def _due(
    asked: Question, asking: Asking, as_of: str, source: _Source, *, until: datetime
) -> tuple[str, str]:
    """Return the statement that finds what falls due, and its order."""
    conditions = [
        *_common(asked, asking, as_of, source),
        *([f"due_at > {as_of}"] if asked.after is None else []),
        f"due_at <= {asking.put(until, 'timestamptz')}",
        _likely(f"letter = {asking.put(LETTERS[Standing.PENDING], 'text')}"),
        *_beyond(asked, asking, ">"),
    ]
    if asked.rules is not None:
        conditions.append(f"rule = ANY ({asking.put(list(asked.rules), 'text[]')})")
    if asked.owner is not None:
        conditions.append(f"owner = {asking.put(asked.owner, 'text')}")
    order = "due_at, journey_id, obligation_id"
    return _select(asked, asking, as_of, conditions, order, source), order


def _select(
    asked: Question,
    asking: Asking,
    as_of: str,
    conditions: list[str],
    order: str,
    source: _Source,
) -> str:
    return _SELECT.format(
        rows=source.rows,
        facts=severity().facts_of_row,
        as_of=as_of,
        today=asking.put(london_day(asked.as_of), "date"),
        conditions=all_of(conditions),
        order=order,
        limit=asking.put(asked.limit, "bigint"),
    )


def _common(asked: Question, asking: Asking, as_of: str, source: _Source) -> list[str]:
    # That it has begun needs no saying: nothing is pending or broken before its start.
    conditions = ["due_at IS NOT NULL", *source.only]
    if asked.within is not None:
        # Owners with their organisations, `owner/organisation`, or `owner/*` for all of a kind.
        own = asking.put(
            [
                f"{owner}/{organisation}"
                for agency, organisation in sorted(asked.within)
                for owner, its_agency in AGENCY_OF.items()
                if its_agency == agency
            ],
            "text[]",
        )
        conditions.append(
            _likely(f"owner || '/' || organisation = ANY ({own}) OR owner || '/*' = ANY ({own})")
        )
    for column, value, kind in (
        ("organisation", asked.sole_organisation, "text"),
        ("stage", asked.stage, "smallint"),
        ("enhanced", asked.enhanced, "boolean"),
    ):
        if value is not None:
            conditions.append(f"{column} = {asking.put(value, kind)}")
    return conditions


def _lateness(asked: Question, asking: Asking) -> list[str]:
    """Return the conditions on how many London days a breach was late."""
    conditions = []
    if asked.late_for_days is not None:
        # Whatever came of it, its limit lay so far back: that bounds where the index is read.
        earliest = end_of(london_day(asked.as_of) - timedelta(days=asked.late_for_days))
        conditions += [
            f"due_at <= {asking.put(earliest, 'timestamptz')}",
            f"days_late >= {asking.put(asked.late_for_days, 'int')}",
        ]
    if asked.late_at_most_days is not None:
        conditions.append(f"days_late <= {asking.put(asked.late_at_most_days, 'int')}")
    return conditions


def _seen_to(asked: Question, asking: Asking, as_of: str, source: _Source) -> list[str]:
    """Return the conditions on who noticed a breach first, and on what was done about it."""
    mark = (
        f"EXISTS (SELECT FROM {source.marks} "
        f"AND mark.obligation_id = owed.obligation_id AND marked_at <= {as_of} AND "
    )
    conditions = []
    if asked.noticed_by == "gateway":
        conditions.append(f"NOT {mark} mark = 'breach.noticed' AND by_whom IS NOT NULL)")
    elif asked.noticed_by is not None:
        by_whom = asking.put(asked.noticed_by, "text")
        conditions.append(f"{mark} mark = 'breach.noticed' AND by_whom = {by_whom})")
    if asked.managed is not None:
        managed = f"{mark} mark <> 'breach.noticed')"
        conditions.append(managed if asked.managed else f"NOT {managed}")
    return conditions


def _until(asked: Question, as_of: str) -> list[str]:
    """Return the condition that limits were reached, where the place asked for does not say so.

    Given both, PostgreSQL reads the index from the looser end: all pages before this one.
    """
    if asked.after is not None and asked.after.due_at <= asked.as_of:
        return []
    return [f"due_at <= {as_of}"]


def _likely(condition: str) -> str:
    """Return a condition that the planner takes to hold of every second row.

    What it knows nothing of it takes to hold of one in two hundred, and then reads and sorts all
    that an organisation ever owed, to find the few of a page.
    """
    return f"coalesce({condition}, false)"


def _beyond(asked: Question, asking: Asking, side: str) -> list[str]:
    """Return the condition that a row comes after the page before."""
    if asked.after is None:
        return []
    place = asking.put_each(asked.after, ("timestamptz", "uuid", "bytea"))
    return [f"(due_at, journey_id, obligation_id) {side} {place}"]


def _owed(row: Any) -> Owed:
    standing = _STANDINGS[row["standings"][row["reached"] - 1]]
    late = standing is Standing.MET_LATE
    marks = json.loads(row["marks"]) if row["marks"] else {}
    return Owed(
        journey_id=row["journey_id"],
        reference=row["reference"],
        obligation_id=row["obligation_id"],
        rule=row["rule"],
        owner=row["owner"],
        organisation=row["organisation"],
        suspect=row["suspect"],
        enhanced=row["enhanced"],
        stage=row["stage"],
        started_at=row["started_at"],
        due_on=row["due_on"],
        due_at=row["due_at"],
        allowed_days=row["allowed_days"],
        severe_because=tuple(row["severe_because"]),
        content_stated=row["content_stated"],
        standing=standing,
        answered_at=row["turns"][row["reached"] - 1] if late else None,
        noticed_by=row["noticed_by"],
        marks={
            mark: Mark(datetime.fromisoformat(at).astimezone(UTC), date.fromisoformat(on))
            for mark, (at, on) in marks.items()
        },
    )
