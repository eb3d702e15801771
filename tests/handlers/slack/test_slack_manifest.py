"""The manifest: of the shape that Slack documents, and nothing in it without a use."""

import ast
import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from slack_sdk.web.async_client import AsyncWebClient

import handlers.slack
from handlers.slack import commands
from handlers.slack.call import Payload
from handlers.slack.features import register_all
from tests.handlers.slack.desk import Desk

ROOT = Path(__file__).parents[3]
MANIFEST: dict[str, Any] = json.loads((ROOT / "manifest.json").read_text(encoding="utf-8"))
SCHEMA = json.loads(Path(__file__).with_name("manifest.schema.json").read_text(encoding="utf-8"))
SCOPES = frozenset(MANIFEST["oauth_config"]["scopes"]["bot"])
EVENTS = MANIFEST["settings"]["event_subscriptions"]["bot_events"]

# Which scope a call needs, by the method's page in Slack's reference; None where it needs none.
NEEDED = {
    "apps_connections_open": None,  # the app-level token's, which has a scope of its own
    "auth_test": None,
    "chat_delete": "chat:write",
    "chat_postEphemeral": "chat:write",
    "chat_postMessage": "chat:write",
    "chat_update": "chat:write",
    "conversations_history": "im:history",
    "conversations_open": "im:write",
    "files_completeUploadExternal": "files:write",
    "files_getUploadURLExternal": "files:write",
    "files_upload_v2": "files:write",
    "oauth_v2_access": None,
    "users_info": "users:read",
    "views_open": None,
    "views_publish": None,
    "views_push": None,
    "views_update": None,
}
# Which scope an event needs, by the event's page in Slack's reference.
NEEDED_FOR_EVENT = {
    "app_home_opened": None,
    "app_uninstalled": None,
    "message.im": "im:history",
    "tokens_revoked": None,
    "user_change": "users:read",
}


def registered() -> frozenset[tuple[Payload, str]]:
    at = Desk()
    register_all(at.router, at.people)
    return at.router.names


def called() -> frozenset[str]:
    """Every method of the Web API that the code of this handler names."""
    folder = Path(handlers.slack.__file__ or "").parent
    return frozenset(_methods(folder))


def _methods(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = node.attr if isinstance(node, ast.Attribute) else ""
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".api_call"):
                yield str(ast.literal_eval(node.args[0])).replace(".", "_")
            elif name != "api_call" and "_" in name.strip("_") and hasattr(AsyncWebClient, name):
                yield name


def test_the_manifest_has_the_documented_shape() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    jsonschema.validate(MANIFEST, SCHEMA)


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("display_information", "name"), "A" * 36),
        (("display_information", "description"), "A" * 141),
        (("display_information", "long_description"), "too short"),
        (("display_information", "background_color"), "blue"),
        (("features", "shortcuts", 0, "name"), "Ask Attune how to phrase this"),
        (("features", "shortcuts", 0, "type"), "channel"),
        (("features", "slash_commands", 0, "command"), "attune"),
        (("features", "unknown"), {}),
        (("oauth_config", "scopes", "bot"), ["commands", "commands"]),
        (("settings", "interactivity"), {}),
    ],
)
def test_the_schema_refuses_what_slack_refuses(where: tuple[Any, ...], value: object) -> None:
    broken = deepcopy(MANIFEST)
    inner: Any = broken
    for step in where[:-1]:
        inner = inner[step]
    inner[where[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, SCHEMA)


def test_every_command_has_a_handler() -> None:
    names = [row["command"] for row in MANIFEST["features"]["slash_commands"]]
    assert {(Payload.COMMAND, name) for name in names} <= registered()
    assert names == [commands.COMMAND]


def test_every_shortcut_has_a_handler_and_every_handler_a_shortcut() -> None:
    names = {row["callback_id"] for row in MANIFEST["features"]["shortcuts"]}
    assert names == {name for payload, name in registered() if payload is Payload.SHORTCUT}


def test_every_event_has_a_handler_and_every_handler_an_event() -> None:
    types = {name.removesuffix(".im") for name in EVENTS}
    assert types == {name for payload, name in registered() if payload is Payload.EVENT}


def test_every_method_called_is_known_here_with_its_scope() -> None:
    assert called() <= set(NEEDED)


def test_every_scope_is_used_and_every_use_has_its_scope() -> None:
    used = {NEEDED[name] for name in called()} | {NEEDED_FOR_EVENT[name] for name in EVENTS}
    assert used - {None} | {"commands"} == SCOPES


def test_the_app_listens_over_a_socket_and_in_both_tabs() -> None:
    assert MANIFEST["settings"]["socket_mode_enabled"] is True
    assert MANIFEST["settings"]["interactivity"]["is_enabled"] is True
    tabs = MANIFEST["features"]["app_home"]
    assert tabs["home_tab_enabled"]
    assert tabs["messages_tab_enabled"]
    assert not tabs["messages_tab_read_only_enabled"]
