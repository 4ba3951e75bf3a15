"""Notices the silences of feeds, their ends and their settling, and keeps each as a word."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import cast, get_args

from gateway.feeds.reading import Heard, Reader, Stretch
from gateway.feeds.standard import FeedStandard
from gateway.journey.calendar import Calendar
from shared.feed import Span
from shared.feed_silence import FeedSilence, newest_of
from shared.interruption import Interruption, interruptions_of
from shared.journey_event import Agency, speaker
from shared.london import london_day, start_of
from shared.store import Clock, Store
from shared.store.feed_silences import (
    COUNT_OCCURRED,
    COUNT_SILENCES,
    HEARD,
    LIVE_FEEDS,
    NOTICE,
    LiveFeed,
    columns_of,
    live_feed_of,
)
from shared.store.locks import Lock


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of all feeds when they are looked at, and when that is (UTC)."""

    feeds: Sequence[LiveFeed]
    declared: Sequence[Interruption]
    silences: Sequence[FeedSilence]
    now: datetime

    def span_of(self, one: Interruption | FeedSilence) -> Span:
        """Return the time of an interruption or silence, up to now where it lasts."""
        return Span(one.since, one.until or self.now)


class FeedKeeper:
    """Looks at all feeds by one standard; the clock returns UTC."""

    def __init__(
        self, store: Store, calendar: Calendar, standard: FeedStandard, clock: Clock
    ) -> None:
        self._store = store
        self._reader = Reader(standard, calendar)
        self._standard = standard
        self._back = timedelta(weeks=standard.weeks)
        self._clock = clock

    async def look(self) -> int:
        """Keep what there is to say of feeds now, and return how many words that was.

        Any number may look at once: what another has kept meanwhile is looked at the next time.
        Raises NotReady.
        """
        now = self._clock()
        ((before,),) = await self._store.ask(COUNT_SILENCES)
        agencies = get_args(Agency)
        declarations = interruptions_of(await self._store.read_declarations(agencies))
        known = _Known(
            feeds=[live_feed_of(row) for row in await self._store.ask(LIVE_FEEDS)],
            declared=[one for one in declarations if one.known(None)],
            silences=newest_of(await self._store.read_silences(agencies)),
            now=now,
        )
        found = [word for feed in known.feeds for word in await self._words_on(feed, known)]
        said = {(word.source, word.since): word for word in known.silences}
        words = []
        for word in found:
            if not word.withdrawn and not word.replayed:
                word = replace(word, replayed=await self._is_replayed(word, found, known))
            old = said.get((word.source, word.since))
            if old is None or word != replace(old, noticed_at=now):
                words.append(word)
        return await self._keep(words, before) if words else 0

    async def _keep(self, words: Sequence[FeedSilence], before: int) -> int:
        async with self._store.connection() as connection, connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", Lock.NOTICING)
            if await connection.fetchval(COUNT_SILENCES) != before:
                return 0
            await connection.executemany(NOTICE, [columns_of(word) for word in words])
            return len(words)

    async def _words_on(self, feed: LiveFeed, known: _Known) -> list[FeedSilence]:
        """Return every silence of one feed as it is read now, but whether it has been replayed."""
        said = {word.since: word for word in known.silences if word.source == feed.source}
        standing = [word for word in said.values() if not word.withdrawn]
        doubtful = [word.heard_until for word in standing if not word.replayed]
        judged_from = min(known.now - self._back, feed.last_live_at, *doubtful)
        heard = await self._heard(feed, judged_from - self._back, known.now)
        declared = [one for one in known.declared if one.source == feed.source]
        odd = [known.span_of(word) for word in standing]
        stretches = self._reader.silences_of(
            heard, declared, odd, judged_from=judged_from, now=known.now
        )
        odd += [known.span_of(one) for one in declared]
        words = [
            await self._word_on(feed, one, said.get(one.since), heard, odd, known.now)
            for one in stretches
        ]
        still = {word.since for word in words}
        words += [
            replace(word, withdrawn=True, noticed_at=known.now)
            for word in standing
            if word.since not in still and word.heard_until >= judged_from
        ]
        return words

    async def _word_on(
        self,
        feed: LiveFeed,
        stretch: Stretch,
        said: FeedSilence | None,
        heard: Sequence[Heard],
        odd: Sequence[Span],
        now: datetime,
    ) -> FeedSilence:
        """Return a word on a silence; what is usual is kept from when it was first said."""
        if said is not None:
            replayed = said.replayed and not said.withdrawn
            return replace(
                said, until=stretch.until, replayed=replayed, withdrawn=False, noticed_at=now
            )
        _, agency, organisation, system = feed.source.split("/")
        span = self._reader.usual_span(heard, stretch)
        ((events,),) = await self._store.ask(
            COUNT_OCCURRED, agency, feed.source, span.since, span.until
        )
        return FeedSilence(
            agency=agency,
            organisation=organisation,
            system=system,
            since=stretch.since,
            until=stretch.until,
            heard_until=stretch.heard_until,
            replayed=False,
            withdrawn=False,
            usual_events=self._reader.usual_events(events, span, odd),
            standard=self._standard.id,
            noticed_at=now,
        )

    async def _heard(self, feed: LiveFeed, since: datetime, now: datetime) -> list[Heard]:
        """Return the London days from a moment's on on which something live was received."""
        first = london_day(max(since, feed.first_live_at))
        days = (london_day(now) - first).days + 1
        edges = [start_of(first + timedelta(days=n)) for n in range(days + 1)]
        asked = (agency_of(feed.source), feed.source, edges, self._standard.busy_events)
        rows = await self._store.ask(HEARD, *asked)
        return [Heard(row["first_at"], row["last_at"], row["busy"]) for row in rows]

    async def _is_replayed(
        self, word: FeedSilence, found: Sequence[FeedSilence], known: _Known
    ) -> bool:
        """Say whether what happened in a silence has been sent, by the system or its successors.

        Another system of the organisation that began within the weeks that tell what is usual may
        have taken its place, and that of all the organisation's systems that are silent meanwhile:
        then it must send as much as all of them. One that sent beside it before never stands in.
        """
        span = known.span_of(word)
        days = self._reader.working_days(span.since, span.until)
        if self._reader.is_replayed(
            await self._arrived([word.source], days), days, word.usual_events
        ):
            return True
        successors = [
            other.source
            for other in known.feeds
            if speaker(other.source) == speaker(word.source)
            and other.first_live_at > word.heard_until - self._back
            and other.source != word.source
        ]
        if not successors:
            return False
        silent = {
            one.source: one.usual_events
            for one in found
            if speaker(one.source) == speaker(word.source)
            and not one.withdrawn
            and one.since < span.until
            and (one.until is None or span.since < one.until)
        }
        arrived = await self._arrived({*silent, *successors}, days)
        return self._reader.is_replayed(arrived, days, sum(silent.values()))

    async def _arrived(self, sources: Iterable[str], days: Sequence[date]) -> dict[date, int]:
        """Return how many events of some systems are kept that happened on each of some days."""
        arrived: Counter[date] = Counter()
        if not days:
            return arrived
        every = [days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1)]
        for source in sources:
            counts = await self._store.count_occurred(agency_of(source), source, every)
            for (_, day), events in counts.items():
                arrived[day] += events
        return arrived


def agency_of(source: str) -> Agency:
    """Return the agency of a feed, by which its events are found."""
    return cast(Agency, speaker(source)[0])
