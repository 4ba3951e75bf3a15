"""A victim asks what is held about them, through those who answer for data protection."""

import pytest

from tests.doors import Doors
from tests.gateway.routes.test_journeys import CASE, CRIME, arrest, event, report

ADDRESS = "/subject-access-request"


async def test_a_victim_reads_their_own_journey_and_nobody_else_s_label(doors: Doors) -> None:
    sent = [
        report(),
        arrest(),
        event("told", "victim.told", "2024-03-07T10:00:00Z", channel="phone", reached=True,
              about=["suspect.arrested"], suspect="S1"),
        event("link", "reference.linked", "2024-04-02T10:00:00Z", reference=CASE, basis="file",
              suspects={"S1": "D-77"}),
        event("charge", "suspect.charged", "2024-04-03T10:00:00Z", suspect="S1"),
        event("fixed", "event.corrected", "2024-04-04T10:00:00Z",
              event={"source": "/police/avon-and-somerset/niche", "id": "arrest"},
              content={"time": "2024-03-06T15:00:00Z", "data": {"suspect": "S2"}},
              reason="entered wrongly"),
    ]  # fmt: skip
    assert await doors.play(sent) == ["created"] * len(sent)
    answer = await doors.gateway.get(ADDRESS, params={"reference": CRIME})
    assert answer.status_code == 200
    body = answer.json()
    content = body["content"]
    assert (content["handling"], body["attachments"]) == ("OFFICIAL-SENSITIVE", [])
    summary = " ".join(content["summary"])
    assert all(one in summary for one in (CRIME, CASE))
    assert "The crime was reported on 4 March 2024." in summary
    assert "You are recorded as having been told or offered something once." in summary
    assert "not recorded as done when the time for it was over" in summary
    says = [line["says"] for line in content["journey"]]
    assert any("uspect 2 was arrested" in one or "uspect 3 was arrested" in one for one in says)
    assert [one["id"] for one in content["events"]] == [one["id"] for one in sent]
    for label in ("S1", "S2", "D-77"):
        assert f'"{label}"' not in answer.text
        assert f"{label} was" not in answer.text
    log = await doors.gateway.get("/v1/access-log", params={"verb": "disclosure"})
    (entry,) = log.json()["items"]
    assert (entry["victims"], entry["recipient"]) == (1, "the victim")
    by_case = await doors.gateway.get(ADDRESS, params={"reference": CASE})
    assert by_case.json() == body


async def test_only_the_days_that_are_asked_for_are_told(doors: Doors) -> None:
    await doors.play([report(), arrest()])
    days = {"fromDate": "2024-03-05", "toDate": "2024-03-06"}
    asked = await doors.gateway.get(ADDRESS, params={"reference": CRIME, **days})
    content = asked.json()["content"]
    assert [one["id"] for one in content["events"]] == ["arrest"]
    assert {line["day"] for line in content["journey"]} <= {"2024-03-05", "2024-03-06"}
    days = {"fromDate": "2020-01-01", "toDate": "2020-12-31"}
    nothing = await doors.gateway.get(ADDRESS, params={"reference": CRIME, **days})
    assert (nothing.status_code, nothing.content) == (204, b"")


async def test_what_is_not_held_is_told_as_hmpps_has_it(doors: Doors) -> None:
    unknown = await doors.gateway.get(ADDRESS, params={"reference": CRIME})
    assert (unknown.status_code, unknown.content) == (204, b"")
    for number in ({"prn": "A1234AA"}, {"crn": "X123456"}):
        other = await doors.gateway.get(ADDRESS, params=number)
        assert (other.status_code, other.content) == (209, b"")


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({}, "reference"),
        ({"reference": "crime:\x00"}, "reference"),
        ({"reference": CRIME, "fromDate": "soon"}, "fromDate"),
        ({"reference": CRIME, "toDate": "2024-02-30"}, "toDate"),
    ],
)
async def test_a_request_that_cannot_be_read_names_its_field(
    doors: Doors, params: dict[str, str], field: str
) -> None:
    answer = await doors.gateway.get(ADDRESS, params=params)
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]
