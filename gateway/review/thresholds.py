"""Reads the thresholds of a review: below which level a figure asks for a word, and who says so.

A threshold is data: a file of them, in our folder or in the one that THRESHOLDS_FOLDER names. They
are checked when a process starts.
"""

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from gateway.data_file import read_data
from gateway.figures.metrics import metrics
from gateway.journey.duty import Kind, Rulebook
from gateway.journey.limits import AGENCY_OF
from gateway.returns.reading import duties_fault
from shared.words import nearest


class ThresholdError(Exception):
    """A file of thresholds cannot be trusted; the message names it, the field and what is wrong."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Threshold(_Part):
    """A level of a figure of the Code, below which a body should say what it will do."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    version: int = Field(gt=0, description="Rises whenever anything of it changes.")
    title: str
    metric: str = Field(description="As told at `/v1/metrics/{id}`.")
    rules: tuple[str, ...] = Field(min_length=1, description="The duties of the Code that count.")
    owner: Literal["police", "wcu", "cps", "probation"] = Field(description="Who owes them.")
    below: float = Field(gt=0, le=1, description="It is crossed by a share below this, of 1.")
    at_least: int = Field(gt=0, description="Of fewer duties than these nothing is said.")
    quarters: Literal[1, 2] = Field(description="In how many quarters one after the other.")
    set_by: str
    reading: Literal["own", "agreed", "prescribed"] = Field(
        description="`own`: this project's, `agreed`: by those it is for, `prescribed`: by law."
    )
    says: str

    @property
    def agency(self) -> str:
        """Whose organisations it is for."""
        return AGENCY_OF[self.owner]


class _File(_Part):
    thresholds: tuple[Threshold, ...] = Field(min_length=1)


def load_thresholds(rulebook: Rulebook, folder: Path | None = None) -> Mapping[str, Threshold]:
    """Return the thresholds of a folder, else ours, by their ids in order of files.

    Raises ThresholdError for what cannot be read, and for a rule or a metric that there is not.
    """
    place: Traversable = folder or files("gateway.review") / "thresholds"
    found: dict[str, Threshold] = {}
    try:
        inside = sorted(place.iterdir(), key=lambda one: one.name)
    except OSError as error:
        raise ThresholdError(f"THRESHOLDS_FOLDER: {folder} cannot be read: {error}") from error
    for file in inside:
        if not file.name.endswith(".yaml"):
            continue
        content = read_data(file, _File, ThresholdError, "the file")
        for number, one in enumerate(content.thresholds):
            field = f"{file.name}: thresholds.{number}"
            if one.id in found:
                raise ThresholdError(f"{field}.id: {one.id} is there twice")
            metric = metrics().get(one.metric)
            if metric is None or Kind.CODE not in metric.kinds:
                near = nearest(one.metric, metrics())
                like = f"; did you mean {near}?" if near else ""
                raise ThresholdError(f"{field}.metric: {one.metric} is no metric of the Code{like}")
            if fault := duties_fault(one.rules, Kind.CODE, one.owner, metric, rulebook):
                raise ThresholdError(f"{field}.{fault}")
            found[one.id] = one
    return found
