"""The code lists hold together, and the gateway and every door tell them as of any day."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import get_args

import pytest

from shared.codes.lists import Kind, Organisation, Validity, organisations, outcomes
from shared.words import HOME_OFFICE_OUTCOMES
from tests.doors import Doors
from tests.services.events import arrest
from tests.services.test_publish import problem

TODAY = date(2026, 11, 20)


def of_kind(kind: Kind, day: date = TODAY) -> list[Organisation]:
    """The organisations of a kind that a day has."""
    return [one for one in organisations().values() if one.kind == kind and one.validity.holds(day)]


def boundaries(validities: Iterable[Validity]) -> list[date]:
    """Every day on which something begins or has ended, the days before, and days far away."""
    ends = {day for validity in validities for day in (validity.since, validity.until) if day}
    around = {day + timedelta(days=step) for day in ends for step in (-1, 0, 1)}
    return sorted(around | {date(1950, 1, 1), TODAY, date(2100, 1, 1)})


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("territorial_force", 43),
        ("national_force", 3),
        ("cps_area", 14),
        ("probation_region", 12),
    ],
)
def test_there_are_as_many_as_there_are(kind: Kind, count: int) -> None:
    assert len(of_kind(kind)) == count


def test_codes_are_of_one_organisation() -> None:
    known = list(organisations().values())
    assert {one.kind for one in known} == set(get_args(Kind))
    gss = [one.gss for one in known if one.gss]
    assert (len(gss), len(set(gss))) == (43, 43)
    assert all(code.startswith("W15" if code[0] == "W" else "E23") for code in gss)
    assert max(Counter((one.kind, one.code) for one in known if one.code).values()) == 1
    assert max(Counter((one.agency, one.name) for one in known).values()) == 1
    for one in known:
        assert one.kind.startswith(one.agency) or one.agency == "police"


def test_no_row_ends_before_it_begins_and_none_outlives_whom_it_names() -> None:
    known = organisations()
    for one in known.values():
        for validity in (one.validity, *(service.validity for service in one.served_by)):
            assert (validity.since or date.min) <= (validity.until or date.max)
        for service in one.served_by:
            if service.organisation is None:
                continue
            other = known[service.kind.partition("_")[0], service.organisation]
            assert other.kind == service.kind
            assert service.validity == service.validity.within(other.validity)
            assert (service.validity.since or date.min) >= (other.validity.since or date.min)
            assert (service.validity.until or date.max) <= (other.validity.until or date.max)


def test_a_force_has_one_area_and_one_region_on_any_day_of_which_a_source_tells() -> None:
    """London has two Areas since 2017, and which serves the City is not known."""
    forces = of_kind("territorial_force")
    told_from = {"cps_area": date(2011, 4, 1), "probation_region": date(2021, 6, 26)}
    for day in boundaries(service.validity for force in forces for service in force.served_by):
        for force in forces:
            for kind, first in told_from.items():
                serving = [
                    service
                    for service in force.served_by
                    if service.kind == kind and service.validity.holds(day)
                ]
                names = [service.organisation for service in serving]
                if day < first:
                    assert names == [], (force.id, day)
                elif kind == "cps_area" and force.id == "metropolitan" and day.year >= 2017:
                    split = day >= date(2017, 4, 1)
                    assert names == (["london-north", "london-south"] if split else ["london"])
                elif kind == "cps_area" and force.id == "city-of-london":
                    assert names == ([None] if day >= date(2017, 4, 1) else ["london"])
                else:
                    assert len(names) == 1, (force.id, kind, day, names)
                    assert names[0] is not None


def test_only_what_an_agency_says_itself_is_verified() -> None:
    verified = {
        (force.id, service.organisation)
        for force in organisations().values()
        for service in force.served_by
        if service.verified
    }
    assert verified == {
        *((force, "wessex") for force in ("dorset", "hampshire", "wiltshire")),
        *((force, "london") for force in ("metropolitan", "city-of-london")),
    }


def test_the_outcomes_are_those_that_a_message_may_give() -> None:
    assert list(outcomes()) == list(HOME_OFFICE_OUTCOMES)
    in_2015 = [n for n, one in outcomes().items() if one.validity.holds(date(2015, 12, 31))]
    assert in_2015 == list(range(21))
    assert outcomes()[22].validity.holds(date(2019, 4, 1))
    assert not outcomes()[22].validity.holds(date(2019, 3, 31))


async def test_the_gateway_and_every_door_tell_the_same_lists(doors: Doors) -> None:
    for address in ("/v1/organisations", "/v1/outcomes", "/v1/organisations/police/dorset"):
        told = [
            (await door.get(address)).text
            for door in (doors.gateway, doors.police, doors.cps, doors.probation)
        ]
        assert len(set(told)) == 1
        first = await doors.gateway.get(address)
        again = await doors.gateway.get(address, headers={"if-none-match": first.headers["etag"]})
        assert again.status_code == 304


async def test_organisations_are_asked_for_by_kind_and_day(doors: Doors) -> None:
    asked = {"kind": "cps_area", "as_of": "2016-05-01"}
    answer = (await doors.gateway.get("/v1/organisations", params=asked)).json()
    assert answer["as_of"] == "2016-05-01"
    assert len(answer["items"]) == 13
    assert "london" in {one["id"] for one in answer["items"]}
    whole = (await doors.gateway.get("/v1/organisations")).json()
    assert (len(whole["items"]), whole["as_of"]) == (len(organisations()), None)


async def test_a_force_tells_who_serves_it_and_how_sure_that_is(doors: Doors) -> None:
    async def dorset(**asked: str) -> dict[str, object]:
        answer = await doors.gateway.get("/v1/organisations/police/dorset", params=asked)
        body: dict[str, object] = answer.json()
        return body

    wessex = {
        "valid_from": "2011-04-01",
        "valid_until": None,
        "note": None,
        "id": "wessex",
        "verified": True,
    }
    region = {**wessex, "valid_from": "2021-06-26", "id": "south-west", "verified": False}
    assert await dorset() == {
        "valid_from": None,
        "valid_until": None,
        "note": None,
        "agency": "police",
        "id": "dorset",
        "kind": "territorial_force",
        "name": "Dorset",
        "gss": "E23000039",
        "code": "55",
        "cps_areas": [wessex],
        "probation_regions": [region],
    }
    assert (await dorset(as_of="2021-06-25"))["probation_regions"] == []
    assert (await dorset(as_of="2021-06-26"))["probation_regions"] == [region]


async def test_an_unknown_organisation_gets_the_nearest_known_one(doors: Doors) -> None:
    for asked, remedy in (
        ("police/dorsett", "did you mean police/dorset?"),
        ("cps/dorset", "did you mean police/dorset?"),
        ("zz/qq", "see /v1/organisations for all of them"),
    ):
        body = problem(await doors.cps.get(f"/v1/organisations/{asked}"), 404, "not-found")
        assert [e["remedy"] for e in body["errors"]] == [remedy]
    before = await doors.cps.get(
        "/v1/organisations/cps/london-north", params={"as_of": "2017-03-31"}
    )
    problem(before, 404, "not-found")


async def test_a_question_that_cannot_be_read_is_a_problem(doors: Doors) -> None:
    for address, field in (
        ("/v1/organisations?as_of=soon", "as_of"),
        ("/v1/outcomes?as_of=2024-02-30", "as_of"),
        ("/v1/organisations/police/dorset?as_of=", "as_of"),
        ("/v1/organisations?kind=force", "kind"),
    ):
        body = problem(await doors.gateway.get(address), 422, "bad-question")
        assert [error["field"] for error in body["errors"]] == [field]


async def test_an_organisation_that_is_on_no_list_may_publish(doors: Doors) -> None:
    """The lists are softer than the doors: a force renamed tomorrow loses no event."""
    event = arrest(source="/police/avon-severn/niche", subject="crime:avon-severn/1/V1")
    assert (await doors.police.post("/v1/events", json=event)).status_code == 201


async def test_an_outcome_is_one_that_was_in_use_on_its_day(doors: Doors) -> None:
    def given(outcome: int, day: str, **more: object) -> dict[str, object]:
        data = {"outcome": outcome, **more}
        type_ = "investigation.decided" if more else "outcome.assigned"
        return arrest(
            id=f"{outcome} {day}", type=type_, time=f"{day}T12:00:00Z", recordedtime=None, data=data
        )

    assert (await doors.police.post("/v1/events", json=given(22, "2019-04-01"))).is_success
    for early in (given(22, "2019-03-31"), given(21, "2015-12-31", decision="closed")):
        body = problem(await doors.police.post("/v1/events", json=early), 422, "bad-message")
        (error,) = body["errors"]
        assert error["field"] == "data.outcome"
        assert error["wrong"].startswith("was not in use on 20")
        assert "/v1/outcomes?as_of=20" in error["remedy"]
    for unknown in (23, -1):
        body = problem(
            await doors.police.post("/v1/events", json=given(unknown, "2024-03-01")),
            422,
            "bad-message",
        )
        assert body["errors"][0]["field"] == "data.outcome"
