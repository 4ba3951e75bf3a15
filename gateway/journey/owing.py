"""Whether a fact starts a duty, and if not, for which condition."""

from collections.abc import Iterable

from gateway.journey.duty import Condition
from gateway.journey.law import Demand, Opening
from gateway.journey.story import Fact, Story
from gateway.journey.telling import is_before, same
from gateway.journey.wording import listed
from shared.london import london_day


def spoken_for(opening: Opening, fact: Fact, story: Story) -> bool:
    """Say whether the fact that another stands in for had been sent after all."""
    return any(
        same(first.suspect, fact.suspect) and not is_before(fact, first)
        for first in story.facts_of(*opening.starts.facts)
    )


def began_under_another_edition(opening: Opening, fact: Fact, story: Story) -> bool:
    """Say whether an earlier edition, with a start of its own, already asked the same thing.

    The 2015 Code counted first contact from the sentence, the 2020 Code counts it from the
    referral: a referral after a sentence of the older edition does not ask for it twice.
    """
    for terms in opening.otherwise:
        before = terms.starts
        if before is None:
            continue
        sentences = [
            other
            for other in story.facts_of(*before.facts)
            if same(other.suspect, fact.suspect)
            and not is_before(fact, other)
            and before.where.holds(other.data, other.type)
        ]
        if sentences and opening.duty.terms_on(sentences[-1].day) is terms:
            return True
    return False


def why_not_owed(demand: Demand, start: Fact, tested: Fact, story: Story) -> str | None:
    """Return the condition for which a duty was not owed at a start, or None where it was.

    Conditions are put to `tested`: the start itself, or the fact that its news was about.
    """
    unmet = first_unmet(demand.duty.conditions, start, tested, story)
    if unmet is not None:
        return unmet
    pilots = demand.terms.organisations
    if pilots:
        speaker = start.source_of("cps")
        area = speaker.organisation if speaker else story.organisation_of("cps")
        if area not in pilots:
            return f"a pilot of {listed(list(pilots))}"
    return None


def first_unmet(
    conditions: Iterable[Condition], start: Fact, tested: Fact, story: Story
) -> str | None:
    """Return the first condition that did not hold at a start, in words, or None."""
    for condition in conditions:
        if not holds(condition, start, tested, story):
            return condition.says
    return None


def holds(condition: Condition, start: Fact, tested: Fact, story: Story) -> bool:
    """Say whether a condition held for a start."""
    if condition.earlier is None:
        return condition.where.holds(tested.data, tested.type)
    for before in story.facts_by_type.get(condition.earlier, ()):
        if (
            same(before.suspect, tested.suspect)
            and not is_before(start, before)
            and condition.where.holds(before.data, before.type)
            and not undone(condition, before, start, story)
        ):
            return not condition.absent
    return condition.absent


def undone(condition: Condition, before: Fact, start: Fact, story: Story) -> bool:
    """Say whether an earlier fact had been undone by the time of a start."""
    return condition.undone_by is not None and any(
        same(undoing.suspect, before.suspect)
        and undoing.at >= before.at
        and not is_before(start, undoing)
        for undoing in story.facts_of(condition.undone_by)
    )


def why_nobody_is_owed(start: Fact, story: Story) -> str | None:
    """Return why nobody on this journey could be owed anything at a start, or None."""
    victim = story.victim
    if victim.kind == "business" and (
        victim.contact_named_from is None or start.day < london_day(victim.contact_named_from)
    ):
        return "a business is owed the Code's services from the day it names a contact"
    if victim.spokesperson is not None and start.day >= london_day(victim.spokesperson[0]):
        return f"owed to the family's spokesperson, on the journey of {victim.spokesperson[1]}"
    return None
