"""Backups: the two stores into two files, each under a key of its own.

*people* holds who is in which team, who answered, what was sent and when. *content* holds windows,
reflections, tallies and digests. Whoever has one file and its key cannot lay it beside the
other. What is sealed in the database stays sealed inside: to read it, Attune's own keys are needed
too. A file is ``magic · sealed(gzip(JSON))``; nothing in it tells the order in which rows came.
"""

import asyncio
import base64
import gzip
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import BadSetting, DatabaseBehind, WrongText
from storage.cipher import Keyring, master_keys
from storage.migrate import head, revision
from storage.tables import METADATA, DataKeyRow
from storage.unit_of_work import Database, translated

_SETTING: Final = "ATTUNE_BACKUP_KEYS"
_MAGIC: Final = b"attune backup 1\n"
_PASSING: Final = frozenset({"inbox", "pauses", "paces", "turns"})
_CONTENT: Final = frozenset({"windows", "reflections", "tallies", "digests", "key_check"})
_CONTENT_KEYS: Final = ("reflections:", "digests:")
_KEYS: Final = str(DataKeyRow.__tablename__)
_SHAPES: Final[Mapping[str, Any]] = {
    "bytes": base64.b64decode,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
}
_RANDOM: Final = secrets.SystemRandom()

Rows = list[dict[str, Any]]


class Part(StrEnum):
    """Which of the two stores a file holds."""

    PEOPLE = "people"
    CONTENT = "content"


@dataclass(frozen=True, slots=True)
class BackupKeys:
    """A key for each part: 32 bytes in URL-safe base64, different from each other."""

    people: str
    content: str

    def ring(self, part: Part) -> Keyring:
        """Return what seals and opens the files of ``part``; raise ``BadSetting``."""
        if self.people.strip() == self.content.strip():
            raise BadSetting(name=_SETTING, why="the two keys must differ")
        try:
            return master_keys([self.people if part is Part.PEOPLE else self.content])
        except BadSetting:
            why = f"the key for {part} is not 32 bytes in URL-safe base64"
            raise BadSetting(name=_SETTING, why=why) from None


async def write_backup(url: str, keys: BackupKeys, folder: Path, now: datetime) -> list[Path]:
    """Write both parts as they are at one moment; return the two files, which are new.

    Attune may go on meanwhile. Raises ``DatabaseBehind`` or ``StorageUnavailable``.
    """
    rings = {part: keys.ring(part) for part in Part}
    database = Database(url)
    try:
        await _check_revision(database)
        with translated():
            async with database.engine.connect() as connection:
                if database.url.get_backend_name() == "postgresql":
                    await connection.execution_options(isolation_level="REPEATABLE READ")
                tables = {
                    table.name: await _rows(connection, table)
                    for table in METADATA.sorted_tables
                    if table.name not in _PASSING
                }
    finally:
        await database.close()
    return [
        await asyncio.to_thread(_write, folder, part, _of(part, tables), rings[part], now)
        for part in Part
    ]


async def read_backup(url: str, keys: BackupKeys, files: Sequence[Path]) -> list[Part]:
    """Fill an empty, migrated database from one or both files; return which parts they were.

    All of it or nothing. Raises ``BadSetting`` where a file does not open or does not fit, or
    the database is not empty.
    """
    opened = [await asyncio.to_thread(_read, file, keys) for file in files]
    database = Database(url)
    try:
        await _check_revision(database)
        with translated():
            async with database.engine.begin() as connection:
                filled = [
                    (table, rows)
                    for table in METADATA.sorted_tables
                    if (rows := [row for _, tables in opened for row in tables.get(table.name, ())])
                ]
                await _check_empty(connection)
                for table, rows in filled:
                    await connection.execute(insert(table), rows)
                await _count_on(connection)
    finally:
        await database.close()
    return [part for part, _ in opened]


async def _check_revision(database: Database) -> None:
    found = await revision(database.engine)
    if found != head():
        raise DatabaseBehind(found=found or "no revision", wanted=head())


async def _check_empty(connection: AsyncConnection) -> None:
    for table in METADATA.sorted_tables:
        if await connection.scalar(select(func.count()).select_from(table)):
            why = "it is not empty: a backup is restored into a new database, after `migrate`"
            raise BadSetting(name="The database", why=why)


async def _count_on(connection: AsyncConnection) -> None:
    """Let PostgreSQL number the audit trail from where it stands."""
    if connection.dialect.name == "postgresql":
        newest = select(func.max(METADATA.tables["audit"].c.id)).scalar_subquery()
        place = func.pg_get_serial_sequence("audit", "id")
        await connection.execute(select(func.setval(place, func.coalesce(newest, 1))))


async def _rows(connection: AsyncConnection, table: Table) -> Rows:
    found = await connection.execute(select(table))
    rows = [dict(row._mapping) for row in found]  # noqa: SLF001  SQLAlchemy's public name for a row as a mapping
    _RANDOM.shuffle(rows)
    return rows


def _of(part: Part, tables: Mapping[str, Rows]) -> dict[str, Rows]:
    def belongs(name: str, row: Mapping[str, Any]) -> bool:
        is_content = (
            str(row["owner"]).startswith(_CONTENT_KEYS) if name == _KEYS else name in _CONTENT
        )
        return is_content is (part is Part.CONTENT)

    return {name: [row for row in rows if belongs(name, row)] for name, rows in tables.items()}


def _write(
    folder: Path, part: Part, tables: Mapping[str, Rows], ring: Keyring, now: datetime
) -> Path:
    whole = {"part": part, "revision": head(), "tables": {n: t for n, t in tables.items() if t}}
    plain = gzip.compress(json.dumps(whole, default=_shaped).encode(), mtime=0)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"attune-{now:%Y%m%dT%H%M%SZ}-{part}.backup"
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(_MAGIC + ring.seal(plain, _MAGIC, part))
    return file


def _read(file: Path, keys: BackupKeys) -> tuple[Part, dict[str, Rows]]:
    sealed = file.read_bytes() if file.is_file() else b""
    for part in Part:
        try:
            plain = keys.ring(part).open(sealed.removeprefix(_MAGIC), _MAGIC, part)
        except WrongText:
            continue
        whole = json.loads(gzip.decompress(plain), object_hook=_unshaped)
        if whole["revision"] != head():
            raise BadSetting(name=file.name, why=f"it is of revision {whole['revision']}")
        return part, whole["tables"]
    raise BadSetting(name=file.name, why="it is no backup, or was made with other keys")


def _shaped(value: object) -> dict[str, str]:
    if isinstance(value, bytes):
        return {"is": "bytes", "as": base64.b64encode(value).decode()}
    for kind in (datetime, date, time):
        if isinstance(value, kind):
            return {"is": kind.__name__, "as": value.isoformat()}
    raise TypeError


def _unshaped(value: dict[str, Any]) -> Any:
    return _SHAPES[value["is"]](value["as"]) if value.keys() == {"is", "as"} else value
