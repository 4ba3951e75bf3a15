"""A supplier's own program sends through the class, with asyncio and without."""

import itertools
from datetime import date
from uuid import uuid4

import pytest
from victim_journey import AsyncDoor, ClientError, Door, Refused, Unreachable

from tests.client.events import arrest, arrests
from tests.services.processes import Service


def test_one_event_is_answered_with_its_receipt_for_ever(police: Service) -> None:
    event = arrest()
    with Door(police.url) as door:
        first, again = door.send(event), door.send(event)
    assert first == again
    assert (first.source, first.id, first.subject) == (
        event["source"],
        event["id"],
        event["subject"],
    )
    assert first.received.utcoffset() is not None


def test_a_refusal_says_why(police: Service) -> None:
    with Door(police.url) as door, pytest.raises(Refused) as refused:
        door.send(arrest(data={}))
    assert refused.value.problem.status == 422
    (fault,) = refused.value.problem.faults
    assert str(fault) == "data.suspect is missing: add it"
    assert "data.suspect is missing: add it." in str(refused.value)


def test_any_number_is_sent_and_each_is_answered_in_order(police: Service) -> None:
    events = arrests(1300)
    events[700]["data"] = {}
    with Door(police.url) as door:
        assert {answer.status for answer in door.check_all(events[:2])} == {"created"}
        answers = list(door.send_all(iter(events)))
    assert [answer.id for answer in answers] == [event["id"] for event in events]
    refused = [place for place, answer in enumerate(answers) if answer.status == "refused"]
    assert refused == [700]
    assert answers[700].problem is not None
    assert answers[699].receipt is not None
    assert answers[699].receipt.subject == events[699]["subject"]


def test_who_has_seen_enough_of_the_answers_may_stop(police: Service) -> None:
    endless = (arrest() for _ in itertools.count())
    with Door(police.url) as door:
        for answer in door.send_all(endless):
            assert answer.status == "created"
            break
        assert door.send(arrest()).id


async def test_the_same_with_asyncio(police: Service) -> None:
    events = arrests(3)
    async with AsyncDoor(police.url) as door:
        assert (await door.send(events[0])).id == events[0]["id"]
        answers = [answer.status async for answer in door.send_all(events, backfill=True)]
        checked = [answer.status async for answer in door.check_all(events)]
        (feed,) = [one for one in await door.feeds() if one["source"] == events[0]["source"]]
    assert answers == ["repeated", "created", "created"]
    assert checked == ["repeated"] * 3
    assert feed["last_received_at"]


def test_more_days_than_a_door_counts_at_once_are_counted(police: Service) -> None:
    source = f"/police/avon-and-somerset/s{uuid4().hex[:8]}"
    days = ["2021-05-01", "2023-01-31", "2024-03-28"]
    events = [arrest(source=source, time=f"{day}T12:00:00+01:00") for day in days]
    with Door(police.url) as door:
        for answer in door.send_all(events):
            assert answer.status == "created"
        counts = door.counts(source, date(2021, 5, 1), date(2024, 3, 28))
        assert door.vocabulary()["agency"] == "police"
    assert counts == {("suspect.arrested", date.fromisoformat(day)): 1 for day in days}


def test_patience_comes_to_an_end() -> None:
    waits: list[tuple[float, str]] = []
    with (
        Door("http://127.0.0.1:9", patience=2, on_wait=lambda *told: waits.append(told)) as door,
        pytest.raises(Unreachable) as error,
    ):
        door.feeds()
    assert isinstance(error.value, ClientError)
    assert waits
    assert all(0.25 <= seconds <= 2 and "cannot be reached" in why for seconds, why in waits)
