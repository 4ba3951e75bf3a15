"""Says whose organisations a police area has: its force, and what serves it by the crosswalk."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from shared.access.caller import Party, View
from shared.codes.lists import Organisation, Service
from shared.problems import Fault, NotPermitted


@dataclass(frozen=True, slots=True)
class Serving:
    """An Area or region that serves a force, None where it is not known which; how sure that is."""

    kind: str
    party: Party | None
    verified: bool
    note: str | None


def serving(area: Organisation, *days: date) -> list[Serving]:
    """Return what serves a force on any of these London days, in the order of the code lists."""
    return [
        Serving(one.kind, _party(one), one.verified, one.note)
        for one in area.served_by
        if any(one.validity.holds(day) for day in days)
    ]


def parties_on(area: Organisation, *days: date) -> list[Party]:
    """Return a force and the organisations that serve it on any of these London days."""
    return list(dict.fromkeys(_parties(area, *days)))


def within_of(area: Organisation, view: View) -> frozenset[Party] | None:
    """Return whose of an area's own a caller may be told, None for everybody's.

    Whoever sees some organisations only has to see one that is, or was, of the area. Raises
    NotPermitted: which organisations those are is no secret.
    """
    if view.organisations is None:
        return None
    ever = [("police", area.id), *(p for p in map(_party, area.served_by) if p is not None)]
    ours = frozenset(party for party in ever if view.holds(*party))
    if not ours:
        fault = Fault(
            "authorization",
            f"names no organisation of {area.name}",
            "ask about an area of yours, or as an inspector of every organisation",
        )
        raise NotPermitted("This area is not yours.", fault)
    return ours


def _parties(area: Organisation, *days: date) -> Iterator[Party]:
    yield ("police", area.id)
    for one in serving(area, *days):
        if one.party is not None:
            yield one.party


def _party(service: Service) -> Party | None:
    agency = service.kind.partition("_")[0]
    return None if service.organisation is None else (agency, service.organisation)
