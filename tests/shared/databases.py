"""A database of its own for each test, and events to put into it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.journey_event import JourneyEvent, Precision
from shared.store.embedded import EmbeddedPostgres

CRIME = "crime:avon-and-somerset/5224001234/V1"
CASE = "case:52AB0012324/V1"
CONTACT = "contact:south-west/VC0042"
NICHE = "/police/avon-and-somerset/niche"
MARCH = datetime(2024, 3, 28, 17, 45, tzinfo=UTC)


@dataclass(frozen=True)
class Database:
    """A migrated database on the tests' server, and the addresses at which roles find it."""

    server: EmbeddedPostgres
    name: str

    @property
    def owner_url(self) -> str:
        return self.server.owner_url(self.name)

    def url(self, role: str) -> str:
        return self.server.role_url(role, self.name)


def said(
    type: str = "suspect.arrested",
    data: Mapping[str, Any] | None = None,
    *,
    id: str = "1",
    source: str = NICHE,
    reference: str = CRIME,
    occurred_at: datetime = MARCH,
    recorded_at: datetime | None = None,
    precision: Precision = "instant",
) -> JourneyEvent:
    """Return an event as the police would have it, unless the test says otherwise."""
    return JourneyEvent(
        source=source,
        id=id,
        type=type,
        reference=reference,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        precision=precision,
        data={"suspect": "S1"} if data is None else data,
    )


def linked(
    to: str, *, id: str, reference: str = CRIME, type: str = "reference.linked"
) -> JourneyEvent:
    """Return the link (or its undoing) of a reference to another."""
    return said(type, {"reference": to, "basis": "file"}, id=id, reference=reference)
