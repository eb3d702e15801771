"""``DigestStore``: what was released is never released differently."""

from dataclasses import replace
from datetime import date

from bot.digests.model import Band, Digest, Figures, Withheld
from storage import Storage

DAY = date(2026, 11, 16)
DIGEST = Digest(
    id="T1.2026-11-16",
    team="T1",
    team_name="Harbour",
    workspace="W1",
    window="T1.2026-11-16",
    day=DAY,
    threshold=5,
    band=Band.MOST,
    figures=Figures(DAY, bond=4.5, goals=3.0, tasks=3.5, safe=4.0),
    history=(Figures(date(2026, 11, 9)), Figures(date(2026, 11, 2), bond=4.0)),
    pulls={"attuned": 6},
    topics={"rupture": 5, "endings": 7},
    asked={"self-criticism": 5},
    words=("“Ich hörte zu”, and waited.", "[client A] came back."),
    withheld=(Withheld("useful", "Fewer than five rated it."),),
)


def of_day(day: int, team: str = "T1") -> Digest:
    when = date(2026, 11, day)
    return replace(DIGEST, id=f"{team}.{when}", team=team, day=when)


async def test_a_digest_comes_back_whole(storage: Storage) -> None:
    async with storage.digests() as digests:
        await digests.freeze(DIGEST)
    async with storage.digests() as digests:
        assert await digests.digest(DIGEST.id) == DIGEST
        assert await digests.digest("unknown") is None


async def test_a_digest_is_frozen_once(storage: Storage) -> None:
    async with storage.digests() as digests:
        await digests.freeze(DIGEST)
        await digests.freeze(replace(DIGEST, topics={}, words=()))
        assert await digests.digest(DIGEST.id) == DIGEST


async def test_newest_first(storage: Storage) -> None:
    async with storage.digests() as digests:
        for digest in (of_day(9), of_day(23), of_day(16), of_day(30, team="T2")):
            await digests.freeze(digest)
        assert await digests.of_team("T1") == [of_day(23), of_day(16), of_day(9)]
        assert await digests.of_team("T1", limit=1) == [of_day(23)]


async def test_all_teams_newest_first(storage: Storage) -> None:
    async with storage.digests() as digests:
        for digest in (of_day(16), of_day(23, team="T2"), of_day(16, team="T2")):
            await digests.freeze(digest)
        assert list(await digests.all()) == [
            of_day(23, team="T2"),
            of_day(16),
            of_day(16, team="T2"),
        ]


async def test_removing_some(storage: Storage) -> None:
    async with storage.digests() as digests:
        for digest in (of_day(9), of_day(16)):
            await digests.freeze(digest)
        await digests.remove([of_day(9).id, "unknown"])
        assert await digests.of_team("T1") == [of_day(16)]


async def test_removing_a_team_keeps_the_others(storage: Storage) -> None:
    async with storage.digests() as digests:
        for digest in (of_day(9), of_day(16), of_day(16, team="T2")):
            await digests.freeze(digest)
        await digests.remove_team("T1")
        assert await digests.of_team("T1") == []
        assert await digests.of_team("T2") == [of_day(16, team="T2")]
        await digests.freeze(of_day(23))
        assert await digests.of_team("T1") == [of_day(23)]
