"""Begins a synthetic journey: who reports what, and what the police do for every victim."""

from datetime import datetime, timedelta
from typing import Any

from demo.synthetic.chance import Mix
from demo.synthetic.days import DAY, MINUTE
from demo.synthetic.journey import Journey
from demo.synthetic.mix import ANY_HOUR, GROUPS, OFFENCES, Offence
from shared.london import london_day

KEYS = 4  # so many journeys in a row may be one person's
AGREED = Mix(
    {("phone",): 20, ("email",): 20, ("email", "phone"): 35, ("text", "phone"): 15, ("letter",): 10}
)
EVERY = Mix({7: 15, 14: 25, 28: 60})
SCOPES = Mix(
    {
        ("all",): 55,
        ("contact_scheme",): 10,
        ("suspect.released", "bail.changed"): 10,
        ("hearing.fixed", "court_bail.decided"): 15,
        ("case.concluded", "offender.sentenced"): 10,
    }
)


def begin(journey: Journey) -> tuple[Offence, datetime]:
    """Report a crime, record it, and find out what the victim needs; return what and when (UTC)."""
    chance, world = journey.chance, journey.world
    group = chance.of(GROUPS)
    offence = OFFENCES[group]
    day = world.since + timedelta(days=chance.between(0, (world.until - world.since).days))
    at = min(journey.on(day, ANY_HOUR), world.as_of)
    who = victim(journey, group, offence, at)
    journey.say("police", "crime.reported", at, who, prompt=True)
    record(journey, at)
    if chance.happens(0.75):
        told = {"about": ["crime.reported"], "carried": ["justice_information", "crime_details"]}
        how = {"channel": chance.one_of(("letter", "email", "in_person")), "reached": True}
        journey.say("police", "victim.told", journey.worked(at, chance.between(0, 7)), told | how)
    if chance.happens(0.7):
        assess(journey, at)
    support(journey, at)
    if chance.happens(0.5):
        agree(journey, at, named=who["victim_kind"] == "business" and "named_contact" not in who)
    if chance.happens(0.45):
        role = "family_liaison" if offence.bereaved else "officer_in_case"
        journey.say(
            "police",
            "officer.assigned",
            journey.worked(at, chance.between(0, 3)),
            {"role": role},
        )
    if chance.happens(0.05):
        decline(journey, at)
    return offence, at


def victim(journey: Journey, group: str, offence: Offence, at: datetime) -> dict[str, Any]:
    """Return who the victim is, as reported, and remember who may hear news for them."""
    chance, day = journey.chance, london_day(at)
    who: dict[str, Any] = {"victim_kind": "person", "offence_group": group}
    flags = [chance.one_of(offence.flags)] if chance.happens(offence.serious) else []
    if chance.happens(offence.business):
        who["victim_kind"] = "business"
        if chance.happens(0.75):
            who["named_contact"] = True
        journey.recipients = ("named_contact", "victim")
    elif offence.bereaved:
        who["victim_kind"] = "bereaved_relative"
    elif chance.happens(offence.child):
        journey.recipients = ("parent_or_guardian", "parent_or_guardian", "victim")
        if chance.happens(0.7):
            journey.turns_18_on = day + timedelta(days=chance.between(20, 3000))
            who["turns_18_on"] = journey.turns_18_on.isoformat()
        else:
            who["under_18"] = True
        if group == "sexual":
            flags.append("child_sexual_abuse")
    elif chance.happens(0.01):
        who["victim_kind"] = "parent_or_guardian"
        journey.recipients = ("parent_or_guardian",)
    if flags:
        who["flags"] = flags
    if chance.happens(0.3):
        who["victim_key"] = f"SYN-{journey.world.seed}-{journey.number - journey.number % KEYS}"
        if chance.happens(0.2):
            who["flagged_repeat"] = True
    if chance.happens(0.8):
        long_ago = 6000 if group == "sexual" and chance.happens(0.3) else 3
        who["incident_on"] = (day - timedelta(days=chance.between(0, long_ago))).isoformat()
    return who


def record(journey: Journey, at: datetime) -> None:
    """Record the crime: within hours as a rule, else on one of the next days."""
    chance, habit = journey.chance, journey.habit("police", "R2.NCRS24")
    if chance.happens(habit.never):
        return
    days = chance.spread(habit.days)
    recorded = at + chance.between(5, 900) * MINUTE if not days else journey.later(at, days)
    number = f"SYN{journey.world.seed}{journey.number:08}"
    journey.say("police", "crime.recorded", recorded, {"crime_number": number})


def assess(journey: Journey, at: datetime) -> None:
    """Assess the victim's needs, sometimes a second time with another finding."""
    chance = journey.chance
    for again in (False, True):
        found: dict[str, Any] = {"enhanced_rights": chance.happens(0.3)}
        if found["enhanced_rights"]:
            found["grounds"] = [chance.one_of(("vulnerable", "intimidated"))]
        if chance.happens(0.1):
            since = london_day(at) - timedelta(days=chance.between(0, 3))
            found["since"] = since.isoformat()
        if again:
            found["reassessment"] = True
        at = journey.worked(at, chance.between(20, 120) if again else chance.between(0, 4))
        journey.say("police", "needs.assessed", at, found)
        if not chance.happens(0.08):
            return


def support(journey: Journey, at: datetime) -> None:
    """Refer the victim to a support service, unless the victim declines."""
    if journey.chance.happens(0.18):
        journey.say(
            "police",
            "support.declined",
            journey.worked(at, journey.chance.between(0, 1)),
            {"consent": False},
        )
    else:
        journey.does("police", "R4.REFER", "support.referred", at, {"consent": True})


def agree(journey: Journey, at: datetime, *, named: bool) -> None:
    """Agree with the victim how, and how often, to keep in touch."""
    chance = journey.chance
    agreed: dict[str, Any] = {}
    channels: tuple[str, ...] = ()
    if chance.happens(0.7):
        channels = chance.of(AGREED)
        agreed["channels"] = list(channels)
    if chance.happens(0.6):
        agreed["update_every_days"] = chance.of(EVERY)
    if named and chance.happens(0.7):
        agreed["named_contact"] = True
    at = journey.worked(at, chance.between(0, 6))
    if journey.say("police", "preferences.agreed", at, agreed) is not None:
        journey.channels, journey.agreed_on = channels, london_day(at)
        journey.every = agreed.get("update_every_days", journey.every)


def decline(journey: Journey, at: datetime) -> None:
    """Let the victim decline contact, and sometimes ask for it again."""
    chance = journey.chance
    words = chance.of(SCOPES)
    single = words[0] in ("all", "contact_scheme")
    scope = {"scope": words[0] if single else list(words)}
    since = journey.later(at, chance.between(0, 200))
    until = journey.later(since, chance.between(10, 300))
    if journey.say("police", "contact.declined", since, scope) is None:
        return
    if chance.happens(0.25):
        journey.say("police", "contact.resumed", until, scope)
    else:
        until = journey.world.as_of + DAY
    journey.opt_outs.append((frozenset(words), since, until))
