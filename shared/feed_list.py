"""The list of feeds, as the doors and the gateway answer it: what comes, and who is silent."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from pydantic import BaseModel, Field

from shared.feed import (
    GRACE,
    WEEKS,
    Feed,
    Span,
    Usual,
    is_alarming,
    last_whole_day,
    missed_span,
    silent_since,
    usual_of,
    weeks_to_compare,
)
from shared.feed_silence import FeedSilence, newest_of
from shared.interruption import Interruption, interruptions_of
from shared.journey_event import Agency, speaker
from shared.london import london_day, write_instant
from shared.settings import FeedSettings
from shared.store import Store


class UsualBody(BaseModel):
    """The median of what came in the same stretch of the last eight weeks."""

    events: float
    weeks: int = Field(
        description="How many weeks it is taken from: those in which the feed had begun and "
        "declared no interruption of that stretch."
    )

    @classmethod
    def of(cls, usual: Usual | None) -> "UsualBody | None":
        """Describe what is usual, where it is known."""
        return None if usual is None else cls(events=usual.events, weeks=usual.weeks)


class VolumeBody(BaseModel):
    """How many events we received on the last London day that is over, and what is usual."""

    day: date
    received: int
    usual: UsualBody | None = Field(description="For that weekday; null while the feed is new.")


class FeedSilenceBody(BaseModel):
    """How long a feed has been silent without a declared reason."""

    alarm: bool
    since: datetime | None = Field(
        description="When the last event was received, or when the interruption that followed it "
        "ended (UTC). Null while an interruption is in effect and where nothing was ever received."
    )
    usual: UsualBody | None = Field(
        description="What comes in the same time of the week, from 6 hours after `since` on; null "
        "before that, and while the feed is new."
    )
    says: str


class InEffectBody(BaseModel):
    """A declared interruption in effect now."""

    since: datetime = Field(serialization_alias="from")
    until: datetime | None
    reason: str
    declared_at: datetime = Field(description="When we were told (UTC).")


class NoticedBody(BaseModel):
    """A silence that nobody declared, which makes results unknown until all of it was sent."""

    since: datetime = Field(
        serialization_alias="from",
        description="When the last event was received before it, or when the interruption ended "
        "after which none was (UTC).",
    )
    until: datetime | None = Field(description="When an event was received again; null while none.")
    noticed_at: datetime = Field(description="When we noticed what is said here (UTC).")
    usual_events: float = Field(
        description="How many events happened on a working day in the weeks before, on average. "
        "Once nearly as many are kept of its working days, it is replayed, and listed no more."
    )
    judged_by: str = Field(description="The standard by which it is a silence.")


class FeedBody(BaseModel):
    """One organisation's system, and how it is doing. All times are in UTC, days are London's."""

    source: str = Field(examples=["/police/dorset/niche"])
    agency: str
    organisation: str
    system: str
    last_event_at: datetime | None = Field(description="The latest `time` of its events.")
    last_received_at: datetime | None = Field(description="When we were last told of an event.")
    volume: VolumeBody
    silence: FeedSilenceBody
    interruptions: list[InEffectBody] = Field(description="Those declared and in effect now.")
    noticed: list[NoticedBody] = Field(
        description="Silences that were noticed and not declared, and are not replayed: what they "
        "hide is `unknown`. A declaration of the same time takes their place."
    )


class FeedList(BaseModel):
    """Every feed, in the order of its name, and when its silence raises the alarm."""

    items: list[FeedBody]
    alarm_when: str = Field(description="When a silence raises the alarm.")
    as_of: datetime


async def feed_list(
    store: Store,
    agencies: Sequence[Agency],
    holds: Callable[[str, str], bool],
    *,
    now: datetime,
    settings: FeedSettings,
) -> FeedList:
    """Return how the feeds of these agencies are doing at a moment (UTC).

    Only those of which the caller holds the agency and organisation are told.

    A feed is known from its first event or its first declaration. Raises NotReady.
    """
    interruptions = [
        one for one in interruptions_of(await store.read_declarations(agencies)) if one.known(None)
    ]
    feeds = {feed.source: feed for feed in await store.read_feeds(agencies)}
    for interruption in interruptions:
        feeds.setdefault(interruption.source, Feed(interruption.source))
    noticed = [
        one
        for one in newest_of(await store.read_silences(agencies))
        if not one.withdrawn and not one.replayed
    ]
    looks = [
        _Look(
            feed,
            [one for one in interruptions if one.source == source],
            [one for one in noticed if one.source == source],
            now,
        )
        for source, feed in sorted(feeds.items())
        if holds(*speaker(source))
    ]
    counts = iter(
        await store.count_received(
            [(look.feed.source, span) for look in looks for span in look.spans]
        )
    )
    return FeedList(
        items=[look.told([next(counts) for _ in look.spans], settings) for look in looks],
        alarm_when=f"Nothing has been received for more than {settings.feed_silence_days} days, or "
        f"for a time in which, its first {GRACE // timedelta(hours=1)} hours left out, at least "
        f"{settings.feed_silence_events} events usually come: the median of the same time of the "
        f"week in the {WEEKS} weeks before. The time of a declared interruption does not count.",
        as_of=now,
    )


class _Look:
    """One feed looked at from one moment: first what has to be counted, then what it says."""

    def __init__(
        self,
        feed: Feed,
        interruptions: Sequence[Interruption],
        noticed: Sequence[FeedSilence],
        now: datetime,
    ) -> None:
        self.feed = feed
        self.noticed = noticed
        self.now = now
        self.in_effect = [one for one in interruptions if one.covers(now)]
        self.day = last_whole_day(now)
        self.since = silent_since(feed, interruptions, now)
        self.day_weeks = weeks_to_compare(self.day, feed, interruptions)
        self.missed = None if self.since is None else missed_span(self.since, now)
        self.missed_weeks: tuple[Span, ...] = ()
        if self.missed is not None:
            self.missed_weeks = weeks_to_compare(self.missed, feed, interruptions)

    @property
    def spans(self) -> tuple[Span, ...]:
        """The stretches whose events have to be counted, as `told` takes their counts."""
        return (self.day, *self.day_weeks, *self.missed_weeks)

    def told(self, counts: Sequence[int], settings: FeedSettings) -> FeedBody:
        """Return the feed as it is answered, given what came in each stretch."""
        received, *weeks = counts
        usual = usual_of(weeks[: len(self.day_weeks)])
        _, agency, organisation, system = self.feed.source.split("/")
        return FeedBody(
            source=self.feed.source,
            agency=agency,
            organisation=organisation,
            system=system,
            last_event_at=self.feed.last_event_at,
            last_received_at=self.feed.last_received_at,
            volume=VolumeBody(
                day=london_day(self.day.since), received=received, usual=UsualBody.of(usual)
            ),
            silence=self._silence(usual_of(weeks[len(self.day_weeks) :]), settings),
            interruptions=[
                InEffectBody(
                    since=one.since,
                    until=one.until,
                    reason=one.reason,
                    declared_at=one.declared_at,
                )
                for one in self.in_effect
            ],
            noticed=[
                NoticedBody(
                    since=one.since,
                    until=one.until,
                    noticed_at=one.noticed_at,
                    usual_events=one.usual_events,
                    judged_by=one.standard,
                )
                for one in self.noticed
            ],
        )

    def _silence(self, usual: Usual | None, settings: FeedSettings) -> FeedSilenceBody:
        if self.since is None:
            why = "An interruption is in effect." if self.in_effect else "It never sent an event."
            return FeedSilenceBody(alarm=False, since=None, usual=None, says=why)
        alarm = is_alarming(
            self.since,
            self.now,
            usual,
            days=settings.feed_silence_days,
            events=settings.feed_silence_events,
        )
        says = f"Nothing has been received since {write_instant(self.since)}."
        if self.missed is not None and usual is not None:
            begins, ends = write_instant(self.missed.since), write_instant(self.missed.until)
            says += f" From {begins} to {ends} {usual.events:g} events usually come."
        return FeedSilenceBody(alarm=alarm, since=self.since, usual=UsualBody.of(usual), says=says)
