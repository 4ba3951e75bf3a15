"""Reads a mapping file: how the rows of one system's export are read as events, without code."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from victim_journey.answers import BadMapping
from victim_journey.cells import (
    SHOWN,
    Codes,
    Read,
    Row,
    Text,
    Written,
    as_text,
    as_whole_number,
    nearest,
)

LONDON = "Europe/London"
ANY = "*"
TOP = ("source", "id", "subject", "time", "recordedtime", "events")
TOP_OPTIONAL = ("delimiter", "encoding", "zone", "codes", "ignore")
EVENT = ("type", "when", "id", "subject", "time", "recordedtime", "data")
FROM = ("column", "text", "always")
AS = ("codes", "time", "date", "whole_number")
SPEC = (*FROM, *AS, "split")
_CELL = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Field:
    """One value of an event: where it comes from and how it is read; `split` parts a list.

    `always` is the value where it comes from no cell.
    """

    text: Text
    read: Read
    split: str | None
    always: Any = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of an event: where it comes from and how it is written."""

    text: Text
    written: Written

    def of(self, row: Row) -> tuple[str, bool] | None:
        """Return the moment of a row as it is sent, and whether only its day is written.

        None where the cell is empty; raises BadCell.
        """
        text = self.text.of(row)
        return self.written.moment(text, self.text.named) if text else None


# Columns with what they must hold, in small letters and as written; ANY is whatever is there.
Condition = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class MappedEvent:
    """One kind of event that a row may tell, and when it does.

    `columns` names the columns behind each field, as a door names the fields.
    """

    type: str
    when: Condition
    id: Text
    subject: Text
    time: Moment
    recordedtime: Moment | None
    data: Mapping[str, Field]
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RowMapping:
    """A mapping: how the file is written, what each row may tell, and the rows that tell nothing.

    `columns` are all that the mapping names. `digest` is the SHA-256 of the file.
    """

    source: str
    delimiter: str
    encoding: str
    events: Sequence[MappedEvent]
    ignore: Sequence[Condition]
    columns: Sequence[str]
    digest: str


def read_mapping(path: Path) -> RowMapping:
    """Return the mapping that a file holds; raises BadMapping with every fault, and OSError."""
    content = path.read_bytes()
    return _Reading(path.name, content).mapping()


class _Said(dict[str, Any]):
    """Words with what they say, and the line of the file where they begin."""

    line = 1


class _Bad(Exception):
    """One fault of a mapping, noted already; what it stands in is given up."""


