"""How long a pause lasts, as people type it."""

import re
from datetime import date, timedelta
from typing import Final

from bot.errors import NotUnderstood

_FOR: Final = re.compile(r"(?:for )?(\d{1,3}) ?(d|days?|w|weeks?|m|months?)", re.IGNORECASE)
_UNTIL: Final = re.compile(r"(?:until |till )?(\d{4}-\d{2}-\d{2})", re.IGNORECASE)
_DAYS: Final = {"d": 1, "w": 7, "m": 30}
LONGEST: Final = timedelta(days=366)


def pause_end(typed: str, today: date) -> date:
    """Return the first day after the pause: "2w", "10 days", "until 2026-12-24".

    Nothing typed means one week. A month counts 30 days. Raises ``NotUnderstood``.
    """
    text = typed.strip() or "1w"
    if (found := _FOR.fullmatch(text)) is not None:
        end = today + timedelta(days=int(found[1]) * _DAYS[found[2][0].lower()])
    elif (found := _UNTIL.fullmatch(text)) is not None:
        try:
            end = date.fromisoformat(found[1])
        except ValueError:
            raise _unclear() from None
    else:
        raise _unclear()
    if not today < end <= today + LONGEST:
        raise _unclear()
    return end


def _unclear() -> NotUnderstood:
    return NotUnderstood(what="pause", example="`pause 2w` or `pause until 2026-12-24`")
