"""What an operator can do with what is kept: back it up, bring it back, change keys, export, erase.

``python -m bot`` hands this to the command line, beside ``bot.operations``.
"""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.clinic import Audited, Team
from bot.errors import BadSetting, MissingKey, NotFound
from bot.settings import Settings, read_settings
from handlers.clock import SystemClock
from storage import BackupKeys, Storage, open_storage, read_backup, rotate, write_backup

_OPERATOR = "operator"


class Custody:
    """Commands over settings that are read when a command runs, not before."""

    def __init__(self, read: Callable[[], Settings] = read_settings) -> None:
        self._read = read

    async def backup(self, folder: Path) -> str:
        """Write both stores into two new files of ``folder``, under two keys."""
        settings = self._read()
        now = SystemClock().now()
        files = await write_backup(settings.database_url, _backup_keys(settings), folder, now)
        names = " and ".join(file.name for file in files)
        return f"Written: {names}. Keep them, and their keys, in two places."

    async def restore(self, files: Sequence[Path]) -> str:
        """Fill an empty, migrated database from one or both files."""
        settings = self._read()
        parts = await read_backup(settings.database_url, _backup_keys(settings), files)
        return (
            f"Restored: {' and '.join(parts)}. What was destroyed after the backup is back, until "
            "the next daily clearing."
        )

    async def rotate(self) -> str:
        """Wrap every data key with the newest of ``ATTUNE_KEYS``; Attune may go on meanwhile."""
        settings = self._read()
        if not settings.keys:
            raise MissingKey
        anew, known = await rotate(settings.database_url, settings.key_values)
        return (
            f"All {known} data keys are wrapped with the newest key, {anew} of them just now. Once "
            "every process has it in first place, run this again; if it wraps none then, the older "
            "keys can go."
        )

    async def export(self, workspace: str, team: str | None) -> str:
        """Return a team, or a workspace with all its teams, as JSON. No reflection is in it."""
        async with self._stored() as storage:
            teams = await _teams(storage, workspace, team)
            found: dict[str, Any] = {"workspace": workspace, "made_at": SystemClock().now()}
            found["teams"] = [await _team_data(storage, one) for one in teams]
            if team is None:
                found |= await _workspace_data(storage, workspace)
        return json.dumps(found, indent=2, default=_plain)

    async def erase(self, workspace: str, team: str | None) -> str:
        """Destroy all that is kept of a team, or of a workspace, with its data keys."""
        async with self._stored() as storage:
            teams = await _teams(storage, workspace, team)
            async with storage.erasure() as store:
                if team is None:
                    await store.erase_workspace(workspace)
                for one in teams:
                    await store.erase_team(one.id)
            subject = team or workspace
            async with storage.clinic() as clinic:
                now = SystemClock().now()
                await clinic.record(
                    Audited(workspace, now, _OPERATOR, "data destroyed", subject, "command line")
                )
        return f"Destroyed: {subject}, with the keys of its texts. Backups still hold it."

    @asynccontextmanager
    async def _stored(self) -> AsyncIterator[Storage]:
        settings = self._read()
        if not settings.keys:
            raise MissingKey
        storage = await open_storage(settings.database_url, settings.key_values)
        try:
            yield storage
        finally:
            await storage.close()


def _backup_keys(settings: Settings) -> BackupKeys:
    try:
        people, content = (key.get_secret_value() for key in settings.backup_keys)
    except ValueError:
        why = "it takes two keys, for people and for content; `python -m bot key` makes one"
        raise BadSetting(name="ATTUNE_BACKUP_KEYS", why=why) from None
    return BackupKeys(people, content)


async def _teams(storage: Storage, workspace: str, team: str | None) -> list[Team]:
    async with storage.clinic() as clinic:
        teams = [one for one in await clinic.teams(workspace) if team in {None, one.id}]
        known = teams or (team is None and await clinic.audit(workspace, 1))
    if not known:
        raise NotFound(what="workspace" if team is None else "team")
    return teams


async def _team_data(storage: Storage, team: Team) -> dict[str, Any]:
    """Return settings, members, weeks and what was released. Who answered is each person's own."""
    async with storage.reflections() as reflections:
        weeks = await reflections.windows(team.id)
    async with storage.digests() as digests:
        told = await digests.of_team(team.id, limit=10_000)
    return {
        "settings": asdict(team),
        "weeks": [
            {"day": one.day, "closes_at": one.closes_at, "threshold": one.threshold}
            for one in weeks
        ],
        "digests": [asdict(one) for one in told],
    }


async def _workspace_data(storage: Storage, workspace: str) -> dict[str, Any]:
    async with storage.clinic() as clinic:
        known = await clinic.workspace(workspace)
        audit = await clinic.audit(workspace, 10_000)
    return {"settings": asdict(known), "audit": [asdict(one) for one in audit]}


def _plain(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    isoformat = getattr(value, "isoformat", None)
    return isoformat() if isoformat else str(value)
