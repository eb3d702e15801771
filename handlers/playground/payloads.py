"""What Slack sends to an app, in its documented shapes.

Sources: https://docs.slack.dev/reference/interaction-payloads (block_actions, view_submission,
view_closed, shortcuts), https://docs.slack.dev/interactivity/implementing-slash-commands and
https://docs.slack.dev/apis/events-api, read in November 2026.
"""

import secrets
from typing import Any
from zoneinfo import ZoneInfo

from handlers.playground import forms
from handlers.playground.model import Conversation, Json, Message, Person, View
from handlers.playground.state import SlackState

__all__ = ["Payloads", "escape"]


def escape(text: str) -> str:
    """Typed text as Slack hands it on: its three control characters escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Payloads:
    """Builds payloads from the state of one workspace."""

    def __init__(self, slack: SlackState) -> None:
        self.slack = slack

    # ------------------------------------------------------------- parts
    def _team(self) -> Json:
        return {"id": self.slack.team_id, "domain": self.slack.domain}

    def _user(self, user: str) -> Json:
        name = self.slack.person(user).username
        return {"id": user, "username": name, "name": name, "team_id": self.slack.team_id}

    def _channel(self, conversation: Conversation) -> Json:
        name = "directmessage" if conversation.kind == "im" else conversation.name
        return {"id": conversation.id, "name": name}

    def _frame(self, kind: str, user: str) -> Json:
        return {
            "type": kind,
            "token": self.slack.app.verification_token,
            "team": self._team(),
            "user": self._user(user),
            "enterprise": None,
            "is_enterprise_install": False,
            "api_app_id": self.slack.app.id,
        }

    def message(self, message: Message, *, metadata: bool = False) -> Json:
        """A message as the Web API and the payloads show it."""
        shown: Json = {"type": "message", "user": message.user, "ts": message.ts}
        if message.by_bot:
            shown |= {"bot_id": self.slack.app.bot_id, "app_id": self.slack.app.id}
            shown["bot_profile"] = {
                "id": self.slack.app.bot_id,
                "app_id": self.slack.app.id,
                "name": self.slack.app.name,
                "deleted": False,
                "team_id": self.slack.team_id,
            }
        shown |= {"text": message.text, "team": self.slack.team_id}
        if message.blocks is not None:
            shown["blocks"] = message.blocks
        if message.thread_ts:
            shown["thread_ts"] = message.thread_ts
        if message.files:
            shown["files"] = [self.file(file_id) for file_id in message.files]
        if message.edited:
            shown["edited"] = {"user": message.user, "ts": message.ts}
        if metadata and message.metadata:
            shown["metadata"] = message.metadata
        return shown

    def file(self, file_id: str) -> Json:
        """A file object, without its content."""
        file = self.slack.files[file_id]
        url = f"{self.slack.base_url}/playground/files/{file.id}"
        return {
            "id": file.id,
            "name": file.name,
            "title": file.title or file.name,
            "mimetype": file.mimetype,
            "filetype": file.name.rpartition(".")[2],
            "user": file.user,
            "size": file.length,
            "mode": "hosted",
            "is_public": False,
            "alt_txt": file.alt,
            "url_private": url,
            "url_private_download": url,
            "channels": [c for c in file.channels if c.startswith("C")],
            "ims": [c for c in file.channels if c.startswith("D")],
        }

    def view(self, view: View) -> Json:
        """A view object, with what stands in its inputs."""
        body = view.body
        shown: Json = {
            "id": view.id,
            "team_id": self.slack.team_id,
            "type": view.kind,
            "blocks": body["blocks"],
            "private_metadata": body.get("private_metadata", ""),
            "callback_id": body.get("callback_id", ""),
            "state": {"values": forms.values(body["blocks"], view.values)},
            "hash": view.hash,
            "title": body.get("title"),
            "close": body.get("close"),
            "submit": body.get("submit"),
            "clear_on_close": body.get("clear_on_close", False),
            "notify_on_close": body.get("notify_on_close", False),
            "previous_view_id": view.previous,
            "root_view_id": view.root,
            "app_id": self.slack.app.id,
            "external_id": body.get("external_id", ""),
            "app_installed_team_id": self.slack.team_id,
            "bot_id": self.slack.app.bot_id,
        }
        if view.kind == "home":
            shown["title"] = {"type": "plain_text", "text": "View Title", "emoji": True}
        return shown

    def person(self, person: Person) -> Json:
        """A user object; the time zone is left out where the member has none."""
        shown: Json = {
            "id": person.id,
            "team_id": self.slack.team_id,
            "name": person.username,
            "deleted": not person.active,
            "real_name": person.name,
            "profile": {
                "title": person.title,
                "real_name": person.name,
                "real_name_normalized": person.name,
                "display_name": "",
                "display_name_normalized": "",
                "team": self.slack.team_id,
            },
            "is_bot": person.is_bot,
            "is_app_user": False,
            "updated": 0,
        }
        if person.is_bot:
            shown["profile"]["bot_id"] = self.slack.app.bot_id
            shown["profile"]["api_app_id"] = self.slack.app.id
        if person.active:
            shown |= {
                "is_admin": person.is_admin or person.is_owner,
                "is_owner": person.is_owner,
                "is_primary_owner": person.is_owner,
                "is_restricted": person.is_guest,
                "is_ultra_restricted": False,
            }
            shown |= _zone(person.zone, self.slack)
        return shown

    # ------------------------------------------------------------- what a person did
    def command(self, user: str, conversation: Conversation, command: str, text: str) -> Json:
        """A slash command; over HTTP these are form fields."""
        return {
            "token": self.slack.app.verification_token,
            "team_id": self.slack.team_id,
            "team_domain": self.slack.domain,
            "channel_id": conversation.id,
            "channel_name": self._channel(conversation)["name"],
            "user_id": user,
            "user_name": self.slack.person(user).username,
            "command": command,
            "text": escape(text),
            "api_app_id": self.slack.app.id,
            "is_enterprise_install": "false",
            "response_url": self.slack.new_response_url(user, conversation.id),
            "trigger_id": self.slack.new_trigger(user),
        }

    def message_action(self, user: str, message: Message, action: Json) -> Json:
        """A block_actions payload from a message; ephemeral ones come without their message."""
        conversation = self.slack.conversation(message.channel)
        ephemeral = bool(message.only_for)
        payload = self._frame("block_actions", user) | {
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": message.channel,
                "is_ephemeral": ephemeral,
            },
            "trigger_id": self.slack.new_trigger(user),
            "channel": self._channel(conversation),
            "state": {"values": forms.values(message.blocks, message.values)},
            "response_url": self.slack.new_response_url(user, conversation.id, message.ts),
            "actions": [action],
        }
        if not ephemeral:
            payload["message"] = self.message(message)
        return payload

    def view_action(self, view: View, action: Json) -> Json:
        """A block_actions payload from a modal or the Home tab."""
        return self._frame("block_actions", view.user) | {
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": self.slack.new_trigger(view.user, view.id),
            "view": self.view(view),
            "actions": [action],
        }

    def action(self, block: Json, element: Json, chosen: Json) -> Json:
        """One entry of ``actions``: the element's own keys, and what was chosen."""
        kept = ("type", "action_id", "text", "value", "style", "placeholder", "url")
        return {
            **{key: element[key] for key in kept if key in element},
            **chosen,
            "block_id": block["block_id"],
            "action_ts": self.slack.next_ts(),
        }

    def submission(self, view: View) -> Json:
        """A view_submission payload."""
        return self._frame("view_submission", view.user) | {
            "trigger_id": self.slack.new_trigger(view.user, view.id),
            "view": self.view(view),
            "response_urls": [],
        }

    def closed(self, view: View, *, cleared: bool) -> Json:
        """A view_closed payload."""
        return self._frame("view_closed", view.user) | {
            "view": self.view(view),
            "is_cleared": cleared,
        }

    def global_shortcut(self, user: str, callback_id: str) -> Json:
        """A shortcut payload."""
        return self._frame("shortcut", user) | {
            "action_ts": self.slack.next_ts(),
            "callback_id": callback_id,
            "trigger_id": self.slack.new_trigger(user),
        }

    def message_shortcut(self, user: str, callback_id: str, message: Message) -> Json:
        """A message_action payload."""
        conversation = self.slack.conversation(message.channel)
        return self._frame("message_action", user) | {
            "action_ts": self.slack.next_ts(),
            "callback_id": callback_id,
            "trigger_id": self.slack.new_trigger(user),
            "response_url": self.slack.new_response_url(user, conversation.id, message.ts),
            "channel": self._channel(conversation),
            "message_ts": message.ts,
            "message": self.message(message),
        }

    # ------------------------------------------------------------- what happened
    def event(self, event: Json) -> Json:
        """An event in its event_callback envelope."""
        return {
            "token": self.slack.app.verification_token,
            "team_id": self.slack.team_id,
            "context_team_id": self.slack.team_id,
            "context_enterprise_id": None,
            "api_app_id": self.slack.app.id,
            "event": event,
            "type": "event_callback",
            "event_id": self.slack.new_id("Ev"),
            "event_time": int(self.slack.now().timestamp()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": self.slack.team_id,
                    "user_id": self.slack.app.bot_user,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": secrets.token_hex(12),
        }

    def message_event(self, message: Message) -> Json:
        """A ``message`` event for something said or posted."""
        conversation = self.slack.conversation(message.channel)
        return self.message(message) | {
            "channel": conversation.id,
            "event_ts": message.ts,
            "channel_type": conversation.kind,
        }

    def message_changed(self, message: Message, before: Json | None) -> Json:
        """A ``message_changed`` event, or ``message_deleted`` where nothing stands before it."""
        conversation = self.slack.conversation(message.channel)
        ts = self.slack.next_ts()
        event: Json = {
            "type": "message",
            "channel": conversation.id,
            "channel_type": conversation.kind,
            "hidden": True,
            "ts": ts,
            "event_ts": ts,
        }
        if before is None:
            gone = {"subtype": "message_deleted", "deleted_ts": message.ts}
            return event | gone | {"previous_message": self.message(message)}
        changed = {"message": self.message(message), "previous_message": before}
        return event | {"subtype": "message_changed"} | changed

    def home_opened(self, user: str, tab: str) -> Json:
        """An ``app_home_opened`` event."""
        event: Json = {
            "type": "app_home_opened",
            "user": user,
            "channel": self.slack.im(user).id,
            "tab": tab,
            "event_ts": self.slack.next_ts(),
        }
        home = self.slack.home(user)
        if tab == "home" and home is not None:
            event["view"] = self.view(home)
        return event


def _zone(zone: str, slack: SlackState) -> dict[str, Any]:
    if not zone:
        return {}
    local = slack.now().astimezone(ZoneInfo(zone))
    offset = local.utcoffset()
    seconds = int(offset.total_seconds()) if offset else 0
    return {"tz": zone, "tz_label": local.tzname() or zone, "tz_offset": seconds}
