"""The rulebook made ready to be followed: what each duty demands, edition by edition.

All that no journey can change is worked out here once, so that a fact meets only the demands that
were in force on its day, each with its owner, its answer and its limits at hand.
"""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import pairwise

from gateway.journey.calendar import Calendar
from gateway.journey.duty import (
    Allowance,
    Answer,
    Clock,
    Duty,
    Kind,
    Rulebook,
    Start,
    Terms,
    Where,
)
from gateway.journey.limits import AGENCY_OF, Ends
from gateway.journey.telling import Finder, finder_of


@dataclass(slots=True, eq=False)
class Opening:
    """One way in which a duty starts, with what it demands in each era, None where nothing."""

    duty: Duty
    starts: Start
    demands: tuple["Demand | None", ...] = ()
    # The terms of other editions that start otherwise, and may have asked the same thing before.
    otherwise: tuple[Terms, ...] = ()

    @property
    def local_days(self) -> int:
        """The days of a local standard, 0 where the duty is none.

        They say when a silence is too long, which a limit of the Code does not ask.
        """
        within = self.duty.terms[0].within
        return within.count if self.duty.kind is Kind.LOCAL and within is not None else 0


@dataclass(slots=True, eq=False)
class Demand:
    """What one duty demands from one start under one edition.

    `where` is what a start must hold, None where nothing; `scopes` the scopes of opting out that
    end it where it is no news that was asked for.
    """

    law: "Law" = field(repr=False)
    opening: Opening = field(repr=False)
    duty: Duty
    terms: Terms
    starts: Start
    where: Where | None
    met_by: Answer
    owner: str
    agency: str
    find: Finder = field(repr=False)
    ends: Ends = field(repr=False)
    ends_enhanced: Ends = field(repr=False)
    repeats: bool
    from_the_fact: bool
    plainly_starts: bool
    is_window: bool
    can_end: bool
    always_owed: bool
    told: bool
    scopes: frozenset[str]


@dataclass(slots=True, eq=False)
class Era:
    """A stretch of London days, `until` exclusive, on which the same terms were in force."""

    number: int
    since: date
    until: date
    demands: dict[str, list[Demand]] = field(default_factory=dict)
    on_silence: list[Opening] = field(default_factory=list)


class Law:
    """A rulebook and a calendar together, made ready once and followed over any journey.

    `duties` are the legs that another duty may follow, by id.
    """

    def __init__(
        self, rulebook: Rulebook, calendar: Calendar, legs: Rulebook | None = None
    ) -> None:
        self.calendar = calendar
        self.duties = (legs or rulebook).by_id
        self.by_news: dict[str, list[Opening]] = defaultdict(list)
        self._ends: dict[Allowance, Ends] = {}
        in_force = {terms.in_force for duty in rulebook.duties for terms in duty.terms}
        self._begins = sorted({date.min, *in_force})
        self.eras = [
            Era(number, since, until)
            for number, (since, until) in enumerate(pairwise([*self._begins, date.max]))
        ]
        for duty in rulebook.duties:
            for starts in duty.all_starts:
                self._open(Opening(duty, starts))
        self.by_news = dict(self.by_news)

    def era(self, day: date) -> int:
        """Return the place among the eras of a London day."""
        return bisect_right(self._begins, day) - 1

    def ends_of(self, allowed: Allowance) -> Ends:
        """Return the ends of an allowance, shared by all that allow the same."""
        if allowed not in self._ends:
            self._ends[allowed] = Ends(allowed, self.calendar)
        return self._ends[allowed]

    def _open(self, opening: Opening) -> None:
        duty, starts = opening.duty, opening.starts
        opening.otherwise = tuple(t for t in duty.terms if t.starts and t.starts != starts)
        opening.demands = tuple(self._demand(opening, era.since) for era in self.eras)
        for era, demand in zip(self.eras, opening.demands, strict=True):
            if demand is None:
                continue
            if starts.silence:
                era.on_silence.append(opening)
            for type_ in (*starts.facts, *filter(None, (starts.else_fact,))):
                era.demands.setdefault(type_, []).append(demand)
        for type_ in starts.told_about:
            self.by_news[type_].append(opening)

    def _demand(self, opening: Opening, day: date) -> Demand | None:
        duty, starts = opening.duty, opening.starts
        terms = duty.terms_on(day)
        if terms is None or terms.within is None or (terms.starts or duty.starts) != starts:
            return None
        met_by = terms.met_by or duty.met_by
        owner = terms.owner or duty.owner
        ends = self.ends_of(terms.within)
        told = bool(met_by.told_about) or met_by.told
        contact = met_by.first_contact_by is not None or met_by.told_by is not None
        return Demand(
            law=self,
            opening=opening,
            duty=duty,
            terms=terms,
            starts=starts,
            where=starts.where if starts.where.alternatives else None,
            met_by=met_by,
            owner=owner,
            agency=AGENCY_OF.get(owner, owner),
            find=finder_of(met_by),
            ends=ends,
            ends_enhanced=self.ends_of(terms.within_enhanced or terms.within),
            repeats=duty.repeats,
            from_the_fact=starts.clock is Clock.HAPPENED and starts.not_before is None,
            plainly_starts=starts.else_fact is None and not opening.otherwise,
            is_window=duty.kind is Kind.WINDOW,
            can_end=bool(duty.declined_by or duty.stops_when),
            always_owed=not (duty.conditions or terms.organisations),
            told=told,
            scopes=frozenset({"all", "contact_scheme"}) if contact else frozenset(),
        )


@lru_cache(maxsize=8)
def law_of(rulebook: Rulebook, calendar: Calendar) -> Law:
    """Return a rulebook and a calendar made ready; the same ones are made ready once."""
    return Law(rulebook, calendar)
