"""The shapes of the gateway's answers, with the heart's values put in; nothing is decided here."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from gateway.journey.calendar import Calendar
from gateway.journey.duty import Citation, Clock, Rulebook, Terms
from gateway.journey.explanation import Explanation
from gateway.journey.hiding import hidden_words
from gateway.journey.marks import Marks
from gateway.journey.membership import Membership
from gateway.journey.obligation import NotOwed, Obligation
from gateway.journey.order import OrderFinding, Outcome
from gateway.journey.sentences import fact_words
from gateway.journey.silences import Part, Silence
from gateway.journey.stages import Span
from gateway.journey.standing import Standing
from gateway.journey.story import Fact, Story
from gateway.journey.timeline import Entry, StageRow, Timeline, TimelineEntry
from shared.handling import Sensitive
from shared.journey_event import KeptEvent
from shared.london import london_day


class Moments(BaseModel):
    """The two moments (UTC) an answer is seen from; None for `known_at` is all that is known."""

    as_of: datetime
    known_at: datetime | None
    settled: bool


class EventRef(BaseModel):
    """The event that says so: its identity, and its three times (UTC)."""

    source: str
    id: str
    type: str
    occurred_at: datetime
    time_precision: Literal["instant", "day"]
    recorded_at: datetime | None
    received_at: datetime

    @classmethod
    def of(cls, event: KeptEvent) -> Self:
        """Name an event."""
        return cls(
            source=event.source,
            id=event.id,
            type=event.type,
            occurred_at=event.occurred_at,
            time_precision=event.precision,
            recorded_at=event.recorded_at,
            received_at=event.received_at,
        )


LeftOut = Annotated[
    list[str],
    Field(description="What this caller's token does not show, in words; empty for all of it."),
]


class ReferenceBody(BaseModel):
    """One reference of a journey, and when it was first heard of (UTC)."""

    reference: str
    first_received_at: datetime


class JourneyBody(BaseModel):
    """A journey: named by its first-received reference, with all that are linked to it."""

    id: UUID
    reference: str = Field(examples=["crime:avon-and-somerset/5224001234/V1"])
    references: list[ReferenceBody]

    @classmethod
    def of(cls, membership: Membership) -> Self:
        """Describe a journey."""
        return cls(
            id=membership.id,
            reference=membership.name,
            references=[
                ReferenceBody(reference=r.reference, first_received_at=r.first_received_at)
                for r in membership.references
            ],
        )


class JourneyList(Sensitive):
    """A page of journeys. `register` is null where the answer came straight from the events."""

    items: list[JourneyBody]
    next: str | None = None
    as_of: datetime
    register_: None = Field(None, alias="register", serialization_alias="register")


class JudgedBy(BaseModel):
    """The rules and the calendar of working days by which an answer was reached, as hashes."""

    rulebook: str
    calendar: str

    @classmethod
    def of(cls, rulebook: Rulebook, calendar: Calendar) -> Self:
        """Name a rulebook and a calendar."""
        return cls(rulebook=rulebook.hash, calendar=calendar.hash)


class VictimBody(BaseModel):
    """The victim at the moment asked about, as far as duties depend on it."""

    kind: str
    under_18: bool
    enhanced_rights: bool
    enhanced_because: str | None
    update_every_days: int | None
    channels: list[str] | None
    opted_out_of: list[str]

    @classmethod
    def of(cls, story: Story) -> Self:
        """Describe the victim of a story."""
        victim, day = story.victim, london_day(story.as_of)
        agreed = victim.agreed_at(story.as_of)
        because = victim.enhanced_because(day)
        away = [out for out in victim.opt_outs if out.until is None]
        return cls(
            kind=victim.kind,
            under_18=victim.under_18_on(day),
            enhanced_rights=because is not None,
            enhanced_because=because,
            update_every_days=agreed.update_every_days if agreed else None,
            channels=sorted(agreed.channels) if agreed and agreed.channels else None,
            opted_out_of=sorted({word for out in away for word in out.scope}),
        )


class EntryBody(BaseModel):
    """One line of the timeline. `at` is in UTC; only `day` is certain where `by_day` is true."""

    at: datetime
    day: date
    by_day: bool
    kind: Entry
    says: str
    agency: str | None
    organisation: str | None
    corrected: bool
    obligation: str | None
    events: list[EventRef]

    @classmethod
    def of(cls, entry: TimelineEntry) -> Self:
        """Describe an entry."""
        return cls(
            at=entry.at,
            day=entry.day,
            by_day=entry.by_day,
            kind=entry.kind,
            says=entry.says,
            agency=entry.agency,
            organisation=entry.organisation,
            corrected=entry.corrected,
            obligation=entry.obligation.id if entry.obligation else None,
            events=[EventRef.of(event) for event in entry.sources],
        )


class StageBody(BaseModel):
    """One stay in a stage: when (UTC), who held the case, and how the victim fared in it.

    `longest_silence_days` counts only the days that fell within the stay.
    """

    stage: str
    entered: datetime
    left: datetime | None
    holder: str
    organisation: str | None
    contacts: int
    longest_silence_days: int | None
    gaps: int
    obligations: dict[Standing, int]
    breaches_with_good_reason: int = Field(
        description="How many of the breaches have a justified departure beside them."
    )

    @classmethod
    def of(cls, row: StageRow) -> Self:
        """Describe a row of the stage table."""
        return cls(
            stage=row.span.stage.word,
            entered=row.span.since,
            left=row.span.until,
            holder=row.span.holder,
            organisation=row.span.organisation,
            contacts=row.contacts,
            longest_silence_days=row.longest_silence_days,
            gaps=row.gaps,
            obligations=dict(sorted(row.obligations.items())),
            breaches_with_good_reason=row.departures,
        )


class CitationBody(BaseModel):
    """Where a term was read, in short, and how sure we are."""

    source: str
    at: str
    confidence: str
    says: str

    @classmethod
    def of(cls, cite: Citation) -> Self:
        """Describe a citation."""
        return cls(source=cite.source, at=cite.at, confidence=cite.confidence, says=cite.says)


class EditionBody(BaseModel):
    """The terms a start is held to: those of its own London day."""

    edition: str
    in_force: date
    within: str | None
    within_enhanced: str | None
    cite: CitationBody

    @classmethod
    def of(cls, terms: Terms) -> Self:
        """Describe the terms of one edition."""
        return cls(
            edition=terms.edition,
            in_force=terms.in_force,
            within=None if terms.within is None else str(terms.within),
            within_enhanced=None if terms.within_enhanced is None else str(terms.within_enhanced),
            cite=CitationBody.of(terms.cite),
        )


class TriggerBody(BaseModel):
    """The fact that started the clock, and when (UTC, London day)."""

    type: str
    says: str
    at: datetime
    day: date
    suspect: str | None
    hearing: str | None
    events: list[EventRef]

    @classmethod
    def of(cls, fact: Fact) -> Self:
        """Describe the fact that started a clock."""
        return cls(
            type=fact.type,
            says=fact_words(fact.type, fact.data, fact.suspect, fact.hearing),
            at=fact.at,
            day=fact.day,
            suspect=fact.suspect,
            hearing=fact.hearing,
            events=[EventRef.of(event) for event in fact.sources],
        )


class AnswerBody(BaseModel):
    """The event that met the duty, and whether it said what it carried."""

    at: datetime
    day: date
    content_stated: bool
    event: EventRef


class CameCloseBody(BaseModel):
    """An event that looked like an answer, and why it did not count."""

    at: datetime
    why: str
    event: EventRef


class EndingBody(BaseModel):
    """When (UTC) and why the victim's own choice ended an obligation."""

    at: datetime
    why: str


