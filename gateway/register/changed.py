"""Lists the journeys that changed since a place, for those who follow the register.

Revisions come in the order in which they can be seen (a writing holds the lock of the revision
until its commit), so that whoever goes on from the last one told loses nothing. A journey is told
under its last revision only: what changed twice since is told once.
"""

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from shared.store import Store


class ChangePlace(NamedTuple):
    """Up to where changes were told: a revision, and a journey of it."""

    revision: int
    journey_id: UUID


# Before every change there is.
BEGINNING = ChangePlace(0, UUID(int=2**128 - 1))


@dataclass(frozen=True, slots=True)
class Change:
    """A journey as it changed last, or that it is gone and which one it was joined to, if known."""

    journey_id: UUID
    reference: str
    revision: int
    gone: bool
    survivor_id: UUID | None

    @property
    def place(self) -> ChangePlace:
        """Where a page that ends with it ends."""
        return ChangePlace(self.revision, self.journey_id)


# In one snapshot: a journey that goes meanwhile is in one of the two or in the other.
CHANGES = """
SELECT * FROM (
    (SELECT journey_id, reference, revision, false AS gone, NULL::uuid AS survivor_id
     FROM register_journey WHERE (revision, journey_id) > ($1, $2::uuid)
     ORDER BY revision, journey_id LIMIT $3)
    UNION ALL
    (SELECT journey_id, reference, revision, true, survivor_id
     FROM register_gone WHERE (revision, journey_id) > ($1, $2::uuid)
     ORDER BY revision, journey_id LIMIT $3)
) AS changed
ORDER BY revision, journey_id LIMIT $3
"""


async def read_changes(store: Store, after: ChangePlace, limit: int) -> list[Change]:
    """Return the next changes after a place, in the order of their revisions."""
    rows = await store.ask(CHANGES, after.revision, after.journey_id, limit)
    return [Change(**row) for row in rows]
