"""One call from Slack, as a handler sees it: who, what was chosen, and ways to answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from typing import Any, Final

from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.clinic import Viewer
from bot.errors import AttuneError
from bot.services import Services
from handlers.slack.blocks.notice import modal_with

Block = dict[str, Any]
View = dict[str, Any]

_TOLD: Final = frozenset({"app_uninstalled", "tokens_revoked", "user_change"})


class Payload(StrEnum):
    """The kinds of payload that Slack sends."""

    COMMAND = "command"
    ACTION = "action"
    VIEW = "view"
    SHORTCUT = "shortcut"
    EVENT = "event"

    @property
    def may_reply(self) -> bool:
        """Tell whether the answer to Slack's request may carry something to show."""
        return self in (Payload.COMMAND, Payload.VIEW)


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back with the acknowledgement.

    For a command: ``text`` and ``blocks``, seen by the caller alone. For a modal's submission:
    ``errors`` (by block id), or ``view`` (with ``action`` update or push), or ``action`` clear.
    """

    text: str = ""
    blocks: Sequence[Block] = ()
    errors: Mapping[str, str] = field(default_factory=dict)
    view: View | None = None
    action: str = "update"

    def as_ack(self) -> dict[str, Any]:
        """Return the arguments for Bolt's ``ack``."""
        if self.errors:
            return {"response_action": "errors", "errors": dict(self.errors)}
        if self.view is not None:
            return {"response_action": self.action, "view": self.view}
        if self.action == "clear":
            return {"response_action": "clear"}
        if self.text:
            return {
                "text": self.text,
                "blocks": list(self.blocks),
                "response_type": "ephemeral",
            }
        return {}


CLEAR: Final = Reply(action="clear")


