"""A force's system stops without a word and is believed neither good nor bad until it speaks."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from gateway.feeds.keeper import FeedKeeper
from gateway.feeds.standard import feed_standard
from gateway.register.projector import Projector
from shared.london import write_instant
from shared.store import Store
from tests.builders import calendar
from tests.doors import Doors, SetClock, doors_to
from tests.gateway.register.registers import catch_up, differences, projector_of
from tests.shared.databases import Database

NICHE, ELSEWHERE = "/police/avon-and-somerset/niche", "/police/dorset/niche"
TOLD, NEVER, DORSET = (
    "crime:avon-and-somerset/5226001234/V1",
    "crime:avon-and-somerset/5226001235/V1",
    "crime:dorset/5526001234/V1",
)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# Noon on the Friday on which the last event comes; the arrests of the day before fall due on the
# Thursday after.
FRIDAY = datetime(2026, 10, 16, 12, tzinfo=UTC)
DUE = date(2026, 10, 22)
LATER = "2026-10-30"


@pytest.fixture
def clock() -> SetClock:
    return SetClock(FRIDAY)


@pytest.fixture
async def doors(database: Database, clock: SetClock) -> AsyncIterator[Doors]:
    async with doors_to(database, clock=clock) as doors:
        yield doors


class Feeds:
    """Sends through the doors, looks as the projector does, and asks as an inspector does."""

    def __init__(self, doors: Doors, clock: SetClock, keeper: FeedKeeper, by: Projector) -> None:
        self.doors, self.clock, self.keeper, self.projector = doors, clock, keeper, by

    async def send(
        self, at: datetime, subject: str, type_: str, source: str = NICHE, **data: Any
    ) -> None:
        """Send one event that happened at a moment, now."""
        event = {
            "specversion": "1.0",
            "id": f"{type_} {at} {subject}",
            "source": source,
            "type": type_,
            "subject": subject,
            "time": write_instant(at),
            "data": data or {"suspect": "S1"},
        }
        assert await self.doors.play([event]) == ["created"]

    async def tell(self, at: datetime, subject: str) -> None:
        """Send that the victim was told of the arrest."""
        told: dict[str, Any] = {
            "about": ["suspect.arrested"],
            "channel": "phone",
            "reached": True,
            "suspect": "S1",
        }
        await self.send(at, subject, "victim.told", **told)

    async def work(self, first: datetime, last: datetime, source: str = NICHE) -> None:
        """Send one event each working day, as it happens."""
        at = first
        while at <= last:
            if calendar().is_working_day(at.date()):
                self.clock.now = at
                name = f"crime:{source.split('/')[2]}/1/V1"
                await self.send(at - HOUR, name, "suspect.interviewed", source, suspect="S1")
            at += DAY

    async def look(self, now: datetime) -> None:
        """Let the projector's process do what it does at a moment."""
        self.clock.now = now
        await self.keeper.look()
        await catch_up(self.projector)

    async def standing(self, subject: str, **moments: str) -> str:
        """How the duty to tell of the arrest stands, by default long after its limit."""
        timeline = await self.doors.timeline(subject, **{"as_of": LATER, **moments})
        (found,) = [o for o in timeline["obligations"] if o["rule"] == "R6.ARREST"]
        assert found["due_on"] == DUE.isoformat()
        return str(found["standing"])

    async def breaches(self) -> set[str]:
        """The journeys that the register lists for not having told of the arrest in time."""
        answer = await self.doors.gateway.get("/v1/breaches", params={"as_of": LATER})
        items = answer.raise_for_status().json()["items"]
        return {one["journey"]["reference"] for one in items if one["rule"] == "R6.ARREST"}

    async def noticed(self, door: str = "gateway") -> list[dict[str, Any]]:
        """What the list of feeds says was noticed."""
        listed = await getattr(self.doors, door).get("/v1/feeds")
        feeds = listed.raise_for_status().json()["items"]
        return [{"source": feed["source"], **one} for feed in feeds for one in feed["noticed"]]


@pytest.fixture
async def feeds(doors: Doors, clock: SetClock, reader: Store) -> Feeds:
    keeper = FeedKeeper(reader, calendar(), feed_standard(), clock)
    return Feeds(doors, clock, keeper, await projector_of(reader))


