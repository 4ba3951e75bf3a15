"""The access log: who did what with victims' data, in which request, and for whom."""

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from shared.journey_event import JourneyEvent, reference_id
from shared.store.ids import first_id, ids_from
from shared.tracing import new_trace

# The six of section 62 of the Data Protection Act 2018.
Verb = Literal["collection", "alteration", "consultation", "disclosure", "combination", "erasure"]

# Whatever else is published is collected.
_VERBS: Mapping[str, Verb] = {
    "event.corrected": "alteration",
    "event.withdrawn": "alteration",
    "reference.linked": "combination",
    "reference.unlinked": "combination",
}

# What was asked may be as long as an address; the rest are names, and are searched by.
LONGEST, LONGEST_NAME = 2_000, 200

_COLUMNS = {
    "access_id": "uuid",
    "who": "text",
    "role": "text",
    "organisation": "text",
    "verb": "text",
    "what": "text",
    "journey": "uuid",
    "victims": "integer",
    "recipient": "text",
    "request": "text",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks and for what: all that the entries of one request have in common.

    `who` is the subject of the token, `what` the request in the asker's own words, `recipient`
    whoever the data is handed on to, and `request` the trace that the log's lines carry too.
    """

    who: str
    role: str
    organisation: str
    what: str
    request: str
    recipient: str | None = None

    def access(self, verb: Verb, *, victims: int, journey: UUID | None = None) -> "Access":
        """Return the entry that says what was done, to how many victims, on which journey."""
        return Access(self, verb, victims, journey)


@dataclass(frozen=True, slots=True)
class Access:
    """One entry on its way into the access log; the store adds when, and which service wrote it.

    `victims` counts those whose data was touched. `journey` is the journey's id, or that of a
    reference on it; None where there were several.
    """

    by: Asker
    verb: Verb
    victims: int
    journey: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAccess(Access):
    """An entry of the access log: ids are in the order of `at` (UTC)."""

    access_id: UUID
    at: datetime
    service: str


def operator(command: str) -> Asker:
    """Return whoever runs a command on this machine: known by its login only, with no token."""
    login = os.environ.get("USER") or f"user {os.getuid()}"
    return Asker(who=login, role="operator", organisation="none", what=command, request=new_trace())


def publishing_one(event: JourneyEvent, by: Asker) -> Access:
    """Return the entry for publishing one event."""
    verb = _VERBS.get(event.type, "collection")
    return Access(by, verb, 1, reference_id(event.reference))


def publishing(events: Iterable[JourneyEvent], by: Asker) -> list[Access]:
    """Return the entries for publishing events together: one for each verb that they come to.

    Victims are counted by reference.
    """
    touched: dict[Verb, set[str]] = defaultdict(set)
    for event in events:
        touched[_VERBS.get(event.type, "collection")].add(event.reference)
    return [
        Access(by, verb, len(them), reference_id(*them) if len(them) == 1 else None)
        for verb, them in touched.items()
    ]


def noting(first: int) -> str:
    """Return the statement that writes entries; their columns are its arguments from `first` on.

    $1 is the moment they are written at.
    """
    arrays = ", ".join(
        f"${place}::{type_}[]" for place, type_ in enumerate(_COLUMNS.values(), first)
    )
    names = ", ".join(_COLUMNS)
    return (
        f"INSERT INTO access_log ({names}, at) SELECT {names}, $1 "  # noqa: S608
        f"FROM unnest({arrays}) AS entry ({names})"
    )


def columns_of(entries: Sequence[Access], at: datetime) -> list[Any]:
    """Return the arguments of the statement that writes entries, from the first column on."""
    askers = [entry.by for entry in entries]
    return [
        ids_from(first_id(at), len(entries)),
        [_text(by.who, LONGEST_NAME) for by in askers],
        [_text(by.role, LONGEST_NAME) for by in askers],
        [_text(by.organisation, LONGEST_NAME) for by in askers],
        [entry.verb for entry in entries],
        [_text(by.what, LONGEST) for by in askers],
        [entry.journey for entry in entries],
        [entry.victims for entry in entries],
        [None if by.recipient is None else _text(by.recipient, LONGEST_NAME) for by in askers],
        [_text(by.request, LONGEST_NAME) for by in askers],
    ]


def _text(said: str, longest: int) -> str:
    """Return as much of a caller's words as the log keeps, none of which the store refuses."""
    if said.isascii() and len(said) <= longest and "\0" not in said:
        return said
    kept = said[:longest].replace("\0", "\N{REPLACEMENT CHARACTER}")
    return kept.encode(errors="replace").decode()


NOTE = noting(2)

# What is not asked for is NULL, and folded away before the plan is made. Time is asked of the ids,
# which are ordered by it, so that one index serves every page.
SEARCH = """
SELECT * FROM access_log
WHERE ($1::uuid IS NULL OR access_id >= $1)
  AND ($2::uuid IS NULL OR access_id < $2)
  AND ($3::text IS NULL OR who = $3)
  AND ($4::text IS NULL OR organisation = $4)
  AND ($5::text IS NULL OR verb = $5)
  AND ($6::uuid[] IS NULL OR journey = ANY ($6))
ORDER BY access_id DESC LIMIT $7
"""


def kept_access(row: Mapping[str, Any]) -> KeptAccess:
    """Return an entry from a row of `access_log`."""
    by = Asker(
        who=row["who"],
        role=row["role"],
        organisation=row["organisation"],
        what=row["what"],
        request=row["request"],
        recipient=row["recipient"],
    )
    return KeptAccess(
        by,
        row["verb"],
        row["victims"],
        row["journey"],
        access_id=row["access_id"],
        at=row["at"],
        service=row["service"].removeprefix("journey_"),
    )
