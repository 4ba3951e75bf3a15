"""What one event of a synthetic journey is: what is sent of it, and what its maker knows of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shared.london import london_day, start_of, write_instant

# Why a contact did not reach anybody entitled to the news.
UNHEARD = frozenset({"attempted", "misdirected"})


@dataclass(frozen=True, slots=True)
class Event:
    """One event as its sender means it, with what went wrong on purpose.

    `at`, `recorded` (when it was keyed, where its sender says) and `arrives` (when we are told) are
    in UTC. `suspect` is the journey's label of whom it names, whatever the sender's. `flaw` is what
    was made wrong about a contact: attempted, misdirected, lacking or early.
    """

    source: str
    id: str
    type: str
    subject: str
    at: datetime
    by_day: bool
    recorded: datetime | None
    arrives: datetime
    data: Mapping[str, Any]
    flaw: str | None = None
    suspect: str | None = None

    @property
    def agency(self) -> str:
        """The agency that speaks."""
        return self.source.split("/")[1]

    @property
    def day(self) -> date:
        """The London day on which it happened."""
        return london_day(self.at)

    @property
    def placed(self) -> datetime:
        """Its place in time (UTC): the start of its London day where only the day is known."""
        return start_of(self.day) if self.by_day else self.at

    @property
    def heard(self) -> bool:
        """Whether a contact reached somebody entitled to the news."""
        return self.flaw not in UNHEARD

    def cloudevent(self) -> dict[str, Any]:
        """Return it as it is sent."""
        sent = {
            "specversion": "1.0",
            "id": self.id,
            "source": self.source,
            "type": self.type,
            "subject": self.subject,
            "time": write_instant(self.at),
        }
        if self.by_day:
            sent["timeprecision"] = "day"
        if self.recorded is not None:
            sent["recordedtime"] = write_instant(self.recorded)
        return {**sent, "data": self.data}
