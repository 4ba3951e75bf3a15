"""What should come first: rules of order, and whether each was kept on a story.

They are no duty of the Code's figures: what comes out is a finding of its own, beside them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gateway.journey.duty import Answer, Citation, Condition, FactTest, Kind, Where
from gateway.journey.owing import first_unmet, why_nobody_is_owed
from gateway.journey.sentences import fact_words
from gateway.journey.story import Contact, Fact, Story
from gateway.journey.telling import is_before, same, speaks_of
from gateway.journey.wording import OFFERS, day_words


class Outcome(StrEnum):
    """How a rule of order came out."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_SEEN = "not_seen"


@dataclass(frozen=True, slots=True)
class OrderRule:
    """What should come first, before which facts, and where it was read.

    With `after`, each such fact asks for `first` before the first of the facts `before` that
    follows it; without, each of the facts `before` asks for it anew. It holds from the London day
    `in_force` on, by the day of `after`, else of `before`.
    """

    id: str
    title: str
    right: int
    owner: str
    kind: Kind
    first: Answer
    before: tuple[str, ...]
    where: Where
    after: FactTest | None
    conditions: tuple[Condition, ...]
    in_force: date
    cite: Citation
    counted: bool = False  # over all journeys, because somebody asks for a figure of it
    file: str = ""


@dataclass(frozen=True, slots=True)
class OrderFinding:
    """One pair that a rule of order speaks of: what should have come first, and what then came.

    `first` is None where nothing of the kind is recorded (`not_seen`), and came too late where the
    order was broken. `asked` is the fact that asked for the order.
    """

    rule: OrderRule
    asked: Fact
    first: Fact | Contact | None
    then: Fact
    outcome: Outcome

    @property
    def says(self) -> str:
        """Say what came first, and when."""
        then, day = _fact_words(self.then), day_words(self.then.day)
        if self.first is None:
            return f"Not seen: {then} on {day}, and nothing that should come first is recorded."
        first, first_day = _first_words(self.first), day_words(self.first.day)
        if self.outcome is Outcome.KEPT:
            return f"Kept: {first} on {first_day}, before {then} on {day}."
        return f"Broken: {then} on {day}, and only then, on {first_day}, {first}."


def order_of(rules: Iterable[OrderRule], story: Story) -> tuple[OrderFinding, ...]:
    """Return what each rule of order found on a story, in order of what came after."""
    findings = [finding for rule in rules for finding in _findings(rule, story)]
    findings.sort(key=lambda finding: (finding.then.at, finding.rule.right, finding.rule.id))
    return tuple(findings)


def _findings(rule: OrderRule, story: Story) -> Iterator[OrderFinding]:
    for asked, since, then, is_last in _pairs(rule, story):
        if asked.day < rule.in_force or why_nobody_is_owed(asked, story) is not None:
            continue
        if first_unmet(rule.conditions, asked, asked, story) is not None:
            continue
        found = [
            one
            for one in _firsts(rule.first, asked, story)
            if since is None or not is_before(one, since)
        ]
        early = next((one for one in found if not is_before(then, one)), None)
        late = next((one for one in found if is_last and is_before(then, one)), None)
        if early is not None:
            yield OrderFinding(rule, asked, early, then, Outcome.KEPT)
        elif story.victim.declines_at(then.at, frozenset({"all", asked.type})) is None:
            outcome = Outcome.NOT_SEEN if late is None else Outcome.BROKEN
            yield OrderFinding(rule, asked, late, then, outcome)


def _pairs(rule: OrderRule, story: Story) -> Iterator[tuple[Fact, Fact | None, Fact, bool]]:
    """Yield what asked, since when the first may lie, what came after, and if that was the last.

    What comes first counts for the next fact only, so that one invitation is not counted for two
    decisions; and comes late only for the last of them.
    """
    thens = [
        fact for fact in story.facts_of(*rule.before) if rule.where.holds(fact.data, fact.type)
    ]
    if rule.after is not None:
        for asked in story.facts_of(rule.after.fact):
            if not rule.after.where.holds(asked.data, asked.type):
                continue
            then = next((t for t in thens if _follows(t, asked)), None)
            if then is not None:
                yield asked, asked, then, True
        return
    for number, then in enumerate(thens):
        earlier = [one for one in thens[:number] if same(one.suspect, then.suspect)]
        later = any(same(one.suspect, then.suspect) for one in thens[number + 1 :])
        yield then, earlier[-1] if earlier else None, then, not later


def _follows(then: Fact, asked: Fact) -> bool:
    return then is not asked and same(then.suspect, asked.suspect) and not is_before(then, asked)


def _firsts(first: Answer, asked: Fact, story: Story) -> list[Fact | Contact]:
    """Return everything of the kind that should come first, in order of time."""
    found: list[Fact | Contact] = [
        fact
        for fact in story.facts_of(*first.done)
        if same(fact.suspect, asked.suspect) and first.where.holds(fact.data, fact.type)
    ]
    found += [
        contact
        for contact in story.contacts
        if _is_first(contact, first) and speaks_of(contact, asked) and contact.why_not_told is None
    ]
    found.sort(key=lambda one: one.at)
    return found


def _is_first(contact: Contact, first: Answer) -> bool:
    data, required = contact.event.data, first.required({}, "")
    if data.get("offer") in first.offered:
        return "not_offered" not in data
    if first.told_about and not set(first.told_about) & set(contact.about):
        return False
    if first.told:
        return contact.carried is not None and contact.carried.issuperset(required)
    return bool(first.told_about)


def _fact_words(fact: Fact) -> str:
    return fact_words(fact.type, fact.data, fact.suspect, fact.hearing)


def _first_words(first: Fact | Contact) -> str:
    if isinstance(first, Fact):
        return _fact_words(first)
    offer = first.event.data.get("offer")
    if offer is not None:
        return f"the victim was offered {OFFERS[offer]}"
    return fact_words(first.event.type, first.event.data, first.suspect, first.hearing)
