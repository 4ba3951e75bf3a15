"""An inspector asks what would be if a draft were in force, and the law is told as before."""

from datetime import timedelta
from typing import Any

import pytest

from demo.samples import samples
from gateway.what_if.answers import NOT_THE_LAW
from shared.journey_event import reference_id
from tests.builders import calendar, rulebook
from tests.doors import Doors, SetClock

DRAFT = "sentence-review"
CRIME = "crime:kent/4624001234/V1"
CASE = "case:46KE0012324/V1"


def event(id: str, type: str, time: str, subject: str = CRIME, **data: Any) -> dict[str, Any]:
    """Return a CloudEvent of the police."""
    return {
        "specversion": "1.0",
        "id": f"{subject}-{id}",
        "source": "/police/kent/athena",
        "type": type,
        "subject": subject,
        "time": time,
        "data": data,
    }


def sentenced(subject: str = CRIME, asked: str = "2024-06-03T10:00:00Z") -> list[dict[str, Any]]:
    """A sentence in the scheme, of which the victim asks a review three months later: too late."""
    return [
        event(
            "report",
            "crime.reported",
            "2023-03-04T09:00:00Z",
            subject,
            victim_kind="person",
            offence_group="violence",
        ),
        event(
            "sentence",
            "offender.sentenced",
            "2024-03-01T15:00:00Z",
            subject,
            suspect="S1",
            sentence_kind="custody",
            sentence_months=30,
            unduly_lenient_scheme=True,
        ),
        event("asked", "review.requested", asked, subject, scheme="unduly_lenient", suspect="S1"),
    ]


async def play(doors: Doors, *events: dict[str, Any]) -> None:
    assert set(await doors.play(events)) == {"created"}


async def get(doors: Doors, address: str, **params: Any) -> dict[str, Any]:
    # Without parameters of our own, those in the address stay.
    answer = await doors.gateway.get(address, params=params or None)
    body: dict[str, Any] = answer.raise_for_status().json()
    return body


async def test_drafts_are_listed_with_their_rules_and_citations(doors: Doors) -> None:
    listed = await get(doors, "/v1/drafts")
    assert listed["not_the_law"] == NOT_THE_LAW
    consulted_on, draft = listed["items"]
    assert (consulted_on["draft"], draft["draft"]) == ("code-2026", DRAFT)
    (rule,) = draft["rules"]
    assert (rule["rule"], rule["replaces_one_in_force"]) == ("ULS.REQ", True)
    assert rule["terms"][0]["within"] == "6 months"
    assert rule["terms"][0]["cite"]["confidence"] == "medium"


async def test_one_journey_under_a_draft_beside_the_law(doors: Doors) -> None:
    await play(doors, *sentenced())
    address = f"/v1/journeys/{reference_id(CRIME)}/what-if"
    told = await get(doors, address, draft=DRAFT, as_of="2025-01-01")
    assert (told["not_the_law"], told["draft"]) == (NOT_THE_LAW, DRAFT)
    assert told["judged_by"]["rulebook"] == rulebook().hash
    assert told["judged_by"]["calendar"] == calendar().hash
    assert told["judged_by"]["draft_rulebook"] not in (rulebook().hash, "")
    (one,) = told["differences"]
    assert (one["rule"], one["ways"]) == ("ULS.REQ", ["due", "standing"])
    assert (one["before"]["due_on"], one["before"]["standing"]) == ("2024-03-29", "met_late")
    assert (one["after"]["due_on"], one["after"]["standing"]) == ("2024-09-01", "met")
    assert one["after"]["edition"]["cite"]["source"] == "ULS26"
    timeline = await doors.timeline(CRIME, as_of="2025-01-01")
    in_force = {o["id"]: o for o in timeline["obligations"]}[one["id"]]
    assert (in_force["due_on"], in_force["standing"]) == ("2024-03-29", "met_late")
    assert told["totals"]["counts"] == [
        {
            "rule": "ULS.REQ",
            "before": {"owner": "victim", "standing": "met_late", "breach": False},
            "after": {"owner": "victim", "standing": "met", "breach": False},
            "ways": ["due", "standing"],
            "obligations": 1,
        }
    ]


