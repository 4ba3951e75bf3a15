"""An event made ready to be kept: its id, its digest and its rows."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from json.encoder import c_make_encoder, encode_basestring  # type: ignore[attr-defined]
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from shared.journey_event import JourneyEvent, Receipt, reference_id
from shared.problems import ChangedStory, Fault
from shared.store.ids import first_id, ids_from

# What json.JSONEncoder makes anew for every text it writes, which takes longer than the writing.
# Equal values are equal texts: keys are sorted, and nothing stands between values that need not.
_encoder = c_make_encoder(None, dict, encode_basestring, None, ":", ",", True, False, False)

_LINKS = {"reference.linked": True, "reference.unlinked": False}


@dataclass(slots=True)
class Parcel:
    """One event with what the store adds to it.

    `identity` is the source and id by which it is known for ever; `data` is its JSON text, the keys
    in order.
    """

    event: JourneyEvent
    identity: tuple[str, str]
    event_id: UUID
    reference_id: UUID
    data: str
    digest: bytes

    def answer(
        self, kept: "Parcel | KeptIdentity", received_at: datetime, *, created: bool
    ) -> Receipt | ChangedStory:
        """Return what the sender is told, given what is kept under the event's identity."""
        event = self.event
        if kept.digest != self.digest:
            return ChangedStory(
                f"Event {event.id} of {event.source} was kept before with other content.",
                Fault(
                    field="id",
                    wrong="names an event that was kept with other content",
                    remedy="send an event.corrected that names it, or use an id of its own",
                ),
            )
        return Receipt(
            source=event.source,
            id=event.id,
            reference=event.reference,
            event_id=kept.event_id,
            received_at=received_at,
            created=created,
        )


@dataclass(frozen=True, slots=True)
class KeptIdentity:
    """What the store holds for ever under one source and id."""

    digest: bytes
    event_id: UUID
    received_at: datetime


def parcels(events: Sequence[JourneyEvent], received_at: datetime) -> list[Parcel]:
    """Make events ready to be kept; their ids are ordered by time and then as they are given."""
    ids = ids_from(first_id(received_at), len(events))
    return [
        Parcel(
            event,
            (event.source, event.id),
            event_id,
            reference_id(event.reference),
            data,
            _digest(event, data),
        )
        for event_id, event in zip(ids, events, strict=True)
        for data in (_canonical(event.data),)
    ]


def columns(parcels: Sequence[Parcel], received_at: datetime) -> list[Any]:
    """Return the arguments of the statement PUBLISH."""
    events = [parcel.event for parcel in parcels]
    sides = []
    keys = []
    for parcel in parcels:
        event = parcel.event
        type_, data = _spoken_of(event)
        in_effect = _LINKS.get(type_)
        if in_effect is not None:
            other = data["reference"]
            here, there = parcel.reference_id, reference_id(other)
            told = in_effect, event.occurred_at
            sides.append((parcel.event_id, here, there, event.reference, *told))
            if here != there:
                sides.append((parcel.event_id, there, here, other, *told))
        if type_ == "crime.reported" and "victim_key" in data:
            keys.append((parcel.event_id, parcel.reference_id, data["victim_key"]))
    return [
        received_at,
        _column([parcel.event_id for parcel in parcels]),
        _column([parcel.reference_id for parcel in parcels]),
        _column([event.reference for event in events]),
        _column([event.source for event in events]),
        _column([event.id for event in events]),
        _column([event.type for event in events]),
        _column([event.occurred_at for event in events]),
        _column([event.precision for event in events]),
        _column([event.recorded_at for event in events]),
        f"[{','.join([parcel.data for parcel in parcels])}]",
        _column([parcel.digest.hex() for parcel in parcels]),
        _column([event.backfill for event in events]),
        *_turned(sides, 6),
        *_turned(keys, 3),
    ]


def _column(values: list[Any]) -> str:
    """Return the values of a column as a JSON array."""
    return to_json(values).decode()


def _spoken_of(event: JourneyEvent) -> tuple[str, Mapping[str, Any]]:
    """Return the type and data of an event, or of the one that it corrects, as far as it says.

    A correction may name another reference, or victim, than its original did, and the walk from
    either must find it. Where it names no type, its fields tell which it must be.
    """
    if event.type != "event.corrected":
        return event.type, event.data
    content = event.data["content"]
    data: Mapping[str, Any] = content["data"]
    type_ = "reference.linked" if "reference" in data else "crime.reported"
    return content.get("type", type_), data


def _turned(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """Turn rows into columns, which even no rows have."""
    return [[row[place] for row in rows] for place in range(width)]


def _canonical(data: Mapping[str, Any]) -> str:
    """Return data as JSON in the one way in which equal values are equal texts."""
    return "".join(_encoder(data, 0))


def _digest(event: JourneyEvent, data: str) -> bytes:
    """Return the SHA-256 of what makes two sendings of one event the same."""
    # A line each. Only the reference, which ends the text, could hold a line break itself.
    told = (
        event.type,
        event.occurred_at.astimezone(UTC).isoformat(),
        event.recorded_at.astimezone(UTC).isoformat() if event.recorded_at else "",
        event.precision,
        data,
        event.reference,
    )
    return hashlib.sha256("\n".join(told).encode()).digest()
