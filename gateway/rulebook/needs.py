"""Tells what each duty needs to be told of, for the client's report on an export.

Run `python -m gateway.rulebook.needs > client/victim_journey/duties.json` when a rule changes.
"""

import json
from collections.abc import Iterable
from typing import Any

from gateway.journey.duty import Answer, Clock, Duty, Start, Test, Where
from gateway.rulebook.load import load_rulebook
from shared.words import FIELDS

TOLD, OFFERED = "victim.told", "victim.offered"


def needs() -> list[dict[str, Any]]:
    """Return what each duty needs, under its newest terms, in the rulebook's order."""
    return [needs_of(duty) for duty in load_rulebook(check_examples=False).duties]


def needs_of(duty: Duty) -> dict[str, Any]:
    """Return which events, and which fields of them, one duty is judged by."""
    newest = duty.terms[0]
    start, answer = newest.starts or duty.starts, newest.met_by or duty.met_by
    types = start_types(start)
    return {
        "id": duty.id,
        "title": duty.title,
        "right": duty.right,
        "kind": duty.kind.value,
        "owner": newest.owner or duty.owner,
        "timed": newest.within is not None,
        "start": {
            "types": types,
            "about": list(start.told_about),
            "fields": fields_of(
                types,
                [start.where, *(one.where for one in duty.conditions if one.earlier is None)],
                ["received_at_wcu"] if start.clock is Clock.RECEIVED else [],
            ),
        },
        "earlier": [
            {"types": [one.earlier], "fields": fields_of([one.earlier], [one.where])}
            for one in duty.conditions
            if one.earlier is not None and not one.absent
        ],
        "answer": {
            "types": answer_types(answer, types),
            "about": list(answer.told_about),
            "offers": list(answer.offered),
            "fields": fields_of(
                answer_types(answer, types),
                [answer.where],
                ["received_at_wcu"] if answer.received else [],
            ),
            "carried": sorted({item for one in answer.contents for item in one.carrying}),
            "by": answer.first_contact_by,
        },
    }


def start_types(start: Start) -> list[str]:
    """Return the types that start a duty; none where every silence does."""
    if start.told_about:
        return [TOLD]
    return [*start.facts, *([start.else_fact] if start.else_fact else [])]


def answer_types(answer: Answer, starts: list[str]) -> list[str]:
    """Return the types that meet a duty."""
    if answer.received:
        return starts
    if answer.first_contact_by:
        return [TOLD, OFFERED]
    told = answer.told or answer.told_about or answer.told_by
    return [*answer.done, *([TOLD] if told else []), *([OFFERED] if answer.offered else [])]


def fields_of(
    types: Iterable[str], wheres: Iterable[Where], more: Iterable[str] = ()
) -> dict[str, list[str]]:
    """Return the fields without which facts of these types do not count, for each type."""
    tests = [one for where in wheres for together in where.alternatives for one in together]
    wanted = {one.field for one in tests if is_needed(one)} | set(more)
    found = {type_: sorted(wanted & FIELDS[type_]) for type_ in types}
    return {type_: fields for type_, fields in found.items() if fields}


def is_needed(test: Test) -> bool:
    """Tell whether a test fails where its field was left out."""
    return bool(test.any_of) or test.at_least is not None or test.present is True


if __name__ == "__main__":
    print(json.dumps(needs(), indent=1))
