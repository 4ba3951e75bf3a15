"""Whatever the gateway answers as a figure names its metric, with the version."""

from gateway.app import app


def test_every_shape_of_a_figure_has_a_metric_and_its_version() -> None:
    shapes = app.openapi()["components"]["schemas"]
    figures = {
        name: shape
        for name, shape in shapes.items()
        if {"numerator", "denominator"} <= shape.get("properties", {}).keys() and name != "Metric"
    }
    assert figures
    unnamed = [
        name for name, shape in figures.items() if not {"metric", "version"} <= {*shape["required"]}
    ]
    assert unnamed == []
