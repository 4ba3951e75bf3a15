"""Says what is true of a synthetic journey: all that was owed on it, and how each came out.

It is told from what the maker meant and from `duties.py`, by counting days one by one; nothing of
it comes from the gateway, whose answers it is there to be compared with.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from demo.synthetic.days import months_after, working_days_after
from demo.synthetic.duties import (
    ANNUAL,
    ANNUAL_MONTHS,
    DEEDS_OF,
    LEGS,
    MOST_SERIOUS,
    NEWS_OF,
    VLO,
    VLO_DAYS,
    WINDOWS,
    Deed,
    News,
)
from demo.synthetic.event import Event
from shared.london import end_of, london_day, read_day, read_instant

CONTACTS = frozenset({"victim.told", "victim.offered"})
# Facts that a court makes are told by the police and by the CPS, and are one fact.
SEEN_BY_BOTH = frozenset({"hearing.ended", "case.concluded", "offender.sentenced"})
TOLERANCE = timedelta(minutes=5)
LEAVES_SCHEME = frozenset({"discharge", "death", "deportation"})


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing that was owed: its rule, the event that started it, its suspect, how it came out.

    `why` says of a breach what was made wrong (never, late, attempted, misdirected, lacking,
    early), of an end what ended it (opted_out, declined, closed, stopped), and of a clock that was
    not started that it was never_received.
    """

    rule: str
    start: str
    suspect: str | None
    standing: str
    why: str | None

    def told(self) -> dict[str, str]:
        """Return it as it is written, without what there is nothing to say of."""
        words = {
            "rule": self.rule,
            "start": self.start,
            "suspect": self.suspect,
            "standing": self.standing,
            "why": self.why,
        }
        return {name: word for name, word in words.items() if word is not None}


@dataclass(frozen=True, slots=True)
class _Start:
    """What starts a duty: a fact, or a telling; `told_by` are the events that tell it."""

    event: Event
    told_by: tuple[Event, ...]
    at: datetime
    day: date
    suspect: str | None

    @property
    def data(self) -> Mapping[str, Any]:
        """The fields of all its events, those of the earliest first."""
        if len(self.told_by) == 1:
            return self.event.data
        joined: dict[str, Any] = {}
        for event in reversed(self.told_by):
            joined.update(event.data)
        return joined

    def after(self, event: Event) -> bool:
        """Say whether another event came before it."""
        if event.by_day or self.event.by_day:
            return event.day < self.day
        return event.at < self.at - TOLERANCE


def owed_on(events: Sequence[Event], until: date) -> list[Owed]:
    """Return all that was owed on a journey, seen at the end of a London day.

    The events are those known by then, as they are right in the end.
    """
    return list(_Truth(events, until).all_owed())


