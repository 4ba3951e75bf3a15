"""The shapes in which samples are told: the manifest, lists of samples, frames, replacements."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Self
from urllib.parse import parse_qsl
from uuid import UUID

from pydantic import BaseModel, Field

from gateway.answers import JudgedBy
from gateway.figures.intervals import CONFIDENCE, correction, half_width, needed
from gateway.sampling.dimensions import DIMENSIONS
from gateway.sampling.kept import Case, KeptSample, Replacement, Stratum, Whole
from gateway.sampling.presets import Preset
from shared.codes.lists import Organisation, organisations
from shared.codes.routes import OrganisationBody, ServiceBody
from shared.handling import Sensitive
from shared.london import london_day

# By how many points a result should be known, where the manifest says how many cases that takes.
USUAL_POINTS = 10


class NamedJourney(BaseModel):
    """A journey's id and the reference it is named by."""

    id: UUID
    reference: str


class CaseBody(BaseModel):
    """One journey of a stratum's random order; the organisations had it at the frame's moment."""

    rank: int = Field(description="Its place in the random order of its stratum, from 1.")
    journey: NamedJourney = Field(description="As it was named when it was drawn.")
    now: NamedJourney | None = Field(
        description="As it is named now: another where it was joined to one; null where the "
        "register does not hold it."
    )
    in_sample: bool = Field(description="Whether it is to be examined, after all replacements.")
    police: str | None
    cps: str | None
    probation: str | None

    @classmethod
    def of(cls, case: Case, *, in_sample: bool) -> Self:
        """Tell one case."""
        return cls(
            rank=case.rank,
            journey=NamedJourney(id=case.journey_id, reference=case.reference),
            now=case.now and NamedJourney(id=case.now[0], reference=case.now[1]),
            in_sample=in_sample,
            police=case.police,
            cps=case.cps,
            probation=case.probation,
        )


class ReplacementBody(BaseModel):
    """That one case was replaced by another of its stratum, both by rank."""

    label: str
    rank: int
    replaced_by: int
    reason: str
    replaced_at: datetime
    who: str

    @classmethod
    def of(cls, one: Replacement, labels: Mapping[int, str]) -> Self:
        """Tell one replacement."""
        return cls(
            label=labels[one.stratum],
            rank=one.rank,
            replaced_by=one.replaced_by,
            reason=one.reason,
            replaced_at=one.at,
            who=one.who,
        )


class StratumBody(BaseModel):
    """What came out of one stratum, and how surely a share of it can be known."""

    label: str = Field(description="Its dimensions and values, as a form is encoded.")
    values: dict[str, str | None] = Field(description="The same; null where nothing tells.")
    population: int = Field(description="How many journeys of the frame are in it (N).")
    wanted: int = Field(description="How many were asked for.")
    drawn: int = Field(description="How many were drawn (n).")
    reserve: int = Field(description="How many more of the random order were asked for.")
    shortfall: int = Field(description="How many fewer there were than were asked for.")
    weight: float | None = Field(description="Journeys that each case stands for: N / n.")
    correction: float | None = Field(
        description="The finite population correction, the square root of (N - n) / (N - 1)."
    )
    points: float | None = Field(
        description="To within how many points either way a share of 50 % is known, at 95 % "
        "confidence: Wilson's interval, corrected for the finite population."
    )
    needed: int = Field(
        description=f"How many would have to be drawn to know it within {USUAL_POINTS} points."
    )
    says: str
    cases: list[CaseBody] = Field(description="Those drawn, in random order.")
    replacements: list[CaseBody] = Field(description="Those that may replace them, in order.")

    @classmethod
    def of(cls, stratum: Stratum, whole: Whole) -> Self:
        """Tell one stratum of a sample."""
        size, drawn = stratum.population, stratum.drawn
        order = whole.cases.get(stratum.number, ())
        examined = {case.rank for case in whole.in_sample(stratum)}
        told = [CaseBody.of(case, in_sample=case.rank in examined) for case in order]
        points = round(100 * half_width(drawn, population=size), 1) if drawn else None
        return cls(
            label=stratum.label,
            values=values_of(stratum.label),
            population=size,
            wanted=stratum.wanted,
            drawn=drawn,
            reserve=whole.sample.asked["reserve"] if stratum.wanted else 0,
            shortfall=stratum.wanted - drawn,
            weight=size / drawn if drawn else None,
            correction=correction(drawn, size) if drawn else None,
            points=points,
            needed=needed(USUAL_POINTS / 100, population=size) if size else 0,
            says=surely(drawn, size, points),
            cases=told[:drawn],
            replacements=told[drawn:],
        )


