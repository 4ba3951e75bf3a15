"""Tells which area an organisation is of on a day, by the dated crosswalk of the code lists.

A force is of the CPS Area and the probation region that serve it; an Area or region is of another
kind of area only where all the forces that it serves are. Where that is more than one, or no source
tells which, it is of none: nothing is shared out.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Literal

from shared.access.caller import Party
from shared.codes.lists import Organisation, organisations

AreaKind = Literal["force", "cps_area", "probation_region"]
# The agency of each kind of area, and the kind that its organisations have in the code lists.
AREAS: Mapping[AreaKind, tuple[str, str]] = {
    "force": ("police", "territorial_force"),
    "cps_area": ("cps", "cps_area"),
    "probation_region": ("probation", "probation_region"),
}


@lru_cache(maxsize=65_536)  # a table of figures asks for the same few of each month
def area_of(party: Party, kind: AreaKind, day: date) -> Organisation | None:
    """Return the area of a kind that an organisation is of on a London day; of many, None."""
    found = organisations().get(party)
    agency, kind_of_organisation = AREAS[kind]
    if found is None or found.agency == agency:
        return found if found and found.kind == kind_of_organisation else None
    areas = {one for force in _forces(found, day) for one in _areas(force, kind, day)}
    (area,) = areas if len(areas) == 1 else (None,)
    return None if area is None else organisations()[agency, area]


def parties_of(kind: AreaKind, area: str) -> frozenset[Party]:
    """Return every organisation that may be of an area on some day, itself included."""
    agency, _ = AREAS[kind]
    around = {
        force.id
        for force in organisations().values()
        if (force.agency, force.id) == (agency, area)
        or any((one.kind, one.organisation) == (kind, area) for one in force.served_by)
    }
    if kind == "force":
        around = {area}
    serving = {
        (one.kind.partition("_")[0], one.organisation)
        for id in around
        if (force := organisations().get(("police", id))) is not None
        for one in force.served_by
        if one.organisation is not None
    }
    return frozenset({(agency, area), *(("police", id) for id in around), *serving})


def _forces(organisation: Organisation, day: date) -> Iterator[Organisation]:
    """Yield the territorial forces that an organisation is or serves on a day."""
    for force in organisations().values():
        if force.kind == "territorial_force" and (
            force == organisation
            or any(
                (one.kind, one.organisation) == (organisation.kind, organisation.id)
                for one in force.served_by
                if one.validity.holds(day)
            )
        ):
            yield force


def _areas(force: Organisation, kind: AreaKind, day: date) -> Iterator[str | None]:
    """Yield what a force is of on a day, None where it is not known which it is."""
    if kind == "force":
        yield force.id
        return
    serving = [one for one in force.served_by if one.kind == kind and one.validity.holds(day)]
    yield from (one.organisation for one in serving) if serving else (None,)
