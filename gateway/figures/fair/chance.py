"""How far a share may be from what is expected by chance alone: exact limits, and the spread.

The limits are those of the binomial distribution itself, not of a curve that is like it for many
cases: at five cases they are as true as at five thousand. D. J. Spiegelhalter, Funnel plots for
comparing institutional performance, Statistics in Medicine 24 (2005), draws them through points
between two counts; here they are whole counts, of which chance goes beyond at most as often as is
said, so that few cases never look like many.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, sqrt
from statistics import NormalDist

# Fewer than so many say nothing of how far they usually differ.
ENOUGH_TO_SPREAD = 10
# The highest and the lowest tenth are counted as if they stood at its edge, so that one that really
# differs does not widen the limits it is judged by (Spiegelhalter 2005).
WINSORISED = 0.1
# Beside a share so near to none or all, every other is further than a number can say.
CERTAIN = 1e-12
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Limits:
    """The lowest and the highest share (0 to 1) that chance alone explains; both are inside."""

    low: float
    high: float

    def beyond(self, share: float) -> int:
        """Return -1 for a share below the limits, 1 for one above, 0 for one inside."""
        # A share is a count by a count, and so is its limit: what differs less is the same.
        return (share > self.high + 1e-12) - (share < self.low - 1e-12)


def limits_of_chance(
    of: int, share: float, *, outside: float = 0.05, spread: float = 1.0
) -> Limits:
    """Return the limits for so many cases, where each has the share as its chance.

    At most half of `outside` lies beyond either limit. `spread` above 1 widens them by its root
    (`spread_of`). Raises ValueError for no cases, and for a share or an `outside` not in 0 to 1.
    """
    if of < 1 or not 0 <= share <= 1 or not 0 < outside < 1 or spread < 1:
        raise ValueError(f"no limits for {of} cases, {share}, {outside} and {spread}")
    least = min(share, _least(of, share, outside / 2) / of)
    most = max(share, 1 - _least(of, 1 - share, outside / 2) / of)
    wider = sqrt(spread)
    return Limits(
        max(0.0, share - wider * (share - least)),
        min(1.0, share + wider * (most - share)),
    )


def spread_of(counts: Sequence[tuple[int, int]], share: float) -> float | None:
    """Return how much more shares differ than chance explains: 1 as by chance, 4 twice as far.

    `counts` are (found, of). It is the mean square of their distances in standard errors, the
    outermost tenths drawn in (Spiegelhalter's multiplicative overdispersion), and as much greater
    as drawing in makes it smaller where nobody really differs: else the limits would be too narrow.
    1 unless it is greater than chance makes it in 19 of 20 cases: to widen limits without need does
    less harm than not to. None where there are too few.
    """
    variance = share * (1 - share)
    if variance < CERTAIN:
        return None
    distances = sorted((found / of - share) / sqrt(variance / of) for found, of in counts if of)
    if len(distances) < ENOUGH_TO_SPREAD:
        return None
    cut = int(len(distances) * WINSORISED)
    low, high = distances[cut], distances[-1 - cut]
    spread = sum(min(max(each, low), high) ** 2 for each in distances) / len(distances)
    spread /= _left_by_drawing_in(cut / len(distances))
    return spread if spread > 1 + 2 * sqrt(2 / len(distances)) else 1.0


def _left_by_drawing_in(share: float) -> float:
    """Return the mean square of a standard normal variable whose outermost shares are drawn in."""
    edge = _NORMAL.inv_cdf(1 - share)
    return (1 - 2 * share) - 2 * edge * _NORMAL.pdf(edge) + 2 * share * edge**2


def _least(of: int, share: float, tail: float) -> int:
    """Return the smallest count of which chance gives so few or fewer more often than `tail`."""
    if share in (0, 1):
        return of if share == 1 else 0
    # What lies below is less likely than one in 10^20.
    count = max(0, int(of * share - 10 * sqrt(of * share * (1 - share)) - 10))
    chance = exp(
        lgamma(of + 1)
        - lgamma(count + 1)
        - lgamma(of - count + 1)
        + count * log(share)
        + (of - count) * log(1 - share)
    )
    below = chance
    while below <= tail and count < of:
        chance *= (of - count) / (count + 1) * share / (1 - share)
        count += 1
        below += chance
    return count
