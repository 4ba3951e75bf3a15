"""A timeline cut down to what a sample journey's `expected.yaml` says, so that both compare."""

from collections.abc import Mapping
from datetime import date
from difflib import unified_diff
from typing import Any

import yaml

from shared.london import london_day, read_instant

Json = Mapping[str, Any]

# What the demo prints or a reader works out by hand; everything else is compared.
HEAD = {"title", "about", "as_of", "reference", "by_hand"}
KINDS = ("fact", "contact", "attempt", "limit", "breach", "gap", "stage")
# Told apart from the Code's own duties. What is local practice shows as a gap.
BESIDE = ("scheme", "window", "external")


def told(timeline: Json) -> dict[str, Any]:
    """Return what the gateway said, in the form of `expected.yaml`."""
    longest = timeline["longest_silence"]
    kinds = [entry["kind"] for entry in timeline["timeline"]]
    code = [o for o in timeline["obligations"] if o["kind"] == "code"]
    return {
        "obligations": [obligation(o) for o in code if o["allowed"] is not None],
        "untimed": [untimed(o) for o in code if o["allowed"] is None],
        "beside": [beside(o) for o in timeline["obligations"] if o["kind"] in BESIDE],
        "not_owed": [start(n) for n in timeline["not_owed"]],
        "order": [in_order(finding) for finding in timeline["order"]],
        "stages": [stage(row) for row in timeline["stages"]],
        "longest_silence": longest and span(longest) | {"still": longest["still"]},
        "gaps": [gap(g) for g in timeline["gaps"]],
        "entries": {kind: kinds.count(kind) for kind in KINDS},
    }


def start(owed: Json) -> dict[str, Any]:
    trigger = owed["trigger"]
    return {"rule": owed["rule"], "start": trigger["type"], "on": trigger["day"]}


def obligation(owed: Json) -> dict[str, Any]:
    return start(owed) | {
        "suspect": owed["trigger"]["suspect"],
        "enhanced": owed["enhanced"],
        "due": owed["due_on"],
        "standing": owed["standing"],
        "answered_on": owed["answer"] and owed["answer"]["day"],
    }


def untimed(owed: Json) -> dict[str, Any]:
    return start(owed) | {
        "suspect": owed["trigger"]["suspect"],
        "standing": owed["standing"],
        "answered_on": owed["answer"] and owed["answer"]["day"],
    }


def in_order(finding: Json) -> dict[str, Any]:
    then = finding["then"]
    return {
        "rule": finding["rule"],
        "outcome": finding["outcome"],
        "first_on": finding["first_day"],
        "then": then["type"],
        "on": then["day"],
    }


def beside(owed: Json) -> dict[str, Any]:
    return obligation(owed) | {"owner": owed["owner"], "useful_until": owed["useful_until"]}


def stage(row: Json) -> dict[str, Any]:
    return {
        "stage": row["stage"],
        "entered": day(row["entered"]),
        "left": row["left"] and day(row["left"]),
        "holder": row["holder"],
        "organisation": row["organisation"],
        "contacts": row["contacts"],
        "longest_silence_days": row["longest_silence_days"],
        "gaps": row["gaps"],
        "obligations": row["obligations"],
    }


def span(silence: Json) -> dict[str, Any]:
    since, until = day(silence["since"]), day(silence["until"])
    return {"since": since, "until": until, "days": silence["days"]}


def gap(silence: Json) -> dict[str, Any]:
    return span(silence) | {
        "allowed_days": silence["allowed_days"],
        "agreed": silence["agreed"],
        "parts": [
            {"stage": part["stage"], "holder": part["holder"], "days": part["days"]}
            for part in silence["parts"]
        ],
    }


def day(instant: str) -> str:
    return london_day(read_instant(instant)).isoformat()


def differences(expected: Json, told: Json) -> str:
    """Return the lines in which two tellings differ; what is null may be left out."""
    return "\n".join(
        unified_diff(lines(expected), lines(told), "expected", "told", n=8, lineterm="")
    )


def lines(value: Json) -> list[str]:
    """Write one fact a line."""
    return yaml.safe_dump(plain(value), sort_keys=True).splitlines()


def plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def without_receipts(value: Any) -> Any:
    """Leave out when we were told, and what that alone decides: which reference names a journey."""
    if isinstance(value, Mapping):
        return {
            key: without_receipts(inner)
            for key, inner in value.items()
            if key not in ("received_at", "first_received_at", "journey")
        }
    return [without_receipts(inner) for inner in value] if isinstance(value, list) else value


def references(timeline: Json) -> set[str]:
    return {reference["reference"] for reference in timeline["journey"]["references"]}
