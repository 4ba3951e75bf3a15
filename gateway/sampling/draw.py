"""Draws a stratified random sample from a frame, so that frame and seed give it again anywhere.

The frame is the journeys of the population, each with the label of its stratum, in the order of
their ids. Its hash is the SHA-256 of its lines, `<journey>,<label>` and a newline each, in UTF-8.
The random order of a stratum is the order of the SHA-256 of `<seed>`, `<label>` and `<journey>`
with a newline between them: the first n are drawn and the rest may replace them, in that order.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from heapq import heappush, heapreplace
from urllib.parse import urlencode

# The name of what is described above; another way of drawing has another name.
ALGORITHM = "sha256-order-1"


class BadFrame(ValueError):
    """The frame is not one: the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many journeys of a stratum are to be drawn, and how many more may replace them."""

    cases: int
    reserve: int


NOTHING = Wanted(0, 0)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What came out of one stratum: its size, and the beginning of its random order.

    The first `cases` of the order are drawn; `wanted` may be more than there are.
    """

    population: int
    wanted: int
    order: tuple[str, ...]

    @property
    def cases(self) -> tuple[str, ...]:
        """The journeys drawn, in random order."""
        return self.order[: self.wanted]

    @property
    def reserve(self) -> tuple[str, ...]:
        """The journeys that may replace them, in random order."""
        return self.order[self.wanted :]


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn from a frame: its size, its hash (hexadecimal), and each stratum by label."""

    size: int
    sha256: str
    strata: Mapping[str, Drawn]


def label_of(values: Mapping[str, str | None]) -> str:
    """Return a stratum's label: its dimensions and values as a form is encoded, `a=b&c=d`.

    A value that nothing tells is empty. Without any dimension the label is empty too.
    """
    return urlencode({name: "" if value is None else value for name, value in values.items()})


def line_of(journey: str, label: str) -> str:
    """Return the line of the frame that a journey is."""
    return f"{journey},{label}\n"


def order_of(seed: str, label: str, journey: str) -> bytes:
    """Return what a journey's place in the random order of its stratum goes by."""
    return sha256(f"{seed}\n{label}\n{journey}".encode()).digest()


@dataclass(slots=True)
class _Stratum:
    """One stratum while the frame goes by: the first places of its order, the last of them on top.

    Of equal hashes, which nobody has ever seen, the smaller id would come first.
    """

    label: str
    wanted: Wanted
    population: int = 0
    first: list[tuple[int, str]] = field(default_factory=list)

    def take(self, seed: str, journey: str) -> None:
        self.population += 1
        most = self.wanted.cases + self.wanted.reserve
        if not most:
            return
        # Below zero, so that the largest hash is the least of the heap.
        entry = (-int.from_bytes(order_of(seed, self.label, journey)), journey)
        if len(self.first) < most:
            heappush(self.first, entry)
        elif entry[0] > self.first[0][0]:
            heapreplace(self.first, entry)

    def drawn(self) -> Drawn:
        order = sorted(self.first, key=lambda entry: (-entry[0], entry[1]))
        return Drawn(self.population, self.wanted.cases, tuple(journey for _, journey in order))


class Drawing:
    """A sample being drawn while its frame goes by, in memory that does not grow with the frame."""

    def __init__(
        self, seed: str, wanted: Mapping[str, Wanted], otherwise: Wanted = NOTHING
    ) -> None:
        """Draw by a seed; `wanted` by label, `otherwise` of strata that it does not name."""
        self._seed = seed
        self._otherwise = otherwise
        self._strata = {label: _Stratum(label, asked) for label, asked in wanted.items()}
        self._hash = sha256()
        self._size = 0
        self._last = ""

    def take(self, rows: Iterable[tuple[str, str]]) -> None:
        """Take in the next rows of the frame, the id and the label of each.

        Raises BadFrame where they are not in the order of their ids, each once.
        """
        lines: list[str] = []
        last, strata = self._last, self._strata
        for journey, label in rows:
            if journey <= last:
                raise BadFrame(f"{journey} does not come after {last}")
            last = journey
            lines.append(line_of(journey, label))
            stratum = strata.get(label)
            if stratum is None:
                stratum = strata[label] = _Stratum(label, self._otherwise)
            stratum.take(self._seed, journey)
        self._last = last
        self._size += len(lines)
        self._hash.update("".join(lines).encode())

    def sample(self) -> Sample:
        """Return what was drawn of all that was taken in."""
        strata = {label: stratum.drawn() for label, stratum in self._strata.items()}
        return Sample(self._size, self._hash.hexdigest(), strata)
