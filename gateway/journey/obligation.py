"""What one obligation is: one duty, owed once, because of one start, and how it came out."""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from gateway.journey.duty import Allowance, Duty, Kind, Terms
from gateway.journey.standing import Ending, Interval, Standing
from gateway.journey.story import Fact
from gateway.journey.telling import Answered, CameClose


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
    A limit in days ends with the London day `due_on`; `due_at` is the exclusive instant (UTC);
    all three, with `allowed`, are None where the terms name no time;
    `useful_until` is the last useful day where a window's end rolls back to a working day.
    """

    duty: Duty
    terms: Terms
    owner: str
    organisation: str | None
    start: Fact
    enhanced_because: str | None
    allowed: Allowance | None
    counted_from: datetime | None
    receipt_inferred: bool
    due_on: date | None
    due_at: datetime | None
    useful_until: date | None
    outside_calendar: bool
    answer: Answered | None
    came_close: tuple[CameClose, ...]
    ending: Ending | None
    standing: Standing
    standings: tuple[Interval, ...]
    total: Total | None = None

    @property
    def id(self) -> str:
        """An id that is the same in every journey, after every rebuild.

        It is a hash of the rule, the start's identity and suspect; a period of a duty that repeats
        begins with an event of its own.
        """
        event = self.start.event
        words = "\x00".join((self.duty.id, event.source, event.id, self.start.suspect or ""))
        return sha256(words.encode()).hexdigest()[:24]

    @property
    def is_breach(self) -> bool:
        """Whether a limit of the Code was broken: told late, or not told by its end."""
        late = self.standing in (Standing.MET_LATE, Standing.OVERDUE)
        return late and self.duty.kind is Kind.CODE

    @property
    def content_stated(self) -> bool:
        """Whether the answer said what it carried; True where there is nothing to say."""
        return self.answer is None or self.answer.content_stated


@dataclass(slots=True)
class NotOwed:
    """A duty that a fact would have started, had its condition held."""

    duty: Duty
    start: Fact
    condition: str


@dataclass(frozen=True, slots=True)
class Followed:
    """All that was owed, and what was not owed and why, in order of start."""

    obligations: tuple[Obligation, ...] = ()
    not_owed: tuple[NotOwed, ...] = ()
