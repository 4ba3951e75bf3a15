"""The victim's own account: what is held about one victim, in plain English and for them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from gateway.journey.duty import Kind
from gateway.journey.membership import Membership
from gateway.journey.standing import Standing
from gateway.journey.timeline import Entry, Timeline, TimelineEntry
from gateway.journey.wording import day_words, listed
from shared.journey_event import KeptEvent
from shared.london import london_day

_SUSPECT, _SUSPECTS = "suspect", "suspects"
_CONTENT, _DATA = "content", "data"
_BECAME = {
    Standing.MET: "done in time",
    Standing.MET_LATE: "done late",
    Standing.OVERDUE: "not recorded as done when the time for it was over",
    Standing.RECORDED: "recorded as done, where the Code names no time",
    Standing.NOTHING_RECORDED: "not recorded as done, where the Code names no time",
    Standing.PENDING: "still to come",
    Standing.NOT_STARTED: "waiting for a date that nobody recorded",
    Standing.ENDED: "no longer owed",
    Standing.UNKNOWN: "not known, because what a system should have sent is missing",
}


@dataclass(frozen=True, slots=True)
class Account:
    """What is held about one victim: in short, line by line, and event by event, oldest first."""

    summary: tuple[str, ...]
    entries: tuple[TimelineEntry, ...]
    events: tuple[KeptEvent, ...]


def without_labels(membership: Membership) -> Membership:
    """Return a journey in which suspects are numbered, because their labels are about others.

    Suspects are numbered in the order in which they were first named.
    """
    numbers: dict[str, str] = {}
    for event in sorted(membership.events, key=lambda event: event.occurred_at):
        for label in _labels(event.data):
            numbers.setdefault(label, f"suspect {len(numbers) + 1}")
    events = tuple(
        replace(event, data=_numbered(event.data, numbers)) for event in membership.events
    )
    return replace(membership, events=events)


def account_of(timeline: Timeline, since: date | None, until: date | None) -> Account | None:
    """Return what is held from one London day to another, both included, None where nothing is.

    None for a day that bounds nothing. The summary is of the whole journey, whatever the days.
    """

    def within(day: date) -> bool:
        return (since is None or since <= day) and (until is None or day <= until)

    entries = tuple(entry for entry in timeline.entries if within(entry.day))
    events = tuple(
        event for event in timeline.membership.events if within(london_day(event.occurred_at))
    )
    if not entries and not events:
        return None
    in_order = sorted(events, key=lambda event: (event.occurred_at, event.received_at))
    return Account(_summary_of(timeline), entries, tuple(in_order))


def _summary_of(timeline: Timeline) -> tuple[str, ...]:
    references = [one.reference for one in timeline.membership.references]
    kinds = Counter(entry.kind for entry in timeline.entries)
    seen = day_words(london_day(timeline.story.as_of))
    said = [
        f"This is what is held about you as a victim, seen from {seen}. It is held under "
        f"{listed(references)}.",
        *(
            f"The crime was reported on {day_words(fact.day)}."
            for fact in timeline.story.facts_by_type.get("crime.reported", [])[:1]
        ),
        f"You are recorded as having been told or offered something {_times(kinds[Entry.CONTACT])}"
        + (
            f", and somebody tried to reach you and did not {_times(kinds[Entry.ATTEMPT])}."
            if kinds[Entry.ATTEMPT]
            else "."
        ),
        _owed(timeline),
    ]
    silence = timeline.longest_silence
    if silence is not None:
        said.append(
            f"The longest time in which nobody is recorded as having told you anything was "
            f"{silence.days} days."
        )
    return tuple(said)


def _owed(timeline: Timeline) -> str:
    standings = Counter(
        obligation.standing
        for obligation in timeline.followed.obligations
        if obligation.duty.kind is Kind.CODE
    )
    if not standings:
        return "Nothing recorded so far means that you were owed something under the Victims' Code."
    became = [f"{standings[one]} {words}" for one, words in _BECAME.items() if standings[one]]
    return (
        f"Of what you were owed under the Victims' Code, {standings.total()} "
        f"{'duty is' if standings.total() == 1 else 'duties are'} known: {listed(became)}."
    )


def _times(number: int) -> str:
    return {0: "at no time", 1: "once", 2: "twice"}.get(number, f"{number} times")


def _labels(data: Mapping[str, Any]) -> list[str]:
    """Return the labels of suspects that an event names, or the one that it corrects."""
    corrected = data.get(_CONTENT, {}).get(_DATA)
    return [
        *([data[_SUSPECT]] if _SUSPECT in data else []),
        *(label for pair in data.get(_SUSPECTS, {}).items() for label in pair),
        *([] if corrected is None else _labels(corrected)),
    ]


def _numbered(data: Mapping[str, Any], numbers: Mapping[str, str]) -> Mapping[str, Any]:
    numbered = dict(data)
    if _SUSPECT in data:
        numbered[_SUSPECT] = numbers[data[_SUSPECT]]
    if _SUSPECTS in data:
        numbered[_SUSPECTS] = {numbers[a]: numbers[b] for a, b in data[_SUSPECTS].items()}
    content = data.get(_CONTENT, {})
    if _DATA in content:
        numbered[_CONTENT] = {**content, _DATA: _numbered(content[_DATA], numbers)}
    return numbered
