"""The gateway's application: reads the store and answers inspectors and partners."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cache

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from gateway.figures.metrics import metrics as load_all_metrics
from gateway.journey.calendar import Calendar
from gateway.journey.difference import DraftRulebook
from gateway.journey.duty import Rulebook
from gateway.journey.silences import Standard
from gateway.returns.reading import load_returns
from gateway.review.thresholds import load_thresholds
from gateway.routes import (
    access_log,
    actions,
    chains,
    changes,
    compliance,
    fairness,
    feeds,
    findings,
    journeys,
    lists,
    metrics,
    obligations,
    owed,
    publications,
    publications_beside,
    published,
    register,
    returns,
    review,
    samples,
    searching,
    silence,
    subject_access,
    what_if,
    words,
)
from gateway.rulebook import england_and_wales, load_drafts, load_rulebook
from gateway.state import GatewayState
from shared.access.guard import open_access
from shared.codes import routes as code_lists
from shared.settings import (
    AccessSettings,
    CorsSettings,
    FeedSettings,
    PaceSettings,
    ReviewSettings,
    SilenceSettings,
    StoreSettings,
)
from shared.store import Store, databases_for_gateway, utc_now
from shared.web import application

DESCRIPTION = """
One victim's journey across police, prosecutors and probation: what the victim was owed under the
Victims' Code, what was done, how late, and where nobody spoke.
"""


@cache  # the files do not change while a process runs, and reading them takes half a second
def law() -> tuple[Rulebook, dict[str, DraftRulebook], Calendar]:
    """Return the rules and drafts that this project holds, every example checked, and the days.

    Raises RulebookError.
    """
    calendar = england_and_wales()
    rulebook = load_rulebook(calendar=calendar)
    return rulebook, load_drafts(rulebook, calendar), calendar


def gateway_app(*, clock: Callable[[], datetime] = utc_now) -> FastAPI:
    """Return the gateway's application; a rulebook that cannot be trusted stops its start."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        pace = PaceSettings().reader_requests_per_minute
        open_access(app, AccessSettings(), per_minute=pace, clock=clock)
        rulebook, drafts, calendar = law()
        load_all_metrics()
        review = ReviewSettings()
        asked_for = load_returns(rulebook, review.returns_folder)
        thresholds = load_thresholds(rulebook, review.thresholds_folder)
        agreed_else = SilenceSettings()
        databases = databases_for_gateway(StoreSettings())
        own, data_protection = await run_in_threadpool(databases.__enter__)
        try:
            store = await Store.open(own, clock=clock)
            log = data_protection and await Store.open(data_protection, clock=clock, pool_size=2)
            app.state.gateway = GatewayState(
                store=store,
                access_log=log or None,
                rulebook=rulebook,
                drafts=drafts,
                calendar=calendar,
                standard=Standard(agreed_else.silence_days, agreed_else.member_silence_days),
                feed_settings=FeedSettings(),
                returns=asked_for,
                thresholds=thresholds,
                clock=clock,
            )
            try:
                yield
            finally:
                await store.close()
                if log:
                    await log.close()
        finally:
            await run_in_threadpool(databases.__exit__, None, None, None)

    async def ready(app: FastAPI) -> None:
        await app.state.gateway.store.ping()

    app = application(
        "Victim Journey gateway",
        DESCRIPTION,
        lifespan=lifespan,
        ready=ready,
        origins=CorsSettings().origins,
    )
    app.include_router(searching.router)
    app.include_router(journeys.router)
    app.include_router(obligations.router)
    app.include_router(what_if.router)
    app.include_router(subject_access.router)
    app.include_router(owed.router)
    app.include_router(findings.router)
    app.include_router(silence.router)
    app.include_router(changes.router)
    app.include_router(lists.router)
    app.include_router(chains.router)
    app.include_router(words.router)
    app.include_router(compliance.router)
    app.include_router(fairness.router)
    app.include_router(metrics.router)
    app.include_router(returns.router)
    app.include_router(review.router)
    app.include_router(actions.router)
    app.include_router(published.router)
    app.include_router(publications.router)
    app.include_router(publications_beside.router)
    app.include_router(register.router)
    app.include_router(samples.router)
    app.state.also_documented = (
        *samples.BODIES,
        *actions.BODIES,
        *publications.BODIES,
        *publications_beside.BODIES,
    )
    app.include_router(code_lists.router)
    app.include_router(feeds.router)
    app.include_router(access_log.router)
    return app


app = gateway_app()
