"""A share: how many of how many, with the interval that chance alone would explain."""

from dataclasses import dataclass

from gateway.figures.intervals import wilson


@dataclass(frozen=True, slots=True)
class Share:
    """`numerator` of `denominator`; the share and its ends (0 to 1) are None of nothing.

    The ends are Wilson's at 95 %: everything that is recorded was counted, and they say how far
    chance alone might have moved the share.
    """

    numerator: int
    denominator: int
    rate: float | None
    low: float | None
    high: float | None


def share_of(numerator: int, denominator: int) -> Share:
    """Return a share; raises ValueError where there are more of it than there are."""
    if denominator == 0 and numerator == 0:
        return Share(0, 0, None, None, None)
    interval = wilson(numerator, denominator)
    return Share(
        numerator,
        denominator,
        numerator / denominator,
        interval.low,
        interval.high,
    )


def percentile(counted: dict[int, int], percent: int) -> int | None:
    """Return the nearest-rank percentile of values, each with how often it occurs; None of none."""
    rank = -(-percent * sum(counted.values()) // 100)
    reached = 0
    for value in sorted(counted):
        reached += counted[value]
        if reached >= rank:
            return value
    return None
