"""``ReflectionStore``: windows, anonymous content, tallies."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.deidentify.model import restored
from bot.errors import NotFound
from bot.reflections.model import (
    AnonymousReflection,
    IfFew,
    Pull,
    Ratings,
    Topic,
    Window,
    WindowState,
    window_id,
)
from storage import Storage

CLOSES = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
WORDS = AnonymousReflection(
    ratings=Ratings(bond=4, goals=None, tasks=2, useful=5, safe=1),
    pull=Pull.CONFRONT_A_BIT,
    topics=frozenset({Topic.RUPTURE, Topic.ENDINGS}),
    words=restored("[client A] said “naïve” and we laughed. 🌧"),
    may_show=True,
    if_few=IfFew.COUNT_ONLY,
)


def window(day: int = 23, team: str = "T1") -> Window:
    when = date(2026, 11, day)
    closes_at = CLOSES + timedelta(days=day - 23)
    return Window(window_id(team, when), team, "W1", when, closes_at, 5, b"salt of the week")


def rated(bond: int, if_few: IfFew = IfFew.CARRY_OVER) -> AnonymousReflection:
    return AnonymousReflection(Ratings(bond=bond), if_few=if_few)


def key(number: int) -> bytes:
    return bytes([number]) * 32


def bonds(content: Sequence[AnonymousReflection]) -> list[int | None]:
    return [reflection.ratings.bond for reflection in content]


WINDOW, NEXT = window(), window(30)


@pytest.fixture
async def opened(storage: Storage) -> Storage:
    """Storage with two weeks of one team."""
    async with storage.reflections() as reflections:
        await reflections.open_windows([WINDOW, NEXT])
    return storage


async def test_opening_a_window_again_changes_nothing(opened: Storage) -> None:
    async with opened.reflections() as reflections:
        await reflections.open_windows([replace(WINDOW, threshold=9, salt=b"other"), window(16)])
    async with opened.reflections() as reflections:
        assert await reflections.window(WINDOW.id) == WINDOW
        assert await reflections.window(window(16).id) == window(16)
        assert await reflections.window("unknown") is None


async def test_saving_a_window_replaces_it(opened: Storage) -> None:
    released = replace(WINDOW, threshold=6, salt=b"", state=WindowState.RELEASED)
    async with opened.reflections() as reflections:
        await reflections.put(WINDOW.id, key(1), rated(1))
        await reflections.save_window(released)
        assert await reflections.window(WINDOW.id) == released
        assert await reflections.count(WINDOW.id) == 1


async def test_windows_of_a_team_oldest_first(opened: Storage) -> None:
    old = replace(window(16), state=WindowState.RELEASED)
    async with opened.reflections() as reflections:
        await reflections.open_windows([old, window(9, team="T2")])
        assert await reflections.windows("T1") == [old, WINDOW, NEXT]
        assert await reflections.windows("T1", closed_by=CLOSES) == [old, WINDOW]
        assert await reflections.windows("T1", unreleased=True) == [WINDOW, NEXT]
        assert await reflections.windows("T1", closed_by=CLOSES, unreleased=True) == [WINDOW]


async def test_windows_before_a_day_of_all_teams(opened: Storage) -> None:
    old = replace(window(16), state=WindowState.RELEASED)
    older = window(9, team="T2")
    async with opened.reflections() as reflections:
        await reflections.open_windows([old, older])
        assert list(await reflections.before(old.day)) == [older]
        assert {one.id for one in await reflections.before(WINDOW.day)} == {old.id, older.id}


@pytest.mark.parametrize("reflection", [WORDS, AnonymousReflection()], ids=["full", "empty"])
async def test_a_reflection_comes_back_whole(
    opened: Storage, reflection: AnonymousReflection
) -> None:
    async with opened.reflections() as reflections:
        await reflections.put(WINDOW.id, key(1), reflection)
    async with opened.reflections() as reflections:
        assert await reflections.get(key(1)) == (WINDOW.id, reflection)
        assert await reflections.content(WINDOW.id) == [reflection]
        assert await reflections.get(key(2)) is None


async def test_editing_replaces_and_withdrawing_removes(opened: Storage) -> None:
    async with opened.reflections() as reflections:
        await reflections.put(WINDOW.id, key(1), rated(1))
        await reflections.put(WINDOW.id, key(1), WORDS)
        assert await reflections.count(WINDOW.id) == 1
        assert await reflections.get(key(1)) == (WINDOW.id, WORDS)
        assert await reflections.remove(key(1))
        assert not await reflections.remove(key(1))
        assert await reflections.count(WINDOW.id) == 0


async def test_an_unknown_window_takes_nothing(storage: Storage) -> None:
    async def put() -> None:
        async with storage.reflections() as reflections:
            await reflections.put("T1.2026-11-23", key(1), WORDS)

    async def tally() -> None:
        async with storage.reflections() as reflections:
            await reflections.tally("T1.2026-11-23", "bond", b"tag")

    with pytest.raises(NotFound):
        await put()
    with pytest.raises(NotFound):
        await tally()
    async with storage.reflections() as reflections:
        assert await reflections.get(key(1)) is None
        assert await reflections.content("T1.2026-11-23") == []
        assert await reflections.tallies("T1.2026-11-23") == {}


async def test_content_comes_in_random_order(opened: Storage) -> None:
    async with opened.reflections() as reflections:
        for number in range(20):
            await reflections.put(WINDOW.id, key(number), rated(number))
        orders = {tuple(bonds(await reflections.content(WINDOW.id))) for _ in range(4)}
    assert len(orders) > 1  # the chance that four shuffles of twenty agree is 1 in 20!³
    assert all(sorted(order, key=str) == sorted(range(20), key=str) for order in orders)


async def test_shuffling_keeps_every_row(opened: Storage) -> None:
    async with opened.reflections() as reflections:
        for number in range(5):
            await reflections.put(WINDOW.id, key(number), rated(number))
            await reflections.tally(WINDOW.id, "bond", key(number))
        await reflections.put(NEXT.id, key(9), WORDS)
        await reflections.shuffle(WINDOW.id)
    async with opened.reflections() as reflections:
        for number in range(5):
            assert await reflections.get(key(number)) == (WINDOW.id, rated(number))
        assert await reflections.tallies(WINDOW.id) == {"bond": 5}
        assert await reflections.content(NEXT.id) == [WORDS]


async def test_carrying_over_those_who_chose_to(opened: Storage) -> None:
    async with opened.reflections() as reflections:
        await reflections.put(WINDOW.id, key(1), rated(1))
        await reflections.put(WINDOW.id, key(2), rated(2, IfFew.DESTROY))
        await reflections.put(WINDOW.id, key(3), rated(3, IfFew.COUNT_ONLY))
        await reflections.put(WINDOW.id, key(4), rated(4))
        assert await reflections.move(WINDOW.id, NEXT.id) == 2
    async with opened.reflections() as reflections:
        assert set(bonds(await reflections.content(WINDOW.id))) == {2, 3}
        moved = await reflections.content(NEXT.id)
        assert set(bonds(moved)) == {1, 4}
        assert all(one.carried for one in moved)
        assert await reflections.get(key(1)) is None  # the receipt opens it no longer
        assert await reflections.get(key(4)) is None


async def test_destroying_empties_one_window(opened: Storage) -> None:
    async with opened.reflections() as reflections:
        for number in range(3):
            await reflections.put(WINDOW.id, key(number), rated(number))
        await reflections.put(NEXT.id, key(9), WORDS)
        assert await reflections.destroy(WINDOW.id) == 3
        assert await reflections.destroy(WINDOW.id) == 0
        assert await reflections.content(WINDOW.id) == []
        assert await reflections.content(NEXT.id) == [WORDS]


async def test_a_person_counts_once_for_each_item(opened: Storage) -> None:
    named = [("bond", b"a"), ("bond", b"b"), ("bond", b"a"), ("goals", b"a")]
    async with opened.reflections() as reflections:
        for item, tag in named:
            await reflections.tally(WINDOW.id, item, tag)
        await reflections.tally(NEXT.id, "bond", b"a")
    async with opened.reflections() as reflections:
        assert await reflections.tallies(WINDOW.id) == {"bond": 2, "goals": 1}
        await reflections.destroy_tallies(WINDOW.id)
        assert await reflections.tallies(WINDOW.id) == {}
        assert await reflections.tallies(NEXT.id) == {"bond": 1}


async def test_removing_a_team_leaves_the_others(opened: Storage) -> None:
    other = window(team="T2")
    async with opened.reflections() as reflections:
        await reflections.open_windows([other])
        for number, one in enumerate((WINDOW, NEXT, other)):
            await reflections.put(one.id, key(number), WORDS)
            await reflections.tally(one.id, "bond", b"a")
        await reflections.remove_team("T1")
    async with opened.reflections() as reflections:
        assert await reflections.windows("T1") == []
        assert await reflections.get(key(0)) is None
        assert await reflections.tallies(WINDOW.id) == {}
        assert await reflections.get(key(2)) == (other.id, WORDS)
        assert await reflections.tallies(other.id) == {"bond": 1}
        await reflections.open_windows([WINDOW])
        await reflections.put(WINDOW.id, key(0), WORDS)
        assert await reflections.get(key(0)) == (WINDOW.id, WORDS)


async def test_what_fails_is_undone(opened: Storage) -> None:
    async def fail() -> None:
        async with opened.reflections() as reflections:
            await reflections.put(WINDOW.id, key(1), WORDS)
            await reflections.tally(WINDOW.id, "bond", b"a")
            await reflections.save_window(replace(WINDOW, state=WindowState.RELEASED))
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    async with opened.reflections() as reflections:
        assert await reflections.get(key(1)) is None
        assert await reflections.tallies(WINDOW.id) == {}
        assert await reflections.window(WINDOW.id) == WINDOW
