"""The statements about feed silences, and how their rows become the values they stand for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.feed_silence import FeedSilence, SilenceWord

# Each feed that ever sent live events, stepping from one source to the next in the index.
LIVE_FEEDS = """
WITH RECURSIVE feed (agency, source) AS (
    SELECT agency, (
        SELECT source FROM event WHERE event.agency = asked.agency ORDER BY source LIMIT 1
    ) FROM unnest('{police,cps,probation}'::text[]) AS asked (agency)
    UNION ALL
    SELECT agency, (
        SELECT event.source FROM event
        WHERE event.agency = feed.agency AND event.source > feed.source
        ORDER BY event.source LIMIT 1
    ) FROM feed WHERE source IS NOT NULL
)
SELECT source, first_live.received_at AS first_live_at, last_live.received_at AS last_live_at
FROM feed
CROSS JOIN LATERAL (
    SELECT received_at FROM event
    WHERE event.agency = feed.agency AND event.source = feed.source AND NOT backfill
    ORDER BY received_at LIMIT 1
) AS first_live
CROSS JOIN LATERAL (
    SELECT received_at FROM event
    WHERE event.agency = feed.agency AND event.source = feed.source AND NOT backfill
    ORDER BY received_at DESC LIMIT 1
) AS last_live
WHERE source IS NOT NULL
ORDER BY source
"""

# The days come as the moments at which they begin, and the last one's end. Of a day as many events
# are looked at as make it busy, and no more.
HEARD = """
SELECT first_at, last_at, events >= $4 AS busy
FROM generate_subscripts($3::timestamptz[], 1) AS place
CROSS JOIN LATERAL (
    SELECT min(received_at) AS first_at, count(*) AS events
    FROM (
        SELECT received_at FROM event
        WHERE agency = $1 AND source = $2 AND NOT backfill
          AND received_at >= ($3::timestamptz[])[place]
          AND received_at < ($3::timestamptz[])[place + 1]
        ORDER BY received_at LIMIT $4
    ) AS first_of_the_day
) AS first
CROSS JOIN LATERAL (
    SELECT received_at AS last_at FROM event
    WHERE agency = $1 AND source = $2 AND NOT backfill
      AND received_at >= ($3::timestamptz[])[place]
      AND received_at < ($3::timestamptz[])[place + 1]
    ORDER BY received_at DESC LIMIT 1
) AS last
ORDER BY place
"""

COUNT_OCCURRED = """
SELECT count(*) FROM event
WHERE agency = $1 AND source = $2 AND occurred_at >= $3 AND occurred_at < $4
"""

SILENCES = """
SELECT * FROM feed_silence WHERE agency = ANY ($1::text[])
ORDER BY agency, organisation, system, since_at, noticed_at
"""
COUNT_SILENCES = "SELECT count(*) FROM feed_silence"
NOTICE = """
INSERT INTO feed_silence
    (agency, organisation, system, since_at, noticed_at, until_at, replayed, withdrawn,
     usual_events, standard, heard_until_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""


@dataclass(frozen=True, slots=True)
class LiveFeed:
    """A feed, and when it first and last sent what was no late-loaded history (UTC)."""

    source: str
    first_live_at: datetime
    last_live_at: datetime


def live_feed_of(row: Mapping[str, Any]) -> LiveFeed:
    """Return a feed from a row of LIVE_FEEDS."""
    return LiveFeed(row["source"], row["first_live_at"], row["last_live_at"])


def word_of(row: Mapping[str, Any]) -> SilenceWord:
    """Return a word on a silence from a row of a record, which names it like a declaration."""
    return SilenceWord(
        agency=row["agency"],
        organisation=row["organisation"],
        system=row["system"],
        since=row["from_at"],
        until=row["until_at"],
        replayed=row["replayed"],
        withdrawn=row["withdrawn"],
        noticed_at=row["received_at"],
    )


def silence_of(row: Mapping[str, Any]) -> FeedSilence:
    """Return a word on a silence from a row of `feed_silence`."""
    return FeedSilence(
        agency=row["agency"],
        organisation=row["organisation"],
        system=row["system"],
        since=row["since_at"],
        until=row["until_at"],
        heard_until=row["heard_until_at"],
        replayed=row["replayed"],
        withdrawn=row["withdrawn"],
        usual_events=row["usual_events"],
        standard=row["standard"],
        noticed_at=row["noticed_at"],
    )


def columns_of(word: FeedSilence) -> list[Any]:
    """Return the arguments of the statement NOTICE."""
    return [
        word.agency,
        word.organisation,
        word.system,
        word.since,
        word.noticed_at,
        word.until,
        word.replayed,
        word.withdrawn,
        word.usual_events,
        word.standard,
        word.heard_until,
    ]
