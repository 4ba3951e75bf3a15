"""Lists journeys as they were at a moment, as the register has them, a page at a time.

They come in the order of their ids, which are hashes: an order that nothing changes, and that has
nothing to do with what happened, so that any page is as good as a draw.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from gateway.journey.standing import Standing
from gateway.register.asking import Asking, all_of
from gateway.register.rows import LETTERS
from shared.london import end_of, london_day, start_of
from shared.store import Store


class JourneyPlace(NamedTuple):
    """Where a page of journeys ended: the id of its last one."""

    journey_id: UUID


@dataclass(frozen=True, slots=True)
class JourneyQuestion:
    """Which journeys are asked for, as of a moment (UTC); None leaves nothing out.

    `organisation` sent events of the journey or owes anything on it. `stage`, `holder` and
    `held_by`, the holder's organisation, are those of the moment. `rules` are those that the caller
    may be told of, or of one right where `of_right`; `standing` and `breached` speak of these.
    `silent_for_days` are London days, `began_from` and `began_to` London days, both included.
    """

    as_of: datetime
    limit: int
    rules: tuple[str, ...]
    of_right: bool = False
    organisation: str | None = None
    stage: int | None = None
    holder: str | None = None
    held_by: str | None = None
    standing: Standing | None = None
    breached: bool | None = None
    enhanced: bool | None = None
    under_18: bool | None = None
    open: bool | None = None
    victim_kind: str | None = None
    silent_for_days: int | None = None
    without_police_reference: bool | None = None
    began_from: date | None = None
    began_to: date | None = None
    after: JourneyPlace | None = None


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


# What holds where the place of the moment among its turns is odd.
_ENHANCED = "coalesce(width_bucket({as_of}, enhanced_turns), 0) % 2 = 1"
_OPEN = "width_bucket({as_of}, open_turns) % 2 = 1"
_UNDER_18 = "coalesce(under_18_until > {as_of}, false)"
# The words of the index, so that it is used.
_STAYS = "since_at <= {as_of} AND coalesce(until_at, 'infinity'::timestamptz) > {as_of}"
# Still silent, or silent at a moment after which somebody spoke: an index for each.
_SILENT = """journey_id IN (
    SELECT journey_id FROM register_silence
    WHERE until_at IS NULL AND since_at <= {as_of} AND silent_from < {before}
    UNION ALL
    SELECT journey_id FROM register_silence
    WHERE until_at IS NOT NULL AND until_at > {as_of} AND since_at <= {as_of}
      AND silent_from < {before}
)"""

_LIST = f"""
WITH page AS MATERIALIZED (
    SELECT journey_id, reference, reference_count, police_reference, began_at, victim_kind,
           {_ENHANCED} AS enhanced, {_UNDER_18} AS under_18, {_OPEN} AS open, revision
    FROM register_journey AS journey
    WHERE {{conditions}}
    ORDER BY journey_id LIMIT {{limit}}
)
SELECT page.*, stage, holder, organisation, stage_since, silent_from, too_long_from,
       allowed_days, agreed, breaches, unanswered
