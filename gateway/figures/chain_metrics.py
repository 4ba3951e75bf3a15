"""Reads the metrics of chains, delays and victims' words: what each figure counts and leaves out.

A file each, in the words in which all metrics are written. They are checked when a process starts:
every chain has a metric of its own version, and nothing is left unsaid.
"""

from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gateway.journey.chains.chain import Chain
from gateway.journey.chains.defined import CHAINS


class MetricError(Exception):
    """A file of a metric cannot be trusted; the message names it and what is wrong."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Part):
    """What is counted, or left out, in words."""

    words: str


class Change(_Part):
    """What a version of a metric changed, and on which London day."""

    version: int
    day: date
    what: str


class Metric(_Part):
    """What a figure counts, of what, what it leaves out and why, and what it does not mean."""

    id: str = Field(pattern=r"^[a-z]+(-[a-z]+)*$")
    version: int = Field(gt=0, description="Rises whenever what is counted changes.")
    title: str
    means: str
    unit: str
    numerator: Words
    denominator: Words
    exclusions: tuple[Words, ...] = Field(min_length=1)
    beware: str = Field(description="What the figure does not mean.")
    source: str
    changes: tuple[Change, ...] = Field(min_length=1, description="The newest first.")

    @model_validator(mode="after")
    def _tells_every_version(self) -> Self:
        if [change.version for change in self.changes] != list(range(self.version, 0, -1)):
            raise ValueError("its changes do not tell of every version, the newest first")
        return self


def load_metrics(folder: Traversable) -> Mapping[str, Metric]:
    """Return the metrics of a folder by their ids, in order of files. Raises MetricError."""
    found: dict[str, Metric] = {}
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".yaml"):
            metric = _read(file)
            if file.name != f"{metric.id.replace('-', '_')}.yaml":
                raise MetricError(f"{file.name}: holds {metric.id}; name the file as the metric")
            found[metric.id] = metric
    for chain in CHAINS:
        metric_id = metric_of(chain)
        if metric_id not in found:
            raise MetricError(f"no file says what {metric_id} counts; write one")
        if found[metric_id].version != chain.version:
            raise MetricError(f"{metric_id} is not of its chain's version {chain.version}")
    return found


def metric_of(chain: Chain) -> str:
    """Return the id of the metric by which runs through a chain are counted."""
    return f"funnel-{chain.id}".replace("_", "-")


def _read(file: Traversable) -> Metric:
    try:
        content: Any = yaml.safe_load(file.read_text("utf-8"))
        return Metric.model_validate(content)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise MetricError(f"{file.name}: is not YAML in UTF-8: {error}") from error
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc'])) or 'the metric'}: {fault['msg']}"
            for fault in error.errors()
        ]
        raise MetricError(f"{file.name}: {'; '.join(faults)}") from error


METRICS = load_metrics(files("gateway.figures") / "chained")
