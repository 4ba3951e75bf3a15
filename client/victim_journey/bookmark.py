"""Remembers beside a file how much of it was sent, so that an interrupted sending goes on there."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from victim_journey.answers import Tally


@dataclass(slots=True)
class Place:
    """How far a file was sent: its last line, what became of it, and the size of the report."""

    line: int = 0
    tally: Tally = field(default_factory=Tally)
    report_bytes: int = 0


class Bookmark:
    """A small file beside the one that is sent; it counts for that file, as it was, alone.

    `of` says what was sent to where: a bookmark of anything else is passed over, and everything is
    sent from the beginning, which is safe.
    """

    def __init__(self, sent: Path, **of: Any) -> None:
        self.path = sent.with_name(f"{sent.name}.resume")
        stat = sent.stat()
        self._of = {**of, "bytes": stat.st_size, "changed": stat.st_mtime_ns}

    def read(self) -> Place:
        """Return how far the file was sent before; its beginning where nobody knows."""
        try:
            said = json.loads(self.path.read_bytes())
            if said.pop("of") != self._of:
                return Place()
            return Place(said["line"], Tally(**said["tally"]), said["report_bytes"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return Place()

    def put(self, place: Place) -> None:
        """Remember a place, whole or not at all."""
        anew = self.path.with_name(f"{self.path.name}.new")
        anew.write_text(json.dumps({**asdict(place), "of": self._of}))
        os.replace(anew, self.path)

    def remove(self) -> None:
        """Forget the place: all is sent."""
        self.path.unlink(missing_ok=True)
