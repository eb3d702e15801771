"""Questions about phrasing: every way in, the answer, and the tries in one's own words.

What is typed goes to ``services.questions`` and back to the person who typed it. It is kept
nowhere: the next try finds the client's line and the earlier drafts in the modal itself.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from bot.errors import NotFound
from bot.guidance import Answer, Intent, Kind
from bot.reflections import Topic
from handlers.slack import safety
from handlers.slack.blocks import notice
from handlers.slack.blocks import phrasing as blocks
from handlers.slack.blocks import safety as safety_blocks
from handlers.slack.blocks.kit import View, context, escape
from handlers.slack.blocks.phrasing_words import REFUSALS
from handlers.slack.blocks.reflections import TOPICS
from handlers.slack.blocks.tries import load
from handlers.slack.blocks.views import changed
from handlers.slack.call import Call, Payload, Reply
from handlers.slack.router import Router

Otherwise = Callable[[Call, Intent, str], Awaitable[Reply | None]]
"""Acts on what is no phrasing question: help, settings, pause and so on."""

ONLY_WORDS: Final = (
    "I read typed words only, so I did not open what you sent, and I kept nothing of it. "
    "Type what the client said, and your draft if you have one."
)
_AGAIN: Final = (
    "What you typed was not kept, so these fields start empty. "
    "Put in the client's line once more, and your own wording."
)
_NO_WORDS_THERE: Final = "That message holds no words that I could bring here. Type them instead."
_NOT_A_QUESTION: Final = (
    "This does not read like something said in a session. I kept nothing. "
    "Type what the client said, as you remember it."
)
_THANKS: Final = "Thank you, noted. Only the count is kept."
_NO_TEAM: Final = (
    "No team of yours has a week open at the moment, so there was nothing to add this to. "
    "No text was kept. You can bring it up in person, or choose it at your next check-in."
)


async def answer(call: Call, text: str, *, in_chat: bool = False) -> Reply:
    """Answer words typed after a command or, ``in_chat``, in the conversation with Attune.

    What is no phrasing question comes back with its ``Intent`` acted on.
    """
    words = as_typed(text)
    given = await call.services.questions.ask(call.viewer, words)
    if given.safety is not None:
        shown = await safety.as_blocks(call, given.safety)
        reminder = [context(blocks.KEEPS)] if in_chat else []
        return Reply(text=safety_blocks.summary(given.safety), blocks=[*shown, *reminder])
    if given.kind is Kind.PHRASE:
        return Reply(
            text=blocks.summary(given), blocks=blocks.answer_message(given, in_chat=in_chat)
        )
    return await _no_question(call, given.intent or Intent.UNKNOWN, words)


async def open_modal(call: Call) -> None:
    """Open the form for a question."""
    await call.open(blocks.ask_modal())


def as_typed(text: str) -> str:
    """Return what was typed: Slack escapes three signs in messages and commands."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


async def _no_question(call: Call, intent: Intent, words: str) -> Reply:
    if intent in REFUSALS:
        return Reply(text=REFUSALS[intent])
    # Commands send their questions here, so the way back is taken only when it is needed.
    from handlers.slack import commands  # noqa: PLC0415  the two modules know each other

    return await commands.act_on(call, intent, words)


async def _read(call: Call, client: str, reply: str) -> Reply:
    """Answer a form's two fields: in the modal, or under the field."""
    tries = load(call.metadata)
    given = await call.services.questions.ask_pair(call.viewer, client, reply, shown=tries.shown)
    if given.safety is not None:
        return Reply(view=await safety.as_view(call, given.safety))
    if given.kind is not Kind.PHRASE:
        field = "client" if "client" in call.filled.names else "words"
        sentence = REFUSALS.get(given.intent or Intent.UNKNOWN, _NOT_A_QUESTION)
        return Reply(errors={field: sentence})
    return Reply(view=_next_view(call, given))


def _next_view(call: Call, given: Answer) -> View:
    same = _client_before(call) in ("", as_typed(given.exchange.client or ""))
    before = load(call.metadata) if same else load("")
    drafts = blocks.quoted_drafts(call.view) if same else ()
    return blocks.answer_modal(given, before.after(given), drafts)


