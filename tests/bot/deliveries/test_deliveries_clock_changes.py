"""Every half hour of every day on which clocks change: exactly one occurrence a week."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from bot.calendar import instant, next_weekly
from bot.deliveries import Kind, Schedule

YEARS = range(2026, 2031)
HALF_HOURS = [time(hour, minute) for hour in range(24) for minute in (0, 30)]
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
ZONES = (
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Havana",
    "America/New_York",
    "America/Nuuk",
    "America/Santiago",
    "America/St_Johns",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Jerusalem",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "Europe/London",
    "Pacific/Auckland",
    "Pacific/Chatham",
)


@cache
def changes(zone: str) -> tuple[date, ...]:
    """The local dates on which the zone's clocks change."""
    known = ZoneInfo(zone)
    found: list[date] = []
    moment = datetime(YEARS.start, 1, 1, tzinfo=UTC)
    while moment.year < YEARS.stop:
        following = moment + timedelta(hours=1)
        before, after = moment.astimezone(known), following.astimezone(known)
        if before.utcoffset() != after.utcoffset():
            found += {before.date(), after.date()}
        moment = following
    return tuple(sorted(found))


def weeks_around(day: date) -> Iterator[date]:
    yield from (day - WEEK, day, day + WEEK)


@pytest.mark.parametrize("zone", ZONES)
def test_one_occurrence_a_week_whatever_the_clocks_do(zone: str) -> None:
    assert len(changes(zone)) >= 5, "a zone that changes its clocks in these years"
    for day in changes(zone):
        for at in HALF_HOURS:
            begun = instant(day - WEEK, at, zone) - timedelta(minutes=1)
            moment, keys, told = begun, [], []
            for _ in weeks_around(day):
                moment = next_weekly(moment, day.weekday(), at, zone)
                schedule = Schedule(
                    "W", Kind.CHECK_IN, "team", "U1", day.weekday(), at, zone, moment
                )
                keys.append(schedule.occurrence_key())
                told.append(schedule.local_day())
            assert len(set(keys)) == 3, (zone, day, at)
            assert told == list(weeks_around(day)), (zone, day, at)


@pytest.mark.parametrize("zone", ZONES)
def test_the_time_of_day_is_kept_but_in_a_gap(zone: str) -> None:
    for day in changes(zone):
        for at in HALF_HOURS:
            moment = next_weekly(instant(day - DAY, at, zone), day.weekday(), at, zone)
            here = moment.astimezone(ZoneInfo(zone))
            assert here.date() == day
            is_gap = here.time() != at
            wall = datetime.combine(day, at)
            late = here.replace(tzinfo=None) - wall
            forward = timedelta() <= late <= timedelta(hours=2)
            assert forward or (wall - late).date() != day, "back only where the day would end"
            if is_gap:
                assert not exists(wall, zone), (zone, day, at)
            else:
                assert here.fold == 0, "the first of two"


def exists(wall: datetime, zone: str) -> bool:
    """Whether this local time is ever shown by the zone's clocks."""
    there = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone))
    return there.replace(tzinfo=None) == wall


@pytest.mark.parametrize("zone", ZONES)
def test_a_tick_at_any_minute_of_the_changed_hour_finds_the_same_next_week(zone: str) -> None:
    """However late the tick comes within the day, the next occurrence is next week's."""
    for day in changes(zone):
        for at in (time(0), time(1, 30), time(2), time(2, 30), time(23, 30)):
            due = instant(day, at, zone)
            wanted = instant(day + WEEK, at, zone)
            for minutes in range(0, 24 * 60, 20):
                late = due + timedelta(minutes=minutes)
                assert next_weekly(late, day.weekday(), at, zone) == wanted, (zone, day, at, late)
