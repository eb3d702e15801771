"""Public holidays, by country and region. The one file that imports ``holidays``."""

import asyncio
from collections.abc import Collection
from datetime import date
from functools import lru_cache

import holidays


def known(country: str, region: str | None) -> bool:
    """Tell whether there is a calendar for the ISO 3166 country (and region)."""
    places = holidays.list_supported_countries(include_aliases=False)
    return country in places and (region is None or region in places[country])


@lru_cache(maxsize=256)
def _calendar(country: str, region: str | None, year: int) -> dict[date, str]:
    return dict(holidays.country_holidays(country, subdiv=region, years=year))


async def holidays_known(calendars: Collection[tuple[str | None, str | None, int]]) -> None:
    """Work out the holidays of countries, regions and years in a thread: the first time that takes
    a tenth of a second, for which nothing else in the process should wait.
    """
    await asyncio.to_thread(_work_out, calendars)


def _work_out(calendars: Collection[tuple[str | None, str | None, int]]) -> None:
    for country, region, year in calendars:
        if country is not None:
            _calendar(country, region, year)


def holiday(country: str | None, region: str | None, day: date) -> str | None:
    """Return the holiday's name on ``day``, or None (also where no calendar is chosen)."""
    if country is None:
        return None
    return _calendar(country, region, day.year).get(day)
