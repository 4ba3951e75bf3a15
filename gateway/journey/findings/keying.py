"""Finds duties that stand as met only because of what was keyed late, moved back, or keyed at once.

A duty is met by when the victim was told, not by when that was keyed. Here it is told what the
answer looked like when it was keyed: after the limit by more than a small allowance, moved to
before the limit by a correction, or written up after the limit in one minute with other contacts
of other days. Where another answer was there in time and keyed in time nothing is found, and
history loaded late on purpose is nobody's late keying.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gateway.journey.calendar import OutsideCalendar
from gateway.journey.duty import Allowance, Kind, Unit
from gateway.journey.findings.finding import Evidence, Finding, FindingKind
from gateway.journey.findings.otherwise import meets, placed, without
from gateway.journey.findings.saying import clock_words, days_words, place_words
from gateway.journey.obligation import Obligation
from gateway.journey.readings import KEYED_SOON, KEYED_TOGETHER, TOLD_SOON
from gateway.journey.standing import Standing
from gateway.journey.story import Contact, Fact, content_fits, may_amend
from gateway.journey.story import corrected as corrected_by
from gateway.journey.telling import Receipt
from gateway.journey.wording import day_words
from shared.journey_event import KeptEvent
from shared.london import end_of, london_day

# Windows are the victim's own time, and silences are told of as gaps.
KINDS = (Kind.CODE, Kind.SCHEME, Kind.EXTERNAL)

_MET = Standing.MET  # by its name: through the class it costs ten times as much
_KEYED_SOON = Allowance(KEYED_SOON, Unit.WORKING_DAYS)
_TOLD_SOON = Allowance(TOLD_SOON, Unit.WORKING_DAYS)


@dataclass(slots=True)
class Keying:
    """When (UTC) an answer was first keyed as it stands, and what is wrong with that.

    `stated` says that the sender told when it was keyed; else `at` is when we were told.
    `amendment` is the correction that first made it meet the duty, `first` when it was first said
    to have happened, where that is after the limit; `together` are the contacts keyed in the same
    minute.
    """

    event: KeptEvent
    at: datetime
    stated: bool
    first: datetime | None = None
    together: tuple[KeptEvent, ...] = ()
    amendment: KeptEvent | None = None


def find_met_by_keying(evidence: Evidence) -> Iterator[Finding]:
    """Yield a finding for every duty that was met only by keying, from the keying on for good.

    `about` is the duty and which of its obligations on this journey it is: `R6.ARREST/2`. `days`
    are London days from the limit's last day to the keying.
    """
    books: _Books | None = None
    corrected = evidence.story.corrected
    for obligation in evidence.obligations:
        if obligation.standing is _MET and _may_be_late(obligation, corrected):
            books = books or _Books(evidence)
            keying = books.met_only_by(obligation)
            if keying is not None:
                yield _finding(obligation, keying, evidence)


def _may_be_late(obligation: Obligation, corrected: Mapping[tuple[str, str], KeptEvent]) -> bool:
    """Say whether to look closer: almost all was keyed before its limit, and never corrected."""
    due_at, answer = obligation.due_at, obligation.answer
    if due_at is None or answer is None:
        return False
    event = answer.event
    # Where the first telling of a fact was keyed in time nothing is found: that is almost always.
    if not corrected and (event.backfill or (event.recorded_at or event.received_at) < due_at):
        return False
    if obligation.silence is not None or obligation.demand.duty.kind not in KINDS:
        return False
    if isinstance(answer, Receipt):
        return False
    return not corrected or any(
        (e.source, e.id) in corrected or (not e.backfill and keyed_at(e) >= due_at)
        for e in _events_of(answer)
    )


def keyed_at(event: KeptEvent) -> datetime:
    """Return when (UTC) an event was keyed at source, or where that is not stated reached us."""
    return event.recorded_at or event.received_at


def _events_of(answer: Contact | Fact) -> tuple[KeptEvent, ...]:
    return (answer.event,) if isinstance(answer, Contact) else answer.sources


class _Books:
    """What was keyed on one journey, and when."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._calendar = evidence.calendar

    def met_only_by(self, obligation: Obligation) -> Keying | None:
        """Return how a duty was met by keying, or None where an answer was keyed as it should be.

        Each answer that was met by keying is put aside, to see what else would have met the duty.
        """
        first: Keying | None = None
        story, demand, due_at = obligation.story, obligation.demand, obligation.due_at
        answer = obligation.answer
        if obligation.unknown_since is not None:
            return None  # an answer in time may be among what was not sent
        while answer is not None and due_at is not None and answer.at < due_at:
            if not isinstance(answer, Contact | Fact):
                return None
            keying = self._of_answer(answer, obligation)
            if keying is None:
                return None
            first = first or keying
            if not _more_in_time(answer, obligation, due_at):
                break
            story = without(story, answer)
            answer, _ = demand.find(obligation.start, demand.met_by, story, demand.repeats)
        return first

    def _of_answer(self, answer: Contact | Fact, obligation: Obligation) -> Keying | None:
        """Return how an answer was keyed, where every telling of it was keyed too late."""
        first: Keying | None = None
        for event in _events_of(answer):
            keying = self._of_event(event, answer, obligation)
            if keying is None:
                return None
            first = first or keying
        return first

    def _of_event(
        self, event: KeptEvent, answer: Contact | Fact, obligation: Obligation
    ) -> Keying | None:
        due_at, due_on = obligation.due_at, obligation.due_on
        if event.backfill or due_at is None or due_on is None:
            return None
        if (event.source, event.id) in self._evidence.story.corrected:
            amended = self._amended(event, answer, obligation)
            if amended is not None:
                return amended if self._is_late(due_on, event, amended) else None
        keyed, stated = keyed_at(event), event.recorded_at is not None
        if keyed < due_at or self._said_in_time(event, due_at):
            return None
        if stated:
            together = self._together(event.source, keyed)
            if len(together) >= KEYED_TOGETHER and event in together:
                days = {london_day(placed(one)) for one in together}
                if len(days) > 1:
                    return Keying(event, keyed, stated, together=tuple(together))
        keying = Keying(event, keyed, stated)
        return keying if self._is_late(due_on, event, keying) else None

    def _is_late(self, due_on: date, event: KeptEvent, keying: Keying) -> bool:
        """Say whether an event was keyed later than soon after a limit's last London day."""
        allowed = _KEYED_SOON if keying.stated else _TOLD_SOON
        soon = self._soon(due_on, event, keying.at, allowed)
        return soon is not None and keying.at >= soon

    def _said_in_time(self, event: KeptEvent, due_at: datetime) -> bool:
        """Say whether the same had been said in time, in an event that was withdrawn since."""
        type_, at = event.type, event.occurred_at
        for other in self._evidence.membership.events:
            if (
                other.type == type_
                and other.occurred_at == at
                and other.source == event.source
                and keyed_at(other) < due_at
            ):
                return True
        return False

    def _amended(
        self, event: KeptEvent, answer: Contact | Fact, obligation: Obligation
    ) -> Keying | None:
        """Return the correction that first made an event meet its duty; None where it always did.

        Every content that the event was ever given is looked at, whatever became of it since.
        """
        original = self._evidence.story.corrected[event.source, event.id]
        if meets(original, answer, obligation):
            return None
        due_at = obligation.due_at
        meeting = [
            by
            for by in self._evidence.membership.events
            if by.type == "event.corrected"
            and (by.data["event"]["source"], by.data["event"]["id"]) == (event.source, event.id)
            and may_amend(by, original)
            and content_fits(by, original)
            and meets(corrected_by(original, by), answer, obligation)
        ]
        by = min(meeting, key=lambda by: (keyed_at(by), by.id), default=None)
        if by is None or due_at is None or by.backfill:
            return None
        first = placed(original)
        return Keying(
            event,
            keyed_at(by),
            by.recorded_at is not None,
            first=first if first >= due_at else None,
            amendment=by,
        )

    def _soon(
        self, due_on: date, event: KeptEvent, keyed: datetime, allowed: Allowance
    ) -> datetime | None:
        """Return the end (UTC, exclusive) of the days in which keying is soon after a limit.

        While its feed was down nobody could key; None where the calendar, or an end, is not known.
        """
        day = due_on
        for down in self._evidence.membership.interruptions:
            if (
                down.source == event.source
                and down.replaced_at is None
                and down.overlaps(event.occurred_at, keyed)
            ):
                if down.until is None:
                    return None
                day = max(day, london_day(down.until))
        try:
            return end_of(self._calendar.after(day, allowed))
        except OutsideCalendar:
            return None

    def _together(self, source: str, keyed: datetime) -> list[KeptEvent]:
        """Return the contacts keyed in one system in the minute of a moment, in order of time."""
        begins = keyed.replace(second=0, microsecond=0)
        ends = begins + timedelta(minutes=1)
        found = []
        for contact in self._evidence.story.contacts:
            event = contact.event
            at = event.recorded_at
            if (
                at is not None
                and begins <= at < ends
                and event.source == source
                and not event.backfill
            ):
                found.append(event)
        return found


