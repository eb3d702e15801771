"""Posting to one person in private chat: ``bot.ports.Messenger`` over Slack's Web API.

Slack takes no idempotency key, so a post is marked with its delivery's id as message metadata and
can be found again by it. Therefore a delivery is one post, whatever it holds, and the client that
posts never retries by itself: the SDK would send again what Slack had taken already.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import ChatRefused, MemberUnreachable, MissingScope, TokenRevoked
from bot.messages import DigestMessage, Message, Posted
from handlers.slack.app import create_client
from handlers.slack.blocks.messages import Rendered, render
from handlers.slack.errors import translating
from handlers.slack.people import Clients

EVENT: Final = "attune_delivery"
LOOK_BACK: Final = 15
"""Messages read to find a delivery; Slack gives no more at once to new apps."""

PAUSES: Final = (0.5, 1.0, 2.0)
"""Seconds between tries while Slack still works on an uploaded picture."""

NO_SCOPE: Final = (
    "The picture is left out: Attune's app lacks the scope files:write. An admin can add it and "
    "install the app again. Everything the picture shows is in the words below."
)
NO_PICTURE: Final = (
    "The picture is left out because Slack did not take it. Everything it shows is in the words "
    "below."
)

Pause = Callable[[float], Awaitable[None]]


class SlackMessenger:
    """Posts messages and finds them again.

    Args:
        clients: Gives the Web API of a workspace, by its id; raises a ``ChatError``.
        pause: Waits for so many seconds.
    """

    def __init__(self, clients: Clients, pause: Pause = asyncio.sleep) -> None:
        self._clients = clients
        self._pause = pause
        self._channels: dict[tuple[str, str], str] = {}

    async def post(self, workspace: str, member: str, message: Message, delivery_id: str) -> Posted:
        """Post ``message`` once, marked with ``delivery_id``; raise a ``ChatError``."""
        client = await self._client(workspace)
        channel = await self._channel(client, workspace, member)
        metadata = {"event_type": EVENT, "event_payload": {"delivery_id": delivery_id}}
        try:
            if isinstance(message, DigestMessage) and message.picture is not None:
                return await self._post_with_picture(client, channel, message, metadata)
            return await _post(client, channel, render(message), metadata)
        except MemberUnreachable:
            self._channels.pop((workspace, member), None)
            raise

    async def find(self, workspace: str, member: str, delivery_id: str) -> Posted | None:
        """Return the post marked with ``delivery_id`` among the latest of this private chat."""
        client = await self._client(workspace)
        channel = await self._channel(client, workspace, member)
        with translating("conversations.history"):
            found = await client.conversations_history(
                channel=channel, limit=LOOK_BACK, include_all_metadata=True
            )
        for message in found.get("messages") or ():
            if _delivery(message) == delivery_id:
                return Posted(channel, str(message["ts"]))
        return None

    async def _client(self, workspace: str) -> AsyncWebClient:
        """Return a client that never repeats a call, whatever the given one does."""
        shared = await self._clients(workspace)
        return create_client(shared.base_url, shared.session, shared.token)

    async def _channel(self, client: AsyncWebClient, workspace: str, member: str) -> str:
        key = (workspace, member)
        if key not in self._channels:
            with translating("conversations.open"):
                opened = await client.conversations_open(users=member)
            self._channels[key] = str(opened["channel"]["id"])
        return self._channels[key]

    async def _post_with_picture(
        self, client: AsyncWebClient, channel: str, message: DigestMessage, metadata: dict[str, Any]
    ) -> Posted:
        """Post the digest with its picture in the same message; in words alone where Slack
        refuses the picture for good. Passing trouble is raised: a later try may do better.
        """
        try:
            file = await _upload(client, message.picture or b"")
        except (TokenRevoked, MemberUnreachable):
            raise
        except MissingScope:
            return await _post(client, channel, render(message, note=NO_SCOPE), metadata)
        except ChatRefused:
            return await _post(client, channel, render(message, note=NO_PICTURE), metadata)
        for pause in (*PAUSES, None):
            try:
                return await _post(client, channel, render(message, file), metadata)
            except ChatRefused as error:
                if not _names_blocks(error):
                    raise
            if pause is not None:
                await self._pause(pause)
        return await _post(client, channel, render(message, note=NO_PICTURE), metadata)


async def _post(
    client: AsyncWebClient, channel: str, rendered: Rendered, metadata: dict[str, Any]
) -> Posted:
    with translating("chat.postMessage"):
        answer = await client.chat_postMessage(
            channel=channel,
            text=rendered.text,
            blocks=rendered.blocks,
            metadata=metadata,
            unfurl_links=False,
            unfurl_media=False,
        )
    return Posted(str(answer["channel"]), str(answer["ts"]))


async def _upload(client: AsyncWebClient, picture: bytes) -> str:
    """Upload a PNG without sharing it and return its id.

    Nobody but the app can open such a file, until a message shows it by an image block's
    ``slack_file`` (docs.slack.dev, "Slack file object": whoever posts the block needs access to
    the file). So the picture stands inside the one post that carries the delivery's id.
    """
    with translating("files.completeUploadExternal"):
        answer = await client.files_upload_v2(
            content=picture, filename="digest.png", title="Digest"
        )
    return str(answer["files"][0]["id"])


def _names_blocks(error: ChatRefused) -> bool:
    """Tell whether Slack refused the blocks, as it does while it still works on an upload (it
    accepts the upload before the file can be shown, slackapi/java-slack-sdk issue 1349).
    """
    return error.facts.get("code") == "invalid_blocks"


def _delivery(message: dict[str, Any]) -> str | None:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT:
        return None
    found = (metadata.get("event_payload") or {}).get("delivery_id")
    return str(found) if found else None
