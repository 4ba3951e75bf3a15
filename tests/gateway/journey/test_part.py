"""A part of a journey is what an organisation holds, whatever others say, send or link."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from demo.samples import Sample, samples
from gateway.answers import Moments, TimelineBody
from gateway.journey.part import part_of
from gateway.journey.timeline import timeline_of
from gateway.seeing import (
    journey_seen,
    left_out,
    record_seen,
    timeline_body_seen,
    timeline_seen,
)
from shared.access.caller import Party, View
from shared.journey_event import ErasedEvent, JourneyRecord, KeptEvent, reference_id, speaker
from shared.london import read_instant
from tests.builders import (
    CASE,
    CONTACT,
    CRIME,
    SOURCES,
    STANDARD,
    JourneyBuilder,
    calendar,
    rulebook,
    seen_from,
)

POLICE, CPS = ("police", "example-force"), ("cps", "example-area")
PROBATION, ATTACKER = ("probation", "example-region"), ("cps", "another-area")
AS_OF = "2026-06-01"


def view(*parties: Party) -> View:
    return View(frozenset(parties), special=True)


def told(record: JourneyRecord, reference: str, seen: View) -> dict[str, Any] | None:
    """What the timeline of a reference's journey tells, None where there is nothing to tell."""
    moments = Moments(as_of=seen_from(AS_OF), known_at=None, settled=True)
    membership = journey_seen(record, reference_id(reference), seen, moments)
    if membership is None:
        return None
    timeline = timeline_of(membership, rulebook(), calendar(), STANDARD, as_of=moments.as_of)
    body = TimelineBody.of(
        timeline_seen(timeline, seen), moments, rulebook(), calendar(), left_out(seen)
    )
    return timeline_body_seen(body, seen).model_dump(mode="json")


def journey() -> JourneyBuilder:
    """A journey that all three hold something of, linked by the police."""
    return (
        JourneyBuilder()
        .reported("2024-01-02", flags=["domestic_abuse"])
        .police("2024-01-03", "suspect.arrested", suspect="S1")
        .police("2024-01-10", "file.submitted", to="cps", passed=["needs"])
        .linked("2024-01-10", CRIME, CASE)
        .cps("2024-01-20", "charge.authorised", CASE, suspect="S1")
        .police("2024-01-21", "suspect.charged", suspect="S1")
        .police("2024-03-01", "offender.sentenced", suspect="S1", sentence_kind="custody",
                sentence_months=24, received_at_wcu="2024-03-01 15:00")
        .police("2024-03-04", "contact_scheme.referred", region="example-region",
                scheme="statutory")
        .linked("2024-03-04", CRIME, CONTACT)
        .probation("2024-03-11", "contact_scheme.referral_received", CONTACT)
        .told("2024-03-12", "offender.sentenced", agency="cps", under=CASE, suspect="S1")
        .cps("2024-02-01", "prosecution.stopped", CASE, suspect="S1", how="charge_altered",
             all_proceedings_end=False)
    )  # fmt: skip


def test_each_organisation_sees_what_it_holds_and_owes_and_nothing_else() -> None:
    record = journey().record()
    owners = {"police": {"police", "wcu"}, "cps": {"cps"}, "probation": {"probation"}}
    for party, reference in ((POLICE, CRIME), (CPS, CASE), (PROBATION, CONTACT)):
        seen = told(record, reference, view(party))
        assert seen is not None
        assert {one["organisation"] for one in seen["obligations"] if one["kind"] != "window"} == {
            party[1]
        }
        assert {one["owner"] for one in seen["obligations"] if one["kind"] != "window"} <= owners[
            party[0]
        ]
        assert (seen["gaps"], seen["longest_silence"], seen["findings"]) == ([], None, [])
        assert any("other organisations" in one for one in seen["left_out"])
        for entry in seen["timeline"]:
            for event in entry["events"]:
                assert event["source"] == SOURCES[party[0]] or party == PROBATION
    everything = told(record, CRIME, View(None, special=True))
    assert everything is not None
    assert everything["left_out"] == []
    assert {one["owner"] for one in everything["obligations"]} >= {"police", "cps", "probation"}


def test_a_referral_opens_itself_and_its_link_to_the_region_it_was_sent_to() -> None:
    record = journey().record()
    seen = told(record, CONTACT, view(PROBATION))
    assert seen is not None
    assert [one["reference"] for one in seen["journey"]["references"]] == [CRIME, CONTACT]
    types = {event["type"] for entry in seen["timeline"] for event in entry["events"]}
    assert types == {
        "contact_scheme.referred",
        "contact_scheme.referral_received",
        "reference.linked",
    }
    # Its clock runs from the referral, as it does on the whole journey.
    (owed,) = [one for one in seen["obligations"] if one["rule"] == "R11.VLO"]
    assert owed["trigger"]["type"] == "contact_scheme.referred"
    # Withdrawn, it is not there any more.
    gone = journey().withdrawn("2024-03-05", "police-8").record()
    after = told(gone, CONTACT, view(PROBATION))
    assert after is not None
    (owed,) = [one for one in after["obligations"] if one["rule"] == "R11.VLO"]
    assert owed["trigger"]["type"] == "contact_scheme.referral_received"


