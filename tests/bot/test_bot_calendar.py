"""Local time: one occurrence a week whatever clocks do, and quiet hours over midnight."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendar import after_quiet, instant, is_zone, local, next_weekly

ZONES = (
    "Europe/London", "Europe/Berlin", "America/New_York", "America/Los_Angeles", "America/Havana",
    "America/Sao_Paulo", "America/St_Johns", "Africa/Cairo", "Asia/Beirut", "Asia/Kolkata",
    "Australia/Lord_Howe", "Australia/Sydney", "Pacific/Auckland", "Pacific/Chatham",
)  # fmt: skip


def changes(zone: str) -> Iterator[date]:
    """The days of 2026 to 2030 on which the clocks of a zone change."""
    day, here = date(2026, 1, 1), ZoneInfo(zone)
    while day < date(2031, 1, 1):
        after = day + timedelta(days=1)
        offsets = {datetime.combine(one, time(), here).utcoffset() for one in (day, after)}
        if len(offsets) > 1:
            yield day
        day = after


@pytest.mark.parametrize("zone", ZONES)
def test_each_week_has_one_occurrence_around_every_change_of_the_clocks(zone: str) -> None:
    for day in changes(zone):
        for hour in range(24):
            at = time(hour, 30)
            moment = instant(day - timedelta(days=15), time(12), zone)
            found = []
            for _ in range(5):
                moment = next_weekly(moment, day.weekday(), at, zone)
                found.append(local(moment, zone).date())
            first = found[0]
            assert found == [first + timedelta(days=7 * week) for week in range(5)], (day, at)
            assert day in found


def test_in_the_gap_the_time_moves_forward_by_its_length() -> None:
    assert instant(date(2026, 3, 29), time(1, 30), "Europe/London") == datetime(
        2026, 3, 29, 1, 30, tzinfo=UTC
    )
    moved = instant(date(2026, 3, 29), time(1, 30), "Europe/London")
    assert local(moved, "Europe/London").time() == time(2, 30)


def test_in_the_overlap_the_first_of_the_two_counts() -> None:
    assert instant(date(2026, 10, 25), time(1, 30), "Europe/London") == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )


def test_next_weekly_is_strictly_later() -> None:
    nine = datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert next_weekly(nine, 0, time(9), "Europe/London") == nine + timedelta(days=7)
    assert next_weekly(nine - timedelta(microseconds=1), 0, time(9), "Europe/London") == nine


@pytest.mark.parametrize("name", [None, "", "Mars/Olympus", "Europe/london ", "../etc/passwd"])
def test_what_is_no_zone(name: str | None) -> None:
    assert not is_zone(name)


def clock(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-01-05T18:59", "2026-01-05T18:59"),
        ("2026-01-05T19:00", "2026-01-06T07:00"),
        ("2026-01-05T23:59", "2026-01-06T07:00"),
        ("2026-01-06T00:00", "2026-01-06T07:00"),
        ("2026-01-06T06:59", "2026-01-06T07:00"),
        ("2026-01-06T07:00", "2026-01-06T07:00"),
    ],
)
def test_quiet_hours_over_midnight(moment: str, expected: str) -> None:
    assert after_quiet(clock(moment), time(19), time(7), "Europe/London") == clock(expected)


def test_quiet_hours_within_a_day_and_none_at_all() -> None:
    noon = clock("2026-01-05T12:30")
    assert after_quiet(noon, time(12), time(14), "Europe/London") == clock("2026-01-05T14:00")
    assert after_quiet(noon, time(14), time(12), "Europe/London") == noon
    assert after_quiet(noon, time(12), time(12), "Europe/London") == noon


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001  Hypothesis wants the bounds naive
    st.times(),
    st.times(),
    st.sampled_from(ZONES),
)
def test_quiet_hours_never_hurry_and_end_outside(
    moment: datetime, quiet_from: time, quiet_to: time, zone: str
) -> None:
    found = after_quiet(moment, quiet_from, quiet_to, zone)
    assert moment <= found <= moment + timedelta(hours=26)
    assert after_quiet(found, quiet_from, quiet_to, zone) == found


def test_quiet_hours_that_end_in_an_overlap_do_not_reach_back() -> None:
    second = clock("2026-10-25T01:15")  # 01:15 in London for the second time
    assert after_quiet(second, time(19), time(1, 30), "Europe/London") == second
