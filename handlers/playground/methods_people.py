"""Web API methods about tokens, people and conversations."""

import base64
from typing import Any

from handlers.playground.model import Conversation, Json, SlackError
from handlers.playground.web_api import Call, method

__all__ = ["HISTORY_SCOPE", "page"]

HISTORY_SCOPE = {"im": "im:history", "channel": "channels:history"}
_READ_SCOPE = {"im": "im:read", "channel": "channels:read"}


def page(call: Call, rows: list[Any], default: int) -> tuple[list[Any], str]:
    """One page of rows by ``limit`` and ``cursor``, and the cursor of the next.

    Raises:
        SlackError: invalid_cursor.
    """
    limit = min(max(call.number("limit", default), 1), 1000)
    start = _position(call.maybe("cursor"))
    if start > len(rows):
        raise SlackError("invalid_cursor")
    after = start + limit
    following = base64.b64encode(f"next:{after}".encode()).decode() if after < len(rows) else ""
    return rows[start:after], following


def _position(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
        if word == "next":
            return int(number)
    except ValueError as error:
        raise SlackError("invalid_cursor") from error
    raise SlackError("invalid_cursor")


@method("auth.test", takes="bot or app")
def auth_test(call: Call) -> Json:
    """Who the token belongs to."""
    slack = call.hub.slack
    return {
        "url": f"https://{slack.domain}.slack.com/",
        "team": slack.team_name,
        "user": slack.bot.username,
        "team_id": slack.team_id,
        "user_id": slack.app.bot_user,
        "bot_id": slack.app.bot_id,
        "is_enterprise_install": False,
    }


@method("apps.connections.open", scope="connections:write", takes="app")
def connections_open(call: Call) -> Json:
    """An address for one Socket Mode connection."""
    ticket = call.hub.socket.new_ticket()
    address = call.base_url.replace("http", "ws", 1)
    return {"url": f"{address}/link?ticket={ticket}&app_id={call.hub.slack.app.id}"}


@method("oauth.v2.access", takes="")
def oauth_access(call: Call) -> Json:
    """Exchange a code from Slack's page (``installing``) for a bot token, once."""
    slack = call.hub.slack
    if call.maybe("client_id") != slack.app.client_id:
        raise SlackError("invalid_client_id")
    if call.maybe("client_secret") != slack.app.client_secret:
        raise SlackError("bad_client_secret")
    token = slack.use_code(call.maybe("code"), call.maybe("redirect_uri"))
    admin = next((p.id for p in slack.people.values() if p.is_admin), "")
    return {
        "access_token": token.value,
        "token_type": "bot",
        "scope": ",".join(sorted(token.scopes)),
        "bot_user_id": slack.app.bot_user,
        "app_id": slack.app.id,
        "team": {"name": slack.team_name, "id": slack.team_id},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": admin},
    }


@method("users.info", scope="users:read")
def users_info(call: Call) -> Json:
    """One member."""
    person = call.hub.slack.person(call.text("user", error="user_not_found"))
    shown = call.hub.payloads.person(person)
    if call.flag("include_locale"):
        shown["locale"] = person.locale
    return {"user": shown}


@method("users.list", scope="users:read")
def users_list(call: Call) -> Json:
    """All members, page by page."""
    rows, following = page(call, list(call.hub.slack.people.values()), 200)
    return {
        "members": [call.hub.payloads.person(person) for person in rows],
        "cache_ts": int(call.hub.slack.now().timestamp()),
        "response_metadata": {"next_cursor": following},
    }


@method("conversations.open", scope="im:write")
def conversations_open(call: Call) -> Json:
    """Open the direct message with one member."""
    slack = call.hub.slack
    channel, users = call.maybe("channel"), call.maybe("users")
    if channel:
        return {
            "no_op": True,
            "already_open": True,
            "channel": {"id": slack.conversation(channel).id},
        }
    named = [user for user in users.split(",") if user]
    if not named:
        raise SlackError("users_list_not_supplied")
    if len(named) > 1:
        raise SlackError("missing_scope", more={"needed": "mpim:write", "provided": ""})
    if slack.person(named[0]).id == slack.app.bot_user:
        raise SlackError("cannot_dm_bot")
    im = slack.im(named[0])
    if not slack.person(named[0]).active:
        raise SlackError("user_disabled")
    shown = _shown(call, im) if call.flag("return_im") else {"id": im.id}
    return {"channel": shown}


@method("conversations.info")
def conversations_info(call: Call) -> Json:
    """One conversation."""
    conversation = call.hub.slack.conversation(call.text("channel", error="channel_not_found"))
    call.need(_READ_SCOPE[conversation.kind])
    return {"channel": _shown(call, conversation)}


def _shown(call: Call, conversation: Conversation) -> Json:
    slack = call.hub.slack
    shown: Json = {
        "id": conversation.id,
        "is_im": conversation.kind == "im",
        "is_channel": conversation.kind == "channel",
        "is_archived": conversation.archived,
        "context_team_id": slack.team_id,
    }
    if conversation.kind == "im":
        user = conversation.members[0]
        return shown | {"user": user, "is_user_deleted": not slack.person(user).active}
    is_member = slack.app.bot_user in conversation.members
    return shown | {"name": conversation.name, "is_private": False, "is_member": is_member}


@method("conversations.history")
def conversations_history(call: Call) -> Json:
    """What was said, newest first; ephemeral messages are never in it."""
    conversation = call.hub.slack.conversation(call.text("channel", error="channel_not_found"))
    call.need(HISTORY_SCOPE[conversation.kind])
    if call.hub.slack.app.bot_user not in conversation.members:
        raise SlackError("not_in_channel")
    oldest, latest = _time(call, "oldest", 0.0), _time(call, "latest", float("inf"))
    inclusive = call.flag("inclusive")
    found = [
        message
        for message in reversed(conversation.messages)
        if not message.only_for
        and oldest <= float(message.ts) <= latest
        and (inclusive or float(message.ts) not in (oldest, latest))
    ]
    rows, following = page(call, found, 100)
    metadata = call.flag("include_all_metadata")
    answer: Json = {
        "messages": [call.hub.payloads.message(row, metadata=metadata) for row in rows],
        "has_more": bool(following),
        "pin_count": 0,
    }
    if following:
        answer["response_metadata"] = {"next_cursor": following}
    return answer


def _time(call: Call, name: str, default: float) -> float:
    try:
        return float(call.maybe(name) or default)
    except ValueError as error:
        raise SlackError(f"invalid_ts_{name}") from error
