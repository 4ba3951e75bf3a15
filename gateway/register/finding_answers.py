"""The shapes in which the gateway tells of findings, of one journey and of many."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from gateway.answers import JudgedBy, LeftOut
from gateway.journey.findings.finding import Finding, FindingKind
from gateway.journey.findings.meanings import MEANING_OF, Meaning
from gateway.journey.silences import days_between
from gateway.journey.stages import Stage
from gateway.register.answers import OwedJourney, RegisterBody
from gateway.register.found import Count, Found
from shared.handling import Sensitive


class AboutBody(BaseModel):
    """One word that `about` may be, and what it stands for."""

    about: str
    means: str
    special: bool


class KindBody(BaseModel):
    """A kind of finding: what it means, and what it does not."""

    kind: FindingKind
    version: int = Field(description="Rises whenever what is found changes.")
    means: str
    does_not_mean: str
    holds: str = Field(description="From when until when a finding holds.")
    days: str = Field(description="What its days count.")
    about: str
    abouts: list[AboutBody] = Field(description="The words of `about`; empty where they are many.")
    special: bool = Field(
        description="Whether any of it is told only to who may see special categories of data."
    )

    @classmethod
    def of(cls, meaning: Meaning) -> Self:
        """Describe a kind of finding."""
        return cls(
            kind=meaning.kind,
            version=meaning.version,
            means=meaning.means,
            does_not_mean=meaning.does_not_mean,
            holds=meaning.holds,
            days=meaning.days,
            about=meaning.about,
            abouts=[
                AboutBody(about=word, means=means, special=word in meaning.special)
                for word, means in meaning.abouts.items()
            ],
            special=meaning.always_special or bool(meaning.special),
        )


class KindList(BaseModel):
    """Every kind of finding."""

    items: list[KindBody]


class EventName(BaseModel):
    """The identity of an event that a finding rests on."""

    source: str
    id: str


class FindingBody(BaseModel):
    """One finding, as it held at the moment asked about.

    It says what is recorded. What it does not mean is told at `/v1/findings/kinds`.
    """

    kind: FindingKind
    version: int
    about: str
    says: str
    holds_from: datetime
    holds_until: datetime | None = Field(description="Exclusive; null where it holds for good.")
    held_days: int = Field(description="London days from its beginning to the moment asked about.")
    days: int | None = Field(description="London days; what they count is the kind's to say.")
    agency: str | None = Field(description="Who has to answer for it, where anybody has.")
    organisation: str | None
    stage: str | None = Field(description="The stage that the journey was in when it began.")
    events: list[EventName]
    obligations: list[str] = Field(description="Ids, for `/v1/obligations/{id}/explanation`.")

    @classmethod
    def of(cls, found: Finding | Found, as_of: datetime) -> Self:
        """Describe a finding, seen from a moment at which it holds."""
        return cls(**_words(found, as_of))


class FoundBody(FindingBody):
    """One finding among those of many journeys."""

    journey: OwedJourney

    @classmethod
    def among(cls, found: Found, as_of: datetime) -> Self:
        """Describe a finding and the journey that it is of."""
        journey = OwedJourney(id=found.journey_id, reference=found.reference)
        return cls(journey=journey, **_words(found, as_of))


def _words(found: Finding | Found, as_of: datetime) -> dict[str, Any]:
    if isinstance(found, Finding):
        events = [EventName(source=event.source, id=event.id) for event in found.events]
    else:
        events = [EventName(source=source, id=id) for source, id in found.events]
    return {
        "kind": found.kind,
        "version": MEANING_OF[found.kind].version,
        "about": found.about,
        "says": found.says,
        "holds_from": found.holds_from,
        "holds_until": found.holds_until,
        "held_days": days_between(found.holds_from, as_of),
        "days": found.days,
        "agency": found.agency,
        "organisation": found.organisation,
        "stage": None if found.stage is None else Stage(found.stage).word,
        "events": events,
        "obligations": [key.hex() for key in found.obligations],
    }


class FindingList(Sensitive):
    """What was found on one journey and held at `as_of`, in order of time.

    It is seen from what is known at `known_at` of all time, so that it says what is known to have
    held, later facts counted.
    """

    journey: UUID
    items: list[FindingBody]
    as_of: datetime
    known_at: datetime | None
    settled: bool
    judged_by: JudgedBy
    left_out: LeftOut


class FoundList(Sensitive):
    """A page of what was found on many journeys, the latest first; `next` is the next one.

    What is listed is what is now known to have held at `as_of`, as far as `register` has come.
    """

    items: list[FoundBody]
    next: str | None
    as_of: datetime
    register_: RegisterBody = Field(alias="register", serialization_alias="register")
    left_out: LeftOut


class CountBody(BaseModel):
    """How many findings of one kind an organisation has to answer for, on how many journeys."""

    kind: FindingKind = Field(description="The kind, as `/v1/findings/kinds` tells it.")
    version: int = Field(description="The version of the kind, which rises when its meaning does.")
    agency: str | None = Field(description="Whose agency; null where nobody is named.")
    organisation: str | None = Field(description="Who has to answer for it; null likewise.")
    findings: int = Field(description="How many findings held at the moment.")
    journeys: int = Field(description="On how many journeys.")

    @classmethod
    def of(cls, count: Count) -> Self:
        """Describe a count."""
        return cls(
            kind=count.kind,
            version=MEANING_OF[count.kind].version,
            agency=count.agency,
            organisation=count.organisation,
            findings=count.findings,
            journeys=count.journeys,
        )


class CountList(Sensitive):
    """A page of counts of what held at `as_of`, by kind and organisation."""

    items: list[CountBody]
    next: str | None
    as_of: datetime
    register_: RegisterBody = Field(alias="register", serialization_alias="register")
    left_out: LeftOut
