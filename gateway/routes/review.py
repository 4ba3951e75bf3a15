"""Tells what the bodies of a police area review together: a quarter's pack."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from gateway.figures.answers import NamedBody
from gateway.figures.periods import Period
from gateway.journey.duty import Kind
from gateway.journey.limits import AGENCY_OF
from gateway.register.answers import RegisterBody
from gateway.register.lag import Lag, read_lag
from gateway.register.tally_sql import edge_of
from gateway.returns.answers import PeriodBody, provisional_because
from gateway.review.action_answers import ActionBody
from gateway.review.actions import Action, read_actions
from gateway.review.answers import (
    CrossingBody,
    PairBody,
    ReviewedBody,
    ReviewPack,
    ServingBody,
    UnmanagedBody,
)
from gateway.review.pack import Counted, count_quarter, crossings
from gateway.review.serving import parties_on, serving
from gateway.review.unmanaged import count_unmanaged
from gateway.routes.areas import AreaId, area_for
from gateway.routes.asking_periods import Quarter, read_period, refuse_before
from gateway.routes.journeys import note_journeys, state_of
from gateway.routes.owed import rules_of
from gateway.routes.seen import AsOf, read_seen
from gateway.routes.telling import TAGGED, VARY, tag_of, unchanged
from gateway.seeing import left_out
from gateway.state import GatewayState
from shared.access.caller import Party, View, view_of
from shared.access.guard import Reader
from shared.codes.lists import Organisation
from shared.handling import sensitive
from shared.london import london_day, start_of
from shared.problems import BadQuestion, Failed, NotFound, NotPermitted, NotReady
from shared.web import documented

router = APIRouter(prefix="/v1", tags=["reviews"])

# A pack has the newest of an area's actions; the list has all.
MOST_OPEN, MOST_ACTIONS = 1_000, 100


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a pack is of, for whom, and from which moment (UTC); its figures may be of an earlier.

    `parties` are the area's bodies in the quarter that the caller may be told of, and `within` is
    None for who may be told of everybody.
    """

    area: Organisation
    period: Period
    as_of: datetime
    figures_as_of: datetime
    view: View
    within: frozenset[Party] | None
    parties: Sequence[Party]


@router.get(
    "/areas/{area}/review-pack",
    response_model=ReviewPack,
    responses={**TAGGED, **documented(NotFound, NotPermitted, BadQuestion, Failed, NotReady)},
)
async def review_pack(
    request: Request,
    caller: Reader,
    area: AreaId,
    quarter: Quarter = None,
    as_of: AsOf = None,
) -> Response:
    """Tell a police area's quarter: how its bodies kept the Code, and what they are to do.

    Its force, and the CPS Area and probation region that serve it by the dated crosswalk, each with
    its own figures beside the quarter before and all of its agency; how they stand beside the
    thresholds; how many breaches nothing was done about, no victim named; and the actions. An
    inspector of every organisation is told all of it. Who sees some organisations only, and one of
    the area, is told of these, and of their actions.
    """
    state, view = state_of(request), view_of(caller)
    where, within = area_for(caller, area)
    period = read_period("quarter", quarter=quarter)
    now = state.clock()
    seen = now if as_of is None else read_seen(as_of, state)
    refuse_before(period, seen)
    asked = _Asked(
        area=where,
        period=period,
        as_of=seen,
        figures_as_of=_month_end(seen, period),
        view=view,
        within=within,
        parties=[
            party
            for party in parties_on(where, period.first, period.last_day)
            if within is None or party in within
        ],
    )
    lag = await read_lag(state.store, state.yardstick)
    actions = await _actions(state, asked)
    minute = seen.replace(second=0, microsecond=0)
    also = (actions, [*state.thresholds.values()], seen > now)
    tag = tag_of(request, view, lag, minute, ReviewPack, also=also)
    if (same := unchanged(request, tag)) is not None:
        return same
    body = await _pack(state, asked, actions, lag, ahead=seen > now)
    await note_journeys(request, caller, ())
    told = sensitive(body)
    told.headers.update({"ETag": tag, "Vary": VARY})
    return told


