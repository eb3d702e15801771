"""Attuned lines to offer: those of the client's situation, else of the pull of the client's line.

A grammar that composes lines goes wrong too often (design/guidance.md), so nothing is composed:
every line has been written whole, for one kind of moment, and read by the engine as attuned beside
statements of its kind (``tests/bot/guidance/test_guidance_situations.py``).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from bot.guidance.encoder import Opinion
from bot.guidance.folding import fold, tokens
from bot.guidance.gate import screen
from bot.guidance.loader import knowledge
from bot.guidance.model import Bid, Exchange, Side, Stance, Subtype
from bot.guidance.situations import Line, situations

OFFERED: Final = 3
"""How many lines are offered at most."""

SURE: Final = 0.5
"""From this probability on a situation's lines are offered. Below it too many presupposed what had
not been said: a second reader called a sixth of those lines harmful, none of those above it."""


def alternatives(
    exchange: Exchange,
    bid: Bid | None,
    opinion: Opinion | None = None,
    shown: Sequence[str] = (),
) -> tuple[str, ...]:
    """Return two or three attuned lines for an exchange, of different moves where possible.

    Args:
        exchange: What was said; the person's own draft is never offered back.
        bid: The pull of the client's line, where it could be told.
        opinion: What the encoder makes of the exchange; None without it.
        shown: Lines already shown in this conversation; none is repeated, so that after a long
            one fewer may be left.
    """
    passed = {_plain(line) for line in (*shown, exchange.reply or "")}
    folded = fold(exchange.client or "")
    fresh = [
        line
        for part in (_of_situation(opinion), bank()[bid.value if bid else "none"])
        for line in _turned(part, folded)
        if _plain(line.text) not in passed
    ]
    return tuple(line.text for line in _varied(fresh)[:OFFERED])


def _of_situation(opinion: Opinion | None) -> tuple[Line, ...]:
    """Return the lines of the situation that the encoder is sure of, if there is one."""
    if opinion is None or not opinion.situations:
        return ()
    name, likely = max(opinion.situations.items(), key=lambda found: found[1])
    return offered_in(name) if likely >= SURE else ()


@cache
def offered_in(name: str) -> tuple[Line, ...]:
    """Return the attuned lines of a situation that no rule of the gate takes for danger."""
    lines = next((one.attuned for one in situations() if one.name == name), ())
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
    turn = zlib.crc32(folded.encode()) % max(1, len(lines))
    return [*lines[turn:], *lines[:turn]]


def _varied(lines: Iterable[Line]) -> list[Line]:
    """Put the first line of each move before the others, in the order given."""
    first: dict[Subtype | None, Line] = {}
    later = [line for line in lines if first.setdefault(line.move, line) is not line]
    return [*first.values(), *later]


def _plain(text: str) -> str:
    return " ".join(tokens(fold(text)))
