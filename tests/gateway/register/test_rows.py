"""The rows of a journey say of every moment what its timeline says, without asking the heart."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from demo.synthetic.maker import make, world_of
from demo.synthetic.practice import usual_practice
from gateway.journey.membership import Membership
from gateway.journey.standing import Standing
from gateway.journey.timeline import Timeline, timeline_of
from gateway.register.rows import LETTERS, ObligationRow, Rows, Yardstick, rows_of
from shared.london import london_day
from tests.builders import STANDARD, calendar, rulebook
from tests.demo.made import membership_of

SOME = 150
AGENCIES = ("police", "cps", "probation")
YEARS_LATER = datetime(2031, 6, 1, 12, tzinfo=UTC)
STANDINGS = {letter: standing for standing, letter in LETTERS.items()}


@cache
def yardstick() -> Yardstick:
    return Yardstick(rulebook(), calendar(), STANDARD)


def of(rows: Rows, table: str) -> list[Any]:
    return list(rows[f"register_{table}"].values())


def held(turns: Sequence[datetime], moment: datetime) -> int:
    """The place of the last turn reached, as PostgreSQL's width_bucket tells it."""
    return bisect_right(turns, moment)


def standing(row: ObligationRow, moment: datetime) -> Standing:
    return STANDINGS[row.standings[held(row.turns, moment) - 1]]


def told_by_rows(rows: Rows, moment: datetime) -> dict[str, object]:
    """What the rows say of a moment, picked as a query would."""
    (journey,) = of(rows, "journey")
    owed = [row for row in of(rows, "obligation") if row.started_at <= moment]
    silent = [row for row in of(rows, "silence") if row.since_at < moment]
    today = london_day(moment)
    return {
        "owed": {
            (row.obligation_id.hex(), row.owner, row.organisation): standing(row, moment)
            for row in owed
        },
        "breaches": {
            row.obligation_id.hex()
            for row in owed
            if row.breach_from is not None and row.breach_from <= moment
        },
        "due": {row.obligation_id.hex(): row.due_at for row in owed},
        "stage": [
            (row.stage, row.holder, row.organisation)
            for row in of(rows, "stage")
            if row.since_at <= moment and (row.until_at is None or moment < row.until_at)
        ],
        "silences": [
            (row.stage, row.holder, row.since_at, row.allowed_days, row.agreed, row.too_long_from)
            for row in sorted(silent)
        ],
        "silent days": sum(
            (min(row.until_on or today, today) - row.since_on).days for row in silent
        ),
        "gaps": {
            row.silent_from
            for row in silent
            if min(row.silent_until or moment, moment) >= row.too_long_from
        },
        "enhanced": held(journey.enhanced_turns or [], moment) % 2 == 1,
        "under 18": journey.under_18_until is not None and moment < journey.under_18_until,
        "open": held(journey.open_turns, moment) % 2 == 1,
        **{
            agency: in_turn(getattr(journey, agency), getattr(journey, f"{agency}_turns"), moment)
            for agency in AGENCIES
        },
        "outcome": in_turn(journey.outcomes, journey.outcome_turns, moment),
        "report": (journey.offence_group, journey.reported_on)
        if journey.reported_at is not None and journey.reported_at <= moment
        else None,
    }


def in_turn(values: list[Any] | None, turns: list[datetime] | None, moment: datetime) -> Any:
    """What held at a moment, of values with the turn at which each began."""
    return [None, *(values or [])][held(turns or [], moment)]


def told_by_timeline(timeline: Timeline) -> dict[str, object]:
    """What the timeline of a moment says, in the same words."""
    moment, victim = timeline.story.as_of, timeline.story.victim
    course, owed = timeline.course, timeline.followed.obligations
    parts = [(silence, part) for silence in timeline.silences for part in silence.parts]
    span = course.at(moment)
    return {
        "owed": {(one.id, one.owner, one.organisation): one.standing for one in owed},
        "breaches": {one.id for one in owed if one.is_breach},
        "due": {one.id: one.due_at for one in owed},
        "stage": [(int(span.stage), span.holder, span.organisation)] if span else [],
        "silences": [
            (
                int(part.span.stage),
                part.span.holder,
                part.since,
                silence.allowed_days,
                silence.agreed,
                silence.too_long_from,
            )
            for silence, part in parts
        ],
        "silent days": sum(silence.days for silence in timeline.silences),
        "gaps": {silence.since for silence in timeline.silences if silence.is_gap},
        "enhanced": victim.enhanced_because(london_day(moment)) is not None,
        "under 18": victim.under_18_on(london_day(moment)),
        "open": any(s <= moment and (u is None or moment < u) for s, u in course.open),
        **{agency: timeline.story.organisation_of(agency, moment) for agency in AGENCIES},
        "outcome": last_outcome(timeline),
        "report": next(
            (
                (fact.data["offence_group"], fact.day)
                for fact in timeline.story.facts
                if fact.type == "crime.reported"
            ),
            None,
        ),
    }


def last_outcome(timeline: Timeline) -> Any:
    outcome = None
    for fact in timeline.story.facts:
        if fact.type in ("outcome.assigned", "investigation.decided"):
            outcome = fact.data.get("outcome", outcome)
    return outcome


def seen(membership: Membership, moment: datetime) -> Timeline:
    return timeline_of(membership, rulebook(), calendar(), STANDARD, as_of=moment)


def test_rows_say_of_today_and_of_the_future_what_the_timeline_says() -> None:
    world = world_of(11, date(2022, 1, 1), date(2025, 12, 31), usual_practice())
    for number in range(SOME):
        membership = membership_of(make(world, number))
        rows = rows_of(membership, yardstick())
        last = max(event.occurred_at for event in membership.events)
        for moment in (last + timedelta(minutes=1), world.as_of, YEARS_LATER):
            assert told_by_rows(rows, moment) == told_by_timeline(seen(membership, moment)), number


def test_rows_say_of_the_past_what_is_now_known_to_have_held() -> None:
    """A timeline of the past leaves out what happened later; that rarely changes what had been."""
    world = world_of(11, date(2022, 1, 1), date(2025, 12, 31), usual_practice())
    differ: Counter[str] = Counter()
    looks = 0
    for number in range(SOME):
        membership = membership_of(make(world, number))
        rows = rows_of(membership, yardstick())
        first = min(event.occurred_at for event in membership.events)
        for days in (0.01, 3, 20, 100):
            moment = first + timedelta(days=days)
            ours = told_by_rows(rows, moment)
            theirs = told_by_timeline(seen(membership, moment))
            differ.update(what for what in ours if ours[what] != theirs[what])
            looks += 1
    assert differ["breaches"] <= 0.005 * looks
    assert max(differ["owed"], differ["stage"], differ["gaps"], differ["open"]) <= 0.015 * looks
    # A later agreement moves the limit of a silence that had begun, a receipt begins a clock.
    assert max(differ.values()) <= 0.1 * looks
