"""Builds the events of a journey in a line each, so that a test reads as a story."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any, Self
from uuid import UUID

from gateway.journey.calendar import Calendar
from gateway.journey.duty import Rulebook
from gateway.journey.membership import journey_of
from gateway.journey.obligation import Obligation
from gateway.journey.silences import Standard
from gateway.journey.timeline import Timeline, timeline_of
from gateway.rulebook import england_and_wales, load_rulebook
from shared.interruption import Interruption
from shared.journey_event import JourneyRecord, KeptEvent, KnownReference, reference_id
from shared.london import LONDON, last_moment_of, read_day, write_instant

CRIME = "crime:example-force/5224001234/V1"
CASE = "case:52EX0012324/V1"
CONTACT = "contact:example-region/VC-24-00123"
STANDARD = Standard(days=28, member_days=365)

SOURCES = {
    "police": "/police/example-force/records",
    "cps": "/cps/example-area/cms",
    "probation": "/probation/example-region/contact",
}


@cache
def calendar() -> Calendar:
    """The working days of England and Wales."""
    return england_and_wales()


@cache
def rulebook() -> Rulebook:
    """The project's own rules."""
    return load_rulebook(calendar=calendar())


def moment(text: str) -> datetime:
    """Read `2024-03-28` (noon) or `2024-03-28 17:45`, London time, as an instant in UTC."""
    day, _, clock = text.partition(" ")
    local = datetime.combine(read_day(day), time.fromisoformat(clock or "12:00"), LONDON)
    return local.astimezone(UTC)


class JourneyBuilder:
    """Collects events in the order they are told; `received` gives a later moment of arrival."""

    def __init__(self) -> None:
        self.events: list[KeptEvent] = []
        self.interruptions: list[Interruption] = []

    def said(
        self,
        agency: str,
        when: str,
        type_: str,
        under: str,
        *,
        id: str | None = None,
        received: str | None = None,
        recorded: str | None = None,
        by_day: bool = False,
        source: str | None = None,
        **data: Any,
    ) -> Self:
        """Add an event of any agency, under a reference."""
        number = len(self.events) + 1
        for name in ("received_at_wcu", "starts_at"):
            if name in data:
                data[name] = write_instant(moment(data[name]))
        occurred_at = moment(when)
        self.events.append(
            KeptEvent(
                source=source or SOURCES[agency],
                id=id or f"{agency}-{number}",
                type=type_,
                reference=under,
                occurred_at=occurred_at,
                recorded_at=None if recorded is None else moment(recorded),
                received_at=occurred_at if received is None else moment(received),
                precision="day" if by_day else "instant",
                data=data,
                event_id=UUID(int=number),
            )
        )
        return self

    def police(self, when: str, type_: str, under: str = CRIME, **data: Any) -> Self:
        """Add an event of the police or the Witness Care Unit."""
        return self.said("police", when, type_, under, **data)

    def cps(self, when: str, type_: str, under: str = CRIME, **data: Any) -> Self:
        """Add an event of the CPS."""
        return self.said("cps", when, type_, under, **data)

    def probation(self, when: str, type_: str, under: str = CRIME, **data: Any) -> Self:
        """Add an event of probation."""
        return self.said("probation", when, type_, under, **data)

    def reported(self, when: str, **data: Any) -> Self:
        """Add the report of a crime by a person, unless the data say otherwise."""
        return self.police(
            when, "crime.reported", **{"victim_kind": "person", "offence_group": "other", **data}
        )

    def told(self, when: str, *about: str, agency: str = "police", **data: Any) -> Self:
        """Add news that reached the victim by phone, unless the data say otherwise."""
        said = {"about": list(about), "channel": "phone", "reached": True, **data}
        return self.said(agency, when, "victim.told", said.pop("under", CRIME), **said)

    def corrected(self, when: str, id: str, content_time: str, **data: Any) -> Self:
        """Add the police's correction of one of their events."""
        content = {"time": write_instant(moment(content_time)), "data": data}
        return self.police(
            when,
            "event.corrected",
            event={"source": SOURCES["police"], "id": id},
            content=content,
            reason="keyed wrong",
        )

    def withdrawn(self, when: str, event_id: str, **more: Any) -> Self:
        """Add the police's withdrawal of one of their events."""
        event = {"source": SOURCES["police"], "id": event_id}
        return self.police(when, "event.withdrawn", event=event, reason="wrong journey", **more)

    def linked(self, when: str, one: str, other: str, **data: Any) -> Self:
        """Add the police's word that two references are one victim's."""
        return self.police(when, "reference.linked", one, reference=other, basis="file", **data)

    def down(
        self,
        source: str,
        since: str,
        until: str | None = None,
        *,
        declared: str | None = None,
        replaced: str | None = None,
        replayed: bool = False,
    ) -> Self:
        """Add a feed's interruption, declared when it began unless a moment is given."""
        _, agency, organisation, system = source.split("/")
        self.interruptions.append(
            Interruption(
                agency=agency,
                organisation=organisation,
                system=system,
                since=moment(since),
                until=None if until is None else moment(until),
                replayed=replayed,
                reason="the network was down",
                declared_at=moment(declared or since),
                replaced_at=None if replaced is None else moment(replaced),
            )
        )
        return self

    def record(self) -> JourneyRecord:
        """Return what the store would hold, references as first heard of."""
        first: dict[str, datetime] = {}
        for event in self.events:
            for reference in (event.reference, event.data.get("reference")):
                if reference is not None:
                    first[reference] = min(
                        event.received_at, first.get(reference, event.received_at)
                    )
        return JourneyRecord(
            references=tuple(
                KnownReference(
                    reference=reference,
                    reference_id=reference_id(reference),
                    first_received_at=at,
                    version=1,
                )
                for reference, at in first.items()
            ),
            events=tuple(self.events),
            interruptions=tuple(self.interruptions),
        )

    def seen(self, as_of: str, *, known_at: str | None = None, reference: str = CRIME) -> Timeline:
        """Return the timeline as of a day (its end) or a moment, under the project's own rules."""
        known = None if known_at is None else seen_from(known_at)
        membership = journey_of(self.record(), reference_id(reference), known_at=known)
        assert membership is not None
        return timeline_of(
            membership,
            rulebook(),
            calendar(),
            STANDARD,
            as_of=seen_from(as_of),
            known_at=known,
        )

    def owed(self, rule: str, as_of: str, *, known_at: str | None = None) -> Obligation:
        """Return the one obligation of a rule; a journey with none or several fails the test."""
        (obligation,) = self.all_owed(rule, as_of, known_at=known_at)
        return obligation

    def all_owed(
        self, rule: str, as_of: str, *, known_at: str | None = None
    ) -> tuple[Obligation, ...]:
        """Return every obligation of a rule, in order."""
        obligations = self.seen(as_of, known_at=known_at).followed.obligations
        return tuple(o for o in obligations if o.duty.id == rule)

    def arriving(self, order: list[int]) -> "JourneyBuilder":
        """Return the same events told to us in another order."""
        other = JourneyBuilder()
        arrivals = sorted(event.received_at for event in self.events)
        other.events = [
            replace(self.events[place], received_at=at + timedelta(microseconds=n))
            for n, (place, at) in enumerate(zip(order, arrivals, strict=True))
        ]
        return other


def seen_from(text: str) -> datetime:
    """Read a day as its end, or a moment, London time, as an instant in UTC."""
    return moment(text) if " " in text else last_moment_of(read_day(text))
