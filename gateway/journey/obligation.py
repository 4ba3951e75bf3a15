"""What one obligation is: one duty, owed once, because of one start, and how it came out."""

from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256

from gateway.journey.calendar import OutsideCalendar
from gateway.journey.duty import Allowance, Counts, Duty, Kind, Terms, Unit
from gateway.journey.law import Demand
from gateway.journey.limits import AGENCY_OF, allowance
from gateway.journey.marks import Marks, marks_of
from gateway.journey.silences import Silence
from gateway.journey.standing import (
    Ending,
    Interval,
    Standing,
    Turn,
    intervals_of,
    standing_at,
    turns_of,
)
from gateway.journey.story import Contact, Fact, Story
from gateway.journey.telling import Answered, CameClose
from gateway.journey.unknown import hiding, unknown_since
from shared.interruption import Interruption
from shared.journey_event import speaker

_CODE = Kind.CODE  # by its name: through the class it costs ten times as much
_LATE = (Standing.MET_LATE, Standing.OVERDUE)
# What an answer that could not be sent would have changed.
_HIDDEN = (*_LATE, Standing.PENDING, Standing.NOTHING_RECORDED)


@dataclass(frozen=True, slots=True)
class Total:
    """Two legs seen as one: from the fact itself to the victim, whoever held the news up."""

    allowed: Allowance
    due_on: date
    standing: Standing


