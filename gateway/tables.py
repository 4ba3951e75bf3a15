"""Puts the items of a list into a table: its columns, its CSV, and the dictionary of its columns.

Columns are those of the shape in which the list is told as JSON, so that no dictionary can drift
from it: what lies deeper has its place in its name, `journey.id` is `journey_id`.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from io import StringIO
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel, Field

from shared.london import write_instant

# What a spreadsheet takes for the beginning of a formula; the apostrophe makes it text there.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
SEPARATOR = "; "
# The kinds of cells, by the words of CSV on the Web.
_KINDS: dict[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    datetime: "dateTime",
    date: "date",
    UUID: "string",
    str: "string",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, where its cells are found in an item, and what they are."""

    name: str
    path: tuple[str, ...]
    kind: str
    description: str
    required: bool
    many: bool


class ColumnBody(BaseModel):
    """A column of a table, in the words of CSV on the Web."""

    name: str
    titles: str = Field(description="The column's name for people.")
    datatype: str
    description: str = Field(serialization_alias="dc:description")
    required: bool = Field(description="Whether every row has it; other cells may be empty.")
    separator: str | None = Field(
        None, description="What stands between the values where a cell holds several."
    )


class SchemaBody(BaseModel):
    """The columns of a table, in their order."""

    columns: list[ColumnBody]


class DictionaryBody(BaseModel):
    """What each column of a list's CSV says, as metadata of CSV on the Web."""

    context: str = Field("http://www.w3.org/ns/csvw", serialization_alias="@context")
    url: str = Field(description="Where the table is told.")
    description: str = Field(serialization_alias="dc:description")
    tableSchema: SchemaBody

    @classmethod
    def of(cls, url: str, shape: type[BaseModel]) -> "DictionaryBody":
        """Describe the table of a list of this shape."""
        return cls(
            url=url,
            description=" ".join((shape.__doc__ or "").split()),
            tableSchema=SchemaBody(
                columns=[
                    ColumnBody(
                        name=one.name,
                        titles=one.name.replace("_", " ").capitalize(),
                        datatype=one.kind,
                        description=one.description,
                        required=one.required,
                        separator=SEPARATOR if one.many else None,
                    )
                    for one in columns_of(shape)
                ]
            ),
        )


@cache
def columns_of(shape: type[BaseModel]) -> tuple[Column, ...]:
    """Return the columns of a shape; raises TypeError for what has no place in a cell."""
    return tuple(_columns(shape, (), (), True))


def csv_of(shape: type[BaseModel], items: Iterable[BaseModel]) -> str:
    """Return items of a shape as CSV, a header first; days and moments (UTC) as ISO 8601 has them.

    Text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    columns = columns_of(shape)
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    writer.writerows([_cell(_value(item, column.path)) for column in columns] for item in items)
    return text.getvalue()


def _columns(
    shape: type[BaseModel], above: tuple[str, ...], said: tuple[str, ...], required: bool
) -> Iterator[Column]:
    """Yield the columns of a shape; `above` is the path to it, `said` the same in words of JSON."""
    for name, field in shape.model_fields.items():
        path = (*above, name)
        told = (*said, field.serialization_alias or name)
        kind, optional = _without_none(field.annotation)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _columns(kind, path, told, required and not optional)
            continue
        many = get_origin(kind) is list
        yield Column(
            name="_".join(told),
            path=path,
            kind=_kind(get_args(kind)[0] if many else kind),
            description=field.description or "",
            required=required and not optional,
            many=many,
        )


def _without_none(kind: Any) -> tuple[Any, bool]:
    """Return a kind without None, and whether it may be None."""
    if get_origin(kind) not in (Union, UnionType):
        return kind, False
    kinds = [one for one in get_args(kind) if one is not NoneType]
    if len(kinds) != 1:
        raise TypeError(f"a cell is of one kind, not {kind}")
    return kinds[0], len(get_args(kind)) > 1


def _kind(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return "string"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "string"
    try:
        return _KINDS[kind]
    except (KeyError, TypeError) as error:
        raise TypeError(f"no cell can hold {kind}") from error


def _value(item: Any, path: Sequence[str]) -> Any:
    for name in path:
        if item is None:
            return None
        item = getattr(item, name)
    return item


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return write_instant(value)
    if isinstance(value, (int, float, date, UUID)):
        return str(value)
    text = SEPARATOR.join(map(str, value)) if isinstance(value, list) else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
