"""Links and unlinks through the doors: in any order, at once, and as known at any moment."""

import asyncio
import json
import random
from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Any

import asyncpg

from tests.doors import Doors, SetClock
from tests.gateway.routes.test_journeys import event, report
from tests.shared.databases import Database

SCHEMES = (
    "crime:dorset/{}/V1",
    "case:{}/V1",
    "contact:south-west/{}",
    "crime:kent/{}/V1",
    "case:{}-2/V1",
)
AGENCY = {"crime": "police", "case": "cps", "contact": "probation"}


def references(tag: str) -> list[str]:
    """Five references of one victim, of all three agencies."""
    return [scheme.format(tag) for scheme in SCHEMES]


def link(id: str, day: int, one: str, other: str, **data: Any) -> dict[str, Any]:
    """A link of two references, told by the agency of the first on a day of March 2024."""
    return event(
        id,
        "reference.linked",
        f"2024-03-{day:02}T09:00:00Z",
        one,
        AGENCY[one.partition(":")[0]],
        **{"reference": other, "basis": "file", **data},
    )


def unlink(id: str, day: int, one: str, other: str) -> dict[str, Any]:
    """The word that two references are not one victim's after all."""
    return {**link(id, day, one, other), "type": "reference.unlinked"}


def amended(id: str, day: int, by: Mapping[str, Any], content: Any = None) -> dict[str, Any]:
    """The withdrawal of an event, or its correction to other content, by who sent it."""
    data = {"event": {"source": by["source"], "id": by["id"]}, "reason": "keyed wrong"}
    type_ = "event.withdrawn"
    if content is not None:
        data["content"] = {"type": by["type"], "time": by["time"], "data": content}
        type_ = "event.corrected"
    agency = by["source"].split("/")[1]
    return event(id, type_, f"2024-03-{day:02}T10:00:00Z", by["subject"], agency, **data)


async def together(doors: Doors, names: list[str], **moments: str) -> set[frozenset[str]]:
    """Return which references are one journey, asked from every one of them."""
    groups = set()
    for name in names:
        journey = await doors.journey(name, **moments)
        members = {one["reference"] for one in journey["references"]} if journey else {name}
        groups.add(frozenset(members))
    assert sum(map(len, groups)) == len(set().union(*groups)), groups
    return groups


def meant(events: list[dict[str, Any]], names: list[str]) -> set[frozenset[str]]:
    """Work out from events in any order which references belong together, the plain way."""
    amends = [one for one in events if one["type"].startswith("event.")]
    gone = {one["data"]["event"]["id"] for one in amends if one["type"] == "event.withdrawn"}
    latest: dict[frozenset[str], tuple[str, str, str, bool]] = {}
    for one in events:
        if not one["type"].startswith("reference.") or one["id"] in gone:
            continue
        told = [one] + [
            {**one, "time": by["data"]["content"]["time"], "data": by["data"]["content"]["data"]}
            for by in sorted(amends, key=lambda by: (by["time"], by["id"]))
            if by["type"] == "event.corrected"
            and by["data"]["event"]["id"] == one["id"]
            and by["id"] not in gone
        ]
        pair = frozenset({one["subject"], told[-1]["data"]["reference"]})
        word = (told[-1]["time"], one["source"], one["id"], one["type"] == "reference.linked")
        latest[pair] = max(word, latest.get(pair, word))
    group = {name: frozenset({name}) for name in names}
    for pair, (*_, linked) in latest.items():
        if linked:
            whole = frozenset().union(*(group[name] for name in pair))
            group.update(dict.fromkeys(whole, whole))
    return set(group.values())


def drawn(chance: random.Random, names: list[str], tag: str) -> list[dict[str, Any]]:
    """Draw links, unlinks, corrections and withdrawals among references, in no order at all."""
    told: list[dict[str, Any]] = []
    for number in range(7):
        one, other = chance.sample(names, 2)
        say = chance.choice([link, link, unlink])
        told.append(say(f"{tag}-{number}", chance.randint(1, 20), one, other))
    for number in range(3):
        of = chance.choice(told[:7])
        other = chance.choice([name for name in names if name != of["subject"]])
        content = chance.choice([None, {"reference": other, "basis": "corrected"}])
        told.append(amended(f"{tag}-a{number}", chance.randint(21, 28), of, content))
    withdrawn = chance.choice(told[7:])
    if withdrawn["type"] == "event.corrected":
        told.append(amended(f"{tag}-w", 29, withdrawn))
    chance.shuffle(told)
    return told


