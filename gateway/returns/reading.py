"""Reads the returns: which measures somebody asks for, of which period and kind of area, as data.

A return is a file, and what is prescribed next is another one. They are checked when a process
starts: whatever a measure names is there, and is counted by the metric that it names.
"""

from collections.abc import Iterable, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gateway.data_file import read_data
from gateway.figures.areas import AreaKind
from gateway.figures.metrics import Change, Metric, metrics
from gateway.figures.periods import PeriodKind
from gateway.journey.duty import Duty, Kind, Rulebook
from gateway.returns.ordered import ORDER_METRIC
from shared.store.tally_tables import CLASSES
from shared.words import JourneyStage, nearest

# What a metric counts of duties that have no limit of time; all other classes are of those that do.
UNTIMED = frozenset({"recorded", "nothing_recorded", "untimed_unknown", "untimed_ended"})
if UNTIMED - {*CLASSES}:
    raise TypeError("the tally has other classes than the returns")


class ReturnError(Exception):
    """A file of a return cannot be trusted; the message names it, the field and what is wrong."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ReturnCite(_Part):
    """Where something was read, in short, and how sure we are; `none` where it is our own."""

    source: str
    at: str
    says: str
    confidence: Literal["high", "medium", "low", "none"]


class Unmeasured(_Part):
    """What somebody may take a measure for and it does not tell, and why."""

    what: str
    why: str


class Measure(_Part):
    """One thing that a return asks for: which duties count, by which metric.

    Without a metric it is asked for and cannot be counted; `unmeasured` says why.
    """

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    number: str = Field(description="Its place in the return, as whoever asks has it.")
    title: str
    counts: str = Field(description="What it counts, in plain words.")
    metric: str | None = Field(None, description="As told at `/v1/metrics/{id}`.")
    kind: Kind = Field(Kind.CODE, description="Of which kind all its rules are.")
    rules: tuple[str, ...] = Field((), description="The duties that count, as the rulebook has it.")
    owner: str | None = Field(None, description="Only what this kind of body owes.")
    stage: JourneyStage | None = Field(None, description="Only what began in this stage.")
    enhanced: bool | None = Field(None, description="Whether Enhanced Rights were owed then.")
    unmeasured: tuple[Unmeasured, ...] = ()
    cite: ReturnCite

    @model_validator(mode="after")
    def _is_counted_or_says_why_not(self) -> Self:
        if (self.metric is None) != (not self.rules):
            raise ValueError("has a metric without rules, or rules without a metric: give both")
        if self.metric is None and not self.unmeasured:
            raise ValueError("has no metric, and `unmeasured` does not say why")
        return self


class Return(_Part):
    """What somebody asks for: its measures, for each area of a kind, period by period."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    version: int = Field(gt=0, description="Rises whenever what is asked for changes.")
    title: str
    asked_by: str = Field(description="Who asks for it.")
    period: PeriodKind
    area: AreaKind = Field(description="Of which kind of area there is a row each.")
    says: str
    cite: ReturnCite
    measures: tuple[Measure, ...] = Field(min_length=1)
    changes: tuple[Change, ...] = Field(min_length=1, description="The newest first.")

    @model_validator(mode="after")
    def _says_all(self) -> Self:
        if [change.version for change in self.changes] != list(range(self.version, 0, -1)):
            raise ValueError("its changes do not tell of every version, the newest first")
        ids = [measure.id for measure in self.measures]
        if twice := sorted({id for id in ids if ids.count(id) > 1}):
            raise ValueError(f"has {', '.join(twice)} twice: give each measure an id of its own")
        return self


def load_returns(rulebook: Rulebook, folder: Path | None = None) -> Mapping[str, Return]:
    """Return the returns of a folder, else ours, by their ids in order of files.

    Raises ReturnError for what cannot be read, and for a rule or a metric that there is not.
    """
    place: Traversable = folder or files("gateway.returns") / "files"
    found: dict[str, Return] = {}
    try:
        inside = sorted(place.iterdir(), key=lambda one: one.name)
    except OSError as error:
        raise ReturnError(f"RETURNS_FOLDER: {folder} cannot be read: {error}") from error
    for file in inside:
        if not file.name.endswith(".yaml"):
            continue
        one = read_data(file, Return, ReturnError, "the return")
        if file.name != f"{one.id.replace('-', '_')}.yaml":
            raise ReturnError(f"{file.name}: id: is {one.id}; name the file as the return")
        for number, measure in enumerate(one.measures):
            if fault := _fault(measure, rulebook):
                raise ReturnError(f"{file.name}: measures.{number}.{fault}")
        found[one.id] = one
    return found


def _fault(measure: Measure, rulebook: Rulebook) -> str | None:
    """Return what a measure names that is not there, or is not counted so; None if all is well."""
    if measure.metric is None:
        return None
    if measure.metric == ORDER_METRIC.id:
        return _order_fault(measure, rulebook)
    metric = metrics().get(measure.metric)
    if metric is None:
        return f"metric: {measure.metric} is no metric{_like(measure.metric, [*metrics()])}"
    if measure.kind not in metric.kinds:
        return f"kind: {metric.id} is not of {measure.kind.value} duties"
    return duties_fault(measure.rules, measure.kind, measure.owner, metric, rulebook)


def _order_fault(measure: Measure, rulebook: Rulebook) -> str | None:
    """Return why rules of order are not counted for a measure; None where they are."""
    orders = {one.id: one for one in rulebook.order if one.counted}
    for rule in measure.rules:
        if rule not in orders:
            return f"rules: {rule} is no rule of order that is counted{_like(rule, orders)}"
        if orders[rule].kind is not measure.kind:
            return f"rules: {rule} is of the kind {orders[rule].kind.value}"
    for name in ("owner", "stage", "enhanced"):
        if getattr(measure, name) is not None:
            return f"{name}: does not narrow rules of order: leave it out"
    return None


def duties_fault(
    rules: tuple[str, ...], kind: Kind, owner: str | None, metric: Metric, rulebook: Rulebook
) -> str | None:
    """Return why a metric cannot count these rules of a kind and owner; None where it can."""
    for rule in rules:
        duty = rulebook.by_id.get(rule)
        if duty is None:
            return f"rules: {rule} is no rule{_like(rule, rulebook.by_id)}"
        if duty.kind is not kind:
            return f"rules: {rule} is of the kind {duty.kind.value}, and no figure mixes two"
        owners = {duty.owner, *(terms.owner for terms in duty.terms if terms.owner)}
        if owner is not None and owner not in owners and "any" not in owners:
            return f"owner: {rule} is never owed by {owner}"
        if not _is_counted(duty, metric):
            return f"metric: {metric.id} counts nothing of {rule}, by whether it has a limit"
    return None


def _is_counted(duty: Duty, metric: Metric) -> bool:
    """Say whether a duty has terms with a limit, or without, as what a metric counts has."""
    return any((terms.within is None) is is_untimed(metric) for terms in duty.terms)


def is_untimed(metric: Metric) -> bool:
    """Say whether a metric is of duties without a limit of time."""
    return UNTIMED.issuperset(metric.denominator.counts)


def _like(word: str, known: Iterable[str]) -> str:
    near = nearest(word, known)
    return f"; did you mean {near}?" if near else ""
