"""How an exception reaches the person: one sentence, in the place where they are."""

import contextlib
from collections.abc import Awaitable, Sequence
from pathlib import Path
from traceback import extract_tb
from typing import Final

import structlog

from bot.errors import (
    AttuneError,
    ChatError,
    ChatLimited,
    ChatRefused,
    ChatUncertain,
    InvalidForm,
    MissingScope,
    TokenRevoked,
    Unavailable,
)
from handlers.slack.blocks import notice
from handlers.slack.blocks.home import sorry
from handlers.slack.call import Call, Payload, Reply, View
from handlers.slack.errors import TROUBLE, translated

log = structlog.get_logger(__name__)

_WAIT: Final = (
    "This takes longer than usual, and nothing is lost. Please leave this open: the answer comes "
    "here by itself."
)
_AGAIN: Final = "please try again in a minute"
_INSTALL: Final = "an admin can install Attune's app again"
_CHAT: Final[Sequence[tuple[type[ChatError], str, str]]] = (
    (ChatLimited, "Slack asks Attune to wait for a moment.", _AGAIN),
    (ChatUncertain, "Slack did not answer in time.", _AGAIN),
    (MissingScope, "Attune's app lacks a permission that this needs ({scope}).", _INSTALL),
    (TokenRevoked, "This workspace has taken back Attune's access.", _INSTALL),
    (ChatRefused, "Slack refused what Attune asked of it ({code}).", "an admin may know why"),
    (ChatError, "Slack had trouble just now.", _AGAIN),
)
"""What a person reads of the chat's trouble; the ledger keeps the technical words."""

_LATE: Final = frozenset({"expired_trigger_id", "trigger_expired"})
_TOO_LATE: Final = "It took Attune too long to open this."


def where(error: BaseException) -> str:
    """Return the file and line at which ``error`` was raised; nothing of its text."""
    frames = extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown"


async def quietly(work: Awaitable[object]) -> None:
    """Do something whose failure must not hide the failure that is being explained.

    Whatever it is: what left here unseen, asyncio would log with its text.
    """
    with contextlib.suppress(Exception):
        await work


def wait_for(call: Call) -> Reply:
    """Return what is answered in time where the real answer takes longer. A form stays open."""
    names = fields(call.view)
    return Reply(errors={names[0]: _WAIT}) if names else Reply()


async def explain(call: Call, error: AttuneError) -> Reply | None:
    """Tell the caller what happened: in the form, in the modal, or beside the message."""
    if isinstance(error, Unavailable):
        log.warning("slack.unavailable", error=type(error).__name__, name=call.name)
    if isinstance(error, ChatError):
        log.warning("slack.chat_failed", error=type(error).__name__, name=call.name)
    return await _say(call, told_of(error), error)


def told_of(error: AttuneError) -> str:
    """Return what a person reads of ``error`` where nothing was done."""
    if not isinstance(error, ChatError):
        return str(error)
    what, advice = _of_chat(error)
    return f"{what} Nothing was changed; {advice}."


async def not_shown(call: Call, error: Exception) -> Reply | None:
    """Tell the caller that Slack did not show what a handler had for them. ``error`` is one of
    ``TROUBLE``, raised by a call of the handler's own, so that its work may be done.
    """
    chat = translated(error, "any")
    log.warning("slack.not_shown", error=type(chat).__name__, name=call.name, at=where(error))
    what, advice = _of_chat(chat)
    told = "What you asked for may be done all the same: Attune's Home shows how things stand."
    return await _say(call, f"{what} {told} If it is not, {advice}.", chat)


def _of_chat(error: ChatError) -> tuple[str, str]:
    if error.facts.get("code") in _LATE:  # the right to open a form ends after three seconds
        return _TOO_LATE, _AGAIN
    return next(
        (what.format(**error.facts), advice)
        for kind, what, advice in _CHAT
        if isinstance(error, kind)
    )


async def _say(call: Call, sentence: str, error: AttuneError) -> Reply | None:
    if call.payload is Payload.VIEW:
        errors = _in_the_form(call, sentence, error)
        return Reply(errors=errors) if errors else Reply(view=notice.modal_with(sentence))
    if call.payload is Payload.COMMAND:
        return Reply(text=sentence)
    await quietly(_beside(call, sentence))
    return None


def fields(view: View) -> list[str]:
    """Return the names of a form's fields, under which a sentence can stand."""
    return [block["block_id"] for block in view.get("blocks", ()) if block["type"] == "input"]


def _in_the_form(call: Call, sentence: str, error: AttuneError) -> dict[str, str]:
    """Place sentences under the fields they belong to; nothing that was typed is lost."""
    names = fields(call.view)
    if not names:
        return {}
    first = names[0]
    if isinstance(error, InvalidForm):
        placed = {name: text for name, text in error.problems.items() if name in names}
        rest = [text for name, text in error.problems.items() if name not in names]
        return placed | ({first: " ".join(rest)} if rest else {})
    return {first: sentence}


async def _beside(call: Call, sentence: str) -> None:
    kind = call.event.get("type")
    if call.payload is Payload.SHORTCUT or (call.view and call.trigger):
        await _in_a_modal(call, sentence)
    elif call.payload is Payload.ACTION:
        await call.whisper(sentence)
    elif kind == "message":
        await call.tell(sentence)
    elif kind == "app_home_opened" and call.event.get("tab", "home") == "home":
        await call.client.views_publish(user_id=call.context.user_id or "", view=sorry(sentence))


async def _in_a_modal(call: Call, sentence: str) -> None:
    """Open a modal; where its trigger is used up or too old, say it in the private chat."""
    try:
        await call.open(notice.modal_with(sentence))
    except TROUBLE:
        await call.tell(sentence)
