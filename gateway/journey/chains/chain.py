"""What a chain is: steps in order, what shows that each was taken, and one run through them."""

from dataclasses import dataclass, field
from datetime import date, datetime

from gateway.journey.duty import Where
from gateway.journey.story import Contact, Fact

ALWAYS = Where()


@dataclass(frozen=True, slots=True)
class Shows:
    """What shows that a step was taken; each field that is set is one way to show it.

    `owed`: a duty of these rules, unless it had ended when it began. `facts`: a fact of these
    types, of the agency `by` where one is named, after one of the type `earlier` about the same
    suspect. `news_of`: a telling that brought the victim news of what shows another step, and says
    that it carried all of `carrying`. `carried`: a telling that says so, whatever it was about.
    `offers`: an offer of these that reached anybody who may answer, with one of `responses` where
    any are named; `withheld`: instead, the reason why it was not made. `contact_by`: contact by
    this agency that reached the victim. `opted_out`: the victim's no to this scope. `where` is put
    to the data of a fact.
    """

    owed: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    by: str | None = None
    earlier: str | None = None
    news_of: str | None = None
    carrying: frozenset[str] = frozenset()
    carried: str | None = None
    offers: tuple[str, ...] = ()
    responses: frozenset[str] = frozenset()
    withheld: bool = False
    contact_by: str | None = None
    opted_out: str | None = None
    where: Where = ALWAYS


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a chain: what taking it means, and what shows it.

    One that is `beside` is no step forward: it says how another came out.
    """

    id: str
    means: str
    shows: tuple[Shows, ...]
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """Steps in their order, of which the first says who is in it.

    `version` rises with every change of what is counted. With `by_suspect` a journey has a run for
    each suspect. With `in_turn` what came before the first step is none. `source` says where the
    steps were read, `does_not_show` what nothing recorded can tell. `kept_by` are the agencies
    that record the steps: what their feeds may hide is unknown. `window` are the rules of the
    victim's own time, whose days left are told of the step `window_from`.
    """

    id: str
    version: int
    title: str
    source: str
    does_not_show: str
    steps: tuple[Step, ...]
    kept_by: tuple[str, ...]
    by_suspect: bool = False
    in_turn: bool = False
    window: tuple[str, ...] = ()
    window_from: str | None = None

    @property
    def forward(self) -> tuple[str, ...]:
        """The ids of its steps forward, in their order."""
        return tuple(step.id for step in self.steps if not step.beside)


# Steps taken and runs are not frozen, for the reason that facts are not: every journey has some.
@dataclass(slots=True)
class Taken:
    """That a step was taken: when (UTC), by whom, and how, where that is said.

    `how` is the response to an offer, the channel of a telling, the decision or the wish. `what`
    shows it, and `suspect` is whom that is about.
    """

    step: str
    at: datetime
    day: date
    agency: str | None
    organisation: str | None
    how: str | None
    what: Fact | Contact = field(repr=False, compare=False)
    suspect: str | None = field(repr=False, compare=False)


@dataclass(slots=True)
class Run:
    """One journey's way through a chain, or one suspect's: each step as first taken, in time.

    `entered` is its first step, None where that is not recorded although a later one is. From
    `unknown_from` (UTC) on nobody can tell what else was done. `days_left` are London days of the
    victim's own time that were left when they were told of it.
    """

    chain: str
    suspect: str | None
    entered: Taken | None
    taken: tuple[Taken, ...]
    unknown_from: datetime | None = None
    days_left: int | None = None
