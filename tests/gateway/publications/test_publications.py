"""A figure is published once and told in the same bytes ever after, with what is said of it."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from typing import Any
from unittest.mock import patch

import asyncpg
import httpx
import pytest

from demo.samples import samples
from gateway.figures.command import CANNOT, DONE, FAILED, run
from gateway.figures.compliance import Cell, read_cells
from gateway.publications import freezing
from shared.interrupts import Interrupts
from shared.store import Store
from tests.doors import Doors, SetClock, doors_to
from tests.gateway.register.registers import catch_up, projector_of
from tests.shared.databases import Database
from tests.tokens import bearer, token

ADDRESS = "/v1/publications"
QUESTION = {"by": "organisation,right", "as_of": "2025-03-31"}
FORCE = "police/avon-and-somerset"
ELSEWHERE = bearer(token("agency_reader", organisations=("police/dyfed-powys",)))
FORCES_OWN = bearer(token("agency_reader", organisations=(FORCE,)))
INSPECTOR = bearer(token("inspector", organisations=("*",), subject="an-inspector"))


class Never(Interrupts):
    """Nobody presses Ctrl-C, and the tests' own handling of it stays as it is."""

    def __init__(self) -> None:
        self.came = False


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def doors(database: Database, clock: SetClock) -> AsyncIterator[Doors]:
    async with doors_to(database, clock=clock) as doors:
        yield doors


async def post(
    doors: Doors, address: str, headers: dict[str, str] | None = None, **body: Any
) -> httpx.Response:
    return await doors.gateway.post(address, json=body, headers=headers or INSPECTOR)


async def get(doors: Doors, address: str, headers: dict[str, str] | None = None) -> httpx.Response:
    return await doors.gateway.get(address, headers=headers or INSPECTOR)


async def reproduce(database: Database, *words: str) -> int:
    """Run the command as an operator does."""
    with patch.dict(os.environ, {"DATABASE_URL": database.url("gateway")}):
        return await asyncio.to_thread(run, ("reproduce", *words), Never())


async def test_a_publication_stays_as_it_was_while_figures_go_on(
    database: Database,
    doors: Doors,
    reader: Store,
    clock: SetClock,
    capsys: pytest.CaptureFixture[str],
) -> None:
    first, second, *more = samples()
    projector = await projector_of(reader)
    await doors.play(first.events)
    behind = await post(doors, ADDRESS, title="Too early", question=QUESTION)
    assert behind.status_code == 503
    assert "is behind by" in behind.json()["errors"][0]["wrong"]
    assert behind.headers["retry-after"]
    assert (await get(doors, ADDRESS)).json()["items"] == []
    for sample in more:
        await doors.play(sample.events)
    await catch_up(projector)
    # The last were received this very moment, and are known by name.
    clock.now += timedelta(seconds=3)

    made = await post(doors, ADDRESS, title="Rights by force", question=QUESTION)
    assert made.status_code == 201, made.text
    body = made.json()
    address = made.headers["location"]
    assert (body["edition"]["status"], body["edition"]["edition"]) == ("provisional", 1)
    live = await doors.gateway.get(
        "/v1/statistics/compliance", params=QUESTION | {"limit": "500"}, headers=INSPECTOR
    )
    same = [cell["told"] for cell in body["frozen"]["cells"]] == live.json()["items"]
    assert same, "it is what was told at that moment"
    assert len(body["frozen"]["cells"]) > 5
    assert body["frozen"]["known"]["tail"] > 0
    frozen = await get(doors, f"{address}/frozen")
    assert sha256(frozen.content).hexdigest() == body["edition"]["sha256"]
    assert frozen.text in made.text
    known = await get(doors, f"{address}/frozen", INSPECTOR | {"if-none-match": '"x"'})
    assert known.status_code == 200
    known = await get(
        doors, f"{address}/frozen", INSPECTOR | {"if-none-match": frozen.headers["etag"]}
    )
    assert (known.status_code, known.content) == (304, b"")
    assert (await get(doors, f"{address}/today")).json()["same"] is True
    assert (await get(doors, f"{address}/reproduction")).status_code == 404

    await doors.play(second.events)
    await catch_up(projector)
    clock.now += timedelta(minutes=2)
    assert (await get(doors, address)).text == made.text
    assert (await get(doors, f"{address}/frozen")).content == frozen.content
    await hold_today(doors, address)
    assert await reproduce(database, body["id"]) == DONE
    answer = (await get(doors, f"{address}/reproduction")).json()
    assert (answer["outcome"], answer["differing"]) == ("equal", [])
    assert answer["journeys"] >= len(more)
    await hold_editions(database, doors, clock, address, capsys)
    await hold_refusals(doors)


