"""What an agency runs to send victim-contact events to its door: two classes and a command."""

from victim_journey.answers import (
    Answer,
    ClientError,
    Fault,
    NotTaken,
    Problem,
    Receipt,
    Refused,
    Unreachable,
)
from victim_journey.door import AsyncDoor, Door

__all__ = [
    "Answer",
    "AsyncDoor",
    "ClientError",
    "Door",
    "Fault",
    "NotTaken",
    "Problem",
    "Receipt",
    "Refused",
    "Unreachable",
]
