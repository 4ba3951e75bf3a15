"""Rules of order that are counted are kept as each timeline tells them; a feed may hide some."""

from collections import Counter
from dataclasses import replace
from datetime import date

from demo.synthetic.maker import make, world_of
from demo.synthetic.practice import usual_practice
from gateway.journey.membership import journey_of
from gateway.journey.timeline import timeline_of
from gateway.register.order_rows import OrderRow, order_rows
from gateway.register.rows import FOR_GOOD
from shared.journey_event import reference_id
from tests.builders import CRIME, SOURCES, STANDARD, JourneyBuilder, calendar, moment, rulebook
from tests.demo.made import membership_of

RULE = "ORDER.RELEASE-DATE"
SOME = 60


def rows(journey: JourneyBuilder) -> list[OrderRow]:
    membership = journey_of(journey.record(), reference_id(CRIME), known_at=None)
    assert membership is not None
    story = membership.story(as_of=FOR_GOOD, known_at=None)
    return list(order_rows(membership.id, story, rulebook()))


def member() -> JourneyBuilder:
    return JourneyBuilder().reported("2023-01-09").probation("2024-01-08", "contact_scheme.joined")


def released(journey: JourneyBuilder, when: str = "2024-04-08") -> JourneyBuilder:
    return journey.probation(when, "offender.milestone", milestone="release")


def told_date(journey: JourneyBuilder, when: str) -> JourneyBuilder:
    return journey.told(when, agency="probation", carried=["release_date"])


def test_rows_are_what_timelines_tell() -> None:
    """Were every rule of order counted, rows would say what timelines do."""
    world = world_of(11, date(2022, 1, 1), date(2025, 12, 31), usual_practice())
    ours = rulebook()
    every = replace(ours, order=tuple(replace(one, counted=True) for one in ours.order))
    found: Counter[str] = Counter()
    for number in range(SOME):
        membership = membership_of(make(world, number))
        told = timeline_of(membership, every, calendar(), STANDARD, as_of=FOR_GOOD, known_at=None)
        story = membership.story(as_of=FOR_GOOD, known_at=None)
        kept = list(order_rows(membership.id, story, every))
        assert len({row[:4] for row in kept}) == len(kept)
        assert [(row.rule, row.then_at, row.outcome) for row in kept] == [
            (one.rule.id, one.then.at, one.outcome.value) for one in told.order
        ]
        assert [row.rule for row in order_rows(membership.id, story, ours)] == [
            row.rule for row in kept if row.rule == RULE
        ]
        found.update(row.outcome for row in kept)
    assert found["kept"] > 0
    assert found["not_seen"] > 0


def test_who_answers_and_whose_the_journey_was() -> None:
    journey = released(told_date(member(), "2024-03-04"))
    (row,) = rows(journey)
    assert (row.rule, row.outcome) == (RULE, "kept")
    assert (row.agency, row.organisation) == ("probation", "example-region")
    assert (row.force, row.then_on) == ("example-force", date(2024, 4, 8))
    # The force that has it when the offender is released is whose area it counts in.
    moved = member().police("2024-02-05", "crime.transferred", to_force="other-force")
    (row,) = rows(released(moved))
    assert (row.force, row.outcome) == ("other-force", "not_seen")
    back = member().police("2024-05-06", "crime.transferred", to_force="other-force")
    assert [one.force for one in rows(released(back))] == ["example-force"]


def test_a_feed_that_was_down_may_hide_the_news() -> None:
    source = SOURCES["probation"]
    (seen,) = rows(released(member()))
    assert (seen.outcome, seen.unknown_from) == ("not_seen", None)
    (hidden,) = rows(released(member()).down(source, "2024-02-05", "2024-02-12"))
    assert hidden.unknown_from == moment("2024-04-08")
    # Before the victim joined nobody had to tell them; afterwards it is too late; told is told.
    (before,) = rows(released(member()).down(source, "2023-02-06", "2023-02-13"))
    (after,) = rows(released(member()).down(source, "2024-05-06", "2024-05-13"))
    told = released(told_date(member(), "2024-03-04")).down(source, "2024-02-05", "2024-02-12")
    late = released(told_date(member(), "2024-05-06")).down(source, "2024-02-05", "2024-02-12")
    found = [before, after, *rows(told), *rows(late)]
    assert [one.unknown_from for one in found] == [None] * 4
    assert [one.outcome for one in found] == ["not_seen", "not_seen", "kept", "broken"]
    # All that was sent since says what there was.
    sent = released(member()).down(source, "2024-02-05", "2024-02-12", replayed=True)
    assert [one.unknown_from for one in rows(sent)] == [None]


def test_journeys_without_a_release_have_no_rows() -> None:
    assert rows(member()) == []
    assert (
        rows(JourneyBuilder().reported("2024-01-08").probation("2024-04-08", "contact_scheme.left"))
        == []
    )
    assert rows(released(JourneyBuilder().reported("2024-01-08"))) == []
