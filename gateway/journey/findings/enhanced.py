"""Finds victims whom the facts give Enhanced Rights, and no needs assessment says so."""

from collections.abc import Iterator
from datetime import datetime

from gateway.journey.findings.finding import Evidence, Finding, FindingKind
from gateway.journey.findings.stretch import Answerable, Stretch, certain, ended, finding_of
from gateway.journey.readings import MOST_SERIOUS_OFFENCES
from gateway.journey.story import Fact, Story
from gateway.journey.wording import day_words
from shared.london import london_day, start_of

ABOUT = "enhanced_rights"


def find_enhanced_rights_missed(evidence: Evidence) -> Iterator[Finding]:
    """Yield each time in which facts gave Enhanced Rights and no assessment had found them.

    The facts are those of the report: the offence or a flag of the most serious group, a bereaved
    relative, a child (until 18). It holds from the report, and again from an assessment that denies
    them, until one finds them.
    """
    story = evidence.story
    reports = story.facts_of("crime.reported")
    if not reports:
        return
    report = reports[0]
    because, until = _because(story, report)
    if because is None:
        return
    for stretch in _unrecognised(story, report, because):
        left: Stretch | None = stretch
        if until is not None:
            left = ended(stretch, until, f"The victim was 18 on {day_words(london_day(until))}.")
        if left is not None and (sure := certain(left, story)) is not None:
            yield finding_of(evidence, FindingKind.NEVER_OFFERED, ABOUT, sure)


def _because(story: Story, report: Fact) -> tuple[str | None, datetime | None]:
    """Return the facts that give Enhanced Rights, in words, and until when (UTC) they do."""
    victim = story.victim
    if victim.kind == "business":
        return None, None
    if victim.always_enhanced is not None:
        return victim.always_enhanced, None
    group = report.data.get("offence_group")
    if group in MOST_SERIOUS_OFFENCES:
        return f"victim of the most serious crime (offence group {group})", None
    if victim.under_18_on(report.day):
        adult = victim.turns_18_on
        return "under 18", None if adult is None else start_of(adult)
    return None, None


def _unrecognised(story: Story, report: Fact, because: str) -> Iterator[Stretch]:
    """Yield the times in which no assessment, or one that denies it, was the last word."""
    denied: Fact | None = None
    since: datetime | None = report.at
    for assessed in story.facts_of("needs.assessed"):
        found = assessed.data.get("enhanced_rights") is True
        if found and since is not None:
            whole = _stretch(story, report, denied, since, because)
            day = day_words(assessed.day)
            why = f"An assessment found them on {day}."
            left = ended(whole, assessed.at, why, assessed.event)
            if left is not None:
                yield left
            since = denied = None
        elif found:
            continue
        elif since is None or (denied is None and assessed.at <= report.at):
            since, denied = max(assessed.at, report.at), assessed
    if since is not None:
        yield _stretch(story, report, denied, since, because)


def _stretch(
    story: Story, report: Fact, denied: Fact | None, since: datetime, because: str
) -> Stretch:
    events = (report.event,) if denied is None else (report.event, denied.event)
    if denied is None:
        since_report = f"no assessment since the report on {day_words(report.day)}"
        says, said = f"{since_report} says so", f"{since_report} had said so"
    else:
        says = said = f"the assessment of {day_words(denied.day)} says otherwise"
    organisation = story.organisation_of("police", since)
    return Stretch(
        since,
        None,
        Answerable("police", organisation),
        f"The record gives this victim Enhanced Rights ({because}), and {says}.",
        f"The record gives this victim Enhanced Rights ({because}), and {said}.",
        events=events,
    )
