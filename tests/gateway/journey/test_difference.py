"""How a journey differs under a draft: in which ways, how often, and in nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.journeys import make_journeys
from gateway.journey.difference import (
    Difference,
    DraftRulebook,
    Totals,
    Way,
    compare,
    difference_of,
)
from gateway.journey.duty import Rulebook
from gateway.journey.membership import journey_of
from gateway.journey.obligation import Obligation
from gateway.journey.obligations import follow_all
from gateway.journey.story import story_of
from gateway.rulebook import load_draft
from gateway.rulebook.load import DUTIES, RULES
from shared.journey_event import reference_id
from tests.builders import CRIME, JourneyBuilder, calendar, rulebook, seen_from

ARREST = (Path(str(RULES / DUTIES)) / "r06_arrest.yaml").read_text()
HEAD, _, _ = ARREST.partition("examples:")
KEPT_AND_BROKEN = """examples:
  - name: Kept
    events: [2024-03-04 suspect.arrested, 2024-03-05 told]
    as_of: 2024-04-15
    due: {due}
    standing: met

  - name: Broken
    events: [2024-03-04 suspect.arrested]
    as_of: 2024-04-15
    due: {due}
    standing: overdue
"""

Drafted = Callable[..., DraftRulebook]


@pytest.fixture
def drafted(tmp_path: Path) -> Drafted:
    """Makes a draft of the rule about news of an arrest, in which words are replaced."""

    def draft(*replaced: tuple[str, str], due: str = "2024-03-11", more: str = "") -> DraftRulebook:
        text = HEAD + KEPT_AND_BROKEN.format(due=due) + more
        for old, new in replaced:
            assert old in text
            text = text.replace(old, new)
        file = tmp_path / "arrest_as_drafted.yaml"
        file.write_text(text)
        return load_draft("trial", [file], rulebook(), calendar())

    return draft


def journey() -> JourneyBuilder:
    """An arrest told on the fifth working day, in time under the Code in force."""
    return (
        JourneyBuilder()
        .reported("2024-03-01")
        .police("2024-03-04", "suspect.arrested", suspect="S1")
        .told("2024-03-11", "suspect.arrested", suspect="S1")
    )


def difference(told: JourneyBuilder, draft: DraftRulebook) -> Difference:
    membership = journey_of(told.record(), reference_id(CRIME))
    assert membership is not None
    return difference_of(membership, draft, calendar(), as_of=seen_from("2024-05-01"))


THREE_DAYS = ("within: 5 working days", "within: 3 working days")


def test_a_shorter_limit_moves_the_day_and_makes_a_breach(drafted: Drafted) -> None:
    found = difference(journey(), drafted(THREE_DAYS, due="2024-03-07"))
    ((pair, sides),) = found.differing
    assert sides.ways == (Way.DUE, Way.STANDING, Way.BREACH)
    assert pair.before is not None
    assert pair.after is not None
    assert pair.before.id == pair.after.id
    assert [str(side.due_on) for side in (pair.before, pair.after)] == ["2024-03-11", "2024-03-07"]
    assert [side.standing.value for side in (pair.before, pair.after)] == ["met", "met_late"]
    totals = Totals.of([found])
    assert totals.breaches == (0, 1, 1, 0)
    assert (totals.journeys, totals.touched) == (1, 1)


def test_a_breach_that_the_draft_forgives_is_lost(drafted: Drafted) -> None:
    late = (
        JourneyBuilder()
        .reported("2024-03-01")
        .police("2024-03-04", "suspect.arrested", suspect="S1")
        .told("2024-03-14", "suspect.arrested", suspect="S1")
    )
    longer = drafted(("within: 5 working days", "within: 9 working days"), due="2024-03-15")
    ((_, sides),) = difference(late, longer).differing
    assert sides.ways == (Way.DUE, Way.STANDING, Way.BREACH)
    assert Totals.of([difference(late, longer)]).breaches == (1, 0, 0, 1)


def test_another_owner_is_a_difference(drafted: Drafted) -> None:
    draft = drafted(("owner: police\n", "owner: wcu\n"))
    ((_, sides),) = difference(journey(), draft).differing
    assert sides.ways == (Way.OWNER,)
    assert sides.before is not None
    assert sides.after is not None
    assert (sides.before.owner, sides.after.owner) == ("police", "wcu")


def test_a_duty_of_the_code_that_would_be_a_scheme_s_is_no_breach(drafted: Drafted) -> None:
    late = journey()
    late.events.pop()
    draft = drafted(("owner: police\n", "owner: police\nkind: scheme\n"))
    ((_, sides),) = difference(late, draft).differing
    assert sides.ways == (Way.BREACH,)


def test_an_obligation_may_be_on_one_side_only(drafted: Drafted) -> None:
    interviewed = drafted(("suspect.arrested", "suspect.interviewed"))
    told = journey().police("2024-03-06", "suspect.interviewed", suspect="S1")
    found = difference(told, interviewed)
    ways = [sides.ways for _, sides in found.differing]
    assert ways == [(Way.ONLY_IN_FORCE,), (Way.ONLY_IN_DRAFT,)]
    assert Totals.of([found]).breaches == (0, 1, 1, 0)


def test_one_letter_that_ends_two_turns_begins_one_next_turn() -> None:
    joined = (
        JourneyBuilder()
        .reported("2020-03-01")
        .probation("2022-01-10", "contact_scheme.joined")
        .probation("2022-03-10", "contact_scheme.joined")
        .told("2022-12-01", agency="probation", carried=["progress"])
    )
    assert [str(o.start.day) for o in joined.all_owed("R11.ANNUAL", "2024-06-01")] == [
        "2022-01-10",
        "2022-03-10",
        "2022-12-01",
    ]
    story = story_of(joined.events, as_of=seen_from("2024-06-01"))
    one = follow_all(rulebook(), story, calendar())
    ids = [obligation.id for obligation in one.obligations]
    assert len(set(ids)) == len(ids)
    pairs = compare(one, follow_all(rulebook(), story, calendar()))
    assert len(pairs) == len(ids)
    assert {pair.sides.ways for pair in pairs} == {()}


def test_a_draft_that_says_the_same_is_compared_in_nothing(drafted: Drafted) -> None:
    same = drafted()
    assert same.duties == {}
    found = difference(journey(), same)
    assert found.pairs == ()
    assert (Totals.of([found]).journeys, Totals.of([found]).touched) == (1, 0)


def test_a_rule_that_is_new_touches_what_it_asks_for(drafted: Drafted) -> None:
    new = drafted(("id: R6.ARREST", "id: R6.ARREST-TWICE"))
    ((pair, sides),) = difference(journey(), new).differing
    assert sides.ways == (Way.ONLY_IN_DRAFT,)
    assert pair.before is None
    assert new.in_force.duties == ()


def held(obligation: Obligation) -> tuple[object, ...]:
    return obligation.id, obligation.due_at, obligation.owner, obligation.standing


def test_a_duty_comes_out_the_same_alone_and_among_all() -> None:
    """What a draft leaves as it is need not be followed."""
    alone = [Rulebook((duty,), "") for duty in rulebook().duties]
    compared = 0
    for sample in make_journeys(60):
        story = story_of(sample.events, as_of=sample.as_of)
        together = sorted(map(held, follow_all(rulebook(), story, calendar()).obligations), key=str)
        apart = [
            held(obligation)
            for one in alone
            for obligation in follow_all(one, story, calendar()).obligations
        ]
        assert sorted(apart, key=str) == together
        compared += len(together)
    assert compared > 300


def test_nothing_differs_from_itself_and_nothing_is_left_out() -> None:
    for sample in make_journeys(60):
        story = story_of(sample.events, as_of=sample.as_of)
        one = follow_all(rulebook(), story, calendar())
        other = follow_all(rulebook(), story, calendar())
        pairs = compare(one, other)
        assert len(pairs) == len(one.obligations)
        assert [pair.sides.ways for pair in pairs] == [()] * len(pairs)


@pytest.fixture(scope="module")
def shorter(tmp_path_factory: pytest.TempPathFactory) -> DraftRulebook:
    """A draft with three working days for news of an arrest."""
    file = tmp_path_factory.mktemp("draft") / "arrest_as_drafted.yaml"
    file.write_text((HEAD + KEPT_AND_BROKEN.format(due="2024-03-07")).replace(*THREE_DAYS))
    return load_draft("trial", [file], rulebook(), calendar())


@given(told_on=st.lists(st.none() | st.integers(4, 30), max_size=6), cut=st.integers(0, 6))
def test_totals_add_up_however_the_journeys_are_shared_out(
    shorter: DraftRulebook, told_on: list[int | None], cut: int
) -> None:
    found = []
    for day in told_on:
        told = JourneyBuilder().reported("2024-03-01")
        told.police("2024-03-04", "suspect.arrested", suspect="S1")
        if day is not None:
            told.told(f"2024-03-{day:02}", "suspect.arrested", suspect="S1")
        found.append(difference(told, shorter))
    totals = Totals.of(found[:cut])
    totals.add(Totals.of(found[cut:]))
    assert totals == Totals.of(found)
    assert sum(totals.counts.values()) == sum(len(one.pairs) for one in found) == len(found)
    # Late by the limit in force is the 12th of March, by the draft's the 8th.
    late = [day is None or day > 11 for day in told_on], [day is None or day > 7 for day in told_on]
    gained = sum(after and not before for before, after in zip(*late, strict=True))
    assert totals.breaches == (sum(late[0]), sum(late[1]), gained, 0)
    assert totals.touched == len(found)
