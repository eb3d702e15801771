"""Uploads: announced, sent, completed, then shown in a conversation."""

import mimetypes
import secrets

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from handlers.playground.model import File, Json, SlackError
from handlers.playground.web_api import Call, method

__all__ = ["receive"]

MOST_BYTES = 10_000_000


@method("files.getUploadURLExternal", scope="files:write")
def upload_url(call: Call) -> Json:
    """Announce an upload by name and length."""
    name, length = call.text("filename"), call.number("length", 0)
    if not 0 < length <= MOST_BYTES:
        raise SlackError(
            "invalid_arguments", "[ERROR] must be greater than 0 [json-pointer:/length]"
        )
    slack = call.hub.slack
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    file = File(
        slack.new_id("F"), name, length, slack.app.bot_user, call.maybe("alt_txt"), mimetype=kind
    )
    slack.files[file.id] = file
    pass_word = secrets.token_urlsafe(12)
    call.hub.uploads[pass_word] = file.id
    return {"upload_url": f"{call.base_url}/upload/v1/{pass_word}", "file_id": file.id}


async def receive(request: Request) -> Response:
    """Take the bytes of an announced upload, as a raw body or as a form's ``file``."""
    hub = request.app.state.playground
    file_id = hub.uploads.get(request.path_params["word"])
    if file_id is None:
        return PlainTextResponse("no such upload", 404)
    file = hub.slack.files[file_id]
    content = await _content(request)
    if len(content) != file.length:
        return PlainTextResponse("the length differs from the one announced", 400)
    file.content = content
    return PlainTextResponse(f"OK - {len(content)}")


async def _content(request: Request) -> bytes:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    async with request.form() as form:
        for value in form.values():
            if not isinstance(value, str):
                return await value.read()
    return b""


@method("files.completeUploadExternal", scope="files:write")
def complete(call: Call) -> Json:
    """Make uploads visible and, with ``channel_id``, share them with a comment."""
    slack = call.hub.slack
    rows = call.structure("files")
    if not isinstance(rows, list) or not rows:
        raise SlackError("invalid_arguments", "[ERROR] must provide at least 1 items")
    files = [_uploaded(call, row) for row in rows]
    channel = call.maybe("channel_id") or call.maybe("channels").partition(",")[0]
    conversation = slack.conversation(channel) if channel else None
    for file, row in zip(files, rows, strict=True):
        file.title = str(row.get("title") or file.name)
        file.complete = True
        if conversation is not None:
            file.channels.append(conversation.id)
    if conversation is not None:
        text, ids = call.maybe("initial_comment"), [file.id for file in files]
        message = slack.post(
            conversation.id, slack.app.bot_user, text, by_bot=True, files=ids,
            thread_ts=call.maybe("thread_ts"),
        )  # fmt: skip
        call.hub.announce(message)
    return {"files": [call.hub.payloads.file(file.id) for file in files]}


def _uploaded(call: Call, row: object) -> File:
    file = call.hub.slack.files.get(str(row.get("id"))) if isinstance(row, dict) else None
    if file is None or file.content is None:
        raise SlackError("file_not_found")
    return file


@method("files.info", scope="files:read")
def files_info(call: Call) -> Json:
    """What is known about a file."""
    file = call.hub.slack.files.get(call.text("file", error="file_not_found"))
    if file is None or not file.complete:
        raise SlackError("file_not_found")
    return {"file": call.hub.payloads.file(file.id)}
