"""Local time: dates first, zones last.

A weekly appointment is a local date and a local time of day; only the last step makes an instant
of it. In a spring gap the time moves forward by the gap's length (back by it, where the day would
end before: Nuuk skips the last hour of a Saturday), in an autumn overlap the first of the two
instants counts (PEP 495, ``fold=0``), so that every week has exactly one occurrence, on its day.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def is_zone(name: str | None) -> bool:
    """Tell whether ``name`` is an IANA zone that this machine knows."""
    return name in _zones()


def instant(day: date, at: time, zone: str) -> datetime:
    """Return the instant (UTC) of a local date and time of day; it always is on that date."""
    known = ZoneInfo(zone)
    here = datetime.combine(day, at, known)
    moment = here.astimezone(UTC)
    if moment.astimezone(known).date() != day:
        return here.replace(fold=1).astimezone(UTC)
    return moment


def local(moment: datetime, zone: str) -> datetime:
    """Return ``moment`` on the clocks of ``zone``."""
    return moment.astimezone(ZoneInfo(zone))


def next_weekly(after: datetime, weekday: int, at: time, zone: str) -> datetime:
    """Return the first instant (UTC) later than ``after`` at which it is ``weekday`` (Monday = 0)
    and ``at`` in ``zone``.
    """
    today = local(after, zone).date()
    day = today + timedelta(days=(weekday - today.weekday()) % 7)
    found = instant(day, at, zone)
    return found if found > after else instant(day + timedelta(days=7), at, zone)


def after_quiet(moment: datetime, quiet_from: time, quiet_to: time, zone: str) -> datetime:
    """Return ``moment``, moved to the end of the quiet hours where it falls into them.

    The hours may run over midnight; equal ends mean that there are none.
    """
    here = local(moment, zone)
    clock = here.time()
    if quiet_from == quiet_to:
        return moment
    over_midnight = quiet_from > quiet_to
    inside = (
        (clock >= quiet_from or clock < quiet_to)
        if over_midnight
        else (quiet_from <= clock < quiet_to)
    )
    if not inside:
        return moment
    day = here.date() + timedelta(days=over_midnight and clock >= quiet_from)
    # In an autumn overlap their end has passed already when its hour comes round again.
    return max(moment, instant(day, quiet_to, zone))
