"""Says whether the heart that is measured is machine code or Python (docs/adr/0019)."""

from gateway.journey import obligations


def whether_compiled() -> str:
    """Return how the heart is run here, for the line above a table."""
    return "the heart is " + ("in Python" if obligations.__file__.endswith(".py") else "compiled")