class _Reading:
    """Reads one mapping file and collects its faults, each with its line."""

    def __init__(self, name: str, content: bytes) -> None:
        self._name = name
        self._content = content
        self._faults: list[str] = []
        self._columns: list[str] = []
        self._codes: dict[str, Codes] = {}
        self._zone = ZoneInfo(LONDON)

    def mapping(self) -> RowMapping:
        try:
            top = self._top()
            self._only(top, (*TOP, *TOP_OPTIONAL), "a mapping")
            self._zone = self._read_zone(top)
            self._codes = self._read_codes(top)
            shared = {name: top[name] for name in TOP if name in top}
            mapping = RowMapping(
                source=self._words(top, "source"),
                delimiter=self._words(top, "delimiter") if "delimiter" in top else ",",
                encoding=self._encoding(top),
                events=[self._event(one, shared) for one in self._list(top, "events")],
                ignore=[self._condition(one) for one in self._ignored(top)],
                columns=tuple(dict.fromkeys(self._columns)),
                digest=sha256(self._content).hexdigest(),
            )
            if len(mapping.delimiter) != 1:
                self._fault(top, "delimiter is not one character", 'write one, such as ";"')
        except _Bad:
            raise BadMapping(self._faults) from None
        if self._faults:
            raise BadMapping(self._faults)
        return mapping

    def _top(self) -> _Said:
        try:
            node = yaml.compose(self._content.decode(), Loader=yaml.SafeLoader)
            top = None if node is None else self._value(node)
        except UnicodeDecodeError:
            raise self._bad(None, "is not UTF-8", "write it anew in UTF-8") from None
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise self._bad(line, f"is not YAML: {error.problem}", "mend the line") from None
        except (yaml.YAMLError, RecursionError):
            raise self._bad(None, "is not YAML", "see the examples") from None
        if not isinstance(top, _Said):
            raise self._bad(None, "is not a mapping", f"begin with {', '.join(TOP)}")
        return top

    def _value(self, node: yaml.Node) -> Any:
        """Return what a node says: words as they are written, so that `No` and `01` stay codes."""
        if isinstance(node, yaml.MappingNode):
            said = _Said()
            said.line = node.start_mark.line + 1
            for key, value in node.value:
                if key.value in said:
                    raise self._bad(
                        key.start_mark.line + 1, f"{key.value} is said twice", "say it once"
                    )
                said[key.value] = self._value(value)
            return said
        if isinstance(node, yaml.SequenceNode):
            return [self._value(one) for one in node.value]
        if node.tag.endswith(":int") and re.fullmatch(r"0|-?[1-9][0-9]*", node.value):
            return int(node.value)
        if node.tag.endswith(":bool") and node.value in ("true", "false"):
            return node.value == "true"
        return node.value

    def _event(self, said: Any, shared: Mapping[str, Any]) -> MappedEvent:
        said = self._table(said, "an event")
        self._only(said, EVENT, "an event")
        whole = _Said({**shared, **said})
        whole.line = said.line
        data = {
            name: self._field(name, spec)
            for name, spec in self._table(said.get("data", _Said()), "data").items()
        }
        id_, subject = self._text(whole, "id"), self._text(whole, "subject")
        time = self._moment(whole, "time")
        recorded = self._moment(whole, "recordedtime") if "recordedtime" in whole else None
        columns = {f"data.{name}": field.text.named for name, field in data.items()}
        columns |= {"id": id_.named, "subject": subject.named, "time": time.text.named}
        if recorded is not None:
            columns["recordedtime"] = recorded.text.named
        return MappedEvent(
            type=self._words(said, "type"),
            when=self._condition(said.get("when", _Said())),
            id=id_,
            subject=subject,
            time=time,
            recordedtime=recorded,
            data=data,
            columns={field: column for field, column in columns.items() if column},
        )

    def _field(self, name: str, spec: Any) -> Field:
        if isinstance(spec, str):
            return Field(self._column(spec), as_text, None)
        spec = self._table(spec, name)
        self._only(spec, SPEC, name)
        if sum(key in spec for key in FROM) != 1 or sum(key in spec for key in AS) > 1:
            raise self._bad(
                spec,
                f"{name} does not say where it comes from, or says it twice",
                f"give one of {', '.join(FROM)}, and at most one of {', '.join(AS)}",
            )
        if "always" in spec:
            return Field(Text(("",)), as_text, None, always=spec["always"])
        text = self._text(spec, "text") if "text" in spec else self._column(spec["column"])
        split = self._words(spec, "split") if "split" in spec else None
        return Field(text, self._reader(spec, name), split)

    def _reader(self, spec: _Said, name: str) -> Read:
        if "codes" in spec:
            codes = spec["codes"]
            if isinstance(codes, dict):
                return Codes(name, codes)
            if codes not in self._codes:
                raise self._bad(
                    spec, f"there are no codes of {codes}", f"{nearest(codes, self._codes)}add them"
                )
            return self._codes[codes]
        if "time" in spec:
            return self._written(spec, "time").instant
        if "date" in spec:
            return self._written(spec, "date").day
        return as_whole_number if "whole_number" in spec else as_text

    def _moment(self, said: _Said, name: str) -> Moment:
        spec = self._table(said.get(name), name, within=said)
        self._only(spec, ("column", "text", "time"), name)
        if ("column" in spec) == ("text" in spec):
            raise self._bad(spec, f"{name} comes from nowhere", "give it a column, or a text")
        text = self._text(spec, "text") if "text" in spec else self._column(spec["column"])
        return Moment(text, self._written(spec, "time"))

    def _written(self, spec: _Said, name: str) -> Written:
        formats = spec.get(name)
        formats = [formats] if isinstance(formats, str) else formats
        if not isinstance(formats, list) or not formats:
            raise self._bad(spec, f"{name} has no format", 'such as "%d/%m/%Y %H:%M"')
        for format_ in formats:
            try:
                read = datetime.strptime(SHOWN.strftime(format_), format_)  # noqa: DTZ007
            except (ValueError, TypeError):
                read = None
            if read is None or read.date() != SHOWN.date():
                raise self._bad(
                    spec,
                    f"{format_} is not the format of a date",
                    'write it as "%d/%m/%Y" or "%d/%m/%Y %H:%M"',
                )
        return Written(tuple(formats), self._zone)

    def _text(self, said: _Said, name: str) -> Text:
        parts = _CELL.split(self._words(said, name))
        for column in parts[1::2]:
            self._columns.append(column)
        return Text(tuple(parts))

    def _column(self, name: Any) -> Text:
        if not isinstance(name, str):
            raise self._bad(None, f"{name} is not the name of a column", "put it between quotes")
        self._columns.append(name)
        return Text(("", name, ""))

    def _condition(self, said: Any) -> Condition:
        condition = {}
        said = self._table(said, "when")
        for column, values in said.items():
            self._columns.append(column)
            wanted = values if isinstance(values, list) else [values]
            condition[column] = {str(value).casefold(): str(value) for value in wanted}
        return condition

    def _ignored(self, top: _Said) -> list[Any]:
        said = top.get("ignore", [])
        return said if isinstance(said, list) else [said]

    def _read_codes(self, top: _Said) -> dict[str, Codes]:
        tables = self._table(top.get("codes", _Said()), "codes")
        return {name: Codes(name, self._table(table, name)) for name, table in tables.items()}

    def _read_zone(self, top: _Said) -> ZoneInfo:
        zone = top.get("zone", LONDON)
        try:
            return ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, TypeError):
            raise self._bad(top, f"{zone} is not a time zone", f"write {LONDON}") from None

    def _encoding(self, top: _Said) -> str:
        encoding = self._words(top, "encoding") if "encoding" in top else "utf-8-sig"
        try:
            "".encode(encoding)
        except LookupError:
            raise self._bad(
                top, f"{encoding} is not an encoding", "write utf-8 or windows-1252"
            ) from None
        return encoding

    def _list(self, said: _Said, name: str) -> list[Any]:
        value = said.get(name)
        if not isinstance(value, list) or not value:
            raise self._bad(said, f"{name} is not a list", "see the examples")
        return value

    def _table(self, said: Any, name: str, within: Any = None) -> _Said:
        if not isinstance(said, _Said):
            raise self._bad(within, f"{name} is missing, or not a set of words", "see the examples")
        return said

    def _words(self, said: _Said, name: str) -> str:
        value = said.get(name)
        if not isinstance(value, str) or not value:
            raise self._bad(said, f"{name} is missing, or not text", "see the examples")
        return value

    def _only(self, said: _Said, known: Iterable[str], what: str) -> None:
        known = list(known)
        for name in said:
            if name not in known:
                remedy = f"{nearest(name, known)}it may say {', '.join(known)}"
                self._fault(said, f"{name} is not a word of {what}", remedy)

    def _line(self, said: Any) -> int:
        return said if isinstance(said, int) else getattr(said, "line", 1)

    def _fault(self, said: Any, wrong: str, remedy: str) -> None:
        self._faults.append(f"{self._name}, line {self._line(said)}: {wrong}: {remedy}.")

    def _bad(self, said: Any, wrong: str, remedy: str) -> _Bad:
        self._fault(said, wrong, remedy)
        return _Bad()


def check_columns(mapping: RowMapping, header: Sequence[str], name: str) -> None:
    """Raise BadMapping where the mapping names columns that a file of this name does not have."""
    missing = [column for column in mapping.columns if column not in header]
    if missing:
        raise BadMapping(_missing(missing, header, name))


def _missing(missing: Iterable[str], header: Sequence[str], name: str) -> Iterator[str]:
    for column in missing:
        yield (
            f"{name} has no column {column}, which the mapping names: "
            f"{nearest(column, header)}its columns are {', '.join(header)}."
        )
