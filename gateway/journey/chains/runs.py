"""Follows each chain on one journey: which steps were taken, when, by whom and how."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from gateway.journey.chains.chain import Chain, Run, Shows, Taken
from gateway.journey.chains.defined import CHAINS
from gateway.journey.findings.offers import reached_anybody
from gateway.journey.obligation import Obligation
from gateway.journey.story import Contact, Fact, Story
from gateway.journey.telling import is_before, same, speaks_of
from gateway.journey.unknown import unknown_since
from gateway.journey.victim import scope_of
from shared.journey_event import speaker


class _Place(NamedTuple):
    """One way to show one step of one chain; `plain` says that any fact of its types does."""

    chain: str
    step: str
    shows: Shows
    plain: bool


# Everything that shows the steps of a chain, by step.
Found = Mapping[str, Sequence[Taken]]

_OPT_OUT = "contact.declined"


class _Ways:
    """Every way to show a step, by the word that it is looked for under.

    A journey knows few of these words, and only what it knows is looked at.
    """

    def __init__(self, chains: Iterable[Chain]) -> None:
        self.by_rule: dict[str, list[_Place]] = defaultdict(list)
        self.by_fact: dict[str, list[_Place]] = defaultdict(list)
        self.by_offer: dict[str, list[_Place]] = defaultdict(list)
        self.by_carried: dict[str, list[_Place]] = defaultdict(list)
        self.by_agency: dict[str, list[_Place]] = defaultdict(list)
        self.windows: set[str] = set()
        for chain in chains:
            self.windows.update(chain.window)
            for step in chain.steps:
                for shows in step.shows:
                    plain = shows == Shows(facts=shows.facts)
                    self._add(_Place(chain.id, step.id, shows, plain))
        self.rules = frozenset({*self.by_rule, *self.windows})

    def _add(self, place: _Place) -> None:
        shows = place.shows
        for word in shows.owed:
            self.by_rule[word].append(place)
        for word in shows.facts:
            self.by_fact[word].append(place)
        for word in shows.offers:
            self.by_offer[word].append(place)
        if shows.carried is not None:
            self.by_carried[shows.carried].append(place)
        if shows.contact_by is not None:
            self.by_agency[shows.contact_by].append(place)
        if shows.opted_out is not None:
            self.by_fact[_OPT_OUT].append(place)


_WAYS = _Ways(CHAINS)
# The steps of each chain, each with the ways in which news shows it.
_STEPS = {
    chain.id: [
        (step.id, tuple((shows.news_of, shows.carrying) for shows in step.shows if shows.news_of))
        for step in chain.steps
    ]
    for chain in CHAINS
}


def runs_of(story: Story, obligations: Iterable[Obligation]) -> list[Run]:
    """Return every run of every chain on a journey, followed to the story's own moment."""
    looked = _Looked(story)
    looked.at_obligations(obligations)
    looked.at_facts()
    looked.at_contacts()
    runs: list[Run] = []
    for chain in CHAINS:
        if chain.id in looked.found:
            runs += looked.runs_through(chain)
    return runs


