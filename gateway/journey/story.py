"""One victim's story, seen as of one moment as known at another: facts, contacts, the victim."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from gateway.journey.victim import Victim, victim_of
from shared.journey_event import KeptEvent
from shared.london import london_day, read_instant, start_of

CONTACT_TYPES = frozenset({"victim.told", "victim.offered"})
# These speak about other events or references, not about the victim.
ABOUT_EVENTS = frozenset({"event.corrected", "event.withdrawn"})
ABOUT_REFERENCES = frozenset({"reference.linked", "reference.unlinked"})


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened, whoever told us: one event, or the same fact from two agencies.

    `at` is in UTC (the start of its London day where only the day is known); `data` holds the
    fields of all its sources, those of the earliest first. `sources` are in order of time, so that
    neither the order of arrival nor the moment of asking changes which comes first.
    """

    type: str
    at: datetime
    day: date
    by_day: bool
    suspect: str | None
    hearing: str | None
    data: Mapping[str, Any]
    sources: tuple[KeptEvent, ...]

    @property
    def event(self) -> KeptEvent:
        """The earliest telling of it, whose identity names what it starts."""
        return self.sources[0]

    def source_of(self, agency: str) -> KeptEvent | None:
        """Return the event in which this agency told the fact, if it did."""
        return next((event for event in self.sources if event.agency == agency), None)


@dataclass(frozen=True, slots=True)
class Contact:
    """One telling, offer or attempt by an agency towards the victim; `at` is in UTC.

    `carried` is None where the sender did not say what the news contained.
    """

    event: KeptEvent
    at: datetime
    day: date
    by_day: bool
    about: tuple[str, ...]
    suspect: str | None
    hearing: str | None
    about_events: frozenset[str]
    carried: frozenset[str] | None
    channel: str | None
    reached: bool
    recipient: str
    excluded: bool

    @property
    def has_content(self) -> bool:
        """Whether the victim was told something: only such a contact ends a silence."""
        return self.event.type == "victim.told" and bool(self.about or self.carried)


@dataclass(frozen=True, slots=True)
class Story:
    """What the heart follows: all in effect that had happened by `as_of`, in order of time."""

    as_of: datetime
    events: tuple[KeptEvent, ...]
    facts: tuple[Fact, ...]
    contacts: tuple[Contact, ...]
    victim: Victim
    suspects: tuple[str, ...]
    corrected: Mapping[tuple[str, str], KeptEvent]
    facts_by_type: Mapping[str, tuple[Fact, ...]] = field(repr=False)

    def facts_of(self, *types: str) -> tuple[Fact, ...]:
        """Return the facts of these types, in order of time."""
        if len(types) == 1:
            return self.facts_by_type.get(types[0], ())
        return tuple(fact for fact in self.facts if fact.type in types)

    def organisation_of(self, agency: str) -> str | None:
        """Return the organisation that first spoke for an agency on this journey, if any did."""
        return next((e.organisation for e in self.events if e.agency == agency), None)


def in_effect(events: Iterable[KeptEvent], *, known_at: datetime | None) -> list[KeptEvent]:
    """Return what is left of events, as known at one moment, once corrected and withdrawn.

    Only the organisation that sent an event may correct or withdraw it, under the same reference.
    Of several corrections the one with the greatest time, then id, wins, whatever the order of
    arrival. A corrected event keeps its identity and the moments we were told of it.
    """
    known = [e for e in events if known_at is None or e.received_at <= known_at]
    if not any(event.type in ABOUT_EVENTS for event in known):
        return known
    withdrawals: dict[tuple[str, str], list[KeptEvent]] = defaultdict(list)
    corrections: dict[tuple[str, str], list[KeptEvent]] = defaultdict(list)
    for event in known:
        if event.type in ABOUT_EVENTS:
            target = event.data["event"]
            book = withdrawals if event.type == "event.withdrawn" else corrections
            book[target["source"], target["id"]].append(event)

    def stands(event: KeptEvent, above: frozenset[tuple[str, str]] = frozenset()) -> bool:
        identity = (event.source, event.id)
        return not any(
            may_amend(by, event)
            and (by.source, by.id) not in above
            and stands(by, above | {identity})
            for by in withdrawals.get(identity, ())
        )

    left = []
    for event in known:
        if not stands(event):
            continue
        amending = [
            by
            for by in corrections.get((event.source, event.id), ())
            if may_amend(by, event) and stands(by)
        ]
        if amending:
            event = corrected(event, max(amending, key=lambda by: (by.occurred_at, by.id)))
        left.append(event)
    return left


def may_amend(by: KeptEvent, event: KeptEvent) -> bool:
    """Say whether one event may correct or withdraw another.

    Only the organisation that sent it may; a correction may not change the reference, and the
    event to correct is always the first one, never a correction of it.
    """
    if (by.agency, by.organisation) != (event.agency, event.organisation):
        return False
    return by.type == "event.withdrawn" or (
        by.reference == event.reference and event.type not in ABOUT_EVENTS
    )


def corrected(event: KeptEvent, by: KeptEvent) -> KeptEvent:
    """Return an event with the content that a correction gives it."""
    content = by.data["content"]
    return replace(
        event,
        occurred_at=read_instant(content["time"]),
        data=content["data"],
        precision=content.get("timeprecision", event.precision),
    )


