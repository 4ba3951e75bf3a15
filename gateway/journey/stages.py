"""The stages of a journey and who held the case in each, from the facts that open them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from operator import itemgetter

from gateway.journey.story import ABOUT_REFERENCES, Fact, Story
from shared.london import read_kept_instant
from shared.words import FIELDS


class Stage(IntEnum):
    """The stages in their order; a journey is in the furthest one of any suspect still live."""

    REPORTED = 1
    INVESTIGATION = 2
    CHARGING_DECISION = 3
    BEFORE_TRIAL = 4
    TRIAL = 5
    OUTCOME_AND_SENTENCE = 6
    APPEAL = 7
    AFTER_SENTENCE = 8

    @property
    def word(self) -> str:
        """The stage's name in the API: `before_trial`."""
        return self.name.lower()


# By their names: every fact is asked about them, and through the class each costs ten times more.
AFTER_SENTENCE = Stage.AFTER_SENTENCE
_REPORTED, _INVESTIGATION, _CHARGING_DECISION = (
    Stage.REPORTED,
    Stage.INVESTIGATION,
    Stage.CHARGING_DECISION,
)
_TRIAL, _APPEAL = Stage.TRIAL, Stage.APPEAL

OPENS: dict[str, Stage] = {
    "crime.recorded": Stage.INVESTIGATION,
    "investigation.decided": Stage.INVESTIGATION,
    "file.submitted": Stage.CHARGING_DECISION,
    "suspect.charged": Stage.BEFORE_TRIAL,
    "trial": Stage.TRIAL,
    "case.concluded": Stage.OUTCOME_AND_SENTENCE,
    "offender.sentenced": Stage.AFTER_SENTENCE,
}
APPEAL_OVER = frozenset({"result", "leave_refused", "sentence_changed"})
MEMBERSHIP_OVER = frozenset({"discharge", "death", "deportation"})


@dataclass(slots=True)
class Span:
    """One stay in a stage with one holder: from (UTC) until (exclusive, None while it lasts)."""

    stage: Stage
    holder: str
    organisation: str | None
    since: datetime
    until: datetime | None


@dataclass(slots=True)
class Course:
    """The way a journey went: its spans in order of time, and the times the case was open.

    `after_sentence` are the spans in the last stage.
    """

    spans: tuple[Span, ...]
    open: tuple[tuple[datetime, datetime | None], ...]
    member_since: datetime | None
    after_sentence: tuple[Span, ...]

    def at(self, moment: datetime) -> Span | None:
        """Return the span the journey was in at a moment, once the facts of that moment were in."""
        for span in reversed(self.spans):
            if span.since <= moment:
                return span
        return None


@dataclass(slots=True)
class _Reading:
    """What is known while reading facts one by one."""

    case_stage: Stage = _REPORTED
    stage_of: dict[str, Stage] = field(default_factory=dict)
    live: set[str] = field(default_factory=set)
    appealing: set[str] = field(default_factory=set)
    last: str | None = None
    closed: bool = False
    member_since: datetime | None = None
    probation: str | None = None

    def suspected(self, fact: Fact) -> None:
        """Take in that somebody is suspected, which opens the case again."""
        suspect = fact.suspect
        if suspect is not None:
            if suspect not in self.live:
                self.live.add(suspect)
                self.stage_of[suspect] = _INVESTIGATION
            self.closed = False
        if self.case_stage < _INVESTIGATION:
            self.case_stage = _INVESTIGATION

    def opened(self, fact: Fact) -> None:
        """Move a suspect, or where none is named every live one, on to the stage a fact opens.

        News of a suspect whose case is over moves it on and revives nothing; a trial that was
        still listed then is not held.
        """
        stage, suspect = OPENS[fact.type], fact.suspect
        if stage is _TRIAL and not (self.live if suspect is None else suspect in self.live):
            return
        if suspect is not None:
            if suspect not in self.stage_of:
                self.live.add(suspect)
            self.last = suspect
        stage_of = self.stage_of
        for label in (suspect,) if suspect is not None else self.live:
            if stage_of.get(label, 0) < stage:
                stage_of[label] = stage
        if self.case_stage < _CHARGING_DECISION:
            self.case_stage = max(self.case_stage, min(stage, _CHARGING_DECISION))

    def decided(self, fact: Fact) -> None:
        """Take in a decision to investigate, not to, or to close."""
        if "decision" in fact.data:
            self.closed = fact.data["decision"] in ("closed", "not_investigate")

    def appealed(self, fact: Fact) -> None:
        """Take in what became of an appeal."""
        if fact.suspect is not None:
            self.last = fact.suspect
            if fact.data["outcome"] in APPEAL_OVER:
                self.appealing.discard(fact.suspect)
            else:
                self.appealing.add(fact.suspect)

    def referred(self, fact: Fact) -> None:
        """Take in that probation has the case."""
        self.probation = self.probation or fact.event.organisation

    def joined(self, fact: Fact) -> None:
        """Take in that the victim is a member of the contact scheme."""
        self.member_since = self.member_since or fact.at

    def left(self, fact: Fact) -> None:
        """Take in that a membership of the contact scheme may be over."""
        if fact.type == "contact_scheme.left" or fact.data.get("milestone") in MEMBERSHIP_OVER:
            self.member_since = None

    def over(self, fact: Fact) -> None:
        """Take in that the case may be over for a suspect, or for all where none is named.

        Declined, disposed of, sentenced, stopped altogether, and every end but a conviction are.
        """
        data = fact.data
        if fact.type == "prosecution.stopped":
            if not data.get("all_proceedings_end") or data.get("provisional"):
                return
        elif fact.type == "case.concluded" and data.get("outcome") == "convicted":
            return
        if fact.suspect is None:
            self.live.clear()
        else:
            self.live.discard(fact.suspect)

    @property
    def stage(self) -> Stage:
        """The furthest stage of any suspect still live; of the last one once none is."""
        if self.appealing:
            return _APPEAL
        if self.live:
            if len(self.live) == 1:
                (label,) = self.live
                return self.stage_of[label]
            return max(self.stage_of[label] for label in self.live)
        if self.last is not None:
            return self.stage_of.get(self.last, self.case_stage)
        return self.case_stage

    @property
    def is_open(self) -> bool:
        """Whether news is still owed: until the case is closed, or a member's sentence is over."""
        if self.appealing or self.member_since is not None:
            return True
        return not self.closed and (bool(self.live) or not self.stage_of)


