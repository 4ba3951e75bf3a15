"""Files of events for the client's tests."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import uuid4

FEED = "/police/avon-and-somerset/niche"


def arrest(id: str | None = None, **more: Any) -> dict[str, Any]:
    """Return an arrest nobody was told of before, unless the test gives it an id."""
    id = id or uuid4().hex
    return {
        "specversion": "1.0",
        "id": id,
        "source": FEED,
        "type": "suspect.arrested",
        "subject": f"crime:avon-and-somerset/{id}/V1",
        "time": "2024-03-28T17:45:00+00:00",
        "data": {"suspect": "S1"},
        **more,
    }


def arrests(number: int) -> list[dict[str, Any]]:
    """Return so many new arrests."""
    run = uuid4().hex
    return [arrest(f"{run}-{place}") for place in range(number)]


def write_lines(path: Path, events: Iterable[dict[str, Any] | str]) -> Path:
    """Write events, or text as it is, a line each."""
    lines = (one if isinstance(one, str) else json.dumps(one) for one in events)
    path.write_text("".join(f"{line}\n" for line in lines))
    return path
