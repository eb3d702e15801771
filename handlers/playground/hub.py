"""The playground's parts, put together around one workspace."""

from collections.abc import Sequence

from handlers.playground.actions import Actor
from handlers.playground.controls import Controls
from handlers.playground.delivery import EVENT_RETRIES, Delivery
from handlers.playground.events_api import EventsApi
from handlers.playground.faults import Faults
from handlers.playground.model import Json, Message
from handlers.playground.payloads import Payloads
from handlers.playground.socket_mode import SocketMode
from handlers.playground.state import SlackState
from handlers.playground.traffic import Traffic

__all__ = ["Playground"]


class Playground:
    """A workspace, the ways to reach the app, the people to act as, the faults in force.

    Args:
        slack: the workspace.
        controls: the clinic behind the bot, where the page may move its clock.
        ack_seconds: how long the app has to acknowledge; Slack gives three seconds.
        retries: seconds before each further try of an event.

    Attributes:
        act: people's doings (:class:`Actor`).
        http: the Events API; ``http.configure(url)`` sets the request address.
        socket: Socket Mode.
        faults, traffic, delivery, payloads: see their modules.
    """

    def __init__(
        self,
        slack: SlackState,
        controls: Controls | None = None,
        *,
        ack_seconds: float = 3.0,
        retries: Sequence[float] = EVENT_RETRIES,
    ) -> None:
        self.slack = slack
        self.controls = controls
        if controls is not None:
            slack.now = controls.now
        self.faults = Faults()
        self.traffic = Traffic()
        self.payloads = Payloads(slack)
        self.socket = SocketMode(slack.app.id, seconds=ack_seconds)
        self.http = EventsApi(slack.app.signing_secret, seconds=ack_seconds)
        transports = (self.socket, self.http)
        self.delivery = Delivery(transports, slack.app.events, self.traffic, retries)
        self.act = Actor(slack, self.payloads, self.delivery)
        self.uploads: dict[str, str] = {}

    def announce(self, message: Message) -> None:
        """Let the app hear of its own message, as Slack does."""
        self.delivery.tell_later(self.payloads.event(self.payloads.message_event(message)))

    def announce_change(self, message: Message, before: Json | None = None) -> None:
        """Let the app hear that its message was changed, or (without ``before``) taken away."""
        event = self.payloads.message_changed(message, before)
        self.delivery.tell_later(self.payloads.event(event))

    async def uninstall(self) -> None:
        """Take the app out of the workspace, as an admin may: its tokens stop, then it is told."""
        bots = [token for token in self.slack.tokens.values() if token.kind == "bot"]
        for token in bots:
            token.revoked = True
        revoked = {"oauth": [], "bot": [self.slack.app.bot_user]}
        for event in ({"type": "tokens_revoked", "tokens": revoked}, {"type": "app_uninstalled"}):
            await self.delivery.tell(self.payloads.event(event))

    async def close(self) -> None:
        """Let waiting pages go and give up what is under way."""
        self.slack.changes.close()
        await self.delivery.close()
