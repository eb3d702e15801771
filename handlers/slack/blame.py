"""How an exception reaches the person: one sentence, in the place where they are."""

import contextlib
from collections.abc import Awaitable
from pathlib import Path
from traceback import extract_tb

import structlog
from slack_sdk.errors import SlackApiError

from bot.errors import AttuneError, InvalidForm, Unavailable
from handlers.slack.blocks import notice
from handlers.slack.call import Call, Payload, Reply

log = structlog.get_logger(__name__)


def where(error: BaseException) -> str:
    """Return the file and line at which ``error`` was raised; nothing of its text."""
    frames = extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown"


async def quietly(work: Awaitable[object]) -> None:
    """Do something whose failure must not hide the failure that is being explained."""
    with contextlib.suppress(AttuneError, SlackApiError):
        await work


async def explain(call: Call, error: AttuneError) -> Reply | None:
    """Tell the caller what happened: in the form, in the modal, or beside the message."""
    if isinstance(error, Unavailable):
        log.warning("slack.unavailable", error=type(error).__name__, name=call.name)
    if call.payload is Payload.VIEW:
        errors = _in_the_form(call, error)
        return Reply(errors=errors) if errors else Reply(view=notice.modal_with(str(error)))
    if call.payload is Payload.COMMAND:
        return Reply(text=str(error))
    await quietly(_beside(call, str(error)))
    return None


def _in_the_form(call: Call, error: AttuneError) -> dict[str, str]:
    """Place sentences under the fields they belong to; nothing that was typed is lost."""
    fields = [block["block_id"] for block in call.view.get("blocks", ()) if block["type"] == "input"]
    if not fields:
        return {}
    first = fields[0]
    if isinstance(error, InvalidForm):
        placed = {name: text for name, text in error.problems.items() if name in fields}
        rest = [text for name, text in error.problems.items() if name not in fields]
        return placed | ({first: " ".join(rest)} if rest else {})
    return {first: str(error)}


async def _beside(call: Call, sentence: str) -> None:
    if call.view and call.trigger:
        await call.open(notice.modal_with(sentence))
    elif call.payload is Payload.ACTION:
        await call.whisper(sentence)
    elif call.payload is Payload.SHORTCUT:
        await call.open(notice.modal_with(sentence))
    elif call.event.get("type") == "message":
        await call.tell(sentence)
