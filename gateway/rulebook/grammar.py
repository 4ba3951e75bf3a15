"""The grammar of a rule file: its words, what each may say, and the values they become."""

import re
from collections.abc import Callable, Collection
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from gateway.journey.duty import (
    Allowance,
    Answer,
    Citation,
    Clock,
    Condition,
    Content,
    Counts,
    Duty,
    FactTest,
    Kind,
    Start,
    Terms,
    Test,
    Unit,
    Where,
)
from gateway.journey.standing import Standing
from gateway.rulebook.refusal import Refusal
from shared.journey_event import Agency
from shared.london import read_day
from shared.words import CARRIED, FIELDS, Offer, nearest

OWNERS = ("police", "cps", "wcu", "probation", "courts", "any", "victim")
CONFIDENCES = ("high", "medium", "low")
UNTIMED = "untimed"
ANY_AGENCY = "any"
OPT_OUTS = ("all", "contact_scheme")

_ALLOWANCE = re.compile(r"(?P<count>[1-9]\d{0,2}) (?P<unit>[a-z ]+)")
_ID = re.compile(r"(?P<group>R(?P<right>\d+)|[A-Z]+)\.[A-Z0-9-]+")

_Word = TypeVar("_Word", bound=StrEnum)


def refused(refusal: Refusal, words: str) -> PydanticCustomError:
    """Return the error that becomes a refusal of this kind at the line where it is raised."""
    return PydanticCustomError(refusal.value, "{words}", {"words": words})


def rule_group(id_: str) -> tuple[str | None, int | None]:
    """Return the group of a rule's id and the right it stands for: R6.ARREST is (R6, 6).

    The group is None where the id is malformed, the right where the group is no right of the Code.
    """
    match = _ID.fullmatch(id_)
    if match is None:
        return None, None
    return match["group"], int(match["right"]) if match["right"] else None


def suggest(word: object, known: Collection[str]) -> str:
    """Return the remedy for an unknown word: the nearest known one, or else all of them."""
    near = nearest(str(word), known)
    return f"did you mean '{near}'?" if near else f"use one of {', '.join(sorted(known))}"


def _one_of(what: str, known: Collection[str]) -> Callable[[Any], Any]:
    def check(word: Any) -> Any:
        if word not in known:
            raise refused(
                Refusal.UNKNOWN_WORD, f"'{word}' is not a known {what}: {suggest(word, known)}"
            )
        return word

    return check


def member_of(words: type[_Word], what: str) -> Callable[[Any], _Word]:
    """Return what reads a word as a member of an enumeration, or refuses it."""
    check = _one_of(what, [word.value for word in words])
    return lambda word: words(check(word))


def _day(text: Any) -> date:
    try:
        return read_day(str(text))
    except ValueError:
        raise refused(
            Refusal.BAD_DATE, f"'{text}' is not a day that exists: write it like 2021-04-01"
        ) from None


def _allowance(text: Any) -> Allowance | None:
    if text == UNTIMED:
        return None
    match = _ALLOWANCE.fullmatch(str(text))
    units = [unit.value for unit in Unit]
    if match is not None:
        word = match["unit"]
        unit = word if word in units else f"{word}s"
        if unit in units:
            return Allowance(int(match["count"]), Unit(unit))
        remedy = suggest(word, units)
    else:
        remedy = f"write it like '5 working days', or {UNTIMED}"
    raise refused(Refusal.BAD_ALLOWANCE, f"'{text}' is not an allowance: {remedy}")


def _test(field: str, wanted: Any) -> Test:
    match wanted:
        case str() | int():
            return Test(field, any_of=(wanted,))
        case (_, *_):
            return Test(field, any_of=wanted)
        case {"not": (_, *_) as values, **rest} if not rest:
            return Test(field, none_of=values)
        case {"not": str() | int() as value, **rest} if not rest:
            return Test(field, none_of=(value,))
        case {"at_least": int() as number, **rest} if not rest and number is not True:
            return Test(field, at_least=number)
        case {"present": bool() as present, **rest} if not rest:
            return Test(field, present=present)
    raise refused(
        Refusal.BAD_WHERE,
        f"'{field}' is not tested in a known way: "
        "write a value, a list of values, {not: value}, {at_least: number} or {present: true}",
    )


