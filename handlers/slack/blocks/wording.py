"""How days, moments and people are written in chat."""

import re
from datetime import date, datetime
from typing import Final

from bot.calendar import local
from bot.messages import Person
from handlers.slack.blocks.kit import escape

MENTIONS_SHOWN: Final = 10

_ESCAPED_MENTION: Final = re.compile(r"&lt;@([UW][A-Z0-9]{2,20})&gt;")
_MENTIONS: Final = re.compile(r"<@\w+>(?:, <@\w+>)+")


def day(value: date) -> str:
    """Return a date in words: "Tuesday 24 November"."""
    return f"{value:%A} {value.day} {value:%B}"


def dated(value: date) -> str:
    """Return a date with its year: "24 November 2026"."""
    return f"{value.day} {value:%B} {value.year}"


def moment(at: datetime, zone: str) -> str:
    """Return an instant on the clocks of ``zone``: "Tuesday 24 November, 09:00"."""
    here = local(at, zone)
    return f"{day(here.date())}, {here:%H:%M}"


def zone_of(person: Person, fallback: str = "UTC") -> str:
    """Return the zone in which times are told to ``person``."""
    return person.zone or fallback


def mention(member: str) -> str:
    """Return a member's name as Slack shows it."""
    return f"<@{member}>"


def mentions(members: frozenset[str], most: int = MENTIONS_SHOWN) -> str:
    """Return members' names, and how many more there are."""
    shown = sorted(members)[:most]
    more = len(members) - len(shown)
    return ", ".join(map(mention, shown)) + (f" and {more} more" if more else "")


def told(sentence: str) -> str:
    """Return a service's sentence for chat: typed words escaped, mentions kept, lists shortened."""
    text = _ESCAPED_MENTION.sub(r"<@\1>", escape(sentence))
    return _MENTIONS.sub(lambda found: _shortened(found[0].split(", ")), text)


def _shortened(names: list[str]) -> str:
    more = len(names) - MENTIONS_SHOWN
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:MENTIONS_SHOWN])} and {more} more"
