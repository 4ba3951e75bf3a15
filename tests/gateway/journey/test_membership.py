"""Which references make one journey, at which moment of knowledge, and what it is called."""

from gateway.journey.membership import journey_of
from shared.journey_event import reference_id
from tests.builders import CASE, CONTACT, CRIME, JourneyBuilder, moment


def test_links_join_references_in_whatever_order_they_arrive() -> None:
    first = (
        JourneyBuilder()
        .linked("2024-03-01 10:00", CASE, CONTACT)
        .linked("2024-03-02 10:00", CRIME, CASE)
        .reported("2024-03-03 10:00")
    )
    record = first.record()
    for reference in (CRIME, CASE, CONTACT):
        membership = journey_of(record, reference_id(reference))
        assert membership is not None
        assert {r.reference for r in membership.references} == {CRIME, CASE, CONTACT}
        assert len(membership.events) == 3


def test_a_journey_is_named_by_its_first_received_reference() -> None:
    journey = JourneyBuilder().cps("2024-03-01", "hearing.ended", CASE).reported("2024-03-02")
    journey.linked("2024-03-03", CRIME, CASE)
    membership = journey_of(journey.record(), reference_id(CRIME))
    assert membership is not None
    assert membership.name == CASE


def test_as_known_before_the_link_there_were_two_journeys() -> None:
    journey = JourneyBuilder().cps("2024-03-01", "hearing.ended", CASE).reported("2024-03-02")
    journey.linked("2024-03-03", CRIME, CASE)
    before = journey_of(journey.record(), reference_id(CRIME), known_at=moment("2024-03-02 18:00"))
    assert before is not None
    assert (before.name, len(before.events)) == (CRIME, 1)


def test_before_it_was_heard_of_a_reference_has_no_journey() -> None:
    journey = JourneyBuilder().reported("2024-03-02")
    known_at = moment("2024-03-01")
    assert journey_of(journey.record(), reference_id(CRIME), known_at=known_at) is None


def test_the_latest_word_on_a_pair_holds() -> None:
    journey = JourneyBuilder().reported("2024-03-01").linked("2024-03-02", CRIME, CASE)
    journey.cps("2024-03-03", "hearing.ended", CASE)
    journey.police(
        "2024-03-04", "reference.unlinked", CRIME, reference=CASE, basis="another victim"
    )
    membership = journey_of(journey.record(), reference_id(CRIME))
    assert membership is not None
    assert [r.reference for r in membership.references] == [CRIME]


def test_a_withdrawn_link_joins_nothing() -> None:
    journey = JourneyBuilder().reported("2024-03-01")
    journey.linked("2024-03-02", CRIME, CASE, id="link").withdrawn("2024-03-04", "link")
    membership = journey_of(journey.record(), reference_id(CRIME))
    assert membership is not None
    assert [r.reference for r in membership.references] == [CRIME]
    known_at = moment("2024-03-03")
    before = journey_of(journey.record(), reference_id(CRIME), known_at=known_at)
    assert before is not None
    assert len(before.references) == 2
