"""Attuned lines to offer: those of the client's situation, else of the pull of the client's line.

A grammar that composes lines goes wrong too often (design/guidance.md), so nothing is composed:
every line has been written whole, for one kind of moment, and read by the engine as attuned beside
statements of its kind (``tests/bot/guidance/test_guidance_situations.py``).
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from bot.guidance.encoder import Encoder, Opinion
from bot.guidance.folding import fold, tokens
from bot.guidance.loader import knowledge
from bot.guidance.model import Bid, Exchange, Stance, Subtype
from bot.guidance.situations import Line, situations

Reader = tuple[Encoder, Opinion]

OFFERED: Final = 3
"""How many lines are offered at most."""

LIKELIEST: Final = 3
"""The lines of so many situations are weighed, the likeliest ones."""

_PULL_WEIGHS: Final = 0.1
"""What a line for a pull alone counts beside one of a situation as likely as this."""


def alternatives(
    exchange: Exchange, bid: Bid | None, reader: Reader | None = None, shown: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return two or three attuned lines for an exchange, of different moves where possible.

    Args:
        exchange: What was said; the person's own draft is never offered back.
        bid: The pull of the client's line, where it could be told.
        reader: The encoder with what it made of the exchange; None without it.
        shown: Lines already shown in this conversation; none is repeated, so that after a long
            one fewer may be left.
    """
    passed = {_plain(line) for line in (*shown, exchange.reply or "")}
    ranked = (
        _weighed(exchange.client, bid, *reader)
        if reader and exchange.client
        else _turned(bank()[bid.value if bid else "none"], fold(exchange.client or ""))
    )
    fresh = [line for line in ranked if _plain(line.text) not in passed]
    return tuple(line.text for line in _varied(fresh)[:OFFERED])


def _weighed(client: str, bid: Bid | None, found: Encoder, opinion: Opinion) -> list[Line]:
    """Rank the lines of the likeliest situations and of the pull by how well each answers."""
    ranked = sorted(opinion.situations.items(), key=lambda one: -one[1])[:LIKELIEST]
    known = {one.name: one.attuned for one in situations()}
    lines = [(line, likely) for name, likely in ranked for line in known.get(name, ())]
    lines += [(line, _PULL_WEIGHS) for line in bank()[bid.value if bid else "none"]]
    fits = found.fits(client, [line.text for line, _ in lines])
    scored = [
        (fit * math.sqrt(likely), line) for fit, (line, likely) in zip(fits, lines, strict=True)
    ]
    return [line for _, line in sorted(scored, key=lambda one: -one[0])]


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
