"""A small country made up for tests of what is published: its counts, put into the tally."""

import random
from pathlib import Path
from typing import Any

import asyncpg
import yaml

from gateway.figures.disclosure.layout import Cell
from gateway.figures.months import Month
from gateway.partner_tables.fixed_set import FixedSet, forces, read_fixed_set
from gateway.register.tally_sql import edge_of
from shared.store.tally_tables import CLASSES
from tests.shared.databases import Database

AREAS = [*forces()][5:11]
RIGHTS = {4: "R4.REFER", 6: "R6.ARREST", 11: "R11.REF"}
OWNER = {4: "police", 6: "police", 11: "wcu"}
ADD = f"""
INSERT INTO register_tally AS kept
    (generation, month, rule, owner, organisation, stage, enhanced, told, edge,
     {", ".join(CLASSES)})
VALUES (0, $1, $2, $3, $4, 1, false, 0, $5,
        {", ".join("$6" if name == "met" else "$7" if name == "late" else "0" for name in CLASSES)})
ON CONFLICT (generation, month, rule, owner, organisation, stage, enhanced, told, edge)
DO UPDATE SET met = kept.met + excluded.met, late = kept.late + excluded.late
"""  # noqa: S608 - names of our own


def small_set(folder: Path, **changes: Any) -> Path:
    """Write the fixed set of the small country into a folder; say where."""
    series = {"agency": "police", "areas": AREAS, "rights": [*RIGHTS]}
    file = folder / "small.yaml"
    content = {"policy": {"threshold": 5, "base": 5}, "series": [series], **changes}
    file.write_text(yaml.safe_dump(content))
    return file


def set_of(file: Path) -> FixedSet:
    return read_fixed_set(file)


def counted(lot: random.Random, month: Month) -> dict[Cell, int]:
    """Counts of a month, many of them small."""
    counts: dict[Cell, int] = {}
    for area in AREAS:
        for right, size in zip(RIGHTS, (0.4, 1.0, 0.2), strict=True):
            of = int(14 * size * lot.lognormvariate(0, 0.8))
            met = sum(lot.random() < 0.75 for _ in range(of))
            counts[area, str(right), "met", month.name] = met
            counts[area, str(right), "not_met", month.name] = of - met
    return counts


async def put(database: Database, month: Month, counts: dict[Cell, int]) -> None:
    """Add counts of a month to the tally, known from the month's end on."""
    connection = await asyncpg.connect(database.url("gateway"))
    for (area, right, outcome, name), count in counts.items():
        if name == month.name and count:
            number = int(right)
            await connection.execute(
                ADD,
                month.first,
                RIGHTS[number],
                OWNER[number],
                forces()[area],
                edge_of(month.end),
                count if outcome == "met" else 0,
                count if outcome == "not_met" else 0,
            )
    await connection.close()
