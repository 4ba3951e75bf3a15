"""Tells what each column of a list's CSV says, as a dictionary made from the list's own shape."""

from typing import Annotated, Literal, get_args

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel

from gateway.figures.answers import CellBody
from gateway.figures.fair.answers import MonthBody, PointBody
from gateway.partner_tables.answers import PublishedRow
from gateway.register.answers import BreachBody, DueBody
from gateway.register.chain_answers import FunnelItem, HandoverItem
from gateway.register.delay_answers import DelayItem
from gateway.register.finding_answers import CountBody
from gateway.register.journey_answers import ListedJourneyBody, SilenceFigureBody
from gateway.register.word_answers import AccountItem, NoticingItem, SatisfactionItem
from gateway.returns.answers import ReturnRowBody
from gateway.tables import DictionaryBody
from shared.access.guard import ANY_CALLER
from shared.problems import BadQuestion, Failed
from shared.tagged import UNCHANGED, tagged_json
from shared.web import documented

router = APIRouter(prefix="/v1", tags=["lists"])

Name = Literal[
    "accounts",
    "breaches",
    "comparison",
    "compliance",
    "delays",
    "due",
    "findings",
    "funnels",
    "handovers",
    "journeys",
    "noticing",
    "published",
    "returns",
    "satisfaction",
    "silence",
    "trend",
]
# Every list that is told as CSV: its address, and the shape of its rows.
LISTS: dict[Name, tuple[str, type[BaseModel]]] = {
    "accounts": ("/v1/statistics/accounts", AccountItem),
    "breaches": ("/v1/breaches", BreachBody),
    "comparison": ("/v1/statistics/comparison", PointBody),
    "compliance": ("/v1/statistics/compliance", CellBody),
    "delays": ("/v1/statistics/delays", DelayItem),
    "due": ("/v1/due", DueBody),
    "findings": ("/v1/statistics/findings", CountBody),
    "funnels": ("/v1/statistics/funnels", FunnelItem),
    "handovers": ("/v1/statistics/handovers", HandoverItem),
    "journeys": ("/v1/journeys", ListedJourneyBody),
    "noticing": ("/v1/statistics/noticing", NoticingItem),
    "satisfaction": ("/v1/statistics/satisfaction", SatisfactionItem),
    "returns": ("/v1/returns/five-measures", ReturnRowBody),
    "published": ("/v1/published", PublishedRow),
    "silence": ("/v1/statistics/silence", SilenceFigureBody),
    "trend": ("/v1/statistics/trend", MonthBody),
}
if set(LISTS) != set(get_args(Name)):
    raise TypeError("every name of a list has a shape")


@router.get(
    "/lists/{name}/dictionary",
    response_model=DictionaryBody,
    dependencies=[ANY_CALLER],
    responses={**UNCHANGED, **documented(BadQuestion, Failed)},
)
async def dictionary(
    request: Request,
    name: Annotated[
        Name,
        Path(description="Which list.", openapi_examples={"the breaches": {"value": "breaches"}}),
    ],
) -> Response:
    """Tell what each column of a list's CSV says: its name, kind of value and meaning.

    In the words of CSV on the Web. Moments are in UTC and days are London days, as ISO 8601 writes
    them. Text that a spreadsheet would take for a formula begins with an apostrophe there.
    """
    address, shape = LISTS[name]
    body = DictionaryBody.of(f"{address}?format=csv", shape)
    return tagged_json(request, body.model_dump_json(by_alias=True, exclude_none=True))
