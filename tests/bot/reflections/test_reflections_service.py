"""Windows and what is collected in them: closing, receipts, thresholds, carrying over."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendar import instant
from bot.clinic import Rhythm, Team
from bot.errors import NotFound, UnknownReceipt, WindowClosed
from bot.reflections import (
    AnonymousReflection,
    IfFew,
    Ratings,
    Reflections,
    Window,
    WindowState,
    member_tag,
    new_receipt,
    receipt_key,
    window_for,
)
from storage import memory_storage
from tests.fakes import LONDON, MONDAY, SUPER, THURSDAY, WEEK, WORKSPACE, MovedClock

TEAM = Team("team-1", WORKSPACE, "Riverbank", LONDON, frozenset({SUPER}))
DAY = date(2026, 1, 5)
SECRET = b"a made-up secret, thirty-two byte"


def rated(bond: int, if_few: IfFew = IfFew.CARRY_OVER) -> AnonymousReflection:
    return AnonymousReflection(Ratings(bond=bond), if_few=if_few)


class Desk:
    def __init__(self) -> None:
        self.clock = MovedClock(MONDAY)
        self.storage = memory_storage()
        self.service = Reflections(self.storage.reflections, self.clock, SECRET)

    async def open(self, day: date = DAY, **changed: object) -> Window:
        made = replace(window_for(TEAM, day, [LONDON]), **changed)  # type: ignore[arg-type]  # the tests name real fields
        await self.service.open([made])
        return made

    async def content(self, window: Window) -> list[int]:
        async with self.storage.reflections() as store:
            return sorted(one.ratings.bond or 0 for one in await store.content(window.id))


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_window_closes_for_all_at_one_instant() -> None:
    assert window_for(TEAM, DAY, [LONDON]).closes_at == THURSDAY
    assert window_for(TEAM, DAY, []).closes_at == THURSDAY
    tokyo = replace(TEAM, zone="Asia/Tokyo")
    assert window_for(tokyo, DAY, [LONDON]).closes_at == datetime(2026, 1, 8, 0, tzinfo=UTC)


def test_a_window_closes_with_the_first_digest_that_comes_before() -> None:
    team = replace(TEAM, rhythm=Rhythm(digest_day=3, digest_time=time(9)))
    closes = window_for(team, DAY, [LONDON, "Asia/Tokyo"]).closes_at
    assert closes == datetime(2026, 1, 8, 0, tzinfo=UTC), "nine o'clock in Tokyo"


def test_a_window_closes_at_the_local_hour_when_the_clocks_change() -> None:
    team = replace(TEAM, rhythm=Rhythm(checkin_day=5, digest_day=2))
    window = window_for(team, date(2026, 3, 28), [LONDON])
    assert window.closes_at == datetime(2026, 3, 31, 8, tzinfo=UTC)


@given(
    st.integers(0, 6), st.integers(1, 6), st.integers(0, 6), st.times(), st.times(),
    st.lists(st.sampled_from([LONDON, "Asia/Tokyo", "America/Los_Angeles"]), max_size=3),
)  # fmt: skip
def test_a_window_is_open_for_a_while_and_never_into_the_next_check_in(
    days: int, length: int, digest_day: int, checkin: time, digest: time, zones: list[str]
) -> None:
    rhythm = Rhythm(0, checkin, length, digest_day, digest)
    opens = instant(DAY, checkin, LONDON)
    window = window_for(replace(TEAM, rhythm=rhythm), DAY, zones)
    assert opens + timedelta(hours=12) <= window.closes_at <= opens + timedelta(days=length)
    assert window.takes_answers(window.closes_at - timedelta(microseconds=1))
    assert not window.takes_answers(window.closes_at)
    assert window.salt != window_for(TEAM, DAY + timedelta(days=days), zones).salt


async def test_the_same_receipt_replaces_and_another_adds(desk: Desk) -> None:
    window = await desk.open()
    await desk.service.add(window.id, "r1", rated(1))
    await desk.service.add(window.id, "r1", rated(2))
    await desk.service.add(window.id, "r2", rated(5))
    assert await desk.content(window) == [2, 5]
    _, held = await desk.service.held("r1")
    assert held == rated(2)


async def test_only_the_receipt_finds_a_reflection(desk: Desk) -> None:
    window = await desk.open()
    receipt = new_receipt()
    await desk.service.add(window.id, receipt, rated(3))
    for wrong in ("", receipt[:-1], receipt.upper(), new_receipt(), window.id):
        with pytest.raises(UnknownReceipt):
            await desk.service.held(wrong)
        with pytest.raises(UnknownReceipt):
            await desk.service.withdraw(wrong)
    assert await desk.content(window) == [3]
    with pytest.raises(UnknownReceipt):
        await Reflections(desk.storage.reflections, desk.clock, b"another secret").held(receipt)


async def test_withdrawing_destroys(desk: Desk) -> None:
    window = await desk.open()
    await desk.service.add(window.id, "r1", rated(3))
    assert await desk.service.withdraw("r1") == window
    assert await desk.content(window) == []
    with pytest.raises(UnknownReceipt):
        await desk.service.withdraw("r1")


async def test_a_receipt_moves_nothing_into_another_window(desk: Desk) -> None:
    """The window and the receipt both come back from outside: together they are still a claim."""
    first = await desk.open()
    second = await desk.open(DAY + timedelta(days=1), team="team-2")
    await desk.service.add(first.id, "r1", rated(3))
    with pytest.raises(UnknownReceipt):
        await desk.service.add(second.id, "r1", rated(5))
    assert await desk.content(first) == [3]
    assert await desk.content(second) == []


async def test_once_closed_nothing_comes_in_changes_or_goes(desk: Desk) -> None:
    window = await desk.open()
    await desk.service.add(window.id, "r1", rated(3))
    desk.clock.at = window.closes_at
    for doing in (
        desk.service.add(window.id, "r1", rated(5)),
        desk.service.add(window.id, "r2", rated(5)),
        desk.service.held("r1"),
        desk.service.withdraw("r1"),
    ):
        with pytest.raises(WindowClosed, match="Nothing was stored"):
            await doing
    assert await desk.content(window) == [3]
    with pytest.raises(NotFound):
        await desk.service.add("unknown", "r1", rated(5))


async def test_content_is_not_read_while_answers_come_in(desk: Desk) -> None:
    window = await desk.open()
    with pytest.raises(NotFound):
        await desk.service.content(window)


async def test_opening_twice_keeps_the_first(desk: Desk) -> None:
    window = await desk.open()
    await desk.open(threshold=9)
    assert await desk.service.window(window.id) == window


async def test_thresholds_rise_in_open_windows_and_never_fall(desk: Desk) -> None:
    window = await desk.open()
    await desk.service.raise_threshold(replace(TEAM, smallest_group=8))
    assert (await desk.service.window(window.id)).threshold == 8
    await desk.service.raise_threshold(replace(TEAM, smallest_group=5))
    assert (await desk.service.window(window.id)).threshold == 8
    assert (await desk.service.window(window.id)).salt == window.salt


async def test_a_released_window_keeps_the_threshold_of_its_release(desk: Desk) -> None:
    window = await desk.open(state=WindowState.RELEASED)
    await desk.service.raise_threshold(replace(TEAM, smallest_group=8))
    assert (await desk.service.window(window.id)).threshold == 5


@pytest.mark.parametrize(("few", "left", "moved"), [(True, [], [1]), (False, [1, 2, 3], [])])
async def test_each_writers_wish_when_too_few_answer(
    desk: Desk,
    few: bool,  # noqa: FBT001  a parameter of the test
    left: list[int],
    moved: list[int],
) -> None:
    window, following = await desk.open(), await desk.open(DAY + timedelta(days=7))
    for number, wish in enumerate((IfFew.CARRY_OVER, IfFew.COUNT_ONLY, IfFew.DESTROY), start=1):
        await desk.service.add(window.id, f"r{number}", rated(number, wish))
    await desk.service.tally(window, "topic:bond", member_tag(window.salt, SUPER))
    desk.clock.at = window.closes_at
    await desk.service.release(window, following if few else None)
    assert await desk.content(window) == left
    assert await desk.content(following) == moved
    released = await desk.service.window(window.id)
    assert (released.state, released.salt) == (WindowState.RELEASED, b"")
    assert await desk.service.tallies(window) == {}
    with pytest.raises(UnknownReceipt if few else WindowClosed):
        await desk.service.held("r1")


async def test_what_is_carried_over_keeps_the_threshold_it_was_promised(desk: Desk) -> None:
    window = await desk.open(threshold=8)
    following = await desk.open(DAY + timedelta(days=7))
    await desk.service.add(window.id, "r1", rated(1))
    await desk.service.release(window, following)
    raised = await desk.service.window(following.id)
    assert (raised.threshold, raised.salt) == (8, following.salt)


async def test_nothing_carried_over_raises_nothing(desk: Desk) -> None:
    window = await desk.open(threshold=8)
    following = await desk.open(DAY + timedelta(days=7))
    await desk.service.release(window, following)
    assert (await desk.service.window(following.id)).threshold == 5


async def test_tallies_count_people_not_askings(desk: Desk) -> None:
    window = await desk.open()
    for member in ("U1", "U1", "U2"):
        await desk.service.tally(window, "asked:collusion", member_tag(window.salt, member))
    assert await desk.service.tallies(window) == {"asked:collusion": 2}
    desk.clock.at = window.closes_at
    await desk.service.tally(window, "asked:collusion", member_tag(window.salt, "U3"))
    assert await desk.service.tallies(window) == {"asked:collusion": 2}


async def test_what_is_old_is_destroyed_released_or_not(desk: Desk) -> None:
    old, new = await desk.open(), await desk.open(DAY + timedelta(days=7))
    for window in (old, new):
        await desk.service.add(window.id, window.id, rated(3))
        await desk.service.tally(window, "topic:bond", b"tag")
    desk.clock.at = MONDAY + 9 * WEEK
    await desk.service.destroy_before(new.day)
    assert (await desk.content(old), await desk.content(new)) == ([], [3])
    assert await desk.service.tallies(old) == {}
    assert await desk.service.before(new.day) == [old.id]


def test_receipts_and_tags_tell_nothing() -> None:
    receipts = {new_receipt() for _ in range(200)}
    assert {len(one) for one in receipts} == {24}
    assert len(receipts) == 200
    assert receipt_key(SECRET, "r1") != receipt_key(b"other", "r1")
    assert member_tag(b"week one", SUPER) != member_tag(b"week two", SUPER)
    assert SUPER.encode() not in member_tag(b"week one", SUPER)
    assert receipt_key(SECRET, "x") != member_tag(SECRET, "x"), "one purpose, one name space"
