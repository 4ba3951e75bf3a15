"""The register's rows of what follows one from another on one journey, and of what victims said."""

from collections.abc import Iterator
from datetime import date, datetime
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from gateway.journey.chains.delays import delays_of
from gateway.journey.chains.feedback import accounts_of, feedback_of
from gateway.journey.chains.handing_over import handovers_of
from gateway.journey.chains.runs import runs_of
from gateway.journey.findings.finding import Evidence


class RunRow(NamedTuple):
    """A row of `register_run`: the steps taken on one run of a chain, in order of time.

    `turns[n]` (UTC) is when `steps[n]` was taken first, and `hows[n]` how, empty where nothing
    says. `agency` and `organisation` are who took the first step of the chain, or owed it;
    `entered_at` (UTC) and `entered_on` (London day) say when, None where it is not recorded.
    """

    journey_id: UUID
    chain: str
    suspect: str
    agency: str | None
    organisation: str | None
    entered_at: datetime | None
    entered_on: date | None
    unknown_from: datetime | None
    days_left: int | None
    turns: list[datetime]
    steps: list[str]
    hows: list[str]


class HandoverRow(NamedTuple):
    """A row of `register_handover`: moments in UTC, days of London.

    `arrived[n]` is an item that arrived at `arrived_turns[n]`; `passed` is None where the sender
    does not say what it passed on.
    """

    journey_id: UUID
    event_source: str
    event_id: str
    kind: str
    agency: str
    organisation: str
    to_agency: str | None
    to_organisation: str | None
    sent_at: datetime
    sent_on: date
    acknowledged_at: datetime | None
    acknowledged_on: date | None
    unknown_from: datetime | None
    known: list[str]
    passed: list[str] | None
    arrived: list[str]
    arrived_turns: list[datetime]


class DelayRow(NamedTuple):
    """A row of `register_delay`: an outcome that came late, or has not come by its limit.

    `came_at` (UTC) is None while it has not come. The lists hold a place for each leg, in order,
    and are empty while it has not come, or where its days cannot be split; days are working days.
    """

    journey_id: UUID
    obligation_id: bytes
    rule: str
    allowed: int
    due_on: date
    late_from: datetime
    came_at: datetime | None
    owners: list[str]
    organisations: list[str]
    allowances: list[int]
    used: list[int]


class FeedbackRow(NamedTuple):
    """A row of `register_feedback`; `said_at` in UTC, the stage by its number."""

    journey_id: UUID
    event_source: str
    event_id: str
    said_at: datetime
    stage: int
    agency: str
    organisation: str
    instrument: str
    score: float | None
    scale: int | None
    limits: int
    kept: int


class AccountRow(NamedTuple):
    """A row of `register_account`: what a victim says of a duty, and what the record said by then.

    `said_at` is in UTC, the stage by its number.
    """

    journey_id: UUID
    event_source: str
    event_id: str
    rule: str
    said_at: datetime
    stage: int
    says_done: bool
    record: str
    owner: str | None
    organisation: str | None


def run_rows(journey_id: UUID, evidence: Evidence) -> Iterator[RunRow]:
    """Yield the runs of a journey; a run of no suspect has an empty one."""
    for run in runs_of(evidence.story, evidence.obligations):
        entered, taken = run.entered, run.taken
        yield RunRow(
            journey_id,
            run.chain,
            run.suspect or "",
            None if entered is None else entered.agency,
            None if entered is None else entered.organisation,
            None if entered is None else entered.at,
            None if entered is None else entered.day,
            run.unknown_from,
            run.days_left,
            [step.at for step in taken],
            [step.step for step in taken],
            [step.how or "" for step in taken],
        )


def handover_rows(journey_id: UUID, evidence: Evidence) -> Iterator[HandoverRow]:
    """Yield the handovers of a journey."""
    for one in handovers_of(evidence.story):
        event, acknowledged = one.fact.event, one.acknowledged
        arrived = sorted(one.arrived, key=attrgetter("at", "item"))
        yield HandoverRow(
            journey_id,
            event.source,
            event.id,
            one.fact.type,
            event.agency,
            event.organisation,
            one.to_agency,
            one.to_organisation,
            one.fact.at,
            one.fact.day,
            None if acknowledged is None else acknowledged.at,
            one.acknowledged_on,
            one.unknown_from,
            list(one.known),
            None if one.passed is None else list(one.passed),
            [item.item for item in arrived],
            [item.at for item in arrived],
        )


def delay_rows(journey_id: UUID, evidence: Evidence) -> Iterator[DelayRow]:
    """Yield the outcomes of a journey that came late or have not come."""
    for one in delays_of(evidence.story, evidence.obligations, evidence.calendar):
        legs = one.legs if one.came_at is not None else ()
        yield DelayRow(
            journey_id,
            one.obligation.key,
            one.obligation.duty.id,
            one.allowed,
            one.due_on,
            one.late_from,
            one.came_at,
            [leg.owner for leg in legs],
            [leg.organisation or "" for leg in legs],
            [leg.allowed for leg in legs],
            [leg.used or 0 for leg in legs],
        )


def feedback_rows(journey_id: UUID, evidence: Evidence) -> Iterator[FeedbackRow]:
    """Yield what the victim said of each stage."""
    for one in feedback_of(evidence.story, evidence.course, evidence.obligations):
        event = one.fact.event
        yield FeedbackRow(
            journey_id,
            event.source,
            event.id,
            one.fact.at,
            int(one.stage),
            event.agency,
            event.organisation,
            one.instrument,
            None if one.score is None else float(one.score),
            one.scale,
            one.limits,
            one.kept,
        )


def account_rows(journey_id: UUID, evidence: Evidence) -> Iterator[AccountRow]:
    """Yield what the victim said of each duty asked about."""
    for one in accounts_of(evidence.story, evidence.obligations):
        event = one.fact.event
        yield AccountRow(
            journey_id,
            event.source,
            event.id,
            one.rule,
            one.fact.at,
            int(one.stage),
            one.says_done,
            one.record.value,
            one.owner,
            one.organisation,
        )
