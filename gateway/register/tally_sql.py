"""How an obligation counts at a moment, in SQL: said once, for the tally and for counting rows.

What stands how is in the register's rows and nothing of the law is here: a class is a standing,
told apart by whether its limit had passed, whether a departure was justified by then, and whether
its answer said what it carried.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from gateway.journey.standing import Standing
from gateway.register.rows import LETTERS
from shared.london import start_of
from shared.store.tally_tables import CLASSES, register_tally

# Raise it with every change of what a class, a cell or a month is: all is counted anew then.
DEFINITION = 1
# The first instants of London's months, between which the tally knows of month ends only. Month
# ends are numbered by them: the n-th of these instants is 2n - 1, and the microsecond before it,
# the last of the month before, is 2n - 2.
MONTH_STARTS = [start_of(date(y, m, 1)) for y in range(1900, 2201) for m in range(1, 13)]
EDGES = "($4::timestamptz[])"

# By what obligations are counted, in the order of the table.
CELL = ("month", "rule", "owner", "organisation", "stage", "enhanced", "told")
_NUMBER = {name: number for number, name in enumerate(CLASSES)}
if [column.name for column in register_tally.columns] != ["generation", *CELL, "edge", *CLASSES]:
    raise TypeError("the tally has other columns than what is counted into it")

_LONDON = "'Europe/London'"
# The first of a London month that has the limit or, where there is none, the beginning.
_MONTH = f"""
CASE WHEN due_on IS NULL THEN date_trunc('month', started_at AT TIME ZONE {_LONDON})
     ELSE date_trunc('month', due_on::timestamp) END::date"""
# Of a moment `turn`: the number of the first month end that tells of it, and the moment of that.
_EDGE = f"""
(SELECT 2 * passed - CASE WHEN {EDGES}[passed] = turn THEN 1 ELSE 0 END
 FROM width_bucket(turn, {EDGES}) AS passed)"""  # noqa: S608 - ours
_AT = f"""
coalesce(CASE WHEN edge % 2 = 1 THEN {EDGES}[(edge + 1) / 2]
              ELSE {EDGES}[edge / 2 + 1] - interval '1 microsecond' END, 'infinity')"""


def edge_of(moment: datetime) -> int | None:
    """Return the number of the month end that a moment (UTC) is, None where it is none."""
    passed = bisect_right(MONTH_STARTS, moment)
    if passed > 0 and MONTH_STARTS[passed - 1] == moment:
        return 2 * passed - 1
    if passed < len(MONTH_STARTS) and MONTH_STARTS[passed] - moment == timedelta(microseconds=1):
        return 2 * passed
    return None


def class_at(moment: str) -> str:
    """Return the SQL of the number of the class in which a row stands at a moment of SQL."""
    is_, untimed = {s: f"'{letter}'" for s, letter in LETTERS.items()}, "standings ~ '[RN]'"
    no = _NUMBER
    return f"""
CASE substr(standings, width_bucket({moment}, turns), 1)
WHEN {is_[Standing.RECORDED]} THEN {no["recorded"]}
WHEN {is_[Standing.NOTHING_RECORDED]} THEN {no["nothing_recorded"]}
WHEN {is_[Standing.ENDED]} THEN
    CASE WHEN {untimed} THEN {no["untimed_ended"]} ELSE {no["ended"]} END
WHEN {is_[Standing.NOT_STARTED]} THEN {no["not_started"]}
ELSE CASE
    WHEN due_at > {moment} THEN {no["not_yet_due"]}
    WHEN due_at IS NULL THEN
        CASE WHEN substr(standings, width_bucket({moment}, turns), 1) = {is_[Standing.UNKNOWN]}
             THEN {no["untimed_unknown"]} ELSE {no["no_limit"]} END
    ELSE CASE substr(standings, width_bucket({moment}, turns), 1)
        WHEN {is_[Standing.MET]} THEN
            CASE WHEN content_stated THEN {no["met"]} ELSE {no["met_not_stated"]} END
        WHEN {is_[Standing.MET_LATE]} THEN
            CASE WHEN departed_at <= {moment} THEN {no["late_departed"]} ELSE {no["late"]} END
        WHEN {is_[Standing.OVERDUE]} THEN
            CASE WHEN departed_at <= {moment} THEN {no["overdue_departed"]}
                 ELSE {no["overdue"]} END
        WHEN {is_[Standing.UNKNOWN]} THEN {no["unknown"]}
        ELSE {no["not_yet_due"]} END
    END
END"""


def rows(journeys: str = "", also: Sequence[str] = (), join: str = "") -> str:
    """Return the SQL of what obligations are counted from, what parts say included.

    `journeys` says of which, few of all, as a condition on `register_journey`; `also` are more
    columns of `owed` and `journey`, and `join` what those need.
    """
    whole = ("register_obligation", "register_mark", "CASE WHEN in_part THEN 1 ELSE 0 END", "")
    same = "AND departed.organisation = owed.organisation"
    part = ("register_part", "register_part_mark", "2", same)
    more = "".join(f", {one}" for one in also)
    return " UNION ALL ".join(_arm(*arm, journeys, more, join) for arm in (whole, part))


def _arm(table: str, marks: str, told: str, same: str, journeys: str, more: str, join: str) -> str:
    # A planner that does not know how few there are would read every row to find theirs.
    some = f"""
(SELECT * FROM register_journey WHERE {journeys} OFFSET 0) AS journey
CROSS JOIN LATERAL (SELECT * FROM {table} WHERE journey_id = journey.journey_id OFFSET 0) AS owed"""  # noqa: S608 - ours
    every = f"{table} AS owed JOIN register_journey AS journey USING (journey_id)"
    return f"""
