"""Follows each handover between agencies: what was known by then, passed on, and arrived when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from gateway.journey.findings.handovers import (
    HANDED_OVER,
    ITEMS,
    RECEIVED,
    known_by,
    receiver_of,
)
from gateway.journey.story import Fact, Story, named_events
from gateway.journey.telling import is_before, same
from gateway.journey.unknown import unknown_since

# Each type that hands over, with the types that show that it arrived. News that the courts pass to
# the Witness Care Unit is no handover of ours: its delay is told leg by leg.
REFERRAL = "contact_scheme.referred"
ACKNOWLEDGED_BY = {
    "file.submitted": ("needs.received", "statement.received"),
    "handover.sent": ("handover.acknowledged",),
    REFERRAL: ("contact_scheme.referral_received",),
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """That a receipt says when (UTC) an item arrived."""

    item: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Handover:
    """One handover: of which kind, from whom to whom, when (UTC) it was sent and acknowledged.

    `known` are the items of the victim's that were known by then and belong to such a handover,
    `passed` those that the sender says went with it, None where it does not say. From
    `unknown_from` (UTC) on nobody can tell whether it was acknowledged.
    """

    fact: Fact
    to_agency: str | None
    to_organisation: str | None
    acknowledged: Fact | None
    known: tuple[str, ...]
    passed: tuple[str, ...] | None
    arrived: tuple[Arrival, ...]
    unknown_from: datetime | None = None

    @property
    def acknowledged_on(self) -> date | None:
        """The London day on which it was acknowledged, None where nothing says that it was."""
        return None if self.acknowledged is None else self.acknowledged.day


def handovers_of(story: Story) -> list[Handover]:
    """Return every handover on a journey, in order of time."""
    if story.facts_by_type.keys().isdisjoint(ACKNOWLEDGED_BY):
        return []
    sent = (fact for type_ in ACKNOWLEDGED_BY for fact in story.facts_of(type_))
    return [
        _handover(story, fact)
        for fact in sorted(sent, key=lambda f: (f.at, f.event.source, f.event.id))
    ]


def _handover(story: Story, sent: Fact) -> Handover:
    receipts = [*_receipts(story, sent)]
    acknowledged = min(receipts, key=lambda f: (f.at, f.event.source, f.event.id), default=None)
    agency: str | None
    if sent.type == REFERRAL:
        agency, organisation = "probation", sent.data.get("region")
    else:
        agency, organisation = receiver_of(story, sent)
    if acknowledged is not None and agency in (None, acknowledged.event.agency):
        # Who acknowledged it received it, whatever name it was sent under.
        agency, organisation = acknowledged.event.agency, acknowledged.event.organisation
    passed = sent.data.get("passed")
    unknown = None
    if story.interruptions and acknowledged is None and agency is not None:
        unknown = unknown_since(story, agency, organisation, sent.at, None)
    return Handover(
        fact=sent,
        to_agency=agency,
        to_organisation=organisation,
        acknowledged=acknowledged,
        known=tuple(
            item
            for item in (ITEMS if sent.type in HANDED_OVER else ())
            if known_by(story, item, sent) is not None
        ),
        passed=None if passed is None else tuple(item for item in ITEMS if item in passed),
        arrived=tuple(_arrived(receipts)),
        unknown_from=unknown,
    )


def _receipts(story: Story, sent: Fact) -> Iterator[Fact]:
    """Yield what shows that a handover arrived; a receipt that names no event is about all."""
    ids = {event.id for event in sent.sources}
    for fact in story.facts_of(*ACKNOWLEDGED_BY[sent.type]):
        named = named_events(fact.data)
        if (
            not is_before(fact, sent)
            and same(fact.suspect, sent.suspect)
            and (not named or not named.isdisjoint(ids))
        ):
            yield fact


def _arrived(receipts: Sequence[Fact]) -> Iterator[Arrival]:
    """Yield the items that receipts say arrived, each once: the first that says so."""
    for item in ITEMS:
        says = [fact.at for fact in receipts if _says_arrived(fact, item)]
        if says:
            yield Arrival(item, min(says))


def _says_arrived(receipt: Fact, item: str) -> bool:
    """Say whether a receipt shows that an item came: by name, or where it lists none of its own."""
    get = receipt.data.get
    if item in get("missing", ()):
        return False
    listed = get("arrived", get("passed"))
    if listed is not None:
        return item in listed
    return item in RECEIVED.get(receipt.type, ())
