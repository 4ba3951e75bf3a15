"""Reads the rule files, refuses what cannot be trusted, and hands over the rulebook."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from gateway.journey.calendar import Calendar
from gateway.journey.duty import Duty, Kind, Rulebook, Where
from gateway.journey.standing import Standing
from gateway.rulebook.bank_holidays import england_and_wales
from gateway.rulebook.examples import NotAnEvent, events_of, fails, plain
from gateway.rulebook.grammar import (
    WORDS_UNDER,
    Example,
    Rule,
    Term,
    rule_group,
    suggest,
)
from gateway.rulebook.refusal import Refusal, RulebookError, RuleFault
from shared.words import FIELDS

VICTIMS_CODE = files("gateway.rulebook") / "victims_code"

KEPT = frozenset({Standing.MET})
BROKEN = frozenset({Standing.MET_LATE, Standing.OVERDUE})
UNUSED = frozenset({Standing.ENDED})  # how a window that closes comes out: it is never broken

_SENTENCE = re.compile(r"# [A-Z].*[.]")
_OWN_WORDS = frozenset(refusal.value for refusal in Refusal)
_MAPPING, _LIST = "a set of words with values", "a list"
_SHOULD_BE = {
    "string_type": "text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "tuple_type": _LIST,
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "greater_than_equal": "a right from 1 to 12",
    "less_than_equal": "a right from 1 to 12",
}

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class RuleFile:
    """One rule that could be read, its worked examples, and the line of every part of its file."""

    name: str
    duty: Duty
    examples: tuple[Example, ...]
    lines: dict[Place, int]


def load_rulebook(
    folder: Traversable = VICTIMS_CODE,
    *,
    calendar: Calendar | None = None,
    check_examples: bool = True,
) -> Rulebook:
    """Return every rule of a folder, once every worked example has come out.

    Without a calendar the examples are judged by that of England and Wales.
    Raises RulebookError with everything that is wrong with any of the files.
    """
    rules = read_rules(folder)
    if check_examples:
        judge = calendar or england_and_wales()
        duties = [rule.duty for rule in rules]
        failing = [fault for rule in rules for fault in failing_examples(rule, duties, judge)]
        if failing:
            raise RulebookError(failing)
    digest = sha256()
    for file in files_in(folder):
        content = file.read_bytes()
        digest.update(f"{file.name} {len(content)}\n".encode() + content)
    return Rulebook(tuple(rule.duty for rule in rules), digest.hexdigest())


def read_rules(folder: Traversable = VICTIMS_CODE) -> tuple[RuleFile, ...]:
    """Return every rule of a folder with its examples, in the order of the rules' right and id.

    Raises RulebookError with everything that is wrong with any of the files, examples that do
    not come out aside.
    """
    rules, faults = read_duties(files_in(folder))
    if not rules and not faults:
        words = "there is no rule file here: put the files of the Code back"
        faults.append(RuleFault(folder.name, 1, Refusal.NO_RULES, words))
    if faults:
        raise RulebookError(faults)
    return rules


def read_duties(
    found: Iterable[Traversable], known: Iterable[str] = ()
) -> tuple[tuple[RuleFile, ...], list[RuleFault]]:
    """Return every rule of some files, by right and id, and everything that is wrong with them.

    `known` are the ids of other rules that these may follow.
    """
    faults: list[RuleFault] = []
    rules: list[RuleFile] = []
    for file in found:
        reading = _Reading(file)
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


class _Reading:
    """One rule file while it is read, with every fault found on the way."""

    def __init__(self, file: Traversable) -> None:
        self.name = file.name
        self.faults: list[RuleFault] = []
        self._content = file.read_bytes()
        self._lines: dict[Place, int] = {}

    def rule(self) -> RuleFile | None:
        """Return the rule, or None with the faults that stand in the way."""
        try:
            text = self._content.decode()
            node = yaml.compose(text, yaml.SafeLoader)
        except (UnicodeDecodeError, yaml.YAMLError) as error:
            self._refuse_yaml(error)
            return None
        if not _SENTENCE.fullmatch(text.partition("\n")[0].rstrip()):
            words = "the file does not say what it is for: begin it with '# One sentence.'"
            self.faults.append(RuleFault(self.name, 1, Refusal.NO_SENTENCE, words))
        raw = None if node is None else self._value(node, ())
        try:
            rule = Rule.model_validate(raw)
        except ValidationError as error:
            for details in error.errors(include_url=False):
                self._refuse_details(details)
            return None
        self._check_meaning(rule)
        duty = rule.value(self.name)
        self._check_examples(rule, duty)
        return None if self.faults else RuleFile(self.name, duty, rule.examples, self._lines)

    def _refuse(self, place: Place, refusal: Refusal, words: str) -> None:
        while place not in self._lines and place:
            place = place[:-1]
        self.faults.append(RuleFault(self.name, self._lines.get(place, 1), refusal, words))

    def _refuse_yaml(self, error: UnicodeDecodeError | yaml.YAMLError) -> None:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        words = f"the file is not YAML in UTF-8 ({problem}): quote the text, or mend the indents"
        line = mark.line + 1 if mark is not None else 1
        self.faults.append(RuleFault(self.name, line, Refusal.NOT_YAML, words))

    def _value(self, node: yaml.Node, place: Place) -> Any:
        """Return what a node says, and note the line of it and of everything in it."""
        self._lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            mapping: dict[str, Any] = {}
            for key_node, value_node in node.value:
                key = str(key_node.value)
                here = (*place, key)
                if key in mapping:
                    line = key_node.start_mark.line + 1
                    words = f"'{key}' is given twice: keep one of them"
                    self.faults.append(RuleFault(self.name, line, Refusal.DUPLICATE_KEY, words))
                self._lines[here] = key_node.start_mark.line + 1
                mapping[key] = self._value(value_node, here)
            return mapping
        if isinstance(node, yaml.SequenceNode):
            return tuple(self._value(item, (*place, i)) for i, item in enumerate(node.value))
        text = str(node.value)
        if isinstance(node, yaml.ScalarNode) and node.style is not None:
            return text  # quoted: text, whatever it looks like
        return plain(text) if text else None

    def _refuse_details(self, details: ErrorDetails) -> None:
        place, kind = details["loc"], details["type"]
        word = next((step for step in reversed(place) if isinstance(step, str)), "")
        if kind in _OWN_WORDS:
            self._refuse(place, Refusal(kind), details["msg"])
        elif kind == "extra_forbidden":
            part = next((s for s in reversed(place[:-1]) if isinstance(s, str)), "")
            known = WORDS_UNDER.get(part, Rule.model_fields)
            of = f"'{part}'" if part else "a rule"
            words = f"'{word}' is not a word of {of}: {suggest(word, known)}"
            self._refuse(place, Refusal.UNKNOWN_KEY, words)
        elif kind == "missing" and word == "cite":
            words = "these terms are not cited: add cite with source, at, confidence and says"
            self._refuse(place, Refusal.UNCITED, words)
        elif kind == "missing":
            self._refuse(place, Refusal.MISSING_KEY, f"'{word}' is missing: add it")
        else:
            wanted = _SHOULD_BE.get(kind, details["msg"])
            self._refuse(place, Refusal.WRONG_TYPE, f"'{word or 'the file'}' should be {wanted}")

    def _check_meaning(self, rule: Rule) -> None:
        """Refuse what is well formed and cannot be meant."""
        group, right = rule_group(rule.id)
        if group is None:
            words = f"'{rule.id}' is not an id: write it like R{rule.right}.ARREST"
            self._refuse(("id",), Refusal.BAD_ID, words)
        elif right not in (None, rule.right):
            words = f"{rule.id} stands under right {rule.right}: change the id or the right"
            self._refuse(("right",), Refusal.BAD_ID, words)
        for index, (newer, older) in enumerate(pairwise(rule.terms)):
            if newer.in_force <= older.in_force:
                same = newer.in_force == older.in_force
                wrong = "two terms are in force from" if same else "older terms stand before"
                words = f"{wrong} {older.in_force}: write each day once, the newest first"
                self._refuse(("terms", index + 1, "in_force"), Refusal.TERMS_ORDER, words)
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
            self._check_where(("owed_if", index), condition.where, tested)
        for index, stop in enumerate(rule.stops_when):
            self._check_where(("stops_when", index), stop.where, (stop.fact,))
        for place, part in parts:
            starts = part.starts_when or rule.starts_when
            if part.starts_when is not None:
                here = (*place, "starts_when")
                if starts.silence and part is not rule:
                    words = "a silence starts a duty in all its editions: write it before the terms"
                    self._refuse(here, Refusal.WAYS_TO_START, words)
                self._check_where(here, starts.where, starts.tested, typed=bool(starts.fact))
            if part.met_by is not None:
                here = (*place, "met_by")
                if starts.silence and part.met_by.told_by is None:
                    words = "a silence is met by what breaks it: write told_by"
                    self._refuse(here, Refusal.WAYS_TO_MEET, words)
                self._check_where(here, part.met_by.where, part.met_by.done, typed=True)
                for index, carrying in enumerate(part.met_by.carrying_when):
                    within = (*here, "carrying_when", index)
                    self._check_where(within, carrying.where, starts.tested)

    def _check_where(
        self, place: Place, where: Where, facts: tuple[str, ...], *, typed: bool = False
    ) -> None:
        """Refuse tests of what these facts do not have; `typed` ones may test their own `type`.

        Of several facts all must have the field, unless the test says what it must not hold: a
        fact without it passes.
        """
        for index, tests in enumerate(where.alternatives):
            for test in tests:
                single, listed = (*place, "where", test.field), (*place, "where", index)
                where_it_is = single if single in self._lines else (*listed, test.field)
                if typed and test.field == "type":
                    for value in (*test.any_of, *test.none_of):
                        if value not in facts:
                            words = f"'{value}' is no type tested here: {suggest(value, facts)}"
                            self._refuse(where_it_is, Refusal.UNKNOWN_WORD, words)
                    continue
                lacking = [fact for fact in facts if test.field not in FIELDS[fact]]
                if test.none_of and len(lacking) < len(facts):
                    continue
                for fact in lacking:
                    remedy = suggest(test.field, FIELDS[fact])
                    words = f"'{test.field}' is not a field of {fact}: {remedy}"
                    self._refuse(where_it_is, Refusal.UNKNOWN_WORD, words)

    def _check_examples(self, rule: Rule, duty: Duty) -> None:
        """Refuse examples that cannot be read, and a rule that lacks the two it must have."""
        for index, example in enumerate(rule.examples):
            try:
                events_of(example, duty)
            except NotAnEvent as error:
                place = ("examples", index, "events", error.index)
                self._refuse(place, Refusal.BAD_EVENT, str(error))
        if all(term.within is None for term in rule.terms):
            return  # what is never timed is neither kept nor broken
        standings = Counter(example.standing for example in rule.examples)
        is_window = rule.kind is Kind.WINDOW
        if not rule.examples:
            words = "the rule shows no examples: add a journey that keeps it and one that breaks it"
            self._refuse(("examples",), Refusal.NO_EXAMPLES, words)
        elif not KEPT & standings.keys():
            words = "no example keeps the rule: add a journey whose standing is met"
            self._refuse(("examples",), Refusal.NONE_KEPT, words)
        elif is_window and not UNUSED & standings.keys():
            words = "no example leaves the window unused: add a journey whose standing is ended"
            self._refuse(("examples",), Refusal.NONE_BROKEN, words)
        elif not is_window and not BROKEN & standings.keys():
            words = "no example breaks the rule: add a journey that is met_late or overdue"
            self._refuse(("examples",), Refusal.NONE_BROKEN, words)
