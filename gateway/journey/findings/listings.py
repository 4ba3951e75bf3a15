"""Finds every change of a hearing's listing: was the victim told, how soon, and was a reason given.

A listing changes where a hearing that was fixed is sent again for another time, or falls. A window
of a week that becomes a day within it is made firm, and a hearing that was held in between is fixed
anew: neither is a change. What was vacated and listed again on one London day is one change.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from gateway.journey.findings.finding import Evidence, Finding, FindingKind
from gateway.journey.findings.saying import (
    clock_words,
    days_words,
    hidden_from,
    hidden_words,
    whom,
)
from gateway.journey.owing import why_nobody_is_owed
from gateway.journey.sentences import upper_first
from gateway.journey.story import Contact, Fact, Story
from gateway.journey.telling import is_before, same, speaks_of
from gateway.journey.wording import day_words
from shared.london import end_of, london_day, read_day, read_kept_instant

FIXED = "hearing.fixed"
_WEEK = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Listing:
    """When a hearing is listed: an instant (UTC), the first London day of a week, or vacated."""

    starts_at: datetime | None = None
    week: date | None = None
    vacated: bool = False

    @property
    def day(self) -> date | None:
        """The London day it is listed for, or on which its week begins; None where it fell."""
        return self.week if self.starts_at is None else london_day(self.starts_at)

    @property
    def until(self) -> datetime | None:
        """The end (UTC, exclusive) of the day, or the week, it is listed for."""
        if self.starts_at is not None:
            return end_of(london_day(self.starts_at))
        return None if self.week is None else end_of(self.week + _WEEK)

    def firms(self, before: "Listing") -> bool:
        """Say whether it names a day within the week of a window before it."""
        return (
            before.week is not None
            and self.starts_at is not None
            and before.week <= london_day(self.starts_at) <= before.week + _WEEK
        )

    def __str__(self) -> str:
        if self.starts_at is not None:
            return clock_words(self.starts_at)
        return "no day" if self.week is None else f"the week of {day_words(self.week)}"


@dataclass(slots=True)
class Change:
    """One change of a hearing's listing, by the facts that say so, the last of which stands.

    `before` is None where a hearing fell of which no listing is known. `next` is the change that
    came after it, where one did.
    """

    hearing: str
    number: int
    before: Listing | None
    after: Listing
    facts: tuple[Fact, ...]
    next: "Change | None" = field(default=None, repr=False)

    @property
    def fact(self) -> Fact:
        """The fact that says how the hearing is listed now."""
        return self.facts[-1]


def find_listing_changes(evidence: Evidence) -> Iterator[Finding]:
    """Yield a finding for every change of a listing, from the change on and for good.

    `about` names the hearing and which of its changes it is: `H1/2`. `days` are London days from
    the Witness Care Unit's stated receipt, else from the change, until the victim was told; None
    where nothing recorded says so.
    """
    fixed = evidence.story.facts_by_type.get(FIXED)
    if fixed is None:
        return
    by_hearing: dict[str, list[Fact]] = {}
    for fact in fixed:
        if fact.hearing is not None:
            by_hearing.setdefault(fact.hearing, []).append(fact)
    ended = evidence.story.facts_by_type.get("hearing.ended", ())
    for facts in by_hearing.values():
        for change in changes_of(facts, ended):
            yield finding_of(change, evidence)


def listing_of(fact: Fact) -> Listing | None:
    """Return how a fact lists a hearing, or None where it names no time and no fall."""
    data = fact.data
    if data.get("vacated"):
        return Listing(vacated=True)
    if "starts_at" in data:
        return Listing(starts_at=read_kept_instant(data["starts_at"]))
    return Listing(week=read_day(data["week_commencing"])) if "week_commencing" in data else None


def changes_of(fixed: Sequence[Fact], ended: Sequence[Fact]) -> list[Change]:
    """Return the changes of one hearing's listing in order of time.

    What is said of one suspect is compared with what was said of the same; the same change told of
    several suspects is one.
    """
    last: dict[str | None, tuple[Listing, Fact]] = {}
    changes: list[Change] = []
    for fact in fixed:
        listing = listing_of(fact)
        if listing is None:
            continue
        said = _said_before(last, fact.suspect)
        if fact.suspect is None:
            last.clear()
        last.pop(fact.suspect, None)
        last[fact.suspect] = listing, fact
        if said is None:
            if listing.vacated and not any(change.after.vacated for change in changes):
                _add(changes, None, listing, (fact,))
            continue
        before, was = said
        if listing == before or listing.firms(before) or _held_between(was, fact, ended):
            continue
        if changes and _told_of_another(changes[-1], before, listing, fact):
            continue
        facts = (fact,)
        if before.vacated and was.day == fact.day and changes and changes[-1].fact is was:
            fallen = changes.pop()
            if fallen.before == listing:
                continue  # it was put back on the same day
            _add(changes, fallen.before, listing, (*fallen.facts, *facts))
        else:
            _add(changes, before, listing, facts)
    for place, change in enumerate(changes):
        suspect = change.fact.suspect
        later = (c for c in changes[place + 1 :] if same(c.fact.suspect, suspect))
        change.next = next(later, None)
    return changes


def _said_before(
    last: dict[str | None, tuple[Listing, Fact]], suspect: str | None
) -> tuple[Listing, Fact] | None:
    if suspect is None:
        return next(reversed(last.values()), None)
    return last.get(suspect) or last.get(None)


def _held_between(was: Fact, fact: Fact, ended: Sequence[Fact]) -> bool:
    return any(
        one.hearing is not None
        and one.hearing == fact.hearing
        and same(one.suspect, fact.suspect)
        and was.at <= one.at <= fact.at
        for one in ended
    )


def _told_of_another(change: Change, before: Listing, after: Listing, fact: Fact) -> bool:
    return (change.before, change.after) == (before, after) and change.fact.suspect != fact.suspect


def _add(
    changes: list[Change], before: Listing | None, after: Listing, facts: tuple[Fact, ...]
) -> None:
    changes.append(Change(facts[-1].hearing or "", len(changes) + 1, before, after, facts))


def finding_of(change: Change, evidence: Evidence) -> Finding:
    """Return what is found of one change."""
    story, fact = evidence.story, change.fact
    heard = _receipt(fact)
    counted_from = fact.day if heard is None else london_day(heard)
    told, tried = _tellings(change, story)
    days = None if told is None else max(0, (told.day - counted_from).days)
    span = evidence.course.at(fact.at)
    news = () if told is None else (told.event,)
    return Finding(
        kind=FindingKind.LISTING_CHANGE,
        about=f"{change.hearing}/{change.number}",
        holds_from=fact.at,
        holds_until=None,
        agency=fact.event.agency,
        organisation=fact.event.organisation,
        stage=None if span is None else span.stage,
        days=days,
        says=" ".join(filter(None, _sentences(change, story, heard, told, tried, days))),
        events=(*(event for one in change.facts for event in one.sources), *news),
        obligations=tuple(o.key for o in evidence.obligations if o.start in change.facts),
    )


def _receipt(fact: Fact) -> datetime | None:
    stated = fact.data.get("received_at_wcu")
    return None if stated is None else max(fact.at, read_kept_instant(stated))


def _tellings(change: Change, story: Story) -> tuple[Contact | None, Contact | None]:
    """Return the first news of a change that counts, and the last before it that does not.

    News that comes once the listing has changed again is news of that change, unless it names this
    one.
    """
    told = tried = None
    following = None if change.next is None else change.next.fact
    ids = {event.id for fact in change.facts for event in fact.sources}
    for contact in story.contacts:
        if not _is_news(contact, change):
            continue
        late = following is not None and is_before(following, contact)
        if late and not contact.about_events & ids:
            continue
        if contact.why_not_told is None:
            told = contact
            break
        tried = contact
    return told, tried


def _is_news(contact: Contact, change: Change) -> bool:
    carried = contact.carried or ()
    about = FIXED in contact.about or (
        contact.hearing == change.hearing and "date_time_place" in carried
    )
    return about and any(
        speaks_of(contact, fact) and not is_before(contact, fact) for fact in change.facts
    )


def _sentences(
    change: Change,
    story: Story,
    heard: datetime | None,
    told: Contact | None,
    tried: Contact | None,
    days: int | None,
) -> Iterator[str]:
    yield f"{_what(change)}."
    yield _notice(change)
    yield _reason(change)
    if told is not None and days is not None:
        yield _told(told, days, heard, story)
        yield _content(change, told)
        return
    yield _not_told(change, story)
    if tried is not None:
        yield f"Word of it on {day_words(tried.day)} did not count: {tried.why_not_told}."


def _what(change: Change) -> str:
    kind = change.fact.data.get("kind")
    name = f"Hearing {change.hearing}"
    if kind is not None:
        name += f" ({str(kind).replace('_', '-')})"
    on, before = day_words(change.fact.day), change.before
    if change.after.vacated:
        was = "" if before is None else f", listed for {before},"
        return f"{name}{was} was vacated on {on}"
    if before is None or before.vacated:
        return f"{name}, which had been vacated, was listed on {on} for {change.after}"
    return f"{name}, listed for {before}, was listed on {on} for {change.after} instead"


def _notice(change: Change) -> str:
    """Say how long before the time it had been listed for it changed, where that was known."""
    day = None if change.before is None else change.before.day
    if day is None:
        return ""
    notice = (day - change.fact.day).days
    if notice == 0:
        return "The change came on the very day it had been listed for."
    when = f"{days_words(abs(notice))} {'before' if notice > 0 else 'after'}"
    return f"The change came {when} the day it had been listed for."


def _reason(change: Change) -> str:
    # The reason's own words stay in the event: they are the sender's, and may tell of anybody.
    given = any(fact.data.get("reason") for fact in change.facts)
    return f"{'A' if given else 'No'} reason for the change is recorded."


def _told(told: Contact, days: int, heard: datetime | None, story: Story) -> str:
    said = f"{upper_first(whom(story))} was told on {day_words(told.day)}"
    if heard is None:
        return f"{said}, {_after(days)} the change."
    if told.at < heard:
        return f"{said}, before word of it is recorded to have reached the Witness Care Unit."
    return f"{said}, {_after(days)} word of it reached the Witness Care Unit."


def _after(days: int) -> str:
    return "on the same London day as" if days == 0 else f"{days_words(days)} after"


def _content(change: Change, told: Contact) -> str:
    if told.carried is None:
        return "What the news carried is not stated."
    said = "Reasons are" if "reasons" in told.carried else "No reason is"
    said += " among what the news is said to have carried"
    if change.after.vacated or "date_time_place" in told.carried:
        return f"{said}."
    return (
        f"{said}; nor are the date, time and place."
        if said[0] == "N"
        else (f"{said}; the date, time and place are not.")
    )


def _not_told(change: Change, story: Story) -> str:
    fact, who = change.fact, whom(story)
    following = None if change.next is None else change.next.fact
    until = change.after.until if following is None else following.at
    hidden = hidden_from(story, fact.event.agency, fact.event.organisation, fact.at, until)
    if hidden is not None:
        return f"Whether {who} was told is not known: {hidden_words(hidden)}."
    said = f"Nothing recorded says that {who} was told of it"
    if following is not None:
        said += f" before it changed again on {day_words(following.day)}"
    if why_nobody_is_owed(fact, story) is not None:
        return f"{said}; nobody on this journey was owed news of it."
    scopes = frozenset({"all", FIXED})
    if story.victim.declines_at(fact.at, scopes) is not None:
        return f"{said}; {who} had declined to hear of such news."
    declined = story.victim.declines_after(fact.at, scopes)
    if declined is not None and (following is None or declined.since < following.at):
        return f"{said}; {who} declined to hear of such news on {_day(declined.since)}."
    return f"{said}."


def _day(at: datetime) -> str:
    return day_words(london_day(at))