class _Looked:
    """What shows steps on one journey; each obligation, fact and contact is looked at once."""

    def __init__(self, story: Story) -> None:
        self.found: dict[str, dict[str, list[Taken]]] = {}
        self._story = story
        self._windows: list[Obligation] = []

    def _show(self, chain: str, taken: Taken) -> None:
        steps = self.found.get(chain)
        if steps is None:
            self.found[chain] = {taken.step: [taken]}
        elif taken.step in steps:
            steps[taken.step].append(taken)
        else:
            steps[taken.step] = [taken]

    def at_obligations(self, obligations: Iterable[Obligation]) -> None:
        """Look for duties that were owed, and for the victim's own time."""
        for owed in obligations:
            rule = owed.demand.duty.id
            if rule not in _WAYS.rules:
                continue
            if rule in _WAYS.windows:
                self._windows.append(owed)
            elif owed.ending is None or owed.ending.at > owed.start.at:
                start, agency, organisation = owed.start, owed.agency, owed.organisation
                at, day, suspect = start.at, start.day, start.suspect
                for chain, step, _, _ in _WAYS.by_rule[rule]:
                    taken = Taken(step, at, day, agency, organisation, None, start, suspect)
                    self._show(chain, taken)

    def at_facts(self) -> None:
        """Look for facts, opting out among them."""
        for type_, facts in self._story.facts_by_type.items():
            for place in _WAYS.by_fact.get(type_, ()):
                for fact in facts:
                    if place.plain or self._counts(fact, place.shows):
                        self._show(place.chain, _of_fact(place.step, fact, place.shows.by))

    def at_contacts(self) -> None:
        """Look for offers, and for tellings by what they carried or by who made them."""
        for contact in self._story.contacts:
            data = contact.event.data
            for place in _WAYS.by_offer.get(data.get("offer", ""), ()):
                if _offered(contact, place.shows):
                    how = data.get("response")
                    self._show(place.chain, _of_contact(place.step, contact, how))
            carried = contact.carried
            if carried and not carried.isdisjoint(_WAYS.by_carried):
                for word in carried.intersection(_WAYS.by_carried):
                    self._told(contact, _WAYS.by_carried[word])
            if contact.agency in _WAYS.by_agency:
                self._told(contact, _WAYS.by_agency[contact.agency])

    def _told(self, contact: Contact, places: Iterable[_Place]) -> None:
        if contact.why_not_told is None:
            for place in places:
                self._show(place.chain, _of_contact(place.step, contact, contact.channel))

    def _counts(self, fact: Fact, shows: Shows) -> bool:
        if shows.opted_out is not None:
            return shows.opted_out in scope_of(fact.data)
        if not shows.where.holds(fact.data, fact.type):
            return False
        if shows.by is not None and decided_by(fact) != shows.by:
            return False
        return shows.earlier is None or any(
            same(before.suspect, fact.suspect) and not is_before(fact, before)
            for before in self._story.facts_by_type.get(shows.earlier, ())
        )

    def runs_through(self, chain: Chain) -> Iterable[Run]:
        """Return the runs through one chain, of which something was found, by suspect."""
        found, first = self.found[chain.id], chain.steps[0].id
        if chain.by_suspect or chain.in_turn:
            return self._divided(chain, found, first)
        return (self._run(chain, None, found, entered=first in found),)

    def _divided(self, chain: Chain, found: Found, first: str) -> Iterator[Run]:
        if chain.in_turn and first not in found:
            return
        for suspect in _suspects(chain, found):
            ours: Found = found
            if suspect is not None:
                ours = {
                    step: [one for one in those if same(one.suspect, suspect)]
                    for step, those in found.items()
                }
            entries = ours.get(first)
            entry = _earliest(entries) if entries else None
            if chain.in_turn:
                if entry is None:
                    continue
                ours = {
                    step: [one for one in those if not is_before(one.what, entry.what)]
                    for step, those in ours.items()
                }
            yield self._run(chain, suspect, ours, entered=entry is not None)

    def _run(self, chain: Chain, suspect: str | None, ours: Found, *, entered: bool) -> Run:
        taken: list[Taken] = []
        # Most steps of most runs are not taken: they cost a look-up.
        for step, news in _STEPS[chain.id]:
            those = ours.get(step, ())
            if news:
                for of, carrying in news:
                    if of in ours:
                        those = [*those, *self._news(step, ours[of], carrying)]
            if those:
                taken.append(_earliest(those))
        entry = taken[0] if entered else None
        days_left = self._days_left(chain, suspect, taken) if chain.window else None
        if len(taken) > 1:
            taken.sort(key=attrgetter("at"))
        unknown = None
        if self._story.interruptions:
            unknown = self._unknown_from(chain, (entry or taken[0]).at)
        return Run(chain.id, suspect, entry, tuple(taken), unknown, days_left)

    def _news(self, step: str, of: Iterable[Taken], carrying: frozenset[str]) -> Iterator[Taken]:
        """Yield the tellings that brought the victim news of what shows another step."""
        for one in of:
            fact = one.what
            if not isinstance(fact, Fact):
                continue
            for contact in self._story.tellings_about(fact.type):
                if (
                    contact.why_not_told is None
                    and carrying <= (contact.carried or frozenset())
                    and speaks_of(contact, fact)
                    and not is_before(contact, fact)
                ):
                    yield _of_contact(step, contact, contact.channel)

    def _unknown_from(self, chain: Chain, since: datetime) -> datetime | None:
        """Return from when (UTC) a feed hides what else was done, or None where none does."""
        story = self._story
        hidden = [
            unknown_since(story, agency, story.organisation_of(agency, since), since, None)
            for agency in chain.kept_by
        ]
        return min((moment for moment in hidden if moment is not None), default=None)

    def _days_left(self, chain: Chain, suspect: str | None, taken: Sequence[Taken]) -> int | None:
        """Return how many days of the victim's own time were left when they were told of it."""
        told = next((one for one in taken if one.step == chain.window_from), None)
        for owed in self._windows if told is not None else ():
            if (
                owed.duty.id in chain.window
                and owed.due_on is not None
                and same(owed.start.suspect, suspect)
            ):
                return (owed.due_on - told.day).days if told is not None else None
        return None


def decided_by(fact: Fact) -> str:
    """Return whose decision a fact is: the CPS's wherever the CPS told it, else the teller's."""
    return "cps" if fact.source_of("cps") is not None else fact.event.agency


def _suspects(chain: Chain, found: Found) -> list[str | None]:
    """Return whom the runs of a chain are about: None where it is nobody, or nobody is named."""
    if not chain.by_suspect:
        return [None]
    named = {one.suspect for those in found.values() for one in those if one.suspect is not None}
    # What names nobody is about all who are named; where nobody is, it is a run of its own.
    return [*sorted(named)] if named else [None]


def _earliest(those: Sequence[Taken]) -> Taken:
    if len(those) == 1:
        return those[0]
    return min(those, key=lambda one: (one.at, one.what.event.source, one.what.event.id))


def _of_fact(step: str, fact: Fact, by: str | None) -> Taken:
    event = (fact.source_of(by) if by is not None else None) or fact.sources[0]
    agency, organisation = speaker(event.source)
    data = fact.data
    how = data.get("decision", data.get("wish"))  # how it came out; never a sender's own words
    return Taken(step, fact.at, fact.day, agency, organisation, how, fact, fact.suspect)


def _of_contact(step: str, contact: Contact, how: str | None) -> Taken:
    agency, organisation = contact.agency, contact.event.organisation
    return Taken(step, contact.at, contact.day, agency, organisation, how, contact, contact.suspect)


def _offered(contact: Contact, shows: Shows) -> bool:
    """Say whether an offer is of the kind asked for: made and answered so, or not made."""
    data = contact.event.data
    if shows.withheld:
        return "not_offered" in data
    if shows.responses and data.get("response") not in shows.responses:
        return False
    return reached_anybody(contact)
