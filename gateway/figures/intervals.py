"""How surely a share is known that was found in a random sample: intervals, and how many to draw.

Wilson's score interval (E. B. Wilson, Journal of the American Statistical Association 22, 1927),
which stays between 0 and 1 and holds for few cases too. A sample without replacement from a finite
population knows more than its size says: it is counted as `n (N - 1) / (N - n)` cases, which is the
finite population correction; of a whole population everything is known.
"""

from dataclasses import dataclass
from math import ceil, inf, sqrt
from statistics import NormalDist

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """The shares (0 to 1) that agree with what was found, at some confidence."""

    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half of the way from one end to the other, 0 to 0.5."""
        return (self.high - self.low) / 2


def wilson(
    found: int, of: int, *, population: int | None = None, confidence: float = CONFIDENCE
) -> Interval:
    """Return the interval of a share, where `found` of `of` cases drawn at random have something.

    `population` is how many there are in all, None where there is no end of them. Nothing drawn
    says nothing: 0 to 1. Raises ValueError for counts that cannot be, or a confidence not between
    0 and 1.
    """
    if not 0 <= found <= of:
        raise ValueError(f"{found} of {of} cannot be found")
    z, cases = _z(confidence), counted_as(of, population)
    if of == 0:
        return Interval(0.0, 1.0)
    share = found / of
    if cases == inf:
        return Interval(share, share)
    middle = (share + z**2 / (2 * cases)) / (1 + z**2 / cases)
    reach = z / (1 + z**2 / cases) * sqrt(share * (1 - share) / cases + z**2 / (4 * cases**2))
    # Rounding must not say of none found that some were.
    low = 0.0 if found == 0 else max(0.0, middle - reach)
    high = 1.0 if found == of else min(1.0, middle + reach)
    return Interval(low, high)


def counted_as(cases: int, population: int | None) -> float:
    """Return as how many cases of a population without end a sample from a finite one counts.

    Raises ValueError where more were drawn than there are.
    """
    if population is None:
        return float(cases)
    if not 0 <= cases <= population:
        raise ValueError(f"{cases} of {population} cannot be drawn")
    return inf if cases == population else cases * (population - 1) / (population - cases)


def correction(cases: int, population: int) -> float:
    """Return the factor, 0 to 1, by which a finite population narrows the standard error.

    Raises ValueError where more were drawn than there are.
    """
    if not 0 <= cases <= population:
        raise ValueError(f"{cases} of {population} cannot be drawn")
    return 0.0 if population <= 1 else sqrt((population - cases) / (population - 1))


def half_width(
    cases: int,
    *,
    share: float = 0.5,
    population: int | None = None,
    confidence: float = CONFIDENCE,
) -> float:
    """Return half the width of the interval, 0 to 0.5, in which a share would be known.

    A half is the share that is known least surely. Raises ValueError as `wilson` does.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"{share} is no share")
    z, counted = _z(confidence), counted_as(cases, population)
    if counted == 0:
        return 0.5
    if counted == inf:
        return 0.0
    spread = share * (1 - share) / counted + z**2 / (4 * counted**2)
    return min(0.5, z / (1 + z**2 / counted) * sqrt(spread))


def needed(within: float, *, population: int | None = None, confidence: float = CONFIDENCE) -> int:
    """Return how many cases to draw so that any share is known to within so much either way.

    `within` is a share above 0, such as 0.05 for five points. Raises ValueError for another, or
    for a confidence not between 0 and 1.
    """
    if not 0 < within < 1:
        raise ValueError(f"{within} is no half width")
    # Of a half, the interval reaches z / (2 sqrt(cases + z²)) either way.
    z = _z(confidence)
    counted = z**2 * (1 / (4 * within**2) - 1)
    if counted <= 0:
        return 0
    if population is None:
        return _least(ceil(counted), within, None, confidence)
    return _least(
        ceil(counted * population / (counted + population - 1)), within, population, confidence
    )


def _least(about: int, within: float, population: int | None, confidence: float) -> int:
    """Return the least number that is enough, near a number that rounding may have missed it by."""
    most = about + 2 if population is None else population
    for cases in range(max(0, about - 2), most):
        if half_width(cases, population=population, confidence=confidence) <= within:
            return cases
    return most


def _z(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"{confidence} is no confidence")
    return NormalDist().inv_cdf((1 + confidence) / 2)
