"""The register's rows of one journey, as values made from its events and from nothing else.

Rows are seen from the end of all time, so that whatever can be said of any moment is in them: each
tells when its standing turns, with all that is known now. Which moment is asked about is the
reader's to say. A row is a tuple in the order of its table's columns, its key first.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import chain
from typing import NamedTuple, TypeVar
from uuid import UUID

from gateway.journey.calendar import Calendar
from gateway.journey.duty import Rulebook
from gateway.journey.findings.finders import evidence_of
from gateway.journey.limits import AGENCY_OF
from gateway.journey.marks import MARKS, Marks
from gateway.journey.membership import Membership
from gateway.journey.obligation import Obligation, breach_from
from gateway.journey.silences import Silence, Standard
from gateway.journey.stages import Course
from gateway.journey.standing import Standing
from gateway.journey.story import Fact, Story
from gateway.journey.victim import Victim
from gateway.register.chain_rows import (
    AccountRow,
    DelayRow,
    FeedbackRow,
    HandoverRow,
    RunRow,
    account_rows,
    delay_rows,
    feedback_rows,
    handover_rows,
    run_rows,
)
from gateway.register.finding_rows import FindingRow, VictimRow, finding_rows, victim_rows
from gateway.register.order_rows import OrderRow, order_rows
from shared.access.caller import Party
from shared.journey_event import speaker
from shared.london import london_day, start_of

Held = TypeVar("Held")
# Later than all that happens and than every limit; a moment later still cannot be asked about.
FOR_GOOD = datetime(9000, 1, 1, tzinfo=UTC)
# Which shape these functions give rows. Raise it with every change of what they say, so that all
# that is kept is made anew.
SHAPE = 13

# A letter for each standing: a row has one for each of its turns.
LETTERS: Mapping[Standing, str] = {
    Standing.NOT_STARTED: "S",
    Standing.PENDING: "P",
    Standing.MET: "M",
    Standing.MET_LATE: "L",
    Standing.OVERDUE: "O",
    Standing.ENDED: "E",
    Standing.RECORDED: "R",
    Standing.NOTHING_RECORDED: "N",
    Standing.UNKNOWN: "U",
}
_ENDED, _MET_LATE = LETTERS[Standing.ENDED], LETTERS[Standing.MET_LATE]
_LATE = LETTERS[Standing.OVERDUE] + _MET_LATE


@dataclass(frozen=True, slots=True)
class Yardstick:
    """By what rows are judged: the rules, the days and the local standard of silence."""

    rulebook: Rulebook
    calendar: Calendar
    standard: Standard


class JourneyRow(NamedTuple):
    """A row of `register_journey` but for the two columns that say how it came to be written.

    Moments are in UTC, `reported_on` is a London day. The turns of Enhanced Rights and of the open
    case go to and fro, from the moment they first hold; every other list of turns has a value for
    each, in a column of its own. `rights` are those of the Code of which anything was ever owed, in
    order. None where there is nothing to say.
    """

    journey_id: UUID
    reference: str
    reference_count: int
    police_reference: bool
    began_at: datetime
    victim_kind: str
    under_18_until: datetime | None
    enhanced_turns: list[datetime] | None
    open_turns: list[datetime]
    rights: list[int]
    reported_at: datetime | None
    reported_on: date | None
    offence_group: str | None
    flags: list[str] | None
    outcomes: list[int] | None
    outcome_turns: list[datetime] | None
    police: list[str] | None
    police_turns: list[datetime] | None
    cps: list[str] | None
    cps_turns: list[datetime] | None
    probation: list[str] | None
    probation_turns: list[datetime] | None


class PartyRow(NamedTuple):
    """A row of `register_party`."""

    journey_id: UUID
    agency: str
    organisation: str
    speaks: bool


class StageRow(NamedTuple):
    """A row of `register_stage`; `until_at` (UTC, exclusive) is None while it lasts."""

    journey_id: UUID
    since_at: datetime
    until_at: datetime | None
    stage: int
    holder: str
    organisation: str | None


class ObligationRow(NamedTuple):
    """A row of `register_obligation`; moments in UTC, days of London.

    `allowed_days` are those from the start to the limit, one at least; `answered_on` is the day of
    an answer that came late.
    """

    journey_id: UUID
    obligation_id: bytes
    rule: str
    owner: str
    organisation: str | None
    suspect: str | None
    enhanced: bool
    stage: int | None
    started_at: datetime
    due_on: date | None
    due_at: datetime | None
    breach_from: datetime | None
    allowed_days: int | None
    answered_on: date | None
    content_stated: bool
    turns: list[datetime]
    standings: str
    in_part: bool


class PartRow(NamedTuple):
    """A row of `register_part`: an obligation as its organisation's own part tells it.

    The first columns are the key and the name by which the part is known; the others are those of
    `ObligationRow`.
    """

    journey_id: UUID
    organisation: str
    obligation_id: bytes
    part_id: UUID
    reference: str
    rule: str
    owner: str
    suspect: str | None
    enhanced: bool
    stage: int | None
    started_at: datetime
    due_on: date | None
    due_at: datetime | None
    breach_from: datetime | None
    allowed_days: int | None
    answered_on: date | None
    content_stated: bool
    turns: list[datetime]
    standings: str


class MarkRow(NamedTuple):
    """A row of `register_mark`: when (UTC, London day) and by whom, where it says so."""

    journey_id: UUID
    obligation_id: bytes
    mark: str
    marked_at: datetime
    marked_on: date
    by_whom: str | None


class PartMarkRow(NamedTuple):
    """A row of `register_part_mark`, which is to `register_part` what marks are to obligations."""

    journey_id: UUID
    organisation: str
    obligation_id: bytes
    mark: str
    marked_at: datetime
    marked_on: date
    by_whom: str | None


class SilenceRow(NamedTuple):
    """A row of `register_silence`: the part of a silence in one stay, and the silence it is of.

    Moments in UTC, ends exclusive and None while it lasts; days are London days.
    """

    journey_id: UUID
    since_at: datetime
    until_at: datetime | None
    since_on: date
    until_on: date | None
    silent_from: datetime
    silent_on: date
    silent_until: datetime | None
    too_long_from: datetime
    allowed_days: int
    agreed: bool
    stage: int
    holder: str
    organisation: str | None


Row = (
    JourneyRow
    | PartyRow
    | StageRow
    | ObligationRow
    | MarkRow
    | PartRow
    | PartMarkRow
    | SilenceRow
    | FindingRow
    | VictimRow
    | RunRow
    | HandoverRow
    | DelayRow
    | FeedbackRow
    | AccountRow
    | OrderRow
)
# By the name of its table, then by its key.
Rows = dict[str, dict[tuple[object, ...], Row]]

# The tables, each with its row and how many columns its key has.
SHAPES: Mapping[str, tuple[type[Row], int]] = {
    "register_journey": (JourneyRow, 1),
    "register_party": (PartyRow, 3),
    "register_stage": (StageRow, 2),
    "register_obligation": (ObligationRow, 2),
    "register_mark": (MarkRow, 3),
    "register_part": (PartRow, 3),
    "register_part_mark": (PartMarkRow, 4),
    "register_silence": (SilenceRow, 2),
    "register_finding": (FindingRow, 4),
    "register_victim": (VictimRow, 2),
    "register_run": (RunRow, 3),
    "register_handover": (HandoverRow, 3),
    "register_delay": (DelayRow, 2),
    "register_feedback": (FeedbackRow, 3),
    "register_account": (AccountRow, 4),
    "register_order": (OrderRow, 4),
}


def rows_of(membership: Membership, yardstick: Yardstick, alone: Party | None = None) -> Rows:
    """Return every row of one journey but those of parts, with all that is known.

    `alone` is the organisation whose part the whole journey is, if it is one's.
    """
    evidence = evidence_of(
        membership, yardstick.rulebook, yardstick.calendar, yardstick.standard, as_of=FOR_GOOD
    )
    story, course, obligations = evidence.story, evidence.course, evidence.obligations
    journey = membership.id
    owed = obligation_rows(journey, obligations, course, alone)
    rows: dict[str, Iterable[Row]] = {
        "register_journey": [journey_row(membership, story, course, obligations)],
        "register_party": parties(membership, owed),
        "register_stage": [
            StageRow(journey, s.since, s.until, int(s.stage), s.holder, s.organisation)
            for s in course.spans
        ],
        "register_obligation": owed,
        "register_mark": marks(story, obligations, owed),
        "register_silence": chain.from_iterable(
            silence_rows(journey, silence) for silence in evidence.silences
        ),
        "register_finding": finding_rows(journey, evidence, yardstick.rulebook),
        "register_victim": victim_rows(journey, story),
        "register_run": run_rows(journey, evidence),
        "register_handover": handover_rows(journey, evidence),
        "register_delay": delay_rows(journey, evidence),
        "register_feedback": feedback_rows(journey, evidence),
        "register_account": account_rows(journey, evidence),
        "register_order": order_rows(journey, story, yardstick.rulebook),
    }
    return {table: _by_key(those, SHAPES[table][1]) for table, those in rows.items()}


def _by_key(rows: Iterable[Row], columns: int) -> dict[tuple[object, ...], Row]:
    """Return rows by their keys, which are so many of their first columns."""
    return {row[:columns]: row for row in rows}


def journey_row(
    membership: Membership, story: Story, course: Course, obligations: Iterable[Obligation]
) -> JourneyRow:
    """Return what is said of the journey as a whole.

    One of which nothing has happened, or is left, began when we first heard of it.
    """
    first = membership.references[0]
    began_at = course.spans[0].since if course.spans else first.first_received_at
    victim = story.victim
    reports = story.facts_of("crime.reported")
    report = reports[0] if reports else None
    told = {} if report is None else report.data
    outcomes, outcome_turns = held_in_turn(outcomes_of(story))
    police, police_turns = held_in_turn(story.organisations_of("police"))
    cps, cps_turns = held_in_turn(story.organisations_of("cps"))
    probation, probation_turns = held_in_turn(story.organisations_of("probation"))
    return JourneyRow(
        journey_id=membership.id,
        reference=membership.name,
        reference_count=len(membership.references),
        police_reference=any(r.reference.startswith("crime:") for r in membership.references),
        began_at=began_at,
        victim_kind=victim.kind,
        under_18_until=under_18_until(victim),
        enhanced_turns=enhanced_turns(victim, began_at),
        open_turns=[moment for since, until in course.open for moment in (since, until) if moment],
        rights=sorted({owed.demand.duty.right for owed in obligations}),
        reported_at=None if report is None else report.at,
        reported_on=None if report is None else report.day,
        offence_group=told.get("offence_group"),
        flags=sorted(set(told.get("flags", ()))) or None,
        outcomes=outcomes,
        outcome_turns=outcome_turns,
        police=police,
        police_turns=police_turns,
        cps=cps,
        cps_turns=cps_turns,
        probation=probation,
        probation_turns=probation_turns,
    )


def outcomes_of(story: Story) -> list[tuple[datetime, int]]:
    """Return which Home Office outcome the crime had from which moment (UTC) on, in order of time.

    The last one assigned holds, whether with the decision to close or by itself.
    """
    by_type = story.facts_by_type
    if "outcome.assigned" not in by_type and "investigation.decided" not in by_type:
        return []
    facts = [*by_type.get("outcome.assigned", ()), *by_type.get("investigation.decided", ())]
    assigned = [
        (fact.at, fact.event.source, fact.event.id, fact.data["outcome"])
        for fact in facts
        if "outcome" in fact.data
    ]
    return [(at, outcome) for at, _, _, outcome in sorted(assigned)]


def held_in_turn(
    held: Sequence[tuple[datetime, Held]],
) -> tuple[list[Held] | None, list[datetime] | None]:
    """Return two columns: what held, and from which moment each did; of one moment the last."""
    if not held:
        return None, None
    last_of = dict(held)
    return [*last_of.values()], [*last_of]


def under_18_until(victim: Victim) -> datetime | None:
    """Return the moment (UTC) until which the victim is a child, or None where never known as one.

    Who was reported as a child, without a birthday, stays one.
    """
    if victim.turns_18_on is not None:
        return start_of(victim.turns_18_on)
    return FOR_GOOD if victim.under_18 else None


def enhanced_turns(victim: Victim, began_at: datetime) -> list[datetime] | None:
    """Return from when (UTC) Enhanced Rights were owed and from when not, in turn; None for never.

    They change with an assessment and with a birthday, each from its London day on.
    """
    changes = {assessment.since for assessment in victim.assessments}
    if victim.turns_18_on is not None:
        changes.add(victim.turns_18_on)
    moments = [began_at]
    if changes:
        moments += [since for since in map(start_of, sorted(changes)) if since > began_at]
    turns: list[datetime] = []
    for moment in moments:
        enhanced = victim.enhanced_because(london_day(moment)) is not None
        if enhanced != len(turns) % 2:
            turns.append(moment)
    return turns or None


def parties(membership: Membership, owed: Iterable[ObligationRow]) -> Iterator[PartyRow]:
    """Yield the organisations that sent events of a journey or owe anything on it."""
    speak = {speaker(source) for source in {event.source for event in membership.events}}
    owners = {(row.owner, row.organisation) for row in owed}
    owe = {(AGENCY_OF.get(owner, owner), organisation) for owner, organisation in owners}
    for agency, organisation in speak | owe:
        if organisation is not None:
            yield PartyRow(membership.id, agency, organisation, (agency, organisation) in speak)


def obligation_rows(
    journey_id: UUID, obligations: Iterable[Obligation], course: Course, alone: Party | None
) -> list[ObligationRow]:
    """Return each obligation with its turns; they are in order of start, as they were followed.

    It is in its owner's part where the owner holds all there is, but not to keep in touch: whether
    nobody spoke is known from all events.
    """
    rows = []
    start: Fact | None = None
    whose: dict[str, tuple[str, tuple[str, str | None]]] = {}
    for owed in obligations:
        if owed.start is not start:  # what they share is worked out once for all of one start
            start, whose = owed.start, {}
            span = course.at(start.at)
            stage = None if span is None else int(span.stage)
            enhanced = owed.story.victim.enhanced_because(start.day) is not None
        turns, demand, due_on = owed.turns, owed.demand, owed.due_on
        who = whose.get(demand.owner) if owed.silence is None else None
        if who is None:
            who = owed.owner, owed.party
            if owed.silence is None:
                whose[demand.owner] = who
        owner, party = who
        moments, standings, late, breach = [], "", None, None
        for since, standing in turns:
            moments.append(since)
            letter = LETTERS[standing]
            standings += letter
            if letter in _LATE:
                breach = breach_from(demand.duty, turns)
                if letter == _MET_LATE:
                    late = london_day(since)
        if standings == _ENDED and demand.ends is None:
            # Ended as it began: what stands nowhere in between still says that it had no limit.
            moments, standings = [*moments, *moments], LETTERS[Standing.NOTHING_RECORDED] + _ENDED
        # By place and not by name: this is done for every obligation there is, and cost a third
        # more.
        rows.append(
            ObligationRow._make(
                (
                    journey_id,
                    owed.key,
                    demand.duty.id,
                    owner,
                    party[1],
                    start.suspect,
                    enhanced,
                    stage,
                    start.at,
                    due_on,
                    owed.due_at,
                    breach,
                    None if due_on is None else max(1, (due_on - start.day).days),
                    late,
                    owed.content_stated,
                    moments,
                    standings,
                    party == alone and owed.silence is None,
                )
            )
        )
    return rows


def marks(
    story: Story, obligations: Iterable[Obligation], rows: Iterable[ObligationRow]
) -> Iterator[MarkRow]:
    """Yield what was recorded beside obligations and counts; most journeys have nothing of it."""
    if not any(type_ in story.facts_by_type for type_ in MARKS):
        return
    for owed, row in zip(obligations, rows, strict=True):
        yield from mark_rows(row, owed.marks)


def mark_rows(row: ObligationRow, marks: Marks) -> Iterator[MarkRow]:
    """Yield the rows of the marks beside one obligation."""
    for fact in (marks.departure, marks.noticed, marks.victim_told, marks.remedied):
        if fact is not None:
            by_whom = marks.noticed_by if fact is marks.noticed else None
            yield MarkRow(row.journey_id, row.obligation_id, fact.type, fact.at, fact.day, by_whom)


def silence_rows(journey_id: UUID, silence: Silence) -> Iterator[SilenceRow]:
    """Yield the parts of one silence, the last of them without an end while it lasts."""
    silent_on = london_day(silence.since)
    silent_until = None if silence.still else silence.until
    for part in silence.parts:
        lasts = silence.still and part.until == silence.until
        yield SilenceRow(
            journey_id,
            part.since,
            None if lasts else part.until,
            london_day(part.since),
            None if lasts else london_day(part.until),
            silence.since,
            silent_on,
            silent_until,
            silence.too_long_from,
            silence.allowed_days,
            silence.agreed,
            int(part.span.stage),
            part.span.holder,
            part.span.organisation,
        )
