"""Which silences of a feed are one: what is usual for it, and what goes beyond that."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.feeds.reading import Heard, Reader, Stretch
from gateway.feeds.standard import feed_standard
from shared.feed import Span
from shared.interruption import Interruption
from tests.builders import calendar

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
# A Monday at noon, without a bank holiday for eleven weeks.
MONDAY = datetime(2026, 9, 7, 12, tzinfo=UTC)


def reader() -> Reader:
    return Reader(feed_standard(), calendar())


def working(days: int, *, every: int = 1, since: datetime = MONDAY) -> list[datetime]:
    """The noons of so many working days, one in so many."""
    noons: list[datetime] = []
    at, number = since, 0
    while len(noons) < days:
        if calendar().is_working_day(at.date()):
            if number % every == 0:
                noons.append(at)
            number += 1
        at += DAY
    return noons


def silences(
    noons: Sequence[datetime],
    now: datetime,
    *declared: Interruption,
    busy: bool = False,
    known: Sequence[Span] = (),
) -> list[Stretch]:
    heard = [Heard(noon, noon, busy) for noon in noons if noon <= now]
    return reader().silences_of(heard, declared, known, judged_from=MONDAY - 9 * WEEK, now=now)


def down(since: datetime, until: datetime | None, *, replayed: bool = False) -> Interruption:
    return Interruption(
        agency="police",
        organisation="dorset",
        system="niche",
        since=since,
        until=until,
        replayed=replayed,
        reason="network down",
        declared_at=since,
        replaced_at=None,
    )


def noticed_on(noons: Sequence[datetime], *declared: Interruption, busy: bool = False) -> date:
    """The London day on which a feed that stopped for good is first found silent."""
    now = noons[-1]
    while not silences(noons, now, *declared, busy=busy):
        now += DAY
        assert now < noons[-1] + 52 * WEEK, "it is never noticed"
    return now.date()


@given(every=st.integers(1, 6), days=st.integers(20, 60), later=st.integers(0, 40))
def test_a_feed_that_sends_evenly_is_never_silent(every: int, days: int, later: int) -> None:
    noons = working(days, every=every)
    assert silences(noons, noons[-1]) == []
    # And whenever one looks, as long as the next has not failed to come.
    assert silences(noons, noons[-1] + timedelta(hours=later)) == []


@given(every=st.integers(1, 4), more=st.integers(1, 60), resumes=st.booleans())
def test_whatever_is_longer_than_the_threshold_is_a_silence(
    every: int, more: int, resumes: bool
) -> None:
    noons = working(40 // every + 8, every=every)
    least = max(3, 3 * every)
    # The day after the last is the first to be missed; the one after all of them ends it.
    later = working(least + more + 2, since=noons[-1])
    short, long = later[least], later[least + more + 1]
    for until, found in ((short, 0), (long, 1)):
        stopped = [*noons, until] if resumes else noons
        stretches = silences(stopped, until)
        assert len(stretches) == found
        if found:
            ends = until if resumes else None
            assert stretches == [Stretch(noons[-1], ends, noons[-1])]


def test_a_daily_feed_is_missed_on_the_fourth_working_day_and_a_weekly_one_after_weeks() -> None:
    daily = working(30)  # until Friday 16 October
    assert noticed_on(daily) == date(2026, 10, 22)
    weekly = [MONDAY + n * WEEK for n in range(8)]  # until Monday 26 October
    assert noticed_on(weekly) == date(2026, 11, 17)
    assert noticed_on(daily, busy=True) == date(2026, 10, 20)


def test_weekends_and_bank_holidays_are_no_silence() -> None:
    # Until Thursday 24 December: Friday and Monday are bank holidays, and the three that are
    # missed end with Thursday. A day on which nobody works is none on which anything is missed.
    noons = working(35, since=datetime(2026, 11, 6, 12, tzinfo=UTC))
    assert noons[-1].date() == date(2026, 12, 24)
    assert noticed_on(noons) == date(2027, 1, 1)
    all_week = [MONDAY + n * DAY for n in range(47)]  # on weekends too, until Friday 23 October
    assert noticed_on(all_week) == date(2026, 10, 29)


def test_too_little_history_is_never_silent() -> None:
    year = MONDAY + 52 * WEEK
    burst = [MONDAY]
    fortnight = [MONDAY + n * DAY for n in range(14)]
    monthly = [MONDAY + n * 4 * WEEK for n in range(4)]
    assert [silences(noons, year) for noons in ([], burst, fortnight, monthly)] == [[]] * 4


def test_one_long_gap_does_not_make_us_deaf() -> None:
    noons = working(40)
    holed = [*noons[:15], *noons[17:]]  # two working days were missed, once
    assert noticed_on(holed) == noticed_on(noons)


def test_a_silence_noticed_before_does_not_become_usual() -> None:
    noons = working(40)
    holed = [*noons[:24], *noons[31:]]
    (found,) = silences(holed, noons[-1])
    later = working(6, since=noons[-1])[4]  # three working days after the last
    again = silences(holed, later, known=[Span(found.since, found.until or later)])
    assert [one.since for one in again] == [found.since, noons[-1]]


def test_declared_time_is_no_silence_and_what_it_leaves_is_judged_by_itself() -> None:
    noons = working(30)
    last, later = noons[-1], noons[-1] + 2 * WEEK
    assert silences(noons, later, down(last + DAY, None)) == []
    # Declared until Monday the 26th: nothing came then either.
    back = datetime(2026, 10, 26, 9, tzinfo=UTC)
    (found,) = silences(noons, later, down(last + DAY, back))
    assert found == Stretch(back, None, last)
    # It stopped, was silent, and only then is it known to have been down.
    (before,) = silences(noons, later, down(last + 8 * DAY, None))
    assert (before.since, before.until) == (last, last + 8 * DAY)


def test_a_system_that_was_given_up_with_all_sent_is_not_missed() -> None:
    noons = working(30)
    later = noons[-1] + 9 * WEEK
    assert silences(noons, later, down(noons[-1], noons[-1] + DAY, replayed=True)) == []
    assert silences(noons, later, down(noons[-1], noons[-1] + DAY)) != []


def test_what_usually_comes_settles_it_and_neither_a_part_nor_nothing_does() -> None:
    days = [date(2026, 10, 19) + n * DAY for n in range(5)]

    def replayed(*counts: int, usual: float) -> bool:
        return reader().is_replayed(dict(zip(days, counts, strict=True)), days, usual)

    assert replayed(10, 9, 11, 8, 10, usual=10)
    assert replayed(6, 8, 8, 8, 10, usual=10)
    assert not replayed(0, 12, 12, 12, 12, usual=10), "a day is missing"
    assert not replayed(7, 7, 7, 7, 7, usual=10), "too little came"
    assert not replayed(0, 0, 0, 0, 0, usual=0)
    assert not replayed(0, 0, 0, 0, 0, usual=0.01)
    assert replayed(0, 0, 1, 0, 0, usual=0.2), "of a feed that sends once a week one is all"
    assert not reader().is_replayed({}, [], 1)


def test_what_usually_happens_is_told_for_working_days_that_count() -> None:
    span = Span(MONDAY - 4 * WEEK, MONDAY)  # 18 whole working days: one Monday is a bank holiday
    odd = [Span(MONDAY - 2 * WEEK, MONDAY - WEEK)]
    assert reader().usual_events(180, span, []) == 10
    assert reader().usual_events(130, span, odd) == 10
