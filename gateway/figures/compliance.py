"""Counts how duties stood, cell by cell, from the register's tally or its rows."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from gateway.figures.areas import AreaKind, area_of, parties_of
from gateway.journey.duty import Duty, Rulebook
from gateway.journey.limits import AGENCY_OF
from gateway.journey.stages import Stage
from gateway.register.tally import waiting
from gateway.register.tally_sql import MONTH_STARTS, counted, edge_of
from shared.access.caller import Party
from shared.codes.lists import Organisation
from shared.problems import BadQuestion, Fault, NotReady
from shared.store.snapshot import Asks
from shared.store.tally_tables import CLASSES

By = Literal[
    "organisation",
    "owner",
    "force",
    "cps_area",
    "probation_region",
    "right",
    "duty",
    "stage",
    "enhanced",
    "flag",
    "month",
    "quarter",
]
# What each is counted by in the register.
_COLUMNS: Mapping[By, tuple[str, ...]] = {
    "organisation": ("owner", "organisation"),
    "owner": ("owner",),
    "force": ("owner", "organisation", "month"),
    "cps_area": ("owner", "organisation", "month"),
    "probation_region": ("owner", "organisation", "month"),
    "right": ("rule",),
    "duty": ("rule",),
    "stage": ("stage",),
    "enhanced": ("enhanced",),
    "flag": ("flag",),
    "month": ("month",),
    "quarter": ("month",),
}
MOST_BY = 3
# Between month ends every row is counted: as many as can be within a second or two.
MOST_ROWS = 1_000_000
# More journeys than this that are not in the tally yet would make every question slow.
MOST_UNCOUNTED = 20_000

_OWNERS = (
    """(owner || '/' || organisation = ANY (${0}::text[]) OR owner || '/*' = ANY (${0}::text[]))"""
)
_FLAGS = """
LEFT JOIN LATERAL unnest(CASE WHEN journey.reported_at <= $1 THEN journey.flags END)
    AS flag (flag) ON true
