"""From when it cannot be known whether a duty was met, because its owner could not send."""

from datetime import UTC, datetime

from gateway.journey.story import Story
from shared.interruption import Interruption

_EVER = datetime.min.replace(tzinfo=UTC)


def hiding(
    story: Story,
    agency: str,
    organisation: str | None,
    since: datetime | None,
    until: datetime | None,
) -> list[Interruption]:
    """Return what hides whether a duty was met that could have been from `since` to `until`.

    Both are UTC, `until` exclusive; None is for ever before, and for as long as one looks. An
    interruption or a silence of a feed of its owner's that shares any of that time hides what was
    done, until all that happened in it has been sent.
    """
    begins = since or _EVER
    ends = until or story.as_of
    return [
        one
        for one in story.interruptions
        if (one.agency, one.organisation) == (agency, organisation)
        and one.since <= story.as_of
        and (one.overlaps(begins, ends) or (until is None and one.covers(ends)))
    ]


def unknown_since(
    story: Story,
    agency: str,
    organisation: str | None,
    since: datetime | None,
    until: datetime | None,
) -> datetime | None:
    """Return the moment (UTC) from which nobody can tell whether a duty was met, or None.

    It could have been met from `since` to `until`, as `hiding` takes them.
    """
    hidden = hiding(story, agency, organisation, since, until)
    return min((max(one.since, since or _EVER) for one in hidden), default=None)
