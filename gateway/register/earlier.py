"""Says whether another journey has an earlier report of the same victim, from the events alone."""

from datetime import datetime
from uuid import UUID

from gateway.journey.findings.repeats import victims_of
from gateway.journey.membership import Membership, journeys_of
from gateway.register.found import REPORTS_OF
from shared.store import Store

# A pseudonym that more references bear than this stands for nobody. Those heard of first are read
# first, a few at a time, because an earlier report was mostly heard of earlier.
MOST, AT_ONCE = 1_000, 50


async def has_earlier_report(
    store: Store,
    membership: Membership,
    reported: dict[str, datetime],
    moment: datetime,
    *,
    known_at: datetime | None,
) -> bool:
    """Say whether one was made before this journey's report of a moment (UTC), as known.

    `reported` are the journey's pseudonyms with their first reports, of which those of the moment
    count. Raises NotReady.
    """
    ours = {key for key, at in reported.items() if at == moment}
    own = [one.reference_id for one in membership.references]
    rows = await store.ask(REPORTS_OF, list(ours), own, MOST)
    references = list(dict.fromkeys(row["reference_id"] for row in rows))
    for first in range(0, len(references), AT_ONCE):
        if await _any_earlier(
            store, references[first : first + AT_ONCE], membership.id, ours, moment, known_at
        ):
            return True
    return False


async def _any_earlier(
    store: Store,
    references: list[UUID],
    own: UUID,
    keys: set[str],
    moment: datetime,
    known_at: datetime | None,
) -> bool:
    for record in await store.read_records_of(references):
        for other in journeys_of(record, known_at=known_at):
            if other.id == own:
                continue
            told = victims_of(other.story(as_of=moment, known_at=known_at))
            if any(key in keys and at < moment for key, at in told.items()):
                return True
    return False