def _where(raw: Any) -> Where:
    alternatives = raw if isinstance(raw, tuple) else (raw,)
    if not alternatives or not all(isinstance(tests, dict) and tests for tests in alternatives):
        raise refused(
            Refusal.BAD_WHERE, "'where' tests nothing: write fields and what they must hold"
        )
    return Where(
        tuple(
            tuple(_test(field, wanted) for field, wanted in tests.items()) for tests in alternatives
        )
    )


def listed(value: Any) -> Any:
    """Return one word alone as a list of it."""
    return (value,) if isinstance(value, str) else value


def some(items: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a list that is not empty."""
    if not items:
        raise refused(Refusal.WRONG_TYPE, "the list is empty: write at least one, or leave it out")
    return items


def fact_alone(value: Any) -> Any:
    """Return a bare type of event as the fact it means."""
    return {"fact": value} if isinstance(value, str) else value


def facts_alone(value: Any) -> Any:
    """Return bare types of event, one or several, as the facts they mean."""
    several = value if isinstance(value, tuple) else (value,)
    return tuple(fact_alone(item) for item in several)


Day = Annotated[date, BeforeValidator(_day)]
AllowanceText = Annotated[Allowance | None, PlainValidator(_allowance)]
WhereText = Annotated[Where, PlainValidator(_where)]
EventType = Annotated[str, AfterValidator(_one_of("type of event", FIELDS))]
EventTypes = Annotated[tuple[EventType, ...], BeforeValidator(listed)]
CarriedWord = Annotated[str, AfterValidator(_one_of("thing to carry", CARRIED))]
AgencyWord = Annotated[str, AfterValidator(_one_of("agency", get_args(Agency)))]
TellerWord = Annotated[str, AfterValidator(_one_of("agency", (*get_args(Agency), ANY_AGENCY)))]
OwnerWord = Annotated[str, AfterValidator(_one_of("owner", OWNERS))]
ConfidenceWord = Annotated[str, AfterValidator(_one_of("confidence", CONFIDENCES))]
KindWord = Annotated[Kind, BeforeValidator(member_of(Kind, "kind of duty"))]
OfferWord = Annotated[str, AfterValidator(_one_of("offer", get_args(Offer)))]
OptOutWord = Annotated[str, AfterValidator(_one_of("scope of opting out", OPT_OUTS))]
CountsWord = Annotated[Counts, BeforeValidator(member_of(Counts, "side of the start"))]
ClockWord = Annotated[Clock, BeforeValidator(member_of(Clock, "clock"))]
StandingWord = Annotated[Standing, BeforeValidator(member_of(Standing, "standing"))]


class Part(BaseModel):
    """A part of a file: its words, and no others."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True
    )


class StartsWhen(Part):
    """What starts the clock, in exactly one of three ways; a bare type of event means that fact."""

    fact: EventTypes = ()
    told_about: EventTypes = ()
    silence: bool = False
    where: WhereText = Where()
    decided_by: AgencyWord | None = None
    clock: ClockWord = Clock.HAPPENED
    not_before: EventType | None = None
    else_fact: EventType | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = sum([bool(self.fact), bool(self.told_about), self.silence])
        wrong = None
        if ways != 1:
            wrong = f"names {ways} ways: write exactly one of fact, told_about and silence: true"
        elif self.decided_by is not None and not self.told_about:
            wrong = "says decided_by of nothing told: write it with told_about"
        elif not self.fact and self.model_fields_set & {"clock", "not_before", "else_fact"}:
            wrong = "says clock, not_before or else_fact of no fact: write them with fact"
        elif self.silence and self.where.alternatives:
            wrong = "says 'where' of a silence, which has no fields: leave it out"
        if wrong is not None:
            raise refused(Refusal.WAYS_TO_START, f"starts_when {wrong}")
        return self

    @property
    def tested(self) -> tuple[str, ...]:
        """The types of fact whose fields `where` tests."""
        return self.fact or self.told_about

    def value(self) -> Start:
        """Return it as the heart knows it."""
        return Start(
            facts=self.fact,
            told_about=self.told_about,
            silence=self.silence,
            where=self.where,
            decided_by=self.decided_by,
            clock=self.clock,
            not_before=self.not_before,
            else_fact=self.else_fact,
        )


class CarryingWhen(Part):
    """What a telling must also carry where the starting fact is of some kind."""

    where: WhereText
    carrying: Annotated[tuple[CarriedWord, ...], AfterValidator(some)]


