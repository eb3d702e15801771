"""Looking up many pairs: a pair costs one look-up, whatever the others are."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clinic.model import Preferences
from bot.deliveries.model import Delivery, Kind
from storage import upgrade
from storage.clinic import SqlClinicStore
from storage.deliveries import SqlDeliveryStore
from storage.statements import add_new
from storage.tables import DeliveryRow, PreferencesRow
from storage.unit_of_work import Database

NOW: Final = datetime(2026, 11, 23, 9, tzinfo=UTC)
MANY: Final = 200
PAIRS: Final = [(f"W{number}", f"U{number}") for number in range(MANY)]
STEPS: Final = 100
"""Steps of SQLite's machine for a pair, generously."""


async def places(session: AsyncSession) -> int:
    found = await SqlDeliveryStore(session).last_places(PAIRS, datetime(2026, 1, 1, tzinfo=UTC))
    return len(found)


async def choices(session: AsyncSession) -> int:
    return len(await SqlClinicStore(session, None).preferences_of(PAIRS))  # type: ignore[arg-type]  # nothing sealed is read


@pytest.mark.parametrize("look_up", [places, choices])
async def test_a_pair_costs_one_look_up(
    tmp_path: Path, look_up: Callable[[AsyncSession], Awaitable[int]]
) -> None:
    url = f"sqlite:///{tmp_path / 'attune.db'}"
    await upgrade(url)
    database = Database(url)
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    rows = [
        Delivery(f"{chat}", chat[0], Kind.WELCOME, chat[1], "T1", NOW, slot_at=NOW)
        for chat in PAIRS
    ]
    async with database.transaction(lambda session: session)() as session:
        await add_new(session, rows, DeliveryRow)
        await add_new(session, [Preferences(*chat) for chat in PAIRS], PreferencesRow)
        raw = (await (await session.connection()).get_raw_connection()).driver_connection
        assert raw
        await raw.set_progress_handler(step, 1)
        assert await look_up(session) == MANY
        await raw.set_progress_handler(None, 1)
    await database.close()
    assert MANY < steps < MANY * STEPS
