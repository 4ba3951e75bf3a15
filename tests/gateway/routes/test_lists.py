"""Lists of journeys, gaps and figures on silence say what the timelines of all journeys say."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from demo.synthetic.maker import make, world_of
from demo.synthetic.practice import usual_practice
from gateway.figures.metrics import metrics
from gateway.journey.membership import Membership, journeys_of
from gateway.journey.silences import Silence
from gateway.journey.timeline import Timeline, timeline_of
from gateway.register.silence import percentile
from shared.london import london_day, read_day
from shared.store import Store
from shared.store.store import ALL_KNOWN
from tests.builders import STANDARD, calendar, rulebook
from tests.conftest import OpenStore
from tests.demo.made import taken
from tests.doors import Doors
from tests.gateway.register.registers import catch_up, projector_of
from tests.gateway.routes.test_owed import items
from tests.shared.databases import Database
from tests.tokens import bearer, token

SOME = 60
TODAY, LATER = "2025-12-31", "2031-06-01"
PAST = ("2022-09-01", "2023-02-01", "2023-06-01", "2024-09-02", "2025-03-03")
Item = dict[str, Any]


@pytest.fixture
async def journeys(open_store: OpenStore, reader: Store) -> list[Membership]:
    """Synthetic journeys, published and projected, as the store keeps them."""
    world = world_of(11, date(2022, 1, 1), date(2025, 12, 31), usual_practice())
    events = [event for number in range(SOME) for event, _ in taken(make(world, number))]
    for agency in ("police", "cps", "probation"):
        store = await open_store(agency)
        await store.publish([event for event in events if event.agency == agency])
    await catch_up(await projector_of(reader))
    keys = await reader.read_keys(after=UUID(int=0), limit=10_000, known_at=ALL_KNOWN)
    records = await reader.read_records(keys, known_at=ALL_KNOWN)
    return [one for record in records for one in journeys_of(record)]


def seen(journey: Membership, as_of: str) -> Timeline:
    moment = datetime.fromisoformat(f"{as_of}T23:59:59.999999+00:00")  # a day in winter
    if read_day(as_of).month == 6:
        moment -= timedelta(hours=1)
    return timeline_of(journey, rulebook(), calendar(), STANDARD, as_of=moment)


async def test_lists_and_figures_say_what_every_timeline_says(
    database: Database, journeys: list[Membership], doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    for as_of in (TODAY, LATER):
        timelines = {str(one.id): seen(one, as_of) for one in journeys}
        await hold_journeys(doors, timelines, as_of)
        await hold_silence(doors, timelines, as_of)
        await hold_rights(doors, timelines, as_of)
    await hold_journey_filters(doors)
    # However few are looked at for one page, all pages together tell the same.
    monkeypatch.setattr("gateway.register.journeys.LOOKED_AT", 13)
    await hold_journey_filters(doors)
    await hold_rights(doors, timelines, as_of)
    await hold_breach_filters(doors)
    await hold_gaps(doors, journeys)
    # As a projector of before rights were kept writes them.
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute("UPDATE register_journey SET rights = DEFAULT")
    await owner.close()
    await hold_rights(doors, timelines, as_of)


async def hold_journeys(doors: Doors, timelines: Mapping[str, Timeline], as_of: str) -> None:
    told = await items(doors, "/v1/journeys", as_of=as_of, limit="7")
    assert len(told) >= SOME
    assert [one["id"] for one in told] == sorted(timelines)
    for one in told:
        timeline = timelines[one["id"]]
        moment, victim = timeline.story.as_of, timeline.story.victim
        span = timeline.course.at(moment)
        still = [silence for silence in timeline.silences if silence.still]
        owed = timeline.followed.obligations
        assert (
            one
            | {
                "stage": span and span.stage.word,
                "holder": span and span.holder,
                "organisation": span and span.organisation,
                "enhanced": victim.enhanced_because(london_day(moment)) is not None,
                "under_18": victim.under_18_on(london_day(moment)),
                "open": any(
                    s <= moment and (u is None or moment < u) for s, u in timeline.course.open
                ),
                "silent_days": still[0].days if still else None,
                "gap": still[0].is_gap if still else None,
                "breaches": sum(o.is_breach for o in owed),
                "breaches_overdue": sum(o.is_breach and o.standing == "overdue" for o in owed),
            }
            == one
        )


async def hold_silence(doors: Doors, timelines: Mapping[str, Timeline], as_of: str) -> None:
    """Each figure is worked out from the silences of the timelines, and from nothing kept."""
    reply = await doors.gateway.get("/v1/statistics/silence", params={"as_of": as_of})
    told = reply.raise_for_status().json()
    days: dict[Any, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    gaps: dict[Any, list[str]] = defaultdict(list)
    for journey, timeline in timelines.items():
        for silence in timeline.silences:
            for where, length in lengths(silence):
                days[where][journey].append(length)
                gaps[where] += [journey] if silence.is_gap else []
    found = {(one["stage"], one["holder"], one["organisation"]): one for one in told["items"]}
    found[None, None, None] = told["all"]
    assert found.keys() == days.keys()
    for where, of_journeys in days.items():
        longest = sorted(max(those) for those in of_journeys.values())
        assert found[where] == {
            **dict(zip(("stage", "holder", "organisation"), where, strict=True)),
            "metric": "waiting-for-news",
            "version": metrics()["waiting-for-news"].version,
            "journeys": len(longest),
            **{f"days_p{n}": longest[-(-n * len(longest) // 100) - 1] for n in (50, 75, 90)},
            "days_max": longest[-1],
            "gaps": len(gaps[where]),
            "journeys_with_gaps": len(set(gaps[where])),
        }, where
    for one in told["items"][:3]:
        where = {name: one[name] for name in ("stage", "holder", "organisation") if one[name]}
        some = await items(doors, "/v1/statistics/silence", as_of=as_of, **where)
        assert one in some
        assert all(some_one | where == some_one for some_one in some)


async def hold_rights(doors: Doors, timelines: Mapping[str, Timeline], as_of: str) -> None:
    """A journey is listed by a right where anything of it was owed, and nowhere else."""
    found = set()
    for right in range(1, 13):
        told = await items(doors, "/v1/journeys", as_of=as_of, right=str(right), limit="50")
        owing = [
            journey
            for journey, timeline in sorted(timelines.items())
            if any(one.demand.duty.right == right for one in timeline.followed.obligations)
        ]
        assert [one["id"] for one in told] == owing, right
        found.add(len(owing))
    assert len(found) > 3


def lengths(silence: Silence) -> list[tuple[Any, int]]:
    """How long a silence was in each stay that it ran through, and in all."""
    found = [
        ((part.span.stage.word, part.span.holder, part.span.organisation), part.days)
        for part in silence.parts
    ]
    return [*found, ((None, None, None), silence.days)]


async def hold_journey_filters(doors: Doors) -> None:
    """Whatever is asked for is what a reader would pick from the whole list."""
    whole = await items(doors, "/v1/journeys", as_of=TODAY, limit="500")
    picks: list[tuple[str, Any, Callable[[Item], bool]]] = [
        ("silent_for_days", 20, lambda j: (j["silent_days"] or 0) >= 20),
        ("without_police_reference", True, lambda j: not j["police_reference"]),
        ("breached", True, lambda j: j["breaches"] > 0),
        ("breached", False, lambda j: j["breaches"] == 0),
        ("began_from", "2024-02-01", lambda j: j["began_at"] >= "2024-02-01"),
        ("began_to", "2024-01-31", lambda j: j["began_at"] < "2024-02-01"),
        *((word, value, partly(word, value)) for word, value in values_of(whole)),
    ]
    for name, value, picked in picks:
        told = await items(doors, "/v1/journeys", as_of=TODAY, **{name: write(value), "limit": "9"})
        assert told == [one for one in whole if picked(one)], (name, value)
    assert await items(doors, "/v1/journeys", as_of=TODAY, held_by="nobody") == []
    await hold_past_silences(doors)
    await hold_standings(doors)


async def hold_past_silences(doors: Doors) -> None:
    """Silences that have ended since are found at moments of the past, the short and the long."""
    found: dict[int, int] = defaultdict(int)
    for as_of in PAST:
        whole = await items(doors, "/v1/journeys", as_of=as_of, limit="500")
        for days in (1, 14, 15, 16, 17, 40):
            query = {"as_of": as_of, "silent_for_days": str(days), "limit": "9"}
            told = await items(doors, "/v1/journeys", **query)
            assert told == [one for one in whole if (one["silent_days"] or 0) >= days], query
            found[days] += len(told)
    assert 0 < found[40] < found[16] < found[1]


def values_of(whole: list[Item]) -> list[tuple[str, Any]]:
    words = ("stage", "holder", "enhanced", "under_18", "open", "victim_kind")
    found = [(word, value) for word in words for value in {one[word] for one in whole}]
    assert len(found) > len(words) + 5
    return [*found, ("held_by", next(one["organisation"] for one in whole))]


def partly(word: str, value: Any) -> Callable[[Item], bool]:
    return lambda one: bool(one["organisation" if word == "held_by" else word] == value)


async def hold_standings(doors: Doors) -> None:
    """By standing and right, and by organisation, as the lists of obligations have them."""
    broken = await items(doors, "/v1/breaches", as_of=TODAY, limit="500")
    for right in (1, 6, 9, 12):
        for standing in ("overdue", "met_late"):
            told = await items(
                doors, "/v1/journeys", as_of=TODAY, right=str(right), standing=standing
            )
            of_right = {
                one["journey"]["id"]
                for one in broken
                if one["right"] == right and one["standing"] == standing
            }
            assert of_right <= {one["id"] for one in told}
            told = await items(doors, "/v1/journeys", as_of=TODAY, right=str(right), breached="1")
            assert of_right <= {one["id"] for one in told if one["breaches"]}
    organisation = broken[0]["organisation"]
    told = await items(doors, "/v1/journeys", as_of=TODAY, organisation=organisation)
    owing = {one["journey"]["id"] for one in broken if one["organisation"] == organisation}
    assert owing <= {one["id"] for one in told}
    assert await items(doors, "/v1/journeys", as_of=TODAY, standing="unknown") == []


async def hold_breach_filters(doors: Doors) -> None:
    whole = await items(doors, "/v1/breaches", as_of=TODAY, limit="500")
    picks: list[tuple[dict[str, Any], Callable[[Item], bool]]] = [
        ({"late_for_days": 30}, lambda b: b["days_late"] >= 30),
        ({"late_at_most_days": 9}, lambda b: b["days_late"] <= 9),
        (
            {"late_for_days": 3, "late_at_most_days": 60, "right": 6},
            lambda b: 3 <= b["days_late"] <= 60 and b["right"] == 6,
        ),
        ({"enhanced": True}, lambda b: b["enhanced"]),
        ({"enhanced": False, "owner": "wcu"}, lambda b: not b["enhanced"] and b["owner"] == "wcu"),
        ({"managed": False}, lambda b: not b["managed"]),
        ({"managed": True}, lambda b: b["managed"]),
        ({"stage": "investigation"}, lambda b: b["stage"] == "investigation"),
        *(
            ({"at_least_severity": n}, lambda b, n=n: b["severity"]["level"] >= n)
            for n in range(1, 5)
        ),
    ]
    for query, picked in picks:
        asked = {name: write(value) for name, value in query.items()}
        told = await items(doors, "/v1/breaches", as_of=TODAY, **asked, limit="11")
        assert told == [one for one in whole if picked(one)], query
    for breach in whole:
        started = london_day(datetime.fromisoformat(breach["started_at"]))
        allowed = max(1, (read_day(breach["due_on"]) - started).days)
        assert breach["allowed_days"] == allowed
        facts = (breach["answered_at"] is None, breach["enhanced"], breach["days_late"] > allowed)
        assert breach["severity"]["level"] == 1 + sum(facts)
        assert len(breach["severity"]["because"]) == sum(facts)
    assert {breach["severity"]["level"] for breach in whole} == {1, 2, 3, 4}


async def hold_gaps(doors: Doors, journeys: list[Membership]) -> None:
    gaps = 0
    for journey in journeys[:12]:
        timeline = seen(journey, TODAY)
        asked = f"/v1/journeys/{journey.id}/gaps"
        told = (await doors.gateway.get(asked, params={"as_of": TODAY})).json()
        assert [(one["days"], one["gap"], one["allowed_days"]) for one in told["items"]] == [
            (one.days, one.is_gap, one.allowed_days) for one in timeline.silences
        ]
        assert told["gaps"] == sum(one.is_gap for one in timeline.silences)
        assert (told["longest"] or {"days": 0})["days"] == max(
            (one.days for one in timeline.silences), default=0
        )
        assert sum(stay["silent_days"] for stay in told["stays"]) == sum(
            one.days for one in timeline.silences
        )
        assert [(stay["stage"], stay["holder"]) for stay in told["stays"]] == [
            (span.stage.word, span.holder) for span in timeline.course.spans
        ]
        gaps += told["gaps"]
    assert gaps > 0


def write(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


async def test_what_cannot_be_asked_of_journeys_is_named(doors: Doors) -> None:
    refused: list[tuple[str, dict[str, str], str]] = [
        ("/v1/journeys", {"reference": "crime:x", "open": "true"}, "reference"),
        ("/v1/journeys", {"reference": "crime:x", "format": "csv"}, "reference"),
        ("/v1/journeys", {"known_at": "2024-01-01"}, "known_at"),
        ("/v1/journeys", {"stage": "nowhere"}, "stage"),
        ("/v1/journeys", {"began_from": "0001-01-01"}, "began_from"),
        ("/v1/journeys", {"began_to": "soon"}, "began_to"),
        ("/v1/journeys", {"silent_for_days": "-1"}, "silent_for_days"),
        ("/v1/journeys", {"as_of": "0001-01-02"}, "as_of"),
        ("/v1/journeys", {"held_by": "a\x00b"}, "held_by"),
        ("/v1/breaches", {"at_least_severity": "9"}, "at_least_severity"),
        ("/v1/breaches", {"late_for_days": "9", "late_at_most_days": "8"}, "late_at_most_days"),
        ("/v1/statistics/silence", {"stage": "9"}, "stage"),
        ("/v1/changes", {"after": "1.2"}, "after"),
        ("/v1/changes", {"after": "99"}, "after"),
    ]
    for address, query, field in refused:
        reply = await doors.gateway.get(address, params=query)
        assert reply.status_code == 422, (query, reply.text)
        assert [fault["field"] for fault in reply.json()["errors"]] == [field]
        assert all(fault["remedy"] for fault in reply.json()["errors"])
    for address in ("/v1/journeys", "/v1/breaches", "/v1/due", "/v1/statistics/silence"):
        for query in ({"as_of": "1900-01-01"}, {"as_of": "8999-12-30"}):
            far = {"silent_for_days": "36600", "late_for_days": "36600", **query}
            assert (await doors.gateway.get(address, params=far)).status_code == 200


async def test_lists_and_silences_are_for_who_may_see_all(doors: Doors) -> None:
    some = bearer(token("inspector", organisations=("police/avon-and-somerset",)))
    nowhere = f"/v1/journeys/{UUID(int=0)}/gaps"
    for path in ("/v1/journeys", "/v1/changes", "/v1/statistics/silence", nowhere):
        refused = await doors.gateway.get(path, headers=some)
        assert refused.status_code == 403, path
        assert refused.json()["type"] == "urn:victim-journey:problem:not-permitted"
    assert (await doors.gateway.get(nowhere)).status_code == 404


def test_a_percentile_is_the_least_that_so_many_do_not_exceed() -> None:
    for values in ([3], [1, 2], [1, 1, 1, 9], list(range(1, 101)), [5] * 7 + [6] * 3):
        counted = [(value, values.count(value)) for value in sorted(set(values))]
        for percent in (1, 50, 75, 90, 100):
            found = percentile(counted, percent)
            assert 100 * sum(value <= found for value in values) >= percent * len(values)
            assert 100 * sum(value < found for value in values) < percent * len(values)
