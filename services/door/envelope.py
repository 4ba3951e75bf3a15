"""The CloudEvents envelope and the kinds of field that the agencies' messages are made of."""

import re
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from shared.faults import Wrong
from shared.london import NotAnInstant, read_day, read_instant, write_instant
from shared.words import FIELDS, nearest

# Soft on the value, strict on the scheme: a reference is kept as the sender writes it.
SUBJECT = re.compile(
    r"crime:[a-z0-9-]{2,40}/[^\s/]{1,60}/V[0-9]{1,4}"
    r"|case:[^\s/]{1,60}/V[0-9]{1,4}"
    r"|contact:[a-z0-9-]{2,40}/[^\s]{1,60}"
)
DUTY = re.compile(r"[A-Z]{1,8}[0-9]{0,2}\.[A-Z0-9-]{1,40}")
ORGANISATION = re.compile(r"[a-z0-9-]{2,60}")
SOURCE = re.compile(r"/(police|cps|probation)/[a-z0-9-]{2,40}/[a-z0-9-]{1,40}")


def _instant(value: Any) -> datetime:
    remedy = "write a date and time with its offset, such as 2024-03-28T17:45:00+00:00"
    if not isinstance(value, str):
        raise Wrong("is not a date and time", remedy)
    try:
        return read_instant(value)
    except NotAnInstant as error:
        raise Wrong(str(error), remedy) from error


def _day(value: Any) -> date:
    try:
        return read_day(value)
    except (TypeError, ValueError) as error:
        raise Wrong("is not a date", "write the day as 2024-03-28") from error


def _subject(value: Any) -> str:
    if not isinstance(value, str) or SUBJECT.fullmatch(value) is None:
        raise Wrong(
            "is not a reference",
            "write crime:<force>/<crime number>/V<n>, case:<URN>/V<n> "
            "or contact:<region>/<reference>",
        )
    return value


def _source(value: Any) -> str:
    if not isinstance(value, str) or SOURCE.fullmatch(value) is None:
        raise Wrong("is not a source", "write /agency/organisation/system, in lower case")
    return value


def _word(value: Any) -> str:
    if not isinstance(value, str) or value not in FIELDS:
        near = nearest(str(value), FIELDS)
        raise Wrong(
            "is not a type of event",
            f"did you mean {near}?" if near else "use a type of the vocabulary",
        )
    return value


def _duty(value: Any) -> str:
    if not isinstance(value, str) or DUTY.fullmatch(value) is None:
        raise Wrong("is not the id of a duty", "write it as in the rulebook, such as R6.ARREST")
    return value


def _organisation(value: Any) -> str:
    if not isinstance(value, str) or ORGANISATION.fullmatch(value) is None:
        raise Wrong("is not an organisation", "write it as in a source, such as avon-and-somerset")
    return value


# A pattern goes into the schema only: the functions above check it, in words fit for the sender.
Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    PlainSerializer(write_instant, when_used="json"),
    Field(
        json_schema_extra={"type": "string", "format": "date-time"},
        description="A date and time with an offset from UTC (RFC 3339).",
    ),
]
Day = Annotated[date, BeforeValidator(_day), Field(description="A calendar day: 2024-03-28.")]
Subject = Annotated[
    str,
    BeforeValidator(_subject),
    Field(
        description="A reference for one victim: `crime:<force>/<crime number>/V<n>`, "
        "`case:<URN>/V<n>` or `contact:<region>/<reference>`.",
        json_schema_extra={"pattern": f"^({SUBJECT.pattern})$"},
    ),
]
Source = Annotated[
    str,
    BeforeValidator(_source),
    Field(
        description="`/agency/organisation/system`.",
        json_schema_extra={"pattern": f"^{SOURCE.pattern}$"},
    ),
]
Word = Annotated[
    str,
    BeforeValidator(_word),
    Field(description="A type of the vocabulary.", json_schema_extra={"enum": sorted(FIELDS)}),
]
Duty = Annotated[
    str,
    BeforeValidator(_duty),
    Field(
        description="The id of a duty, such as R6.ARREST.",
        json_schema_extra={"pattern": f"^{DUTY.pattern}$"},
    ),
]
Organisation = Annotated[
    str,
    BeforeValidator(_organisation),
    Field(
        description="A force, area or region, as in a source.",
        json_schema_extra={"pattern": f"^{ORGANISATION.pattern}$"},
    ),
]
Label = Annotated[str, Field(min_length=1, max_length=40, description="A label such as S1 or H1.")]
Identifier = Annotated[str, Field(min_length=1, max_length=200)]
# Reasons are codes or short phrases; free text about a person has no place here.
Phrase = Annotated[str, Field(min_length=1, max_length=200)]
Phrases = Annotated[list[Phrase], Field(max_length=50)]


class Fields(BaseModel):
    """The data of a message: nothing that the vocabulary does not name, nothing made to fit."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Data(Fields):
    """The fields that the data of any message may have."""

    suspect: Label | None = Field(None, description="The suspect's label within the journey.")
    hearing: Label | None = Field(None, description="The hearing's label within the journey.")
    received_at_wcu: Instant | None = Field(
        None,
        description="When the Witness Care Unit (or the police) heard from the court or the CPS.",
    )
    about_event: Identifier | Annotated[list[Identifier], Field(max_length=50)] | None = Field(
        None, description="The id, or ids, of the events that this one answers."
    )


class Message(BaseModel):
    """A CloudEvents 1.0 envelope. Extension attributes are accepted and not kept."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    # Rises where a field or a value is added: see docs/versioning.md.
    version: ClassVar[str] = "1.0"

    specversion: Literal["1.0"]
    id: Identifier
    source: Source
    subject: Subject
    time: Instant
    recordedtime: Instant | None = None
    timeprecision: Literal["day"] | None = None
    datacontenttype: Literal["application/json"] | None = None
    type: str
    data: Data = Data()


ENVELOPE = frozenset(Message.model_fields)
