"""A connection that writes many rows says moments to the server as the driver would."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.london import LONDON
from shared.store.moments import counted, moment_of
from tests.conftest import OpenStore

MOMENTS = [
    datetime(1965, 3, 28, 2, 30, tzinfo=UTC),
    datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2000, 1, 1, tzinfo=UTC),
    datetime(2024, 10, 27, 1, 30, fold=1, tzinfo=LONDON),
    datetime(2025, 6, 1, 12, 0, 0, 1, tzinfo=timezone(timedelta(hours=-9, minutes=-30))),
    datetime(2109, 7, 4, 15, 45, tzinfo=UTC),
    datetime(9000, 1, 1, tzinfo=UTC),
]


async def test_both_connections_tell_the_server_the_same(open_store: OpenStore) -> None:
    store = await open_store("gateway")
    asked = "SELECT $1::timestamptz[]::text, $2::timestamptz::text"

    async with store.connection() as usual, store.writing_connection() as writing:
        for moment in MOMENTS:
            told = await usual.fetchrow(asked, MOMENTS, moment)
            assert await writing.fetchrow(asked, MOMENTS, moment) == told
        read = await writing.fetchval("SELECT $1::timestamptz[]", [*MOMENTS, None])
        assert read == [*(moment.astimezone(UTC) for moment in MOMENTS), None]


@given(st.datetimes(datetime(1900, 1, 1), datetime(9000, 1, 1), timezones=st.timezones()))  # noqa: DTZ001 - their zone is drawn
def test_a_moment_comes_back_as_it_was(moment: datetime) -> None:
    assert moment_of(counted(moment)) == moment.astimezone(UTC)


def test_an_hour_that_comes_twice_is_two_hours() -> None:
    first, second = (datetime(2024, 10, 27, 1, 30, fold=fold, tzinfo=LONDON) for fold in (0, 1))
    assert counted(second)[0] - counted(first)[0] == 3600 * 1_000_000
    assert counted(first.astimezone(UTC)) == counted(first)


def test_a_moment_without_a_zone_is_no_moment() -> None:
    with pytest.raises(TypeError):
        counted(datetime(2025, 1, 1))  # noqa: DTZ001 - that is what is tried