_MOVED: dict[str, Callable[[_Reading, Fact], None]] = {
    "appeal.changed": _Reading.appealed,
    "case.concluded": _Reading.over,
    "contact_scheme.joined": _Reading.joined,
    "contact_scheme.left": _Reading.left,
    "contact_scheme.referral_received": _Reading.referred,
    "disposal.given": _Reading.over,
    "investigation.decided": _Reading.decided,
    "offender.milestone": _Reading.left,
    "offender.sentenced": _Reading.over,
    "outcome.assigned": _Reading.decided,
    "prosecution.declined": _Reading.over,
    "prosecution.stopped": _Reading.over,
}


def steps_of(type_: str) -> tuple[Callable[[_Reading, Fact], None], ...]:
    """Return what a fact of this type does to a case, in order; nothing for most types."""
    suspected = _Reading.suspected if type_.startswith("suspect.") else None
    opened = _Reading.opened if type_ in OPENS else None
    return tuple(filter(None, (suspected, opened, _MOVED.get(type_))))


# The types that may open, close or move a case, each with what it does.
STEPS = {type_: steps_of(type_) for type_ in (*FIELDS, "trial") if steps_of(type_)}
STEPS["crime.reported"] = STEPS["crime.transferred"] = ()


def course_of(story: Story) -> Course:
    """Return the stages, holders and open times of a story that begins with its report.

    A journey without a report begins, for us, with the first thing we know.
    """
    reading = _Reading()
    spans: list[Span] = []
    open_times: list[tuple[datetime, datetime | None]] = []
    police = story.organisation_of("police")
    transferred = "crime.transferred" in story.facts_by_type
    was_open = False
    span = None
    for at, fact in moments(story):
        for step in STEPS.get(fact.type, ()):
            step(reading, fact)
        stage, is_open = reading.stage, reading.is_open
        if is_open and not was_open:
            joined = fact.type == "contact_scheme.joined"
            if joined and open_times and stage is AFTER_SENTENCE:
                open_times[-1] = (open_times[-1][0], None)  # a member's case never closed
            else:
                open_times.append((at, None))
        elif was_open and not is_open:
            open_times[-1] = (open_times[-1][0], at)
        was_open = is_open
        if transferred:
            police = story.organisation_of("police", at)
        elif span is not None and span.stage is stage and reading.probation is None:
            continue  # only probation, or another force, takes over within a stage
        holder, organisation = holder_of(reading, stage, story, police)
        if span is not None:
            if span.stage is stage and span.holder == holder and span.organisation == organisation:
                continue
            span.until = at
        span = Span(stage, holder, organisation, at, None)
        spans.append(span)
    # What began and ended at one moment was never there.
    stays = tuple([s for s in spans if s.until is None or s.since < s.until])
    return Course(
        spans=stays,
        open=tuple([time for time in open_times if time[1] is None or time[0] < time[1]]),
        member_since=reading.member_since,
        after_sentence=tuple([s for s in stays if s.stage is AFTER_SENTENCE]),
    )


def holder_of(
    reading: _Reading, stage: Stage, story: Story, police: str | None
) -> tuple[str, str | None]:
    """Return who holds the case and owes the next news: the agency and its organisation."""
    if reading.probation is not None and not reading.live:
        return "probation", reading.probation  # while another suspect is live, they hold the case
    if stage <= _INVESTIGATION:
        return "police", police
    if stage is _CHARGING_DECISION:
        return "cps", story.organisation_of("cps")
    return "wcu", police


def moments(story: Story) -> Sequence[tuple[datetime, Fact]]:
    """Return the facts with their moments in order, trials put where they were listed to begin."""
    facts = [(fact.at, fact) for fact in story.facts if fact.type in STEPS]
    first = next((fact for fact in story.facts if fact.type not in ABOUT_REFERENCES), None)
    if first is not None and first.type not in STEPS:
        facts.insert(0, (first.at, first))
    fixed = story.facts_by_type.get("hearing.fixed")
    if fixed is None:
        return facts
    listed = {fact.hearing: fact for fact in fixed}
    trials = False
    for fact in listed.values():
        if (
            fact.data.get("kind") != "trial"
            or fact.data.get("vacated")
            or "starts_at" not in fact.data
        ):
            continue
        begins = max(read_kept_instant(fact.data["starts_at"]), fact.at)
        if begins <= story.as_of:
            trial = Fact(
                "trial", begins, fact.day, False, fact.suspect, fact.hearing, {}, fact.sources
            )
            facts.append((begins, trial))
            trials = True
    return sorted(facts, key=itemgetter(0)) if trials else facts
