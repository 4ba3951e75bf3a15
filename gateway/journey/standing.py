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


# Every obligation asks for these, and through the class each costs ten times as much.
(
    _NOT_STARTED,
    _PENDING,
    _MET,
    _MET_LATE,
    _OVERDUE,
    _ENDED,
    _RECORDED,
    _NOTHING_RECORDED,
    _UNKNOWN,
) = Standing


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
    untimed: bool = False,
) -> Standing:
    """Return how an obligation that has begun and not ended stands at one moment (all in UTC).

    It says what `turns_of` says of that moment, without working out every other: most results are
    read for their present standing only. The answer is not later than the moment.
    """
    if untimed:
        return _NOTHING_RECORDED if answered is None else _RECORDED
    if counted_from is None:
        return _NOT_STARTED
    if answered is not None:
        if due_at is None or answered < due_at or counted_from > answered:
            return _MET
        return _MET_LATE
    if due_at is None or as_of < due_at:
        return _PENDING
    return _ENDED if is_window else _OVERDUE


def turns_of(
    started: datetime,
    counted_from: datetime | None,
    due_at: datetime | None,
    answered: datetime | None,
    ended: datetime | None,
    *,
    is_window: bool = False,
    untimed: bool = False,
    unknown_since: datetime | None = None,
) -> list[Turn]:
    """Return how an obligation stands from its start on, in order of time (all in UTC).

    With the facts known, the future is in it too: pending until the limit, then overdue, or for
    the victim's own window ended. Untimed, nothing is recorded until the answer, however late that
    comes; an answer that was there before the start holds from the start on. From `unknown_since`
    only an answer in time is certain.
    """
    late = _ENDED if is_window else _OVERDUE
    turns: list[Turn]
    if untimed:
        turns = [(started, _NOTHING_RECORDED)]
        if answered is not None:
            recorded = (max(answered, started), _RECORDED)
            turns = [recorded] if answered <= started else [*turns, recorded]
    elif counted_from is None:
        turns = [(started, _NOT_STARTED)]
    else:
        turns = [(started, _NOT_STARTED)] if started < counted_from else []
        if answered is None:
            turns.append((counted_from, _PENDING))
            if due_at is not None:
                turns.append((due_at, late))
        else:
            met_at = answered if answered > counted_from else counted_from
            if counted_from < met_at:
                turns.append((counted_from, _PENDING))
            if due_at is None or met_at < due_at:
                turns.append((met_at, _MET))
            else:
                if due_at < met_at:
                    turns.append((due_at, late))
                turns.append((met_at, _MET_LATE))
    if unknown_since is not None and counted_from is not None:
        certain = turns[-1:] if turns[-1][1] in (_MET, _RECORDED) else []
        if not certain or unknown_since < certain[0][0]:
            turns = [turn for turn in turns if turn[0] < unknown_since]
            turns += [(unknown_since, _UNKNOWN), *certain]
    if ended is not None:
        turns = [turn for turn in turns if turn[0] < ended]
        turns.append((max(ended, started), _ENDED))
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
