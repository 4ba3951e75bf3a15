"""The silences of a journey: how long nobody told the victim anything, and who held the case."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache

from gateway.journey.stages import AFTER_SENTENCE, Course, Span
from gateway.journey.story import Contact, Story
from shared.london import end_of, london_day


@dataclass(slots=True)
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
    (`agreed`) or the local standard, `allowed_until` the last London day of it, `too_long_from` the
    instant at which it had run out.
    `after` and `before` are the tellings on either side, where there are such.
    """

    since: datetime
    until: datetime
    still: bool
    allowed_days: int
    agreed: bool
    allowed_until: date
    too_long_from: datetime
    after: Contact | None
    before: Contact | None
    course: Course = field(repr=False)

    @property
    def holder(self) -> Span | None:
        """The span in which the silence began, to whose holder it is ascribed."""
        return self.course.at(self.since)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The silence split over the stages it runs through, in order of time."""
        since, until, parts = self.since, self.until, []
        for span in self.course.spans:
            left = span.until
            if left is not None and left <= since:
                continue
            start = span.since if since < span.since else since
            end = until if left is None or until < left else left
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
    told = [c for c in story.contacts if c.has_content and c.why_not_told is None]
    silences = []
    for opened, closed, still in listening(story, course):
        since, after, before = opened, None, None
        for contact in told:
            at = contact.at
            if at > closed:
                break
            if at == opened:
                after = after or contact
            elif at == closed:
                before = before or contact
            elif since < at:
                days, agreed, last, end = patience(since, at, story, course, standard)
                silences.append(
                    Silence(since, at, False, days, agreed, last, end, after, contact, course)
                )
                since, after = at, contact
        days, agreed, last, end = patience(since, closed, story, course, standard)
        silences.append(
            Silence(since, closed, still, days, agreed, last, end, after, before, course)
        )
    return tuple(silences)


def listening(story: Story, course: Course) -> Iterable[tuple[datetime, datetime, bool]]:
    """Yield the times in which the case was open and the victim wanted news, and if they last."""
    away = story.victim.opt_outs and [o for o in story.victim.opt_outs if "all" in o.scope]
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
) -> tuple[int, bool, date, datetime]:
    """Return the days that held in a silence, whether they were agreed, and when they ran out.

    What the victim agreed with the police holds until the sentence. An agreement made during a
    silence that was not yet too long counts from its own day.
    """
    if course.member_since is not None and course.after_sentence:
        span = course.at(since)
        if span is not None and span.stage is AFTER_SENTENCE:
            return standard.member_days, False, *run_out(london_day(since), standard.member_days)
    agreements = story.victim.agreements
    if not agreements:
        return standard.days, False, *run_out(london_day(since), standard.days)
    agreed = story.victim.agreed_at(since)
    promised = agreed.update_every_days if agreed else None
    allowed, is_agreed = (promised, True) if promised else (standard.days, False)
    last_day, too_long_from = run_out(london_day(since), allowed)
    for agreement in agreements:
        promised = agreement.update_every_days
        renewed = promised and (promised != allowed or not is_agreed)
        if renewed and since < agreement.at < min(too_long_from, until):
            allowed, is_agreed = promised or allowed, True
            last_day, too_long_from = run_out(london_day(agreement.at), allowed)
    return allowed, is_agreed, last_day, too_long_from


@lru_cache(maxsize=65_536)  # silences begin on few days, and few lengths are agreed
def run_out(day: date, days: int) -> tuple[date, datetime]:
    """Return the London day so many days after another, and its exclusive end (UTC)."""
    last_day = day + timedelta(days=days)
    return last_day, end_of(last_day)
