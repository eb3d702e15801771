"""Digests: frozen once, sent once to each supervisor wherever they are, and read by them alone."""

import csv
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checkins import Filled
from bot.clinic import Team
from bot.deliveries import Kind, State
from bot.digests import Band, Digest, Figures
from bot.digests.agenda import agenda
from bot.digests.chart import draw
from bot.digests.compose import alt_text, message, table
from bot.errors import NotAllowed, NotFound
from bot.messages import DigestMessage
from bot.reflections import IfFew, Pull, Ratings, Topic, WindowState
from tests.fakes import (
    ADMIN,
    CLINICIANS,
    FRIDAY,
    MONDAY,
    OTHER,
    SUPER,
    WEEK,
    WORKSPACE,
    House,
    rated,
)

MINA = CLINICIANS[0]
PNG = b"\x89PNG\r\n\x1a\n"


async def week(house: House, team: Team, answering: int = 8, **more: Any) -> None:
    """From a check-in to its digest, with so many answers."""
    day = (await house.services.deliveries.upcoming(WORKSPACE, MINA))[0].next_at
    await house.until(day)
    for member in CLINICIANS[:answering]:
        await house.answer(member, team, rated(4, **more))
    await house.until(day + (FRIDAY - MONDAY))


async def digests(house: House, member: str = SUPER) -> list[Digest]:
    return list(await house.services.digests.past(await house.viewer(member)))


async def test_a_digest_comes_at_its_time_with_picture_and_words(house: House) -> None:
    team = await house.team()
    await week(house, team)
    (said,) = house.messenger.to(SUPER, DigestMessage)
    assert said.title == "Riverbank: week of 5 January 2026"
    assert said.picture is not None
    assert said.picture.startswith(PNG)
    assert "bond 4" in said.alt_text
    assert not any(who in repr(said) for who in CLINICIANS)
    assert [one.state for one in await house.ledger(Kind.DIGEST)] == [State.SENT]


async def test_two_supervisors_in_two_zones_get_the_same_digest(house: House) -> None:
    house.people.add(OTHER, zone="America/New_York")
    team = await house.team(supervisors=frozenset({SUPER, OTHER}))
    await week(house, team)
    assert house.messenger.to(OTHER, DigestMessage) == []
    await house.until(FRIDAY + timedelta(hours=5))
    (first,) = house.messenger.to(SUPER, DigestMessage)
    (second,) = house.messenger.to(OTHER, DigestMessage)
    assert replace(first, picture=None) == replace(second, picture=None)
    assert len(await digests(house)) == 1


async def test_a_supervisor_far_to_the_east_misses_no_week(house: House) -> None:
    """A window of one day closes after their Tuesday has begun; the digest comes a week later."""
    house.people.add(SUPER, zone="Asia/Tokyo")
    house.people.add(ADMIN, zone="America/Los_Angeles", is_admin=True)
    team = await house.team(window_days=1, digest_day=1, supervisors=frozenset({SUPER}))
    assert team.zone == "America/Los_Angeles"
    await house.until(MONDAY)
    for member in CLINICIANS:
        await house.answer(member, team)
    await house.until(MONDAY + 2 * WEEK)
    said = house.messenger.to(SUPER, DigestMessage)
    assert [one.title for one in said] == ["Riverbank: week of 5 January 2026"]


async def test_a_digest_is_frozen_and_a_second_try_sends_the_same(house: House) -> None:
    team = await house.team()
    await week(house, team)
    (frozen,) = await digests(house)
    async with house.storage.digests() as store:
        await store.freeze(replace(frozen, words=("something else",)))
    assert await digests(house) == [frozen]
    due = [
        replace(one, next_at=FRIDAY)
        for one in await house.services.deliveries.schedules(WORKSPACE)
        if one.kind is Kind.DIGEST
    ]
    rows = await house.services.digests.plan(due)
    assert await house.services.deliveries.plan(*rows) == 0, "the same keys"


async def test_each_week_has_its_digest_and_the_picture_its_history(house: House) -> None:
    team = await house.team()
    for _ in range(3):
        await week(house, team)
    days = [one.day for one in await digests(house)]
    assert days == [date(2026, 1, 19), date(2026, 1, 12), date(2026, 1, 5)]
    newest = (await digests(house))[0]
    assert [one.day for one in newest.history] == [date(2026, 1, 5), date(2026, 1, 12)]
    assert len(house.messenger.to(SUPER, DigestMessage)) == 3
    assert len({one.key for one in await house.ledger(Kind.DIGEST)}) == 3


async def test_a_week_without_numbers_leaves_no_gap_in_the_history(house: House) -> None:
    team = await house.team()
    for answering in (8, 2, 8):
        await week(house, team, answering, if_few=IfFew.DESTROY)
    newest, few, _ = await digests(house)
    assert not few.tells_numbers
    assert [one.day for one in newest.history] == [date(2026, 1, 5)]


