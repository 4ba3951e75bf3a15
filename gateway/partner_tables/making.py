"""Decides which tables a run publishes and what they tell, after all that was published before."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.figures.compliance import Cell as CountedCell
from gateway.figures.disclosure.control import Publication, publish
from gateway.figures.disclosure.layout import Cell, Table
from gateway.figures.disclosure.policy import Policy
from gateway.figures.metrics import Metric
from gateway.figures.months import Month
from gateway.partner_tables.fixed_set import ALL, NATION, Agency, Series, forces, two_of


class Run(StrEnum):
    """What a run is for: a month for the first time, all anew, or all of a quarter for good."""

    FIRST = "first"
    REVISE = "revise"
    FINAL = "final"


class PublishedStatus(StrEnum):
    """How surely a table stays as it is.

    It is provisional until its quarter is published for good, and final then; what is changed
    after that is revised.
    """

    PROVISIONAL = "provisional"
    FINAL = "final"
    REVISED = "revised"


class CannotPublish(Exception):
    """A run is refused; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """What partners are told of one area, right (0 for all) and period; None where it is hidden."""

    period: str
    agency: Agency
    area: str
    right: int
    due: int | None
    met: int | None
    not_met: int | None


def periods_of(
    month: Month, run: Run, statuses: Mapping[str, PublishedStatus]
) -> dict[str, PublishedStatus]:
    """Return the periods that a run publishes, the months first, each with its status then.

    `statuses` are those of the periods that are published already. Raises CannotPublish.
    """
    months = month.of_quarter
    earlier = [one.name for one in months if one < month]
    there, whole = month.name in statuses, month.quarter in statuses
    if run is Run.FIRST:
        if there:
            raise CannotPublish(f"{month.name} is published: use --revise to publish it anew")
        if missing := [name for name in earlier if name not in statuses]:
            raise CannotPublish(f"{missing[0]} comes first: it is in the same quarter")
        found = [month.name, *([month.quarter] if month == months[-1] else [])]
    elif not there:
        raise CannotPublish(f"{month.name} is not published yet")
    elif run is Run.REVISE:
        found = [month.name, *([month.quarter] if whole else [])]
    elif not whole:
        raise CannotPublish(f"{month.quarter} is not published yet: it is final with its quarter")
    elif statuses[month.quarter] is not PublishedStatus.PROVISIONAL:
        raise CannotPublish(f"{month.quarter} is final: use --revise for what changed since")
    else:
        found = [*(one.name for one in months), month.quarter]
    settled = (
        statuses.get(month.quarter, PublishedStatus.PROVISIONAL) is not PublishedStatus.PROVISIONAL
    )
    status = PublishedStatus.REVISED if settled else PublishedStatus.PROVISIONAL
    return dict.fromkeys(found, PublishedStatus.FINAL if run is Run.FINAL else status)


def latest_of(month: Month, published: Collection[str]) -> Month:
    """Return the latest of a month and those of its quarter that are published, by their names.

    All that is published at once is seen from its end.
    """
    return max([month, *(one for one in month.of_quarter if one.name in published)])


def so_far_of(month: Month, periods: Collection[str], published: Collection[str]) -> str | None:
    """Return of which months together the quarter's detail must be protected before it is told.

    The quarter will be told in more detail, and cannot take back what its months have told: so
    that detail is protected from the start, though nobody is told of it. None once it is told.
    """
    if month.quarter in (*periods, *published):
        return None
    latest = latest_of(month, published)
    return (latest.name, two_of(latest))[month.of_quarter.index(latest)]


def counts_of(series: Series, cells: Iterable[CountedCell], metric: Metric) -> dict[Cell, int]:
    """Return the exact counts of a series' smallest cells; what no table has is left out.

    `cells` are by organisation, right and month.
    """
    areas = {force: gss for gss, force in forces().items()}
    counts: dict[Cell, int] = {}
    for cell in cells:
        agency, organisation = cell.of["organisation"]
        right, month = cell.of["right"], cell.of["month"]
        area = NATION if series.parts == (NATION,) else areas.get(organisation)
        if agency != series.agency or area not in series.parts or right not in series.rights:
            continue
        met = metric.numerator.sum(cell.counts)
        not_met = metric.denominator.sum(cell.counts) - met
        for outcome, count in (("met", met), ("not_met", not_met)):
            key = (area, str(right), outcome, Month(month).name)
            counts[key] = counts.get(key, 0) + count
    return counts


def make(
    series: Series,
    month: Month,
    periods: Iterable[str],
    counts: Mapping[Cell, int],
    *,
    so_far: str | None,
    before: Sequence[Publication],
    policy: Policy,
) -> Publication:
    """Return the tables of some periods of a month's quarter as they may be published.

    `before` is all that was published of the series, the oldest first; `so_far` are the months of
    which the quarter's detail is protected too, if any. Raises CannotPublish where
    an area or a right means something else than it did.
    """
    laid = series.layout(month)
    tables: list[Table] = []
    if so_far is not None:
        tables += series.quarter_tables(laid, so_far, told=False)
    for period in periods:
        if period == month.quarter:
            tables += series.quarter_tables(laid, period)
        else:
            tables += series.month_tables(laid, period)
    needed = {part[-1] for table in tables for cell in table.cells() for part in laid.parts(cell)}
    exact = {cell: count for cell, count in counts.items() if cell[-1] in needed}
    try:
        return publish(laid, tables, exact, before=before, policy=policy)
    except ValueError as error:
        raise CannotPublish(
            f"The fixed set of {series.agency} is another than in what was published of the "
            f"quarter, so that this cannot be judged together with it: {error}"
        ) from error


def rows_of(series: Series, publication: Publication) -> Iterator[Row]:
    """Yield what is told, table by table; a cell that two tables have, once."""
    told: set[tuple[str, str, str]] = set()
    for table in publication.telling.tables:
        if not table.told:
            continue
        areas, rights, _, (period,) = table.members
        for area in areas:
            for right in rights:
                if (area, right, period) in told:
                    continue
                told.add((area, right, period))
                due, met, not_met = (
                    publication.shown((area, right, outcome, period))
                    for outcome in (ALL, "met", "not_met")
                )
                number = 0 if right == ALL else int(right)
                yield Row(period, series.agency, area, number, due, met, not_met)
