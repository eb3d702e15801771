"""Attuned lines to offer: those that a strict reader would sign beside this remark.

A grammar that composes lines goes wrong too often (design/guidance.md), so nothing is composed:
every line has been written whole. Readers chose for some thousand statements which lines fit them,
and marked which they would say as they stand; from that the encoder tells which fit this one. Fewer
are offered rather than worse.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Final

from bot.guidance.folding import fold, tokens
from bot.guidance.lines import bank, lines
from bot.guidance.model import Bid, Exchange, Subtype
from bot.guidance.situations import Line

OFFERED: Final = 3
"""How many lines are offered at most."""

CONTENT: Final = 0.75
"""From this probability on that a reader would sign a line as it stands, it is offered."""


def fitting(
    exchange: Exchange,
    likely: Mapping[str, float],
    shown: Sequence[str] = (),
    is_attuned: Callable[[str], bool] = lambda _: True,
) -> tuple[str, ...]:
    """Return up to three lines that fit, the best first, of different moves where possible.

    Args:
        exchange: What was said; the person's own draft is never offered back.
        likely: How likely each line, by its key, fits the client's words.
        shown: Lines already shown in this conversation; none is repeated, so that after a long
            one fewer may be left, or none.
        is_attuned: Whether the engine reads a line as attuned beside the client's words, and hears
            no alarm; only such a line is offered.
    """
    ranked = sorted(likely, key=likely.__getitem__, reverse=True)
    good = [lines()[name] for name in ranked if likely[name] >= CONTENT and name in lines()]
    return _offered(_varied(_fresh(good, exchange, shown)), is_attuned)


def for_pull(exchange: Exchange, bid: Bid | None, shown: Sequence[str] = ()) -> tuple[str, ...]:
    """Return up to three lines for a pull alone, where there is no encoder or no client's line.

    They are turned by a checksum of the client's words: the same question gets the same answer,
    and two clients do not get the same three lines.
    """
    some = bank()[bid.value if bid else "none"]
    folded = fold(exchange.client or "")
    turn = zlib.crc32(folded.encode(errors="replace")) % len(some)
    return _offered(_fresh(_varied([*some[turn:], *some[:turn]]), exchange, shown))


def _offered(
    some: Iterable[Line], is_attuned: Callable[[str], bool] = lambda _: True
) -> tuple[str, ...]:
    return tuple(islice((line.text for line in some if is_attuned(line.text)), OFFERED))


def _fresh(some: Iterable[Line], exchange: Exchange, shown: Sequence[str]) -> list[Line]:
    passed = {_plain(line) for line in (*shown, exchange.reply or "")}
    return [line for line in some if _plain(line.text) not in passed]


def _varied(some: Iterable[Line]) -> list[Line]:
    """Put the first line of each move before the others, in the order given."""
    first: dict[Subtype | None, Line] = {}
    later = [line for line in some if first.setdefault(line.move, line) is not line]
    return [*first.values(), *later]


def _plain(text: str) -> str:
    return " ".join(tokens(fold(text)))
