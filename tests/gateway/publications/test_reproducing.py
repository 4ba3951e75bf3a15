"""A frozen figure is counted again exactly, whatever came, was undone or landed late since."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from gateway.figures.compliance import By, Question, read_cells
from gateway.journey.duty import Kind
from gateway.publications.answers import Reproduction, ReproductionOutcome
from gateway.publications.asked import PublicationStatus
from gateway.publications.counting import Counting
from gateway.publications.freezing import Freezing, freeze
from gateway.publications.frozen import FrozenFigure, canonical, hash_of
from gateway.publications.kept import Edition, read_publication
from gateway.publications.reproducing import reproduce
from gateway.register.share import EVERYTHING
from gateway.register.tally import count_next
from shared.interruption import Declaration
from shared.journey_event import JourneyEvent
from shared.problems import NotReady
from shared.store import Store, utc_now
from shared.store.ids import first_id, ids_from
from shared.store.store import ALL_KNOWN
from tests.builders import rulebook
from tests.conftest import OpenStore
from tests.doors import SetClock
from tests.gateway.register.registers import catch_up, projector_of, yardstick
from tests.gateway.register.test_any_order import some_events
from tests.gateway.register.test_tally import drawn
from tests.shared.databases import MARCH, NICHE, Database, said
from tests.shared.test_erasing import erase

BEGAN = datetime(2026, 3, 1, 9, tzinfo=UTC)
AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
# By everything that the tally has a column for, and by what is worked out from these.
BY: tuple[tuple[By, ...], ...] = (
    ("organisation", "duty", "month"),
    ("owner", "stage", "enhanced"),
    ("force", "right", "quarter"),
    (),
)


def asked(by: tuple[By, ...], as_of: datetime = AS_OF, **narrowed: Any) -> Question:
    rules = tuple(duty.id for duty in rulebook().duties if duty.kind is Kind.CODE)
    return Question(as_of=as_of, by=by, rules=rules, limit=0, **narrowed)


async def frozen_now(store: Store, now: datetime, by: tuple[By, ...]) -> UUID:
    """Freeze a question; return the publication's id."""
    (id_,) = ids_from(first_id(now), 1)
    await freeze(
        store,
        yardstick(),
        Freezing(
            id_,
            1,
            PublicationStatus.PROVISIONAL,
            None,
            {},
            Kind.CODE,
            asked(by),
            now,
            "me",
            "A figure",
        ),
    )
    return id_


async def again(store: Store, id_: UUID, now: datetime) -> tuple[Edition, Reproduction]:
    """Count the newest edition of a publication again."""
    kept = await read_publication(store, id_, None, None)
    assert kept is not None
    edition = kept.edition
    return edition, await reproduce(store, yardstick(), edition, now, lambda share, journeys: None)


async def test_what_is_counted_from_events_is_what_the_tally_says(
    reader: Store, open_store: OpenStore
) -> None:
    """For every class that there is, at a month's end and between, by all columns and narrowed."""
    by_agency: dict[str, list[JourneyEvent]] = {}
    for event in some_events(60):
        by_agency.setdefault(event.agency, []).append(event)
    chance, arrests = random.Random(4), dict[str, str]()
    by_agency["police"] += [drawn(chance, number, arrests) for number in range(150)]
    first = by_agency["police"][0]
    for agency, events in by_agency.items():
        await (await open_store(agency)).publish(events)
    await (await open_store("police")).declare(
        Declaration(
            agency="police",
            organisation=first.organisation,
            system=first.source.split("/")[3],
            id="1",
            occurred_at=BEGAN,
            reason="a fault",
            since=datetime(2022, 1, 1, tzinfo=UTC),
        )
    )
    await catch_up(await projector_of(reader))
    while await count_next(reader):
        pass
    keys = await reader.read_keys(after=UUID(int=0), limit=5_000, known_at=ALL_KNOWN)
    records = await reader.read_records(keys, known_at=ALL_KNOWN)
    force = first.organisation
    narrowed: list[dict[str, Any]] = [
        {},
        {"organisation": force},
        {"owner": "police", "enhanced": True},
        {"area": ("force", force)},
        {"first": date(2024, 1, 1), "last": date(2024, 6, 1)},
    ]
    seen: set[str] = set()
    for as_of in (AS_OF, datetime(2024, 5, 17, 10, 30, tzinfo=UTC)):
        for by, how in [(by, {}) for by in BY] + [(BY[0], how) for how in narrowed]:
            question = asked(by, as_of, **how)
            counting = Counting(question, yardstick())
            for record in records:
                counting.add(record)
            ours = counting.cells(rulebook())
            theirs = await read_cells(reader, question, rulebook())
            assert [(c.key, c.counts) for c in ours] == [(c.key, c.counts) for c in theirs], how
            seen |= {name for cell in ours for name, count in cell.counts.items() if count}
    assert len(seen) >= 13, seen


