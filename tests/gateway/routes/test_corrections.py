"""Corrections through the doors: whole, by their own organisation, and in any order of arrival."""

import random
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from tests.doors import Doors, SetClock
from tests.gateway.routes.test_journeys import CRIME, arrest, event, report

NICHE = "/police/avon-and-somerset/niche"


def correction(
    id: str = "fix",
    time: str = "2024-03-20T09:00:00Z",
    *,
    of: str = "arrest",
    content_time: str = "2024-03-08T15:00:00Z",
    type: str | None = None,
    subject: str = CRIME,
    **data: Any,
) -> dict[str, Any]:
    """The police's correction of one of their events."""
    content = {"time": content_time, "data": data} | ({} if type is None else {"type": type})
    return event(
        id,
        "event.corrected",
        time,
        subject,
        event={"source": NICHE, "id": of},
        content=content,
        reason="keyed wrong",
    )


async def due(doors: Doors, subject: str = CRIME, **moments: str) -> list[str]:
    """When news of the arrest was due, for each arrest in effect."""
    timeline = await doors.timeline(subject, as_of="2024-05-01", **moments)
    return [o["due_on"] for o in timeline["obligations"] if o["rule"] == "R6.ARREST"]


@pytest.mark.parametrize(
    ("content", "field", "remedy"),
    [
        ({"suspect": ""}, "data.suspect", "write something, or leave the field out"),
        ({"suspekt": "S1", "suspect": "S1"}, "data.suspekt", "did you mean suspect?"),
        ({}, "data.suspect", "add it"),
        (
            {"type": "suspect.released", "suspect": "S1", "released": "on_bial"},
            "data.released",
            "did you mean on_bail? use without_charge, on_bail or under_investigation",
        ),
        ({"type": "suspect.arested", "suspect": "S1"}, "type", "did you mean suspect.arrested?"),
        (
            {"type": "expenses.paid"},
            "type",
            "expenses.paid is another agency's word: send it at that agency's service",
        ),
        (
            {
                "type": "event.withdrawn",
                "event": {"source": NICHE, "id": "arrest"},
                "reason": "not so",
            },
            "type",
            "correct the first event again, or withdraw this one",
        ),
        (
            {"suspect": "S1", "received_at_wcu": "2024-03-08T14:59:00Z"},
            "data.received_at_wcu",
            "a result is received after it was given: check both times",
        ),
        (
            {"suspect": "S1", "content_time": "2027-01-01T00:00:00Z"},
            "time",
            "send the event once it has happened",
        ),
        (
            {"type": "reference.linked", "reference": CRIME, "basis": "file"},
            "data.reference",
            "name the other reference",
        ),
        (
            {"type": "outcome.assigned", "outcome": 22, "content_time": "2018-01-01T00:00:00Z"},
            "data.outcome",
            "use an outcome of that day: see /v1/outcomes?as_of=2018-01-01",
        ),
    ],
)
async def test_a_correction_that_names_the_type_is_held_to_it_whole(
    doors: Doors, content: dict[str, Any], field: str, remedy: str
) -> None:
    sent = correction(**{"type": "suspect.arrested", **content})
    answer = await doors.police.post("/v1/events", json=sent)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["field"], error["remedy"]) == (f"data.content.{field}", remedy)


async def test_without_the_type_the_times_are_held_all_the_same(doors: Doors) -> None:
    late = correction(suspect="S1", received_at_wcu="2024-03-08T14:59:00Z")
    answer = await doors.police.post("/v1/events", json=late)
    assert answer.json()["errors"][0]["field"] == "data.content.data.received_at_wcu"
    ours = correction(event={"source": NICHE, "id": "fix-1"}, reason="keyed wrong")
    answer = await doors.police.post("/v1/events", json=ours)
    assert answer.json()["errors"][0]["field"] == "data.content.data"


async def test_a_correction_counts_before_and_after_its_original(
    doors: Doors, clock: SetClock
) -> None:
    for turn, order in enumerate(permutations([arrest(), correction(suspect="S1")])):
        subject = f"{CRIME}{turn}"
        told = [{**report(), "id": f"r{turn}", "subject": subject}]
        for one in order:
            named = {**one, "id": f"{one['id']}-{turn}", "subject": subject}
            if one["type"] == "event.corrected":
                target = {"source": NICHE, "id": f"arrest-{turn}"}
                named["data"] = {**one["data"], "event": target}
            told.append(named)
        for one in told:
            clock.now += timedelta(seconds=1)
            assert await doors.play([one]) == ["created"]
        assert await due(doors, subject) == ["2024-03-15"]


