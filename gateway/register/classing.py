"""How an obligation counts at a moment, as the tally has it, worked out from its row in Python.

The tally says the same in SQL (`gateway.register.tally_sql.class_at`); a test holds one to the
other. It is what reproduces a figure from events that the register no longer knows of as they were.
"""

from bisect import bisect_right
from datetime import date, datetime

from gateway.journey.standing import Standing
from gateway.register.rows import LETTERS, ObligationRow
from shared.london import london_day

_STANDINGS = {letter: standing for standing, letter in LETTERS.items()}
_UNTIMED = frozenset({LETTERS[Standing.RECORDED], LETTERS[Standing.NOTHING_RECORDED]})
_ALWAYS = {
    Standing.RECORDED: "recorded",
    Standing.NOTHING_RECORDED: "nothing_recorded",
    Standing.NOT_STARTED: "not_started",
}


def class_of(row: ObligationRow, departed_at: datetime | None, moment: datetime) -> str | None:
    """Return the class in which an obligation stands at a moment (UTC), None before it began.

    `departed_at` is when a justified departure from it was recorded, None where none was.
    """
    turned = bisect_right(row.turns, moment)
    if not turned:
        return None
    standing = _STANDINGS[row.standings[turned - 1]]
    if standing in _ALWAYS:
        return _ALWAYS[standing]
    if standing is Standing.ENDED:
        return "ended" if _UNTIMED.isdisjoint(row.standings) else "untimed_ended"
    if row.due_at is None:
        return "untimed_unknown" if standing is Standing.UNKNOWN else "no_limit"
    if row.due_at > moment:
        return "not_yet_due"
    departed = departed_at is not None and departed_at <= moment
    match standing:
        case Standing.MET:
            return "met" if row.content_stated else "met_not_stated"
        case Standing.MET_LATE:
            return "late_departed" if departed else "late"
        case Standing.OVERDUE:
            return "overdue_departed" if departed else "overdue"
        case Standing.UNKNOWN:
            return "unknown"
        case _:
            return "not_yet_due"


def month_of(row: ObligationRow) -> date:
    """Return the first day of the London month of its limit or, without one, of its beginning."""
    return (row.due_on or london_day(row.started_at)).replace(day=1)
