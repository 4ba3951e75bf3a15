"""Narrows a list of journeys: each filter as a condition on a journey, and as what an index finds.

Most filters let through either very many journeys or very few. Where an index finds few, those are
looked at; otherwise journeys are gone through one by one, a stretch of them at a time. So no page
takes longer than its stretch, whatever is asked for and however little there is of it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from gateway.journey.standing import Standing
from gateway.register.asking import Asking, all_of
from gateway.register.rows import LETTERS
from shared.london import end_of, london_day, start_of
from shared.store.register_tables import IS_LONG, LONG_SILENCE_DAYS


class JourneyPlace(NamedTuple):
    """Where a page of journeys ended: the id of its last one."""

    journey_id: UUID


@dataclass(frozen=True, slots=True)
class JourneyQuestion:
    """Which journeys are asked for, as of a moment (UTC); None leaves nothing out.

    `organisation` sent events of the journey or owes anything on it. `stage`, `holder` and
    `held_by`, the holder's organisation, are those of the moment. `rules` are those that the caller
    may be told of, or of one `right` of the Code; `standing` and `breached` speak of these.
    `silent_for_days` are London days, `began_from` and `began_to` London days, both included.
    """

    as_of: datetime
    limit: int
    rules: tuple[str, ...]
    right: int | None = None
    organisation: str | None = None
    stage: int | None = None
    holder: str | None = None
    held_by: str | None = None
    standing: Standing | None = None
    breached: bool | None = None
    enhanced: bool | None = None
    under_18: bool | None = None
    open: bool | None = None
    victim_kind: str | None = None
    silent_for_days: int | None = None
    without_police_reference: bool | None = None
    began_from: date | None = None
    began_to: date | None = None
    after: JourneyPlace | None = None


# What holds where the place of the moment among its turns is odd.
ENHANCED = "coalesce(width_bucket({as_of}, enhanced_turns), 0) % 2 = 1"
OPEN = "width_bucket({as_of}, open_turns) % 2 = 1"
UNDER_18 = "coalesce(under_18_until > {as_of}, false)"
# The stay or silence that lasted at the moment. The second half is in the words of an index.
LASTS = "coalesce(until_at, 'infinity'::timestamptz) > {as_of}"
STAYS = "since_at <= {as_of} AND " + LASTS

# Looked up journey by journey: an offset keeps the database from joining all of them first.
_SOME = "EXISTS (SELECT FROM {table} AS own WHERE {conditions} OFFSET 0)"
_OWN = "own.journey_id = journey.journey_id"

OF_RIGHT = "rights @> ARRAY[{right}]"
# There are few sets of rights, and each next one is the first beyond the one before.
_SETS_OF_RIGHTS = """
WITH RECURSIVE present (rights) AS (
    (SELECT rights FROM register_journey ORDER BY rights LIMIT 1)
    UNION ALL
    SELECT (
        SELECT beyond.rights FROM register_journey AS beyond
        WHERE beyond.rights > present.rights ORDER BY beyond.rights LIMIT 1
    ) FROM present WHERE present.rights IS NOT NULL
)
"""
_OF_RIGHT_BY_SET = f"""
{_SETS_OF_RIGHTS}
SELECT journey_id FROM present CROSS JOIN LATERAL (
    SELECT journey_id FROM register_journey AS these WHERE these.rights = present.rights OFFSET 0
) AS these
WHERE {OF_RIGHT}
"""  # noqa: S608 - it is made of our own words

Words = Callable[[Asking, str], str]


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter, as fragments made for a statement and the moment in it.

    `condition` is what a row of `journey` must meet; `found_by` selects the ids of all journeys
    that may meet it, and of others, by an index; None where there is none.
    """

    condition: Words
    found_by: Words | None = None


def filters_of(asked: JourneyQuestion) -> list[Filter]:
    """Return the filters of a question."""
    return [
        *_of_itself(asked),
        *_of_its_course(asked),
        *_of_what_was_owed(asked),
    ]


def _some(table: str, *conditions: str) -> str:
    return _SOME.format(table=table, conditions=all_of([_OWN, *conditions]))


def _ids(table: str, *conditions: str) -> str:
    return f"SELECT journey_id FROM {table} WHERE {all_of([*conditions])}"  # noqa: S608


def _of_itself(asked: JourneyQuestion) -> Iterator[Filter]:
    """Yield the filters on the journey as a whole and on its victim."""
    yield Filter(lambda asking, as_of: f"began_at <= {as_of}")
    for condition, wanted in (
        (ENHANCED, asked.enhanced),
        (UNDER_18, asked.under_18),
        (OPEN, asked.open),
    ):
        if wanted is not None:
            yield Filter(_whether(condition, wanted))
    if asked.without_police_reference is not None:
        without = "NOT police_reference"
        found = _always(_ids("register_journey", without))
        wanted = asked.without_police_reference
        yield Filter(_whether(without, wanted), found if wanted else None)
    if asked.victim_kind is not None:
        yield Filter(_equals("victim_kind", asked.victim_kind, "text"))
    if asked.began_from is not None:
        yield Filter(_compared("began_at >= {}", start_of(asked.began_from)))
    if asked.began_to is not None:
        yield Filter(_compared("began_at < {}", end_of(asked.began_to)))
    if asked.began_from is not None and asked.began_to is not None:
        yield Filter(_always("true"), _began_between(asked.began_from, asked.began_to))
    if asked.organisation is not None:
        ours = _equals("organisation", asked.organisation, "text")
        yield Filter(
            lambda asking, as_of: _some("register_party", ours(asking, as_of)),
            lambda asking, as_of: _ids("register_party", ours(asking, as_of)),
        )


