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
        return Access(
            who=self.who,
            role=self.role,
            organisation=self.organisation,
            what=self.what,
            request=self.request,
            recipient=self.recipient,
            verb=verb,
            victims=victims,
            journey=journey,
        )

    def publishing(self, events: Iterable[JourneyEvent]) -> list["Access"]:
        """Return the entries for publishing these events: one for each verb that they come to.

        Victims are counted by reference; the journey is named where there is only one.
        """
        touched: dict[Verb, set[str]] = defaultdict(set)
        for event in events:
            touched[_VERBS.get(event.type, "collection")].add(event.reference)
        return [
            self.access(
                verb,
                victims=len(references),
                journey=reference_id(*references) if len(references) == 1 else None,
            )
            for verb, references in touched.items()
        ]


def operator(command: str) -> Asker:
    """Return whoever runs a command on this machine: known by its login only, with no token."""
    login = os.environ.get("USER") or f"user {os.getuid()}"
    return Asker(who=login, role="operator", organisation="none", what=command, request=new_trace())


@dataclass(frozen=True, slots=True, kw_only=True)
class Access(Asker):
    """One entry on its way into the access log; the store adds when, and which service wrote it.

    `journey` is the journey's id, or that of a reference on it; None where a query found many.
    """

    verb: Verb
    victims: int
    journey: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAccess(Access):
    """An entry of the access log: ids are in the order of `at` (UTC)."""

    access_id: UUID
    at: datetime
    service: str


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
    return [
        ids_from(first_id(at), len(entries)),
        [_text(entry.who, LONGEST_NAME) for entry in entries],
        [_text(entry.role, LONGEST_NAME) for entry in entries],
        [_text(entry.organisation, LONGEST_NAME) for entry in entries],
        [entry.verb for entry in entries],
        [_text(entry.what, LONGEST) for entry in entries],
        [entry.journey for entry in entries],
        [entry.victims for entry in entries],
        [
            None if entry.recipient is None else _text(entry.recipient, LONGEST_NAME)
            for entry in entries
        ],
        [_text(entry.request, LONGEST_NAME) for entry in entries],
    ]


def _text(said: str, longest: int) -> str:
    """Return as much of a caller's words as the log keeps, none of which the store refuses."""
    return (
        said[:longest].replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()
    )


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
    return KeptAccess(
        access_id=row["access_id"],
        at=row["at"],
        service=row["service"].removeprefix("journey_"),
        who=row["who"],
        role=row["role"],
        organisation=row["organisation"],
        verb=row["verb"],
        what=row["what"],
        journey=row["journey"],
        victims=row["victims"],
        recipient=row["recipient"],
        request=row["request"],
    )