def _more_in_time(answer: Contact | Fact, obligation: Obligation, due_at: datetime) -> bool:
    """Say whether anything that might answer too came in time, but not before an answer.

    Answers are looked for in order of time, so that what came before the first is none.
    """
    story, at = obligation.story, answer.at
    for contact in story.contacts:
        if at <= contact.at < due_at and contact is not answer:
            return True
    for type_ in obligation.demand.met_by.done:
        for fact in story.facts_by_type.get(type_, ()):
            if at <= fact.at < due_at and fact is not answer:
                return True
    return False


def _finding(obligation: Obligation, keying: Keying, evidence: Evidence) -> Finding:
    event, due_on = keying.event, obligation.due_on
    span = evidence.course.at(obligation.start.at)
    return Finding(
        kind=FindingKind.MET_BY_KEYING,
        about=place_words(obligation, evidence.obligations),
        holds_from=keying.at,
        holds_until=None,
        agency=event.agency,
        organisation=event.organisation,
        stage=None if span is None else span.stage,
        days=None if due_on is None else (london_day(keying.at) - due_on).days,
        says=_says(obligation, keying),
        events=_rests_on(keying),
        obligations=(obligation.key,),
    )


def _rests_on(keying: Keying) -> tuple[KeptEvent, ...]:
    """Return the events of a keying in order of time, and after them what amended one."""
    keyed: tuple[KeptEvent, ...] = (keying.event,)
    if keying.together:
        by_id = {e.event_id: e for e in (keying.event, *keying.together)}
        keyed = tuple(sorted(by_id.values(), key=lambda e: (placed(e), e.source, e.id)))
    return keyed if keying.amendment is None else (*keyed, keying.amendment)


