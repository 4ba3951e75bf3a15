"""CloudEvents as a sender would write them, one field changed at a time."""

from typing import Any

CRIME = "crime:avon-and-somerset/5224001234/V1"


def arrest(**changes: Any) -> dict[str, Any]:
    """Return the police's news of an arrest; a change to None leaves the attribute out."""
    event = {
        "specversion": "1.0",
        "id": "01J9ZK0000000000000000TEST",
        "source": "/police/avon-and-somerset/niche",
        "type": "suspect.arrested",
        "subject": CRIME,
        "time": "2024-03-28T17:45:00+00:00",
        "recordedtime": "2024-03-28T18:02:11+00:00",
        "data": {"suspect": "S1"},
        **changes,
    }
    return {name: value for name, value in event.items() if value is not None}
