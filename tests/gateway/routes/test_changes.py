"""Whoever follows the changes holds what the register holds, and is told nothing twice."""

import asyncio
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from shared.journey_event import JourneyEvent
from shared.store import Store
from tests.conftest import OpenStore
from tests.doors import Doors
from tests.gateway.register.registers import catch_up, projector_of
from tests.gateway.register.test_projector import NAMES, reported, withdrawn
from tests.shared.databases import CASE, CRIME, MARCH, Database, linked, said
from tests.tokens import bearer, token

Item = dict[str, Any]


class Poller:
    """Keeps a copy of which journeys there are and which are gone, by what it is told."""

    def __init__(self, doors: Doors, limit: int) -> None:
        self.doors = doors
        self.address = f"/v1/changes?limit={limit}"
        self.copy: dict[str, Item] = {}
        self.told: list[tuple[str, int]] = []

    async def poll(self) -> int:
        """Go on to the end of what is known, and return how many changes that were."""
        before = len(self.told)
        while True:
            reply = await self.doors.gateway.get(self.address)
            body = reply.raise_for_status().json()
            for item in body["items"]:
                self.copy[item["id"]] = item
                self.told.append((item["id"], item["revision"]))
            self.address = body["resume"]
            assert body["next"] in (None, body["resume"])
            if body["next"] is None:
                return len(self.told) - before

    @property
    def there(self) -> dict[str, str]:
        return {id: one["reference"] for id, one in self.copy.items() if one["what"] == "changed"}


async def kept(database: Database) -> dict[str, str]:
    """The journeys in the register, by id, with their names."""
    owner = await asyncpg.connect(database.owner_url)
    found = await owner.fetch("SELECT journey_id, reference FROM register_journey")
    await owner.close()
    return {str(row["journey_id"]): row["reference"] for row in found}


@pytest.mark.parametrize("seed", range(2))
async def test_a_poller_among_writers_and_projectors_loses_nothing(
    database: Database, open_store: OpenStore, doors: Doors, seed: int
) -> None:
    chance = random.Random(seed)
    store = await open_store("police")
    projectors = [await projector_of(await open_store("gateway")) for _ in range(2)]
    poller, late = Poller(doors, limit=3), Poller(doors, limit=500)
    publishing = True

    def drawn(number: int) -> JourneyEvent:
        one, other = chance.sample(NAMES, 2)
        at = MARCH + timedelta(hours=chance.randrange(5000))
        if chance.random() < 0.4:
            word = chance.choice(["linked", "linked", "unlinked"])
            link = linked(other, id=f"{number}", reference=one, type=f"reference.{word}")
            return replace(link, occurred_at=at)
        if number and chance.random() < 0.2:
            undone = withdrawn(f"{chance.randrange(number)}", by=f"{number}", reference=one)
            return replace(undone, occurred_at=at)
        data = {"suspect": "S1"}
        return said("suspect.arrested", data, id=f"{number}", reference=one, occurred_at=at)

    async def publish() -> None:
        nonlocal publishing
        for number in range(60):
            await store.publish([drawn(number)])
        publishing = False

    async def project(projector: Any) -> None:
        while publishing:
            await catch_up(projector)

    async def follow() -> None:
        while publishing:
            await poller.poll()

    await asyncio.gather(publish(), *map(project, projectors), follow())
    await catch_up(projectors[0])
    await poller.poll()
    await late.poll()
    assert poller.there == late.there == await kept(database)
    assert len(set(poller.told)) == len(poller.told)
    assert len({id for id, _ in late.told}) == len(late.told)
    gone = {id: one for id, one in poller.copy.items() if one["what"] == "gone"}
    assert {one["survivor"] for one in gone.values()} <= set(poller.there)
    assert await poller.poll() == await late.poll() == 0


async def test_a_journey_that_is_joined_is_gone_and_may_come_back(
    store: Store, reader: Store, doors: Doors
) -> None:
    projector, poller = await projector_of(reader), Poller(doors, limit=500)

    async def told(*events: JourneyEvent) -> dict[str, tuple[str, str | None]]:
        """What is told after these events, by name, survivors by name too."""
        await store.publish(events)
        await catch_up(projector)
        since = len(poller.told)
        await poller.poll()
        names = {id: one["reference"] for id, one in poller.copy.items()}
        return {
            names[id]: (one["what"], one["survivor"] and names[one["survivor"]])
            for id, one in ((id, poller.copy[id]) for id, _ in poller.told[since:])
        }

    changed = ("changed", None)
    assert await told(reported(CRIME)) == {CRIME: changed}
    assert await told(reported(CASE)) == {CASE: changed}
    assert await told(reported(NAMES[0])) == {NAMES[0]: changed}
    assert await told() == {}
    # Said again: nothing is written, and nothing is told.
    assert await told(reported(CRIME)) == {}
    link = linked(NAMES[0], id="1", reference=CASE)
    assert await told(link) == {CASE: changed, NAMES[0]: ("gone", CASE)}
    # The survivor goes too, and what was joined to it has another survivor now.
    joined = await told(linked(CASE, id="2"))
    assert joined == {CRIME: changed, CASE: ("gone", CRIME), NAMES[0]: ("gone", CRIME)}
    back = await told(withdrawn("2", by="3", reference=CRIME))
    assert back == {CRIME: changed, CASE: changed, NAMES[0]: ("gone", CASE)}
    # Made anew, all is told again, and nobody is forgotten.
    after = (await doors.gateway.get(poller.address)).json()["register"]["revision"]
    last = (await projector.rebuild(UUID(int=0)))[0]
    assert last.int == 2**128 - 1
    await poller.poll()
    assert set(poller.there.values()) == {CRIME, CASE}
    assert {revision for _, revision in poller.told if revision > after} == {after + 1}
    await hold_that_the_look_is_noted(doors)


async def hold_that_the_look_is_noted(doors: Doors) -> None:
    await doors.gateway.get("/v1/changes?limit=499")
    log = (await doors.gateway.get("/v1/access-log", params={"verb": "consultation"})).json()
    (noted,) = [e for e in log["items"] if e["what"] == "GET /v1/changes?limit=499"]
    assert noted["victims"] == 3
    plain = bearer(token("inspector", organisations=("*",)))
    told = (await doors.gateway.get("/v1/changes", headers=plain)).json()
    assert told["handling"] == "OFFICIAL-SENSITIVE"