class TotalBody(BaseModel):
    """Two legs seen as one, whoever held the news up: what both allow, and how it stands."""

    allowed: str | None
    due_on: date
    standing: Standing


class IntervalBody(BaseModel):
    """A standing and the time (UTC, end exclusive) for which it holds."""

    standing: Standing
    since: datetime
    until: datetime | None


class DepartureBody(BaseModel):
    """A good reason for departing from a duty: it moves no limit, and is counted apart."""

    at: datetime
    day: date
    reason: str
    decided_by: str
    event: EventRef


class NoticeBody(BaseModel):
    """Who noticed a breach first, and how many London days after the limit's last day."""

    at: datetime
    day: date
    by: str
    days_after_limit: int | None
    event: EventRef


class MarkBody(BaseModel):
    """Something recorded beside a result, and when (UTC, London day)."""

    at: datetime
    day: date
    event: EventRef

    @classmethod
    def of(cls, fact: Fact | None) -> Self | None:
        """Describe what was recorded, where it was."""
        if fact is None:
            return None
        return cls(at=fact.at, day=fact.day, event=EventRef.of(fact.event))


class RefusedMarkBody(BaseModel):
    """Something recorded beside a result that does not count, and why."""

    why: str
    event: EventRef


class MarksBody(BaseModel):
    """What was recorded beside a result; none of it moves a limit or changes a standing."""

    departure: DepartureBody | None
    noticed: NoticeBody | None
    victim_told: MarkBody | None
    remedied: MarkBody | None
    not_counted: list[RefusedMarkBody]

    @classmethod
    def of(cls, marks: Marks) -> Self:
        """Describe the marks of an obligation."""
        departure, noticed = marks.departure, marks.noticed
        return cls(
            departure=None
            if departure is None
            else DepartureBody(
                at=departure.at,
                day=departure.day,
                reason=departure.data["reason"],
                decided_by=departure.data["decided_by"],
                event=EventRef.of(departure.event),
            ),
            noticed=None
            if noticed is None
            else NoticeBody(
                at=noticed.at,
                day=noticed.day,
                by=marks.noticed_by or "agency",
                days_after_limit=marks.noticed_after,
                event=EventRef.of(noticed.event),
            ),
            victim_told=MarkBody.of(marks.victim_told),
            remedied=MarkBody.of(marks.remedied),
            not_counted=[
                RefusedMarkBody(why=refused.why, event=EventRef.of(refused.fact.event))
                for refused in marks.refused
            ],
        )


