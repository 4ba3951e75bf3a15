"""From when it cannot be known whether a duty was met, because its owner could not send."""

from datetime import UTC, datetime

from gateway.journey.story import Story

_EVER = datetime.min.replace(tzinfo=UTC)


def unknown_since(
    story: Story,
    agency: str,
    organisation: str | None,
    since: datetime | None,
    until: datetime | None,
) -> datetime | None:
    """Return the moment (UTC) from which nobody can tell whether a duty was met, or None.

    It could have been met from `since` to `until` (UTC, exclusive; None for ever before, and for
    as long as one looks). A declared interruption of a feed of its owner's that shares any of that
    time hides what was done, until all that happened in it has been sent.
    """
    begins = since or _EVER
    ends = until or story.as_of
    hidden = [
        max(one.since, begins)
        for one in story.interruptions
        if (one.agency, one.organisation) == (agency, organisation)
        and one.since <= story.as_of
        and (one.overlaps(begins, ends) or (until is None and one.covers(ends)))
    ]
    return min(hidden, default=None)