class MetBy(Part):
    """What meets the duty, in exactly one of six ways, or by an offer alone or beside a deed."""

    told_about: EventTypes = ()
    told: bool = False
    done: EventTypes = ()
    received: bool = False
    first_contact_by: AgencyWord | None = None
    told_by: TellerWord | None = None
    carrying: tuple[CarriedWord, ...] = ()
    carrying_when: tuple[CarryingWhen, ...] = ()
    where: WhereText = Where()
    same_organisation: bool = False
    offered: Annotated[tuple[OfferWord, ...], BeforeValidator(listed)] = ()
    or_reason: bool = False
    written: bool = False
    counts: CountsWord = Counts.AFTERWARDS

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        names = ("told_about", "told", "done", "received", "first_contact_by", "told_by")
        ways = sum(bool(getattr(self, name)) for name in names)
        carries = bool(self.carrying or self.carrying_when)
        wrong = None
        if ways != 1 and not (self.offered and ways == 0):
            wrong = f"names {ways} ways: write exactly one of {', '.join(names)}, or offered"
        elif self.offered and ways and not (self.done or self.told):
            wrong = "says offered beside what no offer can stand for: write it with done or told"
        elif self.or_reason and not self.offered:
            wrong = "says or_reason of no offer: write it with offered"
        elif self.written and not (self.told_about or self.told):
            wrong = "says written of nothing told: write it with told_about or told"
        elif "counts" in self.model_fields_set and (self.told or not (self.done or self.offered)):
            wrong = "says counts of neither deed nor offer: write it with done or offered"
        elif carries and not (self.told_about or self.told):
            wrong = "says what must be carried and nothing carries it: write told_about or told"
        elif self.told and not self.carrying:
            wrong = "says 'told' of no content: write what the telling is carrying"
        elif self.where.alternatives and not self.done:
            wrong = "says 'where' of no event: write it with done"
        elif self.same_organisation and not self.done:
            wrong = "says same_organisation of no event: write it with done"
        if wrong is not None:
            raise refused(Refusal.WAYS_TO_MEET, f"met_by {wrong}")
        return self

    def value(self) -> Answer:
        """Return it as the heart knows it."""
        always = (Content(self.carrying),) if self.carrying else ()
        sometimes = (Content(part.carrying, part.where) for part in self.carrying_when)
        return Answer(
            told_about=self.told_about,
            told=self.told,
            done=self.done,
            received=self.received,
            first_contact_by=self.first_contact_by,
            told_by=self.told_by,
            where=self.where,
            same_organisation=self.same_organisation,
            contents=(*always, *sometimes),
            offered=self.offered,
            or_reason=self.or_reason,
            written=self.written,
            counts=self.counts,
        )


class OwedIf(Part):
    """What must hold for the duty to be owed: of the starting fact, or of an earlier one."""

    says: str
    where: WhereText = Where()
    earlier: EventType | None = None
    absent: bool = False
    undone_by: EventType | None = None

    @model_validator(mode="after")
    def _tests_something(self) -> Self:
        if self.earlier is None and not self.where.alternatives:
            raise refused(
                Refusal.BAD_WHERE, f"'{self.says}' tests nothing: write 'where' or 'earlier'"
            )
        if self.absent and self.earlier is None:
            raise refused(
                Refusal.BAD_WHERE, f"'{self.says}' says absent of no fact: write it with 'earlier'"
            )
        if self.undone_by is not None and self.earlier is None:
            raise refused(
                Refusal.BAD_WHERE,
                f"'{self.says}' says undone_by of no fact: write it with 'earlier'",
            )
        return self

    def value(self) -> Condition:
        """Return it as the heart knows it."""
        return Condition(self.says, self.where, self.earlier, self.absent, self.undone_by)


class StopsWhen(Part):
    """A fact that ends the duty; a bare type of event means that fact, whatever it holds."""

    fact: EventType
    where: WhereText = Where()

    def value(self) -> FactTest:
        """Return it as the heart knows it."""
        return FactTest(self.fact, self.where)


class Cite(Part):
    """Where a term was read."""

    source: str
    at: str
    confidence: ConfidenceWord
    says: str

    def value(self) -> Citation:
        """Return it as the heart knows it."""
        return Citation(self.source, self.at, self.confidence, self.says)


