"""What an app says back: acknowledgements of commands, response addresses, response actions."""

from typing import Any

from handlers.playground.methods_chat import checked_blocks
from handlers.playground.methods_views import checked_view
from handlers.playground.model import Json, Message, ResponseUrl, SlackError, View
from handlers.playground.state import SlackState

__all__ = ["apply_response_action", "apply_response_url", "post_reply"]


def post_reply(slack: SlackState, user: str, channel: str, body: Json) -> Message | None:
    """Show the answer to a command: ephemeral unless it says ``in_channel``; None when empty.

    Raises:
        SlackError: invalid_blocks.
    """
    text = str(body.get("text") or "")
    blocks = checked_blocks(slack, body.get("blocks"))
    if not text and blocks is None:
        return None
    only_for = "" if body.get("response_type") == "in_channel" else user
    return slack.post(
        channel, slack.app.bot_user, text, blocks=blocks, by_bot=True, only_for=only_for
    )


def apply_response_url(slack: SlackState, url: ResponseUrl, body: Any) -> Message | None:
    """Take a post to a response address: a new message, or a change of the one acted on.

    Raises:
        SlackError: invalid_payload, no_text, invalid_blocks or message_not_found.
    """
    if not isinstance(body, dict):
        raise SlackError("invalid_payload")
    original = _original(slack, url)
    if body.get("delete_original"):
        if original is None:
            raise SlackError("message_not_found")
        slack.remove(original)
        return None
    if body.get("replace_original") and original is not None:
        return _replace(slack, original, body)
    message = post_reply(slack, url.user, url.channel, body)
    if message is None:
        raise SlackError("no_text")
    return message


def _original(slack: SlackState, url: ResponseUrl) -> Message | None:
    if not url.message_ts:
        return None
    try:
        return slack.message(url.channel, url.message_ts)
    except SlackError:
        return None


def _replace(slack: SlackState, original: Message, body: Json) -> Message:
    blocks = checked_blocks(slack, body.get("blocks"))
    text = str(body.get("text") or "")
    if not text and blocks is None:
        raise SlackError("no_text")
    original.text, original.blocks, original.edited, original.values = text, blocks, True, {}
    slack.touched(original)
    return original


def apply_response_action(slack: SlackState, view: View, body: Json | None) -> tuple[str, Json]:
    """Carry out what the app answered to a submission.

    Returns:
        ("closed" | "updated" | "pushed" | "cleared" | "errors", the errors by block_id).

    Raises:
        SlackError: the answer is not one that Slack would take.
    """
    action = (body or {}).get("response_action")
    if action is None:
        slack.close_view(view)
        return "closed", {}
    if action == "clear":
        slack.clear_views(view.user)
        return "cleared", {}
    if action == "errors":
        return "errors", _errors(view, (body or {}).get("errors"))
    if action not in ("update", "push"):
        raise SlackError("invalid_response_action")
    wanted = (body or {}).get("view")
    if action == "push":
        slack.push_view(view.user, checked_view(slack, wanted, "modal"))
        return "pushed", {}
    slack.change_view(view, checked_view(slack, wanted, "modal", keep=view))
    return "updated", {}


def _errors(view: View, errors: Any) -> dict[str, str]:
    inputs = {b["block_id"] for b in view.body["blocks"] if b["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        raise SlackError("invalid_errors")
    return {block: str(text) for block, text in errors.items()}
