"""The statements about feeds, and how their rows become the values they stand for.

None of them is part of publishing: what they count is read from two indexes when it is asked for.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from shared.feed import Feed
from shared.interruption import Declaration, KeptDeclaration
from shared.problems import BadMessage, ChangedStory, Fault

# It steps from one source to the next in the index, and so takes as long as there are feeds and
# not as there are events.
FEEDS = """
WITH RECURSIVE feed (agency, source) AS (
    SELECT agency, (
        SELECT source FROM event WHERE event.agency = asked.agency ORDER BY source LIMIT 1
    ) FROM unnest($1::text[]) AS asked (agency)
    UNION ALL
    SELECT agency, (
        SELECT event.source FROM event
        WHERE event.agency = feed.agency AND event.source > feed.source
        ORDER BY event.source LIMIT 1
    ) FROM feed WHERE source IS NOT NULL
)
SELECT source, first_received_at, last_received_at, last_event_at
FROM feed
CROSS JOIN LATERAL (
    SELECT min(received_at) AS first_received_at, max(received_at) AS last_received_at
    FROM event WHERE event.agency = feed.agency AND event.source = feed.source
) AS received
CROSS JOIN LATERAL (
    SELECT max(occurred_at) AS last_event_at
    FROM event WHERE event.agency = feed.agency AND event.source = feed.source
) AS occurred
WHERE source IS NOT NULL
"""

COUNT_RECEIVED = """
SELECT count
FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[])
    WITH ORDINALITY AS span (source, since, until, place)
CROSS JOIN LATERAL (
    SELECT count(*) FROM event
    WHERE event.agency = split_part(span.source, '/', 2) AND event.source = span.source
      AND received_at >= span.since AND received_at < span.until
) AS counted
ORDER BY place
"""

# The days come as the moments at which they begin, and the last one's end: only one place knows
# about London.
COUNT_BY_TYPE_AND_DAY = """
SELECT type, width_bucket(occurred_at, $3::timestamptz[]) - 1 AS day, count(*) AS events
FROM event
WHERE agency = $1 AND source = $2
  AND occurred_at >= $3[1] AND occurred_at < $3[cardinality($3)]
GROUP BY 1, 2
"""

# A declaration that amends is kept only beside the first one that it names.
DECLARE = """
WITH kept AS (
    INSERT INTO feed_interruption
        (agency, organisation, system, interruption_id, from_at, until_at, reason, amends,
         occurred_at, recorded_at, replayed, received_at)
    SELECT $1, $2, $3, $4, $5::timestamptz, $6::timestamptz, $7, $8::text,
           $9::timestamptz, $10::timestamptz, $11::boolean, $12::timestamptz
    WHERE $8 IS NULL OR EXISTS (
        SELECT FROM feed_interruption AS first
        WHERE agency = $1 AND organisation = $2 AND system = $3
          AND interruption_id = $8 AND amends IS NULL
    )
    ON CONFLICT DO NOTHING
    RETURNING *
)
SELECT * FROM kept
"""

FIND_DECLARATION = """
SELECT * FROM feed_interruption
WHERE agency = $1 AND organisation = $2 AND system = $3 AND interruption_id = $4
"""

DECLARATIONS = """
SELECT * FROM feed_interruption
WHERE agency = ANY ($1::text[])
ORDER BY received_at, agency, organisation, system, interruption_id
"""


def feed_of(row: Mapping[str, Any]) -> Feed:
    """Return a feed from a row of FEEDS."""
    return Feed(
        row["source"], row["first_received_at"], row["last_received_at"], row["last_event_at"]
    )


def declaration_of(row: Mapping[str, Any]) -> KeptDeclaration:
    """Return a declaration from a row of `feed_interruption`."""
    return KeptDeclaration(
        agency=row["agency"],
        organisation=row["organisation"],
        system=row["system"],
        id=row["interruption_id"],
        occurred_at=row["occurred_at"],
        reason=row["reason"],
        since=row["from_at"],
        until=row["until_at"],
        replayed=row["replayed"],
        amends=row["amends"],
        recorded_at=row["recorded_at"],
        received_at=row["received_at"],
    )


def columns_of(declaration: Declaration) -> list[Any]:
    """Return the arguments of the statement DECLARE but the last, which is when we were told."""
    return [
        declaration.agency,
        declaration.organisation,
        declaration.system,
        declaration.id,
        declaration.since,
        declaration.until,
        declaration.reason,
        declaration.amends,
        declaration.occurred_at,
        declaration.recorded_at,
        declaration.replayed,
    ]


def held_to(declaration: Declaration, kept: KeptDeclaration | None) -> KeptDeclaration:
    """Return what is kept under a declaration's identity, where it says the same.

    Raises ChangedStory where it says something else, and BadMessage where nothing is kept, because
    the declaration names a first one that is not there.
    """
    if kept is None:
        fault = Fault(
            "withdraws" if declaration.since is None else "corrects",
            "names no first declaration of this feed",
            "name the id of the first declaration of the interruption, also to correct it again",
        )
        raise BadMessage("There is no such declaration to amend; nothing was kept.", fault)
    said = asdict(kept)
    del said["received_at"]
    if said != asdict(declaration):
        fault = Fault(
            "id",
            "names a declaration that was kept with other content",
            "send the new content under an id of its own, with the first one's id in corrects",
        )
        raise ChangedStory(
            f"Declaration {declaration.id} of {declaration.source} was kept before with other "
            "content.",
            fault,
        )
    return kept