async def test_it_obeys_what_was_known_and_when_it_is_seen(doors: Doors, clock: SetClock) -> None:
    report, sentence, asked = sentenced()
    await play(doors, report, sentence)
    before = clock.now
    clock.now += timedelta(days=1)
    await play(doors, asked)
    address = f"/v1/journeys/{reference_id(CRIME)}/what-if"
    then = await get(doors, address, draft=DRAFT, as_of="2024-07-01", known_at=before.isoformat())
    (one,) = then["differences"]
    assert (one["before"]["standing"], one["after"]["standing"]) == ("ended", "pending")
    early = await get(doors, address, draft=DRAFT, as_of="2024-02-01")
    assert (early["differences"], early["totals"]["unchanged"]) == ([], 1)


async def test_no_timeline_changes_by_a_byte(doors: Doors) -> None:
    """The law is told the same before and after what-if, and nothing in it names a draft."""
    for sample in samples():
        await doors.play(sample.events)
    await play(doors, *sentenced())

    async def ordinary() -> list[bytes]:
        told = []
        for reference in (CRIME, *(sample.reference for sample in samples())):
            address = f"/v1/journeys/{reference_id(reference)}/timeline"
            told.append((await doors.gateway.get(address, params={"as_of": "2026-11-01"})).content)
        found = await doors.gateway.get("/v1/journeys", params={"reference": CRIME})
        return [*told, found.content]

    before = await ordinary()
    page = await get(doors, "/v1/what-if", draft=DRAFT, as_of="2026-11-01")
    assert page["totals"]["touched"] >= 1
    await get(doors, f"/v1/journeys/{reference_id(CRIME)}/what-if", draft=DRAFT)
    assert await ordinary() == before
    leaks = [word for word in (DRAFT, "ULS26", "draft") for told in before if word.encode() in told]
    assert leaks == []


async def test_all_journeys_a_page_at_a_time_come_to_the_same(doors: Doors) -> None:
    for sample in samples():
        await doors.play(sample.events)
    await play(doors, *sentenced())
    whole = await get(doors, "/v1/what-if", draft=DRAFT, as_of="2026-11-01")
    assert whole["next"] is None
    assert whole["totals"]["journeys"] == len(samples()) + 1 == len(whole["items"])
    assert {item["id"] for item in whole["items"] if item["differences"]} >= {
        str(reference_id(CRIME))
    }
    for item in whole["items"]:
        one = await get(
            doors, f"/v1/journeys/{item['id']}/what-if", draft=DRAFT, as_of="2026-11-01"
        )
        assert len(one["differences"]) == item["differences"]

    items: list[dict[str, Any]] = []
    numbers = {"journeys": 0, "touched": 0, "unchanged": 0}
    address: str | None = f"/v1/what-if?draft={DRAFT}&as_of=2026-11-01&limit=2"
    pages = 0
    while address is not None:
        page = await get(doors, address)
        assert (page["as_of"], page["known_at"]) == (whole["as_of"], whole["known_at"])
        items += page["items"]
        numbers = {name: number + page["totals"][name] for name, number in numbers.items()}
        address, pages = page["next"], pages + 1
    assert pages > 3
    assert sorted(items, key=lambda item: str(item["id"])) == sorted(
        whole["items"], key=lambda item: str(item["id"])
    )
    assert numbers == {name: whole["totals"][name] for name in numbers}


async def test_a_link_between_two_pages_counts_no_journey_twice(
    doors: Doors, clock: SetClock
) -> None:
    await play(doors, *sentenced(CRIME), *sentenced(CASE))
    clock.now += timedelta(minutes=1)
    first = await get(doors, "/v1/what-if", draft=DRAFT, as_of="2025-01-01", limit=1)
    clock.now += timedelta(minutes=1)
    link = event("link", "reference.linked", "2024-07-01T09:00:00Z", reference=CASE, basis="file")
    await play(doors, link)
    clock.now += timedelta(minutes=1)
    second = await get(doors, first["next"])
    references = [item["reference"] for page in (first, second) for item in page["items"]]
    assert sorted(references) == sorted([CRIME, CASE])
    anew = await get(doors, "/v1/what-if", draft=DRAFT, as_of="2025-01-01")
    assert [item["reference"] for item in anew["items"]] == [min(CRIME, CASE)]