async def test_too_few_answers_tell_nothing_but_a_band(house: House) -> None:
    team = await house.team()
    await week(house, team, 4, if_few=IfFew.COUNT_ONLY, text="It felt slow.", may_show=True)
    (said,) = house.messenger.to(SUPER, DigestMessage)
    assert said.picture is None
    assert "Too few" in said.summary
    assert not any(character.isdigit() for character in said.summary)
    assert "slow" not in repr(said)
    (digest,) = await digests(house)
    assert (digest.band, digest.figures) == (Band.HALF, Figures(date(2026, 1, 5)))


async def test_who_wanted_to_be_destroyed_does_not_even_count(house: House) -> None:
    team = await house.team()
    await week(house, team, 4, if_few=IfFew.DESTROY)
    (digest,) = await digests(house)
    assert digest.band is Band.NONE


async def test_answers_carried_over_count_for_the_next_week_and_never_help(house: House) -> None:
    team = await house.team()
    await week(house, team, 4, if_few=IfFew.CARRY_OVER)
    async with house.storage.reflections() as store:
        assert await store.count(f"{team.id}.2026-01-12") == 4
    await week(house, team, 4, if_few=IfFew.COUNT_ONLY)
    assert [one.tells_numbers for one in await digests(house)] == [False, False]
    async with house.storage.reflections() as store:
        assert await store.count(f"{team.id}.2026-01-19") == 4


async def test_no_window_is_made_that_nobody_is_asked_in(house: House) -> None:
    """The weekday of the check-in changes while answers wait: no week appears out of nothing."""
    team = await house.team()
    await week(house, team, 2)
    await house.team(id=team.id, checkin_day=1, digest_day=4)
    await house.until(FRIDAY + 4 * WEEK)
    told = [one.day for one in await digests(house)]
    assert told == [
        date(2026, 2, 3),
        date(2026, 1, 27),
        date(2026, 1, 20),
        date(2026, 1, 13),
        date(2026, 1, 5),
    ]
    async with house.storage.reflections() as store:
        counts = [await store.count(one.id) for one in await store.windows(team.id)]
    assert sum(counts) == 2, "and what was carried over is still there"


async def test_after_weeks_of_standing_still_answers_wait_for_the_next_check_in(
    house: House,
) -> None:
    team = await house.team()
    await house.until(MONDAY)
    await house.answer(MINA, team)
    house.clock.at = FRIDAY + 3 * WEEK
    await house.tick()
    await house.until(FRIDAY + 3 * WEEK + timedelta(hours=1))
    async with house.storage.reflections() as store:
        holding = [one.day for one in await store.windows(team.id) if await store.count(one.id)]
    assert holding == [date(2026, 2, 2)]
    assert len(house.messenger.to(SUPER, DigestMessage)) <= 1


async def test_a_holiday_leaves_a_dropped_row_and_no_digest(house: House) -> None:
    house.clock.at = datetime(2026, 4, 1, 12, tzinfo=UTC)
    await house.team(country="GB-SCT", checkin_day=4, window_days=2, digest_day=2)
    await house.until(datetime(2026, 4, 8, 12, tzinfo=UTC))
    assert await digests(house) == []
    assert [(one.state, one.reason) for one in await house.ledger(Kind.DIGEST)] == [
        (State.DROPPED, "no window had closed since the last digest")
    ]


async def test_whoever_stopped_supervising_gets_none(house: House) -> None:
    team = await house.team(supervisors=frozenset({SUPER, OTHER}))
    await house.until(FRIDAY - timedelta(minutes=1))
    house.messenger.script = []
    async with house.storage.clinic() as store:  # as if it happened after planning
        await store.save_team(replace(team, supervisors=frozenset({OTHER})))
    await house.until(FRIDAY)
    assert house.messenger.to(SUPER, DigestMessage) == []
    assert len(house.messenger.to(OTHER, DigestMessage)) == 1


async def test_only_supervisors_of_the_team_read_its_digests(house: House) -> None:
    team = await house.team()
    await house.team(name="Lakeside", supervisors=frozenset({OTHER}))
    await week(house, team)
    (digest,) = await digests(house)
    service = house.services.digests
    assert (await service.read(await house.viewer(SUPER), digest.id)).digest == digest.id
    for stranger in (ADMIN, OTHER, MINA):
        viewer = await house.viewer(stranger)
        for doing in (
            service.read(viewer, digest.id),
            service.csv(viewer, digest.id),
            service.preview(viewer, team.id),
        ):
            with pytest.raises((NotFound, NotAllowed)):
                await doing
        assert digest not in await service.past(viewer)
    gone = await house.viewer(SUPER)
    gone = replace(gone, person=replace(gone.person, is_active=False))
    with pytest.raises(NotAllowed):
        await service.read(gone, digest.id)
    with pytest.raises(NotFound):
        await service.read(await house.viewer(SUPER), "unknown")


