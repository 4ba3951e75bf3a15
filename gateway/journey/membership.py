"""Which references make one journey, as known at one moment, and what the journey is called."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from gateway.journey.story import ABOUT_EVENTS, ABOUT_REFERENCES, Story, in_effect, story_of
from shared.interruption import Interruption
from shared.journey_event import (
    ErasedEvent,
    JourneyRecord,
    KeptEvent,
    KnownReference,
    reference_id,
)
from shared.london import end_of, london_day, start_of

ERASED = "what was said here was erased"
NO_OTHERS: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Membership:
    """The references of one journey, first received first, and all the events kept under them.

    The journey is named by its first-received reference. The events are those known at the moment
    asked about, before corrections and withdrawals are applied; the interruptions are those of all
    that may owe anything on it, whenever they were declared. The erased events beside them say
    nothing any more.
    """

    references: tuple[KnownReference, ...]
    events: tuple[KeptEvent, ...]
    interruptions: tuple[Interruption, ...] = ()
    erased: tuple[ErasedEvent, ...] = ()

    @property
    def id(self) -> UUID:
        """The journey's id: that of the reference it is named by."""
        return self.references[0].reference_id

    @property
    def name(self) -> str:
        """The reference the journey is named by."""
        return self.references[0].reference

    def story(self, *, as_of: datetime, known_at: datetime | None = None) -> Story:
        """Return the journey's story, seen from `as_of`, as known at `known_at` (aware)."""
        return story_of(
            self.events,
            as_of=as_of,
            known_at=known_at,
            interruptions=(*self.interruptions, *map(hidden_by, self.erased)),
        )


def hidden_by(event: ErasedEvent) -> Interruption:
    """Return the moment at which its agency said what was erased, as a time that hides what it did.

    It may have been the very telling that was owed. Nobody is in breach because of an erasing.
    """
    day = london_day(event.occurred_at)
    since, until = event.occurred_at, event.occurred_at + timedelta(microseconds=1)
    if event.precision == "day":
        since, until = start_of(day), end_of(day)
    _, agency, organisation, system = event.source.split("/")
    return Interruption(
        agency=agency,
        organisation=organisation,
        system=system,
        since=since,
        until=until,
        replayed=False,
        reason=ERASED,
        declared_at=event.received_at,
        replaced_at=None,
        erased=True,
    )


def journey_of(
    record: JourneyRecord, asked: UUID, *, known_at: datetime | None = None
) -> Membership | None:
    """Return the journey to which a reference belonged as known at a moment (aware, None for now).

    A journey is what the links in effect connect; the latest word on a pair of references holds.
    None is returned where the reference had not been heard of yet.
    """
    known = known_references(record, known_at)
    if asked not in known:
        return None
    return _joined(record, asked, known, neighbours(record, known_at), known_at)


def journeys_of(record: JourneyRecord, *, known_at: datetime | None = None) -> Iterator[Membership]:
    """Yield every journey of a record once, as known at a moment (aware, None for now)."""
    known = known_references(record, known_at)
    if len(known) == 1:  # most records: nothing can be joined to it
        (alone,) = known
        yield _joined(record, alone, known, {}, known_at)
        return
    joined = neighbours(record, known_at)
    told: set[UUID] = set()
    for asked in known:
        if asked not in told:
            found = _joined(record, asked, known, joined, known_at)
            told.update(member.reference_id for member in found.references)
            yield found


def known_references(
    record: JourneyRecord, known_at: datetime | None
) -> dict[UUID, KnownReference]:
    """Return, by id, the references of a record that had been heard of by a moment."""
    return {
        r.reference_id: r
        for r in record.references
        if known_at is None or r.first_received_at <= known_at
    }


def _joined(
    record: JourneyRecord,
    asked: UUID,
    known: Mapping[UUID, KnownReference],
    joined: Mapping[UUID, set[UUID]],
    known_at: datetime | None,
) -> Membership:
    """Return the journey of one of the known references, joined as their neighbours are."""
    members = {asked}
    frontier = [asked]
    while frontier:
        for other in joined.get(frontier.pop(), NO_OTHERS) - members:
            members.add(other)
            frontier.append(other)
    references = sorted(
        (known[m] for m in members if m in known), key=lambda r: (r.first_received_at, r.reference)
    )
    ours = {r.reference for r in references}
    return Membership(
        references=tuple(references),
        events=tuple(
            [
                e
                for e in record.events
                if e.reference in ours and (known_at is None or e.received_at <= known_at)
            ]
        ),
        interruptions=record.interruptions,
        erased=tuple(
            [
                e
                for e in record.erased
                if e.reference in ours and (known_at is None or e.received_at <= known_at)
            ]
        ),
    )


def neighbours(record: JourneyRecord, known_at: datetime | None) -> dict[UUID, set[UUID]]:
    """Return, for each reference, those it is linked to directly."""
    # No other event says whether a link is in effect.
    spoken = [e for e in record.events if e.type in ABOUT_REFERENCES or e.type in ABOUT_EVENTS]
    links = [e for e in in_effect(spoken, known_at=known_at) if e.type in ABOUT_REFERENCES]
    latest: dict[frozenset[UUID], bool] = {}
    for link in sorted(links, key=lambda e: (e.occurred_at, e.source, e.id)):
        pair = frozenset({reference_id(link.reference), reference_id(link.data["reference"])})
        latest[pair] = link.type == "reference.linked"
    joined: dict[UUID, set[UUID]] = defaultdict(set)
    for pair, linked in latest.items():
        if linked and len(pair) == 2:
            one, other = pair
            joined[one].add(other)
            joined[other].add(one)
    return joined
