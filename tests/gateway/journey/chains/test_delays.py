"""A late outcome is split into the working days that each body used, and none is lost between."""

from typing import Any

import pytest

from tests.builders import JourneyBuilder
from tests.gateway.journey.chains.following import delays

CUSTODY: dict[str, Any] = {
    "sentence_kind": "custody",
    "sentence_months": 30,
    "specified_offence": True,
}


def concluded(heard: str | None = None, told: str | None = None) -> JourneyBuilder:
    """A verdict on Monday 2 September 2024, heard of and told later."""
    journey = JourneyBuilder().reported("2024-03-04")
    received = {} if heard is None else {"received_at_wcu": heard}
    journey.police("2024-09-02", "case.concluded", suspect="S1", outcome="convicted", **received)
    return journey if told is None else journey.told(told, "case.concluded")


def legs(journey: JourneyBuilder, as_of: str | None = None) -> list[tuple[str, int, int | None]]:
    """Who used how many working days of how many, of the one late outcome."""
    (delay,) = delays(journey, as_of)
    return [(leg.owner, leg.allowed, leg.used) for leg in delay.legs]


def test_the_courts_and_the_unit_each_answer_for_their_own_days() -> None:
    late = concluded("2024-09-12", "2024-09-20")
    assert legs(late) == [("courts", 5, 8), ("wcu", 1, 6)]
    (delay,) = delays(late)
    assert (delay.allowed, delay.due_on.isoformat()) == (6, "2024-09-10")
    assert [leg.over for leg in delay.legs] == [3, 5]
    # Every working day is somebody's.
    assert sum(leg.used or 0 for leg in delay.legs) == 14


def test_what_one_body_saved_makes_up_for_the_other() -> None:
    assert not delays(concluded("2024-09-04", "2024-09-10"))
    assert legs(concluded("2024-09-04", "2024-09-11")) == [("courts", 5, 2), ("wcu", 1, 5)]


def test_as_of_a_moment_the_leg_that_runs_is_counted_until_then() -> None:
    journey = concluded("2024-09-12", "2024-09-20")
    assert not delays(journey, "2024-09-09")
    assert legs(journey, "2024-09-11") == [("courts", 5, 7)]
    assert legs(journey, "2024-09-13") == [("courts", 5, 8), ("wcu", 1, 1)]
    (open_,) = delays(journey, "2024-09-13")
    assert open_.came_at is None


def test_news_before_the_formal_receipt_leaves_the_unit_no_days() -> None:
    assert legs(concluded("2024-09-30", "2024-09-17")) == [("courts", 5, 11), ("wcu", 1, 0)]


def test_without_the_units_word_the_days_cannot_be_split() -> None:
    journey = JourneyBuilder().reported("2024-03-04")
    journey.cps("2024-09-02", "case.concluded", suspect="S1", outcome="convicted")
    journey.told("2024-09-20", "case.concluded")
    (delay,) = delays(journey)
    assert delay.undivided is not None
    assert not delay.legs


def test_what_a_feed_hides_is_nobodys_delay() -> None:
    journey = concluded("2024-09-04", "2024-09-20")
    journey.down("/police/example-force/records", "2024-09-05", "2024-09-06")
    assert not delays(journey)


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ("2024-09-12", [("courts", 5, 8), ("wcu", 5, 23), ("probation", 20, 34)]),
        (None, [("wcu", 10, 31), ("probation", 20, 34)]),
    ],
)
def test_first_contact_is_split_from_the_sentence_on(
    heard: str | None, expected: list[tuple[str, int, int]]
) -> None:
    journey = JourneyBuilder().reported("2024-03-04")
    received = {} if heard is None else {"received_at_wcu": heard}
    journey.police("2024-09-02", "offender.sentenced", suspect="S1", **CUSTODY, **received)
    journey.told("2024-09-03", "offender.sentenced", carried=["effect"])
    journey.police("2024-10-15", "contact_scheme.referred", region="example-region", suspect="S1")
    journey.probation(
        "2024-12-02", "victim.offered", offer="contact_scheme", channel="phone", reached=True
    )
    (delay,) = [one for one in delays(journey) if one.obligation.duty.id == "R11.VLO"]
    assert [(leg.owner, leg.allowed, leg.used) for leg in delay.legs] == expected
