"""Puts a statement together from fragments of ours, with what the caller gave as its arguments."""

from typing import Any


class Asking:
    """The arguments of one statement, each told once by the number that stands for it.

    Only fragments that are needed are in a statement, so that the database plans for those alone.
    """

    def __init__(self) -> None:
        self.arguments: list[Any] = []

    def put(self, value: Any, kind: str) -> str:
        """Take in an argument of a kind that PostgreSQL knows, and return what stands for it."""
        self.arguments.append(value)
        return f"${len(self.arguments)}::{kind}"

    def put_each(self, values: tuple[Any, ...], kinds: tuple[str, ...]) -> str:
        """Take in several arguments, and return the row that they make."""
        each = (self.put(value, kind) for value, kind in zip(values, kinds, strict=True))
        return f"({', '.join(each)})"


def all_of(conditions: list[str]) -> str:
    """Return the condition that all of these hold."""
    return "\n  AND ".join(conditions) or "true"
