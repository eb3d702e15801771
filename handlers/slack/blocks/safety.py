"""The safety answer: fixed steps, whom to reach, how to ask. No stance and no rewording.

It never judges how grave a matter is, and it speaks to a clinician, never as if to a client.
"""

from collections.abc import Sequence
from typing import Final

from bot.guidance import Safety
from bot.questions import OnCall
from handlers.slack.blocks.kit import (
    Block,
    View,
    actions,
    button,
    context,
    escape,
    header,
    modal,
    section,
)

CALL: Final = "safety.call"

_OWN: Final = "clinician_risk"
_NOTE: Final = (
    "Attune cannot judge how serious a matter is; a person has to. "
    "Attune stored nothing of what you typed."
)


def answer(safety: Safety, oncall: OnCall, *, in_team: bool) -> list[Block]:
    """Return the safety answer's blocks.

    Args:
        safety: The fixed steps and questions for the concern.
        oncall: The clinic's own contact and emergency number, each where configured.
        in_team: Whether the reader belongs to a team, so that somebody can be asked to call.
    """
    own = safety.concern == _OWN
    steps = "\n".join(f"• {escape(step)}" for step in safety.steps[1:])
    ask = [actions(button("Ask my supervisor to call me", CALL, style="primary"), block_id=CALL)]
    asked = context("It sends your name and the time, and nothing of what you typed.")
    return [
        header("You matter here" if own else "Safety first"),
        section(f"*{escape(safety.steps[0])}*"),
        section("\n".join(_reach(oncall))),
        *([*ask, asked] if in_team else []),
        *([section(steps)] if steps else []),
        section(_ways(safety, own=own)),
        context(_NOTE),
    ]


def window(safety: Safety, oncall: OnCall, *, in_team: bool) -> View:
    """Return the safety answer as a modal."""
    blocks = answer(safety, oncall, in_team=in_team)
    return modal("safety.answer", "Safety first", blocks, close="Close")


def summary(safety: Safety) -> str:
    """Return the answer's first line, for notifications."""
    return safety.steps[0]


def asked(members: Sequence[str]) -> str:
    """Return the confirmation that ``members`` (ids) were asked to call."""
    if not members:
        return (
            "Nobody is set up in Attune whom I could ask, so no message went out. "
            "Please use your clinic's own way to reach the on-call supervisor now."
        )
    who = " and ".join(f"<@{escape(member)}>" for member in members)
    return (
        f"{who} {'have' if members[1:] else 'has'} been asked to call you. "
        "They see your name and the time, nothing else. "
        "If it cannot wait, please ring them, or the emergency number."
    )


def _reach(oncall: OnCall) -> list[str]:
    contact = (
        f"*On call:* <@{escape(oncall.contact)}>"
        if oncall.contact
        else "*On call:* nobody is set in Attune; your clinic's protocol names the person"
    )
    number = (
        f"*Emergency number:* {escape(oncall.emergency_number)}"
        if oncall.emergency_number
        else "*Emergency number:* none is set in Attune; use the one that your clinic gives"
    )
    return [contact, number]


def _ways(safety: Safety, *, own: bool) -> str:
    if own:
        return "\n".join(escape(way) for way in safety.ways_to_ask)
    lines = "\n".join(f"• “{escape(way)}”" for way in safety.ways_to_ask)
    return f"*Ways to ask directly*\n{lines}"
