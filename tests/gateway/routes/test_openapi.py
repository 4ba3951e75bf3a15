"""The examples in the gateway's OpenAPI work when pasted, while the sample journeys are there."""

from itertools import product
from typing import Any

from demo.samples import samples
from shared.store import Store
from tests.doors import Doors
from tests.gateway.register.registers import catch_up, projector_of

# Nothing was said of the action yet, nobody has replied, nothing was published for partners. The
# first sample journey has no handover, no late outcome of several bodies, and no feedback.
NOTHING_TOLD = {
    "/v1/areas/{area}/actions/{action_id}/changes",
    "/v1/journeys/{journey_id}/delays",
    "/v1/publications/{publication_id}/replies",
    "/v1/published",
    "/v1/statistics/accounts",
    "/v1/statistics/delays",
    "/v1/statistics/handovers",
    "/v1/statistics/satisfaction",
}


ACTION = {
    "id": "b2209155-45aa-40bf-944c-0aef681243fa",
    "what": "Referrals are looked at",
    "owner": {"agency": "police", "organisation": "avon-and-somerset"},
    "due_on": "2030-01-01",
}


async def test_every_example_is_answered(doors: Doors, reader: Store) -> None:
    await doors.play(samples()[0].events)
    await catch_up(await projector_of(reader))
    drawn = await doors.gateway.post("/v1/samples", json={"n": 1})
    opened = await doors.gateway.post("/v1/areas/E23000036/actions", json=ACTION)
    frozen = await doors.gateway.post("/v1/publications", json={"title": "x", "question": {}})
    made = {
        "sample_id": drawn.raise_for_status().json()["id"],
        "action_id": opened.raise_for_status().json()["id"],
        "publication_id": frozen.raise_for_status().json()["id"],
    }
    described = (await doors.gateway.get("/openapi.json")).json()
    tried = 0
    for path, methods in described["paths"].items():
        # No case has been replaced in a sample that was only just drawn, and nothing counted again.
        if not path.startswith("/v1/") or path.endswith(("/replacements", "/reproduction")):
            continue
        parameters = methods["get"].get("parameters", [])
        offered = [
            [(p["name"], p["in"], example["value"]) for example in p.get("examples", {}).values()]
            for p in parameters
            if p.get("examples")
        ]
        for chosen in product(*offered):
            named = {name: value for name, where, value in chosen if where == "path"}
            address = path.format(**made, **named)
            query = {name: value for name, where, value in chosen if where == "query"}
            answer = await doors.gateway.get(address, params=query)
            assert answer.status_code == 200, (address, query, answer.text)
            assert path in NOTHING_TOLD or answer.json().get("items") != []
            tried += 1
    assert tried >= 3


async def test_every_answer_is_of_its_documented_kind(doors: Doors) -> None:
    described = (await doors.gateway.get("/openapi.json")).json()
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert operation.get("summary") or operation.get("description"), (method, path)
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    assert list(response["content"]) == ["application/problem+json"], (path, status)


async def test_every_form_that_can_be_asked_for_is_documented(doors: Doors) -> None:
    described = (await doors.gateway.get("/openapi.json")).json()
    kinds = {"csv": "text/csv", "json": "application/json", "ndjson": "application/x-ndjson"}
    seen = set()
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            for form in forms_of(operation):
                told = operation["responses"]["200"]["content"]
                assert kinds[form] in told, (method, path, form)
                seen.add(form)
    assert seen == set(kinds)


def forms_of(operation: dict[str, Any]) -> list[str]:
    """Return the forms that a call can be asked to answer in."""
    for parameter in operation.get("parameters", []):
        if parameter["name"] == "format":
            shape = parameter["schema"]
            return [
                form for one in [shape, *shape.get("anyOf", [])] for form in one.get("enum", [])
            ]
    return []


async def test_every_shape_has_a_name_of_its_own(doors: Doors) -> None:
    shapes = (await doors.gateway.get("/openapi.json")).json()["components"]["schemas"]
    # Two of one name are told by their modules, and change names when one of them moves.
    assert [name for name in shapes if "__" in name] == []
