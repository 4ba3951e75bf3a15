"""Reads what is published for partners: of which bodies, areas and rights, and by which policy."""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gateway.data_file import read_data
from gateway.figures.disclosure.layout import Dimension, Layout, Table
from gateway.figures.disclosure.policy import Policy
from gateway.figures.months import Month
from shared.codes.lists import organisations

NATION, NATION_NAME = "K04000001", "England and Wales"
OUTCOMES = ("met", "not_met")
ALL = "all"
Agency = Literal["police", "cps", "probation"]


class FixedSetError(Exception):
    """The file of what is published cannot be trusted; the message says what is wrong with it."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Series(_Part):
    """Tables of what bodies of one agency owe; no total is made over two series.

    `areas` are those of the forces by GSS code, every one or some, with the total of them; `nation`
    are all bodies of the agency together and nothing less.
    """

    agency: Agency
    areas: Literal["every_force", "nation"] | tuple[str, ...]
    rights: tuple[Annotated[int, Field(ge=1, le=12)], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _of_areas_that_are(self) -> Self:
        if self.areas != "nation" and self.agency != "police":
            raise ValueError("only the police have areas that a partner can have: say nation")
        if unknown := sorted(set(self.parts) - {*forces(), NATION}):
            raise ValueError(f"{', '.join(unknown)}: no force has an area of this code")
        if len(set(self.parts)) < max(2 * (self.areas != "nation"), len(self.parts)):
            raise ValueError("areas are two or more, each once")
        if len(set(self.rights)) < len(self.rights):
            raise ValueError("a right is named twice")
        return self

    @property
    def parts(self) -> tuple[str, ...]:
        """The smallest areas, by GSS code."""
        if self.areas == "nation":
            return (NATION,)
        return tuple(forces()) if self.areas == "every_force" else self.areas

    def layout(self, month: Month) -> Layout:
        """Return what may be told of the quarter that a month is in, and what adds up to what.

        It is the same for all that is published of one quarter, so that no name changes its
        meaning.
        """
        parts, months = self.parts, [one.name for one in month.of_quarter]
        nation = {} if parts == (NATION,) else {"nation": {NATION: frozenset(parts)}}
        rights = tuple(map(str, self.rights))
        every_right = {ALL: frozenset(rights)} if len(rights) > 1 else {}
        return Layout(
            (
                Dimension("area", parts, nation),
                Dimension("right", rights, {"all": every_right}),
                Dimension("outcome", OUTCOMES, {"all": {ALL: frozenset(OUTCOMES)}}),
                Dimension(
                    "period",
                    tuple(months),
                    {
                        "two": {two_of(month): frozenset(months[:2])},
                        "quarter": {month.quarter: frozenset(months)},
                    },
                ),
            ),
            "outcome",
        )

    def month_tables(self, laid: Layout, period: str, *, told: bool = True) -> list[Table]:
        """Return the tables of a month: all rights in each area, and each right in the nation."""
        areas, rights = self._members(laid)
        return [
            _table("areas", areas, rights[-1:], period, told),
            _table("rights", (NATION,), rights, period, told),
        ]

    def quarter_tables(self, laid: Layout, period: str, *, told: bool = True) -> list[Table]:
        """Return the table of a quarter: each right in each area, with all totals."""
        areas, rights = self._members(laid)
        return [_table("areas and rights", areas, rights, period, told)]

    def _members(self, laid: Layout) -> tuple[tuple[str, ...], tuple[str, ...]]:
        areas, rights = (tuple(one.parts_of) for one in laid.dimensions[:2])
        return areas, rights


class FixedSet(_Part):
    """All that is published, and the policy by which small counts are protected."""

    policy: Policy
    series: tuple[Series, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        agencies = [one.agency for one in self.series]
        if len(set(agencies)) < len(agencies):
            raise ValueError("an agency has two series: their cells would be told twice")
        return self

    @property
    def hash(self) -> str:
        """A hash of all that the file says, areas written out."""
        said = [(one.agency, one.parts, one.rights) for one in self.series]
        return sha256(repr((self.policy, said)).encode()).hexdigest()

    @property
    def areas(self) -> frozenset[str]:
        """Every area that something is published of."""
        return frozenset({NATION, *(area for one in self.series for area in one.parts)})


def _table(
    name: str, areas: Sequence[str], rights: Sequence[str], period: str, told: bool
) -> Table:
    return Table(name, (tuple(areas), tuple(rights), (*OUTCOMES, ALL), (period,)), told)


def two_of(month: Month) -> str:
    """Return the name of the first two months of a quarter together, which are never published."""
    first, second, _ = month.of_quarter
    return f"{first.name} and {second.name}"


@cache
def forces() -> dict[str, str]:
    """Return the territorial force of each area, by GSS code, in the order of the code list."""
    return {
        one.gss: one.id
        for one in organisations().values()
        if one.kind == "territorial_force" and one.gss is not None
    }


@cache
def names() -> dict[str, str]:
    """Return the name of each area by its GSS code."""
    return {
        **{gss: organisations()["police", force].name for gss, force in forces().items()},
        NATION: NATION_NAME,
    }


def read_fixed_set(path: Path | None = None) -> FixedSet:
    """Return what is published, by a file or, without one, by this project's own.

    Raises FixedSetError.
    """
    source = files("gateway.partner_tables") / "fixed_set.yaml" if path is None else path
    return read_data(source, FixedSet, FixedSetError, "the set")
