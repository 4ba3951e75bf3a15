"""What must hold of any journey whatever, tried on journeys that nobody thought of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.journey.membership import journey_of
from gateway.journey.obligation import Obligation
from gateway.journey.standing import Standing
from gateway.journey.timeline import Timeline, timeline_of
from shared.journey_event import KeptEvent, reference_id
from shared.london import london_day, write_instant
from tests.builders import CASE, CRIME, SOURCES, STANDARD, JourneyBuilder, calendar, rulebook

START = datetime(2023, 3, 1, tzinfo=UTC)
END = datetime(2025, 3, 1, tzinfo=UTC)

SUSPECTS = st.sampled_from(["S1", "S2"])
MINUTES = st.integers(min_value=1, max_value=60 * 24 * 500)
NEWS = ["suspect.arrested", "suspect.charged", "case.concluded", "offender.sentenced"]

WHAT: dict[str, tuple[str, dict[str, st.SearchStrategy[Any]]]] = {
    "suspect.arrested": ("police", {"suspect": SUSPECTS}),
    "suspect.charged": ("police", {"suspect": SUSPECTS}),
    "file.submitted": ("police", {}),
    "support.referred": ("police", {}),
    "support.declined": ("police", {}),
    "contact.declined": ("police", {"scope": st.sampled_from(["all", ["suspect.charged"]])}),
    "contact.resumed": ("police", {"scope": st.just("all")}),
    "preferences.agreed": ("police", {"update_every_days": st.integers(7, 60)}),
    "investigation.decided": (
        "police",
        {"decision": st.sampled_from(["investigate", "not_investigate", "closed"])},
    ),
    "hearing.fixed": (
        "police",
        {
            "hearing": st.sampled_from(["H1", "H2"]),
            "kind": st.sampled_from(["trial", "plea"]),
            "starts_at": MINUTES.map(lambda m: write_instant(START + timedelta(minutes=m))),
        },
    ),
    "case.concluded": (
        "cps",
        {"suspect": SUSPECTS, "outcome": st.sampled_from(["convicted", "acquitted"])},
    ),
    "offender.sentenced": (
        "police",
        {
            "suspect": SUSPECTS,
            "sentence_kind": st.sampled_from(["custody", "fine"]),
            "sentence_months": st.integers(1, 40),
            "specified_offence": st.booleans(),
        },
    ),
    "prosecution.stopped": (
        "cps",
        {
            "suspect": SUSPECTS,
            "how": st.just("discontinued"),
            "all_proceedings_end": st.booleans(),
        },
    ),
    "appeal.changed": (
        "police",
        {"suspect": SUSPECTS, "outcome": st.sampled_from(["lodged", "result"])},
    ),
    "contact_scheme.referred": ("police", {"region": st.just("example-region")}),
    "contact_scheme.referral_received": ("probation", {}),
    "contact_scheme.joined": ("probation", {}),
    "victim.told": (
        "police",
        {
            "about": st.lists(st.sampled_from(NEWS), max_size=2),
            "carried": st.lists(st.sampled_from(["reasons", "effect", "progress"]), max_size=2),
            "channel": st.just("phone"),
            "reached": st.sampled_from([True, True, "attempted"]),
        },
    ),
    "statement.made": ("police", {}),
}


@st.composite
def events(draw: st.DrawFn, *, types: tuple[str, ...] = tuple(WHAT)) -> tuple[KeptEvent, ...]:
    """Draw a report and up to a dozen events after it, each received when it happened."""
    report = JourneyBuilder().reported("2023-03-01 09:00").events[0]
    drawn = [report]
    for number in range(draw(st.integers(0, 12))):
        type_ = draw(st.sampled_from(types))
        agency, fields = WHAT[type_]
        occurred_at = START + timedelta(days=1, minutes=draw(MINUTES))
        drawn.append(
            KeptEvent(
                source=SOURCES[agency],
                id=f"event-{number}",
                type=type_,
                reference=CRIME,
                occurred_at=occurred_at,
                received_at=occurred_at,
                precision=draw(st.sampled_from(["instant", "instant", "instant", "day"])),
                data={name: draw(values) for name, values in fields.items()},
                event_id=UUID(int=number + 2),
            )
        )
    return tuple(drawn)


def seen(these: tuple[KeptEvent, ...], as_of: datetime = END) -> Timeline:
    """Return the timeline of events under one reference."""
    journey = JourneyBuilder()
    journey.events = list(these)
    membership = journey_of(journey.record(), reference_id(CRIME))
    assert membership is not None
    return timeline_of(membership, rulebook(), calendar(), STANDARD, as_of=as_of)


def outcome(timeline: Timeline) -> object:
    """Return what a timeline says, without when we were told."""
    return (
        [(o.id, o.due_at, o.standing, o.standings) for o in timeline.followed.obligations],
        [(n.duty.id, n.condition) for n in timeline.followed.not_owed],
        timeline.course,
        timeline.silences,
        [(e.at, e.kind, e.says) for e in timeline.entries],
        [(row.span, row.contacts, row.gaps, row.obligations) for row in timeline.stages],
    )


@given(events(), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_the_order_of_the_events_in_our_hands_changes_nothing(
    drawn: tuple[KeptEvent, ...], random: Any
) -> None:
    shuffled = list(drawn)
    random.shuffle(shuffled)
    assert outcome(seen(tuple(shuffled))) == outcome(seen(drawn))


@given(events(), MINUTES)
@settings(max_examples=100, deadline=None)
def test_an_unrelated_event_changes_no_obligation_and_no_silence(
    drawn: tuple[KeptEvent, ...], minutes: int
) -> None:
    at = START + timedelta(days=1, minutes=minutes)
    unrelated = replace(drawn[0], id="other", type="compensation.claimed", data={}, occurred_at=at)
    before, after = seen(drawn), seen((*drawn, unrelated))
    assert after.followed == before.followed
    assert after.silences == before.silences
    assert after.course == before.course


@given(events(), st.integers(0, 60 * 24 * 700))
@settings(max_examples=150, deadline=None)
def test_an_earlier_look_agrees_with_the_intervals_seen_later(
    drawn: tuple[KeptEvent, ...], minutes: int
) -> None:
    moment = START + timedelta(minutes=minutes)
    late = {o.id: o for o in seen(drawn).followed.obligations}
    joined = any(e.type == "contact_scheme.joined" and e.occurred_at > moment for e in drawn)
    for early in seen(drawn, moment).followed.obligations:
        if early.receipt_inferred or early.counted_from is None:
            continue
        if joined and early.silence is not None:
            continue  # once the victim has joined, it is known that the case never closed
        if early.start.by_day and early.start.day == london_day(moment):
            continue  # another agency may tell the same of a later minute of that day
        assert held_at(late[early.id], moment) is early.standing


def held_at(obligation: Obligation, moment: datetime) -> Standing:
    """Return the standing whose interval holds a moment."""
    (held,) = [
        i.standing
        for i in obligation.standings
        if i.since <= moment and (i.until is None or moment < i.until)
    ]
    return held


@given(events(), st.integers(0, 700), st.integers(0, 700))
@settings(max_examples=150, deadline=None)
def test_time_never_turns_a_met_duty_unmet(
    drawn: tuple[KeptEvent, ...], one: int, other: int
) -> None:
    first, second = sorted((one, other))
    before = seen(drawn, START + timedelta(days=first)).followed.obligations
    after = {o.id: o for o in seen(drawn, START + timedelta(days=second)).followed.obligations}
    for obligation in before:
        if obligation.standing in (Standing.MET, Standing.MET_LATE, Standing.ENDED):
            assert after[obligation.id].standing is obligation.standing


_WORSE = [Standing.MET, Standing.PENDING, Standing.MET_LATE, Standing.OVERDUE]


@given(st.integers(0, 60 * 24 * 60), st.integers(0, 60 * 24 * 60), st.sampled_from([True, False]))
@settings(max_examples=200, deadline=None)
def test_telling_earlier_never_makes_a_result_worse(one: int, other: int, serious: bool) -> None:
    earlier, later = sorted((one, other))

    def standing(minutes: int) -> Standing:
        journey = JourneyBuilder().reported(
            "2024-03-01 09:00", flags=["domestic_abuse"] if serious else []
        )
        journey.police("2024-03-20 17:45", "suspect.arrested", suspect="S1")
        journey.told("2024-03-20 17:45", "suspect.arrested")
        arrest, told = journey.events[1:]
        moved = arrest.occurred_at + timedelta(minutes=minutes)
        journey.events[2] = replace(told, occurred_at=moved, received_at=moved)
        return journey.owed("R6.ARREST", "2024-04-20").standing

    assert _WORSE.index(standing(earlier)) <= _WORSE.index(standing(later))


@given(events())
@settings(max_examples=150, deadline=None)
def test_limits_in_working_days_fall_on_working_days(drawn: tuple[KeptEvent, ...]) -> None:
    for obligation in seen(drawn).followed.obligations:
        allowed = obligation.allowed
        if allowed is not None and allowed.unit == "working days" and obligation.due_on is not None:
            assert calendar().is_working_day(obligation.due_on)


@given(events())
@settings(max_examples=150, deadline=None)
def test_stages_silences_and_standings_leave_no_hole(drawn: tuple[KeptEvent, ...]) -> None:
    timeline = seen(drawn)
    for one, other in pairwise(timeline.course.spans):
        assert one.until == other.since
    assert timeline.course.spans[-1].until is None
    for silence in timeline.silences:
        assert silence.parts[0].since == silence.since
        assert silence.parts[-1].until == silence.until
        assert silence.days == sum(part.days for part in silence.parts)
    for obligation in timeline.followed.obligations:
        for before, after in pairwise(obligation.standings):
            assert before.until == after.since
        assert obligation.standings[-1].until is None
        held = [i.standing for i in obligation.standings if i.since <= timeline.story.as_of]
        assert obligation.standing == (held[-1] if held else obligation.standings[0].standing)
    ids = [obligation.id for obligation in timeline.followed.obligations]
    assert len(set(ids)) == len(ids)
    counted = sum(sum(row.obligations.values()) for row in timeline.stages)
    of_the_code = [o for o in timeline.followed.obligations if o.duty.kind == "code"]
    assert counted == len(of_the_code)


@given(events(types=("suspect.arrested", "victim.told", "case.concluded")))
@settings(max_examples=60, deadline=None)
def test_the_same_events_under_two_linked_references_say_the_same(
    drawn: tuple[KeptEvent, ...],
) -> None:
    split = tuple(replace(e, reference=CASE) if n % 2 else e for n, e in enumerate(drawn))
    link = replace(
        drawn[0], id="link", type="reference.linked", data={"reference": CASE, "basis": "file"}
    )
    one, other = (
        [(o.id, o.due_at, o.standing) for o in seen((*these, link)).followed.obligations]
        for these in (split, drawn)
    )
    assert one == other
