"""What the page asks for: everything one person sees, and everything one person can do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from handlers.playground.actions import CannotAct
from handlers.playground.delivery import Unanswered
from handlers.playground.guard import same_site
from handlers.playground.hub import Playground
from handlers.playground.model import Conversation, File, Json, Message, Person
from handlers.playground.reading import read_json
from handlers.playground.state import SlackState

__all__ = ["ROUTES", "json_body"]

HEARTBEAT_SECONDS = 15.0


async def json_body(request: Request) -> Any:
    """The JSON of a request, or None when it does not parse."""
    try:
        return read_json(await request.body())
    except ValueError:
        return None


def _refuse(sentence: str, status: int = 400) -> JSONResponse:
    return JSONResponse({"ok": False, "error": sentence}, status)


# ----------------------------------------------------------------- what a person sees
def _person(person: Person) -> Json:
    return {
        "id": person.id,
        "name": person.name,
        "title": person.title,
        "zone": person.zone,
        "role": person.role,
        "active": person.active,
    }


def _file(file: File) -> Json:
    return {
        "id": file.id,
        "name": file.name,
        "url": f"/playground/files/{file.id}",
        "alt": file.alt,
        "mimetype": file.mimetype,
    }


def _message(slack: SlackState, message: Message) -> Json:
    return {
        "ts": message.ts,
        "user": message.user,
        "name": slack.people[message.user].name,
        "is_bot": message.by_bot,
        "text": message.text,
        "blocks": message.blocks,
        "ephemeral": bool(message.only_for),
        "files": [_file(slack.files[file_id]) for file_id in message.files],
        "edited": message.edited,
        "time": message.when.isoformat(),
    }


def _conversation(slack: SlackState, conversation: Conversation, me: str) -> Json:
    return {
        "id": conversation.id,
        "kind": conversation.kind,
        "name": conversation.name,
        "messages": [_message(slack, m) for m in slack.visible(conversation, me)],
        "prompts": conversation.prompts,
        "status": conversation.status,
    }


def seen(playground: Playground, me: str) -> Json:
    """All that one person sees, as the page wants it."""
    slack = playground.slack
    top, home = slack.top_view(me), slack.home(me)
    return {
        "now": slack.now().isoformat(),
        "workspace": {"name": slack.team_name, "id": slack.team_id},
        "bot": {"id": slack.app.bot_user, "name": slack.app.name},
        "me": me,
        "people": [_person(p) for p in slack.people.values() if not p.is_bot],
        "conversations": [_conversation(slack, c, me) for c in slack.seen_by(me)],
        "home": playground.payloads.view(home) if home else None,
        "view": playground.payloads.view(top) if top else None,
        "view_depth": len(slack.stacks.get(me, [])),
        "commands": [
            {"command": name, "description": description, "hint": hint}
            for name, description, hint in slack.app.commands
        ],
        "shortcuts": [
            {"type": kind, "name": name, "callback_id": callback_id}
            for kind, name, callback_id in slack.app.shortcuts
        ],
        "clock": playground.controls is not None,
        "faults": playground.faults.rows(),
        "connected": playground.delivery.connected,
    }


def _me(playground: Playground, named: Any) -> str:
    person = playground.slack.people.get(str(named or ""))
    if person is None or person.is_bot:
        raise CannotAct("There is no such person in this workspace.")
    return person.id


async def _state(request: Request) -> Response:
    playground: Playground = request.app.state.playground
    try:
        return JSONResponse(seen(playground, _me(playground, request.query_params.get("as"))))
    except CannotAct as error:
        return _refuse(str(error), 404)


async def _stream(request: Request) -> Response:
    playground: Playground = request.app.state.playground
    try:
        me = _me(playground, request.query_params.get("as"))
    except CannotAct as error:
        return _refuse(str(error), 404)
    headers = {"Cache-Control": "no-store"}
    return StreamingResponse(_events(playground, me), 200, headers, "text/event-stream")


async def _events(playground: Playground, me: str) -> AsyncIterator[str]:
    changes = playground.slack.changes
    heard, leave = changes.listen(me)
    try:
        yield ": listening\n\n"
        while not changes.closed:
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await heard.wait()
            except TimeoutError:
                yield ": still here\n\n"
                continue
            heard.clear()
            yield "event: changed\ndata: {}\n\n"
    finally:
        leave()


async def _traffic(request: Request) -> Response:
    after = request.query_params.get("after", "0")
    if not after.isdigit():
        return _refuse("The number after which to list is missing.")
    playground: Playground = request.app.state.playground
    return JSONResponse({"ok": True, "exchanges": playground.traffic.after(int(after))})


async def _content(request: Request) -> Response:
    playground: Playground = request.app.state.playground
    file = playground.slack.files.get(request.path_params["file_id"])
    if file is None or not file.complete or file.content is None:
        return _refuse("There is no such file.", 404)
    return Response(file.content, media_type=file.mimetype)


# ----------------------------------------------------------------- what a person does
Doing = Callable[[Playground, str, Json], Awaitable[Json]]


def _text(body: Json, name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise CannotAct(f"“{name}” must be text.")
    return value


def _mapping(body: Json, name: str) -> Json:
    value = body.get(name) or {}
    if not isinstance(value, dict):
        raise CannotAct(f"“{name}” must be an object.")
    return value


async def _say(playground: Playground, me: str, body: Json) -> Json:
    message = await playground.act.say(me, _text(body, "channel"), _text(body, "text"))
    return {"ts": message.ts}


async def _command(playground: Playground, me: str, body: Json) -> Json:
    await playground.act.command(me, _text(body, "text"), _text(body, "channel"))
    return {}


async def _press(playground: Playground, me: str, body: Json) -> Json:
    container = _mapping(body, "container")
    where: Message | str = _text(container, "view_id")
    if container.get("type") == "message":
        where = _find(playground, _text(container, "channel"), _text(container, "ts"))
    chosen = {k: v for k, v in _mapping(body, "element").items() if k != "type"}
    await playground.act.press(
        me,
        where,
        _text(body, "action_id"),
        chosen,
        block_id=_text(body, "block_id"),
        state=_mapping(body, "state"),
    )
    return {}


def _find(playground: Playground, channel: str, ts: str) -> Message:
    conversation = playground.slack.conversations.get(channel)
    for message in conversation.messages if conversation else ():
        if message.ts == ts:
            return message
    raise CannotAct("There is no such message here.")


async def _submit(playground: Playground, me: str, body: Json) -> Json:
    action, errors = await playground.act.submit(
        me, _text(body, "view_id"), _mapping(body, "state")
    )
    return {"action": action} | ({"errors": errors} if action == "errors" else {})


async def _close(playground: Playground, me: str, body: Json) -> Json:
    await playground.act.close(me, _text(body, "view_id"))
    return {}


async def _shortcut(playground: Playground, me: str, body: Json) -> Json:
    callback_id, ts = _text(body, "callback_id"), _text(body, "ts")
    if ts:
        await playground.act.message_shortcut(me, callback_id, _text(body, "channel"), ts)
    else:
        await playground.act.global_shortcut(me, callback_id)
    return {}


async def _home(playground: Playground, me: str, _body: Json) -> Json:
    await playground.act.open_home(me)
    return {}


async def _messages(playground: Playground, me: str, _body: Json) -> Json:
    await playground.act.open_home(me, "messages")
    return {}


async def _clock(playground: Playground, _me: str, body: Json) -> Json:
    if playground.controls is None:
        raise CannotAct("There is no clock to move here.")
    try:
        said = await playground.controls.jump(_text(body, "to"))
    except ValueError as error:
        raise CannotAct(str(error)) from error
    playground.slack.changes.ring()
    return {"said": said}


async def _others(playground: Playground, me: str, _body: Json) -> Json:
    if playground.controls is None:
        raise CannotAct("There is nobody here to answer for the others.")
    said = await playground.controls.others_answer(me)
    playground.slack.changes.ring()
    return {"said": said}


async def _faults(playground: Playground, _me: str, body: Json) -> Json:
    rules = body.get("rules")
    if not isinstance(rules, list) or not all(isinstance(row, dict) for row in rules):
        raise CannotAct("“rules” must be a list of objects.")
    try:
        playground.faults.replace(rules)
    except ValueError as error:
        raise CannotAct(str(error)) from error
    playground.slack.changes.ring()
    return {"faults": playground.faults.rows()}


def _doing(do: Doing, *, as_someone: bool = True) -> Callable[[Request], Awaitable[Response]]:
    """A route for one doing: checks where it comes from, who acts, and words the refusals."""

    async def answer(request: Request) -> Response:
        playground: Playground = request.app.state.playground
        if not same_site(request):
            return _refuse("Only the page of the playground itself may do this.", 403)
        body = await json_body(request)
        if not isinstance(body, dict):
            return _refuse("The request holds no readable JSON object.")
        try:
            me = _me(playground, body.get("as")) if as_someone else ""
            return JSONResponse({"ok": True} | await do(playground, me, body))
        except CannotAct as error:
            return _refuse(str(error))
        except Unanswered as error:
            return _refuse(str(error), 424)

    return answer


_DOINGS: dict[str, Doing] = {
    "say": _say,
    "command": _command,
    "press": _press,
    "submit": _submit,
    "close": _close,
    "shortcut": _shortcut,
    "home": _home,
    "messages": _messages,
    "clock": _clock,
    "others": _others,
}

ROUTES = [
    Route("/playground/state", _state),
    Route("/playground/stream", _stream),
    Route("/playground/traffic", _traffic),
    Route("/playground/files/{file_id}", _content),
    Route("/playground/faults", _doing(_faults, as_someone=False), methods=["POST"]),
    *(Route(f"/playground/{n}", _doing(do), methods=["POST"]) for n, do in _DOINGS.items()),
]
