"""Answers the code lists, as of a day or whole: the same at the gateway and at every door."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Self, TypeVar

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from shared.access.guard import ANY_CALLER
from shared.codes.lists import (
    Dated,
    Kind,
    Organisation,
    Outcome,
    Service,
    organisations,
    outcomes,
)
from shared.london import read_day
from shared.problems import BadQuestion, Failed, Fault, NotFound
from shared.tagged import UNCHANGED, tagged_json
from shared.web import documented
from shared.words import nearest

router = APIRouter(prefix="/v1", tags=["code lists"], dependencies=[ANY_CALLER])

Row = TypeVar("Row", bound=Dated)

AsOf = Annotated[
    str | None,
    Query(
        description="Only what held on this London day. Left out: everything, with its days.",
        openapi_examples={"a day": {"value": "2024-03-28"}},
    ),
]


class Days(BaseModel):
    """The London days on which a row of a list held; null for an end that no source tells."""

    valid_from: date | None = Field(description="The first day.")
    valid_until: date | None = Field(description="The last day.")
    note: str | None


class ServiceBody(Days):
    """An Area or region that serves a force; `id` is null where it is not known which does."""

    id: str | None = Field(examples=["wessex"])
    verified: bool = Field(description="Whether a source of the agency itself says so.")

    @classmethod
    def of(cls, service: Service) -> Self:
        """Tell which Area or region serves a force."""
        return cls(
            id=service.organisation,
            valid_from=service.validity.since,
            valid_until=service.validity.until,
            verified=service.verified,
            note=service.note,
        )


class OrganisationBody(Days):
    """A force, an Area, a region or a national unit, as a source names it.

    For a force, `cps_areas` and `probation_regions` say which serve it; an empty list says that no
    source tells.
    """

    agency: str = Field(examples=["police"])
    id: str = Field(examples=["dorset"])
    kind: Kind
    name: str
    gss: str | None = Field(description="The ONS code of its area.", examples=["E23000039"])
    code: str | None = Field(
        description="The police's number of a force, the CPS's of an Area, or probation's "
        "provider code."
    )
    cps_areas: list[ServiceBody]
    probation_regions: list[ServiceBody]

    @classmethod
    def of(cls, one: Organisation, day: date | None) -> Self:
        """Tell an organisation, with what served it on a day, or ever."""
        serving = {
            kind: [ServiceBody.of(s) for s in held_on(one.served_by, day) if s.kind == kind]
            for kind in ("cps_area", "probation_region")
        }
        return cls(
            agency=one.agency,
            id=one.id,
            kind=one.kind,
            name=one.name,
            gss=one.gss,
            code=one.code,
            valid_from=one.validity.since,
            valid_until=one.validity.until,
            note=one.note,
            cps_areas=serving["cps_area"],
            probation_regions=serving["probation_region"],
        )


class OrganisationList(BaseModel):
    """Organisations, with the day they were asked for."""

    items: list[OrganisationBody]
    next: None = Field(None, description="There is one page.")
    as_of: date | None


class OutcomeBody(Days):
    """One of the Home Office's outcomes of a recorded crime."""

    number: int
    meaning: str
    group: str = Field(examples=["victim_withdrew"])

    @classmethod
    def of(cls, one: Outcome) -> Self:
        """Tell an outcome."""
        return cls(
            number=one.number,
            meaning=one.meaning,
            group=one.group,
            valid_from=one.validity.since,
            valid_until=one.validity.until,
            note=one.note,
        )


class OutcomeList(BaseModel):
    """Home Office outcomes, with the day they were asked for."""

    items: list[OutcomeBody]
    next: None = Field(None, description="There is one page.")
    as_of: date | None


def held_on(rows: Iterable[Row], day: date | None) -> list[Row]:
    """Return the rows that held on a day, or all."""
    return [row for row in rows if day is None or row.validity.holds(day)]


def day_of(as_of: str | None) -> date | None:
    """Read the day that was asked for; raises BadQuestion."""
    try:
        return None if as_of is None else read_day(as_of)
    except ValueError as error:
        fault = Fault("as_of", "is not a date", "write the day as 2024-03-28")
        raise BadQuestion("as_of cannot be read.", fault) from error


@router.get(
    "/organisations",
    response_model=OrganisationList,
    responses={**UNCHANGED, **documented(BadQuestion, Failed)},
)
async def list_organisations(
    request: Request,
    kind: Annotated[
        Kind | None,
        Query(
            description="Only organisations of this kind.",
            openapi_examples={"forces": {"value": "territorial_force"}},
        ),
    ] = None,
    as_of: AsOf = None,
) -> Response:
    """List the forces, Areas, regions and national units that agencies' sources name.

    A force says which CPS Area and which probation region serve it, and whether that is verified.
    """
    day = day_of(as_of)
    held = held_on(organisations().values(), day)
    items = [OrganisationBody.of(one, day) for one in held if kind in (None, one.kind)]
    return tagged_json(request, OrganisationList(items=items, as_of=day).model_dump_json())


@router.get(
    "/organisations/{agency}/{organisation}",
    response_model=OrganisationBody,
    responses={**UNCHANGED, **documented(NotFound, BadQuestion, Failed)},
)
async def organisation(
    request: Request,
    agency: Annotated[
        str,
        Path(description="police, cps or probation.", openapi_examples={"a": {"value": "police"}}),
    ],
    organisation: Annotated[
        str,
        Path(
            description="The organisation, as in a source.",
            openapi_examples={"a force": {"value": "dorset"}},
        ),
    ],
    as_of: AsOf = None,
) -> Response:
    """Tell one organisation by the agency and organisation of a source."""
    day = day_of(as_of)
    found = organisations().get((agency, organisation))
    if found is None or (day is not None and not found.validity.holds(day)):
        raise NotFound(
            "The lists hold no such organisation, or did not on that day.",
            Fault("organisation", "is not on the list", remedy_for(agency, organisation)),
        )
    return tagged_json(request, OrganisationBody.of(found, day).model_dump_json())


def remedy_for(agency: str, organisation: str) -> str:
    """Say which organisation may have been meant, or where all of them stand."""
    near = nearest(f"{agency}/{organisation}", ("/".join(known) for known in organisations()))
    return f"did you mean {near}?" if near else "see /v1/organisations for all of them"


@router.get(
    "/outcomes",
    response_model=OutcomeList,
    responses={**UNCHANGED, **documented(BadQuestion, Failed)},
)
async def list_outcomes(request: Request, as_of: AsOf = None) -> Response:
    """List the Home Office's outcomes of a recorded crime, 0 to 22."""
    day = day_of(as_of)
    items = [OutcomeBody.of(one) for one in held_on(outcomes().values(), day)]
    return tagged_json(request, OutcomeList(items=items, as_of=day).model_dump_json())
