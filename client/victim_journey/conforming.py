"""Tells a supplier, before going live, what of an export is understood and what it lacks."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from victim_journey.answers import Tally
from victim_journey.door import AsyncDoor
from victim_journey.report import Refusal
from victim_journey.sending import Job, answered, opened

TOLD, OFFERED = "victim.told", "victim.offered"
RECEIVED = "received_at_wcu"
# Who owes a duty, by the agency that speaks for them.
OWNERS = {
    "police": {"police", "wcu", "any"},
    "cps": {"cps", "any"},
    "probation": {"probation", "any"},
}
# What every agency may send; the duties that it starts are told of by those who owe them.
EVERYONES = frozenset({TOLD, "review.requested"})
# As many kinds of fault as a report tells; who has more has seen enough.
KINDS = 40
_QUOTED = re.compile(r'"[^"]*"')


@dataclass(slots=True)
class Kind:
    """One kind of fault: how often it came, the line where it came first, and its words there."""

    lines: int
    line: int
    says: str


@dataclass(slots=True)
class Seen:
    """What an export was seen to say; it grows with the words that are used, not with the file."""

    tally: Tally = field(default_factory=Tally)
    types: Counter[str] = field(default_factory=Counter)
    fields: Counter[tuple[str, str]] = field(default_factory=Counter)
    recorded: int = 0
    about: Counter[str] = field(default_factory=Counter)
    offers: Counter[str] = field(default_factory=Counter)
    stated: Counter[str] = field(default_factory=Counter)
    carried: Counter[tuple[str, str]] = field(default_factory=Counter)
    kinds: dict[tuple[str, str], Kind] = field(default_factory=dict)

    def add(self, event: Mapping[str, Any]) -> None:
        """Note what an understood event says."""
        type_, data = event["type"], event.get("data", {})
        self.types[type_] += 1
        self.recorded += "recordedtime" in event
        self.fields.update((type_, name) for name in data)
        if type_ == OFFERED:
            self.offers[data["offer"]] += 1
        if type_ == TOLD:
            about = set(data["about"])
            self.about.update(about)
            if "carried" in data:
                self.stated.update(about)
                self.carried.update((one, item) for one in about for item in data["carried"])

    def refuse(self, refusal: Refusal) -> None:
        """Note why an event is not understood; faults that differ in a value only are one kind."""
        entry, faults = refusal
        for fault in faults:
            key = fault.field, _QUOTED.sub("", fault.wrong)
            kind = self.kinds.get(key)
            if kind is not None:
                kind.lines += 1
            elif len(self.kinds) < KINDS:
                self.kinds[key] = Kind(1, entry.line, str(fault))


@dataclass(frozen=True, slots=True)
class Finding:
    """What an export lacks for one duty.

    `unknown`: nothing starts it that its sender could have sent. `unanswered`: nothing meets it.
    """

    duty: Mapping[str, Any]
    lacks: Sequence[str]
    unknown: bool
    unanswered: bool


def duties() -> list[dict[str, Any]]:
    """Return what each duty of the rulebook needs to be told of."""
    text = (files("victim_journey") / "duties.json").read_text("utf-8")
    needed: list[dict[str, Any]] = json.loads(text)
    return needed


async def look_at(door: AsyncDoor, job: Job) -> Seen:
    """Have a door check a whole file and return what was seen; nothing is kept.

    Raises Unreadable, BadMapping, NotTaken and Unreachable.
    """
    seen = Seen()
    with opened(job) as (entries, _):
        async with aclosing(answered(door, job, entries, 0)) as slices:
            async for slice_, refusals, tally in slices:
                seen.tally.add(tally)
                for refusal in refusals:
                    seen.refuse(refusal)
                refused = {id(entry) for entry, _ in refusals}
                for entry in slice_.entries:
                    if id(entry) not in refused:
                        seen.add(json.loads(entry.event))
    return seen


def report_on(seen: Seen, vocabulary: Mapping[str, Any]) -> Iterator[str]:
    """Yield the report's lines, for the agency of a door's vocabulary."""
    agency = vocabulary["agency"]
    ours = {one["type"] for one in vocabulary["items"]}
    yield from _understood(seen)
    found = [find(duty, seen, ours) for duty in duties()]
    owed = [one for one in found if one.duty["owner"] in OWNERS[agency]]
    yield from _listed(
        "Duties that can be judged from it",
        (one for one in owed if not one.lacks),
    )
    yield from _listed(
        "Duties that can be judged in part",
        (one for one in owed if one.lacks and not one.unknown and not one.unanswered),
    )
    unanswered = [one for one in owed if one.unanswered and not one.unknown]
    yield from _listed(
        "Duties of which every one would look broken",
        (one for one in unanswered if one.duty["timed"]),
    )
    yield from _listed(
        "Duties without a time, of which nothing would be recorded",
        (one for one in unanswered if not one.duty["timed"]),
    )
    yield from _listed("Duties that cannot be judged", (one for one in owed if one.unknown))
    yield from _listed(
        "Duties of others that your events would start",
        (
            one
            for one in found
            if one not in owed and one.unknown and EVERYONES.isdisjoint(one.duty["start"]["types"])
        ),
    )
    yield "Figures that would be unknown"
    yield from (f"  {line}" for line in _unknown_figures(seen, owed) or ["none"])


def find(duty: Mapping[str, Any], seen: Seen, ours: set[str]) -> Finding:
    """Return what an export lacks for one duty; `ours` are the types that its sender may send."""
    start, answer = duty["start"], duty["answer"]
    lacks: list[str] = []
    starts = start["types"]
    unseen = bool(starts) and not _any_seen(start, seen)
    unknown = unseen and not ours.isdisjoint(starts)
    if unknown:
        lacks.append(f"there is no {_named(start)}, which starts it")
    for part in (start, *duty["earlier"], answer):
        for type_, fields in part["fields"].items():
            lacks += (_lacking_field(type_, name, seen) for name in fields)
    unanswered = not _any_seen(answer, seen)
    if unanswered and not unknown:
        others = ", which others send" if ours.isdisjoint(answer["types"]) else ""
        lacks.append(f"there is no {_named(answer)}, which meets it{others}")
    elif answer["carried"]:
        lacks += _lacking_content(answer["about"], answer["carried"], seen)
    told = [one for one in dict.fromkeys(lacks) if one]
    return Finding(duty, told, unknown, unanswered)


def _any_seen(part: Mapping[str, Any], seen: Seen) -> bool:
    """Tell whether there is anything that starts a duty, or that meets it."""
    held = {TOLD: seen.about, OFFERED: seen.offers}
    return any(
        any(held[type_][one] for one in wanted) if wanted else bool(seen.types[type_])
        for type_, wanted in _wanted(part)
    )


def _named(part: Mapping[str, Any]) -> str:
    """Name what starts a duty, or what meets it."""
    joins = {TOLD: " about ", OFFERED: " of "}
    return " or ".join(
        type_ + (joins[type_] + " or ".join(wanted) if wanted else "")
        for type_, wanted in _wanted(part)
    )


def _wanted(part: Mapping[str, Any]) -> list[tuple[str, Sequence[str]]]:
    """Return each type that counts, with what it must be about or offer; none where anything."""
    only = {TOLD: part["about"], OFFERED: part.get("offers", ())}
    return [(type_, only.get(type_, ())) for type_ in part["types"]]


def _lacking_field(type_: str, name: str, seen: Seen) -> str:
    total, given = seen.types[type_], seen.fields[type_, name]
    if not total or given == total:
        return ""
    if name == RECEIVED:
        return (
            f"{name} is given in {given} of {total} {type_}: elsewhere it is taken from "
            "recordedtime, or from when we were told"
        )
    if given:
        return ""  # it may be right to leave it out
    return f"{name} is never given in {type_}: those that the duty is about cannot be told apart"


def _lacking_content(about: Sequence[str], carried: Sequence[str], seen: Seen) -> Iterator[str]:
    for one in about:
        total, stated = seen.about[one], seen.stated[one]
        if stated < total:
            yield f"carried is missing in {total - stated} of {total} tellings about {one}"
        for item in carried:
            if stated and not seen.carried[one, item]:
                yield f"no telling about {one} is said to have carried {item}"
    for item in () if about else carried:
        if not any(found == item for _, found in seen.carried):
            yield f"no telling is said to have carried {item}"


def _understood(seen: Seen) -> Iterator[str]:
    tally = seen.tally
    yield "What is understood"
    understood = tally.created + tally.repeated
    yield f"  {understood:,} of {tally.events:,} events; {tally.refused:,} refused"
    width = max(map(len, seen.types), default=0)
    for type_, number in sorted(seen.types.items()):
        yield f"  {type_:{width}} {number:>9,}"
    if seen.kinds:
        yield ""
        yield "What is refused"
    for kind in seen.kinds.values():
        yield f"  {kind.lines:,}, first in line {kind.line}: {kind.says}"
    yield ""


def _listed(title: str, found: Iterable[Finding]) -> Iterator[str]:
    findings = list(found)
    if not findings:
        return
    yield f"{title}: {len(findings)}"
    for one in findings:
        yield f"  {one.duty['id']:15} {one.duty['title']}"
        yield from (f"  {'':15} - {lack}" for lack in one.lacks)
    yield ""


def _unknown_figures(seen: Seen, owed: Sequence[Finding]) -> list[str]:
    lines = []
    unknown = [one.duty["id"] for one in owed if one.unknown]
    if unknown:
        lines.append(f"how often these were kept: {', '.join(unknown)}")
    if not seen.types[TOLD]:
        lines.append("silence: there is no victim.told")
    if not seen.types["needs.assessed"] and not seen.fields["crime.reported", "flags"]:
        lines.append(
            "Enhanced Rights apart from ordinary ones: there is no needs.assessed, "
            "and no flags in crime.reported"
        )
    if seen.recorded < sum(seen.types.values()):
        given, total = seen.recorded, sum(seen.types.values())
        lines.append(f"late keying: recordedtime is given in {given:,} of {total:,} events")
    return lines
