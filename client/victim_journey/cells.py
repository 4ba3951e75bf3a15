"""From the cells of a row to a value of an event, with a fault that names the column."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from victim_journey.answers import Fault

Row = Mapping[str, str]
# The moment that shows how a format is written.
SHOWN = datetime(2024, 3, 28, 17, 45)  # noqa: DTZ001 - as people write it, without a zone
HOURS = ("%H", "%I", "%c", "%X")


class BadCell(Exception):
    """A cell, or several, that cannot be read; `fault` names the column."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Text:
    """Where a value comes from: words of its own with cells between them.

    `parts` are words and columns in turn, beginning with words.
    """

    parts: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it is made from."""
        return self.parts[1::2]

    @property
    def named(self) -> str:
        """The columns as a fault names them."""
        return " and ".join(self.columns)

    def of(self, row: Row) -> str:
        """Return the text for a row; empty where it has columns and all of their cells are."""
        if self.columns and not any(row[column] for column in self.columns):
            return ""
        return "".join(
            row[part] if place % 2 else part for place, part in enumerate(self.parts)
        ).strip()

    def whole(self, row: Row) -> str:
        """Return the text for a row; raises BadCell where any of its cells is empty."""
        for column in self.columns:
            if not row[column]:
                raise BadCell(Fault(column, "is empty", "fill it in: the event cannot do without"))
        return self.of(row)


# Turns the text of one value into the value; raises BadCell, naming the columns it is given.
Read = Callable[[str, str], Any]


def as_text(text: str, columns: str) -> str:
    """Take a value as it stands."""
    return text


def as_whole_number(text: str, columns: str) -> int:
    """Read a whole number."""
    try:
        return int(text)
    except ValueError:
        raise BadCell(
            Fault(columns, f'holds "{text}", which is no whole number', "write it in digits")
        ) from None


@dataclass(frozen=True, slots=True)
class Codes:
    """A table from the sender's own codes to the values that an event has."""

    name: str
    values: Mapping[str, Any]

    def __call__(self, text: str, columns: str) -> Any:
        """Return the value of a code, in capitals or not."""
        folded = text.casefold()
        for code, value in self.values.items():
            if code.casefold() == folded:
                return value
        remedy = f"{nearest(text, self.values)}use one of {', '.join(self.values)}"
        raise BadCell(
            Fault(
                columns,
                f'holds "{text}", which is not in the codes of {self.name}',
                f"{remedy}, or add it to the mapping",
            )
        )


@dataclass(frozen=True, slots=True)
class Written:
    """A moment or a day as people write it, in one of several formats, in a zone."""

    formats: Sequence[str]
    zone: ZoneInfo

    def moment(self, text: str, columns: str) -> tuple[str, bool]:
        """Return an instant as it is sent, in UTC, and whether only its day was written.

        An hour that comes twice, in the night the clocks go back, is taken as the first.
        """
        local, format_ = self._read(text, columns)
        aware = local if local.tzinfo else local.replace(tzinfo=self.zone)
        told = aware.astimezone(UTC)
        if not local.tzinfo and told.astimezone(self.zone).replace(tzinfo=None) != local:
            raise BadCell(
                Fault(
                    columns,
                    f'holds "{text}", which never was: the clocks went forward',
                    "write the time that the clock showed",
                )
            )
        return told.isoformat(), not any(hour in format_ for hour in HOURS)

    def instant(self, text: str, columns: str) -> str:
        """Return an instant as it is sent, in UTC."""
        return self.moment(text, columns)[0]

    def day(self, text: str, columns: str) -> str:
        """Return a day as it is sent: 2024-03-28."""
        return self._read(text, columns)[0].date().isoformat()

    def _read(self, text: str, columns: str) -> tuple[datetime, str]:
        for format_ in self.formats:
            try:
                return datetime.strptime(text, format_), format_  # noqa: DTZ007 - given its zone above
            except ValueError:
                continue
        examples = " or ".join(SHOWN.strftime(format_) for format_ in self.formats)
        raise BadCell(
            Fault(columns, f'holds "{text}", which cannot be read', f"write it as {examples}")
        )


def nearest(word: str, known: Iterable[str]) -> str:
    """Return `did you mean …? ` for the known word that is most like this one, or nothing."""
    words = {one.casefold(): one for one in known}
    near = get_close_matches(word.casefold(), words, n=1)
    return f"did you mean {words[near[0]]}? " if near else ""
