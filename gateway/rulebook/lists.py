"""The lists beside the rules: the editions of the Code, and the rows that no event can show."""

from datetime import date
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field

from gateway.journey.duty import Kind
from gateway.rulebook.grammar import Cite, Day, KindWord, Part, some, suggest
from gateway.rulebook.reading import Place, Reading
from gateway.rulebook.refusal import Refusal, RuleFault


class Edition(Part):
    """One edition of the Code: its name in citations, and the London day from which it is held."""

    id: str
    name: str
    in_force: Day
    instrument: str


class Editions(Part):
    """The file of the editions, the newest first."""

    editions: Annotated[tuple[Edition, ...], AfterValidator(some)]


class NotObservable(Part):
    """A row of the catalogue that is never judged, and why no event can show it."""

    id: str
    title: str
    right: int = Field(ge=1, le=12)
    owner: str
    kind: KindWord = Kind.CODE
    in_force: Day
    within: str
    cite: Cite
    because: str


class NotObservables(Part):
    """The file of the rows that no event can show."""

    not_observable: Annotated[tuple[NotObservable, ...], AfterValidator(some)]


def read_editions(file: Traversable) -> tuple[tuple[Edition, ...], list[RuleFault]]:
    """Return the editions of a file, the newest first, or none and every fault of it."""
    reading = Reading(file)
    read = reading.read(Editions, "the list")
    editions = () if read is None else read.editions
    for index, (newer, older) in enumerate(pairwise(editions)):
        if newer.in_force <= older.in_force:
            words = f"{older.id} is no older than {newer.id}: write the newest edition first"
            reading.refuse(("editions", index + 1, "in_force"), Refusal.TERMS_ORDER, words)
    seen: set[str] = set()
    for index, edition in enumerate(editions):
        if edition.id in seen:
            words = f"{edition.id} is listed twice: give one of them another id"
            reading.refuse(("editions", index, "id"), Refusal.RULE_TWICE, words)
        seen.add(edition.id)
    return editions, reading.faults


def read_not_observable(
    file: Traversable, rules: frozenset[str], editions: tuple[Edition, ...]
) -> tuple[tuple[NotObservable, ...], list[RuleFault]]:
    """Return the rows of a file, by right and id, or none and every fault of it.

    `rules` are the ids of the duties that have a rule, which no row may have; rows of the Code
    cite one of the editions.
    """
    reading = Reading(file)
    read = reading.read(NotObservables, "the list")
    rows = () if read is None else read.not_observable
    seen = set(rules)
    for index, row in enumerate(rows):
        place = ("not_observable", index)
        reading.check_id(row.id, row.right, place)
        if row.id in seen:
            words = f"{row.id} has a rule or another row: take one of them out"
            reading.refuse((*place, "id"), Refusal.RULE_TWICE, words)
        seen.add(row.id)
        if row.kind is Kind.CODE and editions:
            wrong = edition_unknown(row.cite.source, row.in_force, editions)
            if wrong is not None:
                reading.refuse((*place, *wrong[0]), Refusal.UNKNOWN_EDITION, wrong[1])
    return tuple(sorted(rows, key=lambda row: (row.right, row.id))), reading.faults


def edition_unknown(
    source: str, in_force: date, editions: tuple[Edition, ...]
) -> tuple[Place, str] | None:
    """Return where and how terms of the Code miss their edition, or None where they fit it."""
    known = {edition.id: edition.in_force for edition in editions}
    if source not in known:
        return ("cite", "source"), f"'{source}' is no edition: {suggest(source, known)}"
    if known[source] != in_force:
        return ("in_force",), f"{source} is in force from {known[source]}: write that day here"
    return None


def until(edition: Edition, editions: tuple[Edition, ...]) -> date | None:
    """Return the first day on which an edition is no longer in force, or None while it is."""
    later = [other.in_force for other in editions if other.in_force > edition.in_force]
    return min(later, default=None)
