"""What a duty of the Code is, as values: what starts it, what answers it, how long it allows.

The rulebook builds these values from its files; the heart reads them and never sees a file.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gateway.journey.order import OrderRule


class Unit(StrEnum):
    """What an allowance is counted in."""

    WORKING_DAYS = "working days"
    CALENDAR_DAYS = "calendar days"
    WEEKS = "weeks"
    MONTHS = "months"
    HOURS = "hours"


class Kind(StrEnum):
    """Where a limit comes from, so that figures on the Code never mix with the rest."""

    CODE = "code"
    SCHEME = "scheme"
    WINDOW = "window"
    EXTERNAL = "external"
    LOCAL = "local"


class Clock(StrEnum):
    """Which moment of the fact that starts a duty the days are counted from."""

    HAPPENED = "happened"
    RECEIVED = "received"  # by the Witness Care Unit, or by the police where they are the owner


class Counts(StrEnum):
    """On which side of the start an event must lie to answer it."""

    AFTERWARDS = "afterwards"
    BEFOREHAND = "beforehand"
    WHENEVER = "whenever"


@dataclass(frozen=True, slots=True)
class Allowance:
    """How long a duty allows, such as 5 working days."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        unit = self.unit.value
        return f"{self.count} {unit.removesuffix('s') if self.count == 1 else unit}"


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a term was read: source and place, the words in short, and how sure we are."""

    source: str
    at: str
    confidence: str
    says: str


@dataclass(frozen=True, slots=True)
class Test:
    """What one field of a fact must hold; exactly one kind of test is set.

    any_of: one of these values. none_of: none of these. at_least: a number no smaller.
    present: whether the field was sent at all. An absent field fails any_of and at_least, and
    passes none_of; a field that is a list holds each of its items. The field `type` is the fact's
    own type.
    """

    field: str
    any_of: tuple[Any, ...] = ()
    none_of: tuple[Any, ...] = ()
    at_least: int | None = None
    present: bool | None = None

    def predicate(self) -> "Predicate":
        """Return what says whether a fact's data and type pass this test."""
        name, any_of, none_of = self.field, self.any_of, self.none_of
        if name == "type":
            return lambda _, type_: type_ in any_of if any_of else type_ not in none_of
        if any_of:

            def holds_any(data: Mapping[str, Any], _: str) -> bool:
                value = data.get(name)
                return _held(value, any_of) if isinstance(value, list) else value in any_of

            return holds_any
        if self.present is not None:
            present = self.present
            return lambda data, _: (data.get(name) is not None) is present
        if self.at_least is not None:
            at_least = self.at_least
            return lambda data, _: isinstance(n := data.get(name), int) and n >= at_least
        return lambda data, _: not _held(data.get(name), none_of)


def _held(value: Any, wanted: tuple[Any, ...]) -> bool:
    if isinstance(value, list):
        return any(item in wanted for item in value)
    return value in wanted


# Says whether something holds of a fact, from its data and its type.
Predicate = Callable[[Mapping[str, Any], str], bool]