SELECT {_MONTH} AS month, owed.rule, owed.owner, coalesce(owed.organisation, '') AS organisation,
       coalesce(owed.stage, 0)::smallint AS stage, owed.enhanced, ({told})::smallint AS told,
       owed.due_at, departed.marked_at AS departed_at, owed.content_stated, owed.turns,
       owed.standings{more}
FROM {some if journeys else every}
LEFT JOIN {marks} AS departed ON departed.journey_id = owed.journey_id
    AND departed.obligation_id = owed.obligation_id {same}
    AND departed.mark = 'departure.justified'
{join}"""  # noqa: S608 - names of our own


def sums(sign: str, class_: str) -> str:
    """Return the SQL of a column for each class: the sum of signs of the rows in it."""
    return ", ".join(
        f"coalesce(sum({sign}) FILTER (WHERE {class_} = {number}), 0)::integer AS {name}"
        for name, number in _NUMBER.items()
    )


_COLUMNS = (*CELL, "due_at", "departed_at", "content_stated", "turns", "standings")
_HERE = ", ".join(_COLUMNS)
_KEY = ", ".join(("generation", *CELL, "edge"))

SET_ASIDE = f"""
INSERT INTO register_tally_gone (revision, {_HERE})
SELECT revision, {_HERE} FROM (
    {rows("journey_id = ANY ($1::uuid[])", ["journey.revision"])}
) AS owed
"""  # noqa: S608 - ours

# What was counted and is gone since is taken off, what was never counted is let go, and what the
# journeys of the next revisions say is added: at every moment that the tally knows of at which a
# row stands in another class than before. All in one snapshot.
COUNT = f"""
WITH gone AS (
    DELETE FROM register_tally_gone WHERE revision <= $2 RETURNING *
), changed AS MATERIALIZED (
    SELECT row_number() OVER () AS number, * FROM (
        SELECT 1 AS sign, {_HERE} FROM (
            {rows("revision > $1 AND revision <= $2")}
        ) AS fresh
        UNION ALL
        SELECT -1, {_HERE} FROM gone WHERE revision <= $1
    ) AS both_ways
), turned AS MATERIALIZED (  -- each step by itself, or it would be worked out wherever it is used
    SELECT number, {_EDGE} AS edge
    FROM changed, unnest(turns || due_at || departed_at) AS turn WHERE turn >= turns[1]
), ends AS MATERIALIZED (
    SELECT DISTINCT number, edge, {_AT} AS at FROM turned
), stood AS MATERIALIZED (
    SELECT number, edge, {class_at("at")} AS class FROM ends JOIN changed USING (number)
), steps AS (
    SELECT number, edge, class, lag(class) OVER (PARTITION BY number ORDER BY edge) AS before
    FROM stood
), signed AS (
    SELECT number, edge, class, 1 AS by FROM steps WHERE class IS DISTINCT FROM before
    UNION ALL
    SELECT number, edge, before, -1 FROM steps WHERE class <> before
)
INSERT INTO register_tally AS kept ({_KEY}, {", ".join(CLASSES)})
SELECT $3::integer, {", ".join(CELL)}, edge, {sums("sign * by", "class")}
FROM signed JOIN changed USING (number)
GROUP BY {", ".join(CELL)}, edge
ON CONFLICT ({_KEY}) DO UPDATE
SET {", ".join(f"{name} = kept.{name} + excluded.{name}" for name in CLASSES)}
"""  # noqa: S608 - ours


def counted(
    by: Sequence[str],
    narrowed: str = "",
    *,
    tallied: bool,
    join: str = "",
    also: Mapping[str, str] | None = None,
) -> str:
    """Return the statement that counts by some columns what stood how at $1, in no order.

    `narrowed` is what else is asked of the columns of a cell. `tallied` reads the tally, which
    knows of month ends only: $2 is the number of $1 then; else every row is counted and $2 is null.
    `also` are more columns of rows, each with its SQL, and `join` what that needs.
    """
    chosen = "".join(f"{one}, " for one in by)
    group = f"GROUP BY {', '.join(by)}" if by else ""
    summed = ", ".join(f"sum({name})::bigint AS {name}" for name in CLASSES)
    if not tallied:
        columns = [f"{sql} AS {name}" for name, sql in (also or {}).items()]
        return f"""
SELECT {chosen}{sums("1", "class")} FROM (
    SELECT {chosen}{class_at("$1::timestamptz")} AS class FROM ({rows("", columns, join)}) AS owed
    WHERE turns[1] <= $1::timestamptz AND $2::integer IS NULL {narrowed}
) AS stood {group}"""  # noqa: S608 - ours
    since = "revision > (SELECT counted FROM register_tally_state)"
    return f"""
SELECT {chosen}{summed} FROM (
    SELECT {chosen}{summed} FROM register_tally
    WHERE edge <= $2::integer {narrowed}
      AND generation = (SELECT generation FROM register_tally_state)
    {group}
    UNION ALL
    SELECT {chosen}{sums("sign", "class")} FROM (
        SELECT {chosen}1 AS sign, {class_at("$1::timestamptz")} AS class
        FROM ({rows(since)}) AS fresh WHERE turns[1] <= $1::timestamptz {narrowed}
        UNION ALL
        SELECT {chosen}-1, {class_at("$1::timestamptz")} FROM register_tally_gone
        WHERE turns[1] <= $1::timestamptz {narrowed}
          AND revision <= (SELECT counted FROM register_tally_state)
    ) AS changed {group}
) AS either {group}"""  # noqa: S608 - ours