def test_a_dummy_reference_linked_to_a_guessed_one_opens_nothing() -> None:
    """Also not that the guess was right: the answer is the same where nobody ever used it."""
    dummy = "case:99XX0000001/V1"

    def attacked(builder: JourneyBuilder) -> JourneyRecord:
        source = "/cps/another-area/cms"
        for when, under, other in (("2024-05-01", dummy, CRIME), ("2024-05-02", CRIME, dummy)):
            builder.cps(when, "reference.linked", under, reference=other, basis="guess",
                        source=source, id=f"link-{under}")  # fmt: skip
        builder.cps("2024-05-03", "charge.authorised", dummy, suspect="S1", source=source, id="d1")
        builder.cps("2024-05-04", "charge.authorised", CRIME, suspect="S1", source=source, id="d2")
        return builder.record()

    for reference in (dummy, CRIME):
        seen = told(attacked(journey()), reference, view(ATTACKER))
        assert seen is not None
        assert seen == told(attacked(JourneyBuilder()), reference, view(ATTACKER))
    for reference in (CASE, CONTACT):
        assert told(attacked(journey()), reference, view(ATTACKER)) is None
        assert told(attacked(JourneyBuilder()), reference, view(ATTACKER)) is None


def record_of(sample: Sample) -> JourneyRecord:
    """A sample journey as the store would hold it."""
    builder = JourneyBuilder()
    for event in sample.events:
        at = f"{read_instant(event['time']):%Y-%m-%d %H:%M}"
        agency = event["source"].split("/")[1]
        builder.said(
            agency,
            at,
            event["type"],
            event["subject"],
            id=event["id"],
            source=event["source"],
            by_day=event.get("timeprecision") == "day",
        )
        builder.events[-1].data = event.get("data", {})
    return builder.record()


def others_said(data: st.DataObject, record: JourneyRecord, party: Party) -> JourneyRecord:
    """The same record with what others sent left out, changed and added to, at random."""
    builder = JourneyBuilder()
    for event in record.events:
        kept = speaker(event.source) == party or part_of_others(event)
        if kept or data.draw(st.booleans()):
            builder.events.append(event)
    references = sorted({event.reference for event in record.events})
    for number in range(data.draw(st.integers(0, 4))):
        one, other = data.draw(st.sampled_from(references)), data.draw(st.sampled_from(references))
        kind = data.draw(st.sampled_from(["suspect.arrested", "reference.linked", "victim.told"]))
        ways: dict[str, dict[str, Any]] = {
            "suspect.arrested": {"suspect": "S9"},
            "reference.linked": {"reference": other, "basis": "guess"},
            "victim.told": {"about": ["suspect.arrested"], "channel": "phone", "reached": True},
        }
        builder.said("cps", "2020-01-01", kind, one, id=f"other-{number}",
                     source="/cps/elsewhere/cms", received="2019-01-01", **ways[kind])  # fmt: skip
        builder.events[-1].event_id = UUID(int=10_000 + number)
    return builder.record()


def part_of_others(event: KeptEvent) -> bool:
    """Whether another's event was sent to a party, or may be a word on what was."""
    sent = {"contact_scheme.referred", "file.submitted", "reference.linked", "reference.unlinked"}
    return event.type in {*sent, "event.corrected", "event.withdrawn"}


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_nothing_that_others_say_changes_a_part(data: st.DataObject) -> None:
    record = record_of(data.draw(st.sampled_from(samples())))
    parties = sorted({speaker(event.source) for event in record.events})
    party = data.draw(st.sampled_from(parties))
    other = others_said(data, record, party)
    for reference in {event.reference for event in record.events}:
        assert told(record, reference, view(party)) == told(other, reference, view(party))


def test_what_was_erased_is_of_the_part_of_who_said_it() -> None:
    record = journey().record()
    gone = [one for one in record.events if one.reference == CASE]
    erased = tuple(
        ErasedEvent(
            source=one.source,
            reference=one.reference,
            occurred_at=one.occurred_at,
            precision=one.precision,
            received_at=one.received_at,
        )
        for one in gone
    )
    left = tuple(one for one in record.events if one not in gone)
    record = replace(record, events=left, erased=erased)
    assert told(record, CASE, view(POLICE)) is None
    seen = told(record, CASE, view(CPS))
    assert seen is not None
    assert [one["reference"] for one in seen["journey"]["references"]] == [CASE]
    assert {one["source"] for one in seen["interruptions"]} == {SOURCES["cps"]}
    police = told(record, CRIME, view(POLICE))
    assert police is not None
    assert police["interruptions"] == []


def test_a_part_of_everybody_is_the_whole_journey_but_for_what_it_says() -> None:
    record = journey().record()
    everybody = view(POLICE, CPS, PROBATION)
    assert {one.event_id for one in part_of(record, everybody).events} == {
        one.event_id for one in record.events
    }
    assert part_of(record, View(None, special=True)) is record
    nobody = record_seen(record, view())
    assert (nobody.events, nobody.references, nobody.interruptions) == ((), (), ())