class FrameBody(BaseModel):
    """The frame a sample was drawn from, frozen when it was drawn."""

    size: int
    sha256: str = Field(description="Of the lines `<journey>,<label>` in the order of the ids.")
    revision: int = Field(description="The register's when it was frozen.")
    behind: int = Field(description="How many references waited to be projected then.")
    judged_otherwise: int = Field(description="How many journeys waited to be judged anew then.")
    judged_by: JudgedBy


class SampleHead(BaseModel):
    """What is said of a sample without its cases."""

    id: UUID
    drawn_at: datetime
    drawn_by: str
    preset: str | None
    as_of: datetime = Field(description="The moment that the frame is as of.")
    asked: dict[str, Any] = Field(description="What was asked for, the preset's words in it.")
    algorithm: str
    seed: str
    seed_made: bool = Field(description="Whether we made the seed, because none was given.")
    frame: FrameBody

    @classmethod
    def words(cls, sample: KeptSample) -> dict[str, Any]:
        """Return what is said of any sample."""
        return {
            "id": sample.id,
            "drawn_at": sample.drawn_at,
            "drawn_by": sample.drawn_by,
            "preset": sample.preset,
            "as_of": sample.as_of,
            "asked": dict(sample.asked),
            "algorithm": sample.algorithm,
            "seed": sample.seed,
            "seed_made": sample.seed_made,
            "frame": FrameBody(
                size=sample.frame_size,
                sha256=sample.frame_sha256,
                revision=sample.revision,
                behind=sample.behind,
                judged_otherwise=sample.judged_otherwise,
                judged_by=JudgedBy(rulebook=sample.rulebook, calendar=sample.calendar),
            ),
        }


class ServedBody(BaseModel):
    """Which Areas and regions serve a force by the code lists, on the London day of the frame.

    The cases say which of them spoke on the journey.
    """

    police: str
    cps_areas: list[ServiceBody]
    probation_regions: list[ServiceBody]

    @classmethod
    def on(cls, force: Organisation, day: date) -> Self:
        """Tell who serves a force on a day."""
        told = OrganisationBody.of(force, day)
        return cls(
            police=force.id,
            cps_areas=told.cps_areas,
            probation_regions=told.probation_regions,
        )


class Manifest(SampleHead, Sensitive):
    """A sample whole, for an annex: all that is needed to draw it again, but the frame itself."""

    confidence: float = CONFIDENCE
    says: list[str]
    served: list[ServedBody] = Field(description="Who serves the forces that are named here.")
    strata: list[StratumBody]
    replaced: list[ReplacementBody]

    @classmethod
    def of(cls, whole: Whole) -> Self:
        """Tell a sample."""
        labels = {stratum.number: stratum.label for stratum in whole.strata}
        return cls(
            **cls.words(whole.sample),
            says=[*said_of(whole)],
            served=served(whole),
            strata=[StratumBody.of(stratum, whole) for stratum in whole.strata],
            replaced=[ReplacementBody.of(one, labels) for one in whole.replacements],
        )


class SampleList(Sensitive):
    """The samples that the caller has drawn, the newest first."""

    items: list[SampleHead]
    next: str | None
    as_of: datetime

    @classmethod
    def of(cls, samples: list[KeptSample], following: str | None, as_of: datetime) -> Self:
        """List samples."""
        heads = [SampleHead(**SampleHead.words(sample)) for sample in samples]
        return cls(items=heads, next=following, as_of=as_of)


