"""Instants in words, in the reader's own zone. Zones are arguments; nothing is looked up."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from handlers.slack.blocks import wording


def _local(at: datetime, zone: str | None) -> tuple[datetime, str]:
    """Return the local time and what must be said of its zone (nothing where it is known)."""
    return (at.astimezone(ZoneInfo(zone)), "") if zone else (at.astimezone(UTC), " UTC")


def clock(at: datetime, zone: str | None) -> str:
    """Return "15:00"; with "UTC" where the reader's zone (IANA) is not known."""
    local, said = _local(at, zone)
    return f"{local:%H:%M}{said}"


def weekday_and_clock(at: datetime, zone: str | None) -> str:
    """Return "Thursday 09:00"."""
    local, said = _local(at, zone)
    return f"{local:%A} {local:%H:%M}{said}"


def day_and_clock(at: datetime, zone: str | None) -> str:
    """Return "Thursday 26 November, 09:00"."""
    local, said = _local(at, zone)
    return f"{wording.day(local)}, {local:%H:%M}{said}"


def in_readers_zone(at: datetime) -> str:
    """Return a mark that Slack shows in the reader's own zone, with UTC as its fallback."""
    fallback = f"{at.astimezone(UTC):%A %H:%M} UTC"
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{fallback}>"
