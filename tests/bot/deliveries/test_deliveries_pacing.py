"""Places: four a second for a workspace, one a second for a chat, and who waits behind nobody."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.deliveries import Delivery, Kind, Pace
from bot.deliveries.pacing import CHANNEL_GAP

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def row(number: int, **known: object) -> Delivery:
    made = Delivery(f"k{number}", "W1", Kind.CHECK_IN, f"U{number}", "x", NOW)
    return replace(made, **known)  # type: ignore[arg-type]  # the tests name real fields


def test_four_a_second_from_now_on() -> None:
    rows = [row(number, due_at=NOW - timedelta(hours=1)) for number in range(9)]
    places = Pace(4).spread(rows, NOW, {}, {})
    assert [places.slots[one.id] - NOW for one in rows] == [SECOND / 4 * n for n in range(9)]
    assert places.free_from == {"W1": NOW + SECOND / 4 * 9}


def test_workspaces_do_not_wait_for_each_other() -> None:
    rows = [row(1), row(2, workspace="W2"), row(3)]
    places = Pace(1).spread(rows, NOW, {"W2": NOW + 9 * SECOND}, {})
    assert [places.slots[one.id] - NOW for one in rows] == [0 * SECOND, 9 * SECOND, SECOND]


def test_one_chat_gets_one_a_second_and_holds_nobody_else_up() -> None:
    rows = [row(1), row(2, recipient="U1"), row(3)]
    places = Pace(4).spread(rows, NOW, {}, {("W1", "U1"): NOW})
    assert [places.slots[one.id] - NOW for one in rows] == [SECOND, 2 * SECOND, SECOND / 2]


def test_a_request_to_be_called_waits_behind_nobody() -> None:
    rows = [row(1, kind=Kind.CALL_REQUEST), row(2)]
    places = Pace(4).spread(rows, NOW, {"W1": NOW + 600 * SECOND}, {})
    assert places.slots[rows[0].id] == NOW
    assert places.slots[rows[1].id] == NOW + 600 * SECOND + SECOND / 4


def test_no_pace_leaves_the_due_times() -> None:
    rows = [row(1), row(2, due_at=NOW - SECOND)]
    places = Pace(0).spread(rows, NOW, {}, {})
    assert places.slots == {rows[0].id: NOW, rows[1].id: NOW - SECOND}
    assert places.free_from == {}


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(-60, 60)), max_size=40),
    st.sampled_from([0.5, 1.0, 4.0, 7.0]),
)
def test_never_early_never_faster(asked: list[tuple[int, int]], rate: float) -> None:
    rows = [
        row(number, recipient=f"U{who}", due_at=NOW + due * SECOND)
        for number, (who, due) in enumerate(asked)
    ]
    rows.sort(key=lambda one: one.due_at)
    slots = Pace(rate).spread(rows, NOW, {}, {}).slots
    assert all(slots[one.id] >= max(NOW, one.due_at) for one in rows)
    for who in {one.recipient for one in rows}:
        theirs = sorted(slots[one.id] for one in rows if one.recipient == who)
        gaps = [after - before for before, after in itertools.pairwise(theirs)]
        assert all(gap >= CHANNEL_GAP for gap in gaps)
    if len({one.recipient for one in rows}) == len(rows):
        times = sorted(slots.values())
        for before, after in itertools.pairwise(times):
            assert after - before >= timedelta(seconds=1 / rate) - timedelta(microseconds=9)
