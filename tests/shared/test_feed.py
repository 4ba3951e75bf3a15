"""What is usual for a feed, and from when its silence is one."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.feed import (
    Feed,
    Span,
    Usual,
    is_alarming,
    last_whole_day,
    missed_span,
    silent_since,
    usual_of,
    weeks_to_compare,
)
from shared.interruption import Interruption

NICHE = "/police/dorset/niche"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FEED = Feed(NICHE, NOW - timedelta(days=365), NOW - 2 * HOUR, NOW - 3 * HOUR)


def down(since: datetime, until: datetime | None) -> Interruption:
    """Return an interruption of the feed."""
    return Interruption(
        agency="police",
        organisation="dorset",
        system="niche",
        since=since,
        until=until,
        reason="network down",
        declared_at=since,
        replaced_at=None,
    )


def test_one_odd_week_does_not_change_what_is_usual() -> None:
    assert usual_of([10, 12, 9, 11, 10, 5_000, 0, 11]) == Usual(10.5, 8)
    assert usual_of([]) is None


def test_the_last_whole_day_is_londons() -> None:
    # In summer the London day begins at 23:00 UTC: just after it, yesterday is the 1st of July.
    assert last_whole_day(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == Span(
        datetime(2026, 6, 30, 23, tzinfo=UTC), datetime(2026, 7, 1, 23, tzinfo=UTC)
    )


def test_weeks_are_compared_at_the_same_time_of_londons_clocks() -> None:
    nine = datetime(2026, 10, 30, 9, tzinfo=UTC)  # the first Friday of winter time
    weeks = weeks_to_compare(Span(nine, nine + HOUR), FEED, [])
    assert [week.since for week in weeks[:2]] == [
        datetime(2026, 10, 23, 8, tzinfo=UTC),
        datetime(2026, 10, 16, 8, tzinfo=UTC),
    ]
    assert len(weeks) == 8


def test_weeks_before_the_feed_began_or_in_an_interruption_tell_nothing() -> None:
    young = Feed(NICHE, NOW - timedelta(weeks=3), NOW, NOW)
    span = Span(NOW - HOUR, NOW)
    week_ago = NOW - timedelta(weeks=1)
    assert len(weeks_to_compare(span, young, [])) == 2
    weeks = weeks_to_compare(span, young, [down(week_ago - HOUR, week_ago)])
    assert [week.until for week in weeks] == [NOW - timedelta(weeks=2)]
    assert weeks_to_compare(span, Feed(NICHE), []) == ()


def test_a_silence_is_compared_with_weeks_that_lie_before_it() -> None:
    month = datetime(2026, 10, 1, 12, tzinfo=UTC)
    span = missed_span(month, NOW)
    assert span == Span(month + 6 * HOUR, month + timedelta(weeks=1))
    assert all(week.until <= month for week in weeks_to_compare(span, FEED, []))


def test_the_first_hours_of_a_silence_are_not_held_against_it() -> None:
    assert missed_span(NOW - 6 * HOUR, NOW) is None
    assert missed_span(NOW - 7 * HOUR, NOW) == Span(NOW - HOUR, NOW)


@pytest.mark.parametrize(
    ("interruptions", "since"),
    [
        ([], NOW - 2 * HOUR),
        ([down(NOW - 3 * HOUR, NOW - HOUR)], NOW - HOUR),
        ([down(NOW - 9 * HOUR, NOW - 8 * HOUR)], NOW - 2 * HOUR),
        ([down(NOW + HOUR, NOW + 2 * HOUR)], NOW - 2 * HOUR),
        ([down(NOW - HOUR, None)], None),
        ([down(NOW - HOUR, NOW + HOUR), down(NOW - 9 * HOUR, NOW - HOUR)], None),
    ],
)
def test_the_time_of_an_interruption_is_no_silence(
    interruptions: list[Interruption], since: datetime | None
) -> None:
    assert silent_since(FEED, interruptions, NOW) == since


def test_a_feed_that_never_sent_is_not_silent() -> None:
    assert silent_since(Feed(NICHE), [], NOW) is None


@pytest.mark.parametrize(
    ("hours", "usual", "alarming"),
    [
        (1, Usual(9, 8), False),
        (1, Usual(10, 8), True),
        (1, None, False),
        (7 * 24, Usual(0, 8), False),
        (7 * 24 + 1, Usual(0, 8), True),
        (7 * 24 + 1, None, True),
    ],
)
def test_the_alarm_is_raised_by_what_was_missed_or_by_the_days(
    hours: int, usual: Usual | None, alarming: bool
) -> None:
    assert is_alarming(NOW - hours * HOUR, NOW, usual, days=7, events=10) is alarming
