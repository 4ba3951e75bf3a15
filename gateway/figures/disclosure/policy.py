"""How small counts are protected: which are hidden, and to what the others are rounded.

The defaults are the rule of the Ministry of Defence's statistics (fewer than five are not told, the
rest is rounded to the nearest five). No threshold of the Ministry of Justice's own was found.
"""

from dataclasses import dataclass

# No count is so large; it stands for "no end" in sums of whole numbers.
ENDLESS = 10**12


@dataclass(frozen=True, slots=True)
class Policy:
    """What is hidden and how the rest is rounded; raises ValueError for what protects nobody.

    A count from 0 to `threshold` - 1 is hidden. Zero is no exception: that nobody was told is news
    of each of them, and a mark that means "at least one" would add up to more in every total.
    """

    threshold: int = 5
    base: int = 5

    def __post_init__(self) -> None:
        if self.threshold < 2:
            raise ValueError("a threshold below 2 hides nothing")
        if not 1 <= self.base <= self.threshold:
            raise ValueError("counts are rounded to at least 1, and to no more than the threshold")

    def small(self, count: int) -> bool:
        """Whether a count is hidden for its own sake."""
        return count < self.threshold

    @property
    def most(self) -> int:
        """The greatest count that is hidden for its own sake."""
        return self.threshold - 1

    def rounded(self, count: int) -> int:
        """Return the nearest multiple of the base, the higher one from the middle on."""
        return (count + self.base // 2) // self.base * self.base

    def could_be(self, rounded: int) -> tuple[int, int]:
        """Return the least and the greatest count that is told as this one."""
        least = rounded - self.base // 2
        return max(self.threshold, least), least + self.base - 1

    @property
    def width(self) -> int:
        """How far apart the least and the greatest value of any hidden count must stay.

        A count that is hidden for another's sake is known no better than one that is small.
        """
        return self.most

    def said(self) -> tuple[str, ...]:
        """Return what is done, in words for the reader of every table."""
        return (
            f"Counts below {self.threshold}, zero among them, are hidden.",
            "Other counts are hidden where a hidden one could be worked out from them. A mark does "
            "not say which kind it is.",
            f"Counts shown are rounded to the nearest {self.base}, each by itself: they need not "
            "add up."
            if self.base > 1
            else "Counts shown are not rounded.",
            "Rates and their intervals are worked out from the counts as shown.",
            "What is hidden once for a month stays hidden when the month is revised.",
        )
