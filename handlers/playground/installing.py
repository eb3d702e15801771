"""Slack's page that asks whether an app may be installed: Allow, or Cancel.

Source: https://docs.slack.dev/authentication/installing-with-oauth, read in November 2026.
"""

from html import escape
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from handlers.playground.guard import loopback
from handlers.playground.model import SlackError
from handlers.playground.state import SlackState

__all__ = ["authorise"]


async def authorise(request: Request) -> Response:
    """Ask; either answer is a link back to the app, with its ``state``."""
    slack: SlackState = request.app.state.playground.slack
    given = request.query_params
    try:
        back, scopes = _checked(slack, given.get("client_id", ""), dict(given))
    except SlackError as error:
        return _page(f"<h1>Something went wrong</h1><p>{error.error}</p>", 400)
    state = given.get("state", "")
    allow = {"code": slack.new_code(back, scopes), "state": state}
    deny = {"error": "access_denied", "state": state}
    asked = "".join(f"<li>{escape(scope)}</li>" for scope in scopes)
    return _page(
        f"<h1>{escape(slack.app.name)} asks to be installed in {escape(slack.team_name)}</h1>"
        f"<ul>{asked}</ul>"
        f'<p><a href="{escape(f"{back}?{urlencode(allow)}")}">Allow</a> · '
        f'<a href="{escape(f"{back}?{urlencode(deny)}")}">Cancel</a></p>'
    )


def _checked(slack: SlackState, client_id: str, given: dict[str, str]) -> tuple[str, list[str]]:
    """Where the browser goes back to, and the scopes asked for; the app has no default address."""
    if client_id != slack.app.client_id:
        raise SlackError("invalid_client_id")
    back = urlsplit(given.get("redirect_uri", ""))
    if back.scheme not in ("http", "https") or not loopback(back.netloc):
        raise SlackError("bad_redirect_uri")
    scopes = [scope for scope in given.get("scope", "").split(",") if scope]
    if not scopes or not set(scopes) <= slack.app.scopes:
        raise SlackError("invalid_scope")
    return back.geturl(), scopes


def _page(body: str, status: int = 200) -> HTMLResponse:
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Playground</title>'
    return HTMLResponse(f"{head}<main>{body}</main></html>", status)
