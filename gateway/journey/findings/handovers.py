"""Finds what was known of a victim and was lost on its way to the next agency."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from gateway.journey.findings.finding import Evidence, Finding, FindingKind
from gateway.journey.findings.stretch import (
    Answerable,
    Stretch,
    certain,
    each_once,
    ended,
    finding_of,
)
from gateway.journey.limits import AGENCY_OF
from gateway.journey.story import Fact, Story
from gateway.journey.wording import day_words

HANDED_OVER = ("file.submitted", "handover.sent")
# What the receiver says arrived; each type speaks of these items, whatever it lists.
RECEIVED = {
    "needs.received": frozenset({"needs", "preferences"}),
    "statement.received": frozenset({"statement"}),
    "handover.acknowledged": frozenset({"needs", "preferences", "statement"}),
}
ITEMS = {
    "needs": "the victim's needs",
    "preferences": "what was agreed with the victim on keeping in touch",
    "statement": "the victim's statement",
}


def find_needs_lost(evidence: Evidence) -> Iterator[Finding]:
    """Yield what was known by a handover, a receipt or a later assessment, and did not get there.

    It holds from then until a later event shows that it got there.
    """
    story = evidence.story
    types = story.facts_by_type.keys()
    for asks, look in _LOOKS:
        if types.isdisjoint(asks):
            continue
        for about, stretch in look(story):
            sure = certain(stretch, story)
            if sure is not None:
                yield finding_of(evidence, FindingKind.NEEDS_LOST, about, sure)


def known_by(story: Story, item: str, fact: Fact) -> Fact | None:
    """Return the first fact that says an item of a victim's was known when a fact happened."""
    if item == "needs":
        facts: Sequence[Fact] = [f for f in story.facts_of("needs.assessed") if _says_needs(f)]
    else:
        types = {"preferences": "preferences.agreed", "statement": "statement.made"}
        facts = story.facts_of(types[item])
    first = facts[0] if facts else None
    return first if first is not None and first.at <= fact.at and first is not fact else None


def _says_needs(assessed: Fact) -> bool:
    get = assessed.data.get
    return bool(get("needs") or get("grounds") or get("enhanced_rights"))


def _handed_over(story: Story) -> Iterator[tuple[str, Stretch]]:
    """Yield what a handover says it did not pass, and what nothing shows to have arrived."""
    sent = [fact for type_ in HANDED_OVER for fact in story.facts_of(type_)]
    for handover in sent:
        passed = handover.data.get("passed")
        for item, words in ITEMS.items():
            known = known_by(story, item, handover)
            if known is None:
                continue
            if passed is not None and item not in passed:
                about = f"{item}_not_passed"
                says = f"{_sent_on(handover)}, and what it says it passed on leaves out {words}."
                said = ""
                who = Answerable(handover.event.agency, handover.event.organisation)
                later = [h for h in sent if _passes(h, item) and _to_the_same(h, handover)]
            else:
                about = f"{item}_not_acknowledged"
                sent_on = _sent_on(handover)
                says = f"{sent_on}, and nothing recorded says that {words} arrived."
                said = f"{sent_on}, and nothing had been recorded that says that {words} arrived."
                who = receiver_of(story, handover)
                later = []
            answers = [
                fact
                for fact in (*later, *_received(story, item))
                if fact.at >= handover.at and fact is not handover
            ]
            events = each_once(known.event, handover.event)
            yield from _until(
                about, Stretch(handover.at, None, who, says, said, events=events), answers
            )


def _missing(story: Story) -> Iterator[tuple[str, Stretch]]:
    """Yield what a receiver says was missing although it was known."""
    for receipt in (fact for type_ in RECEIVED for fact in story.facts_of(type_)):
        for item in receipt.data.get("missing", ()):
            known = known_by(story, item, receipt) if item in ITEMS else None
            if known is None:
                continue
            by = receipt.event.organisation
            day = day_words(receipt.day)
            says = f"On {day} {by} recorded that {ITEMS[item]} had not come with the rest."
            sender = known.event
            stretch = Stretch(
                receipt.at,
                None,
                Answerable(sender.agency, sender.organisation),
                says,
                events=each_once(known.event, receipt.event),
            )
            came = [
                fact
                for fact in _received(story, item)
                if fact.at >= receipt.at and item not in fact.data.get("missing", ())
            ]
            yield from _until(f"{item}_missing", stretch, came)


