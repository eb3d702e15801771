"""Every setting of Attune, in one table. Read once, at the start, by the composition root.

Each field is one environment variable (or a line of ``.env``); its alias is the variable's name
and its description what docs/reference/settings.md prints. Secrets are masked wherever settings
are shown.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.calendar import is_zone
from bot.errors import BadSetting

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
"""The hosts of this machine, which alone are reached without TLS."""

PLAYGROUND_DATABASE: Final = "sqlite+aiosqlite:///var/playground.db"


class Mode(StrEnum):
    """How Attune talks to Slack, told from the credentials that are set."""

    PLAYGROUND = "playground"
    SOCKET = "socket"
    HTTP = "http"


class Settings(BaseSettings):
    """Frozen settings. Without Slack credentials Attune opens its playground."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        env_file=".env",
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    slack_bot_token: SecretStr | None = Field(
        None,
        alias="SLACK_BOT_TOKEN",
        description="The app's bot token (`xoxb-…`). Not needed with `SLACK_CLIENT_ID`.",
    )
    slack_app_token: SecretStr | None = Field(
        None,
        alias="SLACK_APP_TOKEN",
        description="App-level token (`xapp-…`, scope `connections:write`): Socket Mode, no "
        "public address needed.",
    )
    slack_signing_secret: SecretStr | None = Field(
        None,
        alias="SLACK_SIGNING_SECRET",
        description="Signing secret: Attune serves Slack's Events API at `/slack/events`.",
    )
    slack_client_id: str | None = Field(
        None,
        alias="SLACK_CLIENT_ID",
        description="Client id, to install in several workspaces: with the client secret, Attune "
        "serves `/slack/install`, where an admin of a workspace begins.",
    )
    slack_client_secret: SecretStr | None = Field(
        None, alias="SLACK_CLIENT_SECRET", description="Client secret that goes with it."
    )
    public_url: str | None = Field(
        None,
        alias="ATTUNE_PUBLIC_URL",
        description="Where browsers reach Attune, such as `https://attune.example.org`, for "
        "installing over OAuth: Slack sends them back to `/slack/oauth_redirect` there, which "
        "must be among the app's redirect URLs. Without it Slack takes the app's first redirect "
        "URL; set it behind a proxy. `http://` only on loopback.",
    )
    slack_api_url: str = Field(
        "https://slack.com/api/",
        alias="ATTUNE_SLACK_API_URL",
        description="Where Slack's Web API is. Any Slack-compatible server can stand in.",
    )
    database_url: str = Field(
        "sqlite+aiosqlite:///var/attune.db",
        alias="ATTUNE_DATABASE_URL",
        description="`sqlite+aiosqlite:///path` for one process, `postgresql+psycopg://…` for "
        "several.",
    )
    keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (),
        alias="ATTUNE_KEYS",
        description="Encryption keys, newest first, separated by commas. Make one with "
        "`python -m bot key`. Attune does not start without one, except in the playground.",
    )
    backup_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (),
        alias="ATTUNE_BACKUP_KEYS",
        description="Two keys for `python -m bot backup`, separated by a comma: the first for the "
        "file about people, the second for the file of what was said. Keep them in two places.",
    )
    admins: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(),
        alias="ATTUNE_ADMINS",
        description="Member ids, separated by commas, who are admins beside the workspace's own.",
    )
    host: str = Field(
        "127.0.0.1",
        alias="ATTUNE_HOST",
        description="Address to listen on. Put TLS in front of anything but loopback.",
    )
    port: int = Field(8765, alias="ATTUNE_PORT", ge=1, le=65535, description="Port to listen on.")
    zone: str = Field(
        "UTC",
        alias="ATTUNE_ZONE",
        description="IANA time zone for people and teams of whom Slack knows none.",
    )
    tick_seconds: float = Field(
        20.0,
        alias="ATTUNE_TICK_SECONDS",
        ge=1,
        le=300,
        description="How often the clock looks for what is due.",
    )
    posts_per_second: float = Field(
        4.0,
        alias="ATTUNE_POSTS_PER_SECOND",
        ge=0,
        le=1000,
        description="How fast one workspace is written to; a private chat gets one message a "
        "second at most. 0 sends everything when it is due, for servers without Slack's limits.",
    )
    unknown_seconds: float = Field(
        60.0,
        alias="ATTUNE_UNKNOWN_SECONDS",
        ge=1,
        le=3600,
        description="How long after a try without an answer the chat is asked whether the message "
        "is there. Shorter than Slack may take, it would be posted twice.",
    )
    worker_port: int | None = Field(
        None,
        alias="ATTUNE_WORKER_PORT",
        ge=1,
        le=65535,
        description="Port on which `worker` serves `/healthz`, `/readyz` and `/metrics`, if any.",
    )
    log_level: str = Field(
        "INFO",
        alias="ATTUNE_LOG_LEVEL",
        pattern="^(DEBUG|INFO|WARNING|ERROR)$",
        description="How much is logged: DEBUG, INFO, WARNING or ERROR.",
    )

    @field_validator("keys", "backup_keys", "admins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if not is_zone(value):
            message = "it is not an IANA time zone such as Europe/London"
            raise ValueError(message)
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _url(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            message = "it is not an http(s) address"
            raise ValueError(message)
        return value if value.endswith("/") else f"{value}/"

    @field_validator("public_url")
    @classmethod
    def _reachable(cls, value: str | None) -> str | None:
        if not value:
            return None
        parts = urlsplit(value)
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        if not is_safe or not parts.hostname or parts.query or parts.fragment:
            message = "it is not an https address (http is for loopback alone)"
            raise ValueError(message)
        return value.rstrip("/")

    @property
    def mode(self) -> Mode:
        """Socket Mode with an app-level token, HTTP with a signing secret, else the playground."""
        if self.slack_app_token and self.slack_bot_token:
            return Mode.SOCKET
        if self.slack_signing_secret and (self.slack_bot_token or self.slack_client_id):
            return Mode.HTTP
        return Mode.PLAYGROUND

    @property
    def key_values(self) -> tuple[str, ...]:
        """The keys in clear, for the cipher alone."""
        return tuple(key.get_secret_value() for key in self.keys)

    @property
    def is_distributed(self) -> bool:
        """Whether several processes share the database, PostgreSQL, and with it the work."""
        return self.database_url.startswith("postgres")

    @property
    def database_file(self) -> Path | None:
        """The SQLite file, or None for a database server."""
        scheme, _, path = self.database_url.partition(":///")
        return Path(path) if scheme.startswith("sqlite") and path else None


def read_settings() -> Settings:
    """Read the environment and ``.env``; raise ``BadSetting`` naming the first that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        why = str(first["msg"]).removeprefix("Value error, ").lower()
        raise BadSetting(name=_variable(first["loc"]), why=why) from None


def _variable(place: tuple[int | str, ...]) -> str:
    name = str(place[0]) if place else "A setting"
    field = Settings.model_fields.get(name)
    return field.alias or name if field else name


def incomplete(settings: Settings) -> BadSetting | None:
    """Return what to tell the operator where Slack credentials do not add up, else None."""
    if bool(settings.slack_client_id) != bool(settings.slack_client_secret):
        name, other = "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"
        if settings.slack_client_secret:
            name, other = other, name
        return BadSetting(name=name, why=f"{other} is missing, and the two go together")
    if settings.mode is not Mode.PLAYGROUND:
        return None
    if settings.slack_client_id:
        return BadSetting(
            name="SLACK_CLIENT_ID", why="it goes with SLACK_SIGNING_SECRET (Events API)"
        )
    if settings.slack_bot_token or settings.slack_app_token or settings.slack_signing_secret:
        return BadSetting(
            name="SLACK_BOT_TOKEN",
            why="it goes with SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (Events API)",
        )
    return None
