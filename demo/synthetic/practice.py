"""Reads practice.yaml: how well each organisation keeps its duties in synthetic journeys."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from demo.synthetic.chance import Quartiles
from demo.synthetic.duties import ANNUAL, DEEDS, LEGS, NEWS, VLO
from shared.codes.lists import organisations

FILE = Path(__file__).with_name("practice.yaml")
COURTS = "courts"
TELLING = frozenset(news.rule for news in NEWS) | {"news"}
DUTIES = TELLING | {deed.rule for deed in DEEDS if not deed.window} | {*LEGS, VLO, ANNUAL}


class BadPractice(ValueError):
    """A practice file that cannot be used; the message names each field and what is wrong."""


def _rising(quartiles: Quartiles) -> Quartiles:
    if list(quartiles) != sorted(quartiles) or quartiles[0] < 0:
        raise ValueError("write five whole numbers of days, each no smaller than the one before")
    return quartiles


Share = Annotated[float, Field(ge=0, le=1)]
Spread = Annotated[Quartiles, AfterValidator(_rising)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Habit(_Part):
    """How one duty is kept: shares of cases, and working days taken."""

    never: Share = 0.0
    attempted: Share = 0.0
    lacking: Share = 0.0
    misdirected: Share = 0.0
    early: Share = 0.0
    mended: Share = 1.0
    days: Spread = (0, 0, 0, 0, 0)


class Keying(_Part):
    """How events reach us: shares of events, and days until what is keyed late is keyed."""

    late: Share = 0.0
    days: Spread = (1, 1, 1, 1, 1)
    nightly: Share = 0.0
    stuck: Share = 0.0
    corrected: Share = 0.0
    withdrawn: Share = 0.0


class Words(_Part):
    """What a practice says of itself: the rest is that of the practice it is like."""

    like: str | None = None
    size: int = Field(1, ge=1, le=1000)
    keying: Keying = Keying()
    duties: Mapping[str, Habit] = {}


_P = TypeVar("_P", Habit, Keying)


class Practice:
    """The practices of all organisations."""

    def __init__(self, raw: Any) -> None:
        """Read what a practice file holds; raises BadPractice."""
        if not isinstance(raw, dict) or "usual" not in raw:
            raise BadPractice("usual: is missing: say how duties are usually kept")
        self._organisations: dict[str, Words] = {}
        self._named: dict[str, Words] = {}
        faults: list[str] = []
        for name, words in raw.items():
            if name != "organisations":
                self._named[name] = _words(name, words, faults)
        for name, words in (raw.get("organisations") or {}).items():
            agency, _, organisation = name.partition("/")
            if name != COURTS and (agency, organisation) not in organisations():
                faults.append(f"organisations.{name}: is not known: see /v1/organisations")
            self._organisations[name] = _words(f"organisations.{name}", words, faults)
        for name, said in {**self._named, **self._organisations}.items():
            if said.like is not None and said.like not in self._named:
                known = ", ".join(self._named)
                faults.append(f"{name}.like: '{said.like}' is no practice: use one of {known}")
        if faults:
            raise BadPractice("\n".join(faults))
        self._habits: dict[tuple[str, str], Habit] = {}
        self._keying: dict[str, Keying] = {}

    def size(self, organisation: str) -> int:
        """Return the share of journeys that an organisation has beside the others."""
        words = self._organisations.get(organisation)
        return 1 if words is None else words.size

    def like(self, organisation: str) -> str:
        """Return the name of the practice that an organisation's is like."""
        words = self._organisations.get(organisation, Words())
        return words.like or "usual"

    def habit(self, organisation: str, rule: str) -> Habit:
        """Return how an organisation such as `police/dorset` keeps a duty."""
        key = (organisation, rule)
        if key not in self._habits:
            general = "news" if rule in TELLING else "deeds"
            self._habits[key] = _merged(
                Habit(),
                *(
                    words.duties[name]
                    for words in self._words_of(organisation)
                    for name in (general, rule)
                    if name in words.duties
                ),
            )
        return self._habits[key]

    def keying(self, organisation: str) -> Keying:
        """Return how an organisation's events reach us."""
        if organisation not in self._keying:
            said = (words.keying for words in self._words_of(organisation))
            self._keying[organisation] = _merged(Keying(), *said)
        return self._keying[organisation]

    def _words_of(self, organisation: str) -> Iterator[Words]:
        own = self._organisations.get(organisation, Words())
        yield self._named["usual"]
        if own.like is not None:
            yield self._named[own.like]
        yield own


def read_practice(file: Path) -> Practice:
    """Read a practice file; raises BadPractice, and OSError where it cannot be opened."""
    try:
        return Practice(yaml.safe_load(file.read_text("utf-8")))
    except yaml.YAMLError as error:
        raise BadPractice(f"{file.name}: is not YAML: {error}") from error


@cache
def usual_practice() -> Practice:
    """Return the practices of the project's own file."""
    return read_practice(FILE)


def _words(place: str, raw: Any, faults: list[str]) -> Words:
    try:
        words = Words.model_validate(raw)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            at = ".".join(str(part) for part in (place, *fault["loc"]))
            faults.append(f"{at}: {fault['msg']}")
        return Words()
    for rule in words.duties.keys() - DUTIES - {"deeds"}:
        faults.append(f"{place}.duties.{rule}: is no duty that journeys are made for")
    return words


def _merged(first: _P, *later: _P) -> _P:
    """Return the first with what the later ones say, of which the last word wins."""
    said = [part.model_dump(include=part.model_fields_set) for part in later]
    return first.model_copy(update={key: value for part in said for key, value in part.items()})