def _not_seen_for_court(story: Story) -> Iterator[tuple[str, Stretch]]:
    """Yield each assessment as a witness that finds nothing, where needs were known before."""
    assessed = story.facts_of("needs.assessed")
    if len(assessed) < 2:
        return
    for as_witness in assessed:
        if as_witness.data.get("for") != "witness" or _says_needs(as_witness):
            continue
        known = known_by(story, "needs", as_witness)
        if known is None:
            continue
        says = (
            f"The assessment as a witness on {day_words(as_witness.day)} finds nothing, although "
            f"that of {day_words(known.day)} did."
        )
        event = as_witness.event
        who = Answerable(event.agency, event.organisation)
        stretch = Stretch(as_witness.at, None, who, says, events=each_once(known.event, event))
        later = [f for f in assessed if f.at > as_witness.at and _says_needs(f)]
        yield from _until("needs_as_witness", stretch, later)


def _not_addressed(story: Story) -> Iterator[tuple[str, Stretch]]:
    """Yield each report for the sentence that says it did not speak to needs that were known."""
    reports = story.facts_of("sentence_report.completed")
    for report in reports:
        known = known_by(story, "needs", report)
        if report.data.get("needs_addressed") is not False or known is None:
            continue
        says = (
            f"The report for the sentence on {day_words(report.day)} says that it did not speak to "
            f"the victim's needs, which the assessment of {day_words(known.day)} found."
        )
        event = report.event
        who = Answerable(event.agency, event.organisation)
        stretch = Stretch(report.at, None, who, says, events=each_once(known.event, event))
        later = [f for f in reports if f.at > report.at and f.data.get("needs_addressed")]
        yield from _until("needs_in_sentence_report", stretch, later)


# What to look for, where there are facts of any of these types.
_LOOKS: tuple[tuple[Iterable[str], Callable[[Story], Iterator[tuple[str, Stretch]]]], ...] = (
    (HANDED_OVER, _handed_over),
    (RECEIVED, _missing),
    (("needs.assessed",), _not_seen_for_court),
    (("sentence_report.completed",), _not_addressed),
)


def _until(about: str, stretch: Stretch, answers: Sequence[Fact]) -> Iterator[tuple[str, Stretch]]:
    """Yield a stretch until the first of these facts, unless nothing is left of it."""
    first = min(answers, key=lambda f: (f.at, f.event.source, f.event.id), default=None)
    left: Stretch | None = stretch
    if first is not None:
        why = f"{_words(first)} on {day_words(first.day)} speaks of it."
        left = ended(stretch, first.at, why, first.event)
    if left is not None:
        yield about, left


def _passes(handover: Fact, item: str) -> bool:
    return item in handover.data.get("passed", ())


def _to_the_same(one: Fact, other: Fact) -> bool:
    to: list[Any] = [one.data.get("to"), other.data.get("to")]
    return None in to or to[0] == to[1]


def _received(story: Story, item: str) -> Iterator[Fact]:
    """Yield the receipts that speak of an item, whether it came or was missing."""
    for type_, items in RECEIVED.items():
        for fact in story.facts_of(type_):
            listed = [
                name
                for word in ("arrived", "missing", "passed")
                for name in fact.data.get(word, ())
            ]
            if item in listed or (not listed and item in items):
                yield fact


def receiver_of(story: Story, handover: Fact) -> Answerable:
    """Return to whom a handover went, as far as it says so in words that we know."""
    to = handover.data.get("to")
    if handover.type == "file.submitted":
        return Answerable("cps", to or story.organisation_of("cps"))
    agency = AGENCY_OF.get(to) if isinstance(to, str) else None
    if agency is not None:
        return Answerable(agency, story.organisation_of(agency, handover.at))
    for agency, organisation in story.organisations.items():
        if organisation == to:
            return Answerable(agency, organisation)
    return Answerable(None, None)


_WORDS = {
    "file.submitted": "The file",
    "handover.sent": "The handover",
    "handover.acknowledged": "The acknowledgement",
    "needs.assessed": "The assessment",
    "needs.received": "The receipt",
    "sentence_report.completed": "The report",
    "statement.received": "The receipt",
}


def _words(fact: Fact) -> str:
    return _WORDS[fact.type]


def _sent_on(handover: Fact) -> str:
    to = handover.data.get("to")
    return f"{_words(handover)} went{f' to {to}' if to else ''} on {day_words(handover.day)}"
