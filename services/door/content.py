"""Reads the content of a correction as the event that it should have been."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.door.amending import Correction, Withdrawal
from services.door.checks import faults_of
from services.door.envelope import Message
from services.door.wire import Reader
from shared.journey_event import JourneyEvent
from shared.london import write_instant
from shared.problems import BadMessage, Fault


def as_corrected(
    message: Message,
    reader: Reader,
    translate: Callable[[Message], JourneyEvent],
    *,
    now: datetime,
) -> JourneyEvent:
    """Return the journey's event for a message, the content of a correction held like any event.

    A correction that names the first event's type is held to that type. Without it, the content
    must be that of one of the agency's types: the first event may not have arrived. `now` is in
    UTC. Raises BadMessage with every fault of the content.
    """
    event = translate(message)
    if not isinstance(message.data, Correction):
        return event
    meant = event_meant(message, message.data, reader)
    faults = [within_content(fault) for fault in faults_of(meant, now)]
    if faults:
        raise BadMessage("The correction's content cannot be true; nothing was kept.", *faults)
    content = {**event.data["content"], "data": translate(meant).data}
    return replace(event, data={**event.data, "content": content})


def event_meant(message: Message, correction: Correction, reader: Reader) -> Message:
    """Return the event that a correction describes; raises BadMessage where it describes none."""
    content = correction.content
    item: Mapping[str, Any] = {
        "specversion": message.specversion,
        "id": correction.event.id,
        "source": correction.event.source,
        "subject": message.subject,
        "time": write_instant(content.time),
        "timeprecision": content.timeprecision,
        "data": content.data,
    }
    if content.type is not None:
        try:
            meant = reader.read({**item, "type": content.type})
        except BadMessage as problem:
            faults = [within_content(fault) for fault in problem.faults]
            raise BadMessage(
                f"The correction's content is not that of {content.type}; nothing was kept.",
                *faults,
            ) from problem
        if isinstance(meant.data, Correction | Withdrawal):
            fault = Fault(
                "data.content.type",
                "is itself a correction or a withdrawal",
                "correct the first event again, or withdraw this one",
            )
            raise BadMessage("A correction cannot be corrected; nothing was kept.", fault)
        return meant
    for meant in reader.readings(item):
        if not isinstance(meant.data, Correction | Withdrawal):
            return meant
    fault = Fault(
        "data.content.data",
        "is not the data of any event of this service",
        "send the whole data that the event should have had, and its type in data.content.type",
    )
    raise BadMessage("The correction's content cannot be read; nothing was kept.", fault)


def within_content(fault: Fault) -> Fault:
    """Return a fault of the event that a correction describes, as the correction's own."""
    return Fault(f"data.content.{fault.field}", fault.wrong, fault.remedy)
