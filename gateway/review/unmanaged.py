"""Counts the breaches that nothing is recorded to have been done about, by duty and owner."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from gateway.figures.compliance import owners_of
from shared.access.caller import Party
from shared.store import Store

_WHOLE = ("register_obligation", "register_mark", "true", "")
# What the organisations' own parts say: the whole journey's row where it says the same.
_PARTS = (
    ("register_obligation", "register_mark", "in_part", ""),
    ("register_part", "register_part_mark", "true", "AND mark.organisation = owed.organisation"),
)
_ARM = """
SELECT rule, owner, organisation, due_on FROM {rows} AS owed
WHERE breach_from <= $1 AND due_at <= $1 AND started_at <= $1 AND {only}
  AND rule = ANY ($2::text[]) AND organisation = ANY ($3::text[])
  AND owner || '/' || organisation = ANY ($4::text[])
  AND NOT EXISTS (
      SELECT FROM {marks} AS mark
      WHERE mark.journey_id = owed.journey_id AND mark.obligation_id = owed.obligation_id {same}
        AND marked_at <= $1 AND mark <> 'breach.noticed'
  )
"""
_COUNT = """
SELECT rule, owner, organisation, count(*) AS breaches, min(due_on) AS oldest_due_on
FROM ({arms}) AS owed GROUP BY rule, owner, organisation ORDER BY organisation, owner, rule
"""


@dataclass(frozen=True, slots=True)
class Unmanaged:
    """How many breaches of a duty nothing was done about, and the oldest limit (a London day)."""

    rule: str
    owner: str
    organisation: str
    breaches: int
    oldest_due_on: date


async def count_unmanaged(
    store: Store,
    parties: Collection[Party],
    rules: Collection[str],
    *,
    as_of: datetime,
    as_parts: bool,
) -> list[Unmanaged]:
    """Return what these organisations owe of breaches of a moment (UTC) with nothing done by then.

    `as_parts` counts what each one's own part of a journey tells, else what whole journeys do.
    Noticing a breach alone is not that something was done. Raises NotReady.
    """
    arms = " UNION ALL ".join(
        _ARM.format(rows=rows, marks=marks, only=only, same=same)
        for rows, marks, only, same in (_PARTS if as_parts else (_WHOLE,))
    )
    organisations = sorted({organisation for _, organisation in parties})
    found = await store.ask(
        _COUNT.format(arms=arms), as_of, sorted(rules), organisations, owners_of(parties)
    )
    return [Unmanaged(*row) for row in found]
