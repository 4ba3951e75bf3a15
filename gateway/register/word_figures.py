"""Counts what victims said beside the record, and who noticed breaches, over many journeys."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.journey.chains.feedback import Record
from gateway.journey.limits import AGENCY_OF
from gateway.register.chain_figures import Question
from gateway.register.spread import read_spread
from shared.store import Store


@dataclass(slots=True)
class ScoreFigure:
    """What victims said of a stage with one instrument on one scale, beside its limits.

    `scores` counts those that were sent, apart for journeys on which a limit of the stage was
    broken, on which none was, and on which no limit was certain by then: those say nothing of it.
    """

    responses: int = 0
    limits: int = 0
    kept: int = 0
    broken: Counter[float] = field(default_factory=Counter)
    unbroken: Counter[float] = field(default_factory=Counter)
    unjudged: Counter[float] = field(default_factory=Counter)

    @property
    def scores(self) -> Counter[float]:
        """How often each score was given."""
        return self.broken + self.unbroken + self.unjudged


# The stage by its number, who asked (`agency/organisation`), the instrument and its scale.
Asked = tuple[int, str | None, str, int | None]
_SCORES = """
SELECT stage, {organisation} AS organisation, instrument, scale, score,
       CASE WHEN kept < limits THEN 'broken' WHEN limits > 0 THEN 'unbroken' ELSE 'unjudged' END
           AS limits_were, count(*) AS responses, sum(limits) AS limits, sum(kept) AS kept
FROM register_feedback
WHERE journey_id BETWEEN $1 AND $2 AND said_at <= $3
  AND ($4::text IS NULL OR organisation = $4)
GROUP BY 1, 2, 3, 4, 5, 6
"""


async def count_scores(store: Store, asked: Question) -> dict[Asked, ScoreFigure]:
    """Return the figures on feedback by stage, who asked, instrument and scale, in that order."""
    found: dict[Asked, ScoreFigure] = defaultdict(ScoreFigure)

    def take(row: Any) -> None:
        figure = found[row["stage"], row["organisation"], row["instrument"], row["scale"]]
        figure.responses += row["responses"]
        figure.limits += row["limits"]
        figure.kept += row["kept"]
        if row["score"] is not None:
            scores: Counter[float] = getattr(figure, row["limits_were"])
            scores[row["score"]] += row["responses"]

    by = "agency || '/' || organisation" if asked.by == "organisation" else "NULL::text"
    statement = _SCORES.format(organisation=by)
    await read_spread(store, statement, asked.as_of, asked.organisation, take=take)
    order = sorted(found, key=lambda key: (key[0], key[1] or "", key[2], key[3] or 0))
    return {key: found[key] for key in order}


@dataclass(slots=True)
class AccountFigure:
    """How often victims said that a duty was done or not, by what the record said."""

    said: Counter[tuple[Record, bool]] = field(default_factory=Counter)

    def of(self, record: Record, says_done: bool) -> int:
        """How often the record said this and the victim that."""
        return self.said[record, says_done]

    def left_out(self, record: Record) -> int:
        """How often the record said this, whatever the victim said."""
        return self.said[record, True] + self.said[record, False]

    @property
    def disagree(self) -> int:
        """How often the record and the victim say the opposite."""
        return self.of(Record.DONE, False) + self.of(Record.NOTHING_RECORDED, True)

    @property
    def compared(self) -> int:
        """How often the record says clearly whether it was done."""
        return self.left_out(Record.DONE) + self.left_out(Record.NOTHING_RECORDED)


_ACCOUNTS = """
SELECT rule, {organisation} AS organisation, record, says_done, count(*) AS answers
FROM register_account
WHERE journey_id BETWEEN $1 AND $2 AND said_at <= $3
  AND ($4::text IS NULL OR organisation = $4) AND rule = ANY ($5::text[])
