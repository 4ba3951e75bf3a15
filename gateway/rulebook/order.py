"""Rules of order as files: their grammar, their reading, and how their examples come out."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from gateway.journey.duty import Answer, Content, Duty, Kind, Start, Where
from gateway.journey.order import OrderFinding, OrderRule, Outcome, order_of
from gateway.journey.story import story_of
from gateway.rulebook.examples import NotAnEvent, events_of
from gateway.rulebook.grammar import (
    CarriedWord,
    Cite,
    Day,
    EventTypes,
    KindWord,
    OfferWord,
    OwedIf,
    OwnerWord,
    Part,
    ShownJourney,
    StopsWhen,
    WhereText,
    fact_alone,
    listed,
    member_of,
    refused,
    some,
)
from gateway.rulebook.lists import Edition, edition_unknown
from gateway.rulebook.reading import Place, Reading
from gateway.rulebook.refusal import Refusal, RuleFault
from shared.london import last_moment_of

OutcomeWord = Annotated[Outcome, BeforeValidator(member_of(Outcome, "outcome"))]


class First(Part):
    """What should come first: news, an offer or a deed; an offer and a deed may stand together."""

    told_about: EventTypes = ()
    carrying: tuple[CarriedWord, ...] = ()
    offered: Annotated[tuple[OfferWord, ...], BeforeValidator(listed)] = ()
    done: EventTypes = ()
    where: WhereText = Where()

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = sum([bool(self.told_about), bool(self.carrying), bool(self.offered or self.done)])
        wrong = None
        if ways != 1:
            wrong = f"names {ways} ways: write told_about, carrying, or offered and done"
        elif self.where.alternatives and not self.done:
            wrong = "says 'where' of no event: write it with done"
        if wrong is not None:
            raise refused(Refusal.WAYS_TO_MEET, f"first {wrong}")
        return self

    def value(self) -> Answer:
        """Return it as the heart knows it."""
        return Answer(
            told_about=self.told_about,
            told=bool(self.carrying),
            contents=(Content(self.carrying),) if self.carrying else (),
            offered=self.offered,
            done=self.done,
            where=self.where,
        )


class Before(Part):
    """The facts before which it should come; a bare type of event means that fact."""

    fact: Annotated[EventTypes, AfterValidator(some)]
    where: WhereText = Where()


class OrderExample(ShownJourney):
    """A short journey, and how the order on it comes out."""

    outcome: OutcomeWord | None = None
    not_asked: bool = False

    @model_validator(mode="after")
    def _one_outcome(self) -> Self:
        if self.not_asked == (self.outcome is not None) or (self.not_asked and self.which):
            raise refused(
                Refusal.BAD_EXAMPLE,
                f"example '{self.name}' does not say how it comes out: "
                "write outcome, or not_asked: true",
            )
        return self


class RuleOfOrder(Part):
    """A whole file of a rule of order."""

    id: str
    title: str
    right: int = Field(ge=1, le=12)
    owner: OwnerWord
    kind: KindWord = Kind.CODE
    after: Annotated[StopsWhen, BeforeValidator(fact_alone)] | None = None
    first: First
    before: Annotated[Before, BeforeValidator(fact_alone)]
    owed_if: tuple[OwedIf, ...] = ()
    in_force: Day
    cite: Cite
    counted: bool = False
    examples: tuple[OrderExample, ...] = ()

    def value(self, file: str) -> OrderRule:
        """Return the rule as the heart knows it."""
        return OrderRule(
            id=self.id,
            title=self.title,
            right=self.right,
            owner=self.owner,
            kind=self.kind,
            first=self.first.value(),
            before=self.before.fact,
            where=self.before.where,
            after=None if self.after is None else self.after.value(),
            conditions=tuple(part.value() for part in self.owed_if),
            in_force=self.in_force,
            cite=self.cite.value(),
            counted=self.counted,
            file=file,
        )


@dataclass(frozen=True, slots=True)
class OrderFile:
    """One rule of order that could be read, its worked examples, and the line of every part."""

    name: str
    rule: OrderRule
    examples: tuple[OrderExample, ...]
    lines: dict[Place, int]


def read_order(
    files: Iterable[Traversable], editions: tuple[Edition, ...]
) -> tuple[tuple[OrderFile, ...], list[RuleFault]]:
    """Return the rules of order that these files hold, by right and id, and every fault of them.

    Rules of the Code cite one of the editions.
    """
    rules: list[OrderFile] = []
    faults: list[RuleFault] = []
    first: dict[str, OrderFile] = {}
    for file in files:
        reading = Reading(file)
        read = reading.read(RuleOfOrder, "a rule of order")
        if read is not None:
            rule = OrderFile(file.name, read.value(file.name), read.examples, reading.lines)
            other = first.setdefault(read.id, rule)
            if other is not rule:
                words = f"{read.id} is also the rule of {other.name}: give one of them another id"
                reading.refuse(("id",), Refusal.RULE_TWICE, words)
            _check_meaning(reading, read, rule.rule)
            if read.kind is Kind.CODE and editions:
                wrong = edition_unknown(read.cite.source, read.in_force, editions)
                if wrong is not None:
                    reading.refuse(wrong[0], Refusal.UNKNOWN_EDITION, wrong[1])
            rules.append(rule)
        faults += reading.faults
    return tuple(sorted(rules, key=lambda one: (one.rule.right, one.rule.id))), faults


def order_fails(example: OrderExample, rule: OrderRule) -> str | None:
    """Return how an example comes out where it says otherwise, in words, or None."""
    found = findings_of(example, rule)
    if example.which is not None and example.which > len(found):
        return f"it speaks of number {example.which} and {len(found)} were asked"
    came_out = found[(example.which or 0) - 1].outcome.value if found else "not asked"
    said = "not asked" if example.outcome is None else example.outcome.value
    return None if came_out == said else f"it says {said} and comes out {came_out}"


def failing_orders(rules: Iterable[OrderFile]) -> list[RuleFault]:
    """Return a fault for every worked example that does not come out."""
    return [
        RuleFault(
            rule.name,
            rule.lines["examples", index],
            Refusal.EXAMPLE_FAILS,
            f"example '{example.name}' does not come out: {difference}: "
            "correct the rule, or the example",
        )
        for rule in rules
        for index, example in enumerate(rule.examples)
        if (difference := order_fails(example, rule.rule)) is not None
    ]


def findings_of(example: OrderExample, rule: OrderRule) -> tuple[OrderFinding, ...]:
    """Return what a rule finds on an example's journey."""
    as_of = last_moment_of(example.as_of)
    return order_of([rule], story_of(events_of(example, _speaking(rule)), as_of=as_of))


