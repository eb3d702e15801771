"""Attuned lines to offer: those of the client's situation, else of the pull of the client's line.

A grammar that composes lines goes wrong too often (design/guidance.md), so nothing is composed:
every line has been written whole, for one kind of moment, and is offered only where the engine
reads it as attuned beside what the client said.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import islice
from typing import Final

from bot.guidance.encoder import Opinion
from bot.guidance.folding import fold, tokens
from bot.guidance.gate import screen
from bot.guidance.loader import knowledge
from bot.guidance.model import Bid, Exchange, Side, Stance, Subtype
from bot.guidance.situations import Line, also, situations

OFFERED: Final = 3
"""How many lines are offered at most."""

SURE: Final = 0.4
"""From this probability on that a line fits, it is offered before the lines for a pull alone. Below
it too many presupposed what had not been said."""


def alternatives(
    exchange: Exchange,
    bid: Bid | None,
    opinion: Opinion | None = None,
    shown: Sequence[str] = (),
    is_attuned: Callable[[str], bool] = lambda _: True,
) -> tuple[str, ...]:
    """Return up to three attuned lines for an exchange, of different moves where possible.

    Args:
        exchange: What was said; the person's own draft is never offered back.
        bid: The pull of the client's line, where it could be told.
        opinion: What the encoder makes of the exchange; None without it.
        shown: Lines already shown in this conversation; none is repeated, so that after a long
            one fewer may be left.
        is_attuned: Whether the engine reads a line as attuned beside the client's; only such a
            line is offered.
    """
    passed = {_plain(line) for line in (*shown, exchange.reply or "")}
    folded = fold(exchange.client or "")
    fresh = [
        line
        for part in (_fitting(opinion), bank()[bid.value if bid else "none"])
        for line in _varied(_turned(part, folded))
        if _plain(line.text) not in passed
    ]
    return tuple(islice((line.text for line in fresh if is_attuned(line.text)), OFFERED))


def _fitting(opinion: Opinion | None) -> tuple[Line, ...]:
    """Return the lines that fit what was said with enough probability.

    A line fits in its own situation and in those where a second reader found that it does too; the
    probabilities of these add up. So a line may be offered where the encoder wavers between
    situations that it suits alike.
    """
    likely: defaultdict[Line, float] = defaultdict(float)
    for name, share in (opinion.situations if opinion else {}).items():
        for line in offered_in(name):
            likely[line] += share
    return tuple(line for line, share in likely.items() if share >= SURE)


@cache
def offered_in(name: str) -> tuple[Line, ...]:
    """Return the attuned lines for a situation that no rule of the gate takes for danger."""
    own = next((one.attuned for one in situations() if one.name == name), ())
    lines = (*own, *also().get(name, ()))
    return tuple(line for line in lines if screen(line.text, Side.REPLY) is None)


@cache
def bank() -> dict[str, tuple[Line, ...]]:
    """Return the lines for a pull alone by its name, ``none`` for an unknown one."""
    return {
        name: tuple(
            Line(Stance.ATTUNED, Subtype(entry["move"]), entry["text"]) for entry in entries
        )
        for name, entries in knowledge("bank").items()
    }


def _turned(lines: Sequence[Line], folded: str) -> list[Line]:
    """Turn the lines by a checksum of the client's words.

    The same question gets the same answer, and two clients do not get the same three lines.
    """
    turn = zlib.crc32(folded.encode(errors="replace")) % max(1, len(lines))
    return [*lines[turn:], *lines[:turn]]


def _varied(lines: Iterable[Line]) -> list[Line]:
    """Put the first line of each move before the others, in the order given."""
    first: dict[Subtype | None, Line] = {}
    later = [line for line in lines if first.setdefault(line.move, line) is not line]
    return [*first.values(), *later]


def _plain(text: str) -> str:
    return " ".join(tokens(fold(text)))
