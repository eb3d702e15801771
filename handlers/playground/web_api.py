"""The Web API: one entry for every method, with tokens, scopes, faults and Slack's answers."""

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from handlers.playground.faults import Rule
from handlers.playground.model import Json, SlackError, Token
from handlers.playground.reading import read_json

if TYPE_CHECKING:
    from handlers.playground.hub import Playground

__all__ = ["Call", "Method", "method", "methods", "respond"]


@dataclass(slots=True)
class Call:
    """One call of a method: its arguments, its token, and the workspace it acts on."""

    hub: "Playground"
    arguments: Json
    token: Token
    base_url: str

    def text(self, name: str, *, error: str = "invalid_arguments") -> str:
        """A required string argument.

        Raises:
            SlackError: ``error``, when it is missing or empty.
        """
        value = self.arguments.get(name)
        if value is None or value == "":
            raise SlackError(error, f"[ERROR] missing required field: {name}")
        return str(value)

    def maybe(self, name: str) -> str:
        """An optional string argument, empty when it is missing."""
        value = self.arguments.get(name)
        return "" if value is None else str(value)

    def flag(self, name: str) -> bool:
        """A boolean argument in any of the forms that clients send."""
        return str(self.arguments.get(name, "")).lower() in ("true", "1")

    def number(self, name: str, default: int) -> int:
        """A whole number.

        Raises:
            SlackError: invalid_arguments.
        """
        value = self.arguments.get(name, default)
        try:
            return int(value)
        except (TypeError, ValueError) as error:
            raise SlackError("invalid_arguments") from error

    def structure(self, name: str, *, error: str = "invalid_arguments") -> Any:
        """An argument that is JSON; forms carry it as text. None when missing.

        Raises:
            SlackError: ``error``, when it does not parse.
        """
        value = self.arguments.get(name)
        if not isinstance(value, str) or value == "":
            return value or None
        try:
            return read_json(value)
        except ValueError as unreadable:
            raise SlackError(error) from unreadable

    def need(self, scope: str) -> None:
        """Require a scope.

        Raises:
            SlackError: missing_scope, naming what is needed and what the token has.
        """
        if scope and scope not in self.token.scopes:
            provided = ",".join(sorted(self.token.scopes))
            raise SlackError("missing_scope", more={"needed": scope, "provided": provided})


Answering = Callable[[Call], Json | Awaitable[Json]]


@dataclass(frozen=True, slots=True)
class Method:
    """A method with its scope, and the kinds of token it takes ("" means none at all)."""

    answer: Answering
    scope: str
    takes: str


_METHODS: dict[str, Method] = {}


def method(name: str, *, scope: str = "", takes: str = "bot") -> Callable[[Answering], Answering]:
    """Register a function as a method of the Web API."""

    def register(answer: Answering) -> Answering:
        _METHODS[name] = Method(answer, scope, takes)
        return answer

    return register


def methods() -> dict[str, Method]:
    """All registered methods by name."""
    return dict(_METHODS)


async def respond(hub: "Playground", request: Request) -> Response:
    """Answer ``/api/{method}``."""
    name = request.path_params["method"]
    began = time.perf_counter()
    arguments = await _arguments(request)
    headers: dict[str, str] = {}
    if arguments is None:
        answer: Json = {"ok": False, "error": "invalid_json"}
        response: Response = JSONResponse(answer, 400)
    else:
        shown = _token_value(request, arguments)
        answer, response = await _answered(hub, request, name, arguments, shown)
        token = hub.slack.tokens.get(shown)
        headers["x-oauth-scopes"] = ",".join(sorted(token.scopes)) if token else ""
    response.headers.update(headers)
    spent = (time.perf_counter() - began) * 1000
    body = {"arguments": arguments, "answer": answer}
    hub.traffic.add("in", name, response.status_code, body, spent)
    return response


class HangUp(Response):
    """No answer at all: the connection closes (``guard.hanging_up`` lends the means)."""

    async def __call__(self, scope: Scope, receive: Receive, _send: Send) -> None:
        """Close the connection and wait until it is gone."""
        scope["playground.hang_up"]()
        while (await receive())["type"] != "http.disconnect":
            pass


async def _answered(
    hub: "Playground", request: Request, name: str, arguments: Json, shown: str
) -> tuple[Json, Response]:
    rule = hub.faults.next(name)
    early = await _struck(hub, rule, shown)
    if early is not None:
        return {"fault": rule.fault if rule else ""}, early
    status, headers = 200, {}
    try:
        answer = await _called(hub, request, name, arguments, shown)
    except SlackError as error:
        answer = _refusal(error)
        status, headers = error.status, error.headers
    if rule is not None and rule.fault == "drop_after":
        return answer, HangUp()
    return answer, JSONResponse(answer, status, headers)


async def _called(
    hub: "Playground", request: Request, name: str, arguments: Json, shown: str
) -> Json:
    known = _METHODS.get(name)
    if known is None:
        raise SlackError("unknown_method", more={"req_method": name})
    token = Token("", "bot", set())
    if known.takes:
        token = hub.slack.token(shown)
        if token.kind not in known.takes:
            raise SlackError("not_allowed_token_type")
    call = Call(hub, arguments, token, _base_url(request))
    call.need(known.scope)
    answer = known.answer(call)
    return {"ok": True} | (answer if isinstance(answer, dict) else await answer)


def _refusal(error: SlackError) -> Json:
    answer: Json = {"ok": False, "error": error.error, **error.more}
    if error.messages:
        answer["response_metadata"] = {"messages": list(error.messages)}
    return answer


async def _struck(hub: "Playground", rule: Rule | None, shown: str) -> Response | None:
    """Let a fault strike before the method runs; an answer here means it never does."""
    if rule is None:
        return None
    if rule.fault == "slow":
        await asyncio.sleep(rule.seconds)
    elif rule.fault == "revoke_token" and shown in hub.slack.tokens:
        hub.slack.tokens[shown].revoked = True
    elif rule.fault == "remove_scope" and shown in hub.slack.tokens:
        hub.slack.tokens[shown].scopes.discard(rule.scope)
    elif rule.fault == "deactivate_user" and rule.user in hub.slack.people:
        hub.slack.people[rule.user].active = False
    elif rule.fault == "drop_before":
        return HangUp()
    elif rule.fault == "server_error":
        return PlainTextResponse("Internal Server Error", 500)
    elif rule.fault == "ratelimited":
        body = {"ok": False, "error": "ratelimited"}
        return JSONResponse(body, 429, {"Retry-After": str(rule.retry_after)})
    return None


def _base_url(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


def _token_value(request: Request, arguments: Json) -> str:
    header = request.headers.get("authorization", "")
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer" and value:
        return value.strip()
    if scheme.lower() == "basic":
        arguments |= _client(value)
    return str(arguments.pop("token", "") or "")


def _client(value: str) -> Json:
    """The client's id and secret, which OAuth lets it send as HTTP Basic credentials."""
    try:
        client_id, _, secret = base64.b64decode(value).decode().partition(":")
    except ValueError:
        return {}
    return {"client_id": client_id, "client_secret": secret}


async def _arguments(request: Request) -> Json | None:
    """The arguments of query, form or JSON; None when the JSON does not parse."""
    arguments: Json = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            body = read_json(await request.body() or b"{}")
        except ValueError:
            return None
        if not isinstance(body, dict):
            return None
        return arguments | body
    if request.method == "POST":
        async with request.form() as form:
            arguments |= {name: value for name, value in form.items() if isinstance(value, str)}
    return arguments
