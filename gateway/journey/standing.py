"""How an obligation stands, as dated intervals, from its clock, its answer and its ending."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.journey.story import Fact
from gateway.journey.telling import Answered


class Standing(StrEnum):
    """How an obligation stands at a moment."""

    NOT_STARTED = "not_started"
    PENDING = "pending"
    MET = "met"
    MET_LATE = "met_late"
    OVERDUE = "overdue"
    ENDED = "ended"
    RECORDED = "recorded"
    NOTHING_RECORDED = "nothing_recorded"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class Interval:
    """A standing and the time (UTC, `until` exclusive, None while it lasts) for which it held."""

    standing: Standing
    since: datetime
    until: datetime | None


@dataclass(slots=True)
class Ending:
    """Why and when (UTC) an obligation ended without an answer and without a breach."""

    at: datetime
    why: str


def standings_of(
    start: Fact,
    counted_from: datetime | None,
    due_at: datetime | None,
    answer: Answered | None,
    ending: Ending | None,
    *,
    is_window: bool = False,
) -> tuple[Interval, ...]:
    """Return how an obligation stands from its start on, as intervals in order of time (UTC).

    With the facts known, the future is in it too: pending until the limit, then overdue, or for
    the victim's own window ended.
    """
    turns: list[tuple[datetime, Standing]] = []
    if counted_from is None or counted_from > start.at:
        turns.append((start.at, Standing.NOT_STARTED))
    if counted_from is not None:
        met_at = None if answer is None else max(answer.at, counted_from)
        if met_at is None or counted_from < met_at:
            turns.append((counted_from, Standing.PENDING))
        late = met_at is not None and due_at is not None and met_at >= due_at
        if due_at is not None and (met_at is None or (late and due_at < met_at)):
            turns.append((due_at, Standing.ENDED if is_window else Standing.OVERDUE))
        if met_at is not None:
            turns.append((met_at, Standing.MET_LATE if late else Standing.MET))
    if ending is not None:
        turns = [turn for turn in turns if turn[0] < ending.at]
        turns.append((max(ending.at, start.at), Standing.ENDED))
    last = len(turns) - 1
    return tuple(
        [
            Interval(standing, since, None if n == last else turns[n + 1][0])
            for n, (since, standing) in enumerate(turns)
        ]
    )


def standing_at(standings: tuple[Interval, ...], moment: datetime) -> Standing:
    """Return the standing that held at a moment (aware), which is not before the start."""
    for interval in reversed(standings):
        if interval.since <= moment:
            return interval.standing
    return standings[0].standing
