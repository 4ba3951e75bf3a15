"""What can be asked of a sample: the population, the strata, how many of each, and the seed."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from gateway.asked import Part, Word
from gateway.sampling.dimensions import DIMENSIONS
from gateway.sampling.draw import Wanted, label_of
from shared.faults import Wrong
from shared.words import Flag, JourneyStage, OffenceGroup, VictimKind, nearest

# Most cases and reserves of one stratum, strata of one sample, and dimensions of a stratum.
MOST_CASES, MOST_RESERVE, MOST_STRATA, MOST_DIMENSIONS = 5_000, 1_000, 1_000, 5
# Most journeys that one manifest names: some 10 MB of it.
MOST_NAMED = 50_000
USUAL_RESERVE = 10
# Of these, a value that no journey has is told of: ten were asked for and there is none.
LISTED = frozenset({"offence_group", "stage"})

Words = Annotated[list[Word], Field(min_length=1, max_length=200)]
Value = Word | None


def _dimension(name: str) -> str:
    if name not in DIMENSIONS:
        near = nearest(name, DIMENSIONS)
        known = f"use one of {', '.join(DIMENSIONS)}"
        raise Wrong(
            "is nothing that strata can be made of", f"did you mean {near}?" if near else known
        )
    return name


DimensionName = Annotated[str, AfterValidator(_dimension)]


class Population(Part):
    """Which journeys the frame holds: those for which every field that is given holds.

    A list is any of its values; days are London days and both are included. All of it is as of the
    frame's moment.
    """

    police: Words | None = Field(None, description="Forces.", examples=[["dorset"]])
    cps: Words | None = Field(None, description="CPS Areas that spoke on the journey.")
    probation: Words | None = Field(None, description="Probation regions, likewise.")
    offence_groups: list[OffenceGroup] | None = Field(None, min_length=1, max_length=20)
    flags: list[Flag] | None = Field(None, min_length=1, max_length=20)
    outcomes: list[Annotated[int, Field(ge=0, le=22)]] | None = Field(
        None, min_length=1, max_length=23, description="Home Office outcomes, the last assigned."
    )
    stages: list[JourneyStage] | None = Field(None, min_length=1, max_length=8)
    victim_kinds: list[VictimKind] | None = Field(None, min_length=1, max_length=4)
    under_18: bool | None = Field(
        None,
        description="Whether a child at the frame's moment; false where never known as one too.",
    )
    under_18_at_report: bool | None = Field(None, description="The same on the day of the report.")
    enhanced: bool | None = Field(None, description="Whether Enhanced Rights were owed.")
    reported_from: date | None = None
    reported_until: date | None = None

    @property
    def is_special(self) -> bool:
        """Whether it asks for special categories."""
        return self.offence_groups is not None or self.flags is not None


class Row(Part):
    """How many to draw of one stratum: a value for each dimension, null for what nothing tells."""

    stratum: dict[str, Value] = Field(examples=[{"offence_group": "burglary"}])
    n: int = Field(ge=0, le=MOST_CASES)


class Plan(Part):
    """A sample as it is drawn: what was asked, with the preset's words where nothing else was."""

    population: Population = Field(default_factory=Population)
    strata: list[DimensionName] = Field(
        default_factory=list,
        max_length=MOST_DIMENSIONS,
        description="The dimensions of a stratum, from `/v1/samples/presets`; none: one stratum.",
        examples=[["offence_group"]],
    )
    n: int | None = Field(
        None, ge=1, le=MOST_CASES, description="How many to draw of each stratum.", examples=[10]
    )
    table: list[Row] | None = Field(
        None,
        min_length=1,
        max_length=MOST_STRATA,
        description="How many of some strata. Of others `n` are drawn; without `n`, none.",
    )
    reserve: int = Field(
        USUAL_RESERVE,
        ge=0,
        le=MOST_RESERVE,
        description="How many more of each stratum are named, in order, to replace drawn cases.",
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if len(set(self.strata)) < len(self.strata):
            raise Wrong("names a dimension twice in strata", "name each once")
        if self.n is None and self.table is None:
            raise Wrong("does not say how many to draw", "add n or table, or name a preset")
        labels = [self._label(row.stratum) for row in self.table or ()]
        if len(set(labels)) < len(labels):
            raise Wrong("names a stratum twice in table", "name each once")
        return self

    def _label(self, values: dict[str, Value]) -> str:
        if values.keys() != set(self.strata):
            raise Wrong(
                "has a row in table that is no stratum",
                f"give a value for each of {', '.join(self.strata) or 'no dimension'}",
            )
        for name, value in values.items():
            known = DIMENSIONS[name].values
            if known is not None and value is not None and value not in known:
                raise Wrong(
                    f"has a row in table whose {name} is none", f"use one of {', '.join(known)}"
                )
        return label_of({name: values[name] for name in self.strata})

    @property
    def is_special(self) -> bool:
        """Whether what is asked tells of special categories of a victim's data."""
        return self.population.is_special or any(DIMENSIONS[d].special for d in self.strata)

    @property
    def otherwise(self) -> Wanted:
        """How many are wanted of a stratum that the table does not name."""
        return Wanted(self.n, self.reserve) if self.n is not None else Wanted(0, 0)

    def wanted(self) -> dict[str, Wanted]:
        """Return how many are wanted of the strata, by label, that must be told of in any case.

        Those of the table; and where there is one dimension with a list of its values, as many as
        the population may hold, so that a value that no journey has is a shortfall and not missing.
        """
        found = dict.fromkeys(self._expected(), self.otherwise)
        for row in self.table or ():
            label = self._label(row.stratum)
            found[label] = Wanted(row.n, self.reserve if row.n else 0)
        return found

    def _expected(self) -> Iterable[str]:
        if not self.strata:
            yield label_of({})
        if len(self.strata) != 1 or self.n is None:
            return
        (name,) = self.strata
        people = self.population
        asked_for: dict[str, Sequence[object] | None] = {
            "offence_group": people.offence_groups,
            "outcome": people.outcomes,
            "stage": people.stages,
            "police": people.police,
            "cps": people.cps,
            "probation": people.probation,
            "victim_kind": people.victim_kinds,
        }
        values = asked_for.get(name) or (DIMENSIONS[name].values if name in LISTED else None)
        yield from (label_of({name: str(value)}) for value in values or ())


class SampleAsked(Part):
    """A sample to be drawn. What is left out is the preset's, where one is named."""

    preset: str | None = Field(
        None, description="The id of a preset.", max_length=100, examples=["qsr-2025"]
    )
    as_of: str | None = Field(
        None,
        description="The moment of the frame: a date (the end of that London day), or a date and "
        "time with an offset, not in the future. Left out: now.",
        max_length=100,
        examples=["2026-10-31"],
    )
    seed: Value = Field(
        None,
        description="What the random order goes by. Left out, one is made and told.",
        examples=["annex-b-2026"],
    )
    population: Population = Field(default_factory=Population)
    strata: list[DimensionName] | None = Field(None, max_length=MOST_DIMENSIONS)
    n: int | None = Field(None, ge=1, le=MOST_CASES)
    table: list[Row] | None = Field(None, min_length=1, max_length=MOST_STRATA)
    reserve: int | None = Field(None, ge=0, le=MOST_RESERVE)

    def over(self, preset: dict[str, Any]) -> dict[str, Any]:
        """Return the plan's fields: these where they were given, the preset's otherwise."""
        given = self.model_dump(
            mode="json", exclude_none=True, exclude={"preset", "as_of", "seed", "population"}
        )
        # A null in a table is a value: that nothing tells.
        if self.table is not None:
            given["table"] = [row.model_dump(mode="json") for row in self.table]
        people = preset.get("population", {}) | self.population.model_dump(
            mode="json", exclude_none=True
        )
        return {**preset, **given, "population": people}
