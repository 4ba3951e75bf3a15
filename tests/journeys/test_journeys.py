"""Every sample journey, sent through the agencies' doors, is told as its expectation says."""

import random

import pytest
import yaml

from demo.samples import Sample, samples
from tests.doors import Doors, doors_to
from tests.journeys.telling import HEAD, differences, references, told, without_receipts
from tests.shared.databases import Database

EVERY_SAMPLE = pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.folder.name)


@EVERY_SAMPLE
async def test_a_journey_is_told_as_worked_out_by_hand(sample: Sample, doors: Doors) -> None:
    assert set(await doors.play(sample.events)) == {"created"}
    timeline = await doors.timeline(sample.reference, as_of=str(sample.as_of))

    expected = yaml.safe_load((sample.folder / "expected.yaml").read_text())
    body = {name: value for name, value in expected.items() if name not in HEAD}
    assert expected["by_hand"]
    differing = differences(body, told(timeline))
    assert not differing, differing

    journey = timeline["journey"]["id"]
    for obligation in timeline["obligations"]:
        asked = f"/v1/obligations/{obligation['id']}/explanation"
        answer = await doors.gateway.get(
            asked, params={"journey": journey, "as_of": str(sample.as_of)}
        )
        explained = answer.raise_for_status().json()
        assert explained["obligation"] == obligation
        assert {c["standing"] for c in explained["changes"]} - {obligation["standing"]}
        assert explained["sentences"]


@EVERY_SAMPLE
async def test_a_journey_played_again_changes_nothing(sample: Sample, doors: Doors) -> None:
    await doors.play(sample.events)
    first = await doors.timeline(sample.reference, as_of=str(sample.as_of))

    assert set(await doors.play(sample.events)) == {"repeated"}
    assert await doors.timeline(sample.reference, as_of=str(sample.as_of)) == first


@EVERY_SAMPLE
@pytest.mark.parametrize("order", ["backwards", "shuffled"])
async def test_a_journey_is_the_same_in_any_order_of_arrival(
    sample: Sample, order: str, database: Database, another_database: Database
) -> None:
    events = list(reversed(sample.events))
    if order == "shuffled":
        random.Random(sample.folder.name).shuffle(events)
    assert events != list(sample.events)

    timelines = []
    for fresh, played in ((database, sample.events), (another_database, events)):
        async with doors_to(fresh) as doors:
            assert set(await doors.play(played)) == {"created"}
            timelines.append(await doors.timeline(sample.reference, as_of=str(sample.as_of)))

    in_order, out_of_order = timelines
    assert without_receipts(out_of_order) == without_receipts(in_order)
    assert references(out_of_order) == references(in_order)


def test_every_kind_of_journey_is_there() -> None:
    told_by = {event["source"].split("/")[1] for sample in samples() for event in sample.events}
    assert told_by == {"police", "cps", "probation"}
    assert len(samples()) >= 8
    assert all(2 <= len(sample.events) <= 30 for sample in samples())
