"""The silences of a journey: how long nobody told the victim anything, and who held the case."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway.journey.stages import Course, Span, Stage
from gateway.journey.story import Contact, Story
from shared.london import end_of, london_day


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a silence that fell in one stage with one holder (instants in UTC)."""

    span: Span
    since: datetime
    until: datetime

    @property
    def days(self) -> int:
        """How many London days the part lasted."""
        return days_between(self.since, self.until)


@dataclass(slots=True)
class Silence:
    """The time (UTC) between two things the victim was told, and what would have been too long.

    `still` says that nobody has spoken since. `allowed_days` is what was agreed with the victim
    (`agreed`) or the local standard, `too_long_from` the instant at which it had run out.
    `after` and `before` are the tellings on either side, where there are such.
    """

    since: datetime
    until: datetime
    still: bool
    allowed_days: int
    agreed: bool
    too_long_from: datetime
    after: Contact | None
    before: Contact | None
    course: Course = field(repr=False)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The silence split over the stages it runs through, in order of time."""
        parts = []
        for span in self.course.spans:
            start = max(self.since, span.since)
            end = self.until if span.until is None else min(self.until, span.until)
            if start < end:
                parts.append(Part(span, start, end))
        return tuple(parts)

    @property
    def days(self) -> int:
        """How many London days the silence lasted."""
        return days_between(self.since, self.until)

    @property
    def is_gap(self) -> bool:
        """Whether the silence was longer than was agreed, or than the local standard."""
        return self.until >= self.too_long_from


@dataclass(frozen=True, slots=True)
class Standard:
    """The local standard where nothing was agreed, in days: until the case ends; for members."""

    days: int
    member_days: int


def days_between(since: datetime, until: datetime) -> int:
    """Count the London days from one instant to another."""
    return (london_day(until) - london_day(since)).days


def silences_of(story: Story, course: Course, standard: Standard) -> tuple[Silence, ...]:
    """Return every silence of a story in order of time.

    Silences are counted from the report, from each telling with content to the next, and to the
    moment the story is seen from, while the case is open and the victim wants contact.
    """
    told = [c for c in story.contacts if c.has_content and story.victim.why_not_told(c) is None]
    silences = []
    for opened, closed, still in listening(story, course):
        since, after = opened, next((c for c in told if c.at == opened), None)
        for contact in told:
            if opened < contact.at < closed and since < contact.at:
                limit = patience(since, contact.at, story, course, standard)
                silences.append(Silence(since, contact.at, False, *limit, after, contact, course))
                since, after = contact.at, contact
        limit = patience(since, closed, story, course, standard)
        before = next((c for c in told if c.at == closed), None)
        silences.append(Silence(since, closed, still, *limit, after, before, course))
    return tuple(silences)


def listening(story: Story, course: Course) -> Iterable[tuple[datetime, datetime, bool]]:
    """Yield the times in which the case was open and the victim wanted news, and if they last."""
    away = [out for out in story.victim.opt_outs if "all" in out.scope]
    for opened, closed in course.open:
        since, end = opened, closed or story.as_of
        for out in away:
            if since < end and out.since < end and (out.until is None or out.until > since):
                if since < out.since:
                    yield since, out.since, False
                since = end if out.until is None else max(since, out.until)
        if since < end:
            yield since, end, closed is None


def patience(
    since: datetime, until: datetime, story: Story, course: Course, standard: Standard
) -> tuple[int, bool, datetime]:
    """Return the days that held in a silence, whether they were agreed, and when they ran out.

    What the victim agreed with the police holds until the sentence. An agreement made during a
    silence that was not yet too long counts from its own day.
    """
    span = course.at(since)
    if span is not None and span.stage is Stage.AFTER_SENTENCE and course.member_since is not None:
        days = standard.member_days
        return days, False, run_out(since, days)
    agreed = story.victim.agreed_at(since)
    promised = agreed.update_every_days if agreed else None
    allowed, is_agreed = (promised, True) if promised else (standard.days, False)
    too_long_from = run_out(since, allowed)
    for agreement in story.victim.agreements:
        promised = agreement.update_every_days
        renewed = promised and (promised != allowed or not is_agreed)
        if renewed and since < agreement.at < min(too_long_from, until):
            allowed, is_agreed = promised or allowed, True
            too_long_from = run_out(agreement.at, allowed)
    return allowed, is_agreed, too_long_from


def run_out(since: datetime, days: int) -> datetime:
    """Return the instant (UTC) at which a number of London days after a moment has passed."""
    return end_of(london_day(since) + timedelta(days=days))
