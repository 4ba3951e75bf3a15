"""The place where a page ended is written as one word and read back, and nothing else is read."""

from base64 import urlsafe_b64encode
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.routes.paging import read_place, write_place
from shared.problems import BadQuestion


class Somewhere(NamedTuple):
    at: datetime
    on: date
    journey: UUID
    key: bytes
    number: int
    word: str


PLACES = st.builds(
    Somewhere,
    st.integers(-(2**41), 2**45).map(
        lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    ),
    st.dates(date(1000, 1, 1)),
    st.uuids(),
    st.binary(max_size=12),
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.text(st.characters(exclude_characters="\x00", codec="utf-8")),
)


@given(PLACES)
def test_a_place_is_read_as_it_was_written(place: Somewhere) -> None:
    assert read_place(write_place(place), Somewhere) == place


@given(st.text() | st.text().map(lambda text: urlsafe_b64encode(text.encode()).decode()))
def test_what_no_page_has_said_is_refused_by_name(text: str) -> None:
    with pytest.raises(BadQuestion) as refused:
        read_place(text, Somewhere)
    assert [fault.field for fault in refused.value.faults] == ["after"]


def test_a_place_of_another_list_is_refused() -> None:
    class Elsewhere(NamedTuple):
        number: int

    for place in (Elsewhere(1), Elsewhere(2**63)):
        with pytest.raises(BadQuestion):
            read_place(write_place(place), Somewhere)
    with pytest.raises(BadQuestion):
        read_place(write_place(Elsewhere(2**63)), Elsewhere)


def test_half_a_character_is_in_no_list() -> None:
    class Elsewhere(NamedTuple):
        word: str

    with pytest.raises(BadQuestion):
        read_place(write_place(Elsewhere("\ud800")), Elsewhere)