class _Truth:
    def __init__(self, events: Sequence[Event], until: date) -> None:
        self._until = until
        labels = {e.suspect for e in events if e.agency == "police" and e.suspect is not None}
        for event in events:
            if event.type == "reference.linked":
                labels.update(ours(event))
        # Where the police know one suspect only, every label is that one.
        self._only = labels.pop() if len(labels) == 1 else None
        placed = sorted(events, key=lambda e: (e.placed, e.source, e.id))
        self._contacts = [e for e in placed if e.type in CONTACTS]
        self._starts: list[_Start] = []
        for event in placed:
            if event.type not in CONTACTS:
                self._add(event)
        self._report = next((s for s in self._starts if s.event.type == "crime.reported"), None)
        self._opt_outs = list(self._read_opt_outs())

    def _add(self, event: Event) -> None:
        suspect = self._suspect(event)
        if event.type in SEEN_BY_BOTH:
            for place, other in enumerate(self._starts):
                if (
                    other.event.type == event.type
                    and other.day == event.day
                    and other.suspect == suspect
                    and all(told.agency != event.agency for told in other.told_by)
                ):
                    self._starts[place] = replace(other, told_by=(*other.told_by, event))
                    return
        self._starts.append(_Start(event, (event,), event.placed, event.day, suspect))

    def _suspect(self, event: Event) -> str | None:
        return self._only if self._only and event.suspect else event.suspect

    def all_owed(self) -> Iterator[Owed]:
        """Yield everything that was owed."""
        for start in self._starts:
            type_ = start.event.type
            if not self._is_owed(start.day):
                continue
            for news in NEWS_OF.get(type_, ()):
                if news.where(start.data):
                    yield self._news(start, news)
            for deed in DEEDS_OF.get(type_, ()):
                if deed.where(start.data):
                    yield self._deed(start, deed)
            for rule, (types, days) in LEGS.items():
                if type_ in types:
                    yield self._leg(start, rule, days)
            if type_ == "contact_scheme.joined":
                yield from self._yearly(start)
        yield from self._first_contact()
        yield from self._windows()

    # Who is owed it.

    def _is_owed(self, day: date) -> bool:
        """Say whether anybody is owed anything: a business from the day it names a contact."""
        if self._report is None or self._report.data["victim_kind"] != "business":
            return True
        named = [
            s.day
            for s in self._starts
            if s.event.type in ("crime.reported", "preferences.agreed")
            and s.data.get("named_contact")
        ]
        return bool(named) and min(named) <= day

    def _enhanced(self, day: date) -> bool:
        report = {} if self._report is None else self._report.data
        kind = report.get("victim_kind")
        if kind == "business":
            return False
        if kind == "bereaved_relative" or MOST_SERIOUS & set(report.get("flags", ())):
            return True
        birthday = report.get("turns_18_on")
        if day < read_day(birthday) if birthday else report.get("under_18"):
            return True
        found = [
            (read_day(s.data["since"]) if "since" in s.data else s.day, s.data["enhanced_rights"])
            for s in self._starts
            if s.event.type == "needs.assessed"
        ]
        held = [enhanced for since, enhanced in sorted(found, key=_first) if since <= day]
        return bool(held) and held[-1]

    def _read_opt_outs(self) -> Iterator[tuple[frozenset[str], datetime, datetime | None]]:
        """Yield what the victim declined, from when until when (exclusive, None where it lasts)."""
        resumed = [s for s in self._starts if s.event.type == "contact.resumed"]
        for start in self._starts:
            if start.event.type == "contact.declined":
                scope = _words(start.data["scope"])
                again = (
                    r.at
                    for r in resumed
                    if r.at >= start.at and _words(r.data["scope"]) in (scope, frozenset({"all"}))
                )
                yield scope, start.at, min(again, default=None)

    # How it came out.

    def _came_out(
        self,
        rule: str,
        start: _Start,
        clock: datetime | None,
        due: date | datetime | None,
        answer: datetime | None,
        flaw: str | None,
        *,
        scope: frozenset[str] = frozenset(),
        ends: tuple[tuple[datetime, str], ...] = (),
        window: bool = False,
    ) -> Owed:
        """Return how one thing came out; `due` is its last London day, or an instant."""
        due_at = end_of(due) if isinstance(due, date) and not isinstance(due, datetime) else due
        found = list(ends)
        for declined, since, until in self._opt_outs:
            if declined & scope:
                if since <= start.at and (until is None or start.at < until):
                    return self._owed(rule, start, "ended", "opted_out")
                if since > start.at:
                    found.append((since, "opted_out"))
        if found:
            ended, why = min(found)
            if (due_at is None or ended < due_at) and (answer is None or ended < answer):
                return self._owed(rule, start, "ended", why)
        if clock is None:
            return self._owed(rule, start, "not_started", "never_received")
        if answer is not None:
            if due_at is None or answer < due_at or answer < clock:
                return self._owed(rule, start, "met", None)
            return self._owed(rule, start, "met_late", flaw or "late")
        if due_at is None or end_of(self._until) <= due_at:
            return self._owed(rule, start, "pending", None)
        if window:
            return self._owed(rule, start, "ended", "closed")
        return self._owed(rule, start, "overdue", flaw or "never")

    def _owed(self, rule: str, start: _Start, standing: str, why: str | None) -> Owed:
        return Owed(rule, start.event.id, start.suspect, standing, why)

    # The kinds of duty.

    def _news(self, start: _Start, news: News) -> Owed:
        clock = _receipt(start) if news.received else start.at
        if news.rule == "R6.FIRSTHRG" and clock is not None:
            charges = (
                s.at
                for s in self._starts
                if s.event.type == "suspect.charged" and _same(s.suspect, start.suspect)
            )
            clock = max(clock, next(charges, clock))
        days = news.enhanced if self._enhanced(start.day) else news.days
        due = None if clock is None else working_days_after(london_day(clock), days)
        answer, flaw = None, None
        for contact in self._contacts:
            if not self._speaks_of(contact, start):
                continue
            if start.after(contact):
                if contact.flaw == "early" and start.day - contact.day == timedelta(days=1):
                    flaw = flaw or "early"
                continue
            carried = contact.data.get("carried")
            if not contact.heard:
                flaw = flaw or contact.flaw
            elif carried is not None and not set(news.carrying) <= set(carried):
                flaw = flaw or "lacking"
            else:
                answer = contact.placed
                break
        scope = frozenset({"all", start.event.type})
        return self._came_out(news.rule, start, clock, due, answer, flaw, scope=scope)

    def _speaks_of(self, contact: Event, start: _Start) -> bool:
        if start.event.type not in contact.data.get("about", ()):
            return False
        named = contact.data.get("about_event")
        ids = [named] if isinstance(named, str) else named
        if ids and not any(event.id in ids for event in start.told_by):
            return False
        return _same(self._suspect(contact), start.suspect) and _same(
            contact.data.get("hearing"), start.data.get("hearing")
        )

    def _deed(self, start: _Start, deed: Deed) -> Owed:
        due: date | datetime
        if deed.hours:
            due = start.at + timedelta(hours=deed.hours)
        elif deed.months:
            due = months_after(start.day, deed.months)
        elif deed.calendar_days:
            due = start.day + timedelta(days=deed.calendar_days)
        else:
            due = working_days_after(start.day, deed.days)
        answer, flaw = None, None
        for other in self._starts:
            event = other.event
            where = deed.done.get(event.type)
            if where is None or start.after(event) or not _same(other.suspect, start.suspect):
                continue
            if deed.own and event.source.split("/")[1:3] != start.event.source.split("/")[1:3]:
                continue
            if not where(other.data):
                if event.type == "complaint.acknowledged":
                    flaw = "lacking"
                continue
            answer = other.at
            break
        noes = [s.at for s in self._starts if s.event.type == deed.declined_by]
        ends = tuple((max(no, start.at), "declined") for no in noes)
        return self._came_out(
            deed.rule, start, start.at, due, answer, flaw, ends=ends, window=deed.window
        )

    def _leg(self, start: _Start, rule: str, days: int) -> Owed:
        due = working_days_after(start.day, days)
        return self._came_out(rule, start, start.at, due, _receipt(start), None)

    def _first_contact(self) -> Iterator[Owed]:
        """Yield probation's first contact: from the referral, else from its receipt."""
        referred = [s for s in self._starts if s.event.type == "contact_scheme.referred"]
        received = [s for s in self._starts if s.event.type == "contact_scheme.referral_received"]
        starts = [s for s in referred if s.data.get("scheme") != "notification"]
        starts += [r for r in received if not any(s.at <= r.at for s in referred)]
        for start in starts:
            if self._is_owed(start.day):
                due = working_days_after(start.day, VLO_DAYS)
                answer, flaw = self._contact_by_probation(start, lambda contact: True)
                yield self._came_out(
                    VLO,
                    start,
                    start.at,
                    due,
                    None if answer is None else answer.placed,
                    flaw,
                    scope=frozenset({"all", "contact_scheme"}),
                )

    def _contact_by_probation(
        self, start: _Start, counts: Callable[[Event], bool]
    ) -> tuple[Event | None, str | None]:
        flaw = None
        for contact in self._contacts:
            if contact.agency == "probation" and not start.after(contact) and counts(contact):
                if contact.heard:
                    return contact, flaw
                flaw = flaw or contact.flaw
        return None, flaw

    def _yearly(self, joined: _Start) -> Iterator[Owed]:
        """Yield the yearly letters: the year runs from joining, and from each news since."""
        ends = tuple(
            (s.at, "stopped")
            for s in self._starts
            if _same(s.suspect, joined.suspect)
            and (s.event.type == "contact_scheme.left" or s.data.get("milestone") in LEAVES_SCHEME)
        )
        start = joined
        while True:
            since = start.at
            answer, flaw = self._contact_by_probation(
                start,
                lambda contact: (
                    contact.placed > since  # noqa: B023 - used within this turn
                    and contact.type == "victim.told"
                    and bool(contact.data["about"] or contact.data.get("carried"))
                ),
            )
            owed = self._came_out(
                ANNUAL,
                start,
                start.at,
                months_after(start.day, ANNUAL_MONTHS),
                None if answer is None else answer.placed,
                flaw,
                scope=frozenset({"all", "contact_scheme"}),
                ends=tuple((max(at, since), why) for at, why in ends if at >= since),
            )
            yield owed
            if answer is None or owed.standing == "ended":
                return
            start = _Start(answer, (answer,), answer.placed, answer.day, joined.suspect)

    def _windows(self) -> Iterator[Owed]:
        """Yield the victim's windows that open with the first news of a decision.

        News of several decisions about one suspect opens one.
        """
        opened = set()
        for agency, window in WINDOWS:
            for decision in self._starts:
                if (
                    decision.event.type != window.fact
                    or not window.where(decision.data)
                    or decision.event.agency != agency
                ):
                    continue
                first = next(
                    (
                        contact
                        for contact in self._contacts
                        if contact.heard
                        and self._speaks_of(contact, decision)
                        and not decision.after(contact)
                    ),
                    None,
                )
                if first is None or not self._is_owed(first.day):
                    continue
                start = _Start(first, (first,), first.placed, first.day, decision.suspect)
                if agency == "police" and not self._interviewed(start):
                    continue
                if (window.rule, first.id, start.suspect) not in opened:
                    opened.add((window.rule, first.id, start.suspect))
                    yield self._deed(start, window)

    def _interviewed(self, start: _Start) -> bool:
        """Say whether a suspect was interviewed under caution before, as the scheme asks."""
        return any(
            s.event.type == "suspect.interviewed"
            and _same(s.suspect, start.suspect)
            and not s.after(start.event)
            for s in self._starts
        )


def ours(link: Event) -> Iterable[str]:
    """Return the police's labels of suspects that a link names, whoever sent it."""
    labels: Mapping[str, str] = link.data.get("suspects", {})
    return labels.values() if link.agency == "police" else labels.keys()


def _receipt(start: _Start) -> datetime | None:
    """Return when the Witness Care Unit heard of a fact: as it says, else as it keyed it."""
    for event in start.told_by:
        if event.agency == "police":
            stated = event.data.get("received_at_wcu")
            heard = event.recorded if stated is None else read_instant(stated)
            return None if heard is None else max(start.at, heard)
    return None


def _same(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _words(scope: str | list[str]) -> frozenset[str]:
    return frozenset({scope} if isinstance(scope, str) else scope)


def _first(found: tuple[date, bool]) -> date:
    return found[0]
