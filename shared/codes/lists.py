"""The code lists as values: organisations, who serves which force, Home Office outcomes."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal, Protocol, Self

Kind = Literal[
    "territorial_force",
    "national_force",
    "cps_area",
    "cps_division",
    "probation_region",
    "probation_division",
]
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Validity:
    """The London days on which a row of a list held; None for an end that no source tells.

    `until` is the last day. A row counts on every day that its known ends do not rule out.
    """

    since: date | None
    until: date | None

    @classmethod
    def of(cls, row: Row) -> Self:
        """Read the validity of a row."""
        since, until = row["valid_from"], row["valid_until"]
        return cls(
            date.fromisoformat(since) if since else None,
            date.fromisoformat(until) if until else None,
        )

    def holds(self, day: date) -> bool:
        """Say whether a row counts on a day."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )

    def within(self, other: "Validity") -> "Validity":
        """Return this validity with the ends it leaves open taken from another."""
        return Validity(self.since or other.since, self.until or other.until)


class Dated(Protocol):
    """A row of a list, with the days on which it held."""

    @property
    def validity(self) -> Validity:
        """The days on which it held."""


@dataclass(frozen=True, slots=True)
class Service:
    """That an Area or region serves a force; `organisation` is None where it is not known which."""

    kind: Kind
    organisation: str | None
    validity: Validity
    verified: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class Organisation:
    """A force, an Area, a region or a national unit, by the agency and organisation of a `source`.

    `gss` is its ONS code. `code` is the police's number of a force, the CPS's of an Area, or
    probation's provider code. `served_by` holds the Areas and regions of a force.
    """

    agency: str
    id: str
    kind: Kind
    name: str
    gss: str | None
    code: str | None
    validity: Validity
    note: str | None
    served_by: tuple[Service, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Outcome:
    """One of the Home Office's outcomes of a recorded crime."""

    number: int
    meaning: str
    group: str
    validity: Validity
    note: str | None


@cache
def organisations() -> Mapping[tuple[str, str], Organisation]:
    """Return every organisation by agency and id, in the order of its file."""
    validities = {(row["agency"], row["id"]): Validity.of(row) for row in _rows("organisations")}
    serving: dict[str, list[Service]] = {}
    for row in _rows("crosswalk"):
        agency, own = row["kind"].partition("_")[0], Validity.of(row)
        organisation = row["organisation"] or None
        serving.setdefault(row["force"], []).append(
            Service(
                kind=row["kind"],  # type: ignore[arg-type]  # a test holds the file to the words
                organisation=organisation,
                validity=own.within(validities[agency, organisation]) if organisation else own,
                verified=row["verified"] == "yes",
                note=row["note"] or None,
            )
        )
    return {
        (row["agency"], row["id"]): Organisation(
            agency=row["agency"],
            id=row["id"],
            kind=row["kind"],  # type: ignore[arg-type]  # a test holds the file to the words
            name=row["name"],
            gss=row["gss"] or None,
            code=row["code"] or None,
            validity=validities[row["agency"], row["id"]],
            note=row["note"] or None,
            served_by=tuple(serving.get(row["id"], ())) if row["agency"] == "police" else (),
        )
        for row in _rows("organisations")
    }


@cache
def outcomes() -> Mapping[int, Outcome]:
    """Return every Home Office outcome by its number."""
    return {
        int(row["number"]): Outcome(
            number=int(row["number"]),
            meaning=row["meaning"],
            group=row["group"],
            validity=Validity.of(row),
            note=row["note"] or None,
        )
        for row in _rows("outcomes")
    }


def _rows(name: str) -> list[Row]:
    text = (files("shared.codes") / f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
