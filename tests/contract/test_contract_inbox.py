"""``InboxStore``: every event is handled once."""

import asyncio
from datetime import UTC, datetime, timedelta

from storage import Storage

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


async def test_only_the_first_is_new(storage: Storage) -> None:
    async def arrive() -> bool:
        async with storage.inbox() as inbox:
            return await inbox.first_time("event:Ev1", NOW)

    outcomes = await asyncio.gather(*(arrive() for _ in range(5)))
    assert sorted(outcomes) == [False, False, False, False, True]
    async with storage.inbox() as inbox:
        assert await inbox.first_time("event:Ev2", NOW)


async def test_what_was_released_may_come_again(storage: Storage) -> None:
    async with storage.inbox() as inbox:
        await inbox.first_time("event:Ev1", NOW)
        await inbox.release("event:Ev1")
        await inbox.release("unknown")
        assert await inbox.first_time("event:Ev1", NOW)


async def test_old_notes_go(storage: Storage) -> None:
    async with storage.inbox() as inbox:
        await inbox.first_time("old", NOW - timedelta(days=1))
        await inbox.first_time("new", NOW)
        assert await inbox.remove_before(NOW) == 1
        assert await inbox.first_time("old", NOW)
        assert not await inbox.first_time("new", NOW)
