"""Backups, keys, export and erasure as an operator types them."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from bot.custody import Custody
from bot.operations import Operations
from bot.settings import Settings
from handlers.cli import create_cli
from handlers.custody_cli import add_custody
from storage import new_key, open_storage, upgrade
from tests.fakes import ADMIN, CLINICIANS, FRIDAY, MONDAY, WORKSPACE, House, rated

MASTER, PEOPLE, CONTENT = new_key(), new_key(), new_key()
WORDS = "It felt like walking on ice."


class Desk:
    """The command line over a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.values: dict[str, Any] = {
            "ATTUNE_DATABASE_URL": f"sqlite:///{folder / 'attune.db'}",
            "ATTUNE_KEYS": MASTER,
            "ATTUNE_BACKUP_KEYS": f"{PEOPLE},{CONTENT}",
        }

    def type(self, *words: str) -> Result:
        def read() -> Settings:
            return Settings(_env_file=None, **self.values)

        app: typer.Typer = create_cli(Operations(read))
        add_custody(app, Custody(read))
        return CliRunner().invoke(app, list(words))

    def lived(self) -> str:
        """Let a clinic live for a week; return the team's id."""
        return asyncio.run(self._lived())

    async def _lived(self) -> str:
        await upgrade(self.values["ATTUNE_DATABASE_URL"])
        storage = await open_storage(self.values["ATTUNE_DATABASE_URL"], [MASTER])
        house = House(storage)
        team = await house.team()
        await house.until(MONDAY)
        for member in CLINICIANS:
            await house.answer(member, team, rated(4, text=WORDS, may_show=True))
        await house.until(FRIDAY)
        await storage.close()
        return team.id


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_backup_and_restore(desk: Desk) -> None:
    team = desk.lived()
    kept = desk.folder / "kept"
    done = desk.type("backup", str(kept))
    assert done.exit_code == 0, done.output
    files = sorted(map(str, kept.glob("*.backup")))
    assert len(files) == 2
    assert all(Path(file).name in done.output for file in files)
    desk.values["ATTUNE_DATABASE_URL"] = f"sqlite:///{desk.folder / 'again.db'}"
    assert desk.type("migrate").exit_code == 0
    done = desk.type("restore", *files)
    assert done.exit_code == 0, done.output
    assert team in desk.type("export", WORKSPACE).output
    assert desk.type("restore", *files).exit_code == 2, "not empty any more"


@pytest.mark.parametrize(
    "keys",
    ["", PEOPLE, f"{PEOPLE},{PEOPLE}", f"{PEOPLE},{CONTENT},{MASTER}"],
    ids=["none", "one", "the same twice", "three"],
)
def test_a_backup_wants_two_keys(desk: Desk, keys: str) -> None:
    desk.lived()
    desk.values["ATTUNE_BACKUP_KEYS"] = keys
    done = desk.type("backup", str(desk.folder / "kept"))
    assert done.exit_code == 2
    assert "ATTUNE_BACKUP_KEYS" in done.output
    assert PEOPLE not in done.output
    assert not (desk.folder / "kept").exists()


def test_keys_are_rotated(desk: Desk) -> None:
    desk.lived()
    newer = new_key()
    desk.values["ATTUNE_KEYS"] = f"{newer},{MASTER}"
    assert "2 of them just now" in desk.type("keys", "rotate").output
    assert "0 of them just now" in desk.type("keys", "rotate").output
    desk.values["ATTUNE_KEYS"] = newer
    assert desk.type("export", WORKSPACE).exit_code == 0
    desk.values["ATTUNE_KEYS"] = MASTER
    done = desk.type("keys", "rotate")
    assert done.exit_code == 2
    desk.values["ATTUNE_KEYS"] = ""
    assert desk.type("keys", "rotate").exit_code == 2


def test_an_export_holds_what_was_told_and_no_reflection(desk: Desk) -> None:
    team = desk.lived()
    for words in (("export", WORKSPACE), ("export", WORKSPACE, "--team", team)):
        found = json.loads(desk.type(*words).output)
        (one,) = found["teams"]
        assert one["settings"]["name"] == "Riverbank"
        assert sorted(CLINICIANS) == one["settings"]["clinicians"]
        (digest,) = one["digests"]
        assert digest["figures"]["bond"] == 4
        assert "answered" not in json.dumps(found), "who answered is each person's own"
        assert ("audit" in found) is ("--team" not in words)
        assert "salt" not in json.dumps(found)


def test_an_erased_team_is_gone_and_audited(desk: Desk) -> None:
    team = desk.lived()
    assert desk.type("erase", WORKSPACE, "--team", team).exit_code == 2, "not without --yes"
    assert json.loads(desk.type("export", WORKSPACE).output)["teams"]
    assert desk.type("erase", WORKSPACE, "--team", team, "--yes").exit_code == 0
    found = json.loads(desk.type("export", WORKSPACE).output)
    assert found["teams"] == []
    (newest, *_) = found["audit"]
    assert (newest["actor"], newest["action"]) == ("operator", "data destroyed")
    assert desk.type("erase", WORKSPACE, "--team", team, "--yes").exit_code == 1, "not there"


def test_an_erased_workspace_leaves_one_line(desk: Desk) -> None:
    desk.lived()
    assert desk.type("erase", WORKSPACE, "--yes").exit_code == 0
    found = json.loads(desk.type("export", WORKSPACE).output)
    assert (found["teams"], len(found["audit"])) == ([], 1)
    file = (desk.folder / "attune.db").read_bytes()
    assert not any(who.encode() in file for who in (ADMIN, *CLINICIANS))
    assert desk.type("export", "T0UNKNOWN").exit_code == 1