async def test_in_any_order_the_latest_words_decide_and_what_was_known_stays_known(
    doors: Doors, clock: SetClock
) -> None:
    chance = random.Random(5)
    joined = parted = 0
    for turn in range(12):
        names = references(f"t{turn}")
        events = drawn(chance, names, f"t{turn}")
        seen = []
        for number, one in enumerate(events, start=1):
            clock.now += timedelta(minutes=1)
            assert await doors.play([one]) == ["created"]
            now = await together(doors, names)
            assert now == meant(events[:number], names), events[:number]
            seen.append((clock.now.isoformat(), now))
        for known_at, then in seen:
            assert await together(doors, names, known_at=known_at) == then
        joined += any(len(group) > 2 for group in seen[-1][1])
        parted += any(len(after[1]) > len(before[1]) for before, after in pairwise(seen))
    assert joined > 3
    assert parted > 3


async def test_a_ring_holds_when_one_link_goes_and_falls_in_two_when_two_do(doors: Doors) -> None:
    ring = [f"crime:dorset/{number}/V1" for number in range(6)]
    turns = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    await doors.play(link(f"l{n}", n + 1, one, other) for n, (one, other) in enumerate(turns))
    assert await together(doors, ring) == {frozenset(ring)}
    # Either side may take a link back, whoever made it.
    await doors.play([unlink("u0", 10, *reversed(turns[0]))])
    assert await together(doors, ring) == {frozenset(ring)}
    await doors.play([unlink("u3", 11, *turns[3])])
    assert await together(doors, ring) == {frozenset(ring[1:4]), frozenset({*ring[4:], ring[0]})}


async def test_two_journeys_with_a_history_become_one_and_two_again(
    doors: Doors, clock: SetClock
) -> None:
    crime, case, _, other, _ = references("h")
    arrests = [
        event(f"arrest-{n}", "suspect.arrested", f"2024-03-0{n}T15:00:00Z", under, suspect="S1")
        for n, under in ((5, crime), (7, other))
    ]
    await doors.play(
        [{**report(), "id": "r1", "subject": crime}, {**report(), "id": "r2", "subject": other}]
    )
    await doors.play(arrests)

    async def arrested(reference: str, **moments: str) -> list[str]:
        timeline = await doors.timeline(reference, as_of="2024-04-01", **moments)
        return [
            obligation["trigger"]["events"][0]["id"]
            for obligation in timeline["obligations"]
            if obligation["rule"] == "R6.ARREST"
        ]

    apart = clock.now.isoformat()
    clock.now += timedelta(days=1)
    await doors.play([link("join-1", 10, crime, case), link("join-2", 11, case, other)])
    assert await arrested(crime) == await arrested(other) == ["arrest-5", "arrest-7"]
    assert (await arrested(crime, known_at=apart), await arrested(other, known_at=apart)) == (
        ["arrest-5"],
        ["arrest-7"],
    )
    whole = clock.now.isoformat()
    clock.now += timedelta(days=1)
    await doors.play([unlink("part", 12, other, case)])
    assert (await arrested(crime), await arrested(other)) == (["arrest-5"], ["arrest-7"])
    assert await arrested(other, known_at=whole) == ["arrest-5", "arrest-7"]


async def test_a_link_corrected_to_another_reference_joins_that_one(
    doors: Doors, clock: SetClock
) -> None:
    crime, case, _, _, right = references("c")
    wrong = link("link", 5, crime, case)
    concluded = event(
        "end", "case.concluded", "2024-03-20T12:00:00Z", right, "cps", suspect="S1", outcome="other"
    )
    await doors.play([{**report(), "subject": crime}, wrong, concluded])
    before = clock.now.isoformat()
    clock.now += timedelta(days=1)
    fixed = amended("fix", 6, wrong, {"reference": right, "basis": "file"})
    assert await doors.play([fixed]) == ["created"]
    names = [crime, case, right]
    assert await together(doors, names) == {frozenset({crime, right}), frozenset({case})}
    told = {e["id"] for entry in (await doors.timeline(crime))["timeline"] for e in entry["events"]}
    assert "end" in told
    then = await together(doors, names, known_at=before)
    assert then == {frozenset({crime, case}), frozenset({right})}
    # To a reference that nobody had heard of.
    clock.now += timedelta(days=1)
    again = amended("again", 7, wrong, {"reference": "case:new/V1", "basis": "file"})
    assert await doors.play([again]) == ["created"]
    assert frozenset({crime, "case:new/V1"}) in await together(doors, [crime, "case:new/V1"])


