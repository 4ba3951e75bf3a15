"""The shapes in which many journeys are told: lists, changes, and figures on silence."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from gateway.figures.metrics import metrics
from gateway.journey.stages import Stage
from gateway.register.answers import OwedList, RegisterBody
from gateway.register.changed import Change
from gateway.register.journeys import Listed, days_silent
from gateway.register.silence import PERCENTILES, SilenceFigure
from shared.handling import Sensitive


class ListedJourneyBody(BaseModel):
    """One journey as it was at the moment asked about; days are London days."""

    id: UUID = Field(description="The journey's id.")
    reference: str = Field(description="The reference that the journey is named by.")
    references: int = Field(description="How many references it has, as now known.")
    police_reference: bool = Field(description="Whether one of them is the police's.")
    began_at: datetime = Field(description="When the first thing happened that is known of it.")
    victim_kind: str = Field(description="What kind of victim was reported.")
    stage: str | None = Field(description="The stage that it was in.")
    holder: str | None = Field(description="Who held the case, as a kind of body.")
    organisation: str | None = Field(description="Which organisation the holder is, where known.")
    stage_since: datetime | None = Field(
        description="Since when it was in this stage with this holder."
    )
    enhanced: bool = Field(description="Whether Enhanced Rights were owed.")
    under_18: bool = Field(description="Whether the victim was known to be under 18.")
    open: bool = Field(description="Whether the case was open.")
    silent_since: datetime | None = Field(
        description="Since when the victim had been told nothing; null where nobody had to speak, "
        "because the case was closed or the victim wanted no contact."
    )
    silent_days: int | None = Field(description="For how many days that was.")
    silence_allowed_days: int | None = Field(
        description="How long a silence may be: what was agreed, or the local standard."
    )
    silence_agreed: bool | None = Field(description="Whether that was agreed with the victim.")
    gap: bool | None = Field(description="Whether the silence was longer than that.")
    breaches: int = Field(description="How many breaches of the Code there were by then.")
    breaches_overdue: int = Field(
        description="In how many of them nothing that counts was recorded by then."
    )
    revision: int = Field(description="The revision of the register in which it last changed.")

    @classmethod
    def of(cls, listed: Listed, as_of: datetime) -> Self:
        """Describe a journey as it was at a moment."""
        too_long_from = listed.too_long_from
        return cls(
            id=listed.journey_id,
            reference=listed.reference,
            references=listed.reference_count,
            police_reference=listed.police_reference,
            began_at=listed.began_at,
            victim_kind=listed.victim_kind,
            stage=None if listed.stage is None else Stage(listed.stage).word,
            holder=listed.holder,
            organisation=listed.organisation,
            stage_since=listed.stage_since,
            enhanced=listed.enhanced,
            under_18=listed.under_18,
            open=listed.open,
            silent_since=listed.silent_from,
            silent_days=days_silent(listed, as_of),
            silence_allowed_days=listed.allowed_days,
            silence_agreed=listed.agreed,
            gap=None if too_long_from is None else too_long_from <= as_of,
            breaches=listed.breaches,
            breaches_overdue=listed.unanswered,
            revision=listed.revision,
        )


class ListedJourneyList(OwedList):
    """Journeys as they were at a moment, in the order of their ids."""

    items: list[ListedJourneyBody]


class JourneyChangeBody(BaseModel):
    """A journey that changed, in what any list or figure says of it, or that is gone."""

    id: UUID = Field(description="The journey's id.")
    reference: str = Field(description="The reference that it is, or was, named by.")
    revision: int = Field(description="The revision of the register in which that was.")
    what: Literal["changed", "gone"] = Field(
        description="`changed`: it is new, back, or otherwise than before. `gone`: it was joined "
        "to another journey."
    )
    survivor: UUID | None = Field(
        description="The journey that one that is gone was joined to, where it is known."
    )

    @classmethod
    def of(cls, change: Change) -> Self:
        """Describe a change."""
        return cls(
            id=change.journey_id,
            reference=change.reference,
            revision=change.revision,
            what="gone" if change.gone else "changed",
            survivor=change.survivor_id,
        )


class ChangeList(Sensitive):
    """What changed after a place, in the order of revisions.

    `next` is the address of what is known to come after, null where nothing is; `resume` the
    address to ask later, which loses nothing and repeats nothing.
    """

    items: list[JourneyChangeBody]
    next: str | None
    resume: str
    as_of: None = Field(None, description="Null: changes are told of every moment.")
    register_: RegisterBody = Field(alias="register", serialization_alias="register")


# The metric of silence.
WAITING = "waiting-for-news"


class SilenceFigureBody(BaseModel):
    """Silence in one stage with one holder, over journeys; `all` says it of whole silences.

    On each journey the longest part of a silence that fell in a stay there counts, in London days.
    Gaps are local practice and never part of the Code's figures.
    """

    stage: str | None = Field(description="The stage; null for all.")
    holder: str | None = Field(description="Who held the case; null for all.")
    organisation: str | None = Field(description="Which organisation that is, where known.")
    metric: str = Field(description="What is counted, as told at `/v1/metrics/{id}`.")
    version: int = Field(description="The metric's.")
    journeys: int = Field(description="On how many journeys somebody waited for news there.")
    days_p50: int = Field(description="Half of these journeys had no longer silence.")
    days_p75: int = Field(description="Three quarters had no longer silence.")
    days_p90: int = Field(description="Nine of ten had no longer silence.")
    days_max: int = Field(description="The longest silence of all.")
    gaps: int = Field(
        description="How many of these parts were of silences longer than was agreed, or than the "
        "local standard; one that ran through several stays counts in each, in `all` once."
    )
    journeys_with_gaps: int = Field(description="How many journeys had such a gap.")

    @classmethod
    def of(cls, figure: SilenceFigure) -> Self:
        """Describe a figure."""
        days = {
            f"days_p{percent}": value
            for percent, value in zip(PERCENTILES, figure.percentiles, strict=True)
        }
        return cls(
            stage=None if figure.stage is None else Stage(figure.stage).word,
            holder=figure.holder,
            organisation=figure.organisation,
            metric=WAITING,
            version=metrics()[WAITING].version,
            journeys=figure.journeys,
            days_max=figure.longest,
            gaps=figure.gaps,
            journeys_with_gaps=figure.journeys_with_gaps,
            **days,
        )


class SilenceStatistics(Sensitive):
    """Figures on silence by stage and holder, as now known of a moment; all of them on one page.

    `all` is over whole silences, null where there are none or only some were asked about.
    """

    items: list[SilenceFigureBody]
    all_: SilenceFigureBody | None = Field(alias="all", serialization_alias="all")
    next: None = None
    as_of: datetime
    standard_days: int = Field(description="The local standard where nothing was agreed.")
    member_standard_days: int = Field(description="That for members of the contact scheme.")
    register_: RegisterBody = Field(alias="register", serialization_alias="register")
