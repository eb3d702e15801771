"""Questions at the same time: one transaction, an answer each."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from bot.deliveries.grouped import Grouped
from bot.errors import StorageUnavailable
from tests.waiting import others_had_their_turns


@dataclass
class Desk:
    """A store that doubles numbers, and notes what was asked together."""

    asked: list[list[int]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    closed: bool = False
    breaks: bool = False
    stored: int = 0

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["Desk"]:
        if self.closed:
            raise StorageUnavailable
        yield self
        if self.breaks:
            raise StorageUnavailable
        self.stored += 1

    async def answer(self, _: "Desk", asked: Sequence[int]) -> Sequence[int]:
        self.asked.append(list(asked))
        await self.gate.wait()
        return [2 * one for one in asked]


def group(desk: Desk) -> Grouped[Desk, int, int]:
    return Grouped(desk.transaction, desk.answer)


async def test_what_is_asked_meanwhile_goes_together() -> None:
    desk = Desk()
    grouped = group(desk)
    asking = [asyncio.create_task(grouped.ask(one)) for one in (1, 2)]
    await others_had_their_turns()
    asking += [asyncio.create_task(grouped.ask(one)) for one in (3, 4, 5)]
    await others_had_their_turns()
    assert not any(one.done() for one in asking)
    desk.gate.set()
    assert await asyncio.gather(*asking) == [2, 4, 6, 8, 10]
    assert desk.asked == [[1, 2], [3, 4, 5]]
    assert await grouped.ask(6) == 12


@pytest.mark.parametrize("trouble", ["closed", "breaks"])
async def test_trouble_is_told_to_all_of_the_group_and_to_nobody_else(trouble: str) -> None:
    desk = Desk()
    grouped = group(desk)
    desk.gate.set()
    setattr(desk, trouble, True)
    told = await asyncio.gather(grouped.ask(1), grouped.ask(2), return_exceptions=True)
    assert [type(one) for one in told] == [StorageUnavailable, StorageUnavailable]
    setattr(desk, trouble, False)
    assert await grouped.ask(3) == 6


async def test_one_who_is_broken_off_takes_nothing_from_the_others() -> None:
    desk = Desk()
    grouped = group(desk)
    first, second = (asyncio.create_task(grouped.ask(one)) for one in (1, 2))
    await others_had_their_turns()
    first.cancel()
    await others_had_their_turns()
    desk.gate.set()
    assert await second == 4
    assert first.cancelled()


async def test_a_wrong_number_of_answers_is_told_and_ends_nothing() -> None:
    desk = Desk()

    async def too_few(_: Desk, asked: Sequence[int]) -> Sequence[int]:
        return [] if 1 in asked else asked

    grouped: Grouped[Desk, int, int] = Grouped(desk.transaction, too_few)
    with pytest.raises(ValueError, match="zip"):
        await asyncio.wait_for(grouped.ask(1), 1)
    assert await grouped.ask(2) == 2


async def test_what_nobody_waits_for_any_more_may_be_left_out() -> None:
    desk = Desk()
    grouped: Grouped[Desk, int, int] = Grouped(desk.transaction, desk.answer, is_dropped=True)
    first, second, third = (asyncio.create_task(grouped.ask(one)) for one in (1, 2, 3))
    await others_had_their_turns()
    late = asyncio.create_task(grouped.ask(4))
    await others_had_their_turns()
    late.cancel()
    desk.gate.set()
    assert [*await asyncio.gather(first, second, third, grouped.ask(5))] == [2, 4, 6, 10]
    assert 4 not in [one for asked in desk.asked for one in asked]


async def test_settling_waits_for_what_nobody_waits_for() -> None:
    desk = Desk()
    grouped = group(desk)
    await grouped.settle()
    asking = asyncio.create_task(grouped.ask(1))
    await others_had_their_turns()
    asking.cancel()
    settling = asyncio.create_task(grouped.settle())
    await others_had_their_turns()
    assert desk.stored == 0
    desk.gate.set()
    await settling
    assert desk.stored == 1
