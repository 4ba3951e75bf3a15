"""What several findings say in the same words: days, clocks, and what a feed may hide."""

from collections.abc import Sequence
from datetime import datetime

from gateway.journey.obligation import Obligation
from gateway.journey.story import Story
from gateway.journey.unknown import unknown_since
from gateway.journey.wording import day_words
from shared.london import LONDON, london_day


def days_words(count: int) -> str:
    """Write a number of days: 1 day, 12 days."""
    return f"{count} {'day' if count == 1 else 'days'}"


def clock_words(at: datetime) -> str:
    """Write an instant as London's clocks had it: 10:40 on 5 March 2024."""
    there = at.astimezone(LONDON)
    return f"{there.hour:02}:{there.minute:02} on {day_words(there.date())}"


def place_words(one: Obligation, obligations: Sequence[Obligation]) -> str:
    """Name an obligation by its duty, and which of that duty's on its journey it is: R6.ARREST/2.

    The obligations are all of the journey, in order of start.
    """
    duty, place = one.duty, 0
    for other in obligations:
        if other.demand.duty is duty:
            place += 1
            if other is one:
                break
    return f"{duty.id}/{place}"


def whom(story: Story) -> str:
    """Say whose journey it is: the victim, or the family of a bereaved relative."""
    return "the family" if story.victim.kind == "bereaved_relative" else "the victim"


def hidden_from(
    story: Story,
    agency: str,
    organisation: str | None,
    since: datetime | None,
    until: datetime | None,
) -> datetime | None:
    """Return the moment (UTC) from which it is not known what an organisation did, or None.

    What is asked about may have been done from `since` to `until` (UTC, exclusive; None for ever
    before, and for as long as one looks).
    """
    if not story.interruptions:
        return None
    return unknown_since(story, agency, organisation, since, until)


def hidden_by_any(story: Story, since: datetime, until: datetime | None) -> datetime | None:
    """Return the moment (UTC) from which it is not known what everybody did in a time, or None."""
    if not story.interruptions:
        return None
    who = {(one.agency, one.organisation) for one in story.interruptions}
    hidden = [hidden_from(story, *organisation, since, until) for organisation in sorted(who)]
    return min((at for at in hidden if at is not None), default=None)


def hidden_words(hidden: datetime) -> str:
    """Say from when it is not known what was done."""
    return (
        f"what was sent of the time from {day_words(london_day(hidden))} on is not complete: a "
        "feed was interrupted, or something was erased"
    )
