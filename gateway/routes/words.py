"""Tells figures on what victims said beside the record, and on who noticed breaches first."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from gateway.journey.duty import Kind
from gateway.register.word_answers import (
    AccountItem,
    AccountList,
    NoticingItem,
    NoticingList,
    SatisfactionItem,
    SatisfactionList,
)
from gateway.register.word_figures import count_accounts, count_noticing, count_scores
from gateway.routes.chains import ByOrganisation
from gateway.routes.figures import Organisation, asked_of, tell_figures
from gateway.routes.filters import Right
from gateway.routes.journeys import state_of
from gateway.routes.months import Months
from gateway.routes.owed import refuse_several, rules_of
from gateway.routes.seen import AsOf
from gateway.routes.telling import TOLD, Form
from gateway.seeing import require_all
from shared.access.guard import Inspector
from shared.problems import BadQuestion, Failed, NotReady
from shared.web import documented

router = APIRouter(prefix="/v1", tags=["statistics"])


@router.get(
    "/statistics/satisfaction",
    response_model=SatisfactionList,
    responses={**TOLD, **documented(BadQuestion, Failed, NotReady)},
)
async def satisfaction(
    request: Request,
    caller: Inspector,
    by: ByOrganisation = None,
    as_of: AsOf = None,
    organisation: Organisation = None,
    form: Form = None,
) -> Response:
    """Put what victims said of each stage beside the limits of the Code kept in it by then.

    Scores of two instruments, or on two scales, are never put together. For an inspector of every
    organisation only.
    """
    view = require_all(caller)
    asked = asked_of(request, as_of, by, organisation)
    state = state_of(request)
    if by is None:
        refuse_several(state, view, organisation, rules_of(state, view, None, lambda duty: True))

    async def count() -> dict[str, Any]:
        counted = await count_scores(state.store, asked)
        return {"items": [SatisfactionItem.of(key, one) for key, one in counted.items()]}

    named = ["satisfaction-beside-compliance"]
    return await tell_figures(request, caller, view, asked, SatisfactionList, named, count)


@router.get(
    "/statistics/accounts",
    response_model=AccountList,
    responses={**TOLD, **documented(BadQuestion, Failed, NotReady)},
)
async def accounts(
    request: Request,
    caller: Inspector,
    by: ByOrganisation = None,
    as_of: AsOf = None,
    organisation: Organisation = None,
    right: Right = None,
    form: Form = None,
) -> Response:
    """Put what victims say was done beside what the record said at the moment they were asked.

    For an inspector of every organisation only; duties that rest on a special category of a
    victim's data need a token with that scope.
    """
    view = require_all(caller)
    state = state_of(request)
    asked = asked_of(request, as_of, by, organisation)
    rules = rules_of(state, view, right, lambda duty: True)

    async def count() -> dict[str, Any]:
        counted = await count_accounts(state.store, asked, rules)
        items = [AccountItem.of(key, one, state.rulebook) for key, one in counted.items()]
        return {"items": items}

    named = ["accounts-disagree"]
    return await tell_figures(request, caller, view, asked, AccountList, named, count)


@router.get(
    "/statistics/noticing",
    response_model=NoticingList,
    responses={**TOLD, **documented(BadQuestion, Failed, NotReady)},
)
async def noticing(
    request: Request,
    caller: Inspector,
    months: Annotated[Months, Depends()],
    by: Annotated[
        Literal["organisation", "owner", "rule", "month"] | None,
        Query(description="Counted by who owed it, by duty, or by the month of its limit."),
    ] = None,
    as_of: AsOf = None,
    organisation: Organisation = None,
    right: Right = None,
    form: Form = None,
) -> Response:
    """Count who noticed breaches of the Code first, and how long after the limit's last day.

    For an inspector of every organisation only; an organisation finds who noticed each of its own
    breaches in `/v1/breaches`.
    """
    view = require_all(caller)
    state = state_of(request)
    asked = asked_of(request, as_of, by, organisation, months)
    rules = rules_of(state, view, right, lambda duty: duty.kind is Kind.CODE)
    if by is None or by == "month":
        refuse_several(state, view, organisation, rules)

    async def count() -> dict[str, Any]:
        counted = await count_noticing(state.store, asked, rules)
        items = [NoticingItem.of(by, group, one) for group, one in counted.items()]
        return {"by": by, "items": items}

    named = ["noticing-by-agency"]
    return await tell_figures(request, caller, view, asked, NoticingList, named, count)