FROM page
LEFT JOIN LATERAL (
    SELECT stage, holder, organisation, since_at AS stage_since FROM register_stage AS stay
    WHERE stay.journey_id = page.journey_id AND {_STAYS}
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


async def read_journeys(store: Store, asked: JourneyQuestion) -> list[Listed]:
    """Return the journeys asked for, in the order of their ids; fewer than asked are the last."""
    asking = Asking()
    as_of = asking.put(asked.as_of, "timestamptz")
    rules = asking.put(list(asked.rules), "text[]")
    conditions = [
        f"began_at <= {as_of}",
        *_of_itself(asked, asking, as_of),
        *_of_its_course(asked, asking, as_of),
        *_of_what_was_owed(asked, asking, as_of, rules),
    ]
    if asked.after is not None:
        conditions.append(f"journey_id > {asking.put(asked.after.journey_id, 'uuid')}")
    statement = _LIST.format(
        as_of=as_of,
        rules=rules,
        conditions=all_of(conditions),
        limit=asking.put(asked.limit, "bigint"),
    )
    return [Listed(**row) for row in await store.ask(statement, *asking.arguments)]


def _of_itself(asked: JourneyQuestion, asking: Asking, as_of: str) -> list[str]:
    """Return the conditions on the journey as a whole and on its victim."""
    conditions = [
        condition.format(as_of=as_of) if wanted else f"NOT ({condition.format(as_of=as_of)})"
        for condition, wanted in (
            (_ENHANCED, asked.enhanced),
            (_UNDER_18, asked.under_18),
            (_OPEN, asked.open),
            ("NOT police_reference", asked.without_police_reference),
        )
        if wanted is not None
    ]
    if asked.victim_kind is not None:
        conditions.append(f"victim_kind = {asking.put(asked.victim_kind, 'text')}")
    if asked.began_from is not None:
        since = asking.put(start_of(asked.began_from), "timestamptz")
        conditions.append(f"began_at >= {since}")
    if asked.began_to is not None:
        until = asking.put(end_of(asked.began_to), "timestamptz")
        conditions.append(f"began_at < {until}")
    if asked.organisation is not None:
        organisation = asking.put(asked.organisation, "text")
        conditions.append(
            "EXISTS (SELECT FROM register_party AS party "
            f"WHERE party.journey_id = journey.journey_id AND organisation = {organisation})"
        )
    return conditions


def _of_its_course(asked: JourneyQuestion, asking: Asking, as_of: str) -> list[str]:
    """Return the conditions on where the journey was, with whom, and how long nobody had spoken."""
    conditions = []
    where = [
        f"{column} = {asking.put(value, kind)}"
        for column, value, kind in (
            ("stage", asked.stage, "smallint"),
            ("holder", asked.holder, "text"),
            ("organisation", asked.held_by, "text"),
        )
        if value is not None
    ]
    if where:
        stays = all_of(["stay.journey_id = journey.journey_id", *where, _STAYS.format(as_of=as_of)])
        conditions.append(f"EXISTS (SELECT FROM register_stage AS stay WHERE {stays})")
    if asked.silent_for_days is not None:
        last = london_day(asked.as_of) - timedelta(days=asked.silent_for_days)
        before = asking.put(end_of(last), "timestamptz")
        conditions.append(_SILENT.format(as_of=as_of, before=before))
    return conditions


def _of_what_was_owed(asked: JourneyQuestion, asking: Asking, as_of: str, rules: str) -> list[str]:
    """Return the conditions on what was owed, all of which one obligation meets."""
    owed = ["owed.journey_id = journey.journey_id", f"started_at <= {as_of}"]
    owed.append(f"rule = ANY ({rules})")
    broken = ["breach_from IS NOT NULL", f"breach_from <= {as_of}"]
    wanted: list[str] = []
    if asked.standing is not None:
        letter = asking.put(LETTERS[asked.standing], "text")
        wanted.append(f"substr(standings, width_bucket({as_of}, turns), 1) = {letter}")
        if asked.standing is Standing.UNKNOWN:
            wanted.append("strpos(standings, 'U') > 0")  # there is an index of these
    if asked.breached:
        wanted += broken
    conditions = []
    if wanted or (asked.of_right and asked.breached is None):
        conditions.append(_some([*owed, *wanted]))
    if asked.breached is False:
        conditions.append(f"NOT {_some([*owed, *broken])}")
    return conditions


def _some(conditions: list[str]) -> str:
    return f"EXISTS (SELECT FROM register_obligation AS owed WHERE {all_of(conditions)})"


def days_silent(listed: Listed, as_of: datetime) -> int | None:
    """Return for how many London days nobody had spoken at a moment, None where nobody had to."""
    since = listed.silent_from
    return None if since is None else (london_day(as_of) - london_day(since)).days