@dataclass(frozen=True, slots=True)
class Where:
    """Alternatives, each a set of tests that must all hold; no alternatives means always.

    `holds` says whether any alternative holds for the data of a fact of a type. It is put together
    once, because every fact is asked.
    """

    alternatives: tuple[tuple[Test, ...], ...] = ()
    holds: Predicate = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Put together what says whether it holds."""
        every = [_all([test.predicate() for test in tests]) for tests in self.alternatives]
        object.__setattr__(self, "holds", _any(every) if every else _always)


def _always(data: Mapping[str, Any], type_: str) -> bool:
    return True


def _all(tests: Sequence[Predicate]) -> Predicate:
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        one, other = tests
        return lambda data, type_: one(data, type_) and other(data, type_)
    return lambda data, type_: all(test(data, type_) for test in tests)


def _any(tests: Sequence[Predicate]) -> Predicate:
    one = tests[0]
    if len(tests) == 1:
        return one
    others = _any(tests[1:])
    return lambda data, type_: one(data, type_) or others(data, type_)


@dataclass(frozen=True, slots=True)
class FactTest:
    """A fact of some kind: its type, and what its data must hold."""

    fact: str
    where: Where = Where()


@dataclass(frozen=True, slots=True)
class Start:
    """What starts a duty's clock: exactly one of the first three, and which moment counts.

    facts: a fact of one of these types. told_about: news about any of these that reached the
    victim, whoever told it, where `decided_by` is given of that agency's own decisions. silence:
    every silence of the journey.
    """

    facts: tuple[str, ...] = ()
    told_about: tuple[str, ...] = ()
    silence: bool = False
    where: Where = Where()
    decided_by: str | None = None
    clock: Clock = Clock.HAPPENED
    not_before: str | None = None  # the clock waits for the first fact of this type, if one comes
    else_fact: str | None = None  # stands in where none of `facts` was ever sent


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold for the duty to be owed, in words and as a test.

    It is put to the starting fact or, where `earlier` is given, to the facts before it of that
    type about the same suspect, of which one must pass, or where `absent` none. A fact of the type
    `undone_by` undoes those before it.
    """

    says: str
    where: Where = Where()
    earlier: str | None = None
    absent: bool = False
    undone_by: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What a telling must carry, always or where the starting fact is of some kind."""

    carrying: tuple[str, ...]
    where: Where = Where()


@dataclass(frozen=True, slots=True)
class Answer:
    """What meets a duty; exactly one of the first six is used, or `offered` alone or beside it.

    told_about: a telling about any of these facts. told: any telling that states the content
    required. done: any of these events. received: that the owner of the next leg heard of the
    starting fact. first_contact_by: any telling or offer by this agency that reached the victim.
    told_by: any telling with content by this agency, `any` for all of them. offered: any of these
    offers, or where `or_reason` the reason why it was not made. `written`: it was in
    writing, or handed over. `counts` says on which side of the start deeds and offers must lie.
    """

    told_about: tuple[str, ...] = ()
    told: bool = False
    done: tuple[str, ...] = ()
    received: bool = False
    first_contact_by: str | None = None
    told_by: str | None = None
    where: Where = Where()
    same_organisation: bool = False
    contents: tuple[Content, ...] = ()
    offered: tuple[str, ...] = ()
    or_reason: bool = False
    written: bool = False
    counts: Counts = Counts.AFTERWARDS

    def required(self, data: Mapping[str, Any], type_: str) -> tuple[str, ...]:
        """Return what must be carried to answer a start of this data and type, in rule order."""
        if len(self.contents) == 1 and not self.contents[0].where.alternatives:
            return self.contents[0].carrying
        return tuple(
            item
            for content in self.contents
            if content.where.holds(data, type_)
            for item in content.carrying
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """A duty's limits from one day on: allowances, edition of the Code and citation.

    Allowances are None where the edition names no time. `owner`, `starts` and `met_by` are set
    where this edition's differ from the duty's own; `organisations` where only these take part.
    """

    in_force: date
    edition: str
    within: Allowance | None
    within_enhanced: Allowance | None
    cite: Citation
    owner: str | None = None
    starts: Start | None = None
    met_by: Answer | None = None
    organisations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty of the Code: who owes the victim what, when, under which terms (newest first).

    `follows` names the duty whose limit is the leg before this one. `opt_out` is a scope of opting
    out that ends the duty, beside those its answer stands for. `repeats`: each answer starts the
    next period. `rolls_back`: a limit that falls on another day than a working day is useful
    until the last working day before it.
    """

    id: str
    title: str
    right: int
    owner: str
    starts: Start
    met_by: Answer
    terms: tuple[Terms, ...]
    kind: Kind = Kind.CODE
    conditions: tuple[Condition, ...] = ()
    declined_by: tuple[str, ...] = ()  # the victim's own no, which ends the duty
    stops_when: tuple[FactTest, ...] = ()  # what ends it otherwise
    opt_out: str | None = None
    follows: str | None = None
    repeats: bool = False
    rolls_back: bool = False
    file: str = field(default="", compare=False)

    @property
    def all_starts(self) -> tuple[Start, ...]:
        """What starts the duty, in any of its editions."""
        return tuple(dict.fromkeys((self.starts, *(t.starts for t in self.terms if t.starts))))

    def terms_on(self, day: date) -> Terms | None:
        """Return the terms in force on a London day, or None where there were none yet."""
        for terms in self.terms:
            if terms.in_force <= day:
                return terms
        return None


@dataclass(frozen=True, eq=False)
class Rulebook:
    """Every duty and rule of order, by right and id, and the hash of the files they came from."""

    duties: tuple[Duty, ...]
    hash: str
    order: tuple["OrderRule", ...] = ()

    @cached_property
    def by_id(self) -> Mapping[str, Duty]:
        """Each duty by its id."""
        return {duty.id: duty for duty in self.duties}
