"""The statements that publish events and read a journey, each a transaction of its own."""

from shared.store.access import noting

# All of a batch in one journey to the server and back. Every batch takes its identities in one
# order and, only when it has them all, its references in one order, so that two batches can wait
# for each other but never in a circle. Identities that somebody else has are left out of all the
# rest. Who published is noted even where nothing was new. Returns the identities that were not
# new, which are none of most batches.
# A column of events comes as one JSON array: asyncpg looks at each element of an array many times
# over, which cost the door more than parsing costs the server.
PUBLISH = f"""
WITH sent AS (
    SELECT event_id::uuid, reference_id::uuid, reference, source, source_event_id, type,
           occurred_at::timestamptz, time_precision, recorded_at::timestamptz, data,
           decode(digest, 'hex') AS digest, backfill::boolean
    FROM ROWS FROM (
        json_array_elements_text($2), json_array_elements_text($3), json_array_elements_text($4),
        json_array_elements_text($5), json_array_elements_text($6), json_array_elements_text($7),
        json_array_elements_text($8), json_array_elements_text($9), json_array_elements_text($10),
        jsonb_array_elements($11), json_array_elements_text($12), json_array_elements_text($13)
    ) AS sent (
        event_id, reference_id, reference, source, source_event_id, type,
        occurred_at, time_precision, recorded_at, data, digest, backfill
    )
), kept AS (
    INSERT INTO event_identity
        (source, source_event_id, digest, reference_id, event_id, received_at)
    SELECT source, source_event_id, digest, reference_id, event_id, $1
    FROM sent ORDER BY source, source_event_id
    ON CONFLICT DO NOTHING
    RETURNING event_id, source
), added AS (
    INSERT INTO event
        (reference_id, event_id, source, source_event_id, agency, organisation, type,
         occurred_at, time_precision, recorded_at, received_at, data, backfill)
    SELECT reference_id, event_id, sent.source, source_event_id,
           split_part(sent.source, '/', 2), split_part(sent.source, '/', 3), type, occurred_at,
           time_precision, recorded_at, $1, data, backfill
    FROM kept JOIN sent USING (event_id)
), side AS (
    SELECT * FROM kept JOIN unnest(
        $14::uuid[], $15::uuid[], $16::uuid[], $17::text[], $18::boolean[], $19::timestamptz[]
    ) AS side (event_id, reference_id, other_id, reference, in_effect, occurred_at) USING (event_id)
), raised AS (
    INSERT INTO reference (reference_id, reference, scheme, first_received_at, version)
    SELECT reference_id, reference, split_part(reference, ':', 1), $1, 1
    FROM (
        SELECT reference_id, reference FROM kept JOIN sent USING (event_id)
        UNION SELECT reference_id, reference FROM side
    ) AS touched
    ORDER BY reference_id
    ON CONFLICT (reference_id) DO UPDATE SET version = reference.version + 1
), linked AS (
    INSERT INTO reference_link
        (reference_id, other_id, event_id, in_effect, occurred_at, received_at, agency)
    SELECT reference_id, other_id, event_id, in_effect, occurred_at, $1, split_part(source, '/', 2)
    FROM side
), keyed AS (
    INSERT INTO victim_key (victim_key, reference_id, event_id, agency)
    SELECT victim_key, reference_id, event_id, split_part(source, '/', 2)
    FROM kept JOIN unnest($20::uuid[], $21::uuid[], $22::text[])
        AS pseudonym (event_id, reference_id, victim_key) USING (event_id)
), noted AS (
    {noting(23)}
)
SELECT source, source_event_id FROM sent WHERE event_id NOT IN (SELECT event_id FROM kept)
"""  # noqa: S608 - it is made of our own words

FIND = """
SELECT source, source_event_id, digest, event_id, received_at
FROM unnest($1::text[], $2::text[]) AS wanted (source, source_event_id)
JOIN event_identity USING (source, source_event_id)
"""

RECEIPT = """
SELECT source, source_event_id, reference, event_id, received_at
FROM event_identity JOIN reference USING (reference_id)
WHERE source = $1 AND source_event_id = $2
"""

# It walks every link ever kept, in effect or not: which references belong together, and when, is
# for the heart to decide. OFFSET 0 keeps each look-up one by key: the planner cannot know that a
# journey has few references, and would read whole tables to join them.
# The same snapshot brings the interruptions of those who speak and of those the case was passed to,
# who may owe and, while they could not send, have said nothing: rows without a reference. Those
# that nobody declared say whether they are withdrawn. The columns are those of RECORDS.
READ = """
WITH RECURSIVE joined (reference_id) AS (
    SELECT $1::uuid
    UNION
    SELECT other_id FROM joined CROSS JOIN LATERAL (
        SELECT other_id FROM reference_link AS link
        WHERE link.reference_id = joined.reference_id OFFSET 0
    ) AS link
), told AS MATERIALIZED (
    SELECT reference.reference_id, reference, first_received_at, version, event_id, source,
           source_event_id, organisation, type, occurred_at, time_precision, recorded_at,
           received_at, data, backfill
    FROM joined
    CROSS JOIN LATERAL (
        SELECT * FROM reference WHERE reference.reference_id = joined.reference_id OFFSET 0
    ) AS reference
    LEFT JOIN LATERAL (
        SELECT * FROM event WHERE event.reference_id = joined.reference_id OFFSET 0
    ) AS event ON true
), party (organisation) AS (
    SELECT organisation FROM told
    UNION
    SELECT said ->> word
    FROM told
    CROSS JOIN LATERAL (VALUES (data), (data #> '{content,data}')) AS content (said)
    CROSS JOIN unnest('{region,to}'::text[]) AS word
    WHERE type IN ('contact_scheme.referred', 'file.submitted', 'handover.sent', 'event.corrected')
)
SELECT $1::uuid AS origin, reference_id, reference, first_received_at, version, event_id, source,
       source_event_id, type, occurred_at, time_precision, recorded_at, received_at, data,
       backfill, NULL AS agency, NULL AS organisation, NULL AS system, NULL AS interruption_id,
       NULL::timestamptz AS from_at, NULL::timestamptz AS until_at, NULL AS reason, NULL AS amends,
       NULL::boolean AS replayed, NULL::boolean AS withdrawn
FROM told
UNION ALL
SELECT $1, NULL, NULL, NULL, NULL, NULL, NULL,
       NULL, NULL, occurred_at, NULL, recorded_at, received_at, NULL,
       NULL, door, party.organisation, system, interruption_id, from_at, until_at, reason, amends,
       replayed, withdrawn
FROM party CROSS JOIN unnest('{police,cps,probation}'::text[]) AS door
CROSS JOIN LATERAL (
    SELECT occurred_at, recorded_at, received_at, system, interruption_id, from_at, until_at,
           reason, amends, replayed, NULL AS withdrawn
    FROM feed_interruption AS declared
    WHERE declared.agency = door AND declared.organisation = party.organisation
    UNION ALL
    SELECT NULL, NULL, noticed_at, system, NULL, since_at, until_at,
           NULL, NULL, replayed, withdrawn
    FROM feed_silence AS noticed
    WHERE noticed.agency = door AND noticed.organisation = party.organisation OFFSET 0
) AS interruption
ORDER BY received_at, event_id
"""
