"""Web API methods that post, change and take away messages."""

import json
from typing import Any

from handlers.playground.forms import dress_blocks
from handlers.playground.limits import limits
from handlers.playground.model import Conversation, Json, Message, SlackError
from handlers.playground.state import SlackState
from handlers.playground.validate import blocks_too_long, check_blocks
from handlers.playground.web_api import Call, method

__all__ = ["checked_blocks"]

MOST_PROMPTS = 4


def checked_blocks(slack: SlackState, blocks: Any) -> list[Json] | None:
    """Blocks as Slack stores them, or None when there are none.

    Raises:
        SlackError: invalid_blocks with every problem, or invalid_blocks_format.
    """
    if not blocks:
        return None
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    problems = [str(problem) for problem in check_blocks(blocks)]
    problems += [
        f"invalid slack file [json-pointer:/blocks/{at}/slack_file]"
        for at, block in enumerate(blocks)
        if not problems and not _file_exists(slack, block)
    ]
    if problems:
        marked = (f"[ERROR] {problem}" for problem in problems)
        raise SlackError("invalid_blocks", *marked, more={"errors": problems})
    return dress_blocks(blocks)


def _file_exists(slack: SlackState, block: Json) -> bool:
    named = (block.get("slack_file") or {}).get("id")
    return named is None or (named in slack.files and slack.files[named].complete)


def _content(call: Call, longest: int) -> tuple[str, list[Json] | None]:
    """Text and blocks of a message, checked."""
    text = call.maybe("text")
    blocks = checked_blocks(call.hub.slack, call.structure("blocks", error="invalid_blocks_format"))
    if not text and blocks is None:
        raise SlackError("no_text")
    if len(text) > longest:
        raise SlackError("msg_too_long")
    if blocks is not None and blocks_too_long(blocks):
        raise SlackError("msg_blocks_too_long")
    return text, blocks


def _metadata(call: Call) -> Json | None:
    metadata = call.structure("metadata", error="invalid_metadata_format")
    if metadata is None:
        return None
    shape = isinstance(metadata, dict) and isinstance(metadata.get("event_type"), str)
    if not shape or not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_schema")
    if len(json.dumps(metadata)) > limits().message["metadata_bytes"]:
        raise SlackError("metadata_too_large")
    return dict(metadata)


def _writable(call: Call) -> Conversation:
    slack = call.hub.slack
    conversation = slack.conversation(call.text("channel", error="channel_not_found"))
    if conversation.archived:
        raise SlackError("is_archived")
    if slack.app.bot_user not in conversation.members:
        raise SlackError("not_in_channel")
    if conversation.kind == "im" and not slack.person(conversation.members[0]).active:
        raise SlackError("channel_not_found")
    return conversation


@method("chat.postMessage", scope="chat:write")
def post_message(call: Call) -> Json:
    """Post as the bot; the app hears of its own message, as in Slack."""
    conversation = _writable(call)
    text, blocks = _content(call, limits().message["text"])
    slack = call.hub.slack
    message = slack.post(
        conversation.id,
        slack.app.bot_user,
        text,
        blocks=blocks,
        metadata=_metadata(call),
        by_bot=True,
        thread_ts=call.maybe("thread_ts"),
    )
    call.hub.announce(message)
    shown = call.hub.payloads.message(message, metadata=True)
    return {"channel": conversation.id, "ts": message.ts, "message": shown}


@method("chat.postEphemeral", scope="chat:write")
def post_ephemeral(call: Call) -> Json:
    """Post for one member's eyes."""
    conversation = _writable(call)
    user = call.hub.slack.person(call.text("user", error="user_not_found")).id
    if user not in conversation.members:
        raise SlackError("user_not_in_channel")
    text, blocks = _content(call, limits().message["text"])
    slack = call.hub.slack
    message = slack.post(
        conversation.id, slack.app.bot_user, text, blocks=blocks, by_bot=True, only_for=user
    )
    return {"message_ts": message.ts}


def _own(call: Call, refusal: str) -> Message:
    slack = call.hub.slack
    channel = call.text("channel", error="channel_not_found")
    message = slack.message(channel, call.text("ts", error="message_not_found"))
    if message.only_for:
        raise SlackError("message_not_found")
    if not message.by_bot:
        raise SlackError(refusal)
    return message


@method("chat.update", scope="chat:write")
def update(call: Call) -> Json:
    """Change one of the bot's messages; blocks that are not given again are gone."""
    message = _own(call, "cant_update_message")
    before = call.hub.payloads.message(message)
    text, blocks = _content(call, limits().message["updated_text"])
    metadata = _metadata(call)
    message.text, message.blocks, message.edited, message.values = text, blocks, True, {}
    message.metadata = metadata or message.metadata
    call.hub.slack.touched(message)
    call.hub.announce_change(message, before)
    shown = call.hub.payloads.message(message)
    return {"channel": message.channel, "ts": message.ts, "text": text, "message": shown}


@method("chat.delete", scope="chat:write")
def delete(call: Call) -> Json:
    """Take away one of the bot's messages."""
    message = _own(call, "cant_delete_message")
    call.hub.slack.remove(message)
    call.hub.announce_change(message)
    return {"channel": message.channel, "ts": message.ts}


@method("chat.getPermalink")
def permalink(call: Call) -> Json:
    """The address of a message."""
    channel = call.text("channel", error="channel_not_found")
    message = call.hub.slack.message(channel, call.text("message_ts", error="message_not_found"))
    place = f"https://{call.hub.slack.domain}.slack.com/archives/{message.channel}"
    return {"channel": message.channel, "permalink": f"{place}/p{message.ts.replace('.', '')}"}


@method("assistant.threads.setSuggestedPrompts", scope="assistant:write")
def suggested_prompts(call: Call) -> Json:
    """Up to four prompts over the message box of a direct message."""
    conversation = call.hub.slack.conversation(call.text("channel_id", error="channel_not_found"))
    prompts = call.structure("prompts")
    if not isinstance(prompts, list) or not 0 < len(prompts) <= MOST_PROMPTS:
        raise SlackError("invalid_arguments", "[ERROR] must provide 1 to 4 prompts")
    if not all(isinstance(p, dict) and p.get("title") and p.get("message") for p in prompts):
        raise SlackError("invalid_arguments", "[ERROR] a prompt needs `title` and `message`")
    conversation.prompts = {"title": call.maybe("title"), "prompts": prompts}
    call.hub.slack.changes.ring(*conversation.members)
    return {}


@method("assistant.threads.setStatus", scope="chat:write")
def status(call: Call) -> Json:
    """A line such as “is thinking…” under the conversation; empty takes it away."""
    conversation = call.hub.slack.conversation(call.text("channel_id", error="channel_not_found"))
    call.text("thread_ts")
    conversation.status = call.maybe("status")
    call.hub.slack.changes.ring(*conversation.members)
    return {}
