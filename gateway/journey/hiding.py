"""Says what hides whether a duty was met: an interruption, a feed silence, or an erasing."""

from datetime import datetime

from gateway.journey.wording import day_words
from shared.interruption import Interruption
from shared.london import LONDON, london_day


def hidden_words(one: Interruption) -> str:
    """Say of one time what is missing of it, and why, as far as we were told."""
    if one.erased:
        return f"What {one.source} said of {day_words(london_day(one.since))} was erased."
    since = _moment_words(one.since)
    if one.noticed:
        when = f"between {since} and {_moment_words(one.until)}" if one.until else f"since {since}"
        said = f"Nothing was received from {one.source} {when}, and it did not say why."
    else:
        until = f" until {_moment_words(one.until)}" if one.until else ""
        said = f"{one.source} said that it could not send from {since}{until}: "
        said += f"{one.reason.rstrip('.')}."
    if one.until is None:
        return said
    return f"{said} What happened then has not all been sent."


def _moment_words(moment: datetime) -> str:
    """Write a moment as people in London say it."""
    return f"{moment.astimezone(LONDON):%H:%M} on {day_words(london_day(moment))}"
