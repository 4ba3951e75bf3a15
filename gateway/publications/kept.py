"""Reads publications as they were kept, and adds replies; nothing kept ever changes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from gateway.publications.asked import PublicationStatus
from shared.access.caller import Party
from shared.store import Store
from shared.store.ids import first_id, ids_from

MOST_REPLIES = 100

# The publications that a caller may see: all, or those with cells of these organisations.
SEEN = """
($1::text[] IS NULL OR EXISTS (
    SELECT FROM publication_party AS party
    WHERE party.publication_id = publication.publication_id
      AND (party.agency || '/' || party.organisation = ANY ($1)
           OR party.agency || '/*' = ANY ($1))
))
"""
# Without what was frozen and the events known then, which may be megabytes.
HEAD = "edition, status, reason, frozen_at, frozen_by, sha256"
READ = f"""
SELECT publication.*, edition.*, editions FROM publication
JOIN publication_edition AS edition USING (publication_id)
CROSS JOIN LATERAL (
    SELECT max(edition) AS editions FROM publication_edition AS newest
    WHERE newest.publication_id = publication.publication_id
) AS counted
WHERE publication_id = $2 AND edition = coalesce($3::integer, editions) AND {SEEN}
"""  # noqa: S608 - ours
LIST = f"""
SELECT publication.*, newest.*, edition AS editions FROM publication
CROSS JOIN LATERAL (
    SELECT {HEAD} FROM publication_edition AS edition
    WHERE edition.publication_id = publication.publication_id ORDER BY edition DESC LIMIT 1
) AS newest
WHERE ($2::uuid IS NULL OR publication.publication_id < $2) AND {SEEN}
ORDER BY publication.publication_id DESC LIMIT $3
"""  # noqa: S608 - ours
EDITIONS = f"""
SELECT {HEAD} FROM publication_edition WHERE publication_id = $1 ORDER BY edition
"""  # noqa: S608 - ours
REPLIES = """
SELECT * FROM publication_reply
WHERE publication_id = $1
  AND ($2::text[] IS NULL OR agency || '/' || organisation = ANY ($2)
       OR agency || '/*' = ANY ($2))
ORDER BY reply_id
"""
# None where the organisation is not named, or has said enough.
REPLY = """
INSERT INTO publication_reply
SELECT publication_id, $2, (
    SELECT max(edition) FROM publication_edition WHERE publication_id = $1
), agency, organisation, $5, $6, $7
FROM publication_party AS party
WHERE publication_id = $1 AND (agency, organisation) = ($3, $4) AND (
    SELECT count(*) FROM publication_reply AS said
    WHERE said.publication_id = $1
      AND (said.agency, said.organisation) = (party.agency, party.organisation)
) < $8
RETURNING *
"""
ADD_REPRODUCTION = "INSERT INTO publication_reproduction VALUES ($1, $2, $3, $4)"
REPRODUCTION = """
SELECT answer FROM publication_reproduction
WHERE publication_id = $1 AND edition = $2 ORDER BY run_at DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class EditionHead:
    """An edition: when (UTC) and by whom it was frozen, and why where it is not the first."""

    number: int
    status: PublicationStatus
    reason: str | None
    frozen_at: datetime
    frozen_by: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Edition(EditionHead):
    """An edition with what was frozen, as text, and which events were known."""

    frozen: str
    settled_at: datetime
    tail: Sequence[UUID]


Kept = TypeVar("Kept", bound=EditionHead)


@dataclass(frozen=True, slots=True)
class KeptPublication(Generic[Kept]):
    """A publication in one of its editions; `words` are those of its question."""

    id: UUID
    title: str
    words: dict[str, Any]
    editions: int
    edition: Kept


@dataclass(frozen=True, slots=True)
class Reply:
    """What an organisation said of a publication, when (UTC), and of which edition."""

    id: UUID
    edition: int
    agency: str
    organisation: str
    said_at: datetime
    text: str


async def read_publication(
    store: Store, publication_id: UUID, edition: int | None, within: frozenset[Party] | None
) -> KeptPublication[Edition] | None:
    """Return a publication in an edition, the newest where None; None where it may not be seen.

    `within` are the organisations of which the caller may see cells, None for all.
    """
    rows = await store.ask(READ, _words(within), publication_id, edition)
    return next((_publication(row, _edition(row)) for row in rows), None)


async def read_publications(
    store: Store, within: frozenset[Party] | None, *, before: UUID | None, limit: int
) -> list[KeptPublication[EditionHead]]:
    """Return a page of publications in their newest editions, the newest first."""
    rows = await store.ask(LIST, _words(within), before, limit)
    return [_publication(row, EditionHead(*_head(row))) for row in rows]


async def read_editions(store: Store, publication_id: UUID) -> list[EditionHead]:
    """Return every edition of a publication, the oldest first."""
    return [EditionHead(*_head(row)) for row in await store.ask(EDITIONS, publication_id)]


async def read_replies(
    store: Store, publication_id: UUID, within: frozenset[Party] | None
) -> list[Reply]:
    """Return what organisations said of a publication, the oldest first."""
    return [_reply(row) for row in await store.ask(REPLIES, publication_id, _words(within))]


async def add_reply(
    store: Store, publication_id: UUID, party: Party, *, text: str, who: str, now: datetime
) -> Reply | None:
    """Keep what an organisation says of the newest edition.

    None where it has no cells in the publication, or has said enough of it.
    """
    (reply_id,) = ids_from(first_id(now), 1)
    rows = await store.ask(
        REPLY, publication_id, reply_id, party[0], party[1], now, who, text, MOST_REPLIES
    )
    return next((_reply(row) for row in rows), None)


async def add_reproduction(
    store: Store, publication_id: UUID, edition: int, run_at: datetime, answer: str
) -> None:
    """Keep what came out when an edition was counted again; `answer` is JSON."""
    await store.ask(ADD_REPRODUCTION, publication_id, edition, run_at, answer)


async def read_reproduction(store: Store, publication_id: UUID, edition: int) -> str | None:
    """Return what came out last, as JSON; None where an edition was never counted again."""
    rows = await store.ask(REPRODUCTION, publication_id, edition)
    return rows[0]["answer"] if rows else None


def _words(within: frozenset[Party] | None) -> list[str] | None:
    return None if within is None else sorted("/".join(one) for one in within)


def _publication(row: Any, edition: Kept) -> KeptPublication[Kept]:
    return KeptPublication(
        row["publication_id"],
        row["title"],
        json.loads(row["question"]),
        row["editions"],
        edition,
    )


def _head(row: Any) -> tuple[int, PublicationStatus, str | None, datetime, str, str]:
    return (
        row["edition"],
        PublicationStatus(row["status"]),
        row["reason"],
        row["frozen_at"],
        row["frozen_by"],
        row["sha256"].hex(),
    )


def _edition(row: Any) -> Edition:
    return Edition(*_head(row), row["frozen"], row["settled_at"], row["tail"])


def _reply(row: Any) -> Reply:
    return Reply(
        row["reply_id"],
        row["edition"],
        row["agency"],
        row["organisation"],
        row["said_at"],
        row["text"],
    )
