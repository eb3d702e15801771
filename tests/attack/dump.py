"""A simulated year in a real database file, and somebody who has the file, the logs, and knows who
answered at which moment.

Each week ends with a copy of the file, as a backup would take it. The attacker has no keys and
sorts the week's rows in every way in which an order of arrival could show. Luck gives one row of
each week to the right person, however many there are.
"""

import hashlib
import hmac
import logging
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from math import sqrt
from pathlib import Path
from random import Random
from typing import Final

from bot.reflections import new_receipt
from storage import new_key, open_storage, upgrade
from tests.fakes import CLINICIANS, FRIDAY, MONDAY, WEEK, WORKSPACE, House, rated

Row = tuple[bytes, bytes]
"""A row's key and its sealed content."""

_Z: Final = 1.96
_SURE: Final = 4.0
_MARKS: Final = (b"", b"receipt:", b"member:")


@dataclass(frozen=True)
class Week:
    """What the attacker has of a week: a copy of the file, and the writers by time of arrival."""

    file: Path
    window: str
    arrived: tuple[str, ...]
    truth: Mapping[bytes, str]
    """Whose row it is: for scoring alone."""


@dataclass(frozen=True)
class Scored:
    """Hits among guesses, what luck would give, and the interval of the share (Wilson, 95 %)."""

    hits: int
    guesses: int
    luck: float

    def interval(self, z: float = _Z) -> tuple[float, float]:
        share, n = self.hits / self.guesses, self.guesses
        middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z * sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
        return middle - half, middle + half

    @property
    def is_better_than_luck(self) -> bool:
        """Whether it is, so surely that fourteen guesses at random do not seem to be."""
        return self.interval(_SURE)[0] > self.luck

    def __str__(self) -> str:
        low, high = self.interval()
        return (
            f"{self.hits} of {self.guesses} ({self.hits / self.guesses:.1%}, "
            f"{low:.1%} to {high:.1%}; by luck {self.luck:.1%})"
        )


async def lived(folder: Path, weeks: int, rate: float = 0.85) -> list[Week]:
    """Live through ``weeks`` with answers that arrive one by one, and copy the file each week."""
    url = f"sqlite:///{folder / 'attune.db'}"
    await upgrade(url)
    storage = await open_storage(url, [new_key()])
    random = Random(weeks)
    try:
        house = House(storage)
        team = await house.team()
        found = []
        for number in range(weeks):
            start = MONDAY + number * WEEK
            await house.until(start)
            arrived = [one for one in CLINICIANS if random.random() < rate]
            random.shuffle(arrived)
            found.append(await _a_week(house, folder, number, team.id, arrived))
            await house.until(FRIDAY + number * WEEK)
        return found
    finally:
        await storage.close()


async def _a_week(
    house: House, folder: Path, number: int, team: str, arrived: Sequence[str]
) -> Week:
    checkins = house.services.checkins
    (window,) = await checkins.reflections.current(team, house.clock.now())
    truth: dict[bytes, str] = {}
    for place, member in enumerate(arrived):
        house.clock.at += timedelta(minutes=17)
        before = set(_rows(folder / "attune.db", window.id))
        viewer = await house.viewer(member)
        receipt = new_receipt()
        await checkins.submit(viewer, window.id, receipt, rated(1 + place % 5))
        (new,) = {key for key, _ in _rows(folder / "attune.db", window.id)} - {
            key for key, _ in before
        }
        truth[new] = member
    copy = folder / f"week-{number}.db"
    for ending in ("", "-wal"):
        if (source := folder / f"attune.db{ending}").exists():
            shutil.copy(source, f"{copy}{ending}")
    return Week(copy, window.id, tuple(arrived), truth)


def _rows(file: Path, window: str) -> list[Row]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        query = "SELECT key, sealed FROM reflections WHERE window = ?"
        return [(key, sealed) for key, sealed in connection.execute(query, (window,))]


def _everything(file: Path) -> bytes:
    wal = Path(f"{file}-wal")
    return file.read_bytes() + (wal.read_bytes() if wal.exists() else b"")


Order = Callable[[Row, Sequence[Row], bytes], tuple[int | bytes, ...]]
"""By what a row is sorted, among those of its week as they are read, in the file's bytes."""

ORDERS: Final[Mapping[str, Order]] = {
    "as the table gives them": lambda row, rows, _: (rows.index(row),),
    "by place in the file": lambda row, _, lying: (lying.find(row[1]),),
    "by last place in the file": lambda row, _, lying: (lying.rfind(row[1]),),
    "by place of the key": lambda row, _, lying: (lying.find(row[0]),),
    "by key": lambda row, _, __: (row[0],),
    "by nonce": lambda row, _, __: (row[1][9:21],),
    "by length, then content": lambda row, _, __: (len(row[1]), row[1]),
}


def linked(weeks: Sequence[Week]) -> dict[str, Scored]:
    """Return how many rows each way of sorting, forwards or backwards, gives to their writers."""
    held = [(week, _rows(week.file, week.window), _everything(week.file)) for week in weeks]
    guesses = sum(len(rows) for _, rows, _ in held)
    luck = sum(bool(rows) for _, rows, _ in held) / guesses
    found: dict[str, Scored] = {}
    for name, order in ORDERS.items():
        forwards = backwards = 0
        for week, rows, lying in held:
            ranks = {row: order(row, rows, lying) for row in rows}
            writers = [week.truth[key] for key, _ in sorted(rows, key=ranks.__getitem__)]
            forwards += _hits(writers, week.arrived)
            backwards += _hits(writers[::-1], week.arrived)
        found[name] = Scored(forwards, guesses, luck)
        found[f"{name}, backwards"] = Scored(backwards, guesses, luck)
    return found


def _hits(given: Sequence[str], true: Sequence[str]) -> int:
    return sum(one == other for one, other in zip(given, true, strict=True))


def derived_keys(weeks: Sequence[Week]) -> int:
    """Return how many rows' keys are a hash of a member's id, plain or keyed, with anything that
    lies in the file for a salt or a key.
    """
    found = 0
    for week in weeks:
        keys = {key for key, _ in _rows(week.file, week.window)}
        parts = [b"", week.window.encode(), WORKSPACE.encode(), *_secrets(week.file)]
        for member in week.arrived:
            for part in parts:
                name = member.encode()
                hashes = {hashlib.sha256(one).digest() for one in (part + name, name + part)}
                keyed = {hmac.digest(part, mark + name, "sha256") for mark in _MARKS}
                found += len(keys & (hashes | keyed))
    return found


def _secrets(file: Path) -> list[bytes]:
    """Return whatever could serve as a key, sealed as it lies there."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        queries = ("SELECT salt FROM windows", "SELECT wrapped FROM data_keys",
                   "SELECT sealed FROM key_check")  # fmt: skip
        return [one for query in queries for (one,) in connection.execute(query)]


def copies_left(weeks: Sequence[Week]) -> int:
    """Return how many rows lie in their file more than once: a trace of how pages grew."""
    return sum(
        _everything(week.file).count(sealed[:32]) > 1
        for week in weeks
        for _, sealed in _rows(week.file, week.window)
    )


def told_by_logs(weeks: Sequence[Week], logs: Sequence[logging.LogRecord]) -> Iterator[str]:
    """Yield what of a row stands in the logs: its key or its content, in any spelling."""
    text = "\n".join(record.getMessage() for record in logs)
    for week in weeks:
        for key, sealed in _rows(week.file, week.window):
            for trace in (key, sealed[:16]):
                if trace.hex() in text or repr(trace)[2:-1] in text:
                    yield week.window
