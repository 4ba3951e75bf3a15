"""Reads `as_of` and `known_at` as they are asked: an instant with an offset, or a London day."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from gateway.answers import Moments
from shared.london import NotAnInstant, last_moment_of, read_day, read_instant
from shared.problems import BadQuestion, Fault

# The store cuts off transactions after this long, so an older moment can no longer change.
LONGEST_WRITE = timedelta(seconds=5)


def read_moment(
    name: str, text: str, *, of_day: Callable[[date], datetime] = last_moment_of
) -> datetime:
    """Read an instant with an offset, or a date as a moment of that London day (UTC): its last.

    Raises BadQuestion, naming the parameter.
    """
    try:
        return of_day(read_day(text))
    except (ValueError, OverflowError):
        pass
    try:
        return read_instant(text)
    except NotAnInstant as error:
        fault = Fault(
            name, str(error), "write 2024-03-28, or 2024-03-28T17:45:00Z with its offset from UTC"
        )
        raise BadQuestion(f"{name} cannot be read.", fault) from error


def read_moments(as_of: str | None, known_at: str | None, *, now: datetime) -> Moments:
    """Return the moments (UTC) a question is asked from; `now` is the moment it is asked at.

    `as_of` left out is `known_at`, else now; `known_at` left out is all that is known. Raises
    BadQuestion.
    """
    known = None if known_at is None else read_moment("known_at", known_at)
    seen_from = read_moment("as_of", as_of) if as_of is not None else known or now
    return Moments(
        as_of=seen_from, known_at=known, settled=known is None or known <= now - LONGEST_WRITE
    )
