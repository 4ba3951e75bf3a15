"""Takes a synthetic journey into the contact scheme: referral, first contact and letters."""

from datetime import datetime
from typing import Any

from demo.synthetic.chance import Mix
from demo.synthetic.days import DAY
from demo.synthetic.duties import ANNUAL, VLO, to_be_referred
from demo.synthetic.event import Event
from demo.synthetic.journey import Journey
from demo.synthetic.mix import RESPONSES

MILESTONES = Mix({"release_considered": 30, "release": 30, "recall": 20, "discharge": 20})


def refer(journey: Journey, sentence: dict[str, Any], at: datetime) -> None:
    """Refer the victim of somebody sentenced at a moment, where the sentence asks for it."""
    if not to_be_referred(sentence):
        return
    chance = journey.chance
    # Of several offenders each has a membership of its own.
    of = {"suspect": sentence["suspect"]} if len(journey.suspects) > 1 else {}
    to = {"region": journey.place.region, **of}
    referred = journey.does("police", "R11.REF", "contact_scheme.referred", at, to, wcu=True)
    if referred is None:
        return
    data = {"reference": journey.contact, "basis": "referral"}
    if chance.happens(0.75):
        journey.say("police", "reference.linked", referred.at, data, wcu=True, prompt=True)
    else:
        data["reference"] = journey.crime
        journey.say("probation", "reference.linked", referred.at, data, prompt=True)
    received = journey.worked(referred.at, chance.between(0, 3))
    journey.say("probation", "contact_scheme.referral_received", received, of)
    first = first_contact(journey, referred.at)
    if first is not None and first.data.get("response") == "accepted":
        member(journey, first.at, of)


def first_contact(journey: Journey, referred: datetime) -> Event | None:
    """Make first contact, by an offer of the scheme, and again where it reached nobody."""
    chance, habit = journey.chance, journey.habit("probation", VLO)
    if journey.declines(("contact_scheme",), referred) and chance.happens(0.92):
        return None
    if chance.happens(habit.never):
        return None
    at = journey.worked(referred, chance.spread(habit.days))
    if chance.happens(habit.attempted):
        offer = {"offer": "contact_scheme", "reached": "attempted"}
        tried = journey.say("probation", "victim.offered", at, offer, flaw="attempted")
        if not chance.happens(habit.mended):
            return tried
        at = journey.worked(at, chance.between(1, 8))
    response = chance.of(RESPONSES)
    data: dict[str, Any] = {"offer": "contact_scheme", "response": response}
    if response == "no_response":
        data["reached"] = True
    return journey.say("probation", "victim.offered", at, data)


def member(journey: Journey, at: datetime, of: dict[str, str]) -> None:
    """Join the scheme, hear from probation once a year or so, and leave one day."""
    chance, habit = journey.chance, journey.habit("probation", ANNUAL)
    at += chance.between(0, 20) * DAY
    if journey.say("probation", "contact_scheme.joined", at, of) is None:
        return
    while not journey.over(at):
        at = journey.worked(at, max(1, chance.spread(habit.days)))
        if not chance.happens(habit.never):
            journey.update("probation", at)
        if chance.happens(0.2):
            at += chance.between(1, 90) * DAY
            milestone = chance.of(MILESTONES)
            step = journey.say(
                "probation", "offender.milestone", at, {"milestone": milestone, **of}
            )
            journey.tell([step], "news", "probation")
            if milestone == "discharge":
                return
        elif chance.happens(0.12):
            at += chance.between(1, 90) * DAY
            journey.say("probation", "contact_scheme.left", at, of)
            return
