"""Organisations beside each other, as in a funnel plot: who differs by more than chance explains.

A rank would put small organisations first and last, since few cases differ most by chance. So each
stands beside all, between limits as wide as its own number of cases makes them: 95 %, which one in
twenty passes by chance, and 99.8 %, which one in five hundred does (Spiegelhalter 2005).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gateway.figures.fair.chance import Limits, limits_of_chance, spread_of

INNER, OUTER = 0.05, 0.002


class Position(StrEnum):
    """Where a share stands beside its limits."""

    NOTHING = "nothing_to_count"
    TOO_FEW = "too_few"
    INSIDE = "inside"
    BELOW = "below_95"
    ABOVE = "above_95"
    FAR_BELOW = "below_99.8"
    FAR_ABOVE = "above_99.8"


IN_WORDS = {
    Position.NOTHING: "Nothing was counted here.",
    Position.TOO_FEW: "Too few cases to say anything: no result could be told from chance.",
    Position.INSIDE: "No different from all together than chance alone explains.",
    Position.BELOW: "Lower than all together by more than chance usually explains: one in forty "
    "would be, if all were alike. Worth asking; no finding by itself.",
    Position.ABOVE: "Higher than all together by more than chance usually explains: one in forty "
    "would be, if all were alike. Worth asking; no finding by itself.",
    Position.FAR_BELOW: "Lower than all together by more than chance explains: one in a thousand "
    "would be, if all were alike.",
    Position.FAR_ABOVE: "Higher than all together by more than chance explains: one in a thousand "
    "would be, if all were alike.",
}


@dataclass(frozen=True, slots=True)
class Point:
    """One organisation in the plot: its share (0 to 1) of its cases, and the limits at so many."""

    name: str
    found: int
    of: int
    share: float | None
    inner: Limits | None
    outer: Limits | None
    position: Position

    @property
    def words(self) -> str:
        """The position in words."""
        return IN_WORDS[self.position]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A funnel plot as data.

    `target` is the share to which all are held, None where nothing was counted. `spread` is how
    much further than by chance organisations differ (`spread_of`), None where they are too few to
    say; the limits are widened by its root, as `notes` say.
    """

    target: float | None
    spread: float | None
    points: tuple[Point, ...]
    notes: tuple[str, ...]


def compare(
    counts: Mapping[str, tuple[int, int]],
    *,
    target: float | None = None,
    allow_for_spread: bool = True,
) -> Comparison:
    """Return each organisation beside all of them, or beside a `target` that is handed in.

    `counts` are (found, of) by organisation. Raises ValueError for counts that cannot be, or a
    target not within 0 to 1.
    """
    for name, (found, of) in counts.items():
        if not 0 <= found <= of:
            raise ValueError(f"{found} of {of} cannot be found at {name}")
    cases = sum(of for _, of in counts.values())
    stated = target is not None
    if target is None and cases:
        target = sum(found for found, _ in counts.values()) / cases
    spread = None
    if target is not None and allow_for_spread:
        spread = spread_of(list(counts.values()), target)
    points = tuple(
        _point(name, found, of, target, spread or 1.0) for name, (found, of) in counts.items()
    )
    return Comparison(
        target,
        spread,
        points,
        _notes(points, spread, allow_for_spread=allow_for_spread, stated=stated),
    )


def _point(name: str, found: int, of: int, target: float | None, spread: float) -> Point:
    if of == 0 or target is None:
        return Point(name, found, of, None, None, None, Position.NOTHING)
    inner = limits_of_chance(of, target, outside=INNER, spread=spread)
    outer = limits_of_chance(of, target, outside=OUTER, spread=spread)
    return Point(name, found, of, found / of, inner, outer, _position(found / of, inner, outer))


def _position(share: float, inner: Limits, outer: Limits) -> Position:
    if inner.low <= 0 and inner.high >= 1:
        return Position.TOO_FEW
    if far := outer.beyond(share):
        return Position.FAR_ABOVE if far > 0 else Position.FAR_BELOW
    if beyond := inner.beyond(share):
        return Position.ABOVE if beyond > 0 else Position.BELOW
    return Position.INSIDE


def _notes(
    points: tuple[Point, ...], spread: float | None, *, allow_for_spread: bool, stated: bool
) -> tuple[str, ...]:
    judged = sum(point.position is not Position.NOTHING for point in points)
    notes = [
        "The target was handed in." if stated else "The target is the share of all together.",
        "Limits are exact, of the binomial distribution, at each one's own number of cases.",
        f"Of {judged} organisations that are all alike, chance alone puts up to "
        f"{judged * INNER:.1f} beyond the 95 % limits, and up to {judged * OUTER:.1f} beyond "
        "99.8 %.",
    ]
    if not allow_for_spread:
        notes.append(
            "Limits are of chance alone: that organisations differ in other ways, too, "
            "was not allowed for."
        )
    elif spread is None:
        notes.append(
            "There are too few organisations to say whether they differ by more than "
            "chance; limits are of chance alone."
        )
    elif spread > 1:
        notes.append(
            f"Organisations differ more than chance explains (spread {spread:.1f}). Limits "
            "are wider by its root: beyond them is who differs from the usual differences, "
            "and what is usual may still be poor."
        )
    else:
        notes.append("Organisations together differ no more than chance explains.")
    return tuple(notes)
