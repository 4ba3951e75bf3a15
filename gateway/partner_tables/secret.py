"""Writes a publication as JSON with all that must stay with its keeper, and reads it again.

Exact counts, why each cell is hidden, and the worlds that prove it: whatever is published later is
judged together with them.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from gateway.figures.disclosure.control import Publication
from gateway.figures.disclosure.layout import Cell, Dimension, Layout, Table
from gateway.figures.disclosure.policy import Policy
from gateway.figures.disclosure.telling import Telling, Why, telling_of


def write_secret(publication: Publication) -> str:
    """Return a publication as JSON."""
    telling = publication.telling
    laid = telling.layout
    numbers: dict[Cell, int] = {}

    def number(cell: Cell) -> int:
        return numbers.setdefault(cell, len(numbers))

    def numbered(pairs: Iterable[tuple[Cell, Any]]) -> list[list[Any]]:
        return [[number(cell), value] for cell, value in pairs]

    content: dict[str, Any] = {
        "dimensions": [
            {
                "name": one.name,
                "parts": one.parts,
                "levels": {
                    level: {name: sorted(of) for name, of in totals.items()}
                    for level, totals in one.levels.items()
                },
            }
            for one in laid.dimensions
        ],
        "outcome": laid.outcome,
        "tables": [[one.name, one.members, one.told] for one in telling.tables],
        "policy": [telling.policy.threshold, telling.policy.base],
        "counts": numbered(telling.counts.items()),
        "hidden": numbered(telling.hidden.items()),
        "worlds": [numbered(world.items()) for world in publication.worlds],
        "unproved": [number(cell) for cell in sorted(publication.unproved)],
    }
    # Last, for only then all cells have their numbers.
    content["cells"] = list(numbers)
    return json.dumps(content, separators=(",", ":"))


def read_secret(text: str) -> Publication:
    """Return the publication that was written as this JSON."""
    content = json.loads(text)
    cells: list[Cell] = [tuple(cell) for cell in content["cells"]]

    def named(pairs: Iterable[Any]) -> Mapping[Cell, Any]:
        return {cells[number]: value for number, value in pairs}

    laid = Layout(
        tuple(
            Dimension(
                one["name"],
                tuple(one["parts"]),
                {
                    level: {name: frozenset(of) for name, of in totals.items()}
                    for level, totals in one["levels"].items()
                },
            )
            for one in content["dimensions"]
        ),
        content["outcome"],
    )
    tables = tuple(
        Table(name, tuple(tuple(members) for members in all_), told)
        for name, all_, told in content["tables"]
    )
    telling: Telling = telling_of(
        laid, tables, Policy(*content["policy"]), named(content["counts"])
    )
    telling.hidden.update({cell: Why(why) for cell, why in named(content["hidden"]).items()})
    return Publication(
        telling,
        tuple(named(world) for world in content["worlds"]),
        frozenset(cells[number] for number in content["unproved"]),
    )
