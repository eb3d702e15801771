"""Install an app from its manifest, as Slack does."""

from collections.abc import Mapping
from typing import Any

from handlers.playground.model import App

__all__ = ["app_from_manifest"]


def app_from_manifest(manifest: Mapping[str, Any]) -> App:
    """What Slack's settings page would hold after reading this manifest.

    Args:
        manifest: the parsed manifest (https://docs.slack.dev/reference/app-manifest): its name,
            commands, shortcuts, bot scopes and bot events are read; what is missing stays empty.
    """
    features = manifest.get("features", {})
    settings = manifest.get("settings", {})
    scopes = manifest.get("oauth_config", {}).get("scopes", {}).get("bot", [])
    return App(
        name=manifest["display_information"]["name"],
        scopes=frozenset(scopes),
        events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", [])),
        commands=tuple(
            (row["command"], row.get("description", ""), row.get("usage_hint", ""))
            for row in features.get("slash_commands", [])
        ),
        shortcuts=tuple(
            (row["type"], row["name"], row["callback_id"]) for row in features.get("shortcuts", [])
        ),
    )
