"""What differs between rows that are kept and rows that were judged, whatever both are."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.register.kept import differing

ROWS = st.dictionaries(
    st.integers(0, 5), st.tuples(st.integers(0, 2), st.lists(st.integers(0, 1), max_size=1))
).map(lambda those: {(key,): (key, *rest) for key, rest in those.items()})


@given(old=ROWS, new=ROWS)
def test_dropping_what_is_gone_and_adding_what_is_fresh_makes_the_new_rows(
    old: dict[tuple[int], tuple[object, ...]], new: dict[tuple[int], tuple[object, ...]]
) -> None:
    gone, fresh = differing(old, new)
    stay = {key: row for key, row in old.items() if key not in gone}
    assert stay | {row[:1]: row for row in fresh} == new
    assert not stay.keys() & {row[:1] for row in fresh}, "a row that stays is not written again"
    assert {key for key, row in old.items() if new.get(key) != row} == {*gone}
