"""One victim's story, seen as of one moment as known at another: facts, contacts, the victim."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from gateway.journey.victim import Victim, victim_of
from shared.interruption import Interruption
from shared.journey_event import KeptEvent, speaker
from shared.london import london_day, read_instant, start_of
from shared.words import fits

NO_EVENTS: frozenset[str] = frozenset()
CONTACT_TYPES = frozenset({"victim.told", "victim.offered"})
# These speak about other events or references, not about the victim.
ABOUT_EVENTS = frozenset({"event.corrected", "event.withdrawn"})
OWN_ACTS = (
    "breach.",
    "complaint.",
    "contact.",
    "departure.",
    "feedback.",
    "handover.",
    "needs.changed",
    "officer.",
    "question.",
    "reference.",
    "representations.",
    "review.",
)
ABOUT_REFERENCES = frozenset({"reference.linked", "reference.unlinked"})


# Facts and contacts are not frozen: setting each field of a frozen one took a third of the heart's
# time. Nobody but this module writes to them all the same.
@dataclass(slots=True)
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
        for event in self.sources:
            if speaker(event.source)[0] == agency:
                return event
        return None


@dataclass(slots=True)
class Contact:
    """One telling, offer or attempt by an agency towards the victim; `at` is in UTC.

    `carried` is None where the sender did not say what the news contained. `has_content` says that
    something was told: only such a contact ends a silence. `why_not_told` is why nobody entitled to
    news heard it, None where somebody did.
    """

    event: KeptEvent
    agency: str
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
    has_content: bool
    why_not_told: str | None = None


@dataclass(slots=True)
class Story:
    """What the heart follows: all in effect that had happened by `as_of`, in order of time."""

    as_of: datetime
    facts: tuple[Fact, ...]
    contacts: tuple[Contact, ...]
    victim: Victim
    corrected: Mapping[tuple[str, str], KeptEvent]
    facts_by_type: Mapping[str, Sequence[Fact]] = field(repr=False)
    tellings: Mapping[str, Sequence[Contact]] = field(repr=False)
    organisations: Mapping[str, str] = field(repr=False)
    spoke_from: Mapping[str, datetime] = field(repr=False)
    interruptions: tuple[Interruption, ...] = ()

    def tellings_about(self, *types: str) -> Sequence[Contact]:
        """Return the contacts that were about facts of these types, in order of time."""
        if len(types) == 1:
            return self.tellings.get(types[0], ())
        told = [type_ for type_ in types if type_ in self.tellings]
        if len(told) <= 1:  # mostly, and then they are together already
            return self.tellings[told[0]] if told else ()
        return [c for c in self.contacts if any(type_ in c.about for type_ in told)]

    def facts_of(self, *types: str) -> Sequence[Fact]:
        """Return the facts of these types, in order of time."""
        if len(types) == 1:
            return self.facts_by_type.get(types[0], ())
        known = [type_ for type_ in types if type_ in self.facts_by_type]
        if len(known) <= 1:  # mostly, and then they are together already
            return self.facts_by_type[known[0]] if known else ()
        return [fact for fact in self.facts if fact.type in known]

    def organisations_of(self, agency: str) -> list[tuple[datetime, str]]:
        """Return who `organisation_of` an agency is from which moment (UTC) on, in order of time.

        It is empty where nobody of the agency is known.
        """
        first = self.organisations.get(agency)
        if first is None:
            return []
        turns = [(self.spoke_from[agency], first)]
        if agency == "police":
            for fact in self.facts_by_type.get("crime.transferred", ()):
                force = fact.data.get("to_force", turns[-1][1])
                if force != turns[-1][1]:
                    turns.append((fact.at, force))
        return turns

    def organisation_of(self, agency: str, at: datetime | None = None) -> str | None:
        """Return the organisation that first spoke for an agency on this journey, if any did.

        The police's, at a moment (UTC), is the force that the crime was last transferred to by
        then. Probation's, until it speaks, is the region that the victim was first referred to.
        """
        found = self.organisations.get(agency)
        if at is not None and agency == "police" and "crime.transferred" in self.facts_by_type:
            for fact in self.facts_by_type["crime.transferred"]:
                if fact.at <= at:
                    found = fact.data.get("to_force", found)
        return found


def in_effect(events: Iterable[KeptEvent], *, known_at: datetime | None) -> list[KeptEvent]:
    """Return what is left of events, as known at one moment, once corrected and withdrawn.

    Only the organisation that sent an event may correct or withdraw it, under the same reference.
    Of several corrections the one with the greatest time, then id, wins, whatever the order of
    arrival. A corrected event keeps its identity and the moments we were told of it. A correction
    whose content is not that of its original's type changes nothing.
    """
    return amended(events, known_at)[0]


def amended(
    events: Iterable[KeptEvent], known_at: datetime | None
) -> tuple[list[KeptEvent], Mapping[tuple[str, str], KeptEvent]]:
    """Return what is in effect of events, and by identity the originals of what was corrected."""
    if known_at is None:
        known = list(events)
    else:
        known = [event for event in events if event.received_at <= known_at]
    if ABOUT_EVENTS.isdisjoint([event.type for event in known]):
        return known, {}
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
    originals: dict[tuple[str, str], KeptEvent] = {}
    for event in known:
        identity = (event.source, event.id)
        if identity in withdrawals and not stands(event):
            continue
        if identity in corrections:
            amending = [
                by
                for by in corrections[identity]
                if may_amend(by, event) and content_fits(by, event) and stands(by)
            ]
            if amending:
                originals[identity] = event
                event = corrected(event, max(amending, key=lambda by: (by.occurred_at, by.id)))
        left.append(event)
    return left, originals


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


def content_fits(by: KeptEvent, event: KeptEvent) -> bool:
    """Say whether a correction's content is that of the event's type.

    A door cannot tell, because a correction may arrive before its original.
    """
    content = by.data["content"]
    return content.get("type", event.type) == event.type and fits(event.type, content["data"])


def unfit_corrections(events: Iterable[KeptEvent]) -> list[KeptEvent]:
    """Return the corrections that change nothing, because their content is of another type."""
    events = tuple(events)
    original = {(event.source, event.id): event for event in events}
    unfit = []
    for by in events:
        if by.type == "event.corrected":
            target = by.data["event"]
            event = original.get((target["source"], target["id"]))
            if event is not None and may_amend(by, event) and not content_fits(by, event):
                unfit.append(by)
    return unfit


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
    events: Sequence[KeptEvent],
    *,
    as_of: datetime,
    known_at: datetime | None = None,
    interruptions: Iterable[Interruption] = (),
) -> Story:
    """Return the story that these events of one journey tell, seen from two moments (aware).

    `as_of` hides what occurred later, `known_at` what arrived later. Corrections and withdrawals
    act on the whole past and obey `known_at` only. The order of arrival changes nothing. Of the
    interruptions those are kept that are known and hide something still.
    """
    effective, originals = amended(events, known_at)
    placed = sorted(
        [
            (
                event.occurred_at
                if event.precision != "day"
                else start_of(london_day(event.occurred_at)),
                event.source,
                event.id,
                number,
            )
            for number, event in enumerate(effective)
        ]
    )
    labels: Labels | None = None
    facts: list[Fact] = []
    contacts: list[Contact] = []
    tellings: dict[str, list[Contact]] = {}
    organisations: dict[str, str] = {}
    spoke_from: dict[str, datetime] = {}
    by_type: dict[str, list[Fact]] = {}
    for at, source, _, number in placed:
        if at > as_of:
            break
        event = effective[number]
        day, by_day = london_day(at), event.precision == "day"
        agency, organisation = speaker(source)
        if agency not in organisations:
            organisations[agency] = organisation
            spoke_from[agency] = at
        type_, data = event.type, event.data
        suspect = data.get("suspect")
        if suspect is not None and agency != "police":
            labels = labels or Labels(effective)
            suspect = labels.of(event, suspect)
        if type_ in CONTACT_TYPES:
            contact = contact_from(event, agency, at, day, by_day, suspect)
            contacts.append(contact)
            for about in contact.about:
                of_type = tellings.get(about)
                if of_type is None:
                    tellings[about] = [contact]
                elif of_type[-1] is not contact:
                    of_type.append(contact)
        elif type_ not in ABOUT_EVENTS:
            fact = Fact(type_, at, day, by_day, suspect, data.get("hearing"), data, (event,))
            told = by_type.get(type_)
            if told is None:
                by_type[type_] = [fact]
            else:
                one = twin(told, fact, agency)
                if one is not None:
                    join(one, fact)
                    continue
                told.append(fact)
            facts.append(fact)
    if "probation" not in organisations and "contact_scheme.referred" in by_type:
        region = by_type["contact_scheme.referred"][0].data.get("region")
        if region is not None:
            organisations["probation"] = region
            spoke_from["probation"] = by_type["contact_scheme.referred"][0].at
    victim = victim_of(by_type)
    for contact in contacts:
        contact.why_not_told = victim.why_not_told(contact)
    return Story(
        as_of=as_of,
        facts=tuple(facts),
        contacts=tuple(contacts),
        victim=victim,
        corrected=originals,
        facts_by_type=by_type,
        tellings=tellings,
        organisations=organisations,
        spoke_from=spoke_from,
        interruptions=tuple([i for i in interruptions if i.known(known_at) and not i.replayed]),
    )


def twin(told: Sequence[Fact], fact: Fact, agency: str) -> Fact | None:
    """Return the fact among those of its type that an agency's fact is, told by others, or None.

    One fact has one London day and one suspect. What an agency does itself, such as to receive a
    complaint, no other agency tells as well.
    """
    for other in reversed(told):
        if (
            other.day == fact.day
            and other.suspect == fact.suspect
            and (other.hearing == fact.hearing or other.hearing is None or fact.hearing is None)
            and other.source_of(agency) is None
            and not fact.type.startswith(OWN_ACTS)
        ):
            return other
    return None


def join(told: Fact, fact: Fact) -> None:
    """Make one fact of two that agencies told: the fields of both and the earlier time.

    It starts one clock.
    """
    told.hearing = told.hearing or fact.hearing
    told.data = {**fact.data, **told.data}
    told.sources = (*told.sources, *fact.sources)


def contact_from(
    event: KeptEvent, agency: str, at: datetime, day: date, by_day: bool, suspect: str | None
) -> Contact:
    """Read a telling or an offer as a contact."""
    get = event.data.get
    about, carried, about_event = get("about", ()), get("carried"), get("about_event")
    reached = get("reached")
    if reached is None:
        reached = get("response") in ("accepted", "declined")
    return Contact(
        event,
        agency,
        at,
        day,
        by_day,
        tuple(about),
        suspect,
        get("hearing"),
        NO_EVENTS if about_event is None else named_events(event.data),
        None if carried is None else frozenset(carried),
        get("channel"),
        reached is True,
        get("recipient", "victim"),
        bool(get("recipient_excluded")),
        event.type == "victim.told" and bool(about or carried),
    )


def named_events(data: Mapping[str, Any]) -> frozenset[str]:
    """Return the ids of the events that this one says it answers."""
    about_event = data.get("about_event")
    if about_event is None:
        return NO_EVENTS
    return frozenset((about_event,) if isinstance(about_event, str) else about_event)


class Labels:
    """Reads every agency's suspect label as the police's own.

    A link may say which label is which (`suspects`: theirs to ours). Where the police know one
    suspect only, any label is that one.
    """

    def __init__(self, events: Iterable[KeptEvent]) -> None:
        # Which label is whose is a matter of knowledge, not of time: `as_of` hides nothing here.
        self._means: dict[tuple[str, str], tuple[str, str]] = {}
        links = [event for event in events if event.type == "reference.linked"]
        police: set[str] = {
            event.data["suspect"]
            for event in events
            if "suspect" in event.data and event.source.startswith("/police/")
        }
        for link in sorted(links, key=lambda e: (e.occurred_at, e.source, e.id)):
            here, there = link.reference, link.data["reference"]
            for theirs, ours in link.data.get("suspects", {}).items():
                # The police's labels are the journey's: whoever links, others map to them.
                if link.agency == "police":
                    self._means[there, theirs] = here, ours
                    police.add(ours)
                else:
                    self._means[here, ours] = there, theirs
                    police.add(theirs)
        self._only = next(iter(police)) if len(police) == 1 else None

    def of(self, event: KeptEvent, label: str) -> str:
        """Return the police's label of the suspect whom another agency's event calls this."""
        if self._only is not None:
            return self._only
        place, seen = (event.reference, label), set[tuple[str, str]]()
        while place in self._means and place not in seen:
            seen.add(place)
            place = self._means[place]
        return place[1]
