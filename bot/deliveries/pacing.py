"""Places for posts: how fast one workspace and one private chat are written to.

A row gets its place when a tick claims it, so no worker ever sleeps. Slack's limits
(docs.slack.dev, "Rate limits"): about one message a second for a channel, and several hundred a
minute for a workspace.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.deliveries.model import Delivery, Kind

PER_SECOND: Final = 4.0
CHANNEL_GAP: Final = timedelta(seconds=1)

URGENT: Final = frozenset({Kind.CALL_REQUEST})
"""Kinds that wait behind nobody: somebody wants to be called about a safety matter."""


@dataclass(frozen=True, slots=True)
class Places:
    """Places by row, and from when each workspace has a free one after them."""

    slots: Mapping[str, datetime]
    free_from: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class Pace:
    """So many posts a second for one workspace; 0 leaves every row at its due time."""

    per_second: float = PER_SECOND

    def spread(
        self,
        rows: Sequence[Delivery],
        now: datetime,
        free_from: Mapping[str, datetime],
        last: Mapping[tuple[str, str], datetime],
    ) -> Places:
        """Return a place for each row, in the order given.

        Args:
            rows: Planned rows without a place.
            now: No place is earlier.
            free_from: From when each workspace has a free place.
            last: The latest place of each (workspace, recipient) that is not long past.
        """
        if not self.per_second:
            return Places({row.id: row.due_at for row in rows}, {})
        gap = timedelta(seconds=1 / self.per_second)
        slots: dict[str, datetime] = {}
        free, chats = dict(free_from), dict(last)
        for row in rows:
            chat = (row.workspace, row.recipient)
            slot = wanted = max(row.due_at, now)
            next_free = max(free.get(row.workspace, wanted), wanted)
            free[row.workspace] = next_free + gap
            if row.kind not in URGENT:
                slot = next_free
            if chat in chats:
                slot = max(slot, chats[chat] + CHANNEL_GAP)
            slots[row.id] = chats[chat] = slot
        return Places(slots, free)
