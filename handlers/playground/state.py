"""The workspace as data: who is in it, what was said, which views stand open, which tokens work."""

import secrets
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from handlers.playground.changes import Changes
from handlers.playground.model import (
    App,
    Code,
    Conversation,
    File,
    Json,
    Message,
    Person,
    ResponseUrl,
    SlackError,
    Token,
    Trigger,
    View,
)

__all__ = ["SlackState"]

TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 30 * 60.0
DEEPEST_STACK = 3
BOT_TOKEN = "xoxb-playground"  # noqa: S105 - invented, opens nothing
APP_TOKEN = "xapp-playground"  # noqa: S105 - invented, opens nothing


def _real_now() -> datetime:
    return datetime.now(UTC)


class SlackState:
    """One workspace with one app installed.

    Args:
        people: everyone in it, the bot user included.
        team_id: the workspace's id.
        team_name: its name.
        app: what the app's settings hold.
        now: the clock that dates messages (the bot's own clock, where it can be moved).
        seconds: a clock that only runs forward, for triggers and response addresses.

    The bot token is ``xoxb-playground``, the app-level token ``xapp-playground``.
    """

    def __init__(
        self,
        people: Iterable[Person],
        *,
        team_id: str = "T0RIVER",
        team_name: str = "Riverbank Practice",
        app: App | None = None,
        now: Callable[[], datetime] = _real_now,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self.team_id = team_id
        self.team_name = team_name
        self.app = app or App()
        self.now = now
        self.seconds = seconds
        self.people = {person.id: person for person in people}
        self.conversations: dict[str, Conversation] = {}
        self.tokens: dict[str, Token] = {}
        self.views: dict[str, View] = {}
        self.stacks: dict[str, list[str]] = {}
        self.homes: dict[str, str] = {}
        self.files: dict[str, File] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.codes: dict[str, Code] = {}
        self.changes = Changes()
        self.base_url = ""
        self._last_ts = 0
        self._counter = 0
        self.add_token(BOT_TOKEN, "bot", self.app.scopes)
        self.add_token(APP_TOKEN, "app", ("connections:write",))

    @property
    def domain(self) -> str:
        """The workspace's domain, as in riverbank-practice.slack.com."""
        return self.team_name.lower().replace(" ", "-")

    # ------------------------------------------------------------- names and times
    def next_ts(self) -> str:
        """A message's ``ts``: seconds and microseconds, never twice the same."""
        wanted = int(self.now().timestamp() * 1_000_000)
        self._last_ts = max(self._last_ts + 1, wanted)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def new_id(self, letter: str) -> str:
        """An id in Slack's shape: a letter, then capitals and digits."""
        self._counter += 1
        return f"{letter}0{self._counter:05d}{secrets.token_hex(2).upper()}"

    # ------------------------------------------------------------- tokens
    def add_token(self, value: str, kind: Any, scopes: Iterable[str]) -> Token:
        """Let a token in (``kind``: bot or app)."""
        self.tokens[value] = Token(value, kind, set(scopes))
        return self.tokens[value]

    def token(self, value: str) -> Token:
        """The token behind a request.

        Raises:
            SlackError: not_authed, invalid_auth, token_revoked or account_inactive.
        """
        if not value:
            raise SlackError("not_authed")
        token = self.tokens.get(value)
        if token is None:
            raise SlackError("invalid_auth")
        if token.revoked:
            raise SlackError("token_revoked")
        if not self.people[self.app.bot_user].active:
            raise SlackError("account_inactive")
        return token

    def new_code(self, redirect_uri: str, scopes: Iterable[str]) -> str:
        """Give a browser what the app may exchange for a token, once."""
        code = secrets.token_hex(16)
        self.codes[code] = Code(redirect_uri, frozenset(scopes))
        return code

    def use_code(self, code: str, redirect_uri: str) -> Token:
        """Spend a code.

        Raises:
            SlackError: invalid_code or bad_redirect_uri.
        """
        if code not in self.codes:
            raise SlackError("invalid_code")
        spent = self.codes.pop(code)
        if redirect_uri != spent.redirect_uri:
            raise SlackError("bad_redirect_uri")
        return self.add_token(f"xoxb-{secrets.token_hex(12)}", "bot", spent.scopes)

    # ------------------------------------------------------------- people and conversations
    def person(self, user: str) -> Person:
        """Somebody by id.

        Raises:
            SlackError: user_not_found.
        """
        if user not in self.people:
            raise SlackError("user_not_found")
        return self.people[user]

    @property
    def bot(self) -> Person:
        """The bot user."""
        return self.people[self.app.bot_user]

    def add_channel(self, conversation_id: str, name: str, members: Iterable[str]) -> Conversation:
        """Add a public channel."""
        channel = Conversation(conversation_id, "channel", name, list(members))
        self.conversations[channel.id] = channel
        return channel

    def im(self, user: str) -> Conversation:
        """The direct message between the bot and somebody, made at first use.

        Raises:
            SlackError: user_not_found; user_disabled for a deactivated member; cannot_dm_bot.
        """
        person = self.person(user)
        im_id = "D0" + user.removeprefix("U0").removeprefix("U")
        if im_id not in self.conversations:
            if not person.active:
                raise SlackError("user_disabled")
            if person.is_bot:
                raise SlackError("cannot_dm_bot")
            self.conversations[im_id] = Conversation(
                im_id, "im", self.app.name, [user, self.app.bot_user]
            )
        return self.conversations[im_id]

    def conversation(self, channel: str) -> Conversation:
        """A conversation by its id, or by the id of a person (their direct message).

        Raises:
            SlackError: channel_not_found, also for direct messages with deactivated members.
        """
        if channel in self.people:
            try:
                return self.im(channel)
            except SlackError as refused:
                raise SlackError("channel_not_found") from refused
        if channel not in self.conversations:
            raise SlackError("channel_not_found")
        return self.conversations[channel]

    def seen_by(self, user: str) -> list[Conversation]:
        """The conversations somebody is in, direct message first."""
        mine = [c for c in self.conversations.values() if user in c.members]
        return sorted(mine, key=lambda c: (c.kind != "im", c.name))

    # ------------------------------------------------------------- messages
    def post(self, channel: str, user: str, text: str, **rest: Any) -> Message:
        """Add a message (``rest``: fields of Message) and ring those who see it."""
        conversation = self.conversation(channel)
        message = Message(self.next_ts(), conversation.id, user, text, self.now(), **rest)
        conversation.messages.append(message)
        self.touched(message)
        return message

    def message(self, channel: str, ts: str) -> Message:
        """A message by channel and ts.

        Raises:
            SlackError: message_not_found.
        """
        for message in self.conversation(channel).messages:
            if message.ts == ts:
                return message
        raise SlackError("message_not_found")

    def remove(self, message: Message) -> None:
        """Take a message away."""
        self.conversation(message.channel).messages.remove(message)
        self.touched(message)

    def touched(self, message: Message) -> None:
        """Ring those who see a message."""
        members = self.conversation(message.channel).members
        self.changes.ring(*([message.only_for] if message.only_for else members))

    def visible(self, conversation: Conversation, user: str) -> list[Message]:
        """What somebody sees in a conversation."""
        return [m for m in conversation.messages if m.only_for in ("", user)]

    # ------------------------------------------------------------- triggers and response addresses
    def new_trigger(self, user: str, view: str = "") -> str:
        """Give somebody's action the right to open a modal."""
        trigger_id = (
            f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        )
        self.triggers[trigger_id] = Trigger(trigger_id, user, self.seconds(), view)
        return trigger_id

    def use_trigger(self, trigger_id: str) -> Trigger:
        """Spend a trigger.

        Raises:
            SlackError: invalid_trigger_id, exchanged_trigger_id or expired_trigger_id.
        """
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self.seconds() - trigger.born > TRIGGER_SECONDS:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger

    def new_response_url(self, user: str, channel: str, message_ts: str = "") -> str:
        """An address for the bot's later answers to one command or action."""
        url_id = secrets.token_hex(12)
        self.response_urls[url_id] = ResponseUrl(url_id, user, channel, self.seconds(), message_ts)
        return f"{self.base_url}/hooks/{self.team_id}/{url_id}"

    def use_response_url(self, url_id: str) -> ResponseUrl:
        """Spend one use of a response address.

        Raises:
            SlackError: invalid_url, expired_url or used_url.
        """
        found = self.response_urls.get(url_id)
        if found is None:
            raise SlackError("invalid_url")
        if self.seconds() - found.born > RESPONSE_SECONDS:
            raise SlackError("expired_url")
        if found.left <= 0:
            raise SlackError("used_url")
        found.left -= 1
        return found

    # ------------------------------------------------------------- views
    def top_view(self, user: str) -> View | None:
        """The modal somebody has in front of them."""
        stack = self.stacks.get(user)
        return self.views[stack[-1]] if stack else None

    def open_view(self, user: str, body: Json) -> View:
        """Open a modal as the only one of somebody's stack."""
        self.clear_views(user)
        return self._place(user, body)

    def push_view(self, user: str, body: Json) -> View:
        """Put a modal on top of somebody's stack.

        Raises:
            SlackError: push_limit_reached above three.
        """
        if len(self.stacks.get(user, [])) >= DEEPEST_STACK:
            raise SlackError("push_limit_reached")
        return self._place(user, body)

    def _place(self, user: str, body: Json) -> View:
        stack = self.stacks.setdefault(user, [])
        view_id = self.new_id("V")
        self.views[view_id] = View(
            view_id, user, body, self._hash(), stack[0] if stack else view_id,
            stack[-1] if stack else None,
        )  # fmt: skip
        stack.append(view_id)
        self.changes.ring(user)
        return self.views[view_id]

    def change_view(self, view: View, body: Json) -> View:
        """Give a view a new body; inputs that keep their ids keep what stands in them."""
        view.body = body
        view.hash = self._hash()
        self.changes.ring(view.user)
        return view

    def close_view(self, view: View) -> None:
        """Close the top modal."""
        self.stacks[view.user].remove(view.id)
        del self.views[view.id]
        self.changes.ring(view.user)

    def clear_views(self, user: str) -> list[View]:
        """Close all modals of somebody; returns them, top first."""
        closed = [self.views.pop(view_id) for view_id in reversed(self.stacks.pop(user, []))]
        self.changes.ring(user)
        return closed

    def home(self, user: str) -> View | None:
        """Somebody's published Home view."""
        return self.views.get(self.homes.get(user, ""))

    def publish(self, user: str, body: Json) -> View:
        """Publish somebody's Home view; its id stays the same from then on."""
        found = self.home(user)
        if found is not None:
            return self.change_view(found, body)
        view_id = self.new_id("V")
        self.homes[user] = view_id
        self.views[view_id] = View(view_id, user, body, self._hash(), view_id)
        self.changes.ring(user)
        return self.views[view_id]

    def find_view(self, view_id: str, external_id: str = "") -> View:
        """An open view by id or by the bot's own external id.

        Raises:
            SlackError: not_found.
        """
        if view_id in self.views:
            return self.views[view_id]
        for view in self.views.values():
            if external_id and view.body.get("external_id") == external_id:
                return view
        raise SlackError("not_found")

    def _hash(self) -> str:
        return f"{int(self.seconds() * 1000)}.{secrets.token_hex(4)}"