class ObligationBody(BaseModel):
    """One thing owed: under which rule, since when, until when, what met it, how it stands.

    A limit in days ends with the London day `due_on`; `due_at` is the exclusive instant (UTC).
    """

    id: str
    rule: str
    title: str
    right: int
    kind: str
    owner: str
    organisation: str | None
    edition: EditionBody
    trigger: TriggerBody
    counted_from: datetime | None
    counted_from_receipt: bool
    receipt_inferred: bool
    enhanced: bool
    enhanced_because: str | None
    allowed: str | None = Field(description="Null where the Code names no time.")
    due_on: date | None
    due_at: datetime | None
    useful_until: date | None = Field(
        description="The last useful day of a window that ends on a day that is no working day."
    )
    outside_calendar: bool
    standing: Standing
    breach: bool
    content_stated: bool
    answer: AnswerBody | None
    came_close: list[CameCloseBody]
    ending: EndingBody | None
    total: TotalBody | None = Field(
        description="Both legs of a chain seen as one, from the fact to the victim."
    )
    standings: list[IntervalBody]
    marks: MarksBody

    @classmethod
    def of(cls, obligation: Obligation) -> Self:
        """Describe an obligation."""
        total = obligation.total
        duty, answer, ending = obligation.duty, obligation.answer, obligation.ending
        return cls(
            id=obligation.id,
            rule=duty.id,
            title=duty.title,
            right=duty.right,
            kind=duty.kind.value,
            owner=obligation.owner,
            organisation=obligation.organisation,
            edition=EditionBody.of(obligation.terms),
            trigger=TriggerBody.of(obligation.start),
            counted_from=obligation.counted_from,
            counted_from_receipt=((obligation.terms.starts or duty.starts).clock is Clock.RECEIVED),
            receipt_inferred=obligation.receipt_inferred,
            enhanced=obligation.enhanced_because is not None,
            enhanced_because=obligation.enhanced_because,
            allowed=None if obligation.allowed is None else str(obligation.allowed),
            due_on=obligation.due_on,
            due_at=obligation.due_at,
            useful_until=obligation.useful_until,
            outside_calendar=obligation.outside_calendar,
            standing=obligation.standing,
            breach=obligation.is_breach,
            content_stated=obligation.content_stated,
            answer=None
            if answer is None
            else AnswerBody(
                at=answer.at,
                day=answer.day,
                content_stated=obligation.content_stated,
                event=EventRef.of(answer.event),
            ),
            came_close=[
                CameCloseBody(at=near.at, why=near.why, event=EventRef.of(near.event))
                for near in obligation.came_close
            ],
            ending=None if ending is None else EndingBody(at=ending.at, why=ending.why),
            total=None
            if total is None
            else TotalBody(
                allowed=str(total.allowed), due_on=total.due_on, standing=total.standing
            ),
            standings=[
                IntervalBody(standing=i.standing, since=i.since, until=i.until)
                for i in obligation.standings
            ],
            marks=MarksBody.of(obligation.marks),
        )