@dataclass(slots=True)
class Obligation:
    """One thing that one duty asked for, from the fact that started it to how it stands.

    `counted_from` is the moment (UTC) the days are counted from, None where it was never recorded.
    A limit in days ends with the London day `due_on`; `due_at` is the exclusive instant (UTC).
    `silence` is the one to be broken where the duty is to keep in touch. What only a reader asks
    for is worked out when it is asked.
    """

    demand: Demand = field(repr=False)
    story: Story = field(repr=False, compare=False)
    start: Fact
    counted_from: datetime | None
    receipt_inferred: bool
    due_on: date | None
    due_at: datetime | None
    outside_calendar: bool
    answer: Answered | None
    came_close: tuple[CameClose, ...]
    ending: Ending | None
    standing: Standing
    silence: Silence | None = None
    _key: bytes | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def duty(self) -> Duty:
        """The duty that asked for it."""
        return self.demand.duty

    @property
    def terms(self) -> Terms:
        """The terms that were in force on its start's London day."""
        return self.demand.terms

    @property
    def owner(self) -> str:
        """Who owes it: where any provider may, the one that the start speaks of."""
        if self.silence is not None:
            holder = self.silence.holder
            return self.duty.owner if holder is None else holder.holder
        return self.start.event.agency if self.demand.owner == "any" else self.demand.owner

    @property
    def agency(self) -> str:
        """The agency whose feeds speak for the owner."""
        if self.silence is None:
            return agency_of(self.demand, self.start)
        return AGENCY_OF.get(self.owner, self.owner)

    @property
    def organisation(self) -> str | None:
        """The owner's organisation, where it ever spoke on this journey."""
        return self.party[1]

    @property
    def party(self) -> tuple[str, str | None]:
        """The agency whose feeds speak for the owner, and the owner's organisation."""
        if self.silence is not None:
            holder = self.silence.holder
            owner = self.duty.owner if holder is None else holder.holder
            return AGENCY_OF.get(owner, owner), None if holder is None else holder.organisation
        start = self.start
        ours = agency_of(self.demand, start)
        for event in start.sources:
            spoke = speaker(event.source)
            if spoke[0] == ours:
                return spoke
        return ours, self.story.organisation_of(ours, start.at)

    @property
    def enhanced_because(self) -> str | None:
        """Why Enhanced Rights were owed at the start, or None where they were not."""
        return self.story.victim.enhanced_because(self.start.day)

    @property
    def allowed(self) -> Allowance | None:
        """How long the duty allowed, None where it names no time.

        A local standard gives way to what the victim agreed to.
        """
        if self.terms.within is None:
            return None
        if self.silence is not None and self.duty.kind is Kind.LOCAL:
            return Allowance(self.silence.allowed_days, Unit.CALENDAR_DAYS)
        return allowance(self.terms, enhanced=self.enhanced_because is not None)

    @property
    def useful_until(self) -> date | None:
        """The last useful day of a window that rolls back, where the calendar knows it."""
        if self.due_on is None or not self.duty.rolls_back:
            return None
        try:
            return self.demand.law.calendar.on_or_before(self.due_on)
        except OutsideCalendar:
            return None

    @property
    def unknown_since(self) -> datetime | None:
        """The moment (UTC) from which a feed of the owner's hides whether it was met, or None.

        What the victim may do is never hidden: it is the victim's own time.
        """
        if not self.story.interruptions or self.demand.is_window:
            return None
        return unknown_since(self.story, self.agency, self.organisation, *self._could_be_met)

    @property
    def hidden_by(self) -> list[Interruption]:
        """What hides whether it was met, where that is why it is unknown."""
        if self.standing is not Standing.UNKNOWN:
            return []
        return hiding(self.story, self.agency, self.organisation, *self._could_be_met)

    @property
    def _could_be_met(self) -> tuple[datetime | None, datetime | None]:
        """From when until when (UTC, exclusive) it could be met; None where there is no end."""
        counts = self.demand.met_by.counts
        return (
            self.start.at if counts is Counts.AFTERWARDS else None,
            self.start.at if counts is Counts.BEFOREHAND else self.due_at,
        )

    def hide(self) -> None:
        """Let the standing be unknown where an interruption hides whether the duty was met."""
        if self.standing in _HIDDEN and self.unknown_since is not None:
            self.standing = Standing.UNKNOWN

    @property
    def marks(self) -> Marks:
        """What was recorded beside it: departure, and the breach noticed, told and put right."""
        return marks_of(
            self.story,
            self.duty.id,
            self.duty.kind,
            self.start,
            self.agency,
            self.due_on,
            self.breach_from if self.is_breach else None,
        )

    @property
    def breach_from(self) -> datetime | None:
        """The moment (UTC) from which it is or will be a breach, with what is known, or None."""
        return breach_from(self.duty, self.turns)

    @property
    def standings(self) -> tuple[Interval, ...]:
        """How it stands from its start on, the future included, in order of time."""
        return intervals_of(self.turns)

    @property
    def turns(self) -> list[Turn]:
        """The standings with the moments (UTC) from which they hold, in order of time."""
        answer, ending, demand = self.answer, self.ending, self.demand
        return turns_of(
            self.start.at,
            self.counted_from,
            self.due_at,
            None if answer is None else answer.at,
            None if ending is None or ending.by_itself else ending.at,
            is_window=demand.is_window,
            untimed=demand.ends is None,
            unknown_since=self.unknown_since if self.story.interruptions else None,
        )

    @property
    def total(self) -> Total | None:
        """Both legs of a chain seen as one, where both are counted in the same days."""
        if self.duty.follows is None:
            return None
        law, start = self.demand.law, self.start
        leg = law.duties.get(self.duty.follows)
        terms = leg.terms_on(start.day) if leg is not None else None
        last = self.allowed
        if terms is None or terms.within is None or last is None or terms.within.unit != last.unit:
            return None
        first = allowance(terms, enhanced=self.enhanced_because is not None)
        allowed = Allowance(first.count + last.count, first.unit)
        due_on, due_at, _ = law.ends_of(allowed).after(start.at, start.day)
        if due_on is None or due_at is None:
            return None
        answered = None if self.answer is None else self.answer.at
        ended = None if self.ending is None else self.ending.at
        turns = turns_of(
            start.at, start.at, due_at, answered, ended, unknown_since=self.unknown_since
        )
        return Total(allowed, due_on, standing_at(turns, self.story.as_of))

    @property
    def id(self) -> str:
        """An id that is the same in every journey, after every rebuild.

        It is a hash of the rule, the start's identity and suspect; a period of a duty that repeats
        begins with an event of its own.
        """
        return self.key.hex()

    @property
    def key(self) -> bytes:
        """The id as bytes; worked out once, since rows, findings and chains all ask for it."""
        if self._key is None:
            event, suspect = self.start.sources[0], self.start.suspect or ""
            said = f"{self.demand.duty.id}\0{event.source}\0{event.id}\0{suspect}"
            self._key = sha256(said.encode()).digest()[:12]
        return self._key

    @property
    def is_breach(self) -> bool:
        """Whether a limit of the Code was broken: told late, or not told by its end."""
        return self.standing in _LATE and self.duty.kind is Kind.CODE

    @property
    def content_stated(self) -> bool:
        """Whether the answer said what it carried; True where there is nothing to say."""
        answer, start = self.answer, self.start
        if not isinstance(answer, Contact) or answer.carried is not None:
            return True
        return not self.demand.met_by.required(start.data, start.type)


def breach_from(duty: Duty, turns: list[Turn]) -> datetime | None:
    """Return the moment (UTC) from which these turns of a duty are a breach, or None."""
    if duty.kind is not _CODE:
        return None
    for since, standing in turns:
        if standing in _LATE:
            return since
    return None


def agency_of(demand: Demand, start: Fact) -> str:
    """Return the agency whose feed speaks for the owner of what a start demands."""
    return start.event.agency if demand.owner == "any" else demand.agency


@dataclass(slots=True)
class NotOwed:
    """What a fact would have started, had its condition held."""

    demand: Demand = field(repr=False)
    start: Fact
    condition: str

    @property
    def duty(self) -> Duty:
        """The duty that was not owed."""
        return self.demand.duty


@dataclass(frozen=True, slots=True)
class Followed:
    """All that was owed, and what was not owed and why, in order of start."""

    obligations: tuple[Obligation, ...] = ()
    not_owed: tuple[NotOwed, ...] = ()