@pytest.mark.parametrize("seed", range(2))
async def test_every_edition_comes_out_again_from_what_was_known_then(
    reader: Store, open_store: OpenStore, seed: int
) -> None:
    """Links, withdrawals, corrections and departures come between, each changing the past."""
    chance, arrests, clock = random.Random(seed), dict[str, str](), SetClock(BEGAN)
    police = await open_store("police", clock=clock)
    # Another process, whose clock runs ahead of the one that freezes.
    ahead = await open_store("police", clock=lambda: clock.now + timedelta(seconds=8))
    projector = await projector_of(reader)
    made: list[UUID] = []
    for number in range(60):
        sender = chance.choice([police, police, ahead])
        await sender.publish([drawn(chance, number, arrests)])
        clock.now += timedelta(seconds=chance.choice([0, 1, 20, 90]))
        if number % 9 == 8:
            await catch_up(projector)
            made.append(await frozen_now(reader, clock.now, chance.choice(BY[:2])))
    later = clock.now + timedelta(minutes=5)
    shown = set()
    for id_ in made:
        edition, answer = await again(reader, id_, later)
        assert (answer.outcome, answer.why) == (ReproductionOutcome.EQUAL, []), answer.differing
        shown.add(edition.sha256)
    assert len(shown) == len(made), "the figures did change"


async def test_figures_frozen_among_writers_come_out_again(
    reader: Store, open_store: OpenStore
) -> None:
    """Two senders and a projector go on as they like, by the clock of this machine."""
    chance, arrests = random.Random(7), dict[str, str]()
    events = [drawn(chance, number, arrests) for number in range(120)]
    senders = [await open_store("police") for _ in range(2)]
    projector = await projector_of(reader)
    made: list[UUID] = []
    sending = 2

    async def send(store: Store, own: list[JourneyEvent]) -> None:
        nonlocal sending
        for event in own:
            await store.publish([event])
            await asyncio.sleep(chance.choice([0, 0, 0.002, 0.03]))
        sending -= 1

    async def project() -> None:
        while sending:
            await projector.round(EVERYTHING)
            await asyncio.sleep(0)

    async def freeze_often() -> None:
        while sending:
            with suppress(NotReady):
                made.append(await frozen_now(reader, utc_now(), chance.choice(BY[:2])))
            await asyncio.sleep(0.005)

    await asyncio.gather(
        send(senders[0], events[::2]), send(senders[1], events[1::2]), project(), freeze_often()
    )
    await catch_up(projector)
    made.append(await frozen_now(reader, utc_now(), BY[0]))
    for id_ in made:
        _, answer = await again(reader, id_, utc_now() + timedelta(hours=1))
        assert (answer.outcome, answer.why) == (ReproductionOutcome.EQUAL, []), answer.differing


async def test_what_lands_after_the_freezing_was_not_known_whatever_its_moment_of_receipt(
    database: Database, reader: Store, open_store: OpenStore
) -> None:
    """Its moment of receipt is read before it waits for others, and lies before the freezing."""
    clock = SetClock(BEGAN)
    police = await open_store("police", clock=clock)
    await police.publish([said(id="1")])
    projector = await projector_of(reader)
    await catch_up(projector)
    owner = await asyncpg.connect(database.owner_url)
    held = owner.transaction()
    await held.start()
    await owner.execute("SELECT FROM reference FOR UPDATE")
    clock.now += timedelta(seconds=1)
    late = asyncio.create_task(police.publish([said(id="2", data={"suspect": "S2"})]))
    for _ in range(200):
        waiting = await reader.ask("SELECT FROM pg_locks WHERE NOT granted")
        if waiting:
            break
        await asyncio.sleep(0.01)
    frozen_at = clock.now + timedelta(seconds=1)
    id_ = await frozen_now(reader, frozen_at, ("duty",))
    with pytest.raises(NotReady, match="only just now"):
        await again(reader, id_, frozen_at + timedelta(seconds=10))
    await held.rollback()
    await owner.close()
    (receipt,) = await late
    assert not isinstance(receipt, Exception)
    assert receipt.received_at < frozen_at, "else the moment alone would do"
    with pytest.raises(NotReady, match="all that is known"):
        await frozen_now(reader, clock.now, ("duty",))
    await catch_up(projector)
    _, answer = await again(reader, id_, frozen_at + timedelta(minutes=1))
    assert answer.outcome is ReproductionOutcome.EQUAL
    next_ = await frozen_now(reader, frozen_at + timedelta(minutes=1), ("duty",))
    edition, answer = await again(reader, next_, frozen_at + timedelta(hours=1))
    assert answer.outcome is ReproductionOutcome.EQUAL
    assert counted(edition)["overdue"] > 1, "it was counted by then"
    await hold_to_what_was_kept(reader, edition, frozen_at + timedelta(hours=1))