class ObligationList(Sensitive):
    """Every obligation of one journey, in order of start; the list is never cut into pages."""

    items: list[ObligationBody]
    left_out: LeftOut
    next: None = None
    judged_by: JudgedBy
    as_of: datetime
    known_at: datetime | None
    settled: bool
    register_: None = Field(None, alias="register", serialization_alias="register")


class CountedDayBody(BaseModel):
    """One London day from the start of the clock to the limit, and why it did or did not count."""

    day: date
    counts: bool
    number: int | None = Field(description="How many had counted by its end.")
    why: str


class ChangeBody(BaseModel):
    """A later fact that would change the result, and how it would then stand."""

    if_: str = Field(serialization_alias="if")
    standing: Standing | None = Field(description="Null where nothing would have been owed.")


class ExplanationBody(Sensitive):
    """Why one obligation stands as it does: as data, and as sentences in plain English."""

    journey: UUID
    obligation: ObligationBody
    days: list[CountedDayBody] = Field(
        description="Every day of a limit in days; none for a limit in hours, or without one."
    )
    changes: list[ChangeBody]
    sentences: list[str]
    left_out: LeftOut
    judged_by: JudgedBy
    as_of: datetime
    known_at: datetime | None
    settled: bool

    @classmethod
    def of(
        cls,
        journey: UUID,
        told: Explanation,
        moments: Moments,
        judged_by: JudgedBy,
        left_out: list[str],
    ) -> Self:
        """Describe an explanation."""
        return cls(
            left_out=left_out,
            journey=journey,
            obligation=ObligationBody.of(told.obligation),
            days=[
                CountedDayBody(day=d.day, counts=d.counts, number=d.number, why=d.why)
                for d in told.days
            ],
            changes=[ChangeBody(if_=c.if_, standing=c.standing) for c in told.changes],
            sentences=list(told.sentences),
            judged_by=judged_by,
            as_of=moments.as_of,
            known_at=moments.known_at,
            settled=moments.settled,
        )


class NotOwedBody(BaseModel):
    """A duty that was not owed, and the condition that did not hold."""

    rule: str
    title: str
    right: int
    condition: str
    trigger: TriggerBody

    @classmethod
    def of(cls, not_owed: NotOwed) -> Self:
        """Describe a duty that was not owed."""
        duty = not_owed.duty
        return cls(
            rule=duty.id,
            title=duty.title,
            right=duty.right,
            condition=not_owed.condition,
            trigger=TriggerBody.of(not_owed.start),
        )


class OrderBody(BaseModel):
    """One finding of a rule of order: what should have come first, what then came, and how it was.

    Shown beside the Code's figures, and never in them. `first` is null where it was not seen.
    """

    rule: str
    title: str
    right: int
    kind: str
    owner: str
    in_force: date
    cite: CitationBody
    outcome: Outcome
    says: str
    first_at: datetime | None
    first_day: date | None
    first: EventRef | None
    then: TriggerBody

    @classmethod
    def of(cls, finding: OrderFinding) -> Self:
        """Describe a finding."""
        rule, first = finding.rule, finding.first
        return cls(
            rule=rule.id,
            title=rule.title,
            right=rule.right,
            kind=rule.kind.value,
            owner=rule.owner,
            in_force=rule.in_force,
            cite=CitationBody.of(rule.cite),
            outcome=finding.outcome,
            says=finding.says,
            first_at=None if first is None else first.at,
            first_day=None if first is None else first.day,
            first=None if first is None else EventRef.of(first.event),
            then=TriggerBody.of(finding.then),
        )


class PartBody(BaseModel):
    """The part of a silence in one stage with one holder (UTC, London days)."""

    stage: str
    holder: str
    organisation: str | None
    since: datetime
    until: datetime
    days: int

    @classmethod
    def of(cls, part: Part) -> Self:
        """Describe a part of a silence."""
        span: Span = part.span
        return cls(
            stage=span.stage.word,
            holder=span.holder,
            organisation=span.organisation,
            since=part.since,
            until=part.until,
            days=part.days,
        )


