"""Slack over Socket Mode: for a clinic without a public address, and for development."""

import asyncio

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from bot.errors import BadSetting
from handlers.slack.app import create_client, quiet


class SocketMode:
    """A connection to Slack that is opened from here and kept.

    Args:
        app: The Bolt application.
        app_token: The app-level token (``xapp-…``), with the scope ``connections:write``.
        base_url: Where the Web API is, the same as for every other call.
        session: The shared session for calls of the Web API.
    """

    def __init__(
        self, app: AsyncApp, app_token: str, base_url: str, session: aiohttp.ClientSession
    ) -> None:
        self._app = app
        self._token = app_token
        self._web = create_client(base_url, session, app_token)
        self._client: SocketModeClient | None = None

    async def start(self) -> None:
        """Connect, and stay connected until ``stop``.

        Raises:
            BadSetting: Slack does not take the token. Other trouble is waited out.
        """
        handler = AsyncSocketModeHandler(
            self._app, self._token, logger=quiet("slack_sdk.socket_mode"), web_client=self._web
        )
        self._client = handler.client
        try:
            # Asked here first: the SDK's own connect() tries for ever, whatever Slack says.
            self._client.wss_uri = await self._client.issue_new_wss_url()
        except SlackApiError as error:
            await self.stop()
            code = error.response.get("error")
            raise BadSetting(name="SLACK_APP_TOKEN", why=f"Slack answered {code}") from None
        except (aiohttp.ClientError, TimeoutError):
            self._client.wss_uri = None
        await self._client.connect()  # type: ignore[no-untyped-call]  # the SDK leaves it so

    async def stop(self) -> None:
        """Disconnect, and wait until nothing of the connection runs any more."""
        client, self._client = self._client, None
        if client is None:
            return
        await client.close()  # type: ignore[no-untyped-call]  # the SDK leaves it so
        tasks = (client.message_processor, client.current_session_monitor, client.message_receiver)
        await asyncio.gather(*(task for task in tasks if task), return_exceptions=True)

    async def is_connected(self) -> bool:
        """Tell whether Slack can reach Attune now."""
        return self._client is not None and await self._client.is_connected()
