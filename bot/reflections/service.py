"""Collecting reflections in closed windows. This service never learns who writes."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.calendar import instant, next_weekly
from bot.clinic import Team
from bot.errors import NotFound, UnknownReceipt, WindowClosed
from bot.ports import Clock, Transaction
from bot.reflections.model import (
    AnonymousReflection,
    Window,
    WindowState,
    window_id,
)
from bot.reflections.port import ReflectionStore
from bot.reflections.receipts import receipt_key


def window_for(team: Team, day: date, digest_zones: Sequence[str]) -> Window:
    """Return the window that opens with the check-in of ``day``.

    It closes for all at one instant: ``window_days`` later at the check-in's time in the team's
    zone, or with the team's first digest in any supervisor's zone if that comes sooner.
    """
    rhythm = team.rhythm
    opens = instant(day, rhythm.checkin_time, team.zone)
    closes = instant(day + timedelta(days=rhythm.window_days), rhythm.checkin_time, team.zone)
    digests = [
        next_weekly(opens + timedelta(hours=12), rhythm.digest_day, rhythm.digest_time, zone)
        for zone in digest_zones
    ]
    return Window(
        id=window_id(team.id, day),
        team=team.id,
        workspace=team.workspace,
        day=day,
        closes_at=min([closes, *digests]),
        threshold=team.smallest_group,
        salt=secrets.token_bytes(32),
    )


@dataclass(frozen=True, slots=True)
class Reflections:
    """Windows and their content. ``secret`` keys the receipts' hashes."""

    transaction: Transaction[ReflectionStore]
    clock: Clock
    secret: bytes

    async def open(self, windows: Sequence[Window]) -> None:
        """Open windows; those that exist stay as they are."""
        async with self.transaction() as store:
            await store.open_windows(windows)

    async def window(self, window: str) -> Window:
        """Return one window; raise ``NotFound``."""
        async with self.transaction() as store:
            found = await store.window(window)
        if found is None:
            raise NotFound(what="check-in")
        return found

    async def find(self, window: str) -> Window | None:
        """Return one window, or None."""
        async with self.transaction() as store:
            return await store.window(window)

    async def current(self, team: str, now: datetime) -> Sequence[Window]:
        """Return the team's windows that take answers now, oldest first."""
        async with self.transaction() as store:
            found = await store.windows(team, unreleased=True)
        return [window for window in found if window.takes_answers(now)]

    async def add(self, window: str, receipt: str, reflection: AnonymousReflection) -> None:
        """Store what one writer sent. The same receipt again replaces it, so that a submission
        that arrives twice counts once. A receipt of another window finds nothing here.
        """
        key = receipt_key(self.secret, receipt)
        async with self.transaction() as store:
            await self._open_window(store, window)
            held = await store.get(key)
            if held is not None and held[0] != window:
                raise UnknownReceipt
            await store.put(window, key, reflection)

    async def held(self, receipt: str) -> tuple[Window, AnonymousReflection]:
        """Return what belongs to a receipt, while its window is open."""
        async with self.transaction() as store:
            found = await store.get(receipt_key(self.secret, receipt))
            if found is None:
                raise UnknownReceipt
            window, reflection = found
            return await self._open_window(store, window), reflection

    async def withdraw(self, receipt: str) -> Window:
        """Destroy what belongs to a receipt, while its window is open."""
        window, _ = await self.held(receipt)
        async with self.transaction() as store:
            await store.remove(receipt_key(self.secret, receipt))
        return window

    async def tally(self, window: Window, item: str, tag: bytes) -> None:
        """Note that one tagged person named ``item``; a second time changes nothing."""
        if window.takes_answers(self.clock.now()):
            async with self.transaction() as store:
                await store.tally(window.id, item, tag)

    async def raise_threshold(self, team: Team) -> None:
        """Follow a raised smallest group in windows that are still open; never a lowered one."""
        async with self.transaction() as store:
            for window in await store.windows(team.id, unreleased=True):
                await _raise(store, window.id, team.smallest_group)

    async def _open_window(self, store: ReflectionStore, window: str) -> Window:
        found = await store.window(window)
        if found is None:
            raise NotFound(what="check-in")
        if not found.takes_answers(self.clock.now()):
            raise WindowClosed
        return found

    # --- after closing -----------------------------------------------------------------------

    async def closed(self, team: str) -> Sequence[Window]:
        """Return the team's windows that have closed and are not released yet, oldest first."""
        async with self.transaction() as store:
            return await store.windows(team, closed_by=self.clock.now(), unreleased=True)

    async def content(self, window: Window) -> Sequence[AnonymousReflection]:
        """Return a closed window's reflections, in random order."""
        if window.takes_answers(self.clock.now()):
            raise NotFound(what="digest")
        async with self.transaction() as store:
            await store.shuffle(window.id)
            return await store.content(window.id)

    async def tallies(self, window: Window) -> dict[str, int]:
        """Return how many different people named each item in a closed window."""
        async with self.transaction() as store:
            return await store.tallies(window.id)

    async def release(self, window: Window, carry_to: Window | None) -> None:
        """Mark a window as released. Its tallies and salt are destroyed.

        With ``carry_to``, too few answered: what its writers wanted carried over moves there, with
        the threshold that they were shown, and the rest is destroyed.
        """
        async with self.transaction() as store:
            if carry_to is not None:
                if await store.move(window.id, carry_to.id):
                    await _raise(store, carry_to.id, window.threshold)
                await store.destroy(window.id)
            await store.destroy_tallies(window.id)
            await store.save_window(replace(window, state=WindowState.RELEASED, salt=b""))

    async def before(self, day: date) -> Sequence[str]:
        """Return the ids of windows whose check-in was earlier than ``day``."""
        async with self.transaction() as store:
            return [window.id for window in await store.before(day)]

    async def destroy_before(self, day: date) -> None:
        """Destroy content and tallies of windows whose check-in was earlier than ``day``, released
        or not: a team that nobody supervises any more gets no digest that would release them.
        """
        async with self.transaction() as store:
            for window in await store.before(day):
                await store.destroy(window.id)
                await store.destroy_tallies(window.id)

    async def destroy_team(self, team: str) -> None:
        """Destroy all content of a team, and the key that opened it."""
        async with self.transaction() as store:
            await store.remove_team(team)


async def _raise(store: ReflectionStore, window: str, threshold: int) -> None:
    """Raise a window's threshold to what is given; one that is higher stays."""
    found = await store.window(window)
    if found is not None and found.threshold < threshold:
        await store.save_window(replace(found, threshold=threshold))
