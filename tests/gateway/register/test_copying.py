"""What is put into PostgreSQL's binary form comes out as it was, of every type the register has."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import JSON, Column, MetaData, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from gateway.register.copying import copy_into, in_binary
from shared.store.schema import OF_A_JOURNEY
from tests.shared.databases import Database

SUMMER = timezone(timedelta(hours=1))
MOMENTS = [
    datetime(1965, 10, 31, 0, 0, 0, 1, UTC),
    datetime(2024, 3, 31, 1, 30, tzinfo=SUMMER),
    datetime(9000, 1, 1, tzinfo=UTC),
]
# By the words PostgreSQL has for a type; a null goes with each.
VALUES: dict[str, list[Any]] = {
    "BIGINT": [0, -1, 2**62],
    "BOOLEAN": [True, False],
    "BYTEA": [b"", b"\0\xff"],
    "BYTEA[]": [[], [b"\0", b"\xff"]],
    "DATE": [date(1965, 1, 1), date(2109, 12, 31)],
    "INTEGER": [1, -(2**31)],
    "SMALLINT": [8, -1],
    "SMALLINT[]": [[], [1, -1], [16]],
    "TEXT": ["", "Siân\n", "'\\t"],
    "TEXT[]": [[], ["", "Siân\n"]],
    "UUID": [UUID(int=1), UUID(int=2**128 - 1)],
    "TIMESTAMP WITH TIME ZONE": MOMENTS,
    "TIMESTAMP WITH TIME ZONE[]": [[], MOMENTS, MOMENTS[:1]],
}
DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


async def test_every_type_the_register_has_comes_out_as_it_went_in(database: Database) -> None:
    columns = {
        column.type.compile(dialect=DIALECT): column.type
        for table in OF_A_JOURNEY
        for column in table.columns
    }
    assert columns.keys() <= VALUES.keys(), "a new type of column needs values here"
    names = list(columns)
    table = Table(
        "copied",
        MetaData(),
        *(Column(name, columns[name]) for name in names),
        prefixes=["TEMPORARY"],
    )
    longest = max(map(len, VALUES.values()))
    rows = [tuple(VALUES[n][i % len(VALUES[n])] for n in names) for i in range(longest)]
    rows.append((None,) * len(names))
    connection = await asyncpg.connect(database.owner_url)
    await connection.execute(str(CreateTable(table).compile(dialect=DIALECT)))
    await copy_into(connection, table, names, rows)
    assert [tuple(row) for row in await connection.fetch("SELECT * FROM copied")] == rows
    await connection.close()


def test_a_type_without_a_binary_form_is_named() -> None:
    odd = Table("odd", MetaData(), Column("what", JSON))
    with pytest.raises(TypeError, match="has no binary form"):
        in_binary(odd, ["what"], [("{}",)])
