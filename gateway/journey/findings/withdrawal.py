"""Finds what of the Code was missed in the 30, 60 and 90 days before a victim withdrew.

That one came before the other says nothing of why the victim withdrew.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.journey.duty import Kind
from gateway.journey.findings.finding import Evidence, Finding, FindingKind
from gateway.journey.findings.saying import days_words
from gateway.journey.obligation import Obligation
from gateway.journey.readings import BEFORE_WITHDRAWAL, VICTIM_WITHDREW
from gateway.journey.standing import Standing, Turn
from gateway.journey.story import Fact, Story
from gateway.journey.wording import day_words, listed
from shared.london import london_day, start_of

# How an obligation may stand in the end of which the limit had passed without an answer.
LATE = (Standing.MET_LATE, Standing.OVERDUE, Standing.UNKNOWN)
DEPARTURE = "departure.justified"
OUTCOMES = ("outcome.assigned", "investigation.decided")


@dataclass(slots=True)
class Missed:
    """A duty of the Code that was missed before a moment (UTC): since when, and until when."""

    obligation: Obligation
    since: datetime
    until: datetime

    def within(self, begin: datetime) -> bool:
        """Say whether it became a breach, stayed overdue or was met late from a moment (UTC) on."""
        return self.until >= begin


def find_missed_before_withdrawal(evidence: Evidence) -> Iterator[Finding]:
    """Yield a finding for every withdrawal before which anything was missed, for good.

    `about` is `withdrawal/1`, and so on in order of time. `obligations` are those that became a
    breach, or stayed overdue, in the 90 days before, `days` the London days from the last of them
    becoming a breach to the withdrawal. Who owed that one answers for it.
    """
    for place, withdrawal in enumerate(withdrawals(evidence.story), start=1):
        missed = missed_before(withdrawal, evidence.obligations)
        if missed:
            yield _finding(withdrawal, place, missed, evidence)


def withdrawals(story: Story) -> list[Fact]:
    """Return each withdrawal once, in order of time.

    Where the victim's own withdrawal is recorded, an outcome that names it is no other; of several
    on one London day, or several such outcomes, the first counts.
    """
    withdrew = story.facts_by_type.get("victim.withdrew")
    if withdrew is not None:
        return list({fact.day: fact for fact in reversed(withdrew)}.values())[::-1]
    outcomes = [
        fact
        for type_ in OUTCOMES
        for fact in story.facts_by_type.get(type_, ())
        if fact.data.get("outcome") in VICTIM_WITHDREW
    ]
    return sorted(outcomes, key=lambda fact: (fact.at, fact.event.source, fact.event.id))[:1]


def missed_before(withdrawal: Fact, obligations: Sequence[Obligation]) -> list[Missed]:
    """Return what was missed in the longest of the times looked at, the first breach first."""
    begin = _begin(withdrawal, max(BEFORE_WITHDRAWAL))
    found = []
    for obligation in obligations:
        if obligation.standing not in LATE or obligation.duty.kind is not Kind.CODE:
            continue
        if obligation.due_at is None or obligation.due_at >= withdrawal.at:
            continue  # nothing was late yet
        missed = _missed(obligation, obligation.turns, withdrawal.at)
        if missed is not None and missed.within(begin):
            found.append(missed)
    found.sort(key=lambda one: (one.since, one.obligation.duty.id, one.obligation.key))
    return found


def _missed(obligation: Obligation, turns: Sequence[Turn], before: datetime) -> Missed | None:
    """Return since when, and until when, an obligation was missed before a moment (UTC)."""
    since = until = None
    for place, (turned, standing) in enumerate(turns, start=1):
        if turned >= before:
            break
        if standing is Standing.OVERDUE:
            since = since or turned
            until = min(turns[place][0], before) if place < len(turns) else before
        elif standing is Standing.MET_LATE:
            since, until = since or turned, turned
    return None if since is None or until is None else Missed(obligation, since, until)


def _begin(withdrawal: Fact, days: int) -> datetime:
    return start_of(withdrawal.day - timedelta(days=days))


def _finding(withdrawal: Fact, place: int, missed: list[Missed], evidence: Evidence) -> Finding:
    last = missed[-1]
    days = (withdrawal.day - london_day(last.since)).days
    span = evidence.course.at(withdrawal.at)
    return Finding(
        kind=FindingKind.MISSED_BEFORE_WITHDRAWAL,
        about=f"withdrawal/{place}",
        holds_from=withdrawal.at,
        holds_until=None,
        agency=last.obligation.agency,
        organisation=last.obligation.organisation,
        stage=None if span is None else span.stage,
        days=days,
        says=_says(withdrawal, missed, days, evidence.story),
        events=withdrawal.sources,
        obligations=tuple(one.obligation.key for one in missed),
    )


def _says(withdrawal: Fact, missed: list[Missed], days: int, story: Story) -> str:
    what = f"The victim withdrew support on {day_words(withdrawal.day)}"
    if withdrawal.type != "victim.withdrew":
        what = (
            f"Home Office outcome {withdrawal.data['outcome']}, that the victim does not support "
            f"action, was given on {day_words(withdrawal.day)}, and no withdrawal is recorded"
        )
    counts = []
    for window in BEFORE_WITHDRAWAL:
        begin = _begin(withdrawal, window)
        counts.append(f"{sum([one.within(begin) for one in missed])} in the {window} days")
    named = listed(
        [f"{one.obligation.duty.id} (since {day_words(london_day(one.since))})" for one in missed]
    )
    last = "on the same London day" if days == 0 else f"{days_words(days)} before"
    reasons = 0
    if DEPARTURE in story.facts_by_type:
        reasons = sum(one.obligation.marks.departure is not None for one in missed)
    marked = f" Beside {reasons} of them a good reason is recorded." if reasons else ""
    return (
        f"{what}. Duties of the Code that became a breach or stayed overdue: {listed(counts)} "
        f"before: {named}. The last became a breach {last}.{marked} Whether the one has to do with "
        "the other is not recorded."
    )
