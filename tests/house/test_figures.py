"""Every figure that the gateway answers names its metric, and all are told alike."""

from collections.abc import Iterator
from typing import Any

from gateway.app import app
from gateway.figures.metrics import metrics
from gateway.routes.lists import LISTS
from gateway.routes.telling import CSV, TOLD

# It tells what chains are, and counts nothing.
NO_FIGURES = "/v1/statistics/chains"
# Each kind of finding is a definition with a version of its own, told at /v1/findings/kinds.
DEFINED_ELSEWHERE = "/v1/statistics/findings"


def shape_of(schema: dict[str, Any], shapes: dict[str, Any]) -> dict[str, Any]:
    """The shape that a schema names, or may be where it is not null."""
    for one in schema.get("anyOf", [schema]):
        if "$ref" in one:
            found: dict[str, Any] = shapes[one["$ref"].rpartition("/")[2]]
            return found
    return schema


def within(shape: dict[str, Any], shapes: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A shape and all that are in it, but not in a list of it."""
    yield shape
    for one in shape.get("properties", {}).values():
        if (inner := shape_of(one, shapes)) is not one:
            yield from within(inner, shapes)


def names_a_metric(shape: dict[str, Any]) -> bool:
    return {"metric", "version"} <= {*shape.get("required", [])}


def test_every_share_has_a_metric_and_its_version() -> None:
    shapes = app.openapi()["components"]["schemas"]
    shares = {
        name: shape
        for name, shape in shapes.items()
        if {"numerator", "denominator"} <= shape.get("properties", {}).keys() and name != "Metric"
    }
    assert len(shares) > 5
    assert [name for name, shape in shares.items() if not names_a_metric(shape)] == []


def test_every_list_of_figures_names_metrics_and_is_told_as_json_and_csv_with_a_tag() -> None:
    """And each has a dictionary, made from the shape of its items."""
    described = app.openapi()
    shapes, told = described["components"]["schemas"], {address for address, _ in LISTS.values()}
    addresses = {
        path: call["get"]
        for path, call in described["paths"].items()
        if path.startswith("/v1/statistics/") and path != NO_FIGURES
    }
    assert len(addresses) > 8
    for path, call in addresses.items():
        answers = call["responses"]
        assert {str(status) for status in TOLD} <= answers.keys(), path
        assert CSV in answers["200"]["content"], path
        assert "format" in {parameter["name"] for parameter in call["parameters"]}, path
        assert path in told, path
        body = shape_of(answers["200"]["content"]["application/json"]["schema"], shapes)
        assert {"items", "as_of", "register"} <= body["properties"].keys(), path
        item = shape_of(body["properties"]["items"]["items"], shapes)
        named = any(names_a_metric(one) for one in within(item, shapes))
        assert named or path == DEFINED_ELSEWHERE, path


def test_what_was_counted_is_told_of_every_metric() -> None:
    assert len(metrics()) > 15
    for metric in metrics().values():
        assert metric.changes[0].version == metric.version
        assert metric.changes[-1].version == 1