UNFIT: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    # A field that the two types write alike and mean otherwise.
    ("outcome.assigned", {"outcome": 5}, {"outcome": "adjourned"}),
    ("hearing.ended", {"outcome": "adjourned"}, {"outcome": 5}),
    ("statement.made", {"kind": "personal"}, {"kind": "trial", "hearing": "H1"}),
    ("review.requested", {"stage": "independent"}, {"stage": "trial"}),
    ("contact_scheme.referred", {"region": "south-west"}, {"scheme": "cps"}),
    # The fields of another type, and the right fields under another type's name.
    ("suspect.arrested", {"suspect": "S1"}, {"suspect": "S1", "change": "varied"}),
    ("suspect.arrested", {"suspect": "S1"}, {"suspect": "S1", "type": "suspect.interviewed"}),
]


@pytest.mark.parametrize(("type_", "said", "other"), UNFIT)
async def test_content_of_another_type_changes_nothing_and_is_a_finding(
    doors: Doors, clock: SetClock, type_: str, said: dict[str, Any], other: dict[str, Any]
) -> None:
    for turn in range(2):
        subject = f"{CRIME}{turn}"
        first = event(f"it-{turn}", type_, "2024-03-06T15:00:00Z", subject, **said)
        fix = correction(f"fix-{turn}", of=f"it-{turn}", subject=subject, **other)
        reported = {**report(), "id": f"r-{turn}", "subject": subject}
        for one in (reported, *((first, fix) if turn else (fix, first))):
            clock.now += timedelta(seconds=1)
            assert await doors.play([one]) == ["created"]
        timeline = await doors.timeline(subject, as_of="2024-05-01")
        assert timeline["findings"] == [
            f"The correction fix-{turn} of {NICHE} changes nothing: "
            f"its content is not that of the event it-{turn}."
        ]
        assert "2024-03-08" not in {entry["day"] for entry in timeline["timeline"]}


async def test_only_the_organisation_that_sent_an_event_corrects_it(doors: Doors) -> None:
    await doors.play([report(), arrest()])
    for door, source in ((doors.police, "/police/kent/athena"), (doors.cps, "/cps/south-west/cms")):
        foreign = {**correction(suspect="S1"), "source": source}
        answer = await door.post("/v1/events", json=foreign)
        assert answer.status_code == 403
        assert answer.json()["errors"][0]["field"] == "data.event.source"
    assert await due(doors) == ["2024-03-13"]


async def test_the_first_event_is_corrected_again_and_never_its_correction(
    doors: Doors, clock: SetClock
) -> None:
    await doors.play([report(), arrest(), correction("one", suspect="S1")])
    clock.now += timedelta(days=1)
    later = {"content_time": "2024-03-11T15:00:00Z", "suspect": "S1"}
    await doors.play([correction("two", "2024-03-21T09:00:00Z", of="one", **later)])
    assert await due(doors) == ["2024-03-15"]
    clock.now += timedelta(days=1)
    await doors.play([correction("three", "2024-03-21T09:00:00Z", **later)])
    assert await due(doors) == ["2024-03-18"]
    assert await due(doors, known_at="2026-11-21") == ["2024-03-15"]


async def test_the_winner_does_not_depend_on_the_order_of_arrival_and_what_was_known_stays(
    doors: Doors, clock: SetClock
) -> None:
    told = [
        report(),
        arrest(),
        correction(
            "early", "2024-03-18T09:00:00Z", content_time="2024-03-07T15:00:00Z", suspect="S1"
        ),
        # Of the same time, the greater id wins; the greatest of all was withdrawn.
        correction(
            "same-a", "2024-03-19T09:00:00Z", content_time="2024-03-08T15:00:00Z", suspect="S1"
        ),
        correction(
            "same-b", "2024-03-19T09:00:00Z", content_time="2024-03-11T15:00:00Z", suspect="S1"
        ),
        correction(
            "gone", "2024-03-20T09:00:00Z", content_time="2024-03-12T15:00:00Z", suspect="S1"
        ),
        # The content of another type never wins, whatever its time.
        correction("unfit", "2024-03-21T09:00:00Z", content_time="2024-03-13T15:00:00Z"),
        event(
            "withdrawn",
            "event.withdrawn",
            "2024-03-22T09:00:00Z",
            event={"source": NICHE, "id": "gone"},
            reason="keyed for another crime",
        ),
    ]
    chance = random.Random(11)
    for turn in range(25):
        subject = f"crime:avon-and-somerset/{turn}/V1"
        chance.shuffle(told)
        seen = []
        for one in told:
            named = {**one, "id": f"{one['id']}.{turn}", "subject": subject}
            if "event" in one["data"]:
                target = {**one["data"]["event"], "id": f"{one['data']['event']['id']}.{turn}"}
                named["data"] = {**one["data"], "event": target}
            clock.now += timedelta(minutes=1)
            assert await doors.play([named]) == ["created"]
            seen.append((clock.now.isoformat(), await due(doors, subject)))
        assert seen[-1][1] == ["2024-03-18"], [one["id"] for one in told]
        for known_at, then in seen:
            assert await due(doors, subject, known_at=known_at) == then
