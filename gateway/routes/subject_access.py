"""Subject access, to the convention of HMPPS: what is held about one victim, for that victim."""

from dataclasses import replace
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from gateway.answers import EventRef, JudgedBy
from gateway.journey.account import Account, account_of, without_labels
from gateway.journey.membership import journey_of
from gateway.journey.timeline import timeline_of
from gateway.routes.journeys import reference_asked, state_of
from gateway.state import GatewayState
from shared.asking import asker_of
from shared.journey_event import KeptEvent
from shared.london import read_day
from shared.problems import BadQuestion, Failed, Fault, NotReady
from shared.web import documented

router = APIRouter(tags=["subject access"])

NOTHING, NOT_HELD = HTTPStatus.NO_CONTENT.value, 209
HANDLING = "OFFICIAL-SENSITIVE"
RECIPIENT = "the victim"
Number = Annotated[str | None, Query(description="A number of HMPPS, of which nothing is held.")]


class LineBody(BaseModel):
    """One line of the journey, with the London day it is about and who told it."""

    day: date
    says: str
    told_by: str | None


class HeldBody(EventRef):
    """One event as it is held, with its fields; suspects are numbered."""

    data: dict[str, Any]

    @classmethod
    def of(cls, event: KeptEvent) -> Self:
        """Describe an event."""
        return cls(**EventRef.of(event).model_dump(), data=dict(event.data))


class ContentBody(BaseModel):
    """What is held about one victim, in short, line by line, and event by event."""

    handling: str = Field(description="How the answer is to be handled.", examples=[HANDLING])
    as_of: datetime
    judged_by: JudgedBy
    summary: list[str] = Field(description="The whole journey in plain English, for the victim.")
    journey: list[LineBody]
    events: list[HeldBody]


class SubjectAccessBody(BaseModel):
    """An answer to a subject access request."""

    content: ContentBody
    attachments: list[dict[str, Any]] = Field(description="Files; none are held.")

    @classmethod
    def of(cls, account: Account, state: GatewayState, as_of: datetime) -> Self:
        """Describe what is held, seen from a moment (UTC)."""
        return cls(
            content=ContentBody(
                handling=HANDLING,
                as_of=as_of,
                judged_by=JudgedBy.of(state.rulebook, state.calendar),
                summary=list(account.summary),
                journey=[
                    LineBody(day=entry.day, says=entry.says, told_by=entry.agency)
                    for entry in account.entries
                ],
                events=[HeldBody.of(event) for event in account.events],
            ),
            attachments=[],
        )


@router.get(
    "/subject-access-request",
    response_model=SubjectAccessBody,
    responses={
        NOTHING: {"description": "Nothing is held under this reference, or not in these days."},
        NOT_HELD: {"description": "Nothing is held under identifiers of this kind."},
        **documented(BadQuestion, Failed, NotReady),
    },
)
async def subject_access_request(
    request: Request,
    reference: Annotated[
        str | None,
        Query(
            description="A reference of the victim's, in any agency's scheme.",
            openapi_examples={
                "a crime": {"value": "crime:avon-and-somerset/5224001234/V1"},
            },
        ),
    ] = None,
    prn: Number = None,
    crn: Number = None,
    from_: Annotated[
        str | None, Query(alias="fromDate", description="The first London day; left out, all.")
    ] = None,
    to: Annotated[
        str | None, Query(alias="toDate", description="The last London day; left out, all.")
    ] = None,
) -> Response:
    """Tell what is held about one victim: a summary, the journey, and every event.

    Suspects are numbered and never named as an agency labels them, because their labels are about
    somebody else. Prison and probation numbers are those of offenders: none are held here, and
    asking by one alone is answered with 209.
    """
    state = state_of(request)
    since, until = read_bound("fromDate", from_), read_bound("toDate", to)
    if reference is None:
        if prn is not None or crn is not None:
            return Response(status_code=NOT_HELD)
        fault = Fault("reference", "is missing", "add the victim's reference, or a prn or crn")
        raise BadQuestion("The request names nobody.", fault)
    asked = reference_asked(reference)
    record = await state.store.read_record(asked)
    membership = None if record is None else journey_of(record, asked)
    if membership is None:
        return Response(status_code=NOTHING)
    as_of = state.clock()
    told = timeline_of(
        without_labels(membership), state.rulebook, state.calendar, state.standard, as_of=as_of
    )
    account = account_of(told, since, until)
    if account is None:
        return Response(status_code=NOTHING)
    asker = replace(asker_of(request), recipient=RECIPIENT)
    await state.store.note_access(asker.access("disclosure", victims=1, journey=membership.id))
    body = SubjectAccessBody.of(account, state, as_of)
    return Response(body.model_dump_json(), media_type="application/json")


def read_bound(name: str, text: str | None) -> date | None:
    """Read a London day that bounds what is told; raises BadQuestion, naming the parameter."""
    try:
        return None if text is None else read_day(text)
    except (ValueError, OverflowError) as error:
        fault = Fault(name, "is not a day", "write it as 2024-03-28")
        raise BadQuestion(f"{name} cannot be read.", fault) from error
