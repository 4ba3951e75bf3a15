"""Each door tells its whole vocabulary, as the repository's list has it, every field limited."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from services.cps.app import ROOM as CPS
from services.door.app import Room
from services.door.wire import Reader, types_of
from services.police.app import ROOM as POLICE
from services.probation.app import ROOM as PROBATION
from shared.problems import BadMessage
from shared.words import COMMON_FIELDS, FIELDS, REQUIRED, fits
from tests.doors import Doors
from tests.services.test_publish import problem

ROOMS = (POLICE, CPS, PROBATION)
LIST = Path(__file__).with_name("vocabulary.csv")


async def told(doors: Doors, room: Room) -> list[dict[str, Any]]:
    """Return every type that a door tells."""
    answer = await getattr(doors, room.agency).get("/v1/vocabulary")
    assert answer.status_code == 200
    assert answer.json()["agency"] == room.agency
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def wording(schema: Mapping[str, Any], models: Mapping[str, Any]) -> str:
    """Write a JSON Schema in a few words; one that limits no size has no such words, and fails."""
    if "$ref" in schema:
        return f"{{{fields_of(models[schema['$ref'].rpartition('/')[2]], models)}}}"
    if "anyOf" in schema:
        ways = [way for way in schema["anyOf"] if way.get("type") != "null"]
        return " or ".join(wording(way, models) for way in ways)
    if "enum" in schema:
        values = schema["enum"]
        written = (value if isinstance(value, str) else json.dumps(value) for value in values)
        return "type" if values == sorted(FIELDS) else "|".join(written)
    if "const" in schema:
        return str(schema["const"])
    match schema["type"]:
        case "boolean":
            return "true or false"
        case "integer":
            return f"whole {schema['minimum']} to {schema['maximum']}"
        case "number":
            return f"number {schema['minimum']} to {schema['maximum']}"
        case "array":
            least = f"{schema['minItems']} to " if "minItems" in schema else "up to "
            return f"[{least}{schema['maxItems']}: {wording(schema['items'], models)}]"
        case "object":
            if "patternProperties" in schema:
                ((pattern, field),) = schema["patternProperties"].items()
                names = {"pattern": pattern}
            else:
                names, field = schema["propertyNames"], schema["additionalProperties"]
            keys, values = wording({"type": "string", **names}, models), wording(field, models)
            return f"{{up to {schema['maxProperties']}: {keys} = {values}}}"
    assert schema["type"] == "string"
    if "format" in schema:
        return str(schema["format"])
    if "pattern" in schema:
        assert not set("*+") & set(schema["pattern"])
        return f"/{schema['pattern']}/"
    return f"text {schema['minLength']} to {schema['maxLength']}"


def fields_of(model: Mapping[str, Any], models: Mapping[str, Any], *but: str) -> str:
    """Write the fields of a model, those that it must have with a star."""
    required = model.get("required", ())
    return "; ".join(
        f"{name}{'*' if name in required else ''} "
        # The whole of another event's data, which is held to that event's own type.
        + ("data" if name == "data" else wording(field, models))
        for name, field in model["properties"].items()
        if name not in but
    )


def row_of(word: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return the type, version and fields of a type as the list has them."""
    models = word["schema"]["$defs"]
    data = models[word["schema"]["properties"]["data"]["$ref"].rpartition("/")[2]]
    but = COMMON_FIELDS - set(data.get("required", ()))
    return word["type"], word["version"], fields_of(data, models, *but)


async def test_the_doors_tell_the_repositorys_own_list(doors: Doors) -> None:
    said: dict[tuple[str, str, str], list[str]] = {}
    for room in ROOMS:
        for word in await told(doors, room):
            said.setdefault(row_of(word), []).append(room.agency)
    lines = [line for line in LIST.read_text().splitlines() if not line.startswith("#")]
    listed = {
        (row["type"], row["version"], row["fields"]): row["agencies"].split()
        for row in csv.DictReader(lines)
    }
    # A type whose fields change gets another version here and in its message.
    assert said == listed
    assert {type_ for type_, _, _ in listed} == set(FIELDS)
    assert len(FIELDS) == 81


