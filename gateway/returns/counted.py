"""Counts the measures of a return, area by area, from the register."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from gateway.figures.areas import AREAS
from gateway.figures.compliance import Cell, Question, read_cells
from gateway.figures.periods import Period
from gateway.journey.duty import Duty, Rulebook
from gateway.journey.special import rests_on_special
from gateway.journey.stages import Stage
from gateway.returns.ordered import ORDER_METRIC, OUTCOMES, count_orders
from gateway.returns.reading import Measure, Return
from shared.access.caller import View
from shared.codes.lists import Organisation, organisations
from shared.store import Store
from shared.store.tally_tables import CLASSES

# More areas of a kind, times their classes, than there are.
_ALL = 1_000_000
Scope = Literal["area", "no_area", "all"]
# By the id of an area, empty for none and `*` for all, and by the id of a measure.
_Counted = dict[tuple[str, str], Counter[str]]
NOT_OF_PARTS = (
    "Who was told first is known from whole journeys only: ask as an inspector of every "
    "organisation."
)
SILENCE_NOT_OF_PARTS = (
    "Whether nobody spoke to a victim is known from whole journeys only: ask as an inspector of "
    "every organisation."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A return of a period, as of a moment (UTC); of one area, or of all where it is None."""

    what: Return
    period: Period
    as_of: datetime
    area: Organisation | None
    view: View


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of one area; how many of its duties stood in each class, None where not counted.

    Of rules of order, how many came out how. `scope` is `no_area` for what is of no one area, and
    `all` for all together. `why` says why there are no counts.
    """

    scope: Scope
    area: Organisation | None
    measure: Measure
    counts: Mapping[str, int] | None
    why: str | None


async def read_return(store: Store, asked: Asked, rulebook: Rulebook) -> list[Row]:
    """Return every measure of every area, in order of the code lists, then of no area, then all.

    Raises BadQuestion and NotReady as `read_cells` does.
    """
    counted: _Counted = {}
    alike: dict[tuple[object, ...], list[Measure]] = defaultdict(list)
    for measure in asked.what.measures:
        if why_not(measure, asked.view, rulebook) is not None:
            continue
        if measure.metric == ORDER_METRIC.id:
            await _add_orders(store, counted, asked, measure)
        else:
            alike[measure.owner, measure.stage, measure.enhanced].append(measure)
    for measures in alike.values():
        cells = await read_cells(store, _question(asked, measures), rulebook)
        for cell in cells:
            for measure in measures:
                _add_cell(counted, asked, cell, measure)
    return [
        _row(scope, area, measure, counted, asked, rulebook)
        for scope, area in _places(asked, {place for place, _ in counted})
        for measure in asked.what.measures
    ]


def why_not(measure: Measure, view: View, rulebook: Rulebook) -> str | None:
    """Return why a measure is not counted for who asks; None where it is."""
    if measure.metric is None:
        return " ".join(f"{one.what}: {one.why}." for one in measure.unmeasured)
    if measure.metric == ORDER_METRIC.id:
        return NOT_OF_PARTS if view.organisations is not None else None
    duties = [rulebook.by_id[rule] for rule in measure.rules]
    if view.organisations is not None and any(map(_is_to_keep_in_touch, duties)):
        return SILENCE_NOT_OF_PARTS
    if not view.special and any(map(rests_on_special, duties)):
        return "It rests on special categories of data: ask with the scope special_category."
    return None


def _is_to_keep_in_touch(duty: Duty) -> bool:
    return any(start.silence for start in duty.all_starts)


def _question(asked: Asked, measures: list[Measure]) -> Question:
    first = measures[0]
    area = None if asked.area is None else (asked.what.area, asked.area.id)
    return Question(
        as_of=asked.as_of,
        by=("duty",) if area else (asked.what.area, "duty"),
        rules=tuple(sorted({rule for measure in measures for rule in measure.rules})),
        limit=_ALL,
        first=asked.period.first,
        last=asked.period.last_month,
        owner=first.owner,
        stage=None if first.stage is None else Stage[first.stage.upper()],
        enhanced=first.enhanced,
        area=area,
        within=asked.view.organisations,
    )


async def _add_orders(store: Store, counted: _Counted, asked: Asked, measure: Measure) -> None:
    found = await count_orders(
        store, measure.rules, asked.period, asked.what.area, as_of=asked.as_of
    )
    for (_, area), counts in found.items():
        if asked.area is None or area == asked.area:
            _add(counted, asked, area, measure, counts)


def _add_cell(counted: _Counted, asked: Asked, cell: Cell, measure: Measure) -> None:
    duty = cell.of["duty"]
    if isinstance(duty, Duty) and duty.id in measure.rules:
        area = asked.area or cell.of[asked.what.area]
        _add(counted, asked, area, measure, cell.counts)


def _add(
    counted: _Counted,
    asked: Asked,
    area: Organisation | None,
    measure: Measure,
    counts: Mapping[str, int],
) -> None:
    place = "" if area is None else area.id
    for one in (place,) if asked.area else (place, "*"):
        counted.setdefault((one, measure.id), Counter()).update(counts)


def _places(asked: Asked, found: set[str]) -> list[tuple[Scope, Organisation | None]]:
    """Return the areas there are rows of; who sees some organisations has none of others' areas."""
    if asked.area is not None:
        return [("area", asked.area)]
    agency, kind = AREAS[asked.what.area]
    areas = [
        one
        for one in organisations().values()
        if (one.agency, one.kind) == (agency, kind)
        and (one.id in found or (asked.view.organisations is None and _is_there(one, asked.period)))
    ]
    return [("area", one) for one in areas] + [("no_area", None), ("all", None)]


def _is_there(area: Organisation, period: Period) -> bool:
    return area.validity.holds(period.first) or area.validity.holds(period.last_month)


def _row(
    scope: Scope,
    area: Organisation | None,
    measure: Measure,
    counted: Mapping[tuple[str, str], Mapping[str, int]],
    asked: Asked,
    rulebook: Rulebook,
) -> Row:
    why = why_not(measure, asked.view, rulebook)
    if why is not None:
        return Row(scope, area, measure, None, why)
    place = area.id if area is not None else {"no_area": "", "all": "*", "area": ""}[scope]
    names = OUTCOMES if measure.metric == ORDER_METRIC.id else CLASSES
    counts = counted.get((place, measure.id), {})
    return Row(scope, area, measure, {name: counts.get(name, 0) for name in names}, None)
