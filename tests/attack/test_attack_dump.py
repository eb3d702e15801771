"""A database file, its logs, and the times at which people answered: no better than luck."""

import logging
from pathlib import Path

import pytest

from tests.attack.dump import (
    ORDERS,
    Scored,
    copies_left,
    derived_keys,
    linked,
    lived,
    told_by_logs,
)

WEEKS = 5


async def test_a_dump_links_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    weeks = await lived(tmp_path, WEEKS)
    assert sum(len(week.arrived) for week in weeks) > WEEKS * 5
    found = linked(weeks)
    assert len(found) == 2 * len(ORDERS)
    assert {name: str(one) for name, one in found.items() if one.is_better_than_luck} == {}
    assert copies_left(weeks) == 0
    assert derived_keys(weeks) == 0
    assert list(told_by_logs(weeks, caplog.records)) == []


def test_an_order_that_shows_is_found() -> None:
    sure = Scored(hits=300, guesses=340, luck=52 / 340)
    assert sure.is_better_than_luck
    assert not Scored(hits=60, guesses=340, luck=52 / 340).is_better_than_luck


async def test_a_store_that_only_adds_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without mixing, the place in the file tells who wrote what."""

    async def leave(*_: object) -> None:
        """Write nothing anew."""

    monkeypatch.setattr("storage.reflections.SqlReflectionStore._mix_content", leave)
    found = linked(await lived(tmp_path, 3))
    assert any(one.is_better_than_luck for one in found.values())
