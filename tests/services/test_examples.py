"""Every message type has an example, which its own door takes and no other does."""

import json
import re
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any, get_args

import httpx
import pytest

from gateway.app import gateway_app
from gateway.rulebook import england_and_wales, load_rulebook
from services.cps.app import ROOM as CPS
from services.door.app import agency_app
from services.door.bodies import LINES, MANY, ONE, PLAIN
from services.door.checks import check
from services.door.wire import Reader
from services.police.app import ROOM as POLICE
from services.probation.app import ROOM as PROBATION
from shared.journey_event import Agency
from shared.problems import BadMessage, NotYours
from shared.store import utc_now
from shared.words import FIELDS, REQUIRED
from tests.doors import serving
from tests.shared.databases import Database
from tests.tokens import ANYBODY, usual

AGENCIES: tuple[Agency, ...] = get_args(Agency)
ROOMS = {room.agency: room for room in (POLICE, CPS, PROBATION)}
READERS = {agency: Reader(ROOMS[agency].messages) for agency in AGENCIES}
EXAMPLES: dict[Agency, dict[str, dict[str, Any]]] = {
    agency: {
        path.stem: json.loads(path.read_text())
        for path in sorted(ROOMS[agency].examples.glob("*.json"))
    }
    for agency in AGENCIES
}
REFERENCES = {
    "crime:dorset/55240019876/V1",
    "case:55DO0012324/V1",
    "contact:south-west/VC-24-00417",
}


def door_of(agency: Agency, database: Database) -> AbstractAsyncContextManager[httpx.AsyncClient]:
    return serving(agency_app(ROOMS[agency]), database.url(agency), usual(agency))


async def post(door: httpx.AsyncClient, kind: str, sent: Any) -> httpx.Response:
    return await door.post("/v1/events", content=json.dumps(sent), headers={"content-type": kind})


def test_the_words_are_those_of_the_messages() -> None:
    sent: dict[str, set[str]] = {}
    for reader in READERS.values():
        for type_, message in reader.types.items():
            data = message.model_fields["data"].annotation
            fields = data.model_fields.items()  # type: ignore[union-attr]
            sent.setdefault(type_, set()).update(field.alias or name for name, field in fields)
            required = {field.alias or name for name, field in fields if field.is_required()}
            assert required == REQUIRED[type_], type_
    assert sent == {type_: set(names) for type_, names in FIELDS.items()}


@pytest.mark.parametrize("agency", AGENCIES)
def test_every_type_has_its_example(agency: Agency) -> None:
    assert set(EXAMPLES[agency]) == set(READERS[agency].types)
    for name, event in EXAMPLES[agency].items():
        assert event["type"] == name


def unbounded(schema: Any, path: str = "") -> Iterator[str]:
    """Yield where a JSON Schema sets no limit on the size of what is sent."""
    if isinstance(schema, list):
        for place, inner in enumerate(schema):
            yield from unbounded(inner, f"{path}/{place}")
    if not isinstance(schema, dict):
        return
    limits: dict[str, set[str]] = {
        "string": {"maxLength", "pattern", "format", "enum", "const"},
        "array": {"maxItems"},
        "object": {"maxProperties", "properties"},
        "integer": {"maximum"},
        "number": {"maximum"},
    }
    type_ = schema.get("type")
    if isinstance(type_, str) and not limits.get(type_, schema.keys()) & schema.keys():
        yield path
    for name, inner in schema.items():
        yield from unbounded(inner, f"{path}/{name}")


@pytest.mark.parametrize("agency", AGENCIES)
def test_everything_in_a_message_has_a_limit_on_its_size(agency: Agency) -> None:
    found = {
        (type_, path)
        for type_, message in READERS[agency].types.items()
        for path in unbounded(message.model_json_schema())
    }
    assert found == set()


def message_of(agency: Agency, type_: str, **data: Any) -> dict[str, Any]:
    """Return an example with some of its data changed."""
    example = EXAMPLES[agency][type_]
    return {**example, "data": {**example.get("data", {}), **data}}


