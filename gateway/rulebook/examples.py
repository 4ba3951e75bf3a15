"""Reads the worked examples of a rule file as events, and asks the heart how they come out."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any, get_args
from uuid import UUID

from gateway.journey.calendar import Calendar
from gateway.journey.duty import Answer, Duty, Rulebook, Start
from gateway.journey.limits import AGENCY_OF
from gateway.journey.obligation import Obligation
from gateway.journey.obligations import follow
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
_HOLDS_FIELDS = frozenset({"representative", "says_done"})
_DAYS = frozenset({"incident_on", "reply_expected_on", "since", "turns_18_on", "week_commencing"})
# Who sends what the police do not; every agency's own acts are its own, and so the owner's.
_OWN_ACTS = ("breach.", "complaint.", "feedback.", "handover.", "question.", "review.")
_SPOKEN_BY = {
    "charge.authorised": "cps",
    "expenses.claimed": "cps",
    "expenses.paid": "cps",
    "meeting.held": "cps",
    "needs.received": "cps",
    "prosecution.stopped": "cps",
    "special_measures.applied": "cps",
    "special_measures.decided": "cps",
    "statement.received": "cps",
    "sentence_report.completed": "probation",
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
    "court_bail.",
    "disposal.",
    "offender.sentenced",
    "prosecution.",
    "suspect.",
    "warrant.",
)
_SHORT = {"told": "victim.told", "offered": "victim.offered"}
_SPOKEN_TO_THE_VICTIM = {"channel": "phone", "reached": True, "recipient": "victim"}
# Fields that are lists on the wire, whose words are known where a set is given.
_LISTS: Mapping[str, frozenset[str] | None] = {
    "about": frozenset(FIELDS),
    "arrived": None,
    "carried": CARRIED,
    "channels": None,
    "flags": FLAGS,
    "grounds": None,
    "measures": None,
    "missing": None,
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


def fails(
    example: Example, duty: Duty, calendar: Calendar, rulebook: Rulebook | None = None
) -> str | None:
    """Return how an example comes out where it says otherwise, in words, or None.

    With the rulebook, a duty that follows another comes out with the total of both.
    """
    as_of = last_moment_of(example.as_of)
    story = story_of(events_of(example, duty), as_of=as_of)
    obligations = follow(duty, story, calendar, rulebook=rulebook).obligations
    said = "not owed" if example.not_owed else _said(example)
    if example.which is not None and example.which > len(obligations):
        return f"it speaks of number {example.which} and {len(obligations)} were owed"
    meant = obligations[(example.which or 0) - 1] if obligations else None
    came_out = "not owed" if meant is None else _came_out(meant, example)
    return None if came_out == said else f"it says {said} and comes out {came_out}"


def _said(example: Example) -> str:
    return _outcome(
        example,
        example.standing,
        example.due,
        example.owner,
        example.total_due,
        example.useful_until,
    )


def _came_out(obligation: Obligation, example: Example) -> str:
    total = obligation.total
    return _outcome(
        example,
        obligation.standing,
        obligation.due_on,
        obligation.owner,
        None if total is None else total.due_on,
        obligation.useful_until,
    )


def _outcome(
    example: Example,
    standing: object,
    due: object,
    owner: object,
    total_due: object,
    useful_until: object,
) -> str:
    """Say an outcome in as many words as the example has an opinion on."""
    words = f"{standing}, due {due}" if due else f"{standing} with no day due"
    if example.owner is not None:
        words += f", owed by {owner}"
    if example.total_due is not None:
        words += f", due {total_due} in total"
    if example.useful_until is not None:
        words += f", useful until {useful_until}"
    return words


def _event(line: str, example: Example, duty: Duty, earlier: Sequence[KeptEvent]) -> KeptEvent:
    """Read `<day or day-and-time> [agency[/organisation]] <type, told or offered> [field=value]`.

    Left out, the agency is the one that would say so and the organisation one called example.
    """
    when, *words = line.split()
    occurred_at, precision = _moment(when)
    agency, organisation = None, "example"
    if words and words[0].partition("/")[0] in _AGENCIES:
        agency, _, named = words.pop(0).partition("/")
        organisation = named or organisation
    if not words:
        raise ValueError(f"'{line}' does not say what happened: write a type, told or offered")
    short, *fields = words
    type_ = _SHORT.get(short, short)
    if type_ not in _TYPES:
        raise ValueError(
            f"'{short}' is not a known type of event: {suggest(short, {*_TYPES, *_SHORT})}"
        )
    data = _usual(type_, example)
    if short in _SHORT:
        data = dict(_SPOKEN_TO_THE_VICTIM)
    if short == "told":
        data |= _news(duty, earlier)
    for field in fields:
        name, value = _field(type_, field)
        data[name] = value
    return KeptEvent(
        source=f"/{agency or _speaker(type_, duty)}/{organisation}/records",
        id=f"line-{len(earlier) + 1}",
        type=type_,
        reference="crime:example/1/V1",
        occurred_at=occurred_at,
        data=data,
        precision=precision,
        received_at=occurred_at,
        event_id=UUID(int=len(earlier) + 1),
    )


def _speaker(type_: str, duty: Duty) -> str:
    """Return the agency that sends a type of event, on a journey that shows this duty."""
    if type_ in CONTACT_TYPES or type_.startswith(_OWN_ACTS):
        return duty.starts.decided_by or AGENCY_OF.get(duty.owner, "police")
    return _SPOKEN_BY.get(type_, "police")


def _usual(type_: str, example: Example) -> dict[str, Any]:
    """Return what an event says where its line says nothing else."""
    if type_ == "crime.reported":
        data: dict[str, Any] = {"victim_kind": "person", "offence_group": "other"}
        return {**data, "flags": ["domestic_abuse"]} if example.enhanced else data
    if type_.startswith(_NAMES_A_SUSPECT):
        return {"suspect": "S1"}
    return {"hearing": "H1"} if type_ in ("hearing.fixed", "hearing.ended") else {}


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


def _news(duty: Duty, earlier: Sequence[KeptEvent]) -> dict[str, Any]:
    """Return what `told` tells of: what starts the duty, or would answer it, with all it needs."""
    starts, answer, start = _asked(duty, earlier)
    about = starts.told_about or answer.told_about
    if start is not None and start.type in starts.told_about:
        about = (start.type,)
    carried = answer.required(*({}, "") if start is None else (start.data, start.type))
    if answer.told_by is not None:
        carried = ("progress",)
    return {"about": list(about), "carried": list(carried)}


def _asked(duty: Duty, events: Sequence[KeptEvent]) -> tuple[Start, Answer, KeptEvent | None]:
    """Return what starts the duty, what answers it, and the latest start among these events."""
    for event in reversed(events):
        terms = duty.terms_on(london_day(event.occurred_at))
        starts = (terms and terms.starts) or duty.starts
        types = (*starts.facts, *starts.told_about, starts.else_fact)
        if event.type in types and starts.where.holds(event.data, event.type):
            return starts, (terms and terms.met_by) or duty.met_by, event
    return duty.starts, duty.met_by, None
