"""An organisation is of an area where the dated crosswalk says so of all that it serves."""

from datetime import date
from typing import get_args

from gateway.figures.areas import AreaKind, area_of, parties_of
from shared.codes.lists import organisations

DAY = date(2024, 6, 1)


def area(agency: str, id: str, kind: AreaKind, day: date = DAY) -> str | None:
    found = area_of((agency, id), kind, day)
    return None if found is None else found.id


def test_a_force_is_of_what_serves_it() -> None:
    assert area("police", "dorset", "force") == "dorset"
    assert area("police", "dorset", "cps_area") == "wessex"
    assert area("police", "dorset", "probation_region") == "south-west"


def test_nothing_is_shared_out() -> None:
    # Wessex serves forces of two probation regions.
    assert area("cps", "wessex", "probation_region") is None
    assert area("cps", "wessex", "force") is None
    assert area("probation", "greater-manchester", "force") == "greater-manchester"
    assert area("probation", "greater-manchester", "cps_area") == "north-west"
    # Two Areas serve the Metropolitan Police, and none says which an obligation is of.
    assert area("police", "metropolitan", "cps_area") is None
    assert area("police", "metropolitan", "cps_area", date(2012, 6, 1)) == "london"


def test_what_is_no_place_is_of_no_area() -> None:
    for kind in get_args(AreaKind):
        assert area("cps", "cps-direct", kind) is None
        assert area("police", "btp", kind) is None
        assert area("police", "nobody", kind) is None


def test_whoever_is_of_an_area_on_some_day_is_among_its_organisations() -> None:
    days = [date(2005, 1, 1), date(2012, 1, 1), date(2018, 1, 1), DAY]
    some = 0
    for party in organisations():
        for kind in get_args(AreaKind):
            for day in days:
                found = area_of(party, kind, day)
                if found is not None:
                    some += 1
                    assert party in parties_of(kind, found.id), (party, kind, day)
    assert some > 300
