"""The statements that erase what events said, in one transaction with all that follows from it."""

from shared.store.access import noting

FIND = """
SELECT reference_id, event_id FROM event_identity WHERE source = $1 AND source_event_id = $2
"""

FIND_REFERENCE = "SELECT FROM reference WHERE reference_id = $1"

# Erases every event of a reference ($2), or one ($3) with all its corrections: these say the same
# again, and without them what they corrected would be taken for the truth. What takes an event
# back, or says which references belong together, stays: it tells nothing of a victim, and without
# it an event, or a link, would stand again. The key of a victim is part of what was said. Raising
# the version lets the register follow.
ERASE = f"""
WITH told AS (
    SELECT event_id, source, source_event_id, type, data,
           CASE WHEN type = 'event.corrected' THEN data #>> '{{event,source}}' ELSE source END
               AS first_source,
           CASE WHEN type = 'event.corrected' THEN data #>> '{{event,id}}' ELSE source_event_id END
               AS first_id
    FROM event WHERE reference_id = $2
), staying AS (
    SELECT source, source_event_id FROM told
    WHERE type IN ('event.withdrawn', 'reference.linked', 'reference.unlinked')
), due AS (
    SELECT event_id,
           COALESCE(data ->> 'victim_key', data #>> '{{content,data,victim_key}}') AS victim_key
    FROM told
    WHERE data IS NOT NULL AND (first_source, first_id) NOT IN (TABLE staying)
      AND ($3::uuid IS NULL OR (first_source, first_id) IN (
          SELECT first_source, first_id FROM told WHERE event_id = $3
      ))
), erased AS (
    UPDATE event SET data = NULL FROM due
    WHERE event.reference_id = $2 AND event.event_id = due.event_id
    RETURNING event.event_id
), kept AS (
    INSERT INTO erasure (reference_id, event_id, erased_at, reason, by_whom)
    SELECT $2, event_id, $1, $4, $5 FROM erased
), unkeyed AS (
    DELETE FROM victim_key USING due
    WHERE victim_key.victim_key = due.victim_key
      AND victim_key.reference_id = $2 AND victim_key.event_id = due.event_id
), raised AS (
    UPDATE reference SET version = version + 1
    WHERE reference_id = $2 AND EXISTS (SELECT FROM erased)
), noted AS (
    {noting(6)}
)
SELECT count(*) AS erased FROM erased
"""  # noqa: S608 - it is made of our own words
