"""How an obligation stands, as dated intervals, from its clock, its answer and its ending."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
    """Why and when (UTC) an obligation ended without an answer and without a breach.

    `by_itself` says that only its time had passed, which the limit says already.
    """

    at: datetime
    why: str
    by_itself: bool = False


# A standing and the moment (UTC) from which it held.
Turn = tuple[datetime, Standing]


def standing_of(
    counted_from: datetime | None,
    due_at: datetime | None,
    answered: datetime | None,
    as_of: datetime,
    *,
    is_window: bool = False,
) -> Standing:
    """Return how an obligation that has begun and not ended stands at one moment (all in UTC).

    It says what `turns_of` says of that moment, without working out every other: most results are
    read for their present standing only. The answer is not later than the moment.
    """
    if counted_from is None:
        return Standing.NOT_STARTED
    if answered is not None:
        if due_at is None or answered < due_at or counted_from > answered:
            return Standing.MET
        return Standing.MET_LATE
    if due_at is None or as_of < due_at:
        return Standing.PENDING
    return Standing.ENDED if is_window else Standing.OVERDUE


def turns_of(
    started: datetime,
    counted_from: datetime | None,
    due_at: datetime | None,
    answered: datetime | None,
    ended: datetime | None,
    *,
    is_window: bool = False,
) -> list[Turn]:
    """Return how an obligation stands from its start on, in order of time (all in UTC).

    With the facts known, the future is in it too: pending until the limit, then overdue, or for
    the victim's own window ended.
    """
    late = Standing.ENDED if is_window else Standing.OVERDUE
    turns: list[Turn]
    if counted_from is None:
        turns = [(started, Standing.NOT_STARTED)]
    else:
        turns = [(started, Standing.NOT_STARTED)] if started < counted_from else []
        if answered is None:
            turns.append((counted_from, Standing.PENDING))
            if due_at is not None:
                turns.append((due_at, late))
        else:
            met_at = answered if answered > counted_from else counted_from
            if counted_from < met_at:
                turns.append((counted_from, Standing.PENDING))
            if due_at is None or met_at < due_at:
                turns.append((met_at, Standing.MET))
            else:
                if due_at < met_at:
                    turns.append((due_at, late))
                turns.append((met_at, Standing.MET_LATE))
    if ended is not None:
        turns = [turn for turn in turns if turn[0] < ended]
        turns.append((max(ended, started), Standing.ENDED))
    return turns


def standing_at(turns: list[Turn], moment: datetime) -> Standing:
    """Return the standing that held at a moment (aware), which is not before the start."""
    held = turns[0][1]
    for since, standing in turns:
        if since > moment:
            break
        held = standing
    return held


def intervals_of(turns: list[Turn]) -> tuple[Interval, ...]:
    """Return the turns as intervals, each until the next begins."""
    ends = [since for since, _ in turns[1:]]
    return tuple(
        Interval(standing, since, until)
        for (since, standing), until in zip(turns, [*ends, None], strict=True)
    )
