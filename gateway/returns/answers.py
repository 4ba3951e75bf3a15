"""The shapes in which the gateway tells of returns: what they ask for, and their rows."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, Field

from gateway.answers import LeftOut
from gateway.figures.answers import AHEAD, FigureBody, NamedBody
from gateway.figures.metrics import metrics
from gateway.figures.periods import Period, PeriodKind
from gateway.figures.shares import share_of
from gateway.journey.order import Outcome
from gateway.register.answers import RegisterBody
from gateway.returns.counted import Asked, Row, Scope
from gateway.returns.ordered import ORDER_METRIC, UNKNOWN
from gateway.returns.reading import UNTIMED, Return, is_untimed
from shared.handling import Sensitive


class ReturnList(BaseModel):
    """Every return, as its file has it."""

    items: list[Return]


class PeriodBody(BaseModel):
    """The London months that something is of, both ends included."""

    kind: PeriodKind
    name: str = Field(
        description="A quarter is of the financial year, from April on.", examples=["2024-25 Q1"]
    )
    first: date
    last: date

    @classmethod
    def of(cls, period: Period) -> Self:
        """Describe a period."""
        return cls(kind=period.kind, name=period.name, first=period.first, last=period.last_day)


class LeftOutOfMeasure(BaseModel):
    """How many of its duties a measure does not count, and why."""

    not_yet_due: int = Field(description="The limit lies after the moment asked about.")
    not_started: int = Field(description="What the time is counted from had not come.")
    no_limit: int = Field(description="Its limit lies outside the calendar of working days.")
    ended: int = Field(description="It ended before it was met, such as by the victim's wish.")
    unknown: int = Field(description="A feed was down, or content was erased.")
    otherwise_limited: int = Field(
        description="It has no limit of time, and the measure is of those that do; or the other "
        "way round, as duties of earlier editions may be."
    )

    @classmethod
    def of(cls, counts: Mapping[str, int], *, untimed: bool) -> Self:
        """Describe what a metric leaves out, of duties without a limit or with one."""
        if untimed:
            timed = sum(number for name, number in counts.items() if name not in UNTIMED)
            return cls(
                not_yet_due=0,
                not_started=0,
                no_limit=0,
                ended=counts["untimed_ended"],
                unknown=counts["untimed_unknown"],
                otherwise_limited=timed,
            )
        return cls(
            **{
                name: counts[name]
                for name in ("not_yet_due", "not_started", "no_limit", "ended", "unknown")
            },
            otherwise_limited=sum(counts[name] for name in UNTIMED),
        )


class ReturnRowBody(BaseModel):
    """One measure of a return, of one area or of all."""

    return_id: str = Field(description="The return, as told at `/v1/returns`.")
    return_version: int = Field(description="The version of the return.")
    period: str = Field(description="The period that it is of.", examples=["2024-25 Q1"])
    scope: Scope = Field(
        description="`area`: of the area named. `no_area`: of what organisations owe that are of "
        "no one area. `all`: of all that the caller may be told of, with or without an area."
    )
    area: NamedBody | None = Field(description="The area, where it is of one.")
    number: str = Field(description="The measure's place in the return.")
    measure: str = Field(description="The measure's id.")
    title: str = Field(description="The measure's title.")
    status: Literal["counted", "not_counted"] = Field(description="Whether it can be counted.")
    why_not_counted: str | None = Field(description="Why it is not counted, where it is not.")
    figure: FigureBody | None = Field(description="Null where it is not counted.")
    content_not_stated: int | None = Field(
        description="How many that were in time did not say what they carried."
    )
    departures: int | None = Field(
        description="How many were not in time, with a justified departure."
    )
    left_out: LeftOutOfMeasure | None = Field(description="Null where it is not counted.")

    @classmethod
    def of(cls, row: Row, what: Return, period: Period) -> Self:
        """Describe a row of a return."""
        counts, metric = row.counts, metrics().get(row.measure.metric or "")
        told: dict[str, Any] = dict.fromkeys(
            ("figure", "content_not_stated", "departures", "left_out")
        )
        if counts is not None and metric is ORDER_METRIC:
            told["figure"], told["left_out"] = _of_order(counts)
        elif counts is not None and metric is not None:
            told = {
                "figure": FigureBody.of(metric, counts),
                "content_not_stated": counts["met_not_stated"],
                "departures": counts["late_departed"] + counts["overdue_departed"],
                "left_out": LeftOutOfMeasure.of(counts, untimed=is_untimed(metric)),
            }
        return cls(
            return_id=what.id,
            return_version=what.version,
            period=period.name,
            scope=row.scope,
            area=None if row.area is None else NamedBody.of(row.area.agency, row.area.id),
            number=row.measure.number,
            measure=row.measure.id,
            title=row.measure.title,
            status="not_counted" if counts is None else "counted",
            why_not_counted=row.why,
            **told,
        )


def _of_order(counts: Mapping[str, int]) -> tuple[FigureBody, LeftOutOfMeasure]:
    """Describe how rules of order came out: of those of which it is known."""
    kept, unknown = counts[Outcome.KEPT.value], counts[UNKNOWN]
    known = sum(counts.values()) - unknown
    nothing = dict.fromkeys(LeftOutOfMeasure.model_fields, 0)
    return (
        FigureBody(**FigureBody.words(ORDER_METRIC, share_of(kept, known))),
        LeftOutOfMeasure(**nothing | {"unknown": unknown}),
    )


class ReturnAnswer(Sensitive):
    """A return of a period: every measure of every area, as far as `register` has come."""

    return_: str = Field(alias="return", serialization_alias="return", description="Its id.")
    version: int
    title: str
    asked_by: str
    period: PeriodBody
    provisional: bool = Field(description="Whether it may still change by time alone, or by us.")
    provisional_because: list[str]
    items: list[ReturnRowBody]
    next: str | None = Field(description="Null: a return has no pages.")
    as_of: datetime
    register_: RegisterBody = Field(alias="register", serialization_alias="register")
    left_out: LeftOut

    @classmethod
    def of(
        cls,
        asked: Asked,
        rows: list[Row],
        register: RegisterBody,
        left_out: LeftOut,
        *,
        ahead: bool,
    ) -> Self:
        """Describe a return; `ahead` says that it is seen from a moment that has not come."""
        because = provisional_because(asked.period, asked.as_of, register, ahead=ahead)
        named: dict[str, Any] = {"return": asked.what.id, "register": register}
        return cls(
            **named,
            version=asked.what.version,
            title=asked.what.title,
            asked_by=asked.what.asked_by,
            period=PeriodBody.of(asked.period),
            provisional=bool(because),
            provisional_because=because,
            items=[ReturnRowBody.of(row, asked.what, asked.period) for row in rows],
            next=None,
            as_of=asked.as_of,
            left_out=left_out,
        )


def provisional_because(
    period: Period, as_of: datetime, register: RegisterBody, *, ahead: bool
) -> list[str]:
    """Return, in words, why what is told of a period is not its last word; empty where it is.

    `ahead` says that it is seen from a moment (UTC) that has not come.
    """
    because = []
    if as_of < period.end:
        because.append(f"At the moment asked about {period.name} was not over.")
    if ahead:
        because.append(AHEAD)
    if register.behind:
        because.append(f"Of {register.behind} references the register has not heard all.")
    if register.judged_otherwise:
        because.append(f"{register.judged_otherwise} journeys were judged by other rules.")
    return because