def _of_its_course(asked: JourneyQuestion) -> Iterator[Filter]:
    """Yield the filters on where the journey was, with whom, and how long nobody had spoken."""
    where = {
        column: _equals(column, value, kind)
        for column, value, kind in (
            ("stage", asked.stage, "smallint"),
            ("holder", asked.holder, "text"),
            ("organisation", asked.held_by, "text"),
        )
        if value is not None
    }
    if where:

        def stays(asking: Asking, as_of: str) -> str:
            each = [words(asking, as_of) for words in where.values()]
            return _some("register_stage", *each, STAYS.format(as_of=as_of))

        yield Filter(stays)
    for column in where.keys() - {"holder"}:
        yield Filter(_always("true"), _lasting(where[column]))
    if asked.silent_for_days is not None:
        yield _silent(asked, asked.silent_for_days)


def _silent(asked: JourneyQuestion, days: int) -> Filter:
    before = end_of(london_day(asked.as_of) - timedelta(days=days))

    def silent(asking: Asking, as_of: str) -> str:
        since = f"silent_from < {asking.put(before, 'timestamptz')}"
        lasts = f"(until_at IS NULL OR until_at > {as_of})"
        return _some("register_silence", since, f"since_at <= {as_of}", lasts)

    def found(asking: Asking, as_of: str) -> str:
        # Still silent, or silent at a moment after which somebody spoke: an index for each.
        since = f"silent_from < {asking.put(before, 'timestamptz')}"
        ended = ("until_at IS NOT NULL", f"({IS_LONG})", f"until_at > {as_of}")
        still = _ids("register_silence", "until_at IS NULL", since)
        return f"{still} UNION ALL {_ids('register_silence', *ended)}"

    # So many London days are more than one fewer, whatever the clocks do.
    return Filter(silent, found if days - 1 > LONG_SILENCE_DAYS else None)


def _of_what_was_owed(asked: JourneyQuestion) -> Iterator[Filter]:
    """Yield the filters on what was owed; one obligation meets all of them."""

    def owed(asking: Asking, as_of: str) -> list[str]:
        rules = asking.put(list(asked.rules), "text[]")
        return [f"started_at <= {as_of}", f"rule = ANY ({rules})"]

    def broken(as_of: str) -> list[str]:
        return ["breach_from IS NOT NULL", f"breach_from <= {as_of}"]

    def meets(asking: Asking, as_of: str) -> str:
        wanted = owed(asking, as_of)
        if asked.standing is not None:
            letter = asking.put(LETTERS[asked.standing], "text")
            wanted.append(f"substr(standings, width_bucket({as_of}, turns), 1) = {letter}")
        return _some("register_obligation", *wanted, *(broken(as_of) if asked.breached else ()))

    of_right = asked.right is not None and asked.breached is not False
    if asked.standing is not None or asked.breached or of_right:
        yield Filter(meets)
    if asked.breached is False:
        yield Filter(
            lambda asking, as_of: (
                "NOT " + _some("register_obligation", *owed(asking, as_of), *broken(as_of))
            )
        )
    elif asked.right is not None:
        yield Filter(_right(OF_RIGHT, asked.right), _right(_OF_RIGHT_BY_SET, asked.right))
    if asked.standing is Standing.UNKNOWN:
        unknown = _ids("register_obligation", "strpos(standings, 'U') > 0")
        yield Filter(_always("true"), _always(unknown))


def _whether(condition: str, wanted: bool) -> Words:
    words = condition if wanted else f"NOT ({condition})"
    return lambda asking, as_of: words.format(as_of=as_of)


def _always(words: str) -> Words:
    return lambda asking, as_of: words


def _equals(column: str, value: Any, kind: str) -> Words:
    return lambda asking, as_of: f"{column} = {asking.put(value, kind)}"


def _right(words: str, right: int) -> Words:
    return lambda asking, as_of: words.format(right=asking.put(right, "smallint"))


def _compared(words: str, moment: Any) -> Words:
    return lambda asking, as_of: words.format(asking.put(moment, "timestamptz"))


def _lasting(words: Words) -> Words:
    return lambda asking, as_of: _ids(
        "register_stage", words(asking, as_of), LASTS.format(as_of=as_of)
    )


def _began_between(first: date, last: date) -> Words:
    def found(asking: Asking, as_of: str) -> str:
        since = asking.put(start_of(first), "timestamptz")
        until = asking.put(end_of(last), "timestamptz")
        return _ids("register_journey", f"began_at >= {since}", f"began_at < {until}")

    return found
