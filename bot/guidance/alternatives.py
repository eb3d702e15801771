"""Attuned lines to offer: from a reviewed bank, chosen to fit the client's own words.

A grammar that composes lines goes wrong too often (design/guidance.md), so nothing is composed
but a short verbatim quotation. Every line offered has been read by the engine as attuned and has
passed the safety gate.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from bot.guidance.folding import fold, tokens
from bot.guidance.gate import screen
from bot.guidance.loader import compiled, knowledge
from bot.guidance.model import Bid, Exchange, Side, Stance, Subtype
from bot.guidance.reading import read

OFFERED = 3
"""How many lines are offered at most."""

_SURE_ENOUGH = 0.6
_QUOTE_WORDS = 6
_SLOT = "{quote}"
_SENTENCE_END = re.compile(r"[.!?…]+\s*")
_QUOTE_MARKS = re.compile(r"['\"‘’“”«»]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the bank: its move, its words, and for whose words it is kept."""

    move: Subtype
    text: str
    when: re.Pattern[str] | None


def alternatives(exchange: Exchange, bid: Bid | None, shown: Sequence[str] = ()) -> tuple[str, ...]:
    """Return two or three attuned lines for an exchange, of different moves where possible.

    Lines already shown and the person's own draft are left out; after a long conversation fewer
    may be left.
    """
    passed = {_plain(line) for line in shown}
    if exchange.reply:
        passed.add(_plain(exchange.reply))
    chosen: list[str] = []
    moves: list[Subtype] = []
    waiting: list[str] = []
    for line in _ranked(exchange.client, bid):
        text = _filled(line, exchange.client)
        if text is None or _plain(text) in passed or not _is_fit(text, exchange.client):
            continue
        passed.add(_plain(text))
        if line.move in moves:
            waiting.append(text)
            continue
        chosen.append(text)
        moves.append(line.move)
        if len(chosen) == OFFERED:
            return tuple(chosen)
    return tuple((chosen + waiting)[:OFFERED])


@cache
def bank() -> dict[str, tuple[Line, ...]]:
    """Return the reviewed lines by the name of their bid, ``none`` for an unknown one."""
    return {
        name: tuple(
            Line(
                Subtype(entry["move"]),
                entry["text"],
                compiled(rf"\b(?:{entry['when']})") if "when" in entry else None,
            )
            for entry in entries
        )
        for name, entries in knowledge("bank").items()
    }


def _ranked(client: str | None, bid: Bid | None) -> list[Line]:
    """Order the lines: those kept for such words first, the rest turned by the client's words.

    The turn is a checksum of the words: the same question gets the same answer, and two clients
    do not get the same three lines.
    """
    lines = bank()
    own = lines.get(bid.value if bid else "none", lines["none"])
    folded = fold(client) if client else ""
    fitting = [line for line in own if line.when and line.when.search(folded)]
    general = _turned([line for line in own if line.when is None], folded)
    spare = _turned(list(lines["none"]), folded) if own is not lines["none"] else []
    return fitting + general + spare


def _turned(lines: list[Line], folded: str) -> list[Line]:
    turn = zlib.crc32(folded.encode()) % len(lines)
    return lines[turn:] + lines[:turn]


def _filled(line: Line, client: str | None) -> str | None:
    if _SLOT not in line.text:
        return line.text
    quote = _quotable(client)
    return line.text.replace(_SLOT, quote) if quote else None


def _quotable(client: str | None) -> str | None:
    """Return the client's last whole sentence when it is short and holds no quotation itself."""
    sentences = [part.strip() for part in _SENTENCE_END.split(client or "") if part.strip()]
    if not sentences or _QUOTE_MARKS.search(sentences[-1].replace("n't", "")):
        return None
    return sentences[-1] if 1 < len(sentences[-1].split()) <= _QUOTE_WORDS else None


def _is_fit(text: str, client: str | None) -> bool:
    """Tell whether a line is read as attuned beside these words and trips no gate."""
    reading = read(Exchange(client, text))
    return (
        reading.stance is Stance.ATTUNED
        and reading.confidence >= _SURE_ENOUGH
        and screen(text, Side.REPLY) is None
    )


def _plain(text: str) -> str:
    return " ".join(tokens(fold(text)))
