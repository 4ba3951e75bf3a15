"""Reads the rule files, refuses what cannot be trusted, and hands over the rulebook."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise

from gateway.journey.calendar import Calendar
from gateway.journey.duty import Duty, Kind, Rulebook
from gateway.journey.standing import Standing
from gateway.rulebook.bank_holidays import england_and_wales
from gateway.rulebook.examples import NotAnEvent, events_of, fails
from gateway.rulebook.grammar import Example, Rule, Term, suggest
from gateway.rulebook.lists import (
    Edition,
    NotObservable,
    edition_unknown,
    read_editions,
    read_not_observable,
)
from gateway.rulebook.order import OrderFile, failing_orders, read_order
from gateway.rulebook.reading import Place, Reading
from gateway.rulebook.refusal import Refusal, RulebookError, RuleFault

# A folder of rules: the duties and the rules of order, one a file, and the two lists.
RULES = files("gateway.rulebook")
DUTIES, ORDER = "victims_code", "order"
EDITIONS, NOT_OBSERVABLE = "editions.yaml", "not_observable.yaml"

KEPT = frozenset({Standing.MET})
BROKEN = frozenset({Standing.MET_LATE, Standing.OVERDUE})
RECORDED = frozenset({Standing.RECORDED})
NOTHING_RECORDED = frozenset({Standing.NOTHING_RECORDED})
UNUSED = frozenset({Standing.ENDED})  # how a window that closes comes out: it is never broken


@dataclass(frozen=True, slots=True)
class RuleFile:
    """One rule that could be read, its worked examples, and the line of every part of its file."""

    name: str
    duty: Duty
    examples: tuple[Example, ...]
    lines: dict[Place, int]


@dataclass(frozen=True, slots=True)
class RuleFiles:
    """Everything that a folder of rules says; rules and rows are in the order of right and id."""

    rules: tuple[RuleFile, ...]
    order: tuple[OrderFile, ...]
    editions: tuple[Edition, ...]
    not_observable: tuple[NotObservable, ...]

    @property
    def examples(self) -> int:
        """How many worked examples there are."""
        return sum(len(r.examples) for r in self.rules) + sum(len(r.examples) for r in self.order)


def load_rulebook(
    folder: Traversable = RULES,
    *,
    calendar: Calendar | None = None,
    check_examples: bool = True,
) -> Rulebook:
    """Return every rule of a folder, once every worked example has come out.

    Without a calendar the examples are judged by that of England and Wales.
    Raises RulebookError with everything that is wrong with any of the files.
    """
    read = read_files(folder)
    duties = tuple(rule.duty for rule in read.rules)
    if check_examples:
        judge = calendar or england_and_wales()
        failing = [f for rule in read.rules for f in failing_examples(rule, duties, judge)]
        failing += failing_orders(read.order)
        if failing:
            raise RulebookError(failing)
    digest = sha256()
    lists = (folder / name for name in (EDITIONS, NOT_OBSERVABLE))
    for file in (*files_in(folder / DUTIES), *files_in(folder / ORDER), *lists):
        content = file.read_bytes()
        digest.update(f"{file.name} {len(content)}\n".encode() + content)
    return Rulebook(duties, digest.hexdigest(), tuple(order.rule for order in read.order))


def read_files(folder: Traversable = RULES) -> RuleFiles:
    """Return everything that a folder of rules says, in the order of right and id.

    Raises RulebookError with everything that is wrong with any of the files, examples that do
    not come out aside.
    """
    faults = [
        RuleFault(name, 1, Refusal.NO_RULES, f"there is no {what} here: put it back")
        for name, what in ((EDITIONS, "list of editions"), (NOT_OBSERVABLE, "list of rows"))
        if not (folder / name).is_file()
    ]
    if faults:
        raise RulebookError(faults)
    editions, faults = read_editions(folder / EDITIONS)
    rules, wrong = read_duties(files_in(folder / DUTIES))
    if not rules and not wrong:
        words = "there is no rule file here: put the files of the Code back"
        wrong.append(RuleFault(DUTIES, 1, Refusal.NO_RULES, words))
    faults += wrong
    if editions:
        faults += _editions_unknown(rules, editions)
    order, wrong = read_order(files_in(folder / ORDER), editions)
    faults += wrong
    ids = frozenset(rule.duty.id for rule in rules)
    not_observable, wrong = read_not_observable(folder / NOT_OBSERVABLE, ids, editions)
    faults += wrong
    if faults:
        raise RulebookError(faults)
    return RuleFiles(rules, order, editions, not_observable)


def read_duties(
    found: Iterable[Traversable], known: Iterable[str] = ()
) -> tuple[tuple[RuleFile, ...], list[RuleFault]]:
    """Return every rule of some files, by right and id, and everything that is wrong with them.

    `known` are the ids of other rules that these may follow.
    """
    faults: list[RuleFault] = []
    rules: list[RuleFile] = []
    for file in found:
        reading = _Duty(file)
        rule = reading.rule()
        faults += reading.faults
        if rule is not None:
            rules.append(rule)
    faults += _rules_given_twice(rules)
    if not faults:  # a file that could not be read may hold the rule that another follows
        faults += _rules_unknown(rules, known)
    return tuple(sorted(rules, key=lambda rule: (rule.duty.right, rule.duty.id))), faults


def files_in(folder: Traversable) -> list[Traversable]:
    """Return the rule files of a folder, in the order of their names."""
    if not folder.is_dir():
        return []
    found = (file for file in folder.iterdir() if file.name.endswith((".yaml", ".yml")))
    return sorted(found, key=lambda file: file.name)


def _rules_given_twice(rules: Iterable[RuleFile]) -> Iterator[RuleFault]:
    first: dict[str, RuleFile] = {}
    for rule in rules:
        other = first.setdefault(rule.duty.id, rule)
        if other is not rule:
            words = f"{rule.duty.id} is also the rule of {other.name}: give one of them another id"
            yield RuleFault(rule.name, rule.lines["id",], Refusal.RULE_TWICE, words)


def _rules_unknown(rules: Iterable[RuleFile], known: Iterable[str]) -> Iterator[RuleFault]:
    ids = {*known, *(rule.duty.id for rule in rules)}
    for rule in rules:
        others = ids - {rule.duty.id}
        follows = rule.duty.follows
        if follows is not None and follows not in others:
            words = f"'{follows}' is not another rule's id: {suggest(follows, others)}"
            yield RuleFault(rule.name, rule.lines["follows",], Refusal.UNKNOWN_RULE, words)


def _editions_unknown(
    rules: Iterable[RuleFile], editions: tuple[Edition, ...]
) -> Iterator[RuleFault]:
    """Refuse terms of the Code that cite no edition of it, or are in force on another day."""
    for rule in rules:
        if rule.duty.kind is not Kind.CODE:
            continue
        for index, terms in enumerate(rule.duty.terms):
            wrong = edition_unknown(terms.edition, terms.in_force, editions)
            if wrong is not None:
                line = rule.lines["terms", index, *wrong[0]]
                yield RuleFault(rule.name, line, Refusal.UNKNOWN_EDITION, wrong[1])


def failing_examples(
    rule: RuleFile, duties: Iterable[Duty], calendar: Calendar
) -> Iterator[RuleFault]:
    """Yield the examples of a rule that do not come out among these duties."""
    rulebook = Rulebook(tuple(duties), "")
    for index, example in enumerate(rule.examples):
        difference = fails(example, rule.duty, calendar, rulebook)
        if difference is not None:
            words = (
                f"example '{example.name}' does not come out: {difference}: "
                "correct the rule, or the example after counting its days again"
            )
            line = rule.lines["examples", index]
            yield RuleFault(rule.name, line, Refusal.EXAMPLE_FAILS, words)


class _Duty(Reading):
    """One rule file of a duty while it is read."""

    def rule(self) -> RuleFile | None:
        """Return the rule, or None with the faults that stand in the way."""
        rule = self.read(Rule, "a rule")
        if rule is None:
            return None
        self._check_meaning(rule)
        duty = rule.value(self.name)
        self._check_examples(rule, duty)
        return None if self.faults else RuleFile(self.name, duty, rule.examples, self.lines)

    def _check_meaning(self, rule: Rule) -> None:
        """Refuse what is well formed and cannot be meant."""
        self.check_id(rule.id, rule.right)
        for index, term in enumerate(rule.terms):
            if term.within is None and (term.starts_when or rule.starts_when).silence:
                words = "a silence is too long only after some time: write how long it may last"
                self.refuse(("terms", index, "within"), Refusal.WAYS_TO_START, words)
        for index, (newer, older) in enumerate(pairwise(rule.terms)):
            if newer.in_force <= older.in_force:
                same = newer.in_force == older.in_force
                wrong = "two terms are in force from" if same else "older terms stand before"
                words = f"{wrong} {older.in_force}: write each day once, the newest first"
                self.refuse(("terms", index + 1, "in_force"), Refusal.TERMS_ORDER, words)
        self._check_fields(rule)

    def _check_fields(self, rule: Rule) -> None:
        """Refuse a test of a field that the tested fact does not have."""
        terms = ((("terms", index), term) for index, term in enumerate(rule.terms))
        parts: list[tuple[Place, Rule | Term]] = [((), rule), *terms]
        started_by = tuple(
            type_ for _, part in parts if part.starts_when for type_ in part.starts_when.tested
        )
        for index, condition in enumerate(rule.owed_if):
            tested = started_by if condition.earlier is None else (condition.earlier,)
            self.check_where(("owed_if", index), condition.where, tested)
        for index, stop in enumerate(rule.stops_when):
            self.check_where(("stops_when", index), stop.where, (stop.fact,))
        for place, part in parts:
            starts = part.starts_when or rule.starts_when
            if part.starts_when is not None:
                here = (*place, "starts_when")
                if starts.silence and part is not rule:
                    words = "a silence starts a duty in all its editions: write it before the terms"
                    self.refuse(here, Refusal.WAYS_TO_START, words)
                self.check_where(here, starts.where, starts.tested, typed=bool(starts.fact))
            if part.met_by is not None:
                here = (*place, "met_by")
                if starts.silence and part.met_by.told_by is None:
                    words = "a silence is met by what breaks it: write told_by"
                    self.refuse(here, Refusal.WAYS_TO_MEET, words)
                self.check_where(here, part.met_by.where, part.met_by.done, typed=True)
                for index, carrying in enumerate(part.met_by.carrying_when):
                    within = (*here, "carrying_when", index)
                    self.check_where(within, carrying.where, starts.tested)

    def _check_examples(self, rule: Rule, duty: Duty) -> None:
        """Refuse examples that cannot be read, and a rule that lacks the two it must have."""
        for index, example in enumerate(rule.examples):
            try:
                events_of(example, duty)
            except NotAnEvent as error:
                place = ("examples", index, "events", error.index)
                self.refuse(place, Refusal.BAD_EVENT, str(error))
        standings = Counter(example.standing for example in rule.examples)
        is_window = rule.kind is Kind.WINDOW
        if not rule.examples:
            words = "the rule shows no examples: add a journey that keeps it and one that breaks it"
            self.refuse(("examples",), Refusal.NO_EXAMPLES, words)
        elif all(term.within is None for term in rule.terms):
            if not RECORDED & standings.keys():
                words = "no example keeps the rule: add a journey whose standing is recorded"
                self.refuse(("examples",), Refusal.NONE_KEPT, words)
            elif not NOTHING_RECORDED & standings.keys():
                words = "no example leaves it undone: add one whose standing is nothing_recorded"
                self.refuse(("examples",), Refusal.NONE_BROKEN, words)
        elif not KEPT & standings.keys():
            words = "no example keeps the rule: add a journey whose standing is met"
            self.refuse(("examples",), Refusal.NONE_KEPT, words)
        elif is_window and not UNUSED & standings.keys():
            words = "no example leaves the window unused: add a journey whose standing is ended"
            self.refuse(("examples",), Refusal.NONE_BROKEN, words)
        elif not is_window and not BROKEN & standings.keys():
            words = "no example breaks the rule: add a journey that is met_late or overdue"
            self.refuse(("examples",), Refusal.NONE_BROKEN, words)
