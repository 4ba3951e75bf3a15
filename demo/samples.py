"""Reads the sample journeys: the events of each, and what the demo says of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "journeys"


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample journey: its CloudEvents in the order they are sent, and how to look at it.

    It is looked up by `reference` and seen as of the end of the London day `as_of`.
    """

    folder: Path
    title: str
    about: str
    reference: str
    as_of: date
    events: tuple[Mapping[str, Any], ...]

    @classmethod
    def read(cls, folder: Path) -> "Sample":
        """Read the journey in a folder: `events.json`, and the head of `expected.yaml`."""
        expected = yaml.safe_load((folder / "expected.yaml").read_text("utf-8"))
        return cls(
            folder=folder,
            title=expected["title"],
            about=expected["about"],
            reference=expected["reference"],
            as_of=expected["as_of"],
            events=tuple(json.loads((folder / "events.json").read_text("utf-8"))),
        )


def samples() -> tuple[Sample, ...]:
    """Return every sample journey, in the order of their folders' names."""
    return tuple(Sample.read(path.parent) for path in sorted(FOLDER.glob("*/expected.yaml")))
