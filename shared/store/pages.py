"""The statements that go through what is kept, many references at a time."""

KEYS = """
SELECT reference_id FROM reference
WHERE reference_id > $1 AND first_received_at <= $3
ORDER BY reference_id LIMIT $2
"""

# What is told of the references that were joined, by the origin of each walk that counts (`first`).
_TOLD = """
, told AS MATERIALIZED (
    SELECT origin, reference.reference_id, reference, first_received_at, version, event_id, source,
           source_event_id, organisation, type, occurred_at, time_precision, recorded_at,
           received_at, data, backfill
    FROM first
    JOIN joined USING (origin)
    CROSS JOIN LATERAL (
        SELECT * FROM reference WHERE reference.reference_id = joined.reference_id OFFSET 0
    ) AS reference
    LEFT JOIN LATERAL (
        SELECT * FROM event
        WHERE event.reference_id = joined.reference_id AND event.received_at <= $2 OFFSET 0
    ) AS event ON true
), party (origin, organisation) AS (
    SELECT origin, organisation FROM told
    UNION
    SELECT origin, said ->> word
    FROM told
    CROSS JOIN LATERAL (VALUES (data), (data #> '{content,data}')) AS content (said)
    CROSS JOIN unnest('{region,to}'::text[]) AS word
    WHERE type IN ('contact_scheme.referred', 'file.submitted', 'handover.sent', 'event.corrected')
), named (organisation, origins) AS (
    SELECT organisation, array_agg(origin) FROM party GROUP BY organisation
), declared AS (
    SELECT origins, interruption.*
    FROM named
    CROSS JOIN unnest('{police,cps,probation}'::text[]) AS door
    CROSS JOIN LATERAL (
        SELECT * FROM feed_interruption
        WHERE feed_interruption.agency = door
          AND feed_interruption.organisation = named.organisation AND received_at <= $2 OFFSET 0
    ) AS interruption
), noticed AS (
    SELECT origins, silence.*
    FROM named
    CROSS JOIN unnest('{police,cps,probation}'::text[]) AS door
    CROSS JOIN LATERAL (
        SELECT * FROM feed_silence
        WHERE feed_silence.agency = door
          AND feed_silence.organisation = named.organisation AND noticed_at <= $2 OFFSET 0
    ) AS silence
)
SELECT origin, reference_id, reference, first_received_at, version, event_id, source,
       source_event_id, type, occurred_at, time_precision, recorded_at, received_at, data,
       backfill, NULL AS agency, NULL AS organisation, NULL AS system, NULL AS interruption_id,
       NULL::timestamptz AS from_at, NULL::timestamptz AS until_at, NULL AS reason, NULL AS amends,
       NULL::boolean AS replayed, NULL::boolean AS withdrawn
FROM told
UNION ALL
SELECT origin, NULL, NULL, NULL, NULL, NULL, NULL,
       NULL, NULL, occurred_at, NULL, recorded_at, received_at, NULL,
       NULL, agency, organisation, system, interruption_id, from_at, until_at, reason, amends,
       replayed, NULL
FROM declared CROSS JOIN unnest(origins) AS origin
UNION ALL
SELECT origin, NULL, NULL, NULL, NULL, NULL, NULL,
       NULL, NULL, NULL, NULL, NULL, noticed_at, NULL,
       NULL, agency, organisation, system, NULL, since_at, until_at, NULL, NULL,
       replayed, withdrawn
FROM noticed CROSS JOIN unnest(origins) AS origin
ORDER BY origin, received_at, event_id
"""


def _told_of(walk: str) -> str:
    return f"WITH RECURSIVE {walk.strip()}{_TOLD}"  # both are ours


_WALK = """
    SELECT key, key FROM unnest($1::uuid[]) AS key
    UNION
    SELECT origin, other_id FROM joined CROSS JOIN LATERAL (
        SELECT other_id FROM reference_link AS link
        WHERE link.reference_id = joined.reference_id AND link.received_at <= $2 OFFSET 0
    ) AS link"""

# From each key it walks the links as READ does, as far as they were known, and gives up where it
# meets a smaller one: what was ever linked is read once, with the smallest key of it, however many
# pages its keys are spread over. Known to a moment, so that a link that arrives between two pages
# makes nothing come twice or not at all.
RECORDS = _told_of(f"""
joined (origin, reference_id) AS ({_WALK} WHERE joined.reference_id >= origin
), first (origin) AS (
    SELECT origin FROM joined GROUP BY origin HAVING bool_and(reference_id >= origin)
)
""")  # noqa: S608 - both are ours

# The same from any keys: of several that were ever linked one walk counts, and it goes all the way.
RECORDS_OF = _told_of(f"""
joined (origin, reference_id) AS ({_WALK}
), least (origin, reference_id) AS (
    SELECT DISTINCT ON (origin) origin, reference_id FROM joined ORDER BY origin, reference_id
), first (origin) AS (
    SELECT DISTINCT ON (reference_id) origin FROM least ORDER BY reference_id, origin
)
""")  # noqa: S608 - both are ours