class Filled:
    """The values of a form. Input blocks carry the same name as block id and action id."""

    def __init__(self, values: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
        """Take Slack's ``state.values``."""
        self._fields = {
            action: element for block in values.values() for action, element in block.items()
        }

    def _get(self, name: str, key: str) -> Any:
        return self._fields.get(name, {}).get(key)

    def text(self, name: str) -> str:
        """Return what was typed, without outer white space; empty where nothing was."""
        return str(self._get(name, "value") or "").strip()

    def chosen(self, name: str) -> str | None:
        """Return the value of the one option chosen."""
        option = self._get(name, "selected_option")
        return str(option["value"]) if option else None

    def many(self, name: str) -> tuple[str, ...]:
        """Return the values of all options chosen."""
        return tuple(str(option["value"]) for option in self._get(name, "selected_options") or ())

    def number(self, name: str) -> int | None:
        """Return the chosen option as a whole number."""
        value = self.chosen(name)
        return int(value) if value is not None and value.lstrip("-").isdecimal() else None

    def user(self, name: str) -> str | None:
        """Return the one person chosen."""
        chosen = self._get(name, "selected_user")
        return str(chosen) if chosen else None

    def users(self, name: str) -> frozenset[str]:
        """Return the people chosen."""
        return frozenset(self._get(name, "selected_users") or ())

    def day(self, name: str) -> date | None:
        """Return the date chosen."""
        chosen = self._get(name, "selected_date")
        return date.fromisoformat(chosen) if chosen else None

    def time(self, name: str) -> time | None:
        """Return the time of day chosen."""
        chosen = self._get(name, "selected_time")
        return time.fromisoformat(chosen) if chosen else None

    @property
    def names(self) -> frozenset[str]:
        """The names of all fields that came back."""
        return frozenset(self._fields)


@dataclass(slots=True)
class Call:
    """A call from outside. Ids in it are claims: services check them against ``viewer``."""

    payload: Payload
    body: dict[str, Any]
    context: AsyncBoltContext
    services: Services
    _viewer: Viewer | None = None

    async def identify(self) -> None:
        """Find out who is acting, with the roles they hold now.

        Events that tell about somebody, or about Attune itself, are nobody's doing.
        """
        workspace, member = self.workspace, self.context.user_id
        told = self.payload is Payload.EVENT and self.name in _TOLD
        if workspace and member and not told:
            self._viewer = await self.services.clinic.viewer(workspace, member)

    @property
    def viewer(self) -> Viewer:
        """The person who acts; raises where the payload names nobody."""
        if self._viewer is None:
            raise AttuneError
        return self._viewer

    @property
    def workspace(self) -> str:
        """The workspace's id, as Slack signed it."""
        return self.context.team_id or ""

    @property
    def client(self) -> AsyncWebClient:
        """The Web API, with this workspace's token."""
        return self.context.client

    @property
    def name(self) -> str:
        """The command, action id, callback id or event type by which the handler is found."""
        match self.payload:
            case Payload.COMMAND:
                return str(self.body.get("command", ""))
            case Payload.ACTION:
                return str(self.action.get("action_id", ""))
            case Payload.VIEW:
                return str(self.view.get("callback_id", ""))
            case Payload.SHORTCUT:
                return str(self.body.get("callback_id", ""))
            case Payload.EVENT:
                return str(self.event.get("type", ""))

    @property
    def action(self) -> dict[str, Any]:
        """The element that was used."""
        actions = self.body.get("actions") or [{}]
        return actions[0] if isinstance(actions[0], dict) else {}

    @property
    def event(self) -> dict[str, Any]:
        """The inner event."""
        return self.body.get("event") or {}

    @property
    def view(self) -> View:
        """The view in which something was done or which was submitted."""
        return self.body.get("view") or {}

    @property
    def value(self) -> str:
        """What the caller points at: a button's value or chosen option, a modal's
        ``private_metadata``, a command's text. An id or a claim, never trusted.
        """
        if self.payload is Payload.ACTION:
            option = self.action.get("selected_option") or {}
            return str(self.action.get("value") or option.get("value") or "")
        if self.payload is Payload.VIEW:
            return self.metadata
        return str(self.body.get("text") or "").strip()

    @property
    def metadata(self) -> str:
        """The view's ``private_metadata``."""
        return str(self.view.get("private_metadata") or "")

    @property
    def filled(self) -> Filled:
        """The form's values, of the view or of the message."""
        state = self.view.get("state") or self.body.get("state") or {}
        return Filled(state.get("values") or {})

    @property
    def trigger(self) -> str:
        """The short-lived right to open a modal."""
        return str(self.body.get("trigger_id") or "")

    @property
    def repetition_key(self) -> str | None:
        """What stays the same when Slack delivers this again; None where repeating is harmless."""
        match self.payload:
            case Payload.EVENT:
                return f"event:{self.body.get('event_id')}" if "event_id" in self.body else None
            case Payload.ACTION | Payload.SHORTCUT:
                return f"trigger:{self.trigger}" if self.trigger else None
            case Payload.VIEW | Payload.COMMAND:
                return None

    async def open(self, view: View) -> None:
        """Open a modal; inside a modal, push it on top."""
        push = self.payload is Payload.ACTION and self.view.get("type") == "modal"
        call = self.client.views_push if push else self.client.views_open
        await call(trigger_id=self.trigger, view=view)

    async def update(self, view: View) -> None:
        """Replace the modal in which the action happened."""
        await self.client.views_update(view_id=self.view["id"], view=view)

    async def tell(self, text: str, blocks: Sequence[Block] = ()) -> None:
        """Say something in the caller's private conversation with Attune, in the thread in which
        they wrote, if any.
        """
        there = self.event if self.payload is Payload.EVENT else {}
        await self.client.chat_postMessage(
            channel=there.get("channel") or self.context.user_id or "",
            thread_ts=there.get("thread_ts"),
            text=text,
            blocks=list(blocks) or None,
        )

    async def whisper(self, text: str, blocks: Sequence[Block] = ()) -> None:
        """Answer where the caller is, seen by them alone; in private chat where that fails."""
        if self.body.get("response_url"):
            await self._respond(
                text=text,
                blocks=list(blocks) or None,
                response_type="ephemeral",
                replace_original=False,
            )
        else:
            await self.tell(text, blocks)

    async def replace(self, text: str, blocks: Sequence[Block]) -> None:
        """Replace the message whose button was pressed."""
        await self._respond(text=text, blocks=list(blocks), replace_original=True)

    async def _respond(self, **message: Any) -> None:
        if self.context.respond is not None:  # Bolt types it as optional, and always sets it
            await self.context.respond(**message)

    async def reply_late(self, reply: Reply) -> None:
        """Show a reply whose acknowledgement had to go out without it.

        A form stayed open, so that the reply takes its place there; that needs no trigger, which
        would be too old by now.
        """
        if reply.view is not None or reply == CLEAR:
            await self.update(reply.view or modal_with("That is done. You can close this."))
        elif reply.text:
            await self.whisper(reply.text, reply.blocks)
        elif reply.errors:
            await self.tell(" ".join(reply.errors.values()))
