"""The Bolt application: Slack's requests in, the router's answers out.

Signatures are checked before Bolt sees a request (``handlers/web.py``); Socket Mode needs none.
Bolt reads some settings from the environment and writes bodies of requests into its logs; both
are switched off here.
"""

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import aiohttp
import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import AttuneError, ChatUncertain
from bot.ports import Clock
from handlers.slack import blame
from handlers.slack.router import Router

log = structlog.get_logger(__name__)

NAME: Final = "attune"
KEPT_FOR: Final = timedelta(minutes=1)
"""How long a workspace's token is taken as found: a new installation works within a minute."""

PATIENCE: Final = 2.0
"""Seconds that a request may wait for its token; Slack waits three for its answer."""

TIMEOUT: Final = 10
"""Seconds that a call of the Web API may take."""

_NOT_INSTALLED: Final = (
    "Attune is not installed in this workspace any more, so nothing happened and nothing was "
    "kept. An admin can install it again."
)
UNREADABLE: Final = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What Bolt raises over a body that is not shaped as Slack shapes it."""

_TOLD_ONLY: Final = frozenset({"app_rate_limited", "view_closed"})
"""What Slack only tells, and tells again where it is not acknowledged."""

_ENVIRONMENT: Final = (
    "SLACK_BOT_TOKEN",
    "SLACK_CLIENT_ID",
    "SLACK_CLIENT_SECRET",
    "SLACK_SIGNING_SECRET",
    "SLACK_VERIFICATION_TOKEN",
)


class Bot(NamedTuple):
    """Attune in one workspace: its token and its own member id."""

    token: str
    user: str

    def __repr__(self) -> str:
        """Keep the token out of whatever prints this."""
        return f"Bot(user={self.user!r})"


FindBot = Callable[[str], Awaitable[Bot | None]]
"""Finds Attune's token in a workspace, by its id; None where it is not installed."""


class _WithoutWords(logging.Filter):
    """Leaves of a record where it came from; its text may hold what somebody typed."""

    def filter(self, record: logging.LogRecord) -> bool:
        kind = f" ({record.exc_info[0].__name__})" if record.exc_info and record.exc_info[0] else ""
        record.msg = f"{record.module}.{record.funcName}, line {record.lineno}{kind}"
        record.args = None
        record.exc_info = record.exc_text = record.stack_info = None
        return True


def quiet(name: str) -> logging.Logger:
    """Return a logger for code that is not ours: warnings and errors, without their text."""
    logger = logging.getLogger(name)
    logger.setLevel(logging.WARNING)
    if not any(isinstance(one, _WithoutWords) for one in logger.filters):
        logger.addFilter(_WithoutWords())
    return logger


def create_client(
    base_url: str, session: aiohttp.ClientSession | None, token: str | None = None
) -> AsyncWebClient:
    """Return a Web API client on the shared ``session``.

    It never repeats a call by itself: Slack may have done what it did not answer.
    """
    return AsyncWebClient(
        token=token,
        base_url=base_url,
        session=session,
        timeout=TIMEOUT,
        logger=quiet("slack_sdk.web.async_client"),
        retry_handlers=[],
    )


