"""Figures on silence over all journeys, as of a moment: how long it lasted where, and with whom.

A silence is split over the stays it ran through, as a timeline splits it. On each journey the
longest time without a word that fell in one stage with one holder counts; percentiles are over
journeys.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, groupby
from operator import itemgetter
from typing import Any

from gateway.register.asking import Asking, all_of
from shared.london import london_day
from shared.store import Store

PERCENTILES = (50, 75, 90)


@dataclass(frozen=True, slots=True)
class SilenceQuestion:
    """Over which silences figures are asked for, as of a moment (UTC); None leaves nothing out."""

    as_of: datetime
    stage: int | None = None
    holder: str | None = None
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class SilenceFigure:
    """Silence in one stage with one holder, or over all where `stage` and `holder` are None.

    `journeys` are those on which somebody waited for news there; days are London days, of the
    longest silence there on each of them. `gaps` are silences longer than was agreed that ran
    through it, `journeys_with_gaps` the journeys that had one.
    """

    stage: int | None
    holder: str | None
    organisation: str | None
    journeys: int
    percentiles: tuple[int, ...]
    longest: int
    gaps: int
    journeys_with_gaps: int


# The days of a part are those of its silence that had passed, in its stay. What is counted here is
# how many journeys have each number of days, so that no row of a journey leaves the database.
_FIGURES = """
WITH part AS (
    SELECT journey_id, stage, holder, organisation, silent_from,
           least(coalesce(until_on, {today}), {today}) - since_on AS days,
           too_long_from <= least(coalesce(silent_until, {as_of}), {as_of}) AS gap
    FROM register_silence WHERE {conditions}
), silence AS (
    SELECT journey_id, {group} silent_from, sum(days)::int AS days, bool_or(gap) AS gap
    FROM part GROUP BY journey_id, {group} silent_from
), journey AS (
    SELECT {group} max(days) AS days, count(*) FILTER (WHERE gap) AS gaps
    FROM silence GROUP BY {group} journey_id
)
SELECT {told}, days, count(*) AS journeys, sum(gaps)::bigint AS gaps,
       count(*) FILTER (WHERE gaps > 0) AS journeys_with_gaps
FROM journey GROUP BY {group} days
ORDER BY {group} days
"""
_EACH = "stage, holder, organisation,"
_NONE = "NULL::smallint AS stage, NULL::text AS holder, NULL::text AS organisation"


async def read_silence(
    store: Store, asked: SilenceQuestion
) -> tuple[list[SilenceFigure], list[SilenceFigure]]:
    """Return the figure over all silences asked for, and one for each stage and holder.

    The first has none where there are no silences. In it a silence is as long as all of its parts.
    """
    over_all = await _figures(store, asked, "", _NONE)
    return over_all, await _figures(store, asked, _EACH, _EACH.rstrip(","))


async def _figures(
    store: Store, asked: SilenceQuestion, group: str, told: str
) -> list[SilenceFigure]:
    asking = Asking()
    as_of = asking.put(asked.as_of, "timestamptz")
    conditions = [f"since_at < {as_of}"]
    for column, value, kind in (
        ("stage", asked.stage, "smallint"),
        ("holder", asked.holder, "text"),
        ("organisation", asked.organisation, "text"),
    ):
        if value is not None:
            conditions.append(f"{column} = {asking.put(value, kind)}")
    statement = _FIGURES.format(
        as_of=as_of,
        today=asking.put(london_day(asked.as_of), "date"),
        conditions=all_of(conditions),
        group=group,
        told=told,
    )
    rows = await store.ask(statement, *asking.arguments)
    where = itemgetter("stage", "holder", "organisation")
    return [_figure(place, list(those)) for place, those in groupby(rows, where)]


def _figure(where: tuple[Any, Any, Any], rows: Sequence[Any]) -> SilenceFigure:
    lengths = [(row["days"], row["journeys"]) for row in rows]
    stage, holder, organisation = where
    return SilenceFigure(
        stage=stage,
        holder=holder,
        organisation=organisation,
        journeys=sum(journeys for _, journeys in lengths),
        percentiles=tuple(percentile(lengths, percent) for percent in PERCENTILES),
        longest=lengths[-1][0],
        gaps=sum(row["gaps"] for row in rows),
        journeys_with_gaps=sum(row["journeys_with_gaps"] for row in rows),
    )


def percentile(lengths: Sequence[tuple[int, int]], percent: int) -> int:
    """Return the nearest-rank percentile: the least value that so many of a hundred do not exceed.

    `lengths` are values in their order, each with how often it occurs; there is one at least.
    """
    rank = -(-percent * sum(often for _, often in lengths) // 100)
    upto = accumulate(often for _, often in lengths)
    return next(value for (value, _), reached in zip(lengths, upto, strict=True) if reached >= rank)