async def test_a_preview_tells_no_number_of_an_open_window(house: House) -> None:
    team = await house.team()
    await house.until(MONDAY)
    viewer = await house.viewer(SUPER)
    before = await house.services.digests.preview(viewer, team.id)
    for member in CLINICIANS[:6]:
        await house.answer(member, team)
    after = await house.services.digests.preview(viewer, team.id)
    assert after == before, "two looks would tell what came in between"
    assert after.next_at == FRIDAY
    assert any("nobody sees any number" in line for line in after.lines)
    house.clock.at = FRIDAY - timedelta(hours=1)
    (closed,) = await house.services.digests.upcoming(viewer)
    assert any("closed on Thursday 8 January" in line for line in closed.lines)


async def test_without_a_check_in_the_preview_says_so(house: House) -> None:
    team = await house.team()
    found = await house.services.digests.preview(await house.viewer(SUPER), team.id)
    assert (found.window, len(found.lines)) == (None, 1)


async def test_counts_pulls_topics_and_words_reach_the_digest(house: House) -> None:
    team = await house.team()
    await house.until(MONDAY)
    filled = Filled(
        Ratings(bond=2, safe=2),
        Pull.COLLUDE,
        frozenset({Topic.RUPTURE}),
        "It felt like walking on ice.",
        may_show=True,
    )
    for member in CLINICIANS[:7]:
        await house.answer(member, team, filled)
    await house.until(FRIDAY)
    (said,) = house.messenger.to(SUPER, DigestMessage)
    whole = repr(said.sections)
    for words in ("Pulled to collude: at least 7", "walking on ice", "Bond: 2"):
        assert words in whole
    assert any("bond felt thin" in point for point in said.agenda)
    (digest,) = await digests(house)
    window = await house.services.digests.reflections.window(digest.window)
    assert (window.state, window.salt) == (WindowState.RELEASED, b"")


async def test_the_file_holds_released_figures_alone(house: House) -> None:
    team = await house.team()
    await week(house, team, text="It felt slow.", may_show=True)
    (digest,) = await digests(house)
    name, content = await house.services.digests.csv(await house.viewer(SUPER), digest.id)
    assert name == "attune-digest-2026-01-05.csv"
    rows = list(csv.reader(content.decode().splitlines()))
    assert rows[0] == ["section", "item", "value"]
    assert ["mean", "bond", "4"] in rows
    assert ["mean", "safe", "withheld"] in rows
    assert "slow" not in content.decode()


async def test_removing_a_team_removes_its_digests(house: House) -> None:
    team = await house.team()
    await week(house, team)
    await house.services.clinic.remove_team(await house.viewer(ADMIN), team.id)
    async with house.storage.digests() as store:
        assert await store.all() == []


# --- words, agenda and picture ------------------------------------------------------------------

halves = st.none() | st.integers(2, 10).map(lambda n: n / 2)
figures = st.builds(
    Figures,
    st.just(date(2026, 1, 5)),
    bond=halves,
    goals=halves,
    tasks=halves,
    useful=halves,
    safe=halves,
)
released = st.builds(
    Digest,
    id=st.just("d"), team=st.just("t"), team_name=st.just("Riverbank"), workspace=st.just("T"),
    window=st.just("w"), day=st.just(date(2026, 1, 5)), threshold=st.just(5),
    band=st.sampled_from(Band), figures=figures, history=st.lists(figures, max_size=3).map(tuple),
    pulls=st.dictionaries(st.sampled_from([one.name for one in Pull]), st.integers(5, 9)),
    topics=st.dictionaries(st.sampled_from([one.value for one in Topic]), st.integers(5, 9)),
    asked=st.dictionaries(st.sampled_from(["collusion", "safety", "unclear"]), st.integers(5, 9)),
)  # fmt: skip


@given(released)
def test_the_agenda_fills_one_hour(digest: Digest) -> None:
    minutes = [int(point.split(" min · ")[0]) for point in agenda(digest)]
    assert sum(minutes) == 60
    assert min(minutes) >= 5


@given(released)
def test_whatever_is_released_reads_as_sentences(digest: Digest) -> None:
    said = message(digest, None)
    assert said.summary.endswith(".")
    assert all(section.lines for section in said.sections)
    assert said.alt_text == alt_text(digest)
    assert "None" not in repr((said.summary, said.alt_text, said.sections, said.agenda))
    assert ";  " not in said.summary
    if digest.pulls or digest.topics or digest.asked:
        assert "no number" not in said.summary.lower()
    assert b"None" not in table(digest)


@given(released)
def test_a_digest_with_any_number_does_not_say_that_there_is_none(digest: Digest) -> None:
    told = [line for one in message(digest, None).sections for line in one.lines if ": " in line]
    numbers = any(character.isdigit() for line in told for character in line)
    if numbers:
        assert "Too few to show numbers" not in message(digest, None).summary


def test_the_picture_can_be_drawn_of_gaps(house: House) -> None:
    del house
    day = date(2026, 1, 5)
    sparse = Digest(
        "d", "t", "Riverbank", "T", "w", day, 5, Band.MOST, Figures(day, bond=3.5),
        history=(Figures(day), Figures(day, tasks=1)),
    )  # fmt: skip
    assert draw(sparse).startswith(PNG)
