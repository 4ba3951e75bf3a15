"""What a duty of the Code is, as values: what starts it, what answers it, how long it allows.

The rulebook builds these values from its files; the heart reads them and never sees a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any


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
    """What one field of a fact must hold: one of some values, none of some, or at least a number.

    A field that is absent fails `any_of` and `at_least`, and passes `none_of`.
    """

    field: str
    any_of: tuple[Any, ...] = ()
    none_of: tuple[Any, ...] = ()
    at_least: int | None = None

    def holds(self, data: Mapping[str, Any]) -> bool:
        """Say whether a fact's data passes this test."""
        value = data.get(self.field)
        if self.at_least is not None:
            return isinstance(value, int) and value >= self.at_least
        if self.any_of:
            return any(value is wanted or value == wanted for wanted in self.any_of)
        return value not in self.none_of


@dataclass(frozen=True, slots=True)
class Where:
    """Alternatives, each a set of tests that must all hold; no alternatives means always."""

    alternatives: tuple[tuple[Test, ...], ...] = ()

    def holds(self, data: Mapping[str, Any]) -> bool:
        """Say whether any alternative holds for a fact's data."""
        if not self.alternatives:
            return True
        return any(all(test.holds(data) for test in tests) for tests in self.alternatives)


@dataclass(frozen=True, slots=True)
class Start:
    """What starts a duty's clock: a fact, of which kind, and which of its moments counts."""

    fact: str
    where: Where = Where()
    clock: Clock = Clock.HAPPENED
    else_fact: str | None = None  # stands in where the first was never sent


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold of the starting fact for the duty to be owed, in words and as a test."""

    says: str
    where: Where


@dataclass(frozen=True, slots=True)
class Content:
    """What a telling must carry, always or where the starting fact is of some kind."""

    carrying: tuple[str, ...]
    where: Where = Where()


@dataclass(frozen=True, slots=True)
class Answer:
    """What meets a duty; exactly one of the first three is used.

    told_about: a telling about any of these facts. done: any of these events.
    first_contact_by: any telling or offer by this agency that reached the victim.
    """

    told_about: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    first_contact_by: str | None = None
    where: Where = Where()
    contents: tuple[Content, ...] = ()

    def required(self, start: Mapping[str, Any]) -> tuple[str, ...]:
        """Return what the answer to a start with this data must carry, in the rule's order."""
        return tuple(
            item
            for content in self.contents
            if content.where.holds(start)
            for item in content.carrying
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """A duty's limits from one day on: allowances, edition of the Code and citation.

    `starts` and `met_by` are set where this edition's differ from the duty's own.
    """

    in_force: date
    edition: str
    within: Allowance
    within_enhanced: Allowance
    cite: Citation
    starts: Start | None = None
    met_by: Answer | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty of the Code: who owes the victim what, when, under which terms (newest first)."""

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
    file: str = field(default="", compare=False)

    def terms_on(self, day: date) -> Terms | None:
        """Return the terms in force on a London day, or None where there were none yet."""
        return next((terms for terms in self.terms if terms.in_force <= day), None)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Every duty, in the order of its id, and the hash of the files they were read from."""

    duties: tuple[Duty, ...]
    hash: str