async def test_a_silent_feed_makes_results_unknown_and_its_replay_settles_them(
    feeds: Feeds, database: Database, reader: Store
) -> None:
    for source in (NICHE, ELSEWHERE):
        await feeds.work(FRIDAY - 39 * DAY, FRIDAY, source)
    for subject, source in ((TOLD, NICHE), (NEVER, NICHE), (DORSET, ELSEWHERE)):
        await feeds.send(FRIDAY - 25 * HOUR, subject, "suspect.arrested", source)
    await feeds.work(FRIDAY + 3 * DAY, FRIDAY + 10 * DAY, ELSEWHERE)

    # On Wednesday nobody could tell yet: only two whole working days are missed.
    wednesday, thursday = FRIDAY + 5 * DAY, FRIDAY + 6 * DAY
    await feeds.look(wednesday)
    everybody = {TOLD, NEVER, DORSET}
    assert await feeds.breaches() == everybody
    assert await feeds.noticed() == []

    # On Thursday the force is silent, and Dorset, which sends on, is held to its limit.
    await feeds.look(thursday)
    for subject, standing in ((TOLD, "unknown"), (NEVER, "unknown"), (DORSET, "overdue")):
        assert await feeds.standing(subject) == standing
    assert await feeds.breaches() == {DORSET}
    assert await differences(database, reader) == []
    found = {
        "source": NICHE,
        "from": write_instant(FRIDAY),
        "until": None,
        "noticed_at": write_instant(thursday),
        "usual_events": pytest.approx(1, abs=0.2),
        "judged_by": "feed-silence 1",
    }
    assert await feeds.noticed() == await feeds.noticed("police") == [found]
    assert await feeds.noticed("cps") == []
    told = await feeds.doors.timeline(NEVER, as_of=LATER)
    (hidden,) = told["interruptions"]
    says = (
        f"Nothing was received from {NICHE} since 13:00 on 16 October 2026, and it did not say why."
    )
    assert (hidden["noticed"], hidden["says"]) == (True, says)
    assert says in await why(feeds.doors, told)

    # The system is back on Monday the 26th. What it did not send is as unknown as before.
    back = FRIDAY + 10 * DAY
    await feeds.work(back, back)
    await feeds.look(back + HOUR)
    assert await feeds.standing(TOLD) == await feeds.standing(NEVER) == "unknown"
    (hidden,) = (await feeds.doors.timeline(NEVER, as_of=LATER))["interruptions"]
    assert "between 13:00 on 16 October 2026 and 12:00 on 26 October 2026" in hidden["says"]
    assert hidden["says"].endswith("What happened then has not all been sent.")

    # It sends what happened meanwhile. News in time is certain at once; that there was none is not
    # known before as much is kept as usual.
    await feeds.tell(FRIDAY + 4 * DAY, TOLD)
    assert await feeds.standing(TOLD) == "met"
    assert await feeds.standing(NEVER) == "unknown"
    for days in (3, 5, 6, 7):
        await feeds.send(FRIDAY + days * DAY, "crime:avon-and-somerset/1/V1", "suspect.interviewed")
    settled = back + 2 * HOUR
    await feeds.look(settled)
    assert await feeds.standing(TOLD) == "met"
    assert await feeds.standing(NEVER) == "overdue"
    assert await feeds.breaches() == {NEVER, DORSET}
    assert await feeds.noticed() == []
    assert await differences(database, reader) == []

    # What was answered before is answered again.
    for known_at, standing in (
        (wednesday, "overdue"),
        (thursday, "unknown"),
        (back + HOUR, "unknown"),
        (settled, "overdue"),
    ):
        assert await feeds.standing(NEVER, known_at=write_instant(known_at)) == standing
    assert await feeds.standing(DORSET, known_at=write_instant(thursday)) == "overdue"


async def why(doors: Doors, timeline: dict[str, Any]) -> list[str]:
    """The sentences that explain how the duty to tell of the arrest stands."""
    (owed,) = [o for o in timeline["obligations"] if o["rule"] == "R6.ARREST"]
    asked = {"journey": timeline["journey"]["id"], "as_of": LATER}
    told = await doors.gateway.get(f"/v1/obligations/{owed['id']}/explanation", params=asked)
    sentences: list[str] = told.raise_for_status().json()["sentences"]
    return sentences
