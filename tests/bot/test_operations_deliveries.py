"""``python -m bot deliveries``: shows, filters, plans anew, drops."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.deliveries import Delivery, Kind, State
from bot.errors import BadSetting, NotFound
from bot.operations import Operations
from bot.settings import Settings
from storage import new_key, open_storage, upgrade

DUE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PLANNED = Delivery("p", "T1", Kind.CHECK_IN, "U1", "w", DUE)
FAILED = Delivery("f", "T1", Kind.DIGEST, "U2", "d", DUE, state=State.FAILED, reason="it is gone")


@pytest.fixture
async def operations(tmp_path: Path) -> Operations:
    key = new_key()
    url = f"sqlite:///{tmp_path / 'attune.db'}"
    settings = Settings(_env_file=None, ATTUNE_DATABASE_URL=url, ATTUNE_KEYS=(SecretStr(key),))
    await upgrade(url)
    storage = await open_storage(url, [key])
    async with storage.deliveries() as store:
        await store.plan([PLANNED, FAILED])
    await storage.close()
    return Operations(lambda: settings)


async def test_all_of_it_or_what_is_asked_for(operations: Operations) -> None:
    both = await operations.deliveries(None, None, 50)
    assert len(both.splitlines()) == 2
    line = await operations.deliveries("failed", "digest", 50)
    for part in (FAILED.id, "failed", "digest", "2026-11-23 09:00", "U2", "it is gone"):
        assert part in line
    assert await operations.deliveries("sent", None, 50) == "No delivery is like that."


@pytest.mark.parametrize(("state", "kind"), [("lost", None), (None, "letter")])
async def test_what_there_is_not_is_said(
    operations: Operations, state: str | None, kind: str | None
) -> None:
    with pytest.raises(BadSetting, match="it is one of"):
        await operations.deliveries(state, kind, 50)


async def test_a_failed_one_is_planned_anew(operations: Operations) -> None:
    assert "planned again" in await operations.retry(FAILED.id)
    assert FAILED.id in await operations.deliveries("planned", None, 50)
    with pytest.raises(NotFound):
        await operations.retry(PLANNED.id)


async def test_a_planned_one_is_dropped(operations: Operations) -> None:
    assert "dropped" in await operations.cancel(PLANNED.id)
    assert "cancelled by an operator" in await operations.deliveries("dropped", None, 50)
    with pytest.raises(NotFound):
        await operations.cancel(PLANNED.id)
