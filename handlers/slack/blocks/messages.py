"""What Attune says unasked, drawn for Slack: one function for every kind of message."""

from dataclasses import dataclass
from typing import assert_never

from bot.messages import CallRequest, CheckIn, DigestMessage, Message, Notice, Welcome
from handlers.slack.blocks import checkins, digests, kit, times, wording
from handlers.slack.blocks.kit import Block


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in words (for notifications and screen readers) and in blocks."""

    text: str
    blocks: list[Block]


def render(message: Message, picture: str | None = None, note: str = "") -> Rendered:
    """Draw ``message``. A digest may carry ``picture``, the id of its uploaded file, or ``note``,
    which says why there is no picture.
    """
    match message:
        case Welcome():
            return Rendered(*_welcome(message))
        case CheckIn():
            return Rendered(*checkins.message(message))
        case DigestMessage():
            return Rendered(*digests.message(message, picture, note))
        case CallRequest():
            return Rendered(*_call_request(message))
        case Notice():
            return Rendered(*_notice(message))
        case _:
            assert_never(message)


def _welcome(message: Welcome) -> tuple[str, list[Block]]:
    team = kit.escape(message.team_name)
    role = "supervise" if message.as_supervisor else "are part of"
    line = f"Hello, I am Attune, a bot that helps with supervision. You {role} *{team}*."
    what = _for_supervisors(message) if message.as_supervisor else _for_clinicians(message)
    blocks = [
        kit.section(line),
        *what,
        kit.context("`/attune help` shows what I can do. `/attune privacy` tells all of this."),
    ]
    return line.replace("*", ""), blocks


def _for_clinicians(message: Welcome) -> list[Block]:
    return [
        kit.section(
            "*What happens*\n"
            "Once a week I ask how the work felt. It takes a few minutes, and skipping is fine. "
            "You can also ask me about a phrase at any time; I may be wrong, and I never talk to "
            "clients."
        ),
        kit.section(
            "*What is kept*\n"
            "Your answers, encrypted and without your name; words only after names were looked "
            "for and you have seen the result. Apart from that, and not joined to it: whether "
            "you answered, so that I can remind you."
        ),
        kit.section(
            "*What is never kept*\n"
            "Who wrote what, the time at which you answered, the text you typed before names "
            "were hidden, and your phrasing questions."
        ),
        kit.section(
            "*Who sees what*\n"
            f"Your supervisors receive a weekly digest: numbers only from {message.smallest_group} "
            "answers on, your words only if you say so each time. Nobody sees who answered. "
            "Check-ins are filled in in a form, which is not posted as a message; what you type "
            "in this chat stays in its history."
        ),
    ]


def _for_supervisors(message: Welcome) -> list[Block]:
    return [
        kit.section(
            "*What happens*\n"
            "Once a week I send you a digest of what the team's clinicians noticed: how bond, "
            "goals and tasks felt, topics for supervision, and an agenda for the next hour."
        ),
        kit.section(
            "*What it never holds*\n"
            "Names, anything about a single person, or who has answered. Numbers come only from "
            f"{message.smallest_group} answers on; what is withheld is said, with the reason."
        ),
        kit.section(
            "*What is kept*\n"
            "The digest as it was sent, encrypted, for some weeks. The answers behind it are "
            "destroyed after a while: `/attune privacy` says when."
        ),
    ]


def _notice(message: Notice) -> tuple[str, list[Block]]:
    whom = wording.mention(message.member)
    line = f"{kit.escape(message.text)} It was for {whom}. {kit.escape(message.advice)}"
    return line, [kit.section(line)]


def _call_request(message: CallRequest) -> tuple[str, list[Block]]:
    line = (
        f"{wording.mention(message.member)} asks you to call about a possible safety matter, "
        f"asked {times.in_readers_zone(message.asked_at)}."
    )
    small = "Please call as soon as you can. Nothing about the client was passed on to me."
    return line, [kit.section(line), kit.context(small)]
