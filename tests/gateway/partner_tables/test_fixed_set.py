"""What is published is what its file says, of rights that the Code has limits for, or refused."""

import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.figures.disclosure.control import Publication
from gateway.figures.disclosure.layout import Cell
from gateway.figures.disclosure.policy import Policy
from gateway.figures.periods import month_of
from gateway.journey.duty import Kind
from gateway.journey.limits import AGENCY_OF
from gateway.partner_tables.fixed_set import (
    NATION,
    FixedSetError,
    forces,
    names,
    read_fixed_set,
    two_of,
)
from gateway.partner_tables.making import PublishedStatus, Run, make, periods_of, rows_of, so_far_of
from gateway.partner_tables.secret import read_secret, write_secret
from tests.builders import rulebook
from tests.gateway.partner_tables.countries import AREAS, counted, set_of, small_set

APRIL = month_of("2024-04")


def test_every_right_that_sets_an_agency_a_limit_is_published_and_no_other() -> None:
    """A right that asks nothing of an agency would have zeros that everybody knows to be zeros."""
    limited: dict[str, set[int]] = {}
    for duty in rulebook().duties:
        for terms in duty.terms:
            if duty.kind is not Kind.CODE or terms.within is None or duty.right is None:
                continue
            owner = terms.owner or duty.owner
            everybody = ("police", "cps", "probation")
            for agency in everybody if owner == "any" else (AGENCY_OF.get(owner, owner),):
                limited.setdefault(agency, set()).add(duty.right)
    published = {one.agency: {*one.rights} for one in read_fixed_set().series}
    assert published == {agency: limited[agency] for agency in published}
    assert {*published} == {"police", "cps", "probation"}


def test_every_force_has_an_area_with_a_code_and_a_name() -> None:
    own = read_fixed_set()
    assert own.areas == {*forces(), NATION}
    assert len(forces()) == 43
    assert own.areas <= names().keys()
    assert own.policy == Policy(5, 5)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"policy": {"threshold": 1, "base": 1}}, "hides nothing"),
        ({"policy": {"threshold": 5, "base": 9}}, "rounded to"),
        ({"series": []}, "at least 1"),
        ({"series": [{"agency": "cps", "areas": "every_force", "rights": [6]}]}, "say nation"),
        ({"series": [{"agency": "police", "areas": ["E1", "E2"], "rights": [6]}]}, "E1, E2"),
        ({"series": [{"agency": "police", "areas": AREAS[:1], "rights": [6]}]}, "two or more"),
        ({"series": [{"agency": "police", "areas": AREAS[:1] * 2, "rights": [6]}]}, "once"),
        ({"series": [{"agency": "police", "areas": AREAS, "rights": [6, 6]}]}, "twice"),
        ({"series": [{"agency": "police", "areas": AREAS, "rights": [13]}]}, "12"),
        ({"series": [{"agency": "cps", "areas": "nation", "rights": [6]}] * 2}, "two series"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_set_that_cannot_be_published_is_refused(
    tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(FixedSetError, match=words):
        read_fixed_set(small_set(tmp_path, **changes))


def test_a_file_that_is_no_yaml_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(": [")
    for name in ("bad.yaml", "none.yaml"):
        with pytest.raises(FixedSetError, match=name):
            read_fixed_set(tmp_path / name)
    assert yaml.safe_load(small_set(tmp_path).read_text())["policy"]["threshold"] == 5


def test_what_is_kept_back_is_read_as_it_was_written(tmp_path: Path) -> None:
    """With it all that follows is judged: nothing of it may be lost."""
    (series,) = set_of(small_set(tmp_path)).series
    counts = counted(random.Random(2), APRIL)
    made = make(series, APRIL, [APRIL.name], counts, so_far=APRIL.name, before=[], policy=Policy())
    read = read_secret(write_secret(made))
    assert read == made
    assert read.telling.hidden
    assert read.worlds
    second = APRIL.after(1)
    counts |= counted(random.Random(3), second)
    both = [
        make(
            series,
            second,
            [second.name],
            counts,
            so_far=two_of(second),
            before=[one],
            policy=Policy(),
        )
        for one in (made, read)
    ]
    assert [*rows_of(series, both[0])] == [*rows_of(series, both[1])]


def test_a_right_alone_and_a_nation_alone_have_tables_too(tmp_path: Path) -> None:
    own = {"agency": "cps", "areas": "nation", "rights": [6]}
    (series,) = set_of(small_set(tmp_path, series=[own])).series
    counts: dict[Cell, int] = {
        (NATION, "6", "met", APRIL.name): 31,
        (NATION, "6", "not_met", APRIL.name): 9,
    }
    made = make(series, APRIL, [APRIL.name], counts, so_far=APRIL.name, before=[], policy=Policy())
    (row,) = rows_of(series, made)
    assert (row.right, row.due, row.met, row.not_met) == (6, 40, 30, 10)


@pytest.mark.parametrize("revised", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_months_leave_room_for_their_quarter(tmp_path: Path, seed: int, revised: bool) -> None:
    """Its detail is protected before it is told; of every cell it is proved if none is revised."""
    (series,) = set_of(small_set(tmp_path)).series
    lot = random.Random(seed)
    first, second, third = APRIL.of_quarter
    counts: dict[Cell, int] = {}
    published: list[Publication] = []
    there: dict[str, PublishedStatus] = {}
    for month, run in (
        (first, Run.FIRST),
        (first, Run.REVISE),
        (second, Run.FIRST),
        (first, Run.REVISE),
        (third, Run.FIRST),
    ):
        if run is Run.REVISE and not revised:
            continue
        if run is Run.FIRST:
            counts |= counted(lot, month)
        else:
            late = lot.choice([cell for cell in counts if cell[3] == month.name])
            counts[late] += 1
        periods = periods_of(month, run, there)
        so_far = so_far_of(month, periods, there)
        there |= periods
        published.append(
            make(series, month, periods, counts, so_far=so_far, before=published, policy=Policy())
        )
        assert untold_of(published[-1]) == ({so_far} if so_far else set())
        assert (so_far is None) == (month == third)
    # What exactly was revised is taken to be known, which may tell of a cell that was hidden.
    assert revised or published[-1].unproved == frozenset()
    assert {so_far for one in published for so_far in untold_of(one)} == {
        first.name,
        two_of(first),
    }


def untold_of(publication: Publication) -> set[str]:
    """The periods that are protected and not told."""
    return {
        period
        for table in publication.telling.tables
        if not table.told
        for period in table.members[3]
    }
