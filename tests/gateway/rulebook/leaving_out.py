"""Ways of leaving one thing out of what a rule says, so that tests can ask who notices."""

from collections.abc import Iterator
from typing import Any

from gateway.journey.duty import Where


def without_one(items: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Each way of leaving one of several items out."""
    for index in range(len(items)):
        yield (*items[:index], *items[index + 1 :])


def wheres_without_a_part(where: Where) -> Iterator[Where]:
    """A test with one of its alternatives, or one test of an alternative, left out.

    A type beside other tests stays: it says whose field they test.
    """
    for rest in without_one(where.alternatives):
        yield Where(rest)
    for index, tests in enumerate(where.alternatives):
        for dropped, some in zip(tests, without_one(tests), strict=True):
            if some and dropped.field != "type":
                alternatives = list(where.alternatives)
                alternatives[index] = some
                yield Where(tuple(alternatives))