async def test_a_crime_renumbered_and_then_transferred_is_one_journey(
    doors: Doors, clock: SetClock
) -> None:
    """Each obligation stays with the force that its start came from."""
    first, second, third = "crime:dorset/1/V1", "crime:dorset/2/V1", "crime:kent/77/V1"
    kent = "/police/kent/athena"
    told = [
        {**report(), "subject": first},
        event("new", "crime.renumbered", "2024-03-05T09:00:00Z", first, new_reference=second),
        link("l1", 5, first, second),
        event("arrest", "suspect.arrested", "2024-03-06T09:00:00Z", second, suspect="S1"),
        event(
            "gone",
            "crime.transferred",
            "2024-03-07T09:00:00Z",
            second,
            to_force="kent",
            new_reference=third,
        ),
        link("l2", 7, second, third),
        {
            **event("charge", "suspect.charged", "2024-03-08T09:00:00Z", third, suspect="S1"),
            "source": kent,
        },
    ]
    chance = random.Random(7)
    outcomes = []
    for turn in range(4):
        chance.shuffle(told)
        for one in told:
            clock.now += timedelta(seconds=1)
            tagged = json.loads(json.dumps(one).replace("/V1", f"-{turn}/V1"))
            assert await doors.play([{**tagged, "id": f"{one['id']}-{turn}"}]) == ["created"]
        names = [f"crime:dorset/{n}-{turn}/V1" for n in (1, 2)] + [f"crime:kent/77-{turn}/V1"]
        assert await together(doors, names) == {frozenset(names)}
        timeline = await doors.timeline(names[-1], as_of="2024-04-01")
        outcomes.append(
            sorted(
                (o["rule"], o["organisation"], o["due_on"] or "", o["standing"])
                for o in timeline["obligations"]
            )
        )
    assert all(outcome == outcomes[0] for outcome in outcomes)
    owed = {(rule, organisation) for rule, organisation, *_ in outcomes[0]}
    assert {("R6.ARREST", "avon-and-somerset"), ("R6.CHARGE", "kent")} <= owed


async def test_a_new_source_system_amends_what_the_old_one_sent(
    doors: Doors, clock: SetClock
) -> None:
    """The identity stays the old system's; who may amend is the organisation, not the system."""
    arrest = event("arrest", "suspect.arrested", "2024-03-06T15:00:00Z", suspect="S1")
    mistaken = event("twice", "suspect.arrested", "2024-03-20T15:00:00Z", suspect="S1")
    await doors.play([report(), arrest, mistaken])

    async def arrests() -> list[tuple[str, str, str]]:
        timeline = await doors.timeline(arrest["subject"], as_of="2024-05-01")
        return [
            (o["id"], o["trigger"]["events"][0]["source"].rpartition("/")[2], o["due_on"])
            for o in timeline["obligations"]
            if o["rule"] == "R6.ARREST"
        ]

    (before, *_) = await arrests()
    assert before[1:] == ("niche", "2024-03-13")
    connect = "/police/avon-and-somerset/connect"
    fixed = amended("fix", 25, arrest, {"suspect": "S1"})
    fixed["data"]["content"]["time"] = "2024-03-07T15:00:00Z"
    moved = [
        {**fixed, "source": connect},
        {**amended("gone", 26, mistaken), "source": connect},
        # The new system's own ids may be those of the old one: they are other identities.
        {
            **event("arrest", "suspect.charged", "2024-03-08T09:00:00Z", suspect="S1"),
            "source": connect,
        },
    ]
    clock.now += timedelta(days=1)
    assert await doors.play(moved) == ["created"] * 3
    ((same, system, due),) = await arrests()
    assert (same, system, due) == (before[0], "niche", "2024-03-14")


async def test_links_of_two_agencies_at_once_end_in_one_journey_without_a_deadlock(
    doors: Doors, database: Database
) -> None:
    owner = await asyncpg.connect(database.owner_url)
    for turn in range(6):
        names = [scheme.format(f"{turn}-{n}") for n in range(4) for scheme in SCHEMES[:2]]
        pairs = list(pairwise(names))
        forth = [link(f"f{turn}-{n}", 5, one, other) for n, (one, other) in enumerate(pairs)]
        back = [link(f"b{turn}-{n}", 6, other, one) for n, (one, other) in enumerate(pairs)]
        answers = await asyncio.gather(*(doors.play([one]) for one in [*forth, *reversed(back)]))
        assert answers == [["created"]] * 14
        assert await together(doors, names) == {frozenset(names)}
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    assert await owner.fetchval(deadlocks) == 0
    await owner.close()


async def test_a_post_that_races_a_link_is_in_the_timeline(doors: Doors) -> None:
    for turn in range(6):
        crime, case = f"crime:dorset/race-{turn}/V1", f"case:race-{turn}/V1"
        sent = [
            {**report(), "id": f"r{turn}", "subject": crime},
            link(f"l{turn}", 5, crime, case),
            *(
                event(
                    f"{turn}-{n}",
                    "hearing.ended",
                    f"2024-03-{n + 10}T09:00:00Z",
                    case,
                    "cps",
                    hearing=f"H{n}",
                )
                for n in range(8)
            ),
        ]
        random.Random(turn).shuffle(sent)
        assert await asyncio.gather(*(doors.play([one]) for one in sent)) == [["created"]] * 10
        timeline = await doors.timeline(case, as_of="2024-04-01")
        told = {e["id"] for entry in timeline["timeline"] for e in entry["events"]}
        assert {one["id"] for one in sent} - told <= {f"l{turn}"}
        assert timeline["journey"]["reference"] in (crime, case)
