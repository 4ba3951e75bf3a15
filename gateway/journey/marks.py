"""What was recorded beside a result: a departure and its reason, who noticed a breach, and so on.

A mark never moves a limit and never changes a standing: a breach with a good reason is a breach
with a good reason, and figures are told with and without it.
"""

from dataclasses import dataclass
from datetime import date, datetime

from gateway.journey.duty import Kind
from gateway.journey.readings import GOOD_REASONS_FROM
from gateway.journey.story import Fact, Story
from shared.london import london_day

MARKS = ("departure.justified", "breach.noticed", "breach.victim_told", "breach.remedied")


@dataclass(slots=True)
class Refused:
    """A mark that was recorded and does not count, with the reason."""

    fact: Fact
    why: str


@dataclass(slots=True)
class Marks:
    """What was recorded beside one obligation: of each kind the first that counts, in time.

    `noticed_after` is how many London days after the limit's last day the breach was noticed.
    """

    departure: Fact | None = None
    noticed: Fact | None = None
    noticed_after: int | None = None
    victim_told: Fact | None = None
    remedied: Fact | None = None
    refused: tuple[Refused, ...] = ()

    @property
    def noticed_by(self) -> str | None:
        """Who noticed the breach first: agency, victim or inspector; None where nobody did.

        Who records that a breach was noticed, and names nobody, noticed it.
        """
        return None if self.noticed is None else str(self.noticed.data.get("by", "agency"))


def marks_of(
    story: Story,
    rule: str,
    kind: Kind,
    start: Fact,
    agency: str,
    due_on: date | None,
    broken_from: datetime | None,
) -> Marks:
    """Return the marks beside one obligation of a story.

    They name its rule and an event that tells of its start. `agency` owes it; `broken_from` is the
    moment (UTC) from which it was in breach, None where it never was.
    """
    ids = {event.id for event in start.sources}
    counted: dict[str, Fact] = {}
    refused = []
    for type_ in MARKS:
        for fact in story.facts_by_type.get(type_, ()):
            if fact.data.get("duty") != rule or fact.data.get("start") not in ids:
                continue
            if type_ == "departure.justified":
                why = why_no_departure(fact, kind, agency, due_on or start.day)
            else:
                why = why_no_breach(fact, broken_from)
            if why is None:
                counted.setdefault(type_, fact)
            else:
                refused.append(Refused(fact, why))
    noticed = counted.get("breach.noticed")
    return Marks(
        departure=counted.get("departure.justified"),
        noticed=noticed,
        noticed_after=None if noticed is None or due_on is None else (noticed.day - due_on).days,
        victim_told=counted.get("breach.victim_told"),
        remedied=counted.get("breach.remedied"),
        refused=tuple(refused),
    )


def why_no_departure(fact: Fact, kind: Kind, agency: str, day: date) -> str | None:
    """Return why a departure is not justified by what was recorded, or None where it is.

    The Code must be followed unless there are good reasons not to: Victims and Prisoners Act 2024,
    s.5(1). It speaks of the Code, to those who owe it, from 29 January 2025; `day` is the limit's
    last day, or the start's where there is no limit.
    """
    if kind is not Kind.CODE:
        return "only a duty of the Code can be departed from for a good reason"
    if fact.source_of(agency) is None:
        return "only the agency that owes the duty can say why it departed from it"
    if day < GOOD_REASONS_FROM:
        return "the law knows good reasons for departing from the Code since 29 January 2025"
    return None


def why_no_breach(fact: Fact, broken_from: datetime | None) -> str | None:
    """Return why nothing could be noticed, told or put right, or None where there was a breach."""
    if broken_from is None:
        return "there was no breach"
    early = fact.day < london_day(broken_from) if fact.by_day else fact.at < broken_from
    return "there was no breach yet" if early else None
