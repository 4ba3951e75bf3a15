"""Finds reports that were not flagged as a repeat victim's, and from when they were."""

from collections.abc import Iterator
from datetime import datetime

from gateway.journey.findings.finding import Evidence, Finding, FindingKind
from gateway.journey.findings.stretch import Answerable, Stretch, ended, finding_of
from gateway.journey.membership import Membership
from gateway.journey.story import Fact, Story, content_fits, in_effect, may_amend
from gateway.journey.wording import day_words
from shared.journey_event import KeptEvent
from shared.london import london_day


def victims_of(story: Story) -> dict[str, datetime]:
    """Return the pseudonyms that a journey's reports bear, each with its first report (UTC)."""
    found: dict[str, datetime] = {}
    for report in story.facts_of("crime.reported"):
        key = report.data.get("victim_key")
        if key is not None:
            found.setdefault(key, report.at)
    return found


def find_repeat_not_flagged(evidence: Evidence) -> Iterator[Finding]:
    """Yield the time in which the first report with a pseudonym was not flagged as a repeat.

    It is a finding only where another journey has an earlier report of the same victim, which one
    journey cannot tell: whoever reads it looks for that one. It holds from the report until the
    flag came: with another report, or with a correction of this one.
    """
    story = evidence.story
    reports = story.facts_of("crime.reported")
    report = next((fact for fact in reports if "victim_key" in fact.data), None)
    if report is None:
        return
    stretch: Stretch | None = Stretch(
        report.at,
        None,
        Answerable("police", report.event.organisation),
        f"The report of {day_words(report.day)} does not say that the victim is a repeat victim, "
        "and an earlier journey is the same victim's.",
        f"The report of {day_words(report.day)} did not say at first that the victim is a repeat "
        "victim, and an earlier journey is the same victim's.",
        events=(report.event,),
    )
    flags = [flag for fact in reports for flag in _flagged(fact, evidence.membership, story)]
    if flags and stretch is not None:
        at, event = min(flags, key=lambda flag: (flag[0], flag[1].source, flag[1].id))
        why = f"That was said on {day_words(london_day(at))}."
        stretch = ended(stretch, at, why, event)
    if stretch is not None:
        yield finding_of(evidence, FindingKind.REPEAT_NOT_FLAGGED, "report", stretch)


def _flagged(
    report: Fact, membership: Membership, story: Story
) -> Iterator[tuple[datetime, KeptEvent]]:
    """Yield when (UTC) a report was flagged, and by which event: itself, or a correction of it."""
    event = report.event
    if event.data.get("flagged_repeat") is not True:
        return
    identity = (event.source, event.id)
    original = story.corrected.get(identity)
    if original is None or original.data.get("flagged_repeat") is True:
        yield report.at, event
        return
    corrections = sorted(
        (
            by
            for by in in_effect(membership.events, known_at=None)
            if by.type == "event.corrected"
            and (by.data["event"]["source"], by.data["event"]["id"]) == identity
            and may_amend(by, original)
            and content_fits(by, original)
        ),
        key=lambda by: (by.occurred_at, by.id),
    )
    since = corrections[-1]
    for by in reversed(corrections):
        if by.data["content"]["data"].get("flagged_repeat") is not True:
            break
        since = by
    yield since.occurred_at, since