@pytest.mark.parametrize(
    ("type_", "field", "value", "remedy"),
    [
        ("victim.told", "about", ["suspect.arrested"] * 21, "send at most 20"),
        ("victim.told", "about_event", ["id"] * 51, "send at most 50"),
        ("complaint.received", "right", 13, "send 12 or less"),
        ("complaint.received", "right", True, "send a whole number"),
        ("crime.transferred", "to_force", "Devon & Cornwall", "write it as in a source"),
        ("crime.transferred", "new_reference", "5224001234", "write crime:<force>"),
        ("feedback.received", "stage", "at court", "use reported, investigation"),
        ("feedback.received", "score", 1001, "send 1000 or less"),
        ("breach.noticed", "duty", "arrest", "such as R6.ARREST"),
        ("breach.noticed", "by", "police", "use agency, victim or inspector"),
        ("breach.noticed", "start", "i" * 201, "write at most 200 characters"),
        ("handover.sent", "passed", ["need"], "did you mean needs? use needs, preferences"),
        ("representations.made", "on", "charge", "use disposal, bail, licence or parole"),
        ("preferences.agreed", "named_contact", 5, "send true or false, or send text"),
        ("preferences.agreed", "representative", {"knd": "other"}, "did you mean kind?"),
        ("contact.declined", "scope", ["suspect.arested"], "did you mean suspect.arrested?"),
        ("safeguarding.referred", "consents", True, "did you mean consent?"),
        ("property.held", "where", "store", "leave it out"),
        ("victim.withdrew", "same_officer", True, "leave it out"),
    ],
)
def test_a_value_that_its_field_cannot_take_is_refused_with_a_remedy(
    type_: str, field: str, value: Any, remedy: str
) -> None:
    with pytest.raises(BadMessage) as refused:
        READERS["police"].read(message_of("police", type_, **{field: value}))
    assert all(
        re.fullmatch(rf"data\.{field}(\.(\d+|[a-z_]+))?", fault.field)
        for fault in refused.value.faults
    )
    assert any(remedy in fault.remedy for fault in refused.value.faults)


@pytest.mark.parametrize("agency", AGENCIES)
def test_nothing_required_can_be_left_out(agency: Agency) -> None:
    for type_, message in READERS[agency].types.items():
        data = message.model_fields["data"].annotation
        for name, field in data.model_fields.items():  # type: ignore[union-attr]
            if not field.is_required():
                continue
            event = message_of(agency, type_)
            del event["data"][name]
            with pytest.raises(BadMessage) as refused:
                READERS[agency].read(event)
            assert [fault.field for fault in refused.value.faults] == [f"data.{name}"]


def test_every_duty_of_the_rulebook_can_be_named() -> None:
    for duty in load_rulebook(calendar=england_and_wales()).duties:
        assert READERS["police"].read(message_of("police", "breach.noticed", duty=duty.id))


@pytest.mark.parametrize("agency", AGENCIES)
def test_a_service_tells_the_story_of_one_victim(agency: Agency) -> None:
    events = EXAMPLES[agency].values()
    assert len({event["subject"] for event in events}) == 1
    assert len({event["id"] for event in events}) == len(events)


@pytest.mark.parametrize("agency", AGENCIES)
def test_an_example_is_read_at_its_own_door_and_refused_at_the_others(agency: Agency) -> None:
    for event in EXAMPLES[agency].values():
        check(READERS[agency].read(event), agency, ANYBODY, now=utc_now())
        for other in AGENCIES:
            if other != agency:
                with pytest.raises((BadMessage, NotYours)):
                    check(READERS[other].read(event), other, ANYBODY, now=utc_now())


async def test_an_arrest_is_no_word_of_probation(database: Database) -> None:
    async with door_of("probation", database) as door:
        refused = await post(door, ONE, EXAMPLES["police"]["suspect.arrested"])
    assert refused.status_code == 422
    (fault,) = refused.json()["errors"]
    assert fault["field"] == "type"
    assert fault["remedy"].endswith("send it at that agency's service")