async def test_a_journey_parted_again_is_two(doors: Doors, clock: SetClock) -> None:
    link = event("link", "reference.linked", "2024-07-01T09:00:00Z", reference=CASE, basis="file")
    part = event("part", "reference.unlinked", "2024-07-02T09:00:00Z", reference=CASE, basis="file")
    await play(doors, *sentenced(CRIME), *sentenced(CASE), link, part)
    page = await get(doors, "/v1/what-if", draft=DRAFT, as_of="2025-01-01", limit=1)
    following = await get(doors, page["next"])
    told = sorted(item["reference"] for one in (page, following) for item in one["items"])
    assert told == sorted([CRIME, CASE])


async def test_an_empty_store_has_an_empty_page(doors: Doors) -> None:
    page = await get(doors, "/v1/what-if", draft=DRAFT)
    assert (page["items"], page["next"], page["totals"]["journeys"]) == ([], None, 0)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"draft": "VC2020"}, "draft"),
        ({"draft": ""}, "draft"),
        ({"draft": "../victims_code"}, "draft"),
        ({"draft": "\x00"}, "draft"),
        ({}, "draft"),
        ({"draft": DRAFT, "as_of": "soon"}, "as_of"),
        ({"draft": DRAFT, "known_at": "2024-02-30"}, "known_at"),
        ({"draft": DRAFT, "after": "the last"}, "after"),
        ({"draft": DRAFT, "limit": "0"}, "limit"),
        ({"draft": DRAFT, "limit": "many"}, "limit"),
        ({"draft": DRAFT, "limit": "1001"}, "limit"),
    ],
)
async def test_a_question_that_cannot_be_answered_names_its_field(
    doors: Doors, params: dict[str, str], field: str
) -> None:
    answer = await doors.gateway.get("/v1/what-if", params=params)
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert fault["field"] == field
    assert "not right" not in fault["wrong"], "said in Pydantic's words and not in ours"
    assert fault["remedy"]
    if field not in ("after", "limit"):
        one = await doors.gateway.get(f"/v1/journeys/{reference_id(CRIME)}/what-if", params=params)
        assert one.json()["errors"] == answer.json()["errors"]


async def test_moments_may_lie_centuries_away(doors: Doors) -> None:
    await play(doors, *sentenced())
    for moment in ("0001-01-01", "1900-01-01T00:00:00Z", "9999-12-31", "9999-12-31T23:59:59-14:00"):
        for name in ("as_of", "known_at"):
            params = {"draft": DRAFT, name: moment, "limit": 1}
            answer = await doors.gateway.get("/v1/what-if", params=params)
            assert answer.status_code in (200, 422), (params, answer.text)
            if answer.is_success and answer.json()["next"]:
                following = await doors.gateway.get(answer.json()["next"])
                assert following.status_code == 200, following.text


async def test_the_remedy_names_the_drafts(doors: Doors) -> None:
    answer = await doors.gateway.get("/v1/what-if", params={"draft": "sentence-reviews"})
    assert DRAFT in answer.json()["errors"][0]["remedy"]


async def test_a_journey_nobody_knows_is_not_found(doors: Doors) -> None:
    address = f"/v1/journeys/{reference_id(CRIME)}/what-if"
    answer = await doors.gateway.get(address, params={"draft": DRAFT})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (404, "journey_id")
    # A draft is for asking what if; the timeline takes none.
    await play(doors, *sentenced())
    timeline = f"/v1/journeys/{reference_id(CRIME)}/timeline"
    plain = await doors.gateway.get(timeline)
    assert (await doors.gateway.get(timeline, params={"draft": DRAFT})).content == plain.content
