"""Installing Attune in a workspace over OAuth: two addresses that a browser visits.

``/slack/install`` sends the browser to Slack's page; Slack sends it back to
``/slack/oauth_redirect`` with a code, which is exchanged for the workspace's token. What ties
the two together is a state that needs no memory on the server: it is signed, ends after ten
minutes, belongs to one browser by a cookie, and works once, because its use is noted in the inbox.

Source: https://docs.slack.dev/authentication/installing-with-oauth
"""

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote, urljoin, urlsplit

import aiohttp
import structlog
from slack_sdk.oauth import AuthorizeUrlGenerator, OAuthStateUtils
from slack_sdk.web.async_client import AsyncWebClient
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.clinic import Installation
from bot.clinic.installations import Installations
from bot.errors import ChatError, ChatRefused, Unavailable
from bot.services import Services
from bot.settings import LOOPBACK
from handlers.slack import install_pages as pages
from handlers.slack.app import UNREADABLE
from handlers.slack.errors import translating
from handlers.slack.health import SCOPES
from handlers.slack.install_pages import INSTALL_PATH, Page

log = structlog.get_logger(__name__)

REDIRECT_PATH: Final = "/slack/oauth_redirect"
COOKIE: Final = "attune-install"
LIFETIME: Final = OAuthStateUtils.default_expiration_seconds
"""Seconds from one address to the other: ten minutes."""


class States:
    """Makes and reads states: ``<seconds since 1970>.<random>.<signature>``.

    Args:
        key: With which they are signed; the same in all processes.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def new(self, now: datetime) -> str:
        """Return a state that begins to age at ``now``."""
        body = f"{int(now.timestamp())}.{secrets.token_urlsafe(18)}"
        return f"{body}.{self._signature(body)}"

    def age(self, state: str, now: datetime) -> float | None:
        """Return the seconds since ``state`` was made; None where it was not made here."""
        body, _, signature = state.rpartition(".")
        if not hmac.compare_digest(self._signature(body).encode(), signature.encode()):
            return None
        return now.timestamp() - int(body.partition(".")[0])

    def _signature(self, body: str) -> str:
        digest = hmac.digest(self._key, b"oauth-state:" + body.encode(), sha256)
        return urlsafe_b64encode(digest).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class OAuthApp:
    """What Slack knows the app by.

    ``api_url`` is where the Web API is, which also says where Slack's page is. ``public_url`` is
    where browsers reach Attune; with None Slack takes the app's only redirect address.
    """

    client_id: str
    client_secret: str = field(repr=False)
    api_url: str
    public_url: str | None = None

    @property
    def redirect_uri(self) -> str | None:
        """Where Slack is asked to send the browser back."""
        return self.public_url and f"{self.public_url}{REDIRECT_PATH}"

    def authorise_url(self, state: str) -> str:
        """Return the address of Slack's page for every scope that Attune asks for."""
        back = self.redirect_uri
        return AuthorizeUrlGenerator(
            client_id=quote(self.client_id, safe=""),
            redirect_uri=back and quote(back, safe=""),
            scopes=list(SCOPES),
            authorization_url=urljoin(self.api_url, "../oauth/v2/authorize"),
        ).generate(state)


