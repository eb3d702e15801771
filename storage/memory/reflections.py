"""The reflections' store in memory."""

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.errors import NotFound
from bot.reflections.model import AnonymousReflection, IfFew, Window, WindowState
from storage.cipher import KEY_BYTES

_RANDOM = secrets.SystemRandom()


class MemoryReflectionStore:
    """``bot.reflections.port.ReflectionStore`` without a database."""

    def __init__(self) -> None:
        self._windows: dict[str, Window] = {}
        self._content: dict[bytes, tuple[str, AnonymousReflection]] = {}
        self._tallies: set[tuple[str, str, bytes]] = set()

    async def window(self, window: str) -> Window | None:
        """Return one window, or None."""
        return self._windows.get(window)

    async def open_windows(self, windows: Sequence[Window]) -> None:
        """Insert those whose id is new; existing ones stay as they are."""
        for window in windows:
            self._windows.setdefault(window.id, window)

    async def save_window(self, window: Window) -> None:
        """Replace."""
        self._windows[window.id] = window

    async def windows(
        self, team: str, *, closed_by: datetime | None = None, unreleased: bool = False
    ) -> Sequence[Window]:
        """Return the team's windows, oldest first."""
        wanted = (
            window
            for window in self._windows.values()
            if window.team == team
            and (closed_by is None or window.closes_at <= closed_by)
            and not (unreleased and window.state is WindowState.RELEASED)
        )
        return sorted(wanted, key=lambda window: (window.day, window.id))

    async def before(self, day: date) -> Sequence[Window]:
        """Return all teams' windows whose check-in was earlier than ``day``, released or not."""
        return [window for window in self._windows.values() if window.day < day]

    async def put(self, window: str, key: bytes, reflection: AnonymousReflection) -> None:
        """Insert or replace the row of this key; raise ``NotFound`` for the window."""
        self._known(window)
        self._content[key] = (window, reflection)

    async def get(self, key: bytes) -> tuple[str, AnonymousReflection] | None:
        """Return the window's id and the reflection of this key, or None."""
        return self._content.get(key)

    async def remove(self, key: bytes) -> bool:
        """Remove the row; tell whether there was one."""
        return self._content.pop(key, None) is not None

    async def content(self, window: str) -> Sequence[AnonymousReflection]:
        """Return the window's reflections in random order."""
        found = [self._content[key][1] for key in self._keys(window)]
        _RANDOM.shuffle(found)
        return found

    async def count(self, window: str) -> int:
        """Return how many reflections the window holds."""
        return len(self._keys(window))

    async def move(self, source: str, target: str) -> int:
        """Carry over those whose writers chose to, under new random keys; return how many."""
        self._known(source)
        self._known(target)
        keys = [
            key for key in self._keys(source) if self._content[key][1].if_few is IfFew.CARRY_OVER
        ]
        for key in keys:
            _, reflection = self._content.pop(key)
            moved = replace(reflection, carried=True)
            self._content[secrets.token_bytes(KEY_BYTES)] = (target, moved)
        return len(keys)

    async def destroy(self, window: str) -> int:
        """Remove all content of the window; return how many rows there were."""
        keys = self._keys(window)
        for key in keys:
            del self._content[key]
        return len(keys)

    async def shuffle(self, window: str) -> None:
        """Put the window's rows anew in random order."""
        keys = self._keys(window)
        _RANDOM.shuffle(keys)
        for key in keys:
            self._content[key] = self._content.pop(key)

    async def tally(self, window: str, item: str, tag: bytes) -> None:
        """Note that one (tagged) person named ``item``; raise ``NotFound`` for the window."""
        self._known(window)
        self._tallies.add((window, item, tag))

    async def tallies(self, window: str) -> dict[str, int]:
        """Return how many different people named each item."""
        return dict(Counter(item for where, item, _ in self._tallies if where == window))

    async def destroy_tallies(self, window: str) -> None:
        """Remove the window's tallies and tags."""
        self._tallies = {one for one in self._tallies if one[0] != window}

    async def remove_team(self, team: str) -> None:
        """Remove the team's windows, content and tallies."""
        for window in await self.windows(team):
            await self.destroy(window.id)
            await self.destroy_tallies(window.id)
            del self._windows[window.id]

    def _keys(self, window: str) -> list[bytes]:
        return [key for key, (where, _) in self._content.items() if where == window]

    def _known(self, window: str) -> None:
        if window not in self._windows:
            raise NotFound(what="week")