GROUP BY 1, 2, 3, 4
"""


async def count_accounts(
    store: Store, asked: Question, rules: Sequence[str]
) -> dict[tuple[str, str | None], AccountFigure]:
    """Return the figures on accounts by rule and by who (`agency/organisation`) owed it."""
    found: dict[tuple[str, str | None], AccountFigure] = defaultdict(AccountFigure)

    def take(row: Any) -> None:
        figure = found[row["rule"], _party_of(row["organisation"])]
        figure.said[Record(row["record"]), row["says_done"]] += row["answers"]

    by = "owner || '/' || organisation" if asked.by == "organisation" else "NULL::text"
    statement = _ACCOUNTS.format(organisation=by)
    await read_spread(store, statement, asked.as_of, asked.organisation, list(rules), take=take)
    order = sorted(found, key=lambda key: (key[0], key[1] or ""))
    return {key: found[key] for key in order}


@dataclass(slots=True)
class NoticingFigure:
    """Who is first recorded to have noticed breaches, and what was done of them.

    `by` counts them by who noticed, `nobody` among them; `days` of each by the London days from the
    limit's last day. Of all, `told` and `remedied` count those told to the victim and put right.
    """

    breaches: int = 0
    told: int = 0
    remedied: int = 0
    by: Counter[str] = field(default_factory=Counter)
    days: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))


_NOTICING_GROUPS: Mapping[str | None, str] = {
    None: "NULL::text",
    "organisation": "owed.owner || '/' || owed.organisation",
    "owner": "owed.owner",
    "rule": "owed.rule",
    "month": "to_char(owed.due_on, 'YYYY-MM')",
}
_NOTICING = """
SELECT {group} AS "group", coalesce(noticed.by_whom, 'nobody') AS by_whom,
       noticed.marked_on - owed.due_on AS days, told.mark IS NOT NULL AS told,
       remedied.mark IS NOT NULL AS remedied, count(*) AS breaches
FROM register_obligation AS owed
{marks}
WHERE owed.journey_id BETWEEN $1 AND $2 AND owed.breach_from <= $3 AND owed.due_at <= $3
  AND ($4::text IS NULL OR owed.organisation = $4) AND owed.rule = ANY ($5::text[])
  AND ($6::date IS NULL OR owed.due_on >= $6) AND ($7::date IS NULL OR owed.due_on <= $7)
GROUP BY 1, 2, 3, 4, 5
"""
_MARKS = "\n".join(
    f"LEFT JOIN register_mark AS {name} ON {name}.journey_id = owed.journey_id "
    f"AND {name}.obligation_id = owed.obligation_id AND {name}.mark = '{mark}' "
    f"AND {name}.marked_at <= $3"
    for name, mark in (
        ("noticed", "breach.noticed"),
        ("told", "breach.victim_told"),
        ("remedied", "breach.remedied"),
    )
)


async def count_noticing(
    store: Store, asked: Question, rules: Sequence[str]
) -> dict[str | None, NoticingFigure]:
    """Return the figures on who noticed breaches, by what they are counted by; None is last.

    Organisations are written as `agency/organisation`.
    """
    found: dict[str | None, NoticingFigure] = defaultdict(NoticingFigure)

    def take(row: Any) -> None:
        group = _party_of(row["group"]) if asked.by == "organisation" else row["group"]
        figure, often, by = found[group], row["breaches"], row["by_whom"]
        figure.breaches += often
        figure.told += often if row["told"] else 0
        figure.remedied += often if row["remedied"] else 0
        figure.by[by] += often
        if row["days"] is not None:
            figure.days[by][row["days"]] += often

    await read_spread(
        store,
        _NOTICING.format(group=_NOTICING_GROUPS[asked.by], marks=_MARKS),
        asked.as_of,
        asked.organisation,
        list(rules),
        asked.since,
        asked.until,
        take=take,
    )
    if asked.by is None:
        found.setdefault(None, NoticingFigure())
    order = sorted(found, key=lambda group: (group is None, group or ""))
    return {group: found[group] for group in order}


def _party_of(owed_by: str | None) -> str | None:
    """Return `agency/organisation` of what is written `owner/organisation`."""
    if owed_by is None:
        return None
    owner, _, organisation = owed_by.partition("/")
    return f"{AGENCY_OF.get(owner, owner)}/{organisation}"