def _says(obligation: Obligation, keying: Keying) -> str:
    duty, event, due_on = obligation.duty, keying.event, obligation.due_on
    suspect = obligation.start.suspect
    title = f"{duty.title[:1].lower()}{duty.title[1:]}" + (f"; {suspect}" if suspect else "")
    news = event.type == "victim.told"
    done = "news said to have been given" if news else "what is said to have been done"
    limit = "" if due_on is None else f", and its limit ended with {day_words(due_on)}"
    within = obligation.terms.within
    if within is not None and within.unit is Unit.HOURS:
        limit = f", and its limit ended at {clock_words(obligation.due_at or keying.at)}"
    late = 0 if due_on is None else (london_day(keying.at) - due_on).days
    after = f"{days_words(late)} after the limit's last day" if late else "after the limit"
    told_at = (keying.amendment or event).received_at
    told = f"we were told at {clock_words(told_at)}"
    keyed = f"keyed at {clock_words(keying.at)}, {after}" if keying.stated else ""
    what = "it" if keying.amendment is None else "the correction"
    unstated = f"When {what} was keyed is not stated; {told}, {after}."
    if keying.first is not None:
        how = f"It was first said to have happened {_when(keying.first, event)}, after the limit"
        how += ", and a correction moved it."
        how += f" The correction was {keyed}; {told}." if keyed else f" {unstated}"
    elif keying.amendment is not None:
        how = (
            "As it was first recorded it would not have met the duty, and a correction changed it."
        )
        how += f" The correction was {keyed}; {told}." if keyed else f" {unstated}"
    elif keying.together:
        count = len(keying.together)
        days = len({london_day(placed(one)) for one in keying.together})
        how = (
            f"It was {keyed}, in one minute with {count - 1} other contacts; these {count} are "
            f"said to have happened on {days} days. {told[:1].upper()}{told[1:]}."
        )
    else:
        how = f"It was {keyed}; {told}." if keyed else unstated
    return (
        f"{duty.id} ({title}) stands as met by {done} {_when(placed(event), event)}{limit}. {how} "
        "No other answer in time is recorded that was keyed in time."
    )


def _when(at: datetime, event: KeptEvent) -> str:
    return (
        f"on {day_words(london_day(at))}" if event.precision == "day" else f"at {clock_words(at)}"
    )
