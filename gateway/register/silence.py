"""Figures on silence over all journeys, as of a moment: how long it lasted where, and with whom.

A silence is split over the stays it ran through, as a timeline splits it. On each journey the
longest part that fell in one stay counts for its stage and holder; percentiles are over journeys.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from operator import add
from typing import Any, NamedTuple

from gateway.register.asking import Asking, all_of
from gateway.register.share import Share, share_of
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

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out."""
        return (self.stage, self.holder, self.organisation) != (None, None, None)


@dataclass(frozen=True, slots=True)
class SilenceFigure:
    """Silence in one stage with one holder, or over all where `stage` and `holder` are None.

    `journeys` are those on which somebody waited for news there; days are London days, of the
    longest part of a silence that fell in a stay there, on each of them. `gaps` are such parts of
    silences that were longer than was agreed, `journeys_with_gaps` the journeys that had one. Over
    all, silences and gaps are whole.
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
    SELECT journey_id, stage, holder, organisation,
           least(coalesce(until_on, {today}), {today}) AS ends_on, since_on, silent_on,
           since_at = silent_from AS begins,
           too_long_from <= least(coalesce(silent_until, {as_of}), {as_of}) AS gap
    FROM register_silence WHERE {conditions}
), journey AS MATERIALIZED (
    SELECT journey_id, stage, holder, organisation, max(ends_on - since_on) AS days,
           max(ends_on - coalesce(silent_on, since_on)) AS whole_days,
           count(*) FILTER (WHERE gap) AS gaps,
           count(*) FILTER (WHERE gap AND begins) AS whole_gaps
    FROM part GROUP BY journey_id, stage, holder, organisation
), whole AS (
    SELECT max(whole_days) AS days, sum(whole_gaps) AS gaps FROM journey GROUP BY journey_id
)
SELECT stage, holder, organisation, days, count(*) AS journeys, sum(gaps)::bigint AS gaps,
       count(*) FILTER (WHERE gaps > 0) AS journeys_with_gaps
FROM journey GROUP BY stage, holder, organisation, days
UNION ALL
SELECT NULL, NULL, NULL, days, count(*), sum(gaps)::bigint, count(*) FILTER (WHERE gaps > 0)
FROM whole GROUP BY days
"""
# How many journeys there are, by the database's own estimate.
_ABOUT = "SELECT reltuples::bigint FROM pg_class WHERE oid = 'register_journey'::regclass"
# Journeys that are counted in one statement, of which none may take long, and how many of these are
# under way at once.
_AT_ONCE = 20_000
# Where only some silences are asked for, so many times more: reading them costs most then.
_FEWER = 10
_UNDER_WAY = 2

Where = tuple[int | None, str | None, str | None]
OVER_ALL: Where = (None, None, None)


class Counted(NamedTuple):
    """How many journeys had a longest silence of some days, with how many gaps, on how many."""

    journeys: int
    gaps: int
    with_gaps: int


NOTHING = Counted(0, 0, 0)
# By the number of days.
Lengths = dict[int, Counted]


async def read_silence(
    store: Store, asked: SilenceQuestion
) -> tuple[SilenceFigure | None, list[SilenceFigure]]:
    """Return the figure over all silences asked for, and one for each stage and holder.

    The first is None where only some were asked for, or there are none; in it a silence is as long
    as all of its parts. They are read a stretch of journeys at a time, each journey once; what the
    register is told meanwhile is in it or is not.
    """
    counted: dict[Where, Lengths] = defaultdict(dict)
    ((about,),) = await store.ask(_ABOUT)
    at_once = _AT_ONCE * (_FEWER if asked.is_narrowed else 1)
    stretches = max(1, about // at_once)
    shares = iter([share_of(place, stretches) for place in range(stretches)])

    async def count() -> None:
        for share in shares:
            for row in await store.ask(*_counting(asked, share)):
                lengths = counted[row["stage"], row["holder"], row["organisation"]]
                known = lengths.get(row["days"], NOTHING)
                fresh = Counted(row["journeys"], row["gaps"], row["journeys_with_gaps"])
                lengths[row["days"]] = Counted(*map(add, known, fresh))

    await asyncio.gather(*(count() for _ in range(_UNDER_WAY)))
    whole = counted.pop(OVER_ALL, None)
    told = None if whole is None or asked.is_narrowed else _figure(OVER_ALL, whole)
    each = sorted(counted, key=lambda where: (where[0], where[1], where[2] or ""))
    return told, [_figure(one, counted[one]) for one in each]


def _counting(asked: SilenceQuestion, share: Share) -> tuple[Any, ...]:
    """Return the statement that counts a stretch of journeys, with its arguments."""
    asking = Asking()
    as_of = asking.put(asked.as_of, "timestamptz")
    first, last = asking.put(share.first, "uuid"), asking.put(share.last, "uuid")
    conditions = [f"journey_id BETWEEN {first} AND {last}", f"since_at < {as_of}"]
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
    )
    return statement, *asking.arguments


def _figure(where: Where, lengths: Lengths) -> SilenceFigure:
    counted = [(days, lengths[days].journeys) for days in sorted(lengths)]
    stage, holder, organisation = where
    return SilenceFigure(
        stage=stage,
        holder=holder,
        organisation=organisation,
        journeys=sum(one.journeys for one in lengths.values()),
        percentiles=tuple(percentile(counted, percent) for percent in PERCENTILES),
        longest=counted[-1][0],
        gaps=sum(one.gaps for one in lengths.values()),
        journeys_with_gaps=sum(one.with_gaps for one in lengths.values()),
    )


def percentile(lengths: Sequence[tuple[int, int]], percent: int) -> int:
    """Return the nearest-rank percentile: the least value that so many of a hundred do not exceed.

    `lengths` are values in their order, each with how often it occurs; there is one at least.
    """
    rank = -(-percent * sum(often for _, often in lengths) // 100)
    upto = accumulate(often for _, often in lengths)
    return next(value for (value, _), reached in zip(lengths, upto, strict=True) if reached >= rank)
