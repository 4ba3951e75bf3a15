"""The shape in which the silences of one journey are told, stay by stay."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from gateway.answers import JourneyBody, Moments, SilenceBody
from gateway.journey.membership import Membership
from gateway.journey.silences import Silence, Standard, days_between
from gateway.journey.stages import Course, Span
from shared.handling import Sensitive


class StaySilenceBody(BaseModel):
    """One stay in a stage with one holder (UTC), and how long nobody spoke in it (London days).

    `until` is null while it lasts. Of a silence that ran on from it or into it, that part counts.
    """

    stage: str
    holder: str
    organisation: str | None
    since: datetime
    until: datetime | None
    silent_days: int
    longest_days: int = Field(description="The longest part of a silence that fell in it.")
    gaps: int = Field(description="How many gaps ran through it.")

    @classmethod
    def of(cls, span: Span, silences: Sequence[Silence]) -> Self:
        """Describe a stay, with the silences of the journey."""
        parts = [
            (part, silence.is_gap)
            for silence in silences
            for part in silence.parts
            if part.span is span
        ]
        days = [days_between(part.since, part.until) for part, _ in parts]
        return cls(
            stage=span.stage.word,
            holder=span.holder,
            organisation=span.organisation,
            since=span.since,
            until=span.until,
            silent_days=sum(days),
            longest_days=max(days, default=0),
            gaps=sum(is_gap for _, is_gap in parts),
        )


class GapsBody(Sensitive):
    """The silences of one journey in order of time: local practice, never the Code's figures.

    A silence is a gap where it was longer than what was agreed with the victim, else than the local
    standard. None are counted while the case is closed or the victim wants no contact.
    """

    journey: JourneyBody
    items: list[SilenceBody]
    longest: SilenceBody | None = Field(description="The longest silence; null where none was.")
    gaps: int = Field(description="How many of the silences were too long.")
    stays: list[StaySilenceBody]
    standard_days: int = Field(description="The local standard where nothing was agreed.")
    member_standard_days: int = Field(description="That for members of the contact scheme.")
    as_of: datetime
    known_at: datetime | None
    settled: bool

    @classmethod
    def of(
        cls,
        membership: Membership,
        course: Course,
        silences: Sequence[Silence],
        standard: Standard,
        moments: Moments,
    ) -> Self:
        """Describe the silences of a journey; the first of the longest is the longest."""
        longest = max(silences, key=lambda silence: silence.days, default=None)
        return cls(
            journey=JourneyBody.of(membership),
            items=[SilenceBody.of(silence) for silence in silences],
            longest=None if longest is None else SilenceBody.of(longest),
            gaps=sum(silence.is_gap for silence in silences),
            stays=[StaySilenceBody.of(span, silences) for span in course.spans],
            standard_days=standard.days,
            member_standard_days=standard.member_days,
            as_of=moments.as_of,
            known_at=moments.known_at,
            settled=moments.settled,
        )