class Installing:
    """The two addresses.

    Args:
        app: What Slack knows the app by.
        client: The Web API without a token.
        services: For the clock and the inbox.
        installations: Keeps what Slack grants.
        key: With which states are signed.
        forget: What lets go of a workspace's earlier token, wherever it is kept in memory.
    """

    def __init__(
        self,
        app: OAuthApp,
        client: AsyncWebClient,
        services: Services,
        installations: Installations,
        key: bytes,
        *forget: Callable[[str], None],
    ) -> None:
        self._app = app
        self._client = client
        self._services = services
        self._installations = installations
        self._states = States(key)
        self._forget = forget

    @property
    def routes(self) -> tuple[Route, ...]:
        """What the web application serves."""
        return (
            Route(INSTALL_PATH, self.begin, methods=["GET"]),
            Route(REDIRECT_PATH, self.finish, methods=["GET"]),
        )

    async def begin(self, request: Request) -> Response:
        """Send the browser to Slack, and remember in it that it began here."""
        state = self._states.new(self._services.clock.now())
        answer = RedirectResponse(self._app.authorise_url(state), 302)
        name, secure = self._cookie(request)
        answer.set_cookie(
            name, state, max_age=LIFETIME, httponly=True, secure=secure, samesite="lax"
        )
        return answer

    async def finish(self, request: Request) -> Response:
        """Take the browser back from Slack, and answer with a page that says how it went."""
        page = self._stopped(request) or await self._install(request.query_params)
        log.info("slack.installation", outcome=page.why)
        answer = page.response()
        name, secure = self._cookie(request)
        answer.delete_cookie(name, httponly=True, secure=secure, samesite="lax")
        return answer

    def _cookie(self, request: Request) -> tuple[str, bool]:
        """Return the cookie's name, and whether it is for TLS alone."""
        address = urlsplit(self._app.public_url or str(request.base_url))
        secure = address.scheme == "https" or address.hostname not in LOOPBACK
        # Browsers take a name with this prefix from the very host only, and over TLS only.
        return (f"__Host-{COOKIE}" if secure else COOKIE), secure

    def _stopped(self, request: Request) -> Page | None:
        """Return why this does not go on, before anything is noted or asked for."""
        state = request.query_params.get("state", "")
        age = self._states.age(state, self._services.clock.now())
        if age is not None and age > LIFETIME:
            return pages.LATE
        browser = OAuthStateUtils(cookie_name=self._cookie(request)[0])
        cookies = request.headers.get("cookie", "")
        if age is None or not browser.is_valid_browser(state, {"cookie": cookies}):
            return pages.STRANGE
        error = request.query_params.get("error")
        if error is not None:
            return pages.DENIED if error == "access_denied" else pages.refused(error[:80])
        return None if request.query_params.get("code") else pages.refused("no code")

    async def _install(self, given: Mapping[str, str]) -> Page:
        try:
            # Noted before the exchange: whatever happens then, this state was used.
            if not await self._services.first_time(f"oauth:{given['state']}"):
                return pages.USED
            return await self._keep(await self._exchange(given["code"]))
        except ChatRefused as error:
            return pages.refused(str(error.facts["code"]))
        except ChatError:
            return pages.UNANSWERED
        except Unavailable:
            return pages.UNSTORED

    async def _exchange(self, code: str) -> Mapping[str, Any]:
        """Ask Slack for the token.

        Not ``oauth_v2_access``: it makes its header with a class that aiohttp is about to remove.
        """
        given = {"code": code}
        if self._app.redirect_uri is not None:
            given["redirect_uri"] = self._app.redirect_uri
        credentials = aiohttp.encode_basic_auth(self._app.client_id, self._app.client_secret)
        with translating("oauth.v2.access"):
            answer = await self._client.api_call(
                "oauth.v2.access", data=given, headers={"Authorization": credentials}
            )
        return answer.data if isinstance(answer.data, dict) else {}

    async def _keep(self, answer: Mapping[str, Any]) -> Page:
        if answer.get("is_enterprise_install"):
            return pages.ORGANISATION
        if answer.get("refresh_token"):
            return pages.ROTATING
        try:
            made, by = _installation(answer), str(answer["authed_user"]["id"])
        except UNREADABLE:
            return pages.UNREADABLE
        await self._installations.keep(made, by)
        for forget in self._forget:
            forget(made.workspace)
        log.info("slack.installed", workspace=made.workspace)
        return pages.installed(made.workspace, made.name, answer.get("app_id"))


def _installation(answer: Mapping[str, Any]) -> Installation:
    """Return what Slack granted; raise one of ``UNREADABLE`` where something is missing."""
    made = Installation(
        workspace=str(answer["team"]["id"]),
        name=str(answer["team"].get("name") or answer["team"]["id"]),
        bot_user=str(answer["bot_user_id"]),
        scopes=frozenset(answer["scope"].split(",")),
        token=str(answer["access_token"]),
    )
    if not (made.workspace and made.bot_user and made.token):
        raise ValueError
    return made
