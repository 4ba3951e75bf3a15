"""One organisation over time: months that differ from a baseline, and before and after a day.

The chart is Shewhart's p-chart, with the exact limits of the binomial distribution in place of
three standard errors, for which most months have too few cases.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from math import hypot

from gateway.figures.fair.chance import Limits, limits_of_chance, spread_of
from gateway.figures.fair.comparison import OUTER
from gateway.figures.intervals import CONFIDENCE, Interval, wilson

# The fourth rule of the Western Electric Statistical Quality Control Handbook (1956).
RUN = 8


@dataclass(frozen=True, slots=True)
class Month:
    """One month of a chart; `run` is how many in a row stand on this side of the centre by now.

    `beyond` is -1 below the limits and 1 above them. `signal` says in words why the month differs
    from the baseline by more than chance explains, None where it does not. Months of no case have
    no share, and neither make a run nor end one.
    """

    name: str
    found: int
    of: int
    share: float | None
    limits: Limits | None
    beyond: int
    run: int
    signal: str | None


@dataclass(frozen=True, slots=True)
class Chart:
    """Months beside the centre, the share (0 to 1) of the baseline; None where that is empty."""

    centre: float | None
    spread: float | None
    months: tuple[Month, ...]
    notes: tuple[str, ...]


def chart(months: Sequence[tuple[str, int, int]], *, baseline: Set[str]) -> Chart:
    """Return the months (name, found, of), in order of time, beside those of the baseline.

    The baseline is stated and not found: one that is chosen for its result proves nothing. Raises
    ValueError for counts that cannot be, and for a baseline of months that are not there.
    """
    if missing := baseline - {name for name, _, _ in months}:
        raise ValueError(f"{sorted(missing)} of the baseline are no months of the chart")
    for name, found, of in months:
        if not 0 <= found <= of:
            raise ValueError(f"{found} of {of} cannot be found in {name}")
    before = [(found, of) for name, found, of in months if name in baseline]
    cases = sum(of for _, of in before)
    centre = sum(found for found, _ in before) / cases if cases else None
    spread = None if centre is None else spread_of(before, centre)
    told: list[Month] = []
    side, run = 0, 0
    for name, found, of in months:
        if centre is None or of == 0:
            told.append(Month(name, found, of, found / of if of else None, None, 0, run, None))
            continue
        share = found / of
        now = (share > centre) - (share < centre)
        run = run + 1 if now and now == side else abs(now)
        side = now
        limits = limits_of_chance(of, centre, outside=OUTER, spread=spread or 1.0)
        beyond = limits.beyond(share)
        told.append(Month(name, found, of, share, limits, beyond, run, _signal(beyond, run, side)))
    return Chart(centre, spread, tuple(told), _notes(len(before), spread))


def _signal(beyond: int, run: int, side: int) -> str | None:
    if beyond:
        return f"{'Above' if beyond > 0 else 'Below'} the 99.8 % limits."
    if run >= RUN:
        return f"{run} months in a row {'above' if side > 0 else 'below'} the centre."
    return None


def _notes(baseline: int, spread: float | None) -> tuple[str, ...]:
    notes = [
        f"The centre is the share of the {baseline} months of the baseline.",
        "A month is marked beyond the 99.8 % limits, exact at its own number of cases, which one "
        f"in five hundred passes by chance; and from the {RUN}th month in a row on one side of the "
        "centre, which chance does for about one month in a hundred and thirty.",
    ]
    if spread is not None and spread > 1:
        notes.append(
            f"Months of the baseline differ more than chance explains (spread "
            f"{spread:.1f}); limits are wider by its root."
        )
    return tuple(notes)


@dataclass(frozen=True, slots=True)
class Change:
    """What changed from one time to another: shares (0 to 1), their difference and its interval.

    `difference` is after less before. `words` never say that one came of the other.
    """

    before: float | None
    after: float | None
    difference: float | None
    interval: Interval
    words: str


def change(
    before: tuple[int, int], after: tuple[int, int], *, confidence: float = CONFIDENCE
) -> Change:
    """Return how a share (found, of) differs after some day from before it.

    The interval is Newcombe's, of two of Wilson's (R. G. Newcombe, Interval estimation for the
    difference between independent proportions, Statistics in Medicine 17 (1998), method 10). Where
    either time has no case it is from -1 to 1. Raises ValueError as `wilson` does.
    """
    (found, of), (found_after, of_after) = before, after
    one, two = (
        wilson(found, of, confidence=confidence),
        wilson(found_after, of_after, confidence=confidence),
    )
    if not of or not of_after:
        return Change(
            found / of if of else None,
            found_after / of_after if of_after else None,
            None,
            Interval(-1.0, 1.0),
            "There was nothing to count at one of the two times.",
        )
    was, is_now = found / of, found_after / of_after
    difference = is_now - was
    interval = Interval(
        max(-1.0, difference - hypot(is_now - two.low, one.high - was)),
        min(1.0, difference + hypot(two.high - is_now, was - one.low)),
    )
    if interval.low > 0:
        words = "Higher after than before, by more than chance usually explains."
    elif interval.high < 0:
        words = "Lower after than before, by more than chance usually explains."
    else:
        words = "No difference that can be told from chance; that is not to say that there is none."
    return Change(
        was,
        is_now,
        difference,
        interval,
        f"{words} What else changed at the time is not known here.",
    )