def _client_before(call: Call) -> str:
    """Return the client's line that the modal was opened with; a new line starts new tries."""
    for block in call.view.get("blocks", ()):
        if block.get("block_id") == "client":
            return as_typed(str(block["element"].get("initial_value") or ""))
    return ""


async def _confirm(call: Call, sentence: str) -> None:
    if call.view:
        await call.update(changed(call.view, blocks.RATE, [context(sentence)]))
    else:
        await call.whisper(sentence)


def _register_ways_in(router: Router) -> None:
    @router.on(Payload.ACTION, "phrasing.open")
    @router.on(Payload.SHORTCUT, "phrasing.global")
    async def opened(call: Call) -> None:
        await open_modal(call)

    @router.on(Payload.SHORTCUT, "phrasing.message")
    async def about_a_message(call: Call) -> None:
        words = as_typed(str((call.body.get("message") or {}).get("text") or ""))
        view = blocks.sides_modal(words) if words else blocks.ask_modal(why=_NO_WORDS_THERE)
        await call.open(view)

    @router.on(Payload.EVENT, "message")
    async def typed_in_chat(call: Call) -> None:
        if not _from_a_person(call):
            return
        if call.event.get("files"):
            await call.tell(ONLY_WORDS)
            return
        reply = await answer(call, str(call.event.get("text") or ""), in_chat=True)
        if reply.text:
            await call.tell(reply.text, reply.blocks)


def _from_a_person(call: Call) -> bool:
    """Tell a person's own message to Attune from edits, deletions, bots and other channels."""
    event = call.event
    # Some servers leave the kind of channel out; a private conversation's id tells it too.
    kind = event.get("channel_type") or str(event.get("channel"))[:1]
    mine = kind in ("im", "D") and event.get("user") not in (None, "USLACKBOT")
    return mine and not event.get("bot_id") and event.get("subtype") in (None, "file_share")


def _register_forms(router: Router) -> None:
    @router.on(Payload.VIEW, "phrasing.ask")
    async def asked(call: Call) -> Reply:
        return await _read(call, call.filled.text("client"), call.filled.text("reply"))

    @router.on(Payload.VIEW, "phrasing.sides")
    async def asked_of_a_message(call: Call) -> Reply:
        words, other = call.filled.text("words"), call.filled.text("other")
        mine = call.filled.chosen("side") == "reply"
        return await _read(call, *((other, words) if mine else (words, other)))


def _register_buttons(router: Router) -> None:
    @router.on(Payload.ACTION, "phrasing.again")
    async def try_again(call: Call) -> None:
        await call.open(blocks.ask_modal(why=_AGAIN, tries=load(call.value)))

    @router.on(Payload.ACTION, "phrasing.alternatives")
    async def show_alternatives(call: Call) -> None:
        lines = blocks.unpacked(call.value)
        if not lines:
            await call.open(notice.modal_with("There is nothing more to show here."))
        elif call.view:
            shown = load(call.metadata).having_shown(lines).dump()
            fresh = blocks.alternatives(lines)
            await call.update(changed(call.view, blocks.MORE, fresh, metadata=shown))
        else:
            await call.open(blocks.alternatives_modal(lines))

    @router.on(Payload.ACTION, "phrasing.helpful", "phrasing.unhelpful")
    async def rated(call: Call) -> None:
        await call.services.questions.rate(call.viewer, helpful=call.name == "phrasing.helpful")
        await _confirm(call, _THANKS)

    @router.on(Payload.ACTION, "phrasing.supervision")
    async def taken_to_supervision(call: Call) -> None:
        if call.value not in TOPICS:
            raise NotFound(what="topic")
        topic = Topic(call.value)
        teams = await call.services.questions.take_to_supervision(call.viewer, topic)
        under = f"Counted under “{TOPICS[topic]}” for {escape(' and '.join(teams))}."
        await _confirm(call, f"{under} No text was kept." if teams else _NO_TEAM)


def register(router: Router) -> None:
    """Register every way in, the forms, and the buttons of an answer."""
    _register_ways_in(router)
    _register_forms(router)
    _register_buttons(router)