async def _actions(state: GatewayState, asked: _Asked) -> list[Action]:
    """Return the actions that were not over when the quarter began, or came later."""
    asking = partial(
        read_actions, state.store, asked.area.id, as_of=asked.as_of, within=asked.within
    )
    # However long ago it was opened, what is still to be done is not crowded out by what is not.
    found = {one.id: one for one in await asking(state="open", limit=MOST_OPEN)}
    found |= {one.id: one for one in await asking(limit=MOST_ACTIONS)}
    began = start_of(asked.period.first)
    return sorted(
        (
            one
            for one in found.values()
            if one.state == "open" or one.changes[-1].at >= began or one.opened_at >= began
        ),
        key=lambda one: (one.opened_at, one.id),
        reverse=True,
    )


async def _pack(
    state: GatewayState, asked: _Asked, actions: list[Action], lag: Lag, *, ahead: bool
) -> ReviewPack:
    register = RegisterBody.of(lag, state.yardstick)
    period, before = asked.period, asked.period.before
    nation = asked.within is None
    now_counted = await _counted(state, asked, period, asked.figures_as_of, nation=nation)
    before_counted = await _counted(state, asked, before, before.end, nation=False)
    because = provisional_because(period, asked.figures_as_of, register, ahead=ahead)
    named: dict[str, Any] = {"register": register}
    return ReviewPack(
        area=NamedBody.of("police", asked.area.id),
        served_by=[
            ServingBody.of(one) for one in serving(asked.area, period.first, period.last_day)
        ],
        quarter=PeriodBody.of(period),
        before=PeriodBody.of(before),
        as_of=asked.as_of,
        figures_as_of=asked.figures_as_of,
        provisional=bool(because),
        provisional_because=because,
        figures=_figures(state, asked, now_counted, before_counted),
        thresholds=_crossings(state, asked, now_counted, before_counted, actions),
        breaches_unmanaged=await _unmanaged(state, asked),
        actions=[ActionBody.of(one, asked.as_of) for one in actions],
        actions_at=f"/v1/areas/{asked.area.gss}/actions",
        left_out=left_out(asked.view),
        **named,
    )


def _month_end(seen: datetime, period: Period) -> datetime:
    """Return the last month end by a moment (UTC), or the end of a period that is over.

    What lies between month ends is counted duty by duty, and all of the nation's are too many.
    """
    if seen >= period.end:
        return period.end
    return seen if edge_of(seen) is not None else start_of(london_day(seen).replace(day=1))


async def _counted(
    state: GatewayState, asked: _Asked, period: Period, as_of: datetime, *, nation: bool
) -> Counted:
    return await count_quarter(
        state.store,
        period,
        asked.parties,
        _rules(state, asked),
        state.rulebook,
        as_of=as_of,
        within=asked.within,
        nation=nation,
    )


def _rules(state: GatewayState, asked: _Asked) -> tuple[str, ...]:
    return rules_of(state, asked.view, None, lambda duty: duty.kind is Kind.CODE)


def _figures(
    state: GatewayState, asked: _Asked, now: Counted, before: Counted
) -> list[ReviewedBody]:
    these, earlier = now.of_right(state.rulebook), before.of_right(state.rulebook)
    nation = now.nation_of_right(state.rulebook) if asked.within is None else None
    rights = sorted({(party, right) for party, right in (*these, *earlier) if right is not None})
    order: list[tuple[Party, int | None]] = [
        one
        for party in asked.parties
        for one in ((party, None), *(each for each in rights if each[0] == party))
    ]
    return [
        ReviewedBody(
            organisation=NamedBody.of(*party),
            right=right,
            quarter=PairBody.of(these.get((party, right))),
            before=PairBody.of(earlier.get((party, right))),
            nation=None if nation is None else PairBody.of(nation.get((party[0], right))),
        )
        for party, right in order
    ]


def _crossings(
    state: GatewayState, asked: _Asked, now: Counted, before: Counted, actions: list[Action]
) -> list[CrossingBody]:
    """Return how bodies stand beside the thresholds of which the caller may be told all."""
    rules = {*_rules(state, asked)}
    told = [one for one in state.thresholds.values() if rules.issuperset(one.rules)]
    found = crossings(told, asked.parties, now, before)
    return [CrossingBody.of(one, actions) for one in found]


async def _unmanaged(state: GatewayState, asked: _Asked) -> list[UnmanagedBody]:
    found = await count_unmanaged(
        state.store,
        asked.parties,
        _rules(state, asked),
        as_of=asked.as_of,
        as_parts=asked.within is not None,
    )
    return [
        UnmanagedBody.of(
            one,
            state.rulebook.by_id[one.rule],
            (AGENCY_OF[one.owner], one.organisation),
            asked.as_of,
        )
        for one in found
    ]
