"""Act as a person: say, command, press, submit, close, use a shortcut, open a tab."""

import secrets
from collections.abc import Mapping
from typing import Any

from handlers.playground import forms
from handlers.playground.delivery import Delivery, Unanswered
from handlers.playground.model import Conversation, Json, Message, SlackError, View
from handlers.playground.payloads import Payloads, escape
from handlers.playground.responses import apply_response_action, post_reply
from handlers.playground.state import SlackState

__all__ = ["Actor", "CannotAct"]


class CannotAct(Exception):
    """This cannot be done here; nothing was sent to Attune."""


class Actor:
    """Does what people do in Slack's windows, and shows them what the app answers.

    Every method takes the person's id first. Each may raise:

    * CannotAct: there is no such person, message, view, element or option, or it is not theirs;
    * Unanswered: the app did not acknowledge within three seconds, or answered what Slack refuses.
    """

    def __init__(self, slack: SlackState, payloads: Payloads, delivery: Delivery) -> None:
        self.slack = slack
        self.payloads = payloads
        self.delivery = delivery

    # ------------------------------------------------------------- words
    async def say(self, user: str, channel: str, text: str, thread_ts: str = "") -> Message:
        """Write a message, perhaps in a thread; the app hears where it is in and subscribed."""
        conversation = self._mine(user, channel)
        if not text.strip():
            raise CannotAct("An empty message cannot be sent.")
        message = self.slack.post(conversation.id, user, escape(text), thread_ts=thread_ts)
        event = self.payloads.message_event(message)
        event["client_msg_id"] = secrets.token_hex(16)
        event["blocks"] = [_typed(text)]
        if self.slack.app.bot_user in conversation.members:
            await self.delivery.tell(self.payloads.event(event))
        return message

    async def command(self, user: str, text: str, channel: str = "") -> Message | None:
        """Use a slash command ("/attune …"); returns the message the app answered with, if any."""
        conversation = self._mine(user, channel or user)
        command, _, rest = text.strip().partition(" ")
        if command not in {name for name, _, _ in self.slack.app.commands}:
            raise CannotAct(f"{command} is not a command of this workspace.")
        payload = self.payloads.command(user, conversation, command, rest.strip())
        body = await self.delivery.act("slash_commands", payload)
        if not body:
            return None
        try:
            return post_reply(self.slack, user, conversation.id, body)
        except SlackError as error:
            raise _refused(error) from error

    # ------------------------------------------------------------- elements
    async def press(
        self,
        user: str,
        where: Message | View | str,
        action_id: str,
        choice: forms.Choice = None,
        *,
        block_id: str = "",
        state: Mapping[str, Any] | None = None,
    ) -> None:
        """Act on an element: press a button, choose an option, a person or a date.

        Args:
            user: who acts.
            where: a message, a view, or the id of a view.
            action_id: which element.
            choice: what was chosen (see :func:`forms.shape`); None for buttons.
            block_id: which block, where two blocks share an action_id.
            state: what stands in the other inputs by then.
        """
        place = self._place(user, where)
        blocks = place.body["blocks"] if isinstance(place, View) else place.blocks
        try:
            block, element = forms.find_element(blocks, action_id, block_id)
            chosen = forms.shape(element, choice)
            entered = {block["block_id"]: {action_id: chosen}}
            merged = forms.merge(blocks, place.values, forms.still_there(blocks, state))
            place.values = forms.merge(blocks, merged, entered)
        except LookupError as error:
            raise CannotAct(str(error.args[0])) from error
        if block["type"] == "input" and not block.get("dispatch_action"):
            return
        action = self.payloads.action(block, element, chosen)
        if isinstance(place, View):
            payload = self.payloads.view_action(place, action)
        else:
            payload = self.payloads.message_action(user, place, action)
        await self.delivery.act("interactive", payload)

    async def submit(
        self, user: str, view_id: str, state: Mapping[str, Any] | None = None
    ) -> tuple[str, dict[str, str]]:
        """Submit the modal in front.

        Args:
            user: who submits.
            view_id: which modal.
            state: what was entered: {block_id: {action_id: shape}} or {action_id: choice}.

        Returns:
            What became of it ("closed", "updated", "pushed", "cleared" or "errors"), and the
            errors by block_id. What Slack's own window refuses (an empty required input, a text
            that is too long) comes back as errors too, without the app hearing of it.
        """
        view = self._modal(user, view_id)
        blocks = view.body["blocks"]
        try:
            view.values = forms.merge(blocks, view.values, state)
        except LookupError as error:
            raise CannotAct(str(error.args[0])) from error
        errors = forms.client_errors(blocks, forms.values(blocks, view.values))
        if errors:
            return "errors", errors
        body = await self.delivery.act("interactive", self.payloads.submission(view))
        if view.id not in self.slack.views:
            return "closed", {}
        try:
            return apply_response_action(self.slack, view, body)
        except SlackError as error:
            raise _refused(error) from error

    async def close(self, user: str, view_id: str, *, everything: bool = False) -> None:
        """Close the modal in front, or all of them; the app hears of it where it asked to."""
        view = self._modal(user, view_id)
        everything = everything or bool(view.body.get("clear_on_close"))
        if everything:
            closed = self.slack.clear_views(user)
        else:
            self.slack.close_view(view)
            closed = [view]
        for gone in closed:
            if gone.body.get("notify_on_close"):
                payload = self.payloads.closed(gone, cleared=everything)
                await self.delivery.act("interactive", payload)

    # ------------------------------------------------------------- shortcuts and tabs
    async def message_shortcut(self, user: str, callback_id: str, channel: str, ts: str) -> None:
        """Use a shortcut from a message's menu."""
        conversation = self._mine(user, channel)
        message = self._message(user, conversation, ts)
        payload = self.payloads.message_shortcut(user, callback_id, message)
        await self.delivery.act("interactive", payload)

    async def global_shortcut(self, user: str, callback_id: str) -> None:
        """Use a shortcut from the message box."""
        self._person(user)
        payload = self.payloads.global_shortcut(user, callback_id)
        await self.delivery.act("interactive", payload)

    async def open_home(self, user: str, tab: str = "home") -> None:
        """Open the app's Home tab, or its Messages tab (``messages``)."""
        self._person(user)
        await self.delivery.tell(self.payloads.event(self.payloads.home_opened(user, tab)))

    async def change(self, user: str, **fields: Any) -> None:
        """Change somebody's account (``fields`` of Person, such as ``zone`` or ``active``)."""
        person = self.slack.person(user)
        for name, value in fields.items():
            setattr(person, name, value)
        ts = self.slack.next_ts()
        shown = self.payloads.person(person)
        event = {"type": "user_change", "user": shown, "cache_ts": int(float(ts)), "event_ts": ts}
        await self.delivery.tell(self.payloads.event(event))

    # ------------------------------------------------------------- what belongs to whom
    def _person(self, user: str) -> None:
        person = self.slack.people.get(user)
        if person is None or person.is_bot:
            raise CannotAct("There is no such person in this workspace.")
        if not person.active:
            raise CannotAct("This person's account is deactivated.")

    def _mine(self, user: str, channel: str) -> Conversation:
        self._person(user)
        try:
            conversation = self.slack.conversation(channel)
        except SlackError as error:
            raise CannotAct("There is no such conversation.") from error
        if user not in conversation.members:
            raise CannotAct("This person is not in that conversation.")
        return conversation

    def _message(self, user: str, conversation: Conversation, ts: str) -> Message:
        for message in self.slack.visible(conversation, user):
            if message.ts == ts:
                return message
        raise CannotAct("There is no such message here.")

    def _place(self, user: str, where: Message | View | str) -> Message | View:
        self._person(user)
        if isinstance(where, Message):
            return self._message(user, self._mine(user, where.channel), where.ts)
        view = where if isinstance(where, View) else self.slack.views.get(where)
        if view is None or view.user != user or view.id not in self.slack.views:
            raise CannotAct("This view is no longer open.")
        return view

    def _modal(self, user: str, view_id: str) -> View:
        self._person(user)
        view = self.slack.top_view(user)
        if view is None or view.id != view_id:
            raise CannotAct("This modal is not the one in front.")
        return view


def _refused(error: SlackError) -> Unanswered:
    why = "; ".join([error.error, *error.messages])
    return Unanswered(f"Attune answered what Slack does not accept ({why}).")


def _typed(text: str) -> Json:
    """Typed text as the rich text block that Slack makes of it."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "block_id": secrets.token_urlsafe(4)[:5], "elements": [section]}
