"""The scale of how severe a breach is: a few facts of the breach, named as data with a version.

It says nothing of a person, and nothing is added up: two breaches are two breaches.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

import yaml

# How each fact is read off a row, in SQL: the standing's letter, the days late, the days allowed.
# What the scale may be made of is here; which of them count, and how, is in its file.
_FACTS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "never_answered": lambda step: "letter = 'O'",
    "enhanced": lambda step: "enhanced",
    "late_beyond_allowed": lambda step: f"days_late > {int(step['times'])} * allowed_days",
}


@dataclass(frozen=True, slots=True)
class Severity:
    """A scale: its lowest level, and in order the facts that each add one, with their words.

    `holds` are the conditions, on a row with `letter`, `days_late`, `allowed_days`, `enhanced`.
    """

    name: str
    version: int
    lowest: int
    says: Mapping[str, str]
    holds: Mapping[str, str]
    hash: str

    @property
    def highest(self) -> int:
        """The level at which every fact holds."""
        return self.lowest + len(self.says)

    @property
    def id(self) -> str:
        """Its name with its version."""
        return f"{self.name}-{self.version}"

    @property
    def facts_of_row(self) -> str:
        """The facts that hold for a row, in SQL: an array of their names."""
        each = (
            f"CASE WHEN {condition} THEN '{fact}' END" for fact, condition in self.holds.items()
        )
        return f"array_remove(ARRAY[{', '.join(each)}]::text[], NULL)"


def read_severity(text: str) -> Severity:
    """Read a scale from its file. Raises KeyError for a fact that no row tells of."""
    told = yaml.safe_load(text)
    return Severity(
        name=told["name"],
        version=told["version"],
        lowest=told["lowest"],
        says={step["fact"]: step["says"] for step in told["facts"]},
        holds={step["fact"]: _FACTS[step["fact"]](step) for step in told["facts"]},
        hash=sha256(text.encode()).hexdigest(),
    )


@cache
def severity() -> Severity:
    """Return the scale that this project holds."""
    return read_severity((files(__package__) / "severity.yaml").read_text())