async def test_words_on_feeds_and_what_was_erased_are_as_they_were_or_said(
    database: Database, reader: Store, open_store: OpenStore
) -> None:
    """A figure waits for a word on a feed; later words change no frozen one; erasing does."""
    clock = SetClock(BEGAN)
    police = await open_store("police", clock=clock)
    await police.publish([said(id="arrest"), said("suspect.charged", id="charge")])
    projector = await projector_of(reader)
    await catch_up(projector)

    async def declare(id: str, **how: Any) -> None:
        clock.now += timedelta(minutes=5)
        await police.declare(
            Declaration(
                agency="police",
                organisation="avon-and-somerset",
                system="niche",
                id=id,
                occurred_at=BEGAN,
                reason="a fault",
                **how,
            )
        )

    await declare("down", since=MARCH - timedelta(days=9), until=MARCH + timedelta(days=90))
    for why in ("not heard yet", "only just now"):
        with pytest.raises(NotReady) as refused:
            await frozen_now(reader, clock.now, BY[0])
        assert why in refused.value.faults[0].wrong
        await catch_up(projector)
    clock.now += timedelta(minutes=1)
    unknown = await frozen_now(reader, clock.now, BY[0])
    await declare("never", since=None, amends="down")
    await catch_up(projector)
    clock.now += timedelta(minutes=1)
    known = await frozen_now(reader, clock.now, BY[0])
    later = clock.now + timedelta(minutes=5)
    first, answer = await again(reader, unknown, later)
    assert answer.outcome is ReproductionOutcome.EQUAL
    second, answer = await again(reader, known, later)
    assert answer.outcome is ReproductionOutcome.EQUAL
    assert [counted(edition)["unknown"] > 0 for edition in (first, second)] == [True, False]

    assert await erase(database, "--event", NICHE, "arrest") == 0
    _, answer = await again(reader, known, later)
    assert (answer.outcome, answer.erased_since) == (ReproductionOutcome.DIFFERENT, 1)
    assert "1 events were erased since" in answer.why[0]


def counted(edition: Edition) -> Counter[str]:
    """How many duties of an edition stood in each class."""
    whole: Counter[str] = Counter()
    for cell in FrozenFigure.model_validate_json(edition.frozen).cells:
        whole.update(cell.counts)
    return whole


async def hold_to_what_was_kept(reader: Store, edition: Edition, now: datetime) -> None:
    """Other rules, other bytes or another list of events are said, and nothing is pretended."""
    other = replace(yardstick(), rulebook=replace(rulebook(), hash="f" * 64))
    cases: Sequence[tuple[Any, Edition, str]] = (
        (other, edition, "The rulebook is not what it was"),
        (yardstick(), replace(edition, frozen=edition.frozen + " "), "not what was frozen"),
        (yardstick(), replace(edition, tail=[UUID(int=1)]), "not those kept"),
    )
    for by, wrong, words in cases:
        answer = await reproduce(reader, by, wrong, now, lambda share, journeys: None)
        assert (answer.outcome, answer.journeys) == (ReproductionOutcome.CANNOT, 0)
        assert words in " ".join(answer.why)
    figure = FrozenFigure.model_validate_json(edition.frozen)
    first, *rest = figure.cells
    counts = {**first.counts, "met": first.counts["met"] + 1}
    text = canonical(
        figure.model_copy(update={"cells": [first.model_copy(update={"counts": counts}), *rest]})
    )
    wrong = replace(edition, frozen=text, sha256=hash_of(text).hex())
    answer = await reproduce(reader, yardstick(), wrong, now, lambda share, journeys: None)
    assert answer.outcome is ReproductionOutcome.DIFFERENT
    (cell,) = answer.differing
    assert (cell.key, cell.frozen["met"] - cell.again["met"]) == (first.key, 1)
