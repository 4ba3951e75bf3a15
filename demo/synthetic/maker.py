"""Makes whole synthetic journeys, each from its seed and number alone."""

import json
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any

from demo.synthetic.chance import Mix
from demo.synthetic.court import Case
from demo.synthetic.duties import FIRST, LAST
from demo.synthetic.event import Event
from demo.synthetic.investigation import investigate
from demo.synthetic.journey import Journey, Place, World
from demo.synthetic.practice import Practice
from demo.synthetic.report import begin
from demo.synthetic.review import complain
from demo.synthetic.truth import Owed, owed_on
from shared.codes.lists import organisations
from shared.london import last_moment_of

_encode = json.JSONEncoder(separators=(",", ":")).encode
SYSTEMS = ("niche", "connect", "athena")


class BadSpan(ValueError):
    """Days for which no journeys can be made; the message says which can."""


@dataclass(frozen=True, slots=True)
class Made:
    """One journey: its events in the order in which we are told of them, and what is true of it.

    `reference` is the police's, by which it can be found; `until` the London day at whose end the
    truth holds.
    """

    number: int
    reference: str
    until: date
    events: tuple[Event, ...]
    owed: tuple[Owed, ...]

    def truth(self) -> dict[str, Any]:
        """Return the truth as it is written: one line a journey."""
        return {
            "number": self.number,
            "reference": self.reference,
            "as_of": self.until.isoformat(),
            "owed": [owed.told() for owed in self.owed],
        }


def world_of(seed: int, since: date, until: date, practice: Practice) -> World:
    """Return what all journeys of a making share.

    Reports fall on the London days from `since` to `until`, and all is seen at the end of `until`.
    Raises BadSpan where these lie outside the days whose terms are known here.
    """
    if not FIRST <= since <= until <= LAST:
        raise BadSpan(f"journeys are made from {FIRST} to {LAST}, and not from {since} to {until}")
    return World(seed, since, until, last_moment_of(until), practice, places(until, practice))


def places(day: date, practice: Practice) -> Mix[Place]:
    """Return the forces whose Areas and region are known on a day, by their size."""
    found = {}
    forces = [o for o in organisations().values() if o.kind == "territorial_force"]
    for number, force in enumerate(forces):
        serving = [s for s in force.served_by if s.organisation and s.validity.holds(day)]
        areas = tuple(s.organisation for s in serving if s.kind == "cps_area" and s.organisation)
        regions = [s.organisation for s in serving if s.kind == "probation_region"]
        if areas and regions and regions[0]:
            system = SYSTEMS[number % len(SYSTEMS)]
            place = Place(force.id, areas, regions[0], system)
            found[place] = practice.size(f"police/{force.id}")
    return Mix(found)


def make(world: World, number: int) -> Made:
    """Make one journey; the same world and number make the same one, whatever was made before."""
    journey = Journey(world, number)
    offence, reported = begin(journey)
    charged, decided = investigate(journey, offence, reported)
    if charged and not journey.over(decided):
        Case(journey, offence, charged, journey.chance.happens(offence.crown)).prosecute(decided)
        if journey.chance.happens(0.06):
            complain(journey, "cps", journey.later(decided, journey.chance.between(5, 200)))
    if journey.chance.happens(0.04):
        complain(journey, "police", journey.later(reported, journey.chance.between(5, 200)))
    return Made(
        number=number,
        reference=journey.crime,
        until=world.until,
        events=tuple(sorted(journey.sent, key=attrgetter("arrives"))),
        owed=tuple(owed_on(journey.known, world.until)),
    )


def line(content: dict[str, Any]) -> bytes:
    """Return one line of NDJSON."""
    return _encode(content).encode() + b"\n"
