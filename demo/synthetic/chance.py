"""Draws everything by chance in a synthetic journey, the same draws for a seed on every machine."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")

# Least, lower quartile, median, upper quartile, most.
Quartiles = tuple[int, int, int, int, int]


class Mix(Generic[T]):
    """Values with their weights, whole numbers, of which one is drawn."""

    __slots__ = ("_total", "_until", "_values")

    def __init__(self, weights: Mapping[T, int]) -> None:
        self._values = tuple(weights)
        self._until = tuple(accumulate(weights.values()))
        self._total = self._until[-1]

    def at(self, share: float) -> T:
        """Return the value at a share of all weights, from 0 up to and without 1."""
        return self._values[bisect_right(self._until, int(share * self._total))]


class Chance:
    """The draws of one journey.

    Of Python's draws only `random()` is promised to stay the same for a seed in every release, and
    only plain arithmetic gives the same number on every processor, so nothing else is used.
    """

    __slots__ = ("_draw",)

    def __init__(self, seed: int, number: int) -> None:
        self._draw = Random((seed << 48) + number).random  # noqa: S311 - no secret

    def happens(self, share: float) -> bool:
        """Say whether something of this probability happens."""
        return self._draw() < share

    def between(self, least: int, most: int) -> int:
        """Return a whole number, both ends included."""
        return least + int(self._draw() * (most - least + 1))

    def one_of(self, values: Sequence[T]) -> T:
        """Return one of some values, each as likely as the others."""
        return values[int(self._draw() * len(values))]

    def of(self, mix: Mix[T]) -> T:
        """Return one value of a mix."""
        return mix.at(self._draw())

    def spread(self, quartiles: Quartiles) -> int:
        """Return a whole number of a distribution that is given by its quartiles."""
        place = self._draw() * 4
        quarter = int(place)
        least, most = quartiles[quarter], quartiles[quarter + 1]
        return least + int((place - quarter) * (most - least + 1))
