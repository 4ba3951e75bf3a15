"""The stages of a journey and who held the case in each, from the facts that open them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from functools import cache
from operator import itemgetter

from gateway.journey.story import ABOUT_REFERENCES, Fact, Story
from shared.london import read_instant


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


OPENS: dict[str, Stage] = {
    "crime.recorded": Stage.INVESTIGATION,
    "investigation.decided": Stage.INVESTIGATION,
    "file.submitted": Stage.CHARGING_DECISION,
    "suspect.charged": Stage.BEFORE_TRIAL,
    "trial": Stage.TRIAL,
    "case.concluded": Stage.OUTCOME_AND_SENTENCE,
    "offender.sentenced": Stage.AFTER_SENTENCE,
}
MOVES = frozenset(OPENS) | {
    "appeal.changed",
    "contact_scheme.joined",
    "contact_scheme.left",
    "contact_scheme.referral_received",
    "crime.reported",
    "disposal.given",
    "offender.milestone",
    "outcome.assigned",
    "prosecution.declined",
    "prosecution.stopped",
}
APPEAL_OVER = frozenset({"result", "leave_refused", "sentence_changed"})
MEMBERSHIP_OVER = frozenset({"discharge", "death", "deportation"})


@dataclass(frozen=True, slots=True)
class Span:
    """One stay in a stage with one holder: from (UTC) until (exclusive, None while it lasts)."""

    stage: Stage
    holder: str
    organisation: str | None
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Course:
    """The way a journey went: its spans in order of time, and the times the case was open."""

    spans: tuple[Span, ...]
    open: tuple[tuple[datetime, datetime | None], ...]
    member_since: datetime | None

    def at(self, moment: datetime) -> Span | None:
        """Return the span the journey was in at a moment, once the facts of that moment were in."""
        found = None
        for span in self.spans:
            if span.since <= moment:
                found = span
        return found


@dataclass(slots=True)
class _Reading:
    """What is known while reading facts one by one."""

    case_stage: Stage = Stage.REPORTED
    stage_of: dict[str, Stage] = field(default_factory=dict)
    live: set[str] = field(default_factory=set)
    appealing: set[str] = field(default_factory=set)
    last: str | None = None
    closed: bool = False
    member_since: datetime | None = None
    probation: str | None = None

    def read(self, fact: Fact) -> None:
        """Take in one fact."""
        data, suspect = fact.data, fact.suspect
        if fact.type.startswith("suspect.") and suspect is not None:
            if suspect not in self.live:
                self.live.add(suspect)
                self.stage_of[suspect] = Stage.INVESTIGATION
            self.closed = False
        if fact.type.startswith("suspect."):
            self.case_stage = max(self.case_stage, Stage.INVESTIGATION)
        opens = OPENS.get(fact.type)
        if opens is not None:
            self.advance(suspect, opens)
        if fact.type in ("investigation.decided", "outcome.assigned") and "decision" in data:
            self.closed = data["decision"] in ("closed", "not_investigate")
        elif fact.type == "appeal.changed" and suspect is not None:
            self.last = suspect
            if data["outcome"] in APPEAL_OVER:
                self.appealing.discard(suspect)
            else:
                self.appealing.add(suspect)
        elif fact.type == "contact_scheme.referral_received":
            self.probation = self.probation or fact.event.organisation
        elif fact.type == "contact_scheme.joined":
            self.member_since = self.member_since or fact.at
        elif fact.type == "contact_scheme.left" or (
            fact.type == "offender.milestone" and data.get("milestone") in MEMBERSHIP_OVER
        ):
            self.member_since = None
        if is_over_for_suspect(fact):
            self.live.discard(suspect or "")
            if suspect is None:
                self.live.clear()

    def advance(self, suspect: str | None, stage: Stage) -> None:
        """Move a suspect, or where none is named every live one, on to a stage.

        News of a suspect whose case is over moves it on and revives nothing; a trial that was
        still listed then is not held.
        """
        if stage is Stage.TRIAL and not (self.live if suspect is None else suspect in self.live):
            return
        if suspect is not None:
            if suspect not in self.stage_of:
                self.live.add(suspect)
            self.last = suspect
        for label in {suspect} if suspect is not None else set(self.live):
            self.stage_of[label] = max(self.stage_of.get(label, stage), stage)
        self.case_stage = max(self.case_stage, min(stage, Stage.CHARGING_DECISION))

    @property
    def stage(self) -> Stage:
        """The furthest stage of any suspect still live; of the last one once none is."""
        if self.appealing:
            return Stage.APPEAL
        if self.live:
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


def is_over_for_suspect(fact: Fact) -> bool:
    """Say whether a fact ends the case for its suspect.

    Declined, stopped, disposed of, acquitted and sentenced do.
    """
    if fact.type in ("prosecution.declined", "disposal.given", "offender.sentenced"):
        return True
    if fact.type == "prosecution.stopped":
        return bool(fact.data.get("all_proceedings_end")) and not fact.data.get("provisional")
    return fact.type == "case.concluded" and fact.data.get("outcome") != "convicted"


def course_of(story: Story) -> Course:
    """Return the stages, holders and open times of a story that begins with its report.

    A journey without a report begins, for us, with the first thing we know.
    """
    reading = _Reading()
    spans: list[Span] = []
    open_times: list[tuple[datetime, datetime | None]] = []
    police = story.organisation_of("police")
    for at, fact in moments(story):
        was_open = bool(open_times) and open_times[-1][1] is None
        reading.read(fact)
        if reading.is_open and not was_open:
            joined = fact.type == "contact_scheme.joined"
            if joined and open_times and reading.stage is Stage.AFTER_SENTENCE:
                open_times[-1] = (open_times[-1][0], None)  # a member's case never closed
            else:
                open_times.append((at, None))
        elif was_open and not reading.is_open:
            open_times[-1] = (open_times[-1][0], at)
        holder, organisation = holder_of(reading, story, police)
        last = spans[-1] if spans else None
        if last is not None and (last.stage, last.holder, last.organisation) == (
            reading.stage,
            holder,
            organisation,
        ):
            continue
        if last is not None:
            spans[-1] = Span(last.stage, last.holder, last.organisation, last.since, at)
        spans.append(Span(reading.stage, holder, organisation, at, None))
    return Course(
        spans=tuple(span for span in spans if span.until is None or span.since < span.until),
        open=tuple(time for time in open_times if time[1] is None or time[0] < time[1]),
        member_since=reading.member_since,
    )


def holder_of(reading: _Reading, story: Story, police: str | None) -> tuple[str, str | None]:
    """Return who holds the case and owes the next news: the agency and its organisation."""
    if reading.probation is not None and not reading.live:
        return "probation", reading.probation  # while another suspect is live, they hold the case
    if reading.stage <= Stage.INVESTIGATION:
        return "police", police
    if reading.stage is Stage.CHARGING_DECISION:
        return "cps", story.organisation_of("cps")
    return "wcu", police


def moments(story: Story) -> Iterable[tuple[datetime, Fact]]:
    """Return the facts with their moments in order, trials put where they were listed to begin."""
    facts: list[tuple[datetime, Fact]] = []
    for fact in story.facts:
        if moves(fact.type) or not (facts or fact.type in ABOUT_REFERENCES):
            facts.append((fact.at, fact))
    listed = {fact.hearing: fact for fact in story.facts_of("hearing.fixed")}
    trials = False
    for fact in listed.values():
        if (
            fact.data.get("kind") != "trial"
            or fact.data.get("vacated")
            or "starts_at" not in fact.data
        ):
            continue
        begins = max(read_instant(fact.data["starts_at"]), fact.at)
        if begins <= story.as_of:
            trial = Fact(
                "trial", begins, fact.day, False, fact.suspect, fact.hearing, {}, fact.sources
            )
            facts.append((begins, trial))
            trials = True
    return sorted(facts, key=itemgetter(0)) if trials else facts


@cache
def moves(type_: str) -> bool:
    """Say whether a fact of this type may open, close or move a case."""
    return type_ in MOVES or type_.startswith("suspect.")