StartsWhenText = Annotated[StartsWhen, BeforeValidator(fact_alone)]


class Term(Part):
    """The limits from one day on, with what else is different from then on."""

    in_force: Day
    within: AllowanceText
    within_enhanced: AllowanceText = None
    cite: Cite
    owner: OwnerWord | None = None
    organisations: Annotated[tuple[str, ...], AfterValidator(some)] = ()
    starts_when: StartsWhenText | None = None
    met_by: MetBy | None = None

    @model_validator(mode="after")
    def _both_timed(self) -> Self:
        given = "within_enhanced" in self.model_fields_set
        if given and None in (self.within, self.within_enhanced):
            raise refused(
                Refusal.BAD_ALLOWANCE,
                f"within_enhanced stands beside what is {UNTIMED}: leave it out, and both are",
            )
        return self

    def value(self) -> Terms:
        """Return it as the heart knows it; the edition is the source that was cited."""
        return Terms(
            in_force=self.in_force,
            edition=self.cite.source,
            within=self.within,
            within_enhanced=self.within_enhanced or self.within,
            cite=self.cite.value(),
            owner=self.owner,
            organisations=self.organisations,
            starts=None if self.starts_when is None else self.starts_when.value(),
            met_by=None if self.met_by is None else self.met_by.value(),
        )


class ShownJourney(Part):
    """A short journey, seen by the end of a day.

    `which` counts what comes out from 1, in order of time; without it the last is meant.
    """

    name: str
    enhanced: bool = False
    events: Annotated[tuple[str, ...], AfterValidator(some)]
    as_of: Day
    which: Annotated[int, Field(ge=1)] | None = None


class Example(ShownJourney):
    """A short journey, and how an obligation on it comes out."""

    due: Day | None = None
    total_due: Day | None = None
    useful_until: Day | None = None
    owner: OwnerWord | None = None
    standing: StandingWord | None = None
    not_owed: bool = False

    @model_validator(mode="after")
    def _one_outcome(self) -> Self:
        outcome = {"which", "due", "total_due", "useful_until", "owner", "standing"}
        said = outcome & self.model_fields_set
        if self.not_owed == bool(said) or (said and self.standing is None):
            raise refused(
                Refusal.BAD_EXAMPLE,
                f"example '{self.name}' does not say how it comes out: "
                "write due and standing, or not_owed: true",
            )
        return self


class Rule(Part):
    """A whole rule file."""

    id: str
    title: str
    right: int = Field(ge=1, le=12)
    owner: OwnerWord
    kind: KindWord = Kind.CODE
    starts_when: StartsWhenText
    met_by: MetBy
    owed_if: tuple[OwedIf, ...] = ()
    declined_by: EventTypes = ()
    stops_when: Annotated[tuple[StopsWhen, ...], BeforeValidator(facts_alone)] = ()
    opt_out: OptOutWord | None = None
    follows: str | None = None
    repeats: bool = False
    rolls_back: bool = False
    terms: Annotated[tuple[Term, ...], AfterValidator(some)]
    examples: tuple[Example, ...] = ()

    def value(self, file: str) -> Duty:
        """Return the duty as the heart knows it."""
        return Duty(
            id=self.id,
            title=self.title,
            right=self.right,
            owner=self.owner,
            starts=self.starts_when.value(),
            met_by=self.met_by.value(),
            terms=tuple(term.value() for term in self.terms),
            kind=self.kind,
            conditions=tuple(part.value() for part in self.owed_if),
            declined_by=self.declined_by,
            stops_when=tuple(part.value() for part in self.stops_when),
            opt_out=self.opt_out,
            follows=self.follows,
            repeats=self.repeats,
            rolls_back=self.rolls_back,
            file=file,
        )


def part_at(model: type[Part], place: tuple[str | int, ...]) -> type[Part]:
    """Return the part of a file in which a place lies."""
    for step in place:
        field = model.model_fields.get(step) if isinstance(step, str) else None
        inner = None if field is None else _part_in(field.annotation)
        model = inner or model
    return model


def _part_in(annotation: Any) -> type[Part] | None:
    if isinstance(annotation, type) and not get_args(annotation):
        return annotation if issubclass(annotation, Part) else None
    found = (_part_in(inner) for inner in get_args(annotation))
    return next((part for part in found if part is not None), None)
