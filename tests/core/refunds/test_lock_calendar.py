"""When a refund request locks, against an oracle that shares no code and no time-zone data with it.

The oracle walks hour by hour through the years and notes every hour that is 17:00 on a weekday by the United States'
daylight-saving rule, written out as POSIX has it. (17:00 in Chicago is a whole hour in UTC.)
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache

import pytest
from dateutil import tz
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tenor.core.refunds.rules import locks_at

# Standard time six hours behind UTC; daylight saving from March's second Sunday to November's first, each at 2:00.
_CHICAGO = tz.tzstr("CST6CDT,M3.2.0/2,M11.1.0/2")
_FIRST, _LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2033, 1, 10, tzinfo=UTC)


@cache
def _all_locks() -> list[datetime]:
    hours = int((_LAST - _FIRST) / timedelta(hours=1))
    walk = (_FIRST + timedelta(hours=hour) for hour in range(hours))
    return [hour for hour in walk if (local := hour.astimezone(_CHICAGO)).hour == 17 and local.weekday() < 5]


def _oracle(requested_at: datetime) -> datetime:
    locks = _all_locks()
    return locks[bisect_right(locks, requested_at)]


def _sunday(year: int, month: int, number: int) -> date:
    days = [date(year, month, day) for day in range(1, 22)]
    return [day for day in days if day.isoweekday() == 7][number - 1]


def _at(text: str) -> datetime:
    """A time in Chicago, as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=_CHICAGO).astimezone(UTC)


@pytest.mark.parametrize(
    ("requested", "locks"),
    [
        ("2026-04-15 00:00:00", "2026-04-15 17:00"),
        ("2026-04-15 16:59:59.999999", "2026-04-15 17:00"),
        ("2026-04-15 17:00:00", "2026-04-16 17:00"),
        ("2026-04-15 23:59:59", "2026-04-16 17:00"),
        ("2026-04-13 17:00:00", "2026-04-14 17:00"),
        ("2026-04-16 18:00:00", "2026-04-17 17:00"),
        ("2026-04-17 16:59:59", "2026-04-17 17:00"),
        ("2026-04-17 17:00:00", "2026-04-20 17:00"),
        ("2026-04-18 00:00:00", "2026-04-20 17:00"),
        ("2026-04-18 17:00:00", "2026-04-20 17:00"),
        ("2026-04-19 23:59:59", "2026-04-20 17:00"),
        ("2026-04-20 16:00:00", "2026-04-20 17:00"),
        ("2026-12-25 12:00:00", "2026-12-25 17:00"),
    ],
    ids=lambda text: text,
)
def test_a_request_locks_at_the_next_five_o_clock_of_a_weekday(requested: str, locks: str) -> None:
    assert locks_at(_at(requested)) == _at(locks)


@pytest.mark.parametrize(
    ("friday_six_o_clock", "monday_five_o_clock"),
    [
        ("2026-03-07T00:00:00+00:00", "2026-03-09T22:00:00+00:00"),
        ("2026-10-30T23:00:00+00:00", "2026-11-02T23:00:00+00:00"),
    ],
    ids=["spring forward", "fall back"],
)
def test_a_refund_after_friday_five_locks_on_monday_also_when_the_clocks_change(
    friday_six_o_clock: str, monday_five_o_clock: str
) -> None:
    assert locks_at(datetime.fromisoformat(friday_six_o_clock)).isoformat() == monday_five_o_clock


@pytest.mark.parametrize("year", range(2024, 2033))
def test_every_quarter_of_an_hour_around_both_clock_changes_agrees_with_the_oracle(year: int) -> None:
    for change in (_sunday(year, 3, 2), _sunday(year, 11, 1)):
        begin = datetime(change.year, change.month, change.day, tzinfo=UTC) - timedelta(days=4)
        for quarter in range(8 * 24 * 4):
            requested = begin + timedelta(minutes=15 * quarter)
            assert locks_at(requested) == _oracle(requested), requested


@settings(max_examples=300)
@given(
    requested=st.datetimes(datetime(2024, 1, 2), datetime(2032, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
)
@example(requested=datetime(2024, 2, 29, 23, tzinfo=UTC))
@example(requested=datetime(2027, 12, 31, 23, tzinfo=UTC))
def test_any_time_in_nine_years_agrees_with_the_oracle(requested: datetime) -> None:
    locks = locks_at(requested)
    assert locks == _oracle(requested)
    assert locks.utcoffset() == timedelta(0)
    assert timedelta(0) < locks - requested <= timedelta(hours=73)


@given(
    requested=st.datetimes(datetime(2024, 1, 2), datetime(2032, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    hours=st.integers(-14, 14),
)
def test_the_zone_in_which_a_time_is_given_does_not_matter(requested: datetime, hours: int) -> None:
    assert locks_at(requested.astimezone(timezone(timedelta(hours=hours)))) == locks_at(requested)
