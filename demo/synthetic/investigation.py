"""Goes on with a synthetic journey: suspects, news of them, and how the investigation ends."""

from datetime import datetime
from typing import Any

from demo.synthetic.chance import Mix
from demo.synthetic.days import MINUTE
from demo.synthetic.journey import Journey
from demo.synthetic.mix import (
    ANY_HOUR,
    OUTCOMES,
    RELEASES,
    SUSPECTED,
    SUSPECTS,
    Offence,
)
from demo.synthetic.review import review
from shared.journey_event import Agency

MOST_UPDATES = 8
RELEASE_RULES = {
    "on_bail": "R6.BAIL",
    "under_investigation": "R6.RUI",
    "without_charge": "R6.RWC",
}
CONDITIONS: tuple[Any, ...] = (
    ["no contact with the victim"],
    ["curfew", "no contact"],
    True,
    False,
)
REASONS = ("evidence", "public interest", "code test not met")
CHANGES = Mix({"varied": 40, "extended": 40, "cancelled": 20})
DISPOSALS = Mix({"community resolution": 60, "adult caution": 30, "youth caution": 10})


def investigate(
    journey: Journey, offence: Offence, at: datetime
) -> tuple[tuple[str, ...], datetime]:
    """Investigate a crime reported at a moment; return the suspects charged, and when (UTC)."""
    chance = journey.chance
    ending = chance.of(offence.endings)
    if ending == "not_investigated":
        decided = journey.later(at, chance.between(0, 4))
        data: dict[str, Any] = {"decision": "not_investigate"}
        if chance.happens(0.7):
            data["outcome"] = chance.of(OUTCOMES[ending])
        told = journey.say("police", "investigation.decided", decided, data)
        journey.tell([told], "R6.NOINV")
        return (), at
    days = chance.spread(offence.decided)
    end = journey.later(at, days)
    if chance.happens(0.4):
        since = journey.worked(at, chance.between(0, 2))
        journey.say("police", "investigation.decided", since, {"decision": "investigate"})
    keep_in_touch(journey, at, end)
    if ending in SUSPECTED:
        journey.suspects = tuple(f"S{n + 1}" for n in range(chance.of(SUSPECTS)))
        for suspect in journey.suspects:
            seen = suspected(journey, suspect, at, days, charged=ending == "charged")
            if seen > end:
                end = journey.later(seen, chance.between(0, 2))
    charged = decide(journey, ending, end)
    if not charged:
        close(journey, ending, end)
    return charged, end


def keep_in_touch(journey: Journey, at: datetime, end: datetime) -> None:
    """Give routine updates about as often as was agreed, and forget some."""
    chance = journey.chance
    misses = 1 - (1 - journey.habit("police", "news").never) ** 3
    for _ in range(MOST_UPDATES):
        at = journey.later(at, journey.every + chance.between(-3, 5))
        if at >= end or journey.over(at):
            return
        if not journey.declines((), at) and not chance.happens(misses):
            journey.update("police", at)