"""


class CellPlace(NamedTuple):
    """Where a page ended: what its last cell is of, in the order of `by`."""

    first: str
    second: str
    third: str


@dataclass(frozen=True, slots=True)
class Question:
    """Which duties are counted, by what, as of a moment (UTC); None leaves nothing out.

    `rules` are those that count. `first` and `last` are the first days of London months. `within`
    are the organisations whose own duties are asked for, each as its own part of the journey tells
    it, None for everybody's as whole journeys tell them; `parties` are those asked for as whole
    journeys tell them. `flag` and `offence` are those of the first report, where it had come by
    then.
    """

    as_of: datetime
    by: tuple[By, ...]
    rules: tuple[str, ...]
    limit: int
    first: date | None = None
    last: date | None = None
    organisation: str | None = None
    owner: str | None = None
    area: tuple[AreaKind, str] | None = None
    stage: Stage | None = None
    enhanced: bool | None = None
    flag: str | None = None
    offence: str | None = None
    within: frozenset[Party] | None = None
    parties: frozenset[Party] | None = None

    @property
    def of_reports(self) -> bool:
        """Whether it asks for what only the first report tells, and the tally does not hold."""
        return "flag" in self.by or self.flag is not None or self.offence is not None


@dataclass(slots=True)
class Cell:
    """How many duties stood in each class, of those that a cell is of.

    `key` has a word for each of `by`, empty where there is none, and orders the cells. `of` holds
    what the words stand for.
    """

    key: tuple[str, ...]
    of: Mapping[By, Any]
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CLASSES, 0))

    @property
    def place(self) -> CellPlace:
        """Where a page that ends with it ends."""
        first, second, third = (*self.key, "", "", "")[:MOST_BY]
        return CellPlace(first, second, third)


async def read_cells(
    store: Asks,
    asked: Question,
    rulebook: Rulebook,
    *,
    after: CellPlace | None = None,
    most: int | None = None,
) -> list[Cell]:
    """Return the cells in which any duty was counted, in order: so many after a place, or all.

    A table may have hundreds of thousands of cells. No more are held than are returned, twice.
    Raises BadQuestion where too much is asked for between month ends, and NotReady while the tally
    is being counted anew.
    """
    if await waiting(store, MOST_UNCOUNTED + 1) > MOST_UNCOUNTED:
        raise NotReady("The register's duties are being counted anew, which ends by itself.")
    edge = None if asked.of_reports else edge_of(asked.as_of)
    narrowed, arguments = _narrowed(asked)
    columns = columns_of(asked)
    if edge is not None:
        statement = counted(columns, narrowed, tallied=True)
    else:
        await _hold_down(store, asked)
        join, also = _of_reports(asked)
        statement = counted(columns, narrowed, tallied=False, join=join, also=also)
    kept = _Kept(asked, rulebook, after, most)
    async for row in store.stream(statement, asked.as_of, edge, *arguments):
        kept.take(row, row[len(columns) :])
    return kept.in_order()


def columns_of(asked: Question) -> list[str]:
    """Return the columns of the tally by which a question has to be counted."""
    return sorted({column for by in _base(asked) for column in _COLUMNS[by]})


def cells_of(asked: Question, rows: Iterable[Mapping[str, Any]], rulebook: Rulebook) -> list[Cell]:
    """Return the cells that counts by these columns come to, in order."""
    kept = _Kept(asked, rulebook, None, None)
    for row in rows:
        kept.take(row, [row[name] for name in CLASSES])
    return kept.in_order()


class _Kept:
    """The cells of a table that are asked for, as its rows come in any order."""

    def __init__(
        self, asked: Question, rulebook: Rulebook, after: CellPlace | None, most: int | None
    ) -> None:
        self._asked, self._rulebook = asked, rulebook
        self._after, self._most = after, most
        self._cells: dict[CellPlace, Cell] = {}
        # No cell beyond this place is among those asked for, whatever comes.
        self._bound: CellPlace | None = None
        self._known: dict[Any, tuple[Any, str]] = {}

    def take(self, row: Any, counts: Sequence[int | None]) -> None:
        """Add a row to its cell, where that is asked for."""
        if not any(counts) or not self._of_the_area(row):
            return
        told = [self._value(by, row) for by in self._asked.by]
        key = tuple(word for _, word in told)
        first, second, third = (*key, "", "", "")[:MOST_BY]
        place = CellPlace(first, second, third)
        if (self._after is not None and place <= self._after) or (
            self._bound is not None and place > self._bound
        ):
            return
        cell = self._cells.get(place)
        if cell is None:
            of = dict(zip(self._asked.by, (value for value, _ in told), strict=True))
            cell = self._cells[place] = Cell(key, of)
        for name, count in zip(CLASSES, counts, strict=True):
            if count:
                cell.counts[name] += count
        if self._most is not None and len(self._cells) > 2 * self._most:
            self._let_go(self._most)

    def in_order(self) -> list[Cell]:
        """Return the cells that were asked for."""
        return [self._cells[place] for place in sorted(self._cells)[: self._most]]

    def _let_go(self, most: int) -> None:
        """Let go of what lies beyond so many: whatever comes moves their end to no later place."""
        places = sorted(self._cells)[:most]
        self._bound = places[-1]
        self._cells = {place: self._cells[place] for place in places}

    def _of_the_area(self, row: Any) -> bool:
        if self._asked.area is None:
            return True
        kind, id = self._asked.area
        area, _ = self._value(kind, row)
        return area is not None and area.id == id

    def _value(self, by: By, row: Any) -> tuple[Any, str]:
        """Return what a row is of, with its word; the same few come again and again."""
        key = (by, *(row[column] for column in _COLUMNS[by]))
        found = self._known.get(key)
        if found is None:
            value = _value(by, row, self._rulebook)
            found = self._known[key] = value, _word(value)
        return found


def _base(asked: Question) -> tuple[By, ...]:
    """Return what has to be counted by, that of an area that is asked for included."""
    return asked.by if asked.area is None else (*asked.by, asked.area[0])


def _narrowed(asked: Question) -> tuple[str, list[Any]]:
    """Return what is asked of the columns of a cell, with its arguments from the third on."""
    arguments: list[Any] = []
    conditions: list[str] = []

    def put(condition: str, value: Any) -> None:
        arguments.append(value)
        conditions.append(f"AND {condition.format(len(arguments) + 2)}")

    put("rule = ANY (${}::text[])", list(asked.rules))
    conditions.append("AND told < 2" if asked.within is None else "AND told > 0")
    if asked.within is not None:
        put(_OWNERS, owners_of(asked.within))
    if asked.parties is not None:
        put(_OWNERS, owners_of(asked.parties))
    if asked.area is not None:
        put(_OWNERS, owners_of(parties_of(*asked.area)))
    for condition, value in (
        ("month >= ${}::date", asked.first),
        ("month <= ${}::date", asked.last),
        ("organisation = ${}::text", asked.organisation),
        ("owner = ${}::text", asked.owner),
        ("stage = ${}::smallint", None if asked.stage is None else int(asked.stage)),
        ("enhanced = ${}::boolean", asked.enhanced),
        ("${}::text = ANY (flags)", asked.flag),
        ("offence_group = ${}::text", asked.offence),
    ):
        if value is not None:
            put(condition, value)
    return " ".join(conditions), arguments


def owners_of(parties: Iterable[Party]) -> list[str]:
    """Return who owes for these organisations, `owner/organisation` each, `owner/*` for all."""
    return [
        f"{owner}/{organisation}"
        for agency, organisation in parties
        for owner, its_agency in AGENCY_OF.items()
        if its_agency == agency
    ]


def _of_reports(asked: Question) -> tuple[str, dict[str, str]]:
    """Return what is joined to count by what the first report told, and its columns."""
    told = "CASE WHEN journey.reported_at <= $1 THEN journey.{} END"
    columns = {
        **({"flag": "flag.flag"} if "flag" in asked.by else {}),
        **({} if asked.flag is None else {"flags": told.format("flags")}),
        **({} if asked.offence is None else {"offence_group": told.format("offence_group")}),
    }
    return (_FLAGS if "flag" in asked.by else ""), columns


async def _hold_down(store: Asks, asked: Question) -> None:
    """Raise BadQuestion where there are too many rows to count between month ends."""
    narrowed, arguments = _narrowed(replace(asked, flag=None, offence=None))
    about = 2 * bisect_right(MONTH_STARTS, asked.as_of)
    ((*counts,),) = await store.ask(
        counted((), narrowed, tallied=True), asked.as_of, about, *arguments
    )
    if sum(filter(None, counts)) > MOST_ROWS:
        what = "of_reports" if asked.of_reports else "as_of"
        raise BadQuestion(
            "That is too much to count at once.",
            Fault(
                {"of_reports": "by", "as_of": "as_of"}[what],
                f"asks for {sum(filter(None, counts)):,} duties to be counted one by one",
                "ask for one organisation, or for fewer months"
                + ("" if asked.of_reports else ", or as of the end of a month"),
            ),
        )


def _value(by: By, row: Any, rulebook: Rulebook) -> Any:
    match by:
        case "organisation":
            return (AGENCY_OF.get(row["owner"], row["owner"]), row["organisation"])
        case "force" | "cps_area" | "probation_region":
            return _area(row, by)
        case "right" | "duty":
            duty = rulebook.by_id[row["rule"]]
            return duty.right if by == "right" else duty
        case "stage":
            return Stage(row["stage"]) if row["stage"] else None
        case "quarter":
            return quarter_of(row["month"])
        case _:
            return row[by]


def _area(row: Any, kind: AreaKind) -> Organisation | None:
    party = (AGENCY_OF.get(row["owner"], row["owner"]), row["organisation"])
    return area_of(party, kind, row["month"])


def quarter_of(month: date) -> str:
    """Return the quarter of the financial year, from April on, that a month is in: 2024-25 Q1."""
    year = month.year - (month.month < 4)
    return f"{year}-{(year + 1) % 100:02} Q{(month.month - 4) % 12 // 3 + 1}"


def _word(value: Any) -> str:
    """Return a word by which cells are ordered, empty for none."""
    match value:
        case None:
            return ""
        case tuple():
            return "/".join(value) if value[1] else ""
        case Organisation():
            return value.id
        case Duty():
            return value.id
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:02}"
        case _:
            return str(value)
