"""What keeps Attune from starting is said in one sentence, with an exit code that tells whose turn
it is: 2 for the set-up, 1 for what may pass.
"""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from bot.operations import Operations
from bot.settings import Settings, read_settings
from handlers.cli import create_cli
from storage import new_key, open_storage, upgrade

ROOT = Path(__file__).parents[2]
KEY, OTHER = new_key(), new_key()


def asked(command: str, **settings: Any) -> Result:
    """Run a command in this process, with settings instead of an environment."""
    values = {"ATTUNE_KEYS": (SecretStr(KEY),)} | settings
    made = Settings(_env_file=None, **values)
    return CliRunner().invoke(create_cli(Operations(lambda: made)), [command])


def url(file: Path) -> str:
    return f"sqlite+aiosqlite:///{file}"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database that was made with ``KEY``."""
    made = url(tmp_path_factory.mktemp("data") / "attune.db")

    async def make() -> None:
        await upgrade(made)
        await (await open_storage(made, [KEY])).close()

    asyncio.run(make())
    return made


def says(result: Result, code: int, sentence: str) -> None:
    assert sentence in result.stderr.replace("\n", " ")
    assert result.exit_code == code
    assert result.stderr.startswith("Attune: ")
    assert result.stderr.count("\n") == 1, "one line, and no traceback"
    assert KEY not in result.output
    assert OTHER not in result.output


HTTP = {"SLACK_BOT_TOKEN": SecretStr("xoxb-x"), "SLACK_SIGNING_SECRET": SecretStr("secret")}


@pytest.mark.parametrize("command", ["run", "web", "worker", "digest"])
def test_without_a_key_nothing_starts(command: str, database: str) -> None:
    result = asked(command, ATTUNE_DATABASE_URL=database, ATTUNE_KEYS=(), **HTTP)
    says(result, 2, "ATTUNE_KEYS is not set, and Attune stores nothing without a key.")


@pytest.mark.parametrize("command", ["web", "worker", "digest"])
def test_another_key_opens_nothing_and_touches_nothing(command: str, database: str) -> None:
    result = asked(command, ATTUNE_DATABASE_URL=database, ATTUNE_KEYS=(SecretStr(OTHER),), **HTTP)
    says(result, 2, "None of the keys in ATTUNE_KEYS opens this database. Nothing was touched")
    assert asked("digest", ATTUNE_DATABASE_URL=database).exit_code == 0


def test_a_key_that_is_none(database: str) -> None:
    result = asked("digest", ATTUNE_DATABASE_URL=database, ATTUNE_KEYS=(SecretStr("short"),))
    says(result, 2, "ATTUNE_KEYS cannot be used")
    assert "short" not in result.stderr.split("cannot be used")[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ATTUNE_PORT", "eighty"),
        ("ATTUNE_PORT", "70000"),
        ("ATTUNE_ZONE", "Mars/Olympus"),
        ("ATTUNE_SLACK_API_URL", "ftp://slack"),
        ("ATTUNE_LOG_LEVEL", "LOUD"),
        ("ATTUNE_TICK_SECONDS", "0"),
    ],
)
def test_a_malformed_setting_is_named_and_its_value_is_not(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, value)
    result = CliRunner().invoke(create_cli(Operations(read_settings)), ["digest"])
    says(result, 2, f"{name} cannot be used: ")
    assert value not in result.stderr
    assert "docs/reference/settings.md" in result.stderr


def test_credentials_that_do_not_add_up() -> None:
    result = asked("run", SLACK_BOT_TOKEN=SecretStr("xoxb-x"))
    says(result, 2, "SLACK_BOT_TOKEN cannot be used: it goes with SLACK_APP_TOKEN")


def test_a_database_of_another_make() -> None:
    says(asked("digest", ATTUNE_DATABASE_URL="mysql://x/y"), 2, "only sqlite and postgresql")


@pytest.mark.parametrize("where", ["postgresql://nobody@127.0.0.1:9/attune", "folder", "garbage"])
def test_a_database_that_does_not_answer(where: str, tmp_path: Path) -> None:
    if where == "folder":
        where = url(tmp_path)
    elif where == "garbage":
        (tmp_path / "attune.db").write_text("not a database, but long enough to look at. " * 50)
        where = url(tmp_path / "attune.db")
    result = asked("digest", ATTUNE_DATABASE_URL=where)
    says(result, 1, "The database does not answer.")


def test_a_database_that_is_behind_says_what_to_run(tmp_path: Path) -> None:
    there = url(tmp_path / "not there yet" / "attune.db")
    result = asked("digest", ATTUNE_DATABASE_URL=there)
    says(result, 2, "The database is at no revision")
    assert "Run `python -m bot migrate`" in result.stderr
    assert asked("migrate", ATTUNE_DATABASE_URL=there).exit_code == 0
    assert "No digest has been released yet." in asked("digest", ATTUNE_DATABASE_URL=there).stdout


def test_a_second_attune_on_the_same_file(database: str) -> None:
    async def hold() -> Any:
        storage = await open_storage(database, [KEY])
        storage.lock()
        return storage

    with asyncio.Runner() as runner:
        storage = runner.run(hold())
        result = asked("worker", ATTUNE_DATABASE_URL=database, **HTTP)
        runner.run(storage.close())
    says(result, 2, "Another Attune uses this database file.")


def test_a_digest_that_is_not_there(database: str) -> None:
    made = Settings(_env_file=None, ATTUNE_DATABASE_URL=database, ATTUNE_KEYS=(SecretStr(KEY),))
    result = CliRunner().invoke(create_cli(Operations(lambda: made)), ["digest", "unknown"])
    says(result, 1, "That digest is no longer here.")


def test_the_doctor_names_each_trouble_and_goes_on(tmp_path: Path) -> None:
    result = asked("doctor", ATTUNE_DATABASE_URL=url(tmp_path), **HTTP)
    told = " ".join(result.stdout.split())
    assert result.exit_code == 1
    assert "fix key and database: The database does not answer." in told
    assert "ok settings" in told
    assert "disk" in told
    assert "Slack" in told


# --- as an operator sees it ----------------------------------------------------------------------


@pytest.fixture
def busy() -> Iterator[int]:
    """A port on which something listens already."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield int(listening.getsockname()[1])


@pytest.mark.parametrize("mode", ["playground", "http"])
def test_a_port_that_is_taken(mode: str, busy: int, tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "ATTUNE_PORT": str(busy),
        "ATTUNE_KEYS": KEY,
    }
    (tmp_path / "var").mkdir()
    if mode == "http":
        environment |= {name: one.get_secret_value() for name, one in HTTP.items()}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "run"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr.strip().splitlines()[-1] == (
        "Attune: ATTUNE_PORT cannot be used: something else listens there already. "
        "See docs/reference/settings.md."
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