def suspected(
    journey: Journey, suspect: str, at: datetime, days: int, *, charged: bool
) -> datetime:
    """Find a suspect: arrested, or interviewed by appointment, or neither; return when (UTC)."""
    chance = journey.chance
    who = {"suspect": suspect}
    found = journey.later(at, chance.between(0, days * 6 // 10), ANY_HOUR)
    if not chance.happens(0.6):
        if chance.happens(0.7):
            by_day = chance.happens(0.3)
            spoken = journey.say("police", "suspect.interviewed", found, who, by_day=by_day)
            journey.tell([spoken], "R6.IUC")
        return found
    facts = [journey.say("police", "suspect.arrested", found, who, by_day=chance.happens(0.1))]
    at = found
    if chance.happens(0.75):
        at += chance.between(90, 900) * MINUTE
        facts.append(journey.say("police", "suspect.interviewed", at, who))
    rules = ["R6.ARREST", "R6.IUC"][: len(facts)]
    released = None
    if not (charged and chance.happens(0.3)):  # else charged from custody
        released = chance.of(RELEASES)
        at += chance.between(30, 700) * MINUTE
        data: dict[str, Any] = {**who, "released": released}
        if released == "on_bail" and chance.happens(0.85):
            data["conditions"] = chance.one_of(CONDITIONS)
        facts.append(journey.say("police", "suspect.released", at, data))
        rules.append(RELEASE_RULES[released])
    if chance.happens(0.5):
        journey.tell(facts, "R6.ARREST")
    else:
        for fact, rule in zip(facts, rules, strict=True):
            journey.tell([fact], rule)
    if released == "on_bail":
        change_bail(journey, suspect, at)
    return at


def change_bail(journey: Journey, suspect: str, at: datetime) -> None:
    """Change police bail now and then."""
    chance = journey.chance
    while chance.happens(0.3):
        at = journey.later(at, chance.between(10, 60))
        data = {"suspect": suspect, "change": chance.of(CHANGES)}
        journey.tell([journey.say("police", "bail.changed", at, data)], "R6.BAILVAR")


def decide(journey: Journey, ending: str, end: datetime) -> tuple[str, ...]:
    """Decide about every suspect when the investigation ends; return those charged."""
    chance = journey.chance
    if ending == "victim_withdrew":
        stage = {"stage": "investigation"}
        journey.say("police", "victim.withdrew", end, stage)
    by_cps = ending == "charged" or (ending == "declined" and chance.happens(0.35))
    if by_cps:
        submit(journey, end)
        # One in six is lost between the referral and the charge.
        if ending == "charged" and chance.happens(0.16):
            ending = "declined"
    charged = []
    for number, suspect in enumerate(journey.suspects):
        at = journey.later(end, chance.between(0, 20 if by_cps else 3) + number)
        # A second suspect may fare otherwise than the first.
        fate = "declined" if number and chance.happens(0.25) else ending
        who = {"suspect": suspect}
        if fate == "charged":
            if chance.happens(0.7):
                theirs = {"suspect": journey.label(suspect)}
                journey.say("cps", "charge.authorised", at - 30 * MINUTE, theirs)
            journey.tell([journey.say("police", "suspect.charged", at, who)], "R6.CHARGE")
            charged.append(suspect)
        elif fate == "disposal":
            data = {**who, "disposal": chance.of(DISPOSALS)}
            journey.tell([journey.say("police", "disposal.given", at, data)], "R6.OOCD")
        elif fate in ("declined", "victim_withdrew"):
            decline(journey, suspect, at, by_cps=by_cps)
    return tuple(charged)


def decline(journey: Journey, suspect: str, at: datetime, *, by_cps: bool) -> None:
    """Decide not to prosecute a suspect; the police tell the victim, whoever decided."""
    label = journey.label(suspect) if by_cps else suspect
    data = {"suspect": label, "reason": journey.chance.one_of(REASONS)}
    agency: Agency = "cps" if by_cps else "police"
    declined = journey.say(agency, "prosecution.declined", at, data)
    told = journey.tell([declined], "R6.NOCHARGE")
    if told is not None and journey.chance.happens(0.06):
        review(journey, agency, suspect, told.at)


def submit(journey: Journey, at: datetime) -> None:
    """Send the file to the CPS, and link its reference to the police's."""
    chance = journey.chance
    journey.say("police", "file.submitted", at, {"to": journey.area}, prompt=True)
    suspects = {}
    if len(journey.suspects) > 1 or chance.happens(0.5):
        journey.theirs = {own: own.replace("S", "D") for own in journey.suspects}
        suspects = {theirs: own for own, theirs in journey.theirs.items()}
    named = any(event.suspect is not None for event in journey.known)
    if len(suspects) == 1 and named and chance.happens(0.5):
        suspects = {}  # with one suspect known, any label is that one's
    data: dict[str, Any] = {"reference": journey.case, "basis": "case file"}
    if chance.happens(0.8):
        data["suspects"] = suspects
        journey.say("police", "reference.linked", at, data, prompt=True)
    else:
        data["reference"] = journey.crime
        data["suspects"] = {own: theirs for theirs, own in suspects.items()}
        journey.say("cps", "reference.linked", at, data, prompt=True)
    if chance.happens(0.4):
        arrived = ["needs", "preferences"] if chance.happens(0.6) else ["needs"]
        received = journey.later(at, chance.between(0, 10))
        journey.say("cps", "needs.received", received, {"arrived": arrived})


def close(journey: Journey, ending: str, end: datetime) -> None:
    """Close the investigation with its outcome, and mostly say so."""
    chance = journey.chance
    closed = journey.later(end, chance.between(0, 25))
    data = {"decision": "closed", "outcome": chance.of(OUTCOMES[ending])}
    fact = journey.say("police", "outcome.assigned", closed, data)
    if ending in ("no_suspect", "victim_withdrew"):
        journey.tell([fact], "news")
