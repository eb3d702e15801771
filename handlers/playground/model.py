"""What the stand-in workspace is made of: people, conversations, messages, views, files, tokens."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

__all__ = [
    "App",
    "Code",
    "Conversation",
    "File",
    "Json",
    "Message",
    "Person",
    "ResponseUrl",
    "SlackError",
    "Token",
    "Trigger",
    "View",
]

Json = dict[str, Any]
Role = Literal["admin", "supervisor", "clinician", "other"]


class SlackError(Exception):
    """A refusal as Slack words it.

    Attributes:
        error: Slack's short error name, such as ``channel_not_found``.
        messages: the sentences of ``response_metadata.messages``.
        more: further keys of the answer (``needed``, ``errors``).
        status: the HTTP status; Slack answers 200 except for rate limits.
        headers: headers of the answer, such as Retry-After.
    """

    def __init__(
        self,
        error: str,
        *messages: str,
        more: Json | None = None,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(error)
        self.error = error
        self.messages = messages
        self.more = more or {}
        self.status = status
        self.headers = headers or {}


@dataclass(slots=True)
class Person:
    """A member of the workspace, or the bot user.

    Attributes:
        zone: an IANA time zone; empty when the member never set one.
        role: what the person is in the clinic; Slack itself knows only ``is_admin``.
    """

    id: str
    name: str
    title: str = ""
    zone: str = ""
    role: Role = "other"
    is_admin: bool = False
    is_owner: bool = False
    is_guest: bool = False
    is_bot: bool = False
    active: bool = True
    locale: str = "en-GB"

    @property
    def username(self) -> str:
        """The lower-case handle that Slack sends beside the id."""
        return self.name.lower().replace(" ", ".")


@dataclass(slots=True)
class Message:
    """One message; ``only_for`` names the one reader of an ephemeral message."""

    ts: str
    channel: str
    user: str
    text: str
    when: datetime
    blocks: list[Json] | None = None
    metadata: Json | None = None
    only_for: str = ""
    by_bot: bool = False
    edited: bool = False
    thread_ts: str = ""
    files: list[str] = field(default_factory=list)
    values: Json = field(default_factory=dict)


@dataclass(slots=True)
class Conversation:
    """A channel, or the direct message between one person and the bot."""

    id: str
    kind: Literal["im", "channel"]
    name: str
    members: list[str]
    archived: bool = False
    messages: list[Message] = field(default_factory=list)
    prompts: Json = field(default_factory=dict)
    status: str = ""


@dataclass(slots=True)
class View:
    """A modal or Home view, with what stands in its inputs (``values``: Slack's state.values)."""

    id: str
    user: str
    body: Json
    hash: str
    root: str
    previous: str | None = None
    values: Json = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """``modal`` or ``home``."""
        return str(self.body["type"])


@dataclass(slots=True)
class File:
    """An upload: announced first, filled by the upload, visible once completed."""

    id: str
    name: str
    length: int
    user: str
    alt: str = ""
    title: str = ""
    mimetype: str = "application/octet-stream"
    content: bytes | None = None
    complete: bool = False
    channels: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Token:
    """An access token; ``kind`` is ``bot`` (xoxb-) or ``app`` (xapp-, for Socket Mode)."""

    value: str
    kind: Literal["bot", "app"]
    scopes: set[str]
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """What a browser brings back from Slack's page, worth one token with these scopes."""

    redirect_uri: str
    scopes: frozenset[str]


@dataclass(slots=True)
class Trigger:
    """The right to open a modal: three seconds, once, for one person."""

    id: str
    user: str
    born: float
    view: str = ""
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """Where the bot may answer one command or action: five times within thirty minutes."""

    id: str
    user: str
    channel: str
    born: float
    message_ts: str = ""
    left: int = 5


@dataclass(frozen=True, slots=True)
class App:
    """The installed app: what Slack's settings page holds.

    Attributes:
        scopes: what the bot token may do.
        events: the event types the app subscribed to.
        commands: by name ("/attune"): description and usage hint.
        shortcuts: rows of type ("global" or "message"), name and callback_id.
    """

    id: str = "A0ATTUNE"
    bot_id: str = "B0ATTUNE"
    bot_user: str = "U0ATTUNE"
    name: str = "Attune"
    client_id: str = "111.222"
    client_secret: str = "playground-client-secret"  # noqa: S105 - invented, opens nothing
    signing_secret: str = "playground-signing-secret"  # noqa: S105 - invented, opens nothing
    verification_token: str = "playground-verification"  # noqa: S105 - invented, opens nothing
    scopes: frozenset[str] = frozenset(
        {
            "assistant:write",
            "chat:write",
            "commands",
            "files:write",
            "im:history",
            "im:write",
            "users:read",
        }
    )
    events: frozenset[str] = frozenset({"app_home_opened", "message.im", "user_change"})
    commands: tuple[tuple[str, str, str], ...] = ()
    shortcuts: tuple[tuple[str, str, str], ...] = ()