class FrameRow(BaseModel):
    """A journey of a frame."""

    place: int = Field(description="Its place in the order of the ids, from 1.")
    journey_id: UUID
    label: str


class FramePage(Sensitive):
    """A page of a frame, which never changes."""

    items: list[FrameRow]
    next: str | None
    as_of: datetime


class ReplacementList(Sensitive):
    """What was replaced by what in a sample, the oldest first."""

    items: list[ReplacementBody]
    next: None = Field(None, description="There is one page.")
    as_of: datetime


class Replaced(Sensitive):
    """That a case was replaced, and the case to examine in its place."""

    replacement: ReplacementBody
    examine: CaseBody


class DimensionBody(BaseModel):
    """One thing that strata can be made of."""

    name: str
    says: str
    values: list[str] | None = Field(description="All that there can be; null without a list.")
    special: bool = Field(description="Whether it needs the scope special_category.")


class PresetList(BaseModel):
    """The samples that can be asked for by name, and what strata can be made of."""

    items: list[Preset]
    next: None = Field(None, description="There is one page.")
    dimensions: list[DimensionBody]

    @classmethod
    def of(cls, presets: Mapping[str, Preset]) -> Self:
        """List presets and dimensions."""
        return cls(
            items=[*presets.values()],
            dimensions=[
                DimensionBody(
                    name=name,
                    says=one.says,
                    values=None if one.values is None else [*one.values],
                    special=one.special,
                )
                for name, one in DIMENSIONS.items()
            ],
        )


def served(whole: Whole) -> list[ServedBody]:
    """Return who serves the forces of a sample's cases, of those that are on the list."""
    forces = {case.police for cases in whole.cases.values() for case in cases if case.police}
    known = [organisations().get(("police", force)) for force in sorted(forces)]
    day = london_day(whole.sample.as_of)
    return [ServedBody.on(force, day) for force in known if force is not None]


def values_of(label: str) -> dict[str, str | None]:
    """Return the dimensions and values of a stratum's label."""
    return {name: value or None for name, value in parse_qsl(label, keep_blank_values=True)}


def surely(drawn: int, population: int, points: float | None) -> str:
    """Say how surely a share of a stratum can be known."""
    if points is None:
        return f"None of {population:,} was drawn, so that nothing can be said of them."
    if drawn == population:
        return f"All {population:,} were drawn: a share of them is counted and not estimated."
    return (
        f"With {drawn:,} of {population:,}, a share of 50 % is known to within ± {points} points "
        "(95 % confidence)."
    )


def said_of(whole: Whole) -> list[str]:
    """Say of a sample as a whole what its reader must know."""
    sample, strata = whole.sample, whole.strata
    drawn = sum(stratum.drawn for stratum in strata)
    said = [f"{drawn:,} of {sample.frame_size:,} journeys were drawn, from {len(strata)} strata."]
    short = [one for one in strata if one.drawn < one.wanted]
    if short:
        missing = sum(one.wanted - one.drawn for one in short)
        said.append(
            f"In {len(short)} strata there were fewer journeys than were asked for: "
            f"{missing:,} cases short in all."
        )
    left_out = sum(one.population for one in strata if not one.wanted)
    if left_out:
        said.append(
            f"Of {left_out:,} journeys none was asked for: the sample says nothing of them."
        )
    if len([one for one in strata if one.drawn]) > 1:
        said.append("A share over several strata has to be weighted: each case stands for N / n.")
    if sample.behind or sample.judged_otherwise:
        said.append(
            "When the frame was frozen the register was behind: journeys may be missing from it, "
            "or in it as they stood before."
        )
    absorbed = sum(case.absorbed for cases in whole.cases.values() for case in cases)
    if absorbed:
        said.append(
            f"{absorbed} of the journeys named here have since been joined to others: `now` names "
            "them."
        )
    if whole.replacements:
        said.append(
            f"{len(whole.replacements)} cases were replaced, each by the next of its stratum. "
            "Where the reason has to do with what is examined, the sample is no longer random."
        )
    return said
