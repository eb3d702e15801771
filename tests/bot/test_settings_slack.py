"""Slack's credentials in the settings: which belong together, and where browsers reach Attune."""

from typing import Any

import pytest

from bot.errors import BadSetting
from bot.settings import Mode, Settings, incomplete, read_settings

PAIR = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s"}


def settings(**given: Any) -> Settings:
    return Settings(_env_file=None, **given)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"},
        {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"},
        {"SLACK_SIGNING_SECRET": "s", **PAIR},
        {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", **PAIR},
    ],
)
def test_credentials_that_add_up(given: dict[str, str]) -> None:
    assert incomplete(settings(**given)) is None


@pytest.mark.parametrize(
    ("given", "name", "missing"),
    [
        ({"SLACK_CLIENT_ID": "1.2"}, "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"),
        ({"SLACK_CLIENT_SECRET": "s"}, "SLACK_CLIENT_SECRET", "SLACK_CLIENT_ID"),
        (PAIR, "SLACK_CLIENT_ID", "SLACK_SIGNING_SECRET"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"),
        ({"SLACK_APP_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"),
    ],
)
def test_credentials_that_do_not(given: dict[str, str], name: str, missing: str) -> None:
    wrong = incomplete(settings(**given))
    assert wrong is not None
    assert wrong.facts["name"] == name
    assert missing in str(wrong)


def test_the_pair_and_the_signing_secret_serve_http() -> None:
    assert settings(SLACK_SIGNING_SECRET="s", **PAIR).mode is Mode.HTTP


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://attune.example.org/", "https://attune.example.org"),
        ("https://example.org/attune", "https://example.org/attune"),
        ("http://127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("http://[::1]:8765", "http://[::1]:8765"),
        ("", None),
    ],
)
def test_where_browsers_reach_attune(given: str, kept: str | None) -> None:
    assert settings(ATTUNE_PUBLIC_URL=given).public_url == kept


@pytest.mark.parametrize(
    "given",
    [
        "http://attune.example.org",
        "attune.example.org",
        "https://",
        "https://a.example/?x=1",
        "https://a.example/#x",
        "ftp://a.example",
        "https://[",
    ],
)
def test_addresses_that_cannot_be_used(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTUNE_PUBLIC_URL", given)
    with pytest.raises(BadSetting, match="ATTUNE_PUBLIC_URL cannot be used"):
        read_settings()
