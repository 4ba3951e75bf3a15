"""Reads the presets: samples that can be asked for by name, each with where it comes from."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml
from pydantic import Field, ValidationError

from gateway.asked import Part
from gateway.sampling.asked import Plan, SampleAsked
from shared.faults import fault_of
from shared.problems import BadQuestion, Fault
from shared.words import nearest


class Cite(Part):
    """Where a preset comes from, and how sure we are; `none` where it is our own."""

    source: str
    at: str
    says: str
    confidence: Literal["high", "medium", "low", "none"]


class Preset(Part):
    """A sample that can be asked for by name; what it needs only the asker can say."""

    id: str
    title: str
    about: str
    asks: dict[str, Any] = Field(description="What is asked where the asker says nothing else.")
    needs: list[str]
    cite: Cite


@cache
def presets() -> Mapping[str, Preset]:
    """Return every preset by its id, in the order of the file."""
    text = (files("gateway.sampling") / "presets.yaml").read_text("utf-8")
    read = [Preset.model_validate(one) for one in yaml.safe_load(text)["presets"]]
    for preset in read:
        Plan.model_validate_json(_json(preset.asks))
    return {preset.id: preset for preset in read}


def plan_of(asked: SampleAsked) -> Plan:
    """Return what is to be drawn, the preset's words in it. Raises BadQuestion."""
    preset = None if asked.preset is None else preset_of(asked.preset)
    fields = asked.over({} if preset is None else preset.asks)
    for need in () if preset is None else preset.needs:
        if fields["population"].get(need.removeprefix("population.")) is None:
            raise BadQuestion(
                "The preset needs what only the asker can say.",
                Fault(need, "is missing", f"the preset {asked.preset} needs it; see its `about`"),
            )
    try:
        return Plan.model_validate_json(_json(fields))
    except ValidationError as error:
        faults = [
            fault_of(wrong, ".".join(map(str, wrong["loc"])) or "body") for wrong in error.errors()
        ]
        raise BadQuestion("The sample cannot be drawn as it is asked for.", *faults) from error


def preset_of(name: str) -> Preset:
    """Return the preset with this id. Raises BadQuestion."""
    found = presets().get(name)
    if found is None:
        near = nearest(name, presets())
        remedy = f"did you mean {near}?" if near else f"use one of {', '.join(presets())}"
        raise BadQuestion("No preset has this id.", Fault("preset", "is no preset's id", remedy))
    return found


def _json(fields: dict[str, Any]) -> str:
    # Strict shapes take a day as text from JSON only.
    return json.dumps(fields)