def _speaking(rule: OrderRule) -> Duty:
    """Return a duty in whose place the lines of an example are read."""
    facts = rule.before if rule.after is None else (rule.after.fact,)
    starts = Start(facts=facts)
    return Duty(rule.id, rule.title, rule.right, rule.owner, starts, rule.first, ())


def _check_meaning(reading: Reading, read: RuleOfOrder, rule: OrderRule) -> None:
    """Refuse what is well formed and cannot be meant, and a rule that shows too little."""
    reading.check_id(read.id, read.right)
    asked = read.before.fact if read.after is None else (read.after.fact,)
    if read.after is not None:
        reading.check_where(("after",), read.after.where, asked)
    reading.check_where(("first",), read.first.where, read.first.done, typed=True)
    reading.check_where(("before",), read.before.where, read.before.fact, typed=True)
    for index, condition in enumerate(read.owed_if):
        tested = asked if condition.earlier is None else (condition.earlier,)
        reading.check_where(("owed_if", index), condition.where, tested)
    for index, example in enumerate(read.examples):
        try:
            events_of(example, _speaking(rule))
        except NotAnEvent as error:
            place = ("examples", index, "events", error.index)
            reading.refuse(place, Refusal.BAD_EVENT, str(error))
    shown = {example.outcome for example in read.examples}
    if not read.examples:
        words = "the rule shows no examples: add a journey that keeps it and one that does not"
        reading.refuse(("examples",), Refusal.NO_EXAMPLES, words)
    elif Outcome.KEPT not in shown:
        words = "no example keeps the rule: add a journey whose outcome is kept"
        reading.refuse(("examples",), Refusal.NONE_KEPT, words)
    elif not shown & {Outcome.BROKEN, Outcome.NOT_SEEN}:
        words = "no example breaks the rule: add a journey that is broken or not_seen"
        reading.refuse(("examples",), Refusal.NONE_BROKEN, words)
