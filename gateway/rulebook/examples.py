"""Reads the worked examples of a rule file as events, and asks the heart how they come out."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any, get_args
from uuid import UUID

from gateway.journey.calendar import Calendar
from gateway.journey.duty import Answer, Duty
from gateway.journey.obligations import AGENCY_OF, follow
from gateway.journey.story import ABOUT_EVENTS, ABOUT_REFERENCES, CONTACT_TYPES, story_of
from gateway.rulebook.grammar import Example, suggest
from shared.journey_event import Agency, KeptEvent, Precision
from shared.london import LONDON, last_moment_of, london_day, read_day, write_instant
from shared.words import CARRIED, FIELDS, FLAGS, INSTANT_FIELDS

_TIME = re.compile(r"\d{2}:\d{2}")
_WHOLE_NUMBER = re.compile(r"-?\d{1,9}")
_NOON = time(12)  # where only the day is known, any hour of it will do

_AGENCIES = get_args(Agency)
# What speaks of other events or references, and what holds fields, does not fit on one line.
_TYPES = FIELDS.keys() - ABOUT_EVENTS - ABOUT_REFERENCES
_HOLDS_FIELDS = frozenset({"representative"})
_DAYS = frozenset({"incident_on", "since", "turns_18_on"})
_SPOKEN_BY = {
    "charge.authorised": "cps",
    "prosecution.stopped": "cps",
    "meeting.held": "cps",
    "contact_scheme.referral_received": "probation",
    "contact_scheme.joined": "probation",
    "contact_scheme.left": "probation",
    "offender.milestone": "probation",
}
_NAMES_A_SUSPECT = (
    "appeal.",
    "bail.",
    "case.",
    "charge.",
    "disposal.",
    "offender.sentenced",
    "prosecution.",
    "suspect.",
)
_SHORT = {"told": "victim.told", "offered": "victim.offered"}
_SPOKEN_TO_THE_VICTIM = {"channel": "phone", "reached": True, "recipient": "victim"}
# Fields that are lists on the wire, whose words are known where a set is given.
_LISTS: Mapping[str, frozenset[str] | None] = {
    "about": frozenset(FIELDS),
    "carried": CARRIED,
    "channels": None,
    "flags": FLAGS,
    "grounds": None,
    "passed": None,
}


class NotAnEvent(ValueError):
    """A line of an example is not an event; `index` counts the lines from 0."""

    def __init__(self, index: int, words: str) -> None:
        super().__init__(words)
        self.index = index


def events_of(example: Example, duty: Duty) -> tuple[KeptEvent, ...]:
    """Return the events of an example's journey, received as they happened (UTC).

    Where none of them reports the crime, a report on the first one's day is added.
    Raises NotAnEvent.
    """
    events: list[KeptEvent] = []
    for index, line in enumerate(example.events):
        try:
            events.append(_event(line, example, duty, events))
        except ValueError as error:
            raise NotAnEvent(index, str(error)) from None
    if not any(event.type == "crime.reported" for event in events):
        first = min(london_day(event.occurred_at) for event in events)
        events.append(_event(f"{first} crime.reported", example, duty, events))
    return tuple(events)


def fails(example: Example, duty: Duty, calendar: Calendar) -> str | None:
    """Return how an example comes out where it says otherwise, in words, or None."""
    as_of = last_moment_of(example.as_of)
    story = story_of(events_of(example, duty), as_of=as_of)
    obligations = follow(duty, story, calendar, as_of=as_of).obligations
    last = obligations[-1] if obligations else None
    came_out = "not owed" if last is None else _outcome(last.due_on, last.standing)
    said = "not owed" if example.not_owed else _outcome(example.due, example.standing)
    return None if came_out == said else f"it says {said} and comes out {came_out}"


def _outcome(due: object, standing: object) -> str:
    return f"{standing}, due {due}" if due else f"{standing} with no day due"


def _event(line: str, example: Example, duty: Duty, earlier: Sequence[KeptEvent]) -> KeptEvent:
    """Read `<day or day-and-time> [agency] <type, told or offered> [field=value ...]`."""
    when, *words = line.split()
    occurred_at, precision = _moment(when)
    agency = words.pop(0) if words and words[0] in _AGENCIES else None
    if not words:
        raise ValueError(f"'{line}' does not say what happened: write a type, told or offered")
    short, *fields = words
    type_ = _SHORT.get(short, short)
    if type_ not in _TYPES:
        raise ValueError(
            f"'{short}' is not a known type of event: {suggest(short, {*_TYPES, *_SHORT})}"
        )
    if agency is None:
        own = AGENCY_OF.get(duty.owner, "police")
        agency = own if type_ in CONTACT_TYPES else _SPOKEN_BY.get(type_, "police")
    data: dict[str, Any] = {}
    if type_ == "crime.reported":
        data = {"victim_kind": "person", "offence_group": "other"}
        if example.enhanced:
            data["flags"] = ["domestic_abuse"]
    elif type_.startswith(_NAMES_A_SUSPECT):
        data = {"suspect": "S1"}
    elif type_ == "hearing.fixed":
        data = {"hearing": "H1"}
    elif short in _SHORT:
        data = dict(_SPOKEN_TO_THE_VICTIM)
    if short == "told":
        answer, start = _asked(duty, earlier)
        data |= {"about": list(answer.told_about), "carried": list(answer.required(start))}
    for field in fields:
        name, value = _field(type_, field)
        data[name] = value
    return KeptEvent(
        source=f"/{agency}/example/records",
        id=f"line-{len(earlier) + 1}",
        type=type_,
        reference="crime:example/1/V1",
        occurred_at=occurred_at,
        data=data,
        precision=precision,
        received_at=occurred_at,
        event_id=UUID(int=len(earlier) + 1),
    )


def _moment(text: str) -> tuple[datetime, Precision]:
    day, _, clock = text.partition("T")
    try:
        if not clock:
            return datetime.combine(read_day(day), _NOON, LONDON).astimezone(UTC), "day"
        if _TIME.fullmatch(clock):
            local = datetime.combine(read_day(day), time.fromisoformat(clock), LONDON)
            return local.astimezone(UTC), "instant"
    except ValueError:
        pass
    raise ValueError(
        f"'{text}' is not a day or a London time: write it like 2021-04-01 or 2021-04-01T18:30"
    )


def _field(type_: str, text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"'{text}' is not a field: write it like name=value")
    fields = FIELDS[type_] - _HOLDS_FIELDS
    if name not in fields:
        raise ValueError(f"'{name}' is not a field of {type_}: {suggest(name, fields)}")
    if name in INSTANT_FIELDS:
        return name, write_instant(_moment(value)[0])
    if name in _DAYS:
        _moment(value)
        return name, value.partition("T")[0]
    if name not in _LISTS and "," not in value:
        return name, plain(value)
    items = value.split(",")
    known = _LISTS.get(name)
    for item in items:
        if known is not None and item not in known:
            raise ValueError(f"'{item}' is not a known word of {name}: {suggest(item, known)}")
    return name, items


def plain(text: str) -> str | int | bool:
    """Return what an unquoted word stands for: true, false, a whole number, or itself."""
    if text in ("true", "false"):
        return text == "true"
    return int(text) if _WHOLE_NUMBER.fullmatch(text) else text


def _asked(duty: Duty, events: Sequence[KeptEvent]) -> tuple[Answer, Mapping[str, Any]]:
    """Return what would answer the latest start among these events, and what that start says."""
    for event in reversed(events):
        terms = duty.terms_on(london_day(event.occurred_at))
        starts = (terms and terms.starts) or duty.starts
        if event.type in (starts.fact, starts.else_fact) and starts.where.holds(event.data):
            return (terms and terms.met_by) or duty.met_by, event.data
    return duty.met_by, {}
