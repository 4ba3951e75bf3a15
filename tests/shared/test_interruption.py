"""What was known of an interruption, at any moment, whatever was declared and in which order."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.interruption import Interruption, KeptDeclaration, interruptions_of, standing_of

BEGAN = datetime(2024, 3, 28, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def declared(
    id: str,
    *,
    told: int,
    time: int | None = None,
    hours: int | None = 1,
    amends: str | None = None,
    withdrawn: bool = False,
) -> KeptDeclaration:
    """Return a declaration told, and of a length of, so many hours from the same beginning."""
    return KeptDeclaration(
        agency="police",
        organisation="dorset",
        system="niche",
        id=id,
        occurred_at=BEGAN + HOUR * (told if time is None else time),
        reason="network down",
        since=None if withdrawn else BEGAN,
        until=None if withdrawn or hours is None else BEGAN + HOUR * hours,
        amends=amends,
        received_at=BEGAN + HOUR * told,
    )


def ends_known(found: tuple[Interruption, ...], at: int | None) -> list[datetime | None]:
    """Return the ends that were known so many hours after the interruption began."""
    moment = None if at is None else BEGAN + HOUR * at
    return [one.until for one in found if one.known(moment)]


def test_each_word_was_our_knowledge_until_the_next() -> None:
    found = interruptions_of(
        [
            declared("1", told=1, hours=None),
            declared("2", told=5, hours=4, amends="1"),
            declared("3", told=9, amends="1", withdrawn=True),
        ]
    )
    assert ends_known(found, 0) == []
    assert ends_known(found, 1) == ends_known(found, 4) == [None]
    assert ends_known(found, 5) == [BEGAN + 4 * HOUR]
    assert ends_known(found, 9) == ends_known(found, None) == []


def test_the_greatest_time_wins_and_a_late_older_word_changes_nothing() -> None:
    kept = [
        declared("1", told=1, hours=None),
        declared("2", told=5, time=5, hours=4, amends="1"),
        declared("3", told=8, time=3, hours=2, amends="1"),
    ]
    found = interruptions_of(kept)
    assert ends_known(found, None) == [BEGAN + 4 * HOUR]
    assert len(found) == 2
    assert standing_of(kept) == {("/police/dorset/niche", "2")}


def test_an_interruption_that_lasts_covers_all_that_follows_and_its_end_is_not_in_it() -> None:
    (lasting,) = interruptions_of([declared("1", told=0, hours=None)])
    (ended,) = interruptions_of([declared("1", told=0, hours=2)])
    assert [lasting.covers(BEGAN), lasting.covers(BEGAN + 999 * HOUR)] == [True, True]
    assert [ended.covers(BEGAN - HOUR), ended.covers(BEGAN + 2 * HOUR)] == [False, False]
    assert ended.overlaps(BEGAN - HOUR, BEGAN + HOUR)
    assert not ended.overlaps(BEGAN - HOUR, BEGAN)
    assert not ended.overlaps(BEGAN + 2 * HOUR, BEGAN + 3 * HOUR)
    assert lasting.overlaps(BEGAN + 99 * HOUR, BEGAN + 100 * HOUR)


AMENDMENTS = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 5), st.booleans()), max_size=6)


@given(AMENDMENTS, st.randoms(use_true_random=False), st.integers(0, 10))
def test_at_any_moment_the_weightiest_word_told_by_then_is_known(
    amendments: list[tuple[int, int, bool]], random: object, at: int
) -> None:
    kept = [declared("first", told=0, hours=None)] + [
        declared(str(n), told=told, time=time, hours=n + 1, amends="first", withdrawn=withdrawn)
        for n, (told, time, withdrawn) in enumerate(amendments)
    ]
    shuffled = kept.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    moment = BEGAN + HOUR * at
    told = [one for one in kept if one.received_at <= moment]
    winner = max(told, key=lambda one: (one.amends is not None, one.occurred_at, one.id))
    expected = [] if winner.since is None else [winner.until]
    assert ends_known(interruptions_of(shuffled), at) == expected
    assert standing_of(shuffled) == {
        (
            "/police/dorset/niche",
            max(kept, key=lambda one: (one.amends is not None, one.occurred_at, one.id)).id,
        )
    }
