"""What a message must keep to beyond its schema: its sender, the clock, and what it refers to."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from services.door.amending import Correction, Withdrawal
from services.door.envelope import Message
from services.door.linking import Link
from services.door.outcome import HomeOfficeOutcome
from shared.access.caller import Caller
from shared.codes.lists import outcomes
from shared.journey_event import speaker
from shared.london import london_day
from shared.problems import BadMessage, Fault, NotYours

# Clocks differ; a time further ahead than this is a mistake.
AHEAD = timedelta(minutes=5)

_AMENDING = (Correction, Withdrawal)


def check(message: Message, agency: str, caller: Caller, *, now: datetime) -> None:
    """Refuse a message that its sender may not send, or that cannot be true yet (`now` in UTC).

    Raises NotYours where it speaks for somebody else, and BadMessage with every fault otherwise.
    """
    speaks_for, organisation = speaker(message.source)
    if speaks_for != agency:
        fault = Fault(
            "source", f"speaks for {speaks_for}", f"send it at the service of {speaks_for}"
        )
        raise NotYours(f"This service takes events of {agency} only.", fault)
    if not caller.sends_for(agency, organisation):
        raise not_yours("source", agency, organisation)
    data = message.data
    if isinstance(data, _AMENDING) and speaker(data.event.source) != (speaks_for, organisation):
        fault = Fault(
            "data.event.source",
            "is another organisation's event",
            "ask the organisation that sent the event to amend it",
        )
        raise NotYours("Only the organisation that sent an event may amend it.", fault)
    faults = list(faults_of(message, now))
    if faults:
        raise BadMessage("The event cannot be true as it is; nothing of it was kept.", *faults)


def not_yours(field: str, agency: str, organisation: str) -> NotYours:
    """Return the refusal of what speaks for an organisation that the caller's token does not."""
    fault = Fault(
        field,
        f"speaks for {agency}/{organisation}, which the token does not",
        "send it with a token that names this organisation",
    )
    return NotYours("A sender speaks only for the organisations in its token.", fault)


def faults_of(message: Message, now: datetime) -> Iterable[Fault]:
    """Yield every fault of a message's times and references."""
    data = message.data
    latest = now + AHEAD
    for field, moment in (
        ("time", message.time),
        ("recordedtime", message.recordedtime),
        ("data.received_at_wcu", data.received_at_wcu),
    ):
        if moment is not None and moment > latest:
            yield Fault(field, "is in the future", "send the event once it has happened")
    received = data.received_at_wcu
    if received is not None:
        before = (
            london_day(received) < london_day(message.time)
            if message.timeprecision == "day"
            else received < message.time
        )
        if before:
            yield Fault(
                "data.received_at_wcu",
                "is before the event's time",
                "a result is received after it was given: check both times",
            )
    if isinstance(data, HomeOfficeOutcome) and data.outcome is not None:
        day = london_day(message.time)
        if not outcomes()[data.outcome].validity.holds(day):
            yield Fault(
                "data.outcome",
                f"was not in use on {day}",
                f"use an outcome of that day: see /v1/outcomes?as_of={day}",
            )
    if isinstance(data, Link) and data.reference == message.subject:
        yield Fault("data.reference", "is the event's own subject", "name the other reference")
    if isinstance(data, _AMENDING):
        amends = data.event
        if (amends.source, amends.id) == (message.source, message.id):
            yield Fault("data.event", "is this event itself", "name the event to amend")
