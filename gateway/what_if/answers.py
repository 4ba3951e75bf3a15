"""The shapes of what-if answers; each says that it is not the law, and names what it rests on."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from gateway.answers import EditionBody, JourneyBody, Moments, TriggerBody
from gateway.journey.calendar import Calendar
from gateway.journey.difference import (
    Difference,
    DraftRulebook,
    Held,
    Pair,
    Sides,
    Totals,
    Way,
)
from gateway.journey.duty import Duty
from gateway.journey.obligation import Obligation
from gateway.journey.standing import Standing
from shared.handling import Sensitive

NOT_THE_LAW = (
    "THIS IS NOT THE LAW. It says how journeys would stand if a draft were in force. "
    "Nobody is held to it, and no figure may be taken from it."
)


class WhatIfJudgedBy(BaseModel):
    """The rules and the calendar by which both sides were judged, as hashes.

    `draft_rulebook` is of the draft over the law in force.
    """

    rulebook: str
    draft_rulebook: str
    calendar: str

    @classmethod
    def of(cls, draft: DraftRulebook, calendar: Calendar) -> Self:
        """Name the law in force, the draft and the calendar."""
        return cls(rulebook=draft.in_force.hash, draft_rulebook=draft.hash, calendar=calendar.hash)


class DraftRuleBody(BaseModel):
    """One rule of a draft: whether it replaces one in force, and its terms, newest first."""

    rule: str
    title: str
    right: int
    kind: str
    owner: str
    replaces_one_in_force: bool
    terms: list[EditionBody]

    @classmethod
    def of(cls, duty: Duty, draft: DraftRulebook) -> Self:
        """Describe a rule of a draft."""
        return cls(
            rule=duty.id,
            title=duty.title,
            right=duty.right,
            kind=duty.kind.value,
            owner=duty.owner,
            replaces_one_in_force=duty.id in draft.in_force.by_id,
            terms=[EditionBody.of(terms) for terms in duty.terms],
        )


class DraftBody(BaseModel):
    """One draft, by the name it is asked for, with the rules that differ from those in force."""

    draft: str = Field(examples=["sentence-review"])
    judged_by: WhatIfJudgedBy
    rules: list[DraftRuleBody]

    @classmethod
    def of(cls, draft: DraftRulebook, calendar: Calendar) -> Self:
        """Describe a draft."""
        return cls(
            draft=draft.name,
            judged_by=WhatIfJudgedBy.of(draft, calendar),
            rules=[DraftRuleBody.of(duty, draft) for duty in draft.duties.values()],
        )


class DraftList(BaseModel):
    """Every draft that can be asked for by name."""

    not_the_law: str = NOT_THE_LAW
    items: list[DraftBody]
    next: None = None


class SideBody(BaseModel):
    """One obligation on one side: who owes it, under which terms, until when, how it stands.

    `due_at` is the exclusive instant (UTC) at which the limit ends, `due_on` its London day.
    """

    owner: str
    organisation: str | None
    kind: str
    edition: EditionBody
    due_on: date | None
    due_at: datetime | None
    standing: Standing
    breach: bool

    @classmethod
    def of(cls, obligation: Obligation) -> Self:
        """Describe an obligation on one side."""
        return cls(
            owner=obligation.owner,
            organisation=obligation.organisation,
            kind=obligation.duty.kind.value,
            edition=EditionBody.of(obligation.terms),
            due_on=obligation.due_on,
            due_at=obligation.due_at,
            standing=obligation.standing,
            breach=obligation.is_breach,
        )


class DifferenceBody(BaseModel):
    """One obligation that differs: in which ways, in force (`before`) and in the draft (`after`).

    A side is null where the obligation is not on it.
    """

    id: str
    rule: str
    title: str
    right: int
    ways: list[Way]
    trigger: TriggerBody
    before: SideBody | None
    after: SideBody | None

    @classmethod
    def of(cls, pair: Pair, sides: Sides) -> Self:
        """Describe an obligation that differs."""
        either = pair.either
        return cls(
            id=either.id,
            rule=either.duty.id,
            title=either.duty.title,
            right=either.duty.right,
            ways=list(sides.ways),
            trigger=TriggerBody.of(either.start),
            before=None if pair.before is None else SideBody.of(pair.before),
            after=None if pair.after is None else SideBody.of(pair.after),
        )


class WhatIfHeldBody(BaseModel):
    """Who owes an obligation, how it stands, and whether that is a breach."""

    owner: str
    standing: Standing
    breach: bool

    @classmethod
    def of(cls, held: Held | None) -> Self | None:
        """Describe how an obligation is held."""
        return None if held is None else cls(**held._asdict())


class WhatIfCountBody(BaseModel):
    """How many obligations of one rule come out in one way in force and under the draft.

    `ways` is empty where they do not differ; a side is null where they are not on it.
    """

    rule: str
    before: WhatIfHeldBody | None
    after: WhatIfHeldBody | None
    ways: list[Way]
    obligations: int


class WhatIfBreachesBody(BaseModel):
    """Breaches in force and under the draft, and how many obligations become or stop being one."""

    before: int
    after: int
    gained: int
    lost: int


class TotalsBody(BaseModel):
    """What it comes to, over the rules that the draft changes; all others come out the same."""

    journeys: int
    touched: int = Field(description="Journeys on which any obligation differs.")
    unchanged: int
    breaches: WhatIfBreachesBody
    counts: list[WhatIfCountBody]

    @classmethod
    def of(cls, totals: Totals) -> Self:
        """Describe the totals."""
        return cls(
            journeys=totals.journeys,
            touched=totals.touched,
            unchanged=totals.journeys - totals.touched,
            breaches=WhatIfBreachesBody(**totals.breaches._asdict()),
            counts=[
                WhatIfCountBody(
                    rule=sides.rule,
                    before=WhatIfHeldBody.of(sides.before),
                    after=WhatIfHeldBody.of(sides.after),
                    ways=list(sides.ways),
                    obligations=number,
                )
                for sides, number in in_order(totals)
            ],
        )


def in_order(totals: Totals) -> list[tuple[Sides, int]]:
    """Return the sides with their number, by rule and how they come out."""
    return sorted(
        totals.counts.items(),
        key=lambda item: (item[0].rule, item[0].before or (), item[0].after or ()),
    )


class WhatIf(Sensitive):
    """What every what-if answer begins with: that it is not the law, and what it rests on."""

    not_the_law: str = NOT_THE_LAW
    draft: str
    judged_by: WhatIfJudgedBy
    as_of: datetime
    known_at: datetime | None
    settled: bool = Field(
        description="False where an event kept at this very moment could still change the answer."
    )
    totals: TotalsBody


class JourneyWhatIf(WhatIf):
    """One journey under a draft beside the law in force."""

    journey: JourneyBody
    differences: list[DifferenceBody]

    @classmethod
    def of(
        cls, difference: Difference, draft: DraftRulebook, moments: Moments, calendar: Calendar
    ) -> Self:
        """Describe how a journey differs."""
        return cls(
            draft=draft.name,
            judged_by=WhatIfJudgedBy.of(draft, calendar),
            **moments.model_dump(),
            totals=TotalsBody.of(Totals.of([difference])),
            journey=JourneyBody.of(difference.membership),
            differences=[DifferenceBody.of(pair, sides) for pair, sides in difference.differing],
        )


class JourneyDifferences(BaseModel):
    """How many obligations differ on one journey, and how many breaches come and go."""

    id: UUID
    reference: str
    differences: int
    breaches_gained: int
    breaches_lost: int

    @classmethod
    def of(cls, difference: Difference) -> Self:
        """Count the differences of a journey."""
        breaches = Totals.of([difference]).breaches
        return cls(
            id=difference.membership.id,
            reference=difference.membership.name,
            differences=len(difference.differing),
            breaches_gained=breaches.gained,
            breaches_lost=breaches.lost,
        )


class WhatIfPage(WhatIf):
    """A page of journeys under a draft beside the law in force, with the totals of this page.

    `next` is the address of the next page, as known at the same moment, and null on the last. A
    page may be empty and not the last.
    """

    items: list[JourneyDifferences]
    next: str | None
    register_: None = Field(None, alias="register", serialization_alias="register")