async def test_what_the_police_told_is_not_the_cps_s_to_send(database: Database) -> None:
    async with door_of("cps", database) as door:
        refused = await post(door, ONE, EXAMPLES["police"]["victim.told"])
    assert refused.status_code == 403
    (fault,) = refused.json()["errors"]
    assert fault["remedy"] == "send it at the service of police"


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("agency", AGENCIES)
async def test_the_examples_of_openapi_work_when_pasted(
    agency: Agency, backwards: bool, database: Database
) -> None:
    app = agency_app(ROOMS[agency])
    body = app.openapi()["paths"]["/v1/events"]["post"]["requestBody"]
    offered = {
        kind: {name: example["value"] for name, example in said["examples"].items()}
        for kind, said in body["content"].items()
        if "examples" in said  # lines cannot be shown as one JSON value
    }
    assert offered[ONE] == offered[PLAIN] == EXAMPLES[agency]
    receipts: dict[str, Any] = {}
    async with serving(app, database.url(agency), usual(agency)) as door:
        events = list(offered[ONE].values())
        for event in reversed(events) if backwards else events:
            created = await post(door, ONE, event)
            assert created.status_code == 201, created.text
            repeated = await post(door, PLAIN, event)
            assert repeated.status_code == 200, repeated.text
            assert repeated.json() == created.json() | {"status": "repeated"}
            receipts[event["id"]] = repeated.json()
        (batch,) = offered[MANY].values()
        reply = await post(door, MANY, batch)
        (lines,) = offered[LINES].values()
        answer = await door.post("/v1/events", content=lines, headers={"content-type": LINES})
    *items, last = [json.loads(line) for line in answer.text.splitlines()]
    assert items == reply.json()["items"]
    assert last["repeated"] == len(items)
    assert reply.status_code == 200
    assert [item["receipt"] for item in reply.json()["items"]] == [
        receipts[event["id"]] for event in batch
    ]


@pytest.mark.parametrize("order", [AGENCIES, AGENCIES[::-1]])
async def test_the_three_stories_are_one_journey(
    order: tuple[Agency, ...], database: Database
) -> None:
    for agency in order:
        async with door_of(agency, database) as door:
            reply = await post(door, MANY, list(EXAMPLES[agency].values()))
            assert reply.json()["created"] == len(EXAMPLES[agency]), reply.text
    async with serving(gateway_app(), database.url("gateway"), usual("gateway")) as inspector:
        for reference in sorted(REFERENCES):
            found = await inspector.get("/v1/journeys", params={"reference": reference})
            (journey,) = found.json()["items"]
            assert {known["reference"] for known in journey["references"]} == REFERENCES
        told = (await inspector.get(f"/v1/journeys/{journey['id']}/timeline")).json()

    facts = {
        event["type"]: entry
        for entry in told["timeline"]
        for event in entry["events"]
        if entry["kind"] == "fact"
    }
    assert "crime.cancelled" not in facts  # it was withdrawn
    assert facts["suspect.interviewed"]["corrected"]
    assert facts["suspect.interviewed"]["at"] == "2024-03-07T10:00:00Z"
    tellers = {event["source"].split("/")[1] for event in facts["offender.sentenced"]["events"]}
    assert tellers == set(AGENCIES)
    (arrest,) = [one for one in told["obligations"] if one["rule"] == "R6.ARREST"]
    assert (arrest["due_on"], arrest["standing"]) == ("2024-03-08", "met")


@pytest.mark.parametrize("agency", AGENCIES)
def test_every_reference_in_the_openapi_leads_somewhere(agency: Agency) -> None:
    described = agency_app(ROOMS[agency]).openapi()
    schemas = described["components"]["schemas"]
    pointed = set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(described)))
    pointed |= set(re.findall(r'"(#/[^"]+)"', json.dumps(described)))
    assert pointed
    assert {f"#/components/schemas/{name}" for name in schemas} >= pointed