@pytest.mark.parametrize("room", ROOMS, ids=[room.agency for room in ROOMS])
async def test_a_type_is_told_with_what_a_supplier_needs(doors: Doors, room: Room) -> None:
    door = getattr(doors, room.agency)
    for word in await told(doors, room):
        alone = await door.get(f"/v1/vocabulary/{word['type']}")
        assert alone.json() == word
        assert word["meaning"].endswith(".")
        fields = {field["name"]: field for field in word["fields"]}
        assert set(fields) <= FIELDS[word["type"]]
        assert {name for name in fields if fields[name]["required"]} == REQUIRED[word["type"]]
        assert word["schema"]["properties"]["type"]["const"] == word["type"]
        example = room.examples / f"{word['type']}.json"
        assert word["example"] == json.loads(example.read_text())


async def test_the_values_of_a_field_are_listed(doors: Doors) -> None:
    word = (await doors.police.get("/v1/vocabulary/suspect.released")).json()
    (released,) = (field for field in word["fields"] if field["name"] == "released")
    assert released["values"] == ["without_charge", "on_bail", "under_investigation"]


async def test_an_unchanged_vocabulary_is_not_sent_twice(doors: Doors) -> None:
    for address in ("/v1/vocabulary", "/v1/vocabulary/victim.told"):
        first = await doors.cps.get(address)
        tag = first.headers["etag"]
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = await doors.cps.get(address, headers={"if-none-match": known})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == tag
        other = await doors.cps.get(address, headers={"if-none-match": '"other"'})
        assert other.json() == first.json()
    police = await doors.police.get("/v1/vocabulary")
    assert police.headers["etag"] != (await doors.cps.get("/v1/vocabulary")).headers["etag"]


@pytest.mark.parametrize(
    ("asked", "remedy"),
    [
        ("suspect.arested", "did you mean suspect.arrested?"),
        (
            "prosecution.stopped",
            "prosecution.stopped is another agency's word: send it at that agency's service",
        ),
        ("zzz", "use a type of this service's /v1/vocabulary"),
    ],
)
async def test_an_unknown_type_gets_the_nearest_known_one(
    doors: Doors, asked: str, remedy: str
) -> None:
    body = problem(await doors.police.get(f"/v1/vocabulary/{asked}"), 404, "not-found")
    assert [(e["field"], e["remedy"]) for e in body["errors"]] == [("type", remedy)]


@pytest.mark.parametrize("room", ROOMS, ids=[room.agency for room in ROOMS])
def test_data_of_another_type_fits_where_its_schema_says_so(room: Room) -> None:
    """Every field of every type holds every value that any other type may hold under its name."""
    reader = Reader(room.messages)
    examples = {
        type_: json.loads((room.examples / f"{type_}.json").read_text())
        for message in room.messages
        for type_ in types_of(message)
    }
    values: dict[str, list[Any]] = {}
    for message in room.messages:
        schema = message.model_json_schema()
        models = schema["$defs"]
        data = models[schema["properties"]["data"]["$ref"].rpartition("/")[2]]
        for name, field in data["properties"].items():
            values.setdefault(name, []).extend(values_under(field))
    for example in examples.values():
        for name, value in example.get("data", {}).items():
            values[name].append(value)
    tried = refused = 0
    for type_, example in examples.items():
        if type_.startswith("event."):
            continue
        for name in FIELDS[type_]:
            for value in values.get(name, ()):
                data = {**example.get("data", {}), name: value}
                # Only what some message of the agency takes comes before `fits`.
                if not any(reader.readings({**example, "data": data})):
                    continue
                try:
                    reader.read({**example, "data": data})
                    taken = True
                except BadMessage:
                    taken = False
                assert fits(type_, data) is taken, (type_, name, value)
                tried += 1
                refused += not taken
    assert tried > 300


def values_under(field: Mapping[str, Any]) -> list[Any]:
    """Return what a field's schema plainly allows: listed values, a phrase, numbers, yes and no."""
    values: list[Any] = []
    for way in field.get("anyOf", [field]):
        values += way.get("enum", [])
        values += [way["const"]] if "const" in way else []
        if way.get("type") == "string" and not {"pattern", "format"} & way.keys():
            values.append("a phrase")
        if way.get("type") == "integer":
            values += [way["minimum"], way["minimum"] + 1]
        if way.get("type") == "boolean":
            values += [True, False]
    return values
