"""The last exchanges between bot and playground, for the inspector; tokens are masked."""

import re
from collections import deque
from typing import Any

__all__ = ["Traffic"]

_KEPT = 500
_TOKEN = re.compile(r"\b(xox[a-z]|xapp)-[\w-]+")
_SECRET_KEYS = frozenset({"token", "client_secret", "access_token", "refresh_token", "ticket"})


class Traffic:
    """A ring of the last 500 exchanges."""

    def __init__(self) -> None:
        self._rows: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self._count = 0

    def add(
        self, direction: str, name: str, status: int | str, body: Any, milliseconds: float
    ) -> None:
        """Note one exchange.

        Args:
            direction: ``in`` (the bot called) or ``out`` (the playground delivered).
            name: the Web API method or the type of the payload.
            status: the HTTP status, or a word such as ``acknowledged``.
            body: what was sent and answered, JSON values only.
            milliseconds: how long it took.
        """
        self._count += 1
        self._rows.append(
            {
                "n": self._count,
                "direction": direction,
                "name": name,
                "status": status,
                "body": _masked(body),
                "ms": round(milliseconds, 1),
            }
        )

    def after(self, n: int = 0) -> list[dict[str, Any]]:
        """The exchanges noted after number ``n``, oldest first."""
        return [row for row in self._rows if row["n"] > n]


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "…" if key in _SECRET_KEYS else _masked(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(item) for item in value]
    if isinstance(value, str):
        return _TOKEN.sub(r"\1-…", value)
    return value
