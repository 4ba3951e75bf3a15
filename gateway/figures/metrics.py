"""Reads the metrics: what each figure counts, of what, and what it leaves out, a file each.

They are checked when a process starts. A metric of duties has to say of every class in which an
obligation may stand whether it counts it or why it leaves it out; every chain has a metric of its
own version; and every version says what it changed.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gateway.data_file import read_data
from gateway.journey.chains.chain import Chain
from gateway.journey.chains.defined import CHAINS
from gateway.journey.duty import Kind
from shared.store.tally_tables import CLASSES, Class

# How many obligations stand in each class.
Counts = Mapping[str, int]


class MetricError(Exception):
    """A file of a metric cannot be trusted; the message names it and what is wrong."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Counted(_Part):
    """What is counted, or left out, in words; of duties also in which classes they stand."""

    counts: tuple[Class, ...] = Field((), description="Empty where no classes are counted.")
    words: str

    def sum(self, counts: Counts) -> int:
        """Return how many obligations stand in these classes."""
        return sum(counts[name] for name in self.counts)


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
    kinds: tuple[Kind, ...] = Field(
        (),
        description="Of which kinds of rule, where it counts duties by how they stand; a figure is "
        "of one kind, never of two. Empty for what counts something else.",
    )
    unit: str
    numerator: Counted
    denominator: Counted
    exclusions: tuple[Counted, ...] = Field(min_length=1)
    beware: str = Field(description="What the figure does not mean.")
    source: str
    changes: tuple[Change, ...] = Field(min_length=1, description="The newest first.")

    @model_validator(mode="after")
    def _says_all(self) -> Self:
        said = [*self.denominator.counts, *(c for one in self.exclusions for c in one.counts)]
        if not self.kinds and (said or self.numerator.counts):
            raise ValueError("counts classes of duties and names no kinds of them")
        if self.kinds and (missing := sorted(set(CLASSES) - set(said))):
            raise ValueError(f"says nothing of {', '.join(missing)}: count or exclude it")
        if twice := sorted({name for name in said if said.count(name) > 1}):
            raise ValueError(f"says twice what becomes of {', '.join(twice)}: say it once")
        if outside := sorted(set(self.numerator.counts) - set(self.denominator.counts)):
            raise ValueError(f"counts {', '.join(outside)}, which its denominator does not hold")
        versions = [change.version for change in self.changes]
        if versions != list(range(self.version, 0, -1)):
            raise ValueError("its changes do not tell of every version, the newest first")
        return self


@cache
def metrics() -> Mapping[str, Metric]:
    """Return every metric by its id, in the order of their files. Raises MetricError."""
    found = load_metrics(files("gateway.figures") / "metrics")
    hold_chains(found)
    return found


def load_metrics(folder: Traversable) -> Mapping[str, Metric]:
    """Return the metrics of a folder by their ids, in order of files. Raises MetricError."""
    found: dict[str, Metric] = {}
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if not file.name.endswith(".yaml"):
            continue
        metric = read_data(file, Metric, MetricError, "the metric")
        if file.name != f"{metric.id.replace('-', '_')}.yaml":
            raise MetricError(f"{file.name}: holds {metric.id}; name the file as the metric")
        found[metric.id] = metric
    return found


def hold_chains(found: Mapping[str, Metric]) -> None:
    """Raise MetricError unless every chain has a metric of its own version."""
    for chain in CHAINS:
        metric_id = funnel_metric(chain)
        if metric_id not in found:
            raise MetricError(f"no file says what {metric_id} counts; write one")
        if found[metric_id].version != chain.version:
            raise MetricError(f"{metric_id} is not of its chain's version {chain.version}")


def metric_of(kind: Kind) -> Metric:
    """Return the metric by which a kind of rule is counted first."""
    return metrics()["window-used" if kind is Kind.WINDOW else "in-time"]


def funnel_metric(chain: Chain) -> str:
    """Return the id of the metric by which runs through a chain are counted."""
    return f"funnel-{chain.id}".replace("_", "-")
