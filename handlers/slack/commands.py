"""`/attune`, and everything that can be asked for in words, by command or in private chat."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from bot.guidance import Intent
from handlers.slack import phrasing, privacy, settings
from handlers.slack.blocks import help as blocks
from handlers.slack.blocks import settings as settings_blocks
from handlers.slack.call import Call, Payload, Reply
from handlers.slack.router import Router

COMMAND: Final = "/attune"

_WORDS: Final[Mapping[str, Intent]] = {
    "help": Intent.HELP,
    "?": Intent.HELP,
    "settings": Intent.SETTINGS,
    "resume": Intent.RESUME,
    "my data": Intent.MY_DATA,
    "delete my data": Intent.DELETE,
    "privacy": Intent.PRIVACY,
}
_PAUSE: Final = re.compile(r"pause\b.{0,40}", re.IGNORECASE)
_DAY: Final = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_LENGTH: Final = re.compile(
    r"\b(\d{1,3}|an?|one|two|three|four) ?(d|days?|w|weeks?|m|months?)\b", re.IGNORECASE
)
_NUMBERS: Final = {"a": "1", "an": "1", "one": "1", "two": "2", "three": "3", "four": "4"}
_FILLING: Final = re.compile(
    r"\b(?:pause|snooze|mute|stop|hold|please|me|my|for|the|all|asking|messages?|check-?ins?"
    r"|reminders?|everything|it)\b|[.,!]",
    re.IGNORECASE,
)


def intent_of(typed: str) -> Intent | None:
    """Return the command that was typed; None for everything else, which is a question."""
    plain = " ".join(typed.casefold().split()).strip(" .!")
    if _PAUSE.fullmatch(plain):
        return Intent.PAUSE
    return _WORDS.get(plain)


def pause_length(typed: str) -> str:
    """Return how long, as the clinic's rules read it; what is left over where none is seen."""
    if (until := _DAY.search(typed)) is not None:
        return until[0]
    if (found := _LENGTH.search(typed)) is not None:
        return _NUMBERS.get(found[1].casefold(), found[1]) + found[2]
    return " ".join(_FILLING.sub(" ", typed).split())


async def act_on(call: Call, intent: Intent, text: str) -> Reply:
    """Do what was asked for in words: by the command, or in private chat.

    ``text`` is what was typed; only a pause reads it. Intents without an action of their own
    get the sentence that says so.
    """
    action = _ACTIONS.get(intent)
    return await action(call, text) if action else Reply(text=blocks.UNKNOWN)


async def _help(_call: Call, _text: str) -> Reply:
    return Reply(text=blocks.SUMMARY, blocks=blocks.help_blocks())


async def _greeting(_call: Call, _text: str) -> Reply:
    return Reply(text=blocks.GREETING)


async def _thanks(_call: Call, _text: str) -> Reply:
    return Reply(text=blocks.THANKS)


async def _settings(call: Call, _text: str) -> Reply:
    if call.trigger:
        await settings.open_form(call)
        return Reply()
    return Reply(text=blocks.SETTINGS, blocks=blocks.settings_offer())


async def _pause(call: Call, text: str) -> Reply:
    return Reply(text=settings_blocks.paused(await settings.pause(call, pause_length(text))))


async def _resume(call: Call, _text: str) -> Reply:
    await settings.resume(call)
    return Reply(text=blocks.RESUMED)


async def _my_data(call: Call, _text: str) -> Reply:
    return await privacy.export(call)


async def _delete(_call: Call, _text: str) -> Reply:
    return Reply(text=blocks.ERASE, blocks=blocks.erase_question())


async def _privacy(call: Call, _text: str) -> Reply:
    return await privacy.tell(call)


_ACTIONS: Final[Mapping[Intent, Callable[[Call, str], Awaitable[Reply]]]] = {
    Intent.HELP: _help,
    Intent.GREETING: _greeting,
    Intent.THANKS: _thanks,
    Intent.SETTINGS: _settings,
    Intent.PAUSE: _pause,
    Intent.RESUME: _resume,
    Intent.MY_DATA: _my_data,
    Intent.DELETE: _delete,
    Intent.PRIVACY: _privacy,
}


def register(router: Router) -> None:
    """Register the command."""

    @router.on(Payload.COMMAND, COMMAND)
    async def attune(call: Call) -> Reply:
        typed = call.value
        if not typed:
            await phrasing.open_modal(call)
            return Reply()
        intent = intent_of(typed)
        return await (act_on(call, intent, typed) if intent else phrasing.answer(call, typed))
