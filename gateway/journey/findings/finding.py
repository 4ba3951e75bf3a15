"""One finding, from when until when it holds, and all that findings are looked for in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.journey.calendar import Calendar
from gateway.journey.membership import Membership
from gateway.journey.obligation import Obligation
from gateway.journey.silences import Silence
from gateway.journey.stages import Course, Stage
from gateway.journey.story import Story
from shared.journey_event import KeptEvent


class FindingKind(StrEnum):
    """What can be found; the words are those of the API."""

    NEVER_OFFERED = "never_offered"
    NEEDS_LOST = "needs_lost"
    REPEAT_NOT_FLAGGED = "repeat_not_flagged"
    NO_POLICE_REFERENCE = "no_police_reference"
    LISTING_CHANGE = "listing_change"
    MET_BY_KEYING = "met_by_keying"
    PERFUNCTORY_CONTACT = "perfunctory_contact"
    MISSED_BEFORE_WITHDRAWAL = "missed_before_withdrawal"
    NEED_UNMET = "need_unmet"


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that findings are looked for in: one journey, followed to the end of all time."""

    membership: Membership
    story: Story
    course: Course
    obligations: tuple[Obligation, ...]
    silences: tuple[Silence, ...]
    calendar: Calendar


# Findings are not frozen, nor what they are made of: setting each field of a frozen one took a
# tenth of the time of finding. Nobody writes to them all the same.
@dataclass(slots=True)
class Finding:
    """What was found; it holds from one moment (UTC) until another, None for good.

    `about` says in a word what it is about (the offer, the need, the hearing), so that kind, about
    and `holds_from` name a finding on its journey. `agency` and `organisation` are who has to
    answer for it. `days` are London days and what they count is the kind's to say. `events` are
    those it rests on in order of time, `obligations` the keys of the duties it concerns.
    """

    kind: FindingKind
    about: str
    holds_from: datetime
    holds_until: datetime | None
    agency: str | None
    organisation: str | None
    stage: Stage | None
    days: int | None
    says: str
    events: tuple[KeptEvent, ...] = ()
    obligations: tuple[bytes, ...] = ()

    @property
    def name(self) -> tuple[datetime, FindingKind, str]:
        """What no other finding of a journey has, in the order in which they are told."""
        return self.holds_from, self.kind, self.about

    def holds_at(self, moment: datetime) -> bool:
        """Say whether it held at a moment (aware)."""
        return self.holds_from <= moment and (self.holds_until is None or moment < self.holds_until)
