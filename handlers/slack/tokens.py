"""Attune's token in each workspace: installed over OAuth, or the one from the settings."""

from collections.abc import Awaitable, Callable

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.clinic import Installation
from bot.errors import ChatRefused, TokenRevoked
from handlers.slack.app import Bot, create_client
from handlers.slack.errors import translating

Installed = Callable[[str], Awaitable[Installation | None]]
"""Looks an installation up by the workspace's id."""


class Tokens:
    """Finds the token for a workspace.

    Args:
        base_url: Where the Web API is.
        session: The connection pool that all calls share.
        installed: Looks up what was installed over OAuth.
        own: The token from the settings; it belongs to whatever workspace it was made in.
    """

    def __init__(
        self,
        base_url: str,
        session: aiohttp.ClientSession,
        installed: Installed,
        own: str | None = None,
    ) -> None:
        self.bare = create_client(base_url, session)
        self._base_url = base_url
        self._session = session
        self._installed = installed
        self._own = own
        self._own_bot: tuple[str, Bot] | None = None
        self.trouble: str | None = None
        """A sentence on why Slack refused the token from the settings when it was last asked."""

        self._clients: dict[str, AsyncWebClient] = {}

    async def find(self, workspace: str) -> Bot | None:
        """Return Attune's token and member id in a workspace, or None where it is not installed."""
        found = await self._installed(workspace)
        if found is not None:
            return Bot(found.token, found.bot_user)
        if self._own is None:
            return None
        home, bot = await self.identify()
        return bot if home == workspace else None

    async def identify(self) -> tuple[str, Bot]:
        """Ask Slack, once, whose the token from the settings is; return workspace and bot."""
        if self._own_bot is None:
            try:
                with translating("auth.test"):
                    answer = await self.bare.auth_test(token=self._own)
            except ChatRefused as error:
                self.trouble = str(error)
                raise
            self.trouble = None
            self._own_bot = str(answer["team_id"]), Bot(self._own or "", str(answer["user_id"]))
        return self._own_bot

    async def client(self, workspace: str) -> AsyncWebClient:
        """Return the Web API of a workspace; raise ``TokenRevoked`` where there is no token."""
        bot = await self.find(workspace)
        if bot is None:
            raise TokenRevoked(method="any", code="not_installed")
        kept = self._clients.get(workspace)
        if kept is None or kept.token != bot.token:
            kept = create_client(self._base_url, self._session, bot.token)
            self._clients[workspace] = kept
        return kept

    def forget(self, workspace: str) -> None:
        """Let go of a workspace's token; the next question looks it up again."""
        self._clients.pop(workspace, None)
        if self._own_bot is not None and self._own_bot[0] == workspace:
            self._own_bot = None
