"""The one event that every agency's message becomes, and that event as the store has kept it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha1
from typing import Any, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from shared.interruption import Interruption

Agency = Literal["police", "cps", "probation"]
Precision = Literal["instant", "day"]

# A reference's key is computed from its words, so that a journey's address can be worked out
# without asking, and one key shards events, references and links alike. It is uuid5 in this
# namespace, whose part of the hash is computed once.
_REFERENCES = sha1(uuid5(NAMESPACE_URL, "victim-journey/reference").bytes, usedforsecurity=False)


@lru_cache(maxsize=65_536)  # a batch, and a journey, use the same few references again and again
def reference_id(reference: str) -> UUID:
    """Return the key of a reference such as `crime:avon-and-somerset/5224001234/V1`."""
    hashed = _REFERENCES.copy()
    hashed.update(reference.encode())
    return UUID(bytes=hashed.digest()[:16], version=5)


@lru_cache(maxsize=4_096)  # there are few sources, and every event is asked who speaks in it
def speaker(source: str) -> tuple[str, str]:
    """Return the agency and the organisation that speak under a source."""
    _, agency, organisation, _ = source.split("/")
    return agency, organisation


# Events and receipts are not frozen: setting each field of a frozen one costs more than the rest of
# making it. Nobody writes to them all the same.
@dataclass(slots=True, kw_only=True)
class JourneyEvent:
    """One thing an agency says happened, in the journey's words.

    `source` and `id` are its identity for ever. `reference` is the sender's own reference for the
    victim. `occurred_at` and `recorded_at` (when it was keyed at source, where the sender says)
    are in UTC; with precision "day" only the London day of `occurred_at` is known. `data` holds
    plain JSON values named as in the vocabulary, instants in UTC, nothing null. `backfill` says
    that it was loaded as history, so that its late arrival is nobody's late keying; it is no part
    of what was said, and the same event sent with and without it is the same.
    """

    source: str
    id: str
    type: str
    reference: str
    occurred_at: datetime
    data: Mapping[str, Any]
    precision: Precision = "instant"
    recorded_at: datetime | None = None
    backfill: bool = False

    @property
    def agency(self) -> str:
        """The agency that speaks: police, cps or probation."""
        return speaker(self.source)[0]

    @property
    def organisation(self) -> str:
        """The organisation that speaks, such as `avon-and-somerset`."""
        return speaker(self.source)[1]


@dataclass(slots=True, kw_only=True)
class KeptEvent(JourneyEvent):
    """A JourneyEvent that the store keeps, with the moment (UTC) we were told of it."""

    received_at: datetime
    event_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasedEvent:
    """An event whose content was erased: whatever it said is gone, for every moment asked about.

    Its times are in UTC; with precision "day" only the London day of `occurred_at` is known.
    """

    source: str
    reference: str
    occurred_at: datetime
    precision: Precision
    received_at: datetime


@dataclass(slots=True, kw_only=True)
class Receipt:
    """What a sender holds: the event is kept, under this journey reference, since this moment.

    `created` is False when the same event had been kept before; the rest is then the first
    receipt again.
    """

    source: str
    id: str
    reference: str
    event_id: UUID
    received_at: datetime
    created: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownReference:
    """A reference the store has heard of, as an event's subject or as the other end of a link."""

    reference: str
    reference_id: UUID
    first_received_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyRecord:
    """All that is kept about the references that were ever linked, read in one snapshot.

    It is wider than any one journey: which references belong together, and when, follows from
    the links in effect as known, which the heart decides. The interruptions are those of every
    feed of the organisations that speak in the events or are named in them as the receiver of a
    file, a handover or a referral, as they were ever known. Erased events are apart: nobody can
    take one for an event that says something.
    """

    references: tuple[KnownReference, ...]
    events: tuple[KeptEvent, ...]
    interruptions: tuple[Interruption, ...] = ()
    erased: tuple[ErasedEvent, ...] = ()
