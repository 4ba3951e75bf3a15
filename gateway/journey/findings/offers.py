"""Finds what a victim was eligible for, by the facts of the journey, and was never offered."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from gateway.journey.findings.finding import Evidence, Finding, FindingKind
from gateway.journey.findings.stretch import (
    Answerable,
    Stretch,
    each_once,
    ended,
    finding_of,
    merged,
    not_known_from,
)
from gateway.journey.obligation import Obligation
from gateway.journey.standing import Standing
from gateway.journey.story import Contact, Fact, Story
from gateway.journey.victim import scope_of
from gateway.journey.wording import day_words
from shared.london import london_day

_MET = Standing.MET  # by its name: through the class it costs ten times as much
# A limit that passed without an answer, or a duty without a time of which nothing is recorded.
LACKING = (Standing.OVERDUE, Standing.NOTHING_RECORDED)


@dataclass(frozen=True, slots=True)
class Offered:
    """What shows that something was offered, whether or not it answers the duty that asks for it.

    Offers and facts of these types, contact by an agency, an opt-out of this scope.
    """

    offers: frozenset[str] = frozenset()
    facts: tuple[str, ...] = ()
    contact_by: str | None = None
    declined: str | None = None


@dataclass(frozen=True, slots=True)
class Eligible:
    """What a duty makes a victim eligible for: what it is called, and what it misses in words."""

    about: str
    lacks: str
    offered: Offered


_STATEMENT = Eligible(
    "personal_statement",
    "no offer of a personal statement",
    Offered(frozenset({"personal_statement"}), ("statement.made",)),
)
_SCHEME = frozenset({"contact_scheme"})
# By the duty whose start, conditions and limit say who is eligible, and from when.
ELIGIBLE = {
    "R4.REFER": Eligible(
        "support",
        "no referral to a support service, nor an offer of support,",
        Offered(
            frozenset({"support", "specialist_support"}), ("support.referred", "support.declined")
        ),
    ),
    "R4.SPECIALIST": Eligible(
        "specialist_support",
        "no offer of specialist support",
        Offered(frozenset({"specialist_support"})),
    ),
    "R7.OFFER": _STATEMENT,
    "R7.BEREAVED": _STATEMENT,
    "R7.BUSINESS": _STATEMENT,
    "R11.REF": Eligible(
        "contact_scheme",
        "no referral to the contact scheme, nor an offer of it,",
        Offered(
            _SCHEME,
            (
                "contact_scheme.referred",
                "contact_scheme.referral_received",
                "contact_scheme.joined",
            ),
            declined="contact_scheme",
        ),
    ),
    "R11.VLO": Eligible(
        "contact_scheme",
        "no first contact by probation, nor an offer of the contact scheme,",
        Offered(
            _SCHEME,
            ("contact_scheme.joined",),
            contact_by="probation",
            declined="contact_scheme",
        ),
    ),
}


def find_never_offered(evidence: Evidence) -> Iterator[Finding]:
    """Yield, for each thing a victim was eligible for, the time in which it was not offered.

    Who is eligible is the rules' to say, from the facts that start them. With a limit it holds from
    the end of it, and where the Code names no time from the moment it could first have been made;
    until it is offered in any way, or is owed no longer, or cannot be known.
    """
    lacking: dict[str, list[Stretch]] = {}
    shown: dict[str, Fact | Contact | None] = {}
    for owed in evidence.obligations:
        rule = owed.demand.duty.id
        if rule not in ELIGIBLE or owed.standing is _MET:
            continue
        one = ELIGIBLE[rule]
        turns = owed.turns
        for number, (since, standing) in enumerate(turns):
            if standing not in LACKING:
                continue
            until = turns[number + 1][0] if number + 1 < len(turns) else None
            if rule not in shown:
                shown[rule] = _first_shown(one.offered, evidence.story)
            first = shown[rule]
            if first is not None and first.at <= since and (until is None or first.at < until):
                continue  # it was offered before it was lacking
            stretch = _stretch(owed, since, until, one)
            left = stretch if first is None else _until_offered(stretch, first)
            if left is not None:
                lacking.setdefault(one.about, []).append(left)
    for about, stretches in lacking.items():
        for stretch in merged(stretches):
            yield finding_of(evidence, FindingKind.NEVER_OFFERED, about, stretch)


def _stretch(owed: Obligation, since: datetime, until: datetime | None, one: Eligible) -> Stretch:
    if owed.due_on is not None:
        lacks = f"By the limit of {owed.duty.id} on {day_words(owed.due_on)}, {one.lacks}"
    else:
        lacks = f"Since {day_words(london_day(since))}, {one.lacks}"
    answer = owed.answer
    ends, events = "", [owed.start.event]
    if until is not None:
        day = day_words(london_day(until))
        if answer is not None and answer.at == until:
            ends = f"It came on {day}."
            events.append(answer.event)
        elif owed.ending is not None and owed.ending.at == until:
            ends = f"From {day} it was owed no longer."
        else:
            ends = not_known_from(until)
    return Stretch(
        since,
        until,
        Answerable(owed.agency, owed.organisation),
        f"{lacks} is recorded.",
        f"{lacks} had been recorded.",
        ends,
        each_once(*events),
        (owed.key,),
    )


def _until_offered(stretch: Stretch, first: Fact | Contact) -> Stretch | None:
    """Return what is left of a stretch until what first shows an offer, if anything."""
    why = f"It was first offered, or answered, on {day_words(first.day)}."
    return ended(stretch, first.at, why, first.event)


def _first_shown(offered: Offered, story: Story) -> Fact | Contact | None:
    """Return what first shows that something was offered, in any way, or None."""
    offers, contact_by, by_type = offered.offers, offered.contact_by, story.facts_by_type
    shown: list[Fact | Contact] = [
        contact
        for contact in story.contacts
        if (contact.agency == contact_by or contact.event.data.get("offer") in offers)
        and reached_anybody(contact)
    ]
    for type_ in offered.facts:
        for fact in by_type.get(type_, ()):
            if fact.data.get("scheme") != "notification":
                shown.append(fact)
    if offered.declined is not None:
        for fact in by_type.get("contact.declined", ()):
            if offered.declined in scope_of(fact.data):
                shown.append(fact)
    return min(shown, key=lambda s: (s.at, s.event.source, s.event.id)) if shown else None


def reached_anybody(contact: Contact) -> bool:
    """Say whether it reached anybody who may answer, by whatever channel, and was an offer made."""
    return (
        contact.reached
        and not contact.excluded
        and contact.recipient != "other"
        and "not_offered" not in contact.event.data
    )
