"""Synthetic journeys as their agencies' doors take them, without a store to keep them."""

import json
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from uuid import UUID

from demo.synthetic.maker import Made, line
from gateway.journey.membership import Membership, journey_of
from services.cps.app import ROOM as CPS
from services.door.checks import check
from services.door.content import as_corrected
from services.door.wire import Reader
from services.police.app import ROOM as POLICE
from services.probation.app import ROOM as PROBATION
from shared.journey_event import JourneyEvent, JourneyRecord, KeptEvent, reference_id
from tests.builders import JourneyBuilder
from tests.tokens import ANYBODY

NOW = datetime(2026, 7, 1, tzinfo=UTC)
ROOMS = {room.agency: (room, Reader(room.messages)) for room in (POLICE, CPS, PROBATION)}
FIELDS = [field.name for field in fields(JourneyEvent)]


def taken(made: Made) -> Iterator[tuple[JourneyEvent, datetime]]:
    """Take each event in at its agency's door, as it is sent; with when we are told of it."""
    for event in made.events:
        room, reader = ROOMS[event.source.split("/")[1]]  # type: ignore[index]  # an agency
        message = reader.read(json.loads(line(event.cloudevent())))
        check(message, room.agency, ANYBODY, now=NOW)
        yield as_corrected(message, reader, room.translate, now=NOW), event.arrives


def kept(made: Made) -> Iterator[KeptEvent]:
    """Return the events as a store would keep them."""
    for number, (event, arrives) in enumerate(taken(made)):
        yield KeptEvent(
            **{name: getattr(event, name) for name in FIELDS},
            received_at=arrives,
            event_id=UUID(int=number),
        )


def record_of(made: Made) -> JourneyRecord:
    """Return the record that a store would read of its events."""
    journey = JourneyBuilder()
    journey.events = list(kept(made))
    return journey.record()


def membership_of(made: Made) -> Membership:
    """Return the journey that its events make."""
    record = record_of(made)
    membership = journey_of(record, reference_id(made.reference))
    assert membership is not None
    assert len(membership.events) == len(record.events), "links join all that was said"
    return membership
