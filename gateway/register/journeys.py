"""Lists journeys as they were at a moment, as the register has them, a page at a time.

They come in the order of their ids, which are hashes: an order that nothing changes, and that has
nothing to do with what happened, so that any page is as good as a draw.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from uuid import UUID

from gateway.register.asking import Asking, all_of
from gateway.register.narrowing import (
    ENHANCED,
    OPEN,
    STAYS,
    UNDER_18,
    Filter,
    JourneyPlace,
    JourneyQuestion,
    Words,
    filters_of,
)
from shared.london import london_day
from shared.store import Store


@dataclass(frozen=True, slots=True)
class Listed:
    """One journey as it was at the moment asked about; moments in UTC.

    Where nobody has to speak, since the case is closed or the victim wants no contact, the four
    words on silence are None.
    """

    journey_id: UUID
    reference: str
    reference_count: int
    police_reference: bool
    began_at: datetime
    victim_kind: str
    enhanced: bool
    under_18: bool
    open: bool
    revision: int
    stage: int | None
    holder: str | None
    organisation: str | None
    stage_since: datetime | None
    silent_from: datetime | None
    too_long_from: datetime | None
    allowed_days: int | None
    agreed: bool | None
    breaches: int
    unanswered: int

    @property
    def place(self) -> JourneyPlace:
        """Where a page that ends with it ends."""
        return JourneyPlace(self.journey_id)


# So many are looked at for one page where an index finds no more, or else gone through one by one.
LOOKED_AT = 10_000

_LIST = f"""
WITH page AS MATERIALIZED (
    SELECT journey_id, reference, reference_count, police_reference, began_at, victim_kind,
           {ENHANCED} AS enhanced, {UNDER_18} AS under_18, {OPEN} AS open, revision
    FROM register_journey AS journey
    WHERE {{conditions}}
    ORDER BY journey_id LIMIT {{limit}}
)
SELECT page.*, stage, holder, organisation, stage_since, silent_from, too_long_from,
       allowed_days, agreed, breaches, unanswered
FROM page
LEFT JOIN LATERAL (
    SELECT stage, holder, organisation, since_at AS stage_since FROM register_stage AS stay
    WHERE stay.journey_id = page.journey_id AND {STAYS}
    ORDER BY since_at DESC LIMIT 1
) AS stay ON true
LEFT JOIN LATERAL (
    SELECT silent_from, too_long_from, allowed_days, agreed FROM register_silence AS silence
    WHERE silence.journey_id = page.journey_id
      AND since_at <= {{as_of}} AND (until_at IS NULL OR until_at > {{as_of}})
    ORDER BY since_at DESC LIMIT 1
) AS silence ON true
CROSS JOIN LATERAL (
    SELECT count(*) AS breaches,
           count(*) FILTER (
               WHERE substr(standings, width_bucket({{as_of}}, turns), 1) = 'O'
           ) AS unanswered
    FROM register_obligation AS owed
    WHERE owed.journey_id = page.journey_id AND breach_from <= {{as_of}} AND rule = ANY ({{rules}})
) AS broken
ORDER BY journey_id
"""  # noqa: S608 - the fragments are ours


# How many journeys each index would have us look at, none counted beyond LOOKED_AT, and where the
# stretch of them ends that is gone through otherwise.
_BEFOREHAND = """
SELECT ARRAY[{counts}]::bigint[] AS counts, (
    SELECT journey_id FROM register_journey WHERE {beyond}
    ORDER BY journey_id OFFSET {looked_at} - 1 LIMIT 1
) AS last
"""
_COUNT = "(SELECT count(*) FROM (SELECT FROM ({ids}) AS ids LIMIT {looked_at} + 1) AS few)"
# Looked up by their keys one by one; a join might read all journeys for them.
_AMONG = "journey_id = ANY (ARRAY(SELECT journey_id FROM ({ids}) AS ids WHERE {beyond}))"


async def read_journeys(
    store: Store, asked: JourneyQuestion
) -> tuple[list[Listed], JourneyPlace | None]:
    """Return a page of the journeys asked for, in the order of their ids, and where it ended.

    It ended nowhere where it is the last. It may hold fewer than were asked for and not be the
    last: it ends where as many journeys have been looked at as one page may.
    """
    filters = filters_of(asked)
    narrowest, last = await _beforehand(store, asked, filters)
    asking = Asking()
    as_of = asking.put(asked.as_of, "timestamptz")
    beyond = _beyond(asked, asking)
    conditions = [beyond, *(one.condition(asking, as_of) for one in filters)]
    if narrowest is not None:
        conditions.append(_AMONG.format(ids=narrowest(asking, as_of), beyond=beyond))
        last = None
    elif last is not None:
        conditions.append(f"journey_id <= {asking.put(last, 'uuid')}")
    statement = _LIST.format(
        as_of=as_of,
        rules=asking.put(list(asked.rules), "text[]"),
        conditions=all_of(conditions),
        limit=asking.put(asked.limit, "bigint"),
    )
    found = [Listed(**row) for row in await store.ask(statement, *asking.arguments)]
    if len(found) == asked.limit:
        return found, found[-1].place
    return found, None if last is None else JourneyPlace(last)


async def _beforehand(
    store: Store, asked: JourneyQuestion, filters: Sequence[Filter]
) -> tuple[Words | None, UUID | None]:
    """Return the filter by whose index the fewest journeys are found, where these are few enough.

    And the last journey of the stretch to go through where there is none, None at the end of all.
    """
    indexed = [one.found_by for one in filters if one.found_by is not None]
    asking = Asking()
    as_of = asking.put(asked.as_of, "timestamptz")
    counts = [
        _COUNT.format(ids=found_by(asking, as_of), looked_at=LOOKED_AT) for found_by in indexed
    ]
    # The moment is an argument of every statement.
    beyond = f"{_beyond(asked, asking)} AND {as_of} IS NOT NULL"
    statement = _BEFOREHAND.format(counts=", ".join(counts), beyond=beyond, looked_at=LOOKED_AT)
    (row,) = await store.ask(statement, *asking.arguments)
    few, narrowest = min(
        zip(row["counts"], indexed, strict=True), key=itemgetter(0), default=(None, None)
    )
    if few is not None and few <= LOOKED_AT:
        return narrowest, None
    return None, row["last"]


def _beyond(asked: JourneyQuestion, asking: Asking) -> str:
    """Return the condition that a journey comes after the page before."""
    if asked.after is None:
        return "true"
    return f"journey_id > {asking.put(asked.after.journey_id, 'uuid')}"


def days_silent(listed: Listed, as_of: datetime) -> int | None:
    """Return for how many London days nobody had spoken at a moment, None where nobody had to."""
    since = listed.silent_from
    return None if since is None else (london_day(as_of) - london_day(since)).days
