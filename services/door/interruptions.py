"""What an agency declares of a system that could not send: its message, reading and answers."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from services.door.checks import AHEAD
from services.door.envelope import Fields, Identifier, Instant, Phrase
from services.door.wire import count, faults_of_json
from shared.faults import fault_of
from shared.interruption import KeptDeclaration
from shared.problems import BadMessage, Fault
from shared.words import nearest


class Interruption(Fields):
    """A time in which a system could not send, or what an earlier declaration should have said.

    A declaration is never changed. `corrects` names the first one and gives the interruption its
    whole right content, such as its end; `withdraws` says that there was none.
    """

    id: Identifier = Field(description="The sender's own: a repeat under it is the same.")
    time: Instant = Field(description="When it was declared.")
    recordedtime: Instant | None = Field(None, description="When it was keyed at source.")
    since: Instant | None = Field(
        None, alias="from", description="When it began, or will. Required unless withdrawn."
    )
    until: Instant | None = Field(None, description="When it ended, or will; none while it lasts.")
    replayed: bool = Field(
        False, description="Whether all that happened in it has been sent since it ended."
    )
    reason: Phrase
    corrects: Identifier | None = None
    withdraws: Identifier | None = None


class DeclarationReceipt(BaseModel):
    """That a declaration is kept, and when we were told (UTC)."""

    status: Literal["created", "repeated"]
    source: str
    id: str
    receivedtime: datetime


class DeclarationBody(BaseModel):
    """One declaration as it was kept, and whether it is the word in effect on its interruption."""

    id: str
    time: datetime
    recordedtime: datetime | None
    receivedtime: datetime
    since: datetime | None = Field(serialization_alias="from")
    until: datetime | None
    replayed: bool
    reason: str
    corrects: str | None
    withdraws: str | None
    stands: bool = Field(description="Whether no later word has replaced it.")


class DeclarationList(BaseModel):
    """Every declaration of one feed, in the order in which we were told."""

    source: str
    items: list[DeclarationBody]


def read_interruption(sent: Any, *, now: datetime) -> Interruption:
    """Return what was declared, `now` in UTC; raises BadMessage with every fault."""
    if not isinstance(sent, dict):
        fault = Fault("body", "is not a JSON object", "send one declaration as an object")
        raise BadMessage("A declaration is a JSON object.", fault)
    faults = list(faults_of_json(sent))
    if not faults:
        try:
            said = Interruption.model_validate(sent)
        except ValidationError as error:
            faults = [declared_fault(wrong) for wrong in error.errors(include_url=False)]
        else:
            faults = list(faults_of_interruption(said, now))
            if not faults:
                return said
    raise BadMessage(
        f"The declaration has {count(len(faults), 'fault')}; nothing of it was kept.", *faults
    )


def declared_fault(wrong: Any) -> Fault:
    """Return a fault of a declaration's fields in words fit for the sender."""
    field = ".".join(str(step) for step in wrong["loc"])
    if wrong["type"] == "extra_forbidden":
        near = nearest(field, [f.alias or name for name, f in Interruption.model_fields.items()])
        remedy = f"did you mean {near}?" if near else "leave it out"
        return Fault(field, "is not a field of a declaration", remedy)
    return fault_of(wrong, field)


def faults_of_interruption(said: Interruption, now: datetime) -> Iterable[Fault]:
    """Yield what the fields of a declaration cannot say together, or not yet (`now` in UTC)."""
    for field, moment in (("time", said.time), ("recordedtime", said.recordedtime)):
        if moment is not None and moment > now + AHEAD:
            yield Fault(field, "is in the future", "send it once it has been declared")
    if said.corrects is not None and said.withdraws is not None:
        yield Fault("withdraws", "stands beside corrects", "either correct it or withdraw it")
    elif said.withdraws is not None:
        for field, value in (("from", said.since), ("until", said.until)):
            if value is not None:
                yield Fault(field, "is said of what is withdrawn", "leave it out")
    elif said.since is None:
        yield Fault("from", "is missing", "add it")
    if said.id in (said.corrects, said.withdraws):
        yield Fault("id", "is what it amends", "give this declaration an id of its own")
    if said.replayed and said.until is None:
        yield Fault("replayed", "is said of what has not ended", "add until, or leave it out")
    if said.since is not None and said.until is not None and said.until <= said.since:
        yield Fault("until", "is not after from", "check both times")


def declaration_body(kept: KeptDeclaration, *, stands: bool) -> DeclarationBody:
    """Return a declaration as it is listed."""
    return DeclarationBody(
        id=kept.id,
        time=kept.occurred_at,
        recordedtime=kept.recorded_at,
        receivedtime=kept.received_at,
        since=kept.since,
        until=kept.until,
        replayed=kept.replayed,
        reason=kept.reason,
        corrects=kept.amends if kept.since is not None else None,
        withdraws=kept.amends if kept.since is None else None,
        stands=stands,
    )


REQUEST: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": Interruption.model_json_schema(),
            "examples": {
                "while it lasts": {
                    "value": {
                        "id": "INT-24-031",
                        "time": "2024-03-28T18:00:00+00:00",
                        "from": "2024-03-28T17:45:00+00:00",
                        "reason": "the force's network is down",
                    }
                },
                "its end": {
                    "value": {
                        "id": "INT-24-031-end",
                        "time": "2024-03-29T09:30:00+00:00",
                        "from": "2024-03-28T17:45:00+00:00",
                        "until": "2024-03-29T09:15:00+00:00",
                        "reason": "the force's network was down",
                        "corrects": "INT-24-031",
                    }
                },
                "all sent since": {
                    "value": {
                        "id": "INT-24-031-sent",
                        "time": "2024-03-29T14:00:00+00:00",
                        "from": "2024-03-28T17:45:00+00:00",
                        "until": "2024-03-29T09:15:00+00:00",
                        "replayed": True,
                        "reason": "the force's network was down",
                        "corrects": "INT-24-031",
                    }
                },
            },
        }
    },
}