def story_of(
    events: Sequence[KeptEvent], *, as_of: datetime, known_at: datetime | None = None
) -> Story:
    """Return the story that these events of one journey tell, seen from two moments (aware).

    `as_of` hides what occurred later, `known_at` what arrived later. Corrections and withdrawals
    act on the whole past and obey `known_at` only. The order of arrival changes nothing.
    """
    effective = in_effect(events, known_at=known_at)
    as_of_day = london_day(as_of)
    placed = []
    for event in effective:
        day = london_day(event.occurred_at)
        by_day = event.precision == "day"
        if (day <= as_of_day) if by_day else (event.occurred_at <= as_of):
            placed.append((start_of(day) if by_day else event.occurred_at, day, by_day, event))
    placed.sort(key=lambda item: (item[0], *_in_time(item[3])[1:]))

    # Which label is whose is a matter of knowledge, not of time, so `as_of` hides nothing here.
    labels = Labels(sorted(effective, key=_in_time))
    facts: list[Fact] = []
    contacts: list[Contact] = []
    for at, day, by_day, event in placed:
        if event.type in CONTACT_TYPES:
            contacts.append(contact_from(event, at, day, by_day, labels.of(event)))
        elif event.type not in ABOUT_EVENTS:
            fact = Fact(
                type=event.type,
                at=at,
                day=day,
                by_day=by_day,
                suspect=labels.of(event),
                hearing=event.data.get("hearing"),
                data=event.data,
                sources=(event,),
            )
            add_fact(facts, fact)
    by_type: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_type[fact.type].append(fact)
    named = {fact.suspect: None for fact in facts if fact.suspect is not None}
    original = {(e.source, e.id): e for e in events}
    return Story(
        as_of=as_of,
        events=tuple(item[3] for item in placed),
        facts=tuple(facts),
        contacts=tuple(contacts),
        victim=victim_of(facts),
        suspects=tuple(named),
        corrected={
            (e.source, e.id): original[e.source, e.id]
            for e in effective
            if original[e.source, e.id] is not e
        },
        facts_by_type={type_: tuple(of_type) for type_, of_type in by_type.items()},
    )


def _in_time(event: KeptEvent) -> tuple[datetime, str, str]:
    return event.occurred_at, event.source, event.id


def add_fact(facts: list[Fact], fact: Fact) -> None:
    """Add a fact, or join it to the one that another agency told of the same London day.

    One fact told by two agencies starts one clock: it has the fields of both and the earlier time.
    """
    agency = fact.event.agency
    for index in range(len(facts) - 1, -1, -1):
        other = facts[index]
        if other.day < fact.day:
            break
        if (
            other.type == fact.type
            and other.suspect == fact.suspect
            and (other.hearing == fact.hearing or None in (other.hearing, fact.hearing))
            and other.source_of(agency) is None
        ):
            facts[index] = replace(
                other,
                hearing=other.hearing or fact.hearing,
                data={**fact.data, **other.data},
                sources=(*other.sources, *fact.sources),
            )
            return
    facts.append(fact)


def contact_from(
    event: KeptEvent, at: datetime, day: date, by_day: bool, suspect: str | None
) -> Contact:
    """Read a telling or an offer as a contact."""
    data = event.data
    about_event = data.get("about_event", ())
    carried = data.get("carried")
    return Contact(
        event=event,
        at=at,
        day=day,
        by_day=by_day,
        about=tuple(data.get("about", ())),
        suspect=suspect,
        hearing=data.get("hearing"),
        about_events=frozenset((about_event,) if isinstance(about_event, str) else about_event),
        carried=None if carried is None else frozenset(carried),
        channel=data.get("channel"),
        reached=data.get("reached", data.get("response") in ("accepted", "declined")) is True,
        recipient=data.get("recipient", "victim"),
        excluded=bool(data.get("recipient_excluded")),
    )


class Labels:
    """Reads every agency's suspect label as the police's own.

    A link may say which label is which (`suspects`: theirs to ours). Where the police know one
    suspect only, any label is that one.
    """

    def __init__(self, events: Iterable[KeptEvent]) -> None:
        self._means: dict[tuple[str, str], tuple[str, str]] = {}
        police: dict[str, None] = {}
        for event in events:
            if event.type == "reference.linked":
                here, there = event.reference, event.data["reference"]
                for theirs, ours in event.data.get("suspects", {}).items():
                    # The police's labels are the journey's: whoever links, others map to them.
                    if event.agency == "police":
                        self._means[there, theirs] = here, ours
                    else:
                        self._means[here, ours] = there, theirs
            elif event.agency == "police" and "suspect" in event.data:
                police[event.data["suspect"]] = None
        self._only = next(iter(police)) if len(police) == 1 else None

    def of(self, event: KeptEvent) -> str | None:
        """Return the label of the suspect an event speaks of, or None where it names none."""
        label: str | None = event.data.get("suspect")
        if label is None or event.agency == "police":
            return label
        if self._only is not None:
            return self._only
        place, seen = (event.reference, label), set[tuple[str, str]]()
        while place in self._means and place not in seen:
            seen.add(place)
            place = self._means[place]
        return place[1]
