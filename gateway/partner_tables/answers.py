"""The shapes in which partners are told what was published."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from gateway.figures.disclosure.policy import Policy
from gateway.figures.intervals import wilson
from gateway.partner_tables.fixed_set import NATION, Agency, names
from gateway.partner_tables.kept import ToldRow
from gateway.partner_tables.making import PublishedStatus

HIDDEN = "null: hidden."
ABOUT = (
    f"Areas are by GSS code, and {NATION} is all of them together: of the police, all territorial "
    "forces. What bodies of no area owe is in none. A duty counts in the London month in which its "
    "limit fell due."
)


class PublishedRow(BaseModel):
    """How many duties of an area, right and period had fallen due, and how many were met in time.

    Counts are rounded and null is hidden; rate and interval are worked out from the counts as
    shown, so that they tell nothing more.
    """

    period: str = Field(description="A London month, 2026-10, or a financial quarter, 2026-27 Q3.")
    edition: int = Field(description="From 1; the newest one counts.")
    status: PublishedStatus = Field(
        description="`provisional` until the quarter is published for good, `final` then; "
        "`revised` where it changed after that."
    )
    agency: Agency = Field(description="Whose duties they are.")
    area: str = Field(description="The GSS code of the area, K04000001 for all of them together.")
    area_name: str = Field(description="The area's name, as the code list has it.")
    right: int | None = Field(description="A right of the Code; null: all of them together.")
    due: int | None = Field(
        description=f"Duties whose limit had passed, to the nearest of the base; {HIDDEN}"
    )
    met: int | None = Field(description=f"Of these, those met in time; {HIDDEN}")
    not_met: int | None = Field(description=f"Of these, those not met in time; {HIDDEN}")
    hidden: list[str] = Field(description="Which of the counts are hidden.")
    metric: str = Field(description="What is counted, as told at `/v1/metrics/{id}`.")
    version: int = Field(description="The metric's.")
    rate: float | None = Field(description="Met of due, of 1; null where either is hidden.")
    low: float | None = Field(description="The lower end of the rate's 95 % interval (Wilson's).")
    high: float | None = Field(description="The upper end of the rate's 95 % interval.")
    as_of: datetime = Field(description="The moment from which the duties are seen.")
    published_at: datetime = Field(description="When this edition was made.")

    @classmethod
    def of(cls, told: ToldRow) -> Self:
        """Describe a row."""
        row = told.row
        interval = wilson(row.met, row.due) if row.met is not None and row.due else None
        return cls(
            period=row.period,
            edition=told.edition,
            status=told.status,
            agency=row.agency,
            area=row.area,
            area_name=names().get(row.area, row.area),
            right=row.right or None,
            due=row.due,
            met=row.met,
            not_met=row.not_met,
            hidden=[name for name in ("due", "met", "not_met") if getattr(row, name) is None],
            metric=told.metric,
            version=told.metric_version,
            rate=row.met / row.due if row.met is not None and row.due else None,
            low=None if interval is None else interval.low,
            high=None if interval is None else interval.high,
            as_of=told.as_of,
            published_at=told.made_at,
        )


class PolicyBody(BaseModel):
    """How small counts are protected, in numbers and in words."""

    threshold: int = Field(description="Counts below it are hidden, zero among them.")
    base: int = Field(description="The others are rounded to the nearest multiple of it.")
    said: list[str]

    @classmethod
    def of(cls, threshold: int, base: int) -> Self:
        """Describe a policy."""
        return cls(threshold=threshold, base=base, said=[*Policy(threshold, base).said()])


class PublishedTables(BaseModel):
    """A page of what was published, and by which policies small counts in it are protected."""

    items: list[PublishedRow]
    next: str | None
    as_of: datetime | None = Field(description="The moment of the newest table on this page.")
    policies: list[PolicyBody] = Field(description="One, unless it was changed between tables.")
    about: str = ABOUT
