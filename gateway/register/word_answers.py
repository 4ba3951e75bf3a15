"""The shapes in which figures on what victims said, and on who noticed breaches, are told."""

from collections import Counter
from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, Field

from gateway.figures.answers import NamedBody, ShareBody
from gateway.figures.metrics import metrics
from gateway.figures.shares import percentile, share_of
from gateway.journey.chains.feedback import Record
from gateway.journey.duty import Rulebook
from gateway.journey.stages import Stage
from gateway.register.chain_answers import FigureList, GroupBody, named
from gateway.register.word_figures import AccountFigure, Asked, NoticingFigure, ScoreFigure


class ScoresBody(BaseModel):
    """Scores that victims gave; the mean is null where none was sent."""

    scores: int = Field(description="How many were given.")
    mean: float | None = Field(description="Null where none was sent.")
    each: list[str] = Field(description="Each score and how often it was given, as `4: 12`.")

    @classmethod
    def of(cls, scores: Mapping[float, int]) -> Self:
        """Describe scores, the lowest first."""
        often = sum(scores.values())
        total = sum(score * times for score, times in scores.items())
        return cls(
            scores=often,
            mean=round(total / often, 4) if often else None,
            each=[f"{score:g}: {scores[score]}" for score in sorted(scores)],
        )


class SatisfactionItem(ShareBody):
    """What victims said of a stage; the share is of the limits of the Code kept there by then."""

    stage: str = Field(description="What was asked about.")
    organisation: str | None = Field(description="Who asked; null where not counted by that.")
    party: NamedBody | None = Field(description="The same, by its agency and name.")
    instrument: str = Field(description="With what questions victims were asked.")
    scale: int | None = Field(description="The highest score there is, where it was sent.")
    responses: int = Field(description="With or without a score.")
    all_: ScoresBody = Field(alias="all", serialization_alias="all", description="Of all journeys.")
    limit_broken: ScoresBody = Field(
        description="Of journeys on which a limit of the stage had been broken by then."
    )
    none_broken: ScoresBody = Field(
        description="Of journeys on which none had, of one at least of which it was certain."
    )

    @classmethod
    def of(cls, key: Asked, figure: ScoreFigure) -> Self:
        """Describe what was said of a stage."""
        stage, asker, instrument, scale = key
        party = named(asker)
        share = share_of(figure.kept, figure.limits)
        return cls(
            **ShareBody.words(metrics()["satisfaction-beside-compliance"], share),
            stage=Stage(stage).word,
            organisation=None if party is None else party.id,
            party=party,
            instrument=instrument,
            scale=scale,
            responses=figure.responses,
            all=ScoresBody.of(figure.scores),
            limit_broken=ScoresBody.of(figure.broken),
            none_broken=ScoresBody.of(figure.unbroken),
        )


class SatisfactionList(FigureList):
    """What victims said, by stage, instrument and scale."""

    items: list[SatisfactionItem]


class AccountItem(ShareBody):
    """How often the record and the victim disagree on one duty, and how."""

    rule: str = Field(description="The duty, by the id of its rule.")
    title: str | None = Field(description="The duty's.")
    organisation: str | None = Field(description="Who owed it; null where not counted by that.")
    party: NamedBody | None = Field(description="The same, by its agency and name.")
    record_done_victim_yes: int = Field(description="Done by the record and by the victim.")
    record_done_victim_no: int = Field(description="Done by the record, not by the victim.")
    record_nothing_victim_yes: int = Field(description="Nothing recorded; done by the victim.")
    record_nothing_victim_no: int = Field(description="Nothing recorded, not by the victim.")
    partly: int = Field(description="Left out: owed several times, some of them recorded.")
    unknown: int = Field(description="Left out: a feed may hide it.")
    not_owed: int = Field(description="Left out: not owed by then, or no longer.")

    @classmethod
    def of(cls, key: tuple[str, str | None], figure: AccountFigure, rulebook: Rulebook) -> Self:
        """Describe what was said of a duty."""
        rule, owed_by = key
        party = named(owed_by)
        duty = rulebook.by_id.get(rule)
        return cls(
            **ShareBody.words(
                metrics()["accounts-disagree"], share_of(figure.disagree, figure.compared)
            ),
            rule=rule,
            title=None if duty is None else duty.title,
            organisation=None if party is None else party.id,
            party=party,
            record_done_victim_yes=figure.of(Record.DONE, True),
            record_done_victim_no=figure.of(Record.DONE, False),
            record_nothing_victim_yes=figure.of(Record.NOTHING_RECORDED, True),
            record_nothing_victim_no=figure.of(Record.NOTHING_RECORDED, False),
            partly=figure.left_out(Record.PARTLY),
            unknown=figure.left_out(Record.UNKNOWN),
            not_owed=figure.left_out(Record.NOT_OWED),
        )


class AccountList(FigureList):
    """What victims said of each duty, beside the record."""

    items: list[AccountItem]


class NoticingItem(GroupBody):
    """Who noticed breaches first, and how many London days after the limit's last day."""

    breaches: int = Field(description="Limits of the Code that had been broken by the moment.")
    by_agency: int = Field(description="An agency noticed it first.")
    by_victim: int = Field(description="The victim did.")
    by_inspector: int = Field(description="An inspector did.")
    by_nobody: int = Field(description="Nobody is recorded to have noticed it.")
    days_median: int | None = Field(description="Of those noticed: half took no more days.")
    days_nine_in_ten: int | None = Field(description="Nine in ten took no more.")
    days_median_by_agency: int | None = Field(description="Of those an agency noticed first.")
    victim_told: int = Field(description="Breaches of which it is recorded that the victim knows.")
    remedied: int = Field(description="Breaches that are recorded to have been put right.")

    @classmethod
    def of(cls, by: str | None, group: str | None, figure: NoticingFigure) -> Self:
        """Describe who noticed breaches."""
        days: Counter[int] = sum(figure.days.values(), Counter())
        share = share_of(figure.by["agency"], figure.breaches)
        return cls(
            **ShareBody.words(metrics()["noticing-by-agency"], share),
            **cls.grouped(by, group),
            breaches=figure.breaches,
            by_agency=figure.by["agency"],
            by_victim=figure.by["victim"],
            by_inspector=figure.by["inspector"],
            by_nobody=figure.by["nobody"],
            days_median=percentile(days, 50),
            days_nine_in_ten=percentile(days, 90),
            days_median_by_agency=percentile(figure.days.get("agency", {}), 50),
            victim_told=figure.told,
            remedied=figure.remedied,
        )


class NoticingList(FigureList):
    """Who noticed breaches, by what it was asked by."""

    by: str | None
    items: list[NoticingItem]
