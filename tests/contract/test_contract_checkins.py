"""``CheckInStore``: participation, whether and never when."""

from dataclasses import fields

from bot.checkins.model import Answer, Participation
from storage import Storage
from storage.tables import ParticipationRow

ANA = Participation("team.2026-11-23", "U1", "W1")
BEN = Participation("team.2026-11-23", "U2", "W1")


async def test_asking_again_changes_nothing(storage: Storage) -> None:
    async with storage.checkins() as checkins:
        await checkins.ask([ANA, BEN])
        await checkins.save(Participation(ANA.window, "U1", "W1", Answer.ANSWERED))
        await checkins.ask([ANA, BEN])
    async with storage.checkins() as checkins:
        rows = await checkins.of_window(ANA.window)
    assert [(row.member, row.answer) for row in rows] == [
        ("U1", Answer.ANSWERED),
        ("U2", Answer.ASKED),
    ]


async def test_saving_inserts_and_replaces(storage: Storage) -> None:
    async with storage.checkins() as checkins:
        assert await checkins.get(ANA.window, "U1") is None
        await checkins.save(ANA)
        skipped = Participation(ANA.window, "U1", "W1", Answer.SKIPPED)
        await checkins.save(skipped)
        assert await checkins.get(ANA.window, "U1") == skipped


async def test_newest_window_comes_first_over_several_teams(storage: Storage) -> None:
    days = ["zebra.2026-11-09", "alder.2026-11-23", "zebra.2026-11-16"]
    async with storage.checkins() as checkins:
        await checkins.ask([Participation(day, "U1", "W1") for day in days])
        await checkins.ask([Participation(days[0], "U1", "elsewhere")])
        rows = await checkins.of_member("W1", "U1")
    assert [row.window for row in rows] == [days[1], days[2], days[0]]


async def test_forgetting_takes_one_member_of_one_workspace(storage: Storage) -> None:
    other = Participation("far.2026-11-23", "U1", "W2")
    async with storage.checkins() as checkins:
        await checkins.ask([ANA, BEN, other])
        await checkins.forget("W1", "U1")
        assert await checkins.of_window(ANA.window) == [BEN]
        assert await checkins.of_member("W2", "U1") == [other]


async def test_old_windows_go(storage: Storage) -> None:
    kept = Participation("team.2026-11-30", "U1", "W1")
    async with storage.checkins() as checkins:
        await checkins.ask([ANA, BEN, kept])
        await checkins.remove_windows([ANA.window, "unknown.2026-01-05"])
        assert await checkins.of_window(ANA.window) == []
        assert await checkins.of_member("W1", "U1") == [kept]


def test_participation_says_whether_and_never_when() -> None:
    assert set(ParticipationRow.model_fields) == {field.name for field in fields(Participation)}
    assert set(ParticipationRow.model_fields) == {"window", "member", "workspace", "answer"}
