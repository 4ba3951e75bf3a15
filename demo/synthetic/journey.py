"""One synthetic journey while it is made: who, where, what was said of it and how it was told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from demo.synthetic.chance import Chance, Mix
from demo.synthetic.days import DAY, MINUTE, instant, working_days_after
from demo.synthetic.duties import NEWS_OF
from demo.synthetic.event import Event
from demo.synthetic.mix import CHANNELS, OFFICE_HOUR, WRITTEN
from demo.synthetic.practice import Habit, Practice
from shared.journey_event import Agency
from shared.london import london_day, write_instant

EXTRAS = ("further_information", "next_step", "support_offer")


@dataclass(frozen=True, slots=True)
class Place:
    """A force with the CPS Areas and the probation region that serve it, and its system."""

    force: str
    areas: tuple[str, ...]
    region: str
    system: str


@dataclass(frozen=True, slots=True)
class World:
    """What all journeys of one making share.

    Reports fall on the London days from `since` on; all is seen at `as_of` (UTC), the last moment
    of the London day `until`, and nothing is sent that was not keyed and sent by then.
    """

    seed: int
    since: date
    until: date
    as_of: datetime
    practice: Practice
    places: Mix[Place]


class Journey:
    """One journey: draws, references, and the events said so far.

    `known` are the events as they are right in the end, which the truth is told from; `sent` are
    those on the wire, with mistakes, corrections and withdrawals.
    """

    def __init__(self, world: World, number: int) -> None:
        self.chance = Chance(world.seed, number)
        self.world = world
        self.number = number
        place = self.chance.of(world.places)
        self.place = place
        self.area = self.chance.one_of(place.areas)
        own = f"SYN-{world.seed}-{number}"
        self._sources: Mapping[Agency, str] = {
            "police": f"/police/{place.force}/{place.system}",
            "cps": f"/cps/{self.area}/cms",
            "probation": f"/probation/{place.region}/vcms",
        }
        self._organisations: Mapping[Agency, str] = {
            "police": f"police/{place.force}",
            "cps": f"cps/{self.area}",
            "probation": f"probation/{place.region}",
        }
        self.crime = f"crime:{place.force}/{own}/V1"
        self.case = f"case:{own}/V1"
        self.contact = f"contact:{place.region}/{own}"
        self._references: Mapping[Agency, str] = {
            "police": self.crime,
            "cps": self.case,
            "probation": self.contact,
        }
        self.known: list[Event] = []
        self.sent: list[Event] = []
        # Who the victim is, as far as anybody telling them has to know.
        self.recipients: tuple[str, ...] = ("victim",)
        self.turns_18_on: date | None = None
        self.channels: tuple[str, ...] = ()
        self.every = 28  # days between routine updates
        self.agreed_on = date.max  # the channels, from the day after on for certain
        self.opt_outs: list[tuple[frozenset[str], datetime, datetime]] = []
        self.suspects: tuple[str, ...] = ()
        self.theirs: Mapping[str, str] = {}  # the CPS's labels of suspects

    def habit(self, agency: Agency, rule: str) -> Habit:
        """Return how an agency's organisation keeps a duty."""
        return self.world.practice.habit(self._organisations[agency], rule)

    # Times.

    def on(self, day: date, hours: Mix[int] = OFFICE_HOUR) -> datetime:
        """Return a moment of a London day, in UTC, in its usual hours."""
        return instant(day, self.chance.of(hours) * 60 + self.chance.between(0, 59))

    def later(self, at: datetime, days: int, hours: Mix[int] = OFFICE_HOUR) -> datetime:
        """Return a moment some days after another one, or soon after it."""
        moment = self.on(london_day(at) + timedelta(days=days), hours)
        return moment if moment > at else at + self.chance.between(10, 90) * MINUTE

    def worked(self, at: datetime, working_days: int) -> datetime:
        """Return the moment at which something is done so many working days after another one.

        What is done on the same day is done soon; a little is done at weekends.
        """
        if not working_days:
            return at + self.chance.between(15, 240) * MINUTE
        day = working_days_after(london_day(at), working_days)
        if day.weekday() == 4 and self.chance.happens(0.15):
            day += DAY
        return self.on(day)

    def over(self, at: datetime) -> bool:
        """Say whether a moment lies beyond the stated one."""
        return at > self.world.as_of

    def declines(self, scopes: Iterable[str], at: datetime) -> bool:
        """Say whether the victim wants no contact of some scopes at a moment."""
        return any(
            since <= at < until and not scope.isdisjoint({"all", *scopes})
            for scope, since, until in self.opt_outs
        )

    # Saying.

    def say(
        self,
        agency: Agency,
        type_: str,
        at: datetime,
        data: Mapping[str, Any] | None = None,
        *,
        under: str | None = None,
        wcu: bool = False,
        by_day: bool = False,
        heard: datetime | None = None,
        flaw: str | None = None,
        prompt: bool = False,
    ) -> Event | None:
        """Say that something happened, and return the event, or None where nobody had said it yet.

        `heard` is when the Witness Care Unit learned of it, which most say and others leave to be
        inferred from the keying. `flaw` is why a contact told nobody entitled anything. `prompt`
        is said in time however long the queue.
        """
        source = f"/police/{self.place.force}/wms" if wcu else self._sources[agency]
        said = dict(data or {})
        infer = False
        if heard is not None:
            infer = self.chance.happens(0.25)
            if not infer:
                said["received_at_wcu"] = write_instant(heard)
        keyed, arrives = self._keyed(agency, at if heard is None else max(at, heard))
        if prompt:
            keyed, arrives = min(keyed, self.world.as_of), min(arrives, self.world.as_of)
        if self.over(at) or self.over(arrives):
            return None
        recorded = keyed if infer or self.chance.happens(0.8) else None
        event = Event(
            source=source,
            id=self._next_id(),
            type=type_,
            subject=under or self._references[agency],
            at=at,
            by_day=by_day,
            recorded=recorded,
            arrives=arrives,
            data=said,
            flaw=flaw,
            suspect=self._ours(said.get("suspect")),
        )
        self.known.append(event)
        self._send(agency, event)
        return event

    def tell(
        self,
        facts: Sequence[Event | None],
        rule: str,
        agency: Agency = "police",
        *,
        wcu: bool = False,
        since: datetime | None = None,
    ) -> Event | None:
        """Tell the victim of facts of one occasion as the organisation usually does, or not at all.

        `since` is when the teller knew of them, else the last of them. Return what told them.
        """
        told = [fact for fact in facts if fact is not None]
        if not told:
            return None
        chance, habit = self.chance, self.habit(agency, rule)
        since = since or told[-1].at
        types = tuple(dict.fromkeys(fact.type for fact in told))
        if self.declines(types, since) and chance.happens(0.92):
            return None
        if chance.happens(habit.never):
            return None
        needed = tuple(
            dict.fromkeys(
                item
                for fact in told
                for news in NEWS_OF.get(fact.type, ())
                if news.where(fact.data)
                for item in news.carrying
            )
        )
        if chance.happens(habit.early):
            before = self.on(london_day(told[0].at) - DAY)
            self._telling(agency, told, types, needed, before, wcu=wcu, flaw="early")
            return None
        at = self.worked(since, chance.spread(habit.days))
        flaws = (("attempted", habit.attempted), ("misdirected", habit.misdirected))
        for flaw, share in (*flaws, ("lacking", habit.lacking if needed else 0.0)):
            if chance.happens(share):
                self._telling(agency, told, types, needed, at, wcu=wcu, flaw=flaw)
                if not chance.happens(habit.mended):
                    return None
                at = self.worked(at, chance.between(0, 4))
        return self._telling(agency, told, types, needed, at, wcu=wcu)

    def does(
        self,
        agency: Agency,
        rule: str,
        type_: str,
        since: datetime,
        data: Mapping[str, Any] | None = None,
        *,
        wcu: bool = False,
    ) -> Event | None:
        """Do what a duty asks as the organisation usually does, or not at all."""
        habit = self.habit(agency, rule)
        if self.chance.happens(habit.never):
            return None
        at = self.worked(since, self.chance.spread(habit.days))
        return self.say(agency, type_, at, data, wcu=wcu)

    def update(self, agency: Agency, at: datetime, *, wcu: bool = False) -> Event | None:
        """Tell the victim how things are, about nothing in particular."""
        channel, flaw = self._channel(agency, None)
        return self.say(
            agency,
            "victim.told",
            at,
            {
                "about": [],
                "carried": ["progress"],
                "channel": channel,
                "reached": True,
                **self._recipient(london_day(at)),
            },
            wcu=wcu,
            flaw=flaw,
        )

    def _telling(
        self,
        agency: Agency,
        facts: Sequence[Event],
        types: tuple[str, ...],
        needed: tuple[str, ...],
        at: datetime,
        *,
        wcu: bool,
        flaw: str | None = None,
    ) -> Event | None:
        chance = self.chance
        data: dict[str, Any] = {"about": list(types)}
        suspects = {fact.suspect for fact in facts}
        hearings = {fact.data.get("hearing") for fact in facts}
        for field, named in (("suspect", suspects), ("hearing", hearings)):
            label = named.pop()
            if label is not None and not named and chance.happens(0.85):
                data[field] = self.label(label) if agency == "cps" else label
        if flaw != "early" and chance.happens(0.3):
            ids = [fact.id for fact in facts]
            data["about_event"] = ids[0] if len(ids) == 1 else ids
        carried = [*needed, chance.one_of(EXTRAS)]
        if flaw == "lacking":
            carried.remove(chance.one_of(needed))
            data["carried"] = list(dict.fromkeys(item for item in carried if item in needed))
        elif chance.happens(0.8):
            data["carried"] = list(dict.fromkeys(carried))
        agreed = self.agreed_on < london_day(at)
        channel, unagreed = self._channel(agency, flaw if agreed else None)
        data["channel"] = channel
        data["reached"] = True
        if flaw == "attempted":
            data["reached"] = "returned" if channel == "letter" else "attempted"
        data.update(self._recipient(london_day(at)))
        if flaw == "misdirected" and unagreed is None:
            data["recipient"] = "other"
        return self.say(
            agency,
            "victim.told",
            at,
            data,
            under=facts[-1].subject if facts[-1].source.startswith(f"/{agency}/") else None,
            wcu=wcu,
            by_day=channel == "letter" and chance.happens(0.4),
            flaw=flaw,
        )

    def _channel(self, agency: Agency, flaw: str | None) -> tuple[str, str | None]:
        """Return a channel, and `misdirected` where it is one that was not agreed on purpose."""
        channel = self.chance.of(CHANNELS[agency])
        if not self.channels:
            return channel, None
        if flaw == "misdirected" and self.chance.happens(0.5):
            for other in WRITTEN:
                if other not in self.channels:
                    return other, flaw
        if channel in ("phone", "in_person"):
            return channel, None
        return self.chance.one_of(self.channels), None

    def _recipient(self, day: date) -> Mapping[str, str]:
        recipient = self.chance.one_of(self.recipients)
        child = self.turns_18_on is None or day < self.turns_18_on
        if recipient == "victim" or (recipient == "parent_or_guardian" and not child):
            return {}
        return {"recipient": recipient}

    # Labels and references.

    def label(self, suspect: str) -> str:
        """Return the CPS's label of a suspect."""
        return self.theirs.get(suspect, suspect)

    def _ours(self, label: object) -> str | None:
        if label is None:
            return None
        return next((ours for ours, theirs in self.theirs.items() if theirs == label), str(label))

    # How events reach us.

    def _keyed(self, agency: Agency, at: datetime) -> tuple[datetime, datetime]:
        """Return when an event was keyed at source, and when we were told of it."""
        chance, keying = self.chance, self.world.practice.keying(self._organisations[agency])
        keyed = at + chance.between(1, 90) * MINUTE
        if chance.happens(keying.late):
            keyed = self.later(keyed, chance.spread(keying.days))
        arrives = keyed + MINUTE
        if chance.happens(keying.nightly):
            arrives = max(arrives, instant(london_day(keyed) + DAY, chance.between(60, 240)))
        if chance.happens(keying.stuck):
            arrives += chance.between(5, 40) * DAY
        return keyed, arrives

    def _send(self, agency: Agency, event: Event) -> None:
        """Put an event on the wire, with the mistakes and the corrections of its organisation."""
        chance, keying = self.chance, self.world.practice.keying(self._organisations[agency])
        if not (chance.happens(keying.corrected) and self._send_corrected(event)):
            self.sent.append(event)
        if chance.happens(keying.withdrawn):
            self._send_withdrawn(event)

    def _send_corrected(self, event: Event) -> bool:
        """Send an event wrong at first and corrected after that, where there was time for it."""
        chance = self.chance
        amended = event.arrives + chance.between(1, 20) * DAY
        again = amended + chance.between(1, 20) * DAY if chance.happens(0.15) else None
        if self.over((again or amended) + MINUTE) or event.type.startswith("reference."):
            return False
        wrong = replace(event, at=event.at - chance.between(1, 9) * DAY)
        if "suspect" in event.data and chance.happens(0.4):
            wrong = replace(event, data={**event.data, "suspect": "S9"})
        # Sometimes the corrections come out of the queue before what they correct.
        last = again or amended
        self.sent.append(replace(wrong, arrives=last + MINUTE) if chance.happens(0.2) else wrong)
        moments = [(amended, event)] if again is None else [(amended, wrong), (again, event)]
        for at, right in moments:
            content: dict[str, Any] = {"time": write_instant(right.at), "data": right.data}
            if chance.happens(0.5):
                content["type"] = event.type
            if event.by_day:
                content["timeprecision"] = "day"
            target = {"source": event.source, "id": event.id}
            data = {"event": target, "content": content, "reason": "keyed wrong"}
            self._amend(event, "event.corrected", at, data)
        return True

    def _send_withdrawn(self, event: Event) -> None:
        """Send an event that belongs to another journey, and its withdrawal."""
        chance = self.chance
        withdrawn = event.arrives + chance.between(1, 15) * DAY
        if self.over(withdrawn + MINUTE) or event.type.startswith("reference."):
            return
        # Sometimes the withdrawal comes out of the queue first.
        arrives = withdrawn + MINUTE if chance.happens(0.2) else event.arrives
        wrong = replace(event, id=self._next_id(), arrives=arrives)
        self.sent.append(wrong)
        target = {"source": wrong.source, "id": wrong.id}
        data = {"event": target, "reason": "another victim's"}
        self._amend(wrong, "event.withdrawn", withdrawn, data)

    def _amend(self, event: Event, type_: str, at: datetime, data: Mapping[str, Any]) -> None:
        self.sent.append(
            Event(
                source=event.source,
                id=self._next_id(),
                type=type_,
                subject=event.subject,
                at=at,
                by_day=False,
                recorded=None,
                arrives=at,
                data=data,
            )
        )

    def _next_id(self) -> str:
        return f"{self.world.seed}-{self.number}-{len(self.sent) + 1}"