async def hold_today(doors: Doors, address: str) -> None:
    """What came late is told cell by cell beside what was frozen."""
    now = (await get(doors, f"{address}/today")).json()
    assert (now["same"], now["same_rules"]) == (False, True)
    changed = [cell for cell in now["items"] if cell["difference"]]
    assert changed
    for cell in now["items"]:
        names = {*cell["frozen"], *cell["today"]}
        assert cell["difference"] == {
            name: by
            for name in names
            if (by := cell["today"].get(name, 0) - cell["frozen"].get(name, 0))
        }


async def hold_editions(
    database: Database,
    doors: Doors,
    clock: SetClock,
    address: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Another edition has its reason and what is known by then; the first stays readable."""
    before = (await get(doors, address)).json()
    late = await post(doors, f"{address}/editions", reason="a force sent late", final=True)
    assert late.status_code == 201, late.text
    made = late.json()
    assert (made["edition"]["edition"], made["edition"]["status"]) == (2, "final")
    assert made["edition"]["reason"] == "a force sent late"
    assert made["frozen"]["as_of"] == before["frozen"]["as_of"]
    assert made["frozen"]["cells"] != before["frozen"]["cells"]
    assert (await get(doors, f"{address}/today")).json()["same"] is True
    clock.now += timedelta(minutes=2)
    # Of two at the same moment at least one is made, and none has the other's number.
    both = await asyncio.gather(
        *(post(doors, f"{address}/editions", reason="a fault was found") for _ in range(2))
    )
    made_now = [one.json()["edition"] for one in both if one.status_code == 201]
    assert {one.status_code for one in both} <= {201, 503}
    assert [one["status"] for one in made_now] == ["revised"] * len(made_now)
    numbers = sorted(one["edition"] for one in made_now)
    assert numbers == [3, 4][: len(made_now)] != []
    first = (await get(doors, f"{address}?edition=1")).json()
    assert first == before | {"editions": 2 + len(made_now)}
    listed = (await get(doors, f"{address}/editions")).json()["items"]
    assert [one["edition"] for one in listed] == [1, 2, *numbers]
    assert [one["status"] for one in listed][:3] == ["provisional", "final", "revised"]
    assert await reproduce(database, before["id"], "--edition", "2") == DONE
    assert await reproduce(database, before["id"], "--edition", "9") == FAILED
    # Whoever owns the store could change what is kept, even with its hash; it is noticed.
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute(
        """
        UPDATE publication_edition
        SET frozen = changed, sha256 = sha256(convert_to(changed, 'UTF8'))
        FROM (SELECT regexp_replace(frozen, '"late":0', '"late":7') AS changed
              FROM publication_edition WHERE edition = 2) AS other
        WHERE edition = 2
        """
    )
    assert await reproduce(database, before["id"], "--edition", "2") == FAILED
    assert "late was 7 and is 0" in capsys.readouterr().out
    last = (await get(doors, f"{address}/reproduction?edition=2")).json()
    assert [cell["frozen"] for cell in last["differing"]] == [{"late": 7}]
    await owner.execute("UPDATE publication_edition SET frozen = frozen || ' ' WHERE edition = 2")
    await owner.close()
    assert await reproduce(database, before["id"], "--edition", "2") == CANNOT
    last = (await get(doors, f"{address}/reproduction?edition=2")).json()
    assert last["outcome"] == "cannot"
    assert "not what was frozen" in last["why"][0]


async def hold_refusals(doors: Doors) -> None:
    """What cannot be frozen is refused with what to do."""
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"by": "flag"}, "by"),
        ({"as_of": "2090-01-31"}, "as_of"),
        ({"by": "colour"}, "by"),
        ({"from": "2024-00"}, "from"),
        ({"force": "nowhere"}, "force"),
        ({"flag": "hate_crime"}, "question.flag"),
        ({"right": 13}, "question.right"),
    ]
    for question, field in wrong:
        reply = await post(doors, ADDRESS, title="x", question=question)
        assert reply.status_code == 422, reply.text
        assert reply.json()["errors"][0]["field"] == field, reply.text
    some = bearer(token("inspector", organisations=("police/dorset",)))
    assert (await post(doors, ADDRESS, some, title="x", question={})).status_code == 403
    await hold_too_much(doors)


async def hold_too_much(doors: Doors) -> None:
    """Of a table that is too large no more is held than shows that it is."""
    held = []

    async def watched(*asked: Any, **more: Any) -> list[Cell]:
        held.append(len(cells := await read_cells(*asked, **more)))
        return cells

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(freezing, "MOST_CELLS", 2)
        patched.setattr(freezing, "read_cells", watched)
        reply = await post(doors, ADDRESS, title="x", question={"by": "right,duty"})
    assert (reply.status_code, held) == (422, [3])
    assert reply.json()["errors"][0]["wrong"] == "makes more than 2 cells"


async def test_an_organisation_sees_its_own_cells_and_says_what_is_not_right(
    doors: Doors, reader: Store, clock: SetClock
) -> None:
    for sample in samples():
        await doors.play(sample.events)
    await catch_up(await projector_of(reader))
    clock.now += timedelta(minutes=1)
    made = await post(doors, ADDRESS, title="By force", question=QUESTION)
    other = await post(doors, ADDRESS, title="By right", question={"by": "right"})
    address, unnamed = made.headers["location"], other.headers["location"]

    own = (await get(doors, address, FORCES_OWN)).json()
    told = [cell["told"]["organisation"] for cell in own["frozen"]["cells"]]
    assert told
    assert {f"{one['agency']}/{one['id']}" for one in told} == {FORCE}
    assert own["whole"] is False
    assert own["edition"]["frozen_by"] is None
    assert [one["id"] for one in (await get(doors, ADDRESS, FORCES_OWN)).json()["items"]] == [
        own["id"]
    ]
    for closed in (f"{address}/frozen", f"{address}/today", f"{address}/reproduction"):
        assert (await get(doors, closed, FORCES_OWN)).status_code == 403
    for hidden in (unnamed, f"{unnamed}/replies", f"{unnamed}/editions"):
        assert (await get(doors, hidden, FORCES_OWN)).status_code == 404
    assert (await get(doors, address, ELSEWHERE)).status_code == 404
    every_force = bearer(token("inspector", organisations=("police/*",)))
    some = (await get(doors, address, every_force)).json()["frozen"]["cells"]
    assert {one["told"]["organisation"]["agency"] for one in some} == {"police"}
    assert len(own["frozen"]["cells"]) < len(some) < len(made.json()["frozen"]["cells"])
    assert (await get(doors, f"{address}/frozen", every_force)).status_code == 403
    assert (await get(doors, ADDRESS, ELSEWHERE)).json()["items"] == []
    await hold_replies(doors, address, unnamed)


async def hold_replies(doors: Doors, address: str, unnamed: str) -> None:
    """A reply is kept with when it was said, in bounds, and only of one's own organisation."""
    words = "Our feed was down from 3 to 9 October.\nThe rest was sent on the 12th."
    said = {"organisation": FORCE, "text": words}
    kept = await post(doors, f"{address}/replies", FORCES_OWN, **said)
    assert kept.status_code == 201, kept.text
    assert (kept.json()["text"], kept.json()["edition"]) == (words, 1)
    for headers in (FORCES_OWN, INSPECTOR):
        publication = (await get(doors, address, headers)).json()
        listed = (await get(doors, f"{address}/replies", headers)).json()
        assert publication["replies"] == listed["items"] == [kept.json()]
    assert (await post(doors, f"{unnamed}/replies", FORCES_OWN, **said)).status_code == 404
    assert (await post(doors, f"{address}/replies", ELSEWHERE, **said)).status_code == 404
    assert (await post(doors, f"{address}/replies", INSPECTOR, **said)).status_code == 403
    every = bearer(token("agency_reader", organisations=("police/*",)))
    assert (await post(doors, f"{address}/replies", every, **said)).status_code == 404
    for text in ("", " ", "a\x00b", "x" * 2001):
        reply = await post(doors, f"{address}/replies", FORCES_OWN, **said | {"text": text})
        assert reply.status_code == 422, text


async def test_publications_are_listed_the_newest_first_page_by_page(
    doors: Doors, clock: SetClock
) -> None:
    made = []
    for number in range(5):
        clock.now += timedelta(seconds=1)
        reply = await post(doors, ADDRESS, title=f"Figure {number}", question={"right": 4})
        made.append(reply.raise_for_status().json()["id"])
    found: list[str] = []
    following: str | None = f"{ADDRESS}?limit=2"
    while following is not None:
        reply = await get(doors, following)
        found += [one["id"] for one in reply.json()["items"]]
        following = reply.json()["next"]
    assert found == made[::-1]
