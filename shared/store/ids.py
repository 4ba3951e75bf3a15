"""Ids ordered by time: UUIDs of version 7, so that what comes later is kept at one end."""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

_RANDOM_BITS = 42
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def first_id(moment: datetime) -> int:
    """Return the first id of those made together at a moment (aware), as a number.

    From the left: the milliseconds since 1970, the version, the microseconds, the variant, 20
    bits for the place among them, and 42 random bits.
    """
    return _edge(moment) | secrets.randbits(_RANDOM_BITS)


def ids_from(first: int, number: int) -> list[UUID]:
    """Return so many ids in order, from the first on."""
    return [UUID(int=first + (place << _RANDOM_BITS)) for place in range(number)]


def edge_of(moment: datetime) -> UUID:
    """Return the id that divides those of earlier moments from those of this one (aware) on."""
    return UUID(int=_edge(moment))


def _edge(moment: datetime) -> int:
    milliseconds, rest = divmod((moment - _BEGINNING) // _MICROSECOND, 1000)
    return milliseconds << 80 | 0x7 << 76 | rest << 64 | 0b10 << 62