class SilenceBody(BaseModel):
    """A time (UTC) in which nobody told the victim anything, in London days, and where it fell.

    `too_long_from` is when it passed what was agreed (`agreed`) or else the local standard. Gaps
    are local practice and never part of the Code's figures.
    """

    since: datetime
    until: datetime
    still: bool
    days: int
    allowed_days: int
    agreed: bool
    too_long_from: datetime
    gap: bool
    parts: list[PartBody]

    @classmethod
    def of(cls, silence: Silence) -> Self:
        """Describe a silence."""
        return cls(
            since=silence.since,
            until=silence.until,
            still=silence.still,
            days=silence.days,
            allowed_days=silence.allowed_days,
            agreed=silence.agreed,
            too_long_from=silence.too_long_from,
            gap=silence.is_gap,
            parts=[PartBody.of(part) for part in silence.parts],
        )


class BreachesBody(BaseModel):
    """How many breaches of the Code there are, with those that have a good reason and without."""

    with_justified_departures: int
    without_justified_departures: int


class InterruptionBody(BaseModel):
    """A time (UTC, `until` exclusive) of a feed whose events are missing: not sent, or erased."""

    source: str
    since: datetime = Field(serialization_alias="from")
    until: datetime | None
    noticed: bool = Field(
        description="Whether nobody declared it: the system fell silent and did not say why."
    )
    reason: str
    says: str


class TimelineBody(Sensitive):
    """One victim's journey across every agency, seen from `as_of`, as known at `known_at`."""

    journey: JourneyBody
    as_of: datetime
    known_at: datetime | None
    settled: bool = Field(
        description="False where an event kept at this very moment could still change the answer."
    )
    judged_by: JudgedBy
    victim: VictimBody
    stage: str | None
    holder: str | None
    holder_organisation: str | None
    case_open: bool
    timeline: list[EntryBody]
    stages: list[StageBody]
    obligations: list[ObligationBody]
    breaches: BreachesBody
    not_owed: list[NotOwedBody]
    longest_silence: SilenceBody | None
    gaps: list[SilenceBody]
    interruptions: list[InterruptionBody] = Field(
        description="What may hide news: interruptions and silences of feeds that are known and "
        "not replayed yet, and the moments of events that were erased."
    )
    order: list[OrderBody] = Field(
        description="Whether what should come first did: beside the Code's figures, not in them."
    )
    findings: list[str]
    left_out: LeftOut

    @classmethod
    def of(
        cls,
        timeline: Timeline,
        moments: Moments,
        rulebook: Rulebook,
        calendar: Calendar,
        left_out: list[str],
    ) -> Self:
        """Describe a timeline."""
        now = timeline.course.spans[-1] if timeline.course.spans else None
        longest = timeline.longest_silence
        course = timeline.course
        breaches = [o for o in timeline.followed.obligations if o.is_breach]
        excused = sum(1 for breach in breaches if breach.marks.departure is not None)
        return cls(
            journey=JourneyBody.of(timeline.membership),
            as_of=moments.as_of,
            known_at=moments.known_at,
            settled=moments.settled,
            judged_by=JudgedBy.of(rulebook, calendar),
            victim=VictimBody.of(timeline.story),
            stage=now.stage.word if now else None,
            holder=now.holder if now else None,
            holder_organisation=now.organisation if now else None,
            case_open=bool(course.open) and course.open[-1][1] is None,
            timeline=[EntryBody.of(entry) for entry in timeline.entries],
            stages=[StageBody.of(row) for row in timeline.stages],
            obligations=[ObligationBody.of(o) for o in timeline.followed.obligations],
            breaches=BreachesBody(
                with_justified_departures=len(breaches),
                without_justified_departures=len(breaches) - excused,
            ),
            not_owed=[NotOwedBody.of(n) for n in timeline.followed.not_owed],
            longest_silence=SilenceBody.of(longest) if longest else None,
            gaps=[SilenceBody.of(silence) for silence in timeline.gaps],
            interruptions=[
                InterruptionBody(
                    source=i.source,
                    since=i.since,
                    until=i.until,
                    noticed=i.noticed,
                    reason=i.reason,
                    says=hidden_words(i),
                )
                for i in timeline.story.interruptions
            ],
            order=[OrderBody.of(finding) for finding in timeline.order],
            findings=list(timeline.findings),
            left_out=left_out,
        )
