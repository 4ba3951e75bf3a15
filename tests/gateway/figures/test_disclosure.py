"""Published tables tell no hidden count, whoever keeps all of them and whatever sums they do."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.figures.disclosure.control import Publication, publish
from gateway.figures.disclosure.layout import Cell
from gateway.figures.disclosure.policy import Policy
from gateway.figures.disclosure.rates import rates
from gateway.figures.disclosure.telling import Why
from gateway.figures.intervals import wilson
from tests.gateway.figures.areas import counted, layout, table
from tests.gateway.figures.attacker import Bounds, Elimination, LinearProgram, readings

MONTHS = ("2026-04", "2026-05", "2026-06")
# The solver counts in floating point.
LITTLE = 1e-6


def quarter(seed: int, policy: Policy | None = None, *, months: int = 3) -> list[Publication]:
    """Months published at their end, the third with the quarter."""
    lot = random.Random(seed)
    published: list[Publication] = []
    counts: dict[Cell, int] = {}
    for at, month in enumerate(MONTHS[:months]):
        counts |= counted(lot, month)
        laid, tables = layout(MONTHS[:1]), []
        if at == 1:
            # What two months add up to is never told, and is protected all the same: the third
            # month will tell the quarter, and cannot take back what the two have told.
            laid = layout(MONTHS[:2], **{"two": MONTHS[:2]})
            tables = [table(laid, "two", told=False)]
        if at == 2:
            laid = layout(MONTHS, **{"two": MONTHS[:2], "Q1": MONTHS})
            tables = [table(laid, "Q1")]
        tables.append(table(laid, month))
        published.append(publish(laid, tables, counts, before=published, policy=policy))
    return published


def revise(published: list[Publication], seed: int) -> list[Publication]:
    """Publish April once more, with a few victims more or fewer."""
    lot = random.Random(seed)
    newest = published[-1].telling
    revised = {
        cell: max(0, count + lot.choice((0, 0, 0, 0, 1, 2, -1)))
        for cell, count in newest.counts.items()
        if cell[3] == MONTHS[0]
    }
    tables = [table(newest.layout, MONTHS[0])]
    return [*published, publish(newest.layout, tables, revised, before=published)]


@pytest.fixture(scope="module")
def published() -> list[Publication]:
    return revise(quarter(1), 1)


@pytest.fixture(scope="module")
def attacked(published: list[Publication]) -> dict[Cell, Bounds]:
    """What the attacker knows of every hidden cell that was not told before it became small."""
    attacker = LinearProgram(published)
    unproved = {cell for each in published for cell in each.unproved}
    return {cell: attacker.bounds(cell) for cell in sorted(hidden(published) - unproved)}


def hidden(publications: Sequence[Publication]) -> set[Cell]:
    """Every cell that is hidden in some table and was shown in none."""
    told = [readings(publication) for publication in publications]
    every = {cell for each in told for cell, shown in each.items() if shown is None}
    return {cell for cell in every if all(each.get(cell) is None for each in told)}


def newest(publications: Sequence[Publication], cell: Cell) -> int:
    counts: dict[Cell, int] = {}
    for publication in publications:
        counts.update(publication.telling.counts)
    layout_now = publications[-1].telling.layout
    return sum(counts.get(part, 0) for part in layout_now.parts(cell))


def test_whoever_keeps_every_table_of_a_quarter_recovers_no_hidden_cell(
    published: list[Publication], attacked: dict[Cell, Bounds]
) -> None:
    assert len(attacked) > 100
    for cell, (least, most) in attacked.items():
        assert least - LITTLE <= newest(published, cell) <= most + LITTLE, "the truth is possible"
    narrow = [cell for cell, (least, most) in attacked.items() if most - least < 4 - LITTLE]
    assert narrow == []


def test_a_small_count_may_be_any_that_is_small(
    published: list[Publication], attacked: dict[Cell, Bounds]
) -> None:
    """Of months that are not revised: for a revision known exactly, two would have to be small."""
    small = {
        cell: bounds
        for cell, bounds in attacked.items()
        if cell[3] in MONTHS[1:] and newest(published, cell) < 5
    }
    assert len(small) > 30
    narrow = {cell for cell, (least, most) in small.items() if least > LITTLE or most < 4 - LITTLE}
    assert narrow == set()


def test_the_attacker_recovers_what_is_only_hidden_for_being_small() -> None:
    """Else the attacker would prove nothing: without a second cell and rounding it succeeds."""
    laid = layout(MONTHS[:1])
    careful = publish(laid, [table(laid, MONTHS[0])], counted(random.Random(7), MONTHS[0]))
    telling = careful.telling
    careless: dict[Cell, Why] = {
        cell: why for cell, why in telling.hidden.items() if why is Why.SMALL
    }
    naive = replace(
        careful, telling=replace(telling, hidden=careless, policy=Policy(threshold=5, base=1))
    )
    attacker = LinearProgram([naive])
    recovered = [cell for cell in careless if len({*map(round, attacker.bounds(cell))}) == 1]
    follows = Elimination([naive])
    assert len(recovered) > 10
    assert sum(follows.follows(cell) for cell in careless) > 10


def test_without_rounding_no_hidden_cell_follows_from_exact_sums() -> None:
    published = quarter(11, Policy(base=1), months=2)
    attacker = Elimination(published)
    open_cells = {cell for each in published for cell in each.unproved}
    attacked = hidden(published) - open_cells
    assert len(attacked) > 100
    assert [cell for cell in attacked if attacker.follows(cell)] == []


def prove(published: list[Publication]) -> None:
    """In each world, all that is told reads as it does; and every hidden cell has its worlds."""
    reached: dict[Cell, set[int]] = {}
    laid = published[-1].telling.layout
    told = [readings(publication) for publication in published]
    for world in published[-1].worlds:
        for publication, shown in zip(published, told, strict=True):
            counts = {**publication.telling.counts}
            for part, by in world.items():
                counts[part] = counts.get(part, 0) + by
                assert counts[part] >= 0
            for cell, value in shown.items():
                count = sum(counts.get(part, 0) for part in laid.parts(cell))
                if value is None:
                    reached.setdefault(cell, set()).add(count)
                else:
                    assert count >= 5
                    assert publication.telling.policy.rounded(count) == value
    for cell in hidden(published):
        values = reached.get(cell, set()) | {newest(published, cell)}
        assert max(values) - min(values) >= 4
        if newest(published, cell) < 5:
            assert min(values) == 0
            assert max(values) >= 4


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_proof_is_true(seed: int) -> None:
    published = quarter(seed, months=2)
    assert [each.unproved for each in published] == [frozenset(), frozenset()]
    prove(published[:1])
    prove(published)


def test_the_proof_of_a_quarter_is_true(published: list[Publication]) -> None:
    assert [each.unproved for each in published[:3]] == [frozenset()] * 3
    prove(published[:3])


def test_small_counts_are_hidden_and_the_rest_is_rounded() -> None:
    laid = layout(MONTHS[:1])
    counts = counted(random.Random(3), MONTHS[0], usual=60)
    published = publish(laid, [table(laid, MONTHS[0])], counts)
    for cell, shown in readings(published).items():
        count = sum(counts[part] for part in laid.parts(cell))
        if count < 5:
            assert shown is None
        if shown is not None:
            assert shown % 5 == 0
            assert abs(shown - count) <= 2


def test_in_no_sum_is_one_cell_hidden_alone(published: list[Publication]) -> None:
    for publication in published[:3]:
        shown = readings(publication)
        laid = publication.telling.layout
        cells = {laid.cell(cell): value for cell, value in shown.items()}
        lines = list(laid.lines(cells))
        assert lines
        alone = [line for line in lines if sum(cells[cell] is None for cell in line) == 1]
        assert alone == []


def test_a_mark_does_not_say_why(published: list[Publication]) -> None:
    """Why a cell is hidden is kept apart from what is shown: no reader can tell small ones."""
    why = {why for each in published for why in each.telling.hidden.values()}
    assert {Why.SMALL, Why.LINE, Why.AUDIT, Why.KEPT} <= why
    assert {type(shown) for each in published for shown in readings(each).values()} == {
        int,
        type(None),
    }


def test_what_was_hidden_stays_hidden_when_it_is_revised(published: list[Publication]) -> None:
    april, revised = published[0], published[-1]
    was = {cell for cell, shown in readings(april).items() if shown is None}
    assert was <= {cell for cell, shown in readings(revised).items() if shown is None}


def test_what_was_shown_and_became_small_is_hidden_and_said_to_be_unproved() -> None:
    laid = layout(MONTHS[:1])
    cell = ("f1", "r1", "met", MONTHS[0])
    counts = dict.fromkeys(laid.parts(("all", "all", "all", MONTHS[0])), 40)
    first = publish(laid, [table(laid, MONTHS[0])], counts | {cell: 6})
    second = publish(laid, [table(laid, MONTHS[0])], counts | {cell: 4}, before=[first])
    assert first.shown(cell) == 5
    assert second.shown(cell) is None
    assert cell in second.unproved


def test_the_same_tables_are_published_in_the_same_way() -> None:
    one, two = quarter(5, months=2), quarter(5, months=2)
    assert [readings(each) for each in one] == [readings(each) for each in two]


def test_a_name_means_the_same_parts_for_ever() -> None:
    first = layout(MONTHS[:2], **{"so far": MONTHS[:1]})
    counts = counted(random.Random(1), *MONTHS[:2])
    before = [publish(first, [table(first, "so far")], counts)]
    second = layout(MONTHS[:2], **{"so far": MONTHS[:2]})
    with pytest.raises(ValueError, match="means something else"):
        publish(second, [table(second, "so far")], counts, before=before)


def test_a_table_tells_all_outcomes_or_none() -> None:
    laid = layout(MONTHS[:1])
    whole = table(laid, MONTHS[0])
    members = (*whole.members[:2], ("met", "all"), whole.members[3])
    with pytest.raises(ValueError, match="leaves out"):
        publish(laid, [replace(whole, members=members)], counted(random.Random(1), MONTHS[0]))


@pytest.mark.parametrize(
    ("counts", "match"),
    [
        ({("A1", "r1", "met", MONTHS[0]): 1}, "no smallest cell"),
        ({("f1", "r1", "met", MONTHS[0]): -1}, "counts -1"),
    ],
)
def test_counts_are_of_smallest_cells_and_not_below_zero(
    counts: dict[Cell, int], match: str
) -> None:
    laid = layout(MONTHS[:1])
    with pytest.raises(ValueError, match=match):
        publish(laid, [table(laid, MONTHS[0])], counts)


@pytest.mark.parametrize(("threshold", "base"), [(1, 1), (5, 0), (5, 6)])
def test_a_policy_that_protects_nobody_is_refused(threshold: int, base: int) -> None:
    with pytest.raises(ValueError, match=r"hides nothing|rounded to"):
        Policy(threshold, base)


@given(count=st.integers(5, 5000), base=st.integers(1, 5))
def test_what_a_rounded_count_could_be_is_all_that_is_rounded_to_it(count: int, base: int) -> None:
    policy = Policy(base=base)
    least, most = policy.could_be(policy.rounded(count))
    assert least <= count <= most
    assert {policy.rounded(each) for each in range(least, most + 1)} == {policy.rounded(count)}
    assert policy.rounded(most + 1) > policy.rounded(count)


def test_rates_and_their_intervals_are_of_the_counts_as_shown(
    published: list[Publication],
) -> None:
    laid = published[0].telling.layout
    told = {rate.cell: rate for rate in rates(published[0], table(laid, MONTHS[0]))}
    whole = told["all", "all", "all", MONTHS[0]]
    met = told["all", "all", "met", MONTHS[0]]
    assert (whole.of, whole.share, whole.interval) == (None, None, None)
    assert met.count is not None
    assert whole.count is not None
    assert met.of == whole.count
    assert met.share == met.count / whole.count
    assert met.interval == wilson(met.count, whole.count)
    for rate in told.values():
        assert (rate.share is None) == (rate.count is None or rate.of is None)
    assert any(rate.count is None and rate.of is not None for rate in told.values())


def test_what_is_done_is_said_with_the_numbers_it_is_done_with() -> None:
    said = " ".join(Policy(threshold=10, base=3).said())
    assert "Counts below 10, zero among them, are hidden." in said
    assert "rounded to the nearest 3" in said
    assert "not rounded" in " ".join(Policy(base=1).said())


def test_a_cell_of_no_table_is_refused(published: list[Publication]) -> None:
    with pytest.raises(ValueError, match="no table that is published"):
        published[1].shown(("all", "all", "all", "two"))
    with pytest.raises(ValueError, match="no member"):
        published[0].shown(("nowhere", "all", "all", MONTHS[0]))