class Authorisation(AsyncAuthorize):
    """Finds the token for a request, and keeps it for a short while instead of asking each time.

    Args:
        find: Finds Attune in a workspace.
        clock: The time.
        kept_for: How long what was found is kept.
        patience: Seconds that a request waits for it.
    """

    def __init__(
        self,
        find: FindBot,
        clock: Clock,
        kept_for: timedelta = KEPT_FOR,
        patience: float = PATIENCE,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Bolt leaves it unannotated
        self._find = find
        self._clock = clock
        self._kept_for = kept_for
        self._patience = patience
        self._kept: dict[str, tuple[datetime, AuthorizeResult]] = {}
        self._looking: set[asyncio.Future[Bot | None]] = set()

    async def __call__(
        self, *, enterprise_id: str | None, team_id: str | None, **_others: Any
    ) -> AuthorizeResult | None:
        """Return what Bolt needs to act in a workspace, or None where Attune is not installed."""
        if not (workspace := team_id):
            message = "a request that names no workspace"
            raise ValueError(message)
        kept = self._kept.get(workspace)
        if kept is not None and self._clock.now() < kept[0]:
            return kept[1]
        bot = await self._found(workspace)
        if bot is None:
            self.forget(workspace)
            log.warning("slack.not_installed", workspace=workspace)
            return None
        result = AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=bot.user,
            bot_token=bot.token,
        )
        self._kept[workspace] = (self._clock.now() + self._kept_for, result)
        return result

    async def _found(self, workspace: str) -> Bot | None:
        """Look the token up; give up in time for Slack to be answered, and let the looking go on,
        so that the next request finds what it brings.
        """
        looking = asyncio.ensure_future(self._find(workspace))
        self._looking.add(looking)
        looking.add_done_callback(self._looked)
        done, _ = await asyncio.wait({looking}, timeout=self._patience)
        if not done:
            raise ChatUncertain(method="auth.test")
        return looking.result()

    def _looked(self, looking: "asyncio.Future[Bot | None]") -> None:
        self._looking.discard(looking)
        if not looking.cancelled():
            looking.exception()  # whoever waited has raised it; asyncio is not to log its text

    def forget(self, workspace: str) -> None:
        """Ask again for this workspace's token at its next request."""
        self._kept.pop(workspace, None)


def create_app(router: Router, authorise: Authorisation, client: AsyncWebClient) -> AsyncApp:
    """Return the Bolt application with ``router`` mounted.

    Args:
        router: The table of handlers, filled.
        authorise: Finds the token of the workspace that a request comes from.
        client: The Web API without a token, on the session that all requests share.
    """
    with _no_environment():
        app = AsyncApp(
            name=NAME,
            logger=quiet("slack_bolt"),
            client=client,
            authorize=authorise,  # type: ignore[arg-type]  # Bolt's own may return None too
            user_facing_authorize_error_message=_NOT_INSTALLED,
            signing_secret="",
            request_verification_enabled=False,
            process_before_response=True,  # our handlers are short, and Bolt's waiting costs 10 ms
            ignoring_self_events_enabled=True,
            url_verification_enabled=True,
            raise_error_for_unhandled_request=True,  # for _explain to answer it
            ssl_check_enabled=False,
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )
    app.error(_explain)
    router.mount(app)
    return app


async def _explain(error: Exception, body: dict[str, Any]) -> BoltResponse:
    """Answer what went wrong before a handler was found: nothing of its text is logged."""
    if isinstance(error, BoltUnhandledRequestError):
        return BoltResponse(status=200 if body.get("type") in _TOLD_ONLY else 404)
    log.warning("slack.not_dispatched", error=type(error).__name__, at=blame.where(error))
    if isinstance(error, AttuneError):
        return _told(blame.told_of(error), body)
    return BoltResponse(status=400 if isinstance(error, UNREADABLE) else 500)


def _told(sentence: str, body: dict[str, Any]) -> BoltResponse:
    """Say it after a command or in the form, which stays open; the rest Slack delivers again."""
    if "command" in body:
        return BoltResponse(status=200, body=sentence)
    if body.get("type") == "view_submission" and (fields := blame.fields(body["view"])):
        errors = {"response_action": "errors", "errors": {fields[0]: sentence}}
        return BoltResponse(status=200, body=json.dumps(errors))
    return BoltResponse(status=503)


@contextmanager
def _no_environment() -> Iterator[None]:
    """Hide the variables that Bolt reads by itself: our settings come as arguments."""
    hidden: dict[str, Any] = {
        name: os.environ.pop(name) for name in _ENVIRONMENT if name in os.environ
    }
    try:
        yield
    finally:
        os.environ.update(hidden)
