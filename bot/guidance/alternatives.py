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
_OF_A_THEME = 2
_QUOTE_WORDS = 8
_SLOT = "{quote}"
_WORD = "{word}"
_SENTENCE = re.compile(r"([^.!?…]+)([.!?…]?)")
_FIRST_PERSON = re.compile(r"\b(?:i|i'm|i've|i'd|i'll|me|my|im)\b")
_INSIDE = re.compile(r"(?<=\w)['’](?=\w)")
_QUOTE_MARKS = re.compile(r"['\"‘’“”«»()\[\]]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the bank: its move, its words, and for whose words it is kept."""

    move: Subtype
    text: str
    when: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Theme:
    """What a client may speak of, whatever the bid, with the lines kept for it."""

    when: re.Pattern[str]
    unless: re.Pattern[str] | None
    lines: tuple[Line, ...]

    def fits(self, folded: str) -> bool:
        """Tell whether folded client words speak of this."""
        return bool(self.when.search(folded)) and not (self.unless and self.unless.search(folded))


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


@cache
def themes() -> tuple[Theme, ...]:
    """Return the themes in order of asking."""
    return tuple(
        Theme(
            _whole(entry["when"]),
            _whole(entry["unless"]) if "unless" in entry else None,
            tuple(Line(Subtype(line["move"]), line["text"]) for line in entry["lines"]),
        )
        for entry in knowledge("themes")["theme"]
    )


@cache
def _whole(pattern: str) -> re.Pattern[str]:
    """Compile a pattern that matches whole words."""
    return compiled(rf"(?<!\w)(?:{pattern})(?!\w)")


def _ranked(client: str | None, bid: Bid | None) -> list[Line]:
    """Order the lines: the theme's first, then those kept for such words, then the bid's others.

    The others are turned by a checksum of the words: the same question gets the same answer, and
    two clients do not get the same three lines. A theme gives no more than ``_OF_A_THEME`` lines
    at first, so that one misheard does not take the whole answer.
    """
    folded = fold(client) if client else ""
    own = _own(folded, bid)
    theme = next((list(theme.lines) for theme in themes() if theme.fits(folded)), [])
    fitting = [line for line in own if line.when and line.when.search(folded)]
    general = _turned([line for line in own if line.when is None], folded)
    none = bank()["none"]
    spare = _turned(list(none), folded) if own is not none else []
    if own is none:  # their own words make such a line theirs
        general.sort(key=lambda line: _SLOT not in line.text)
    rest = theme[_OF_A_THEME:] + general if fitting else general + theme[_OF_A_THEME:]
    return theme[:_OF_A_THEME] + fitting + rest + spare


def _own(folded: str, bid: Bid | None) -> tuple[Line, ...]:
    """Return the bid's lines, or those for no bid where the client's words speak against it.

    A bid is told rightly for about two statements in three; a line for praise, offered beside a
    complaint, does harm. So the words themselves must bear out the bids whose lines presume most.
    """
    lines = bank()
    if bid is None or (folded and not _borne_out(folded, bid)):
        return lines["none"]
    return lines.get(bid.value, lines["none"])


def _borne_out(folded: str, bid: Bid) -> bool:
    needs, bars = knowledge("themes")["needs"], knowledge("themes")["bars"]
    if bid.value in needs and not _whole(needs[bid.value]).search(folded):
        return False
    return bid.value not in bars or not _whole(bars[bid.value]).search(folded)


def _turned(lines: list[Line], folded: str) -> list[Line]:
    turn = zlib.crc32(folded.encode()) % len(lines)
    return lines[turn:] + lines[:turn]


def _filled(line: Line, client: str | None) -> str | None:
    if _WORD in line.text:
        found = line.when.search(fold(client)) if line.when and client else None
        return line.text.replace(_WORD, _begin(found[0].strip())) if found else None
    if _SLOT not in line.text:
        return line.text
    quote = _quotable(client)
    return line.text.replace(_SLOT, quote) if quote else None


def _begin(word: str) -> str:
    return word[:1].upper() + word[1:]


def _quotable(client: str | None) -> str | None:
    """Return the client's last short sentence about themselves that holds no quotation.

    Only a sentence in the first person is given back: an order, a question or a stage direction
    sounds like mockery when it is quoted.
    """
    for match in reversed(list(_SENTENCE.finditer(client or ""))):
        sentence = match[1].strip()
        if (
            1 < len(sentence.split()) <= _QUOTE_WORDS
            and match[2] != "?"
            and _FIRST_PERSON.search(fold(sentence))
            and not _QUOTE_MARKS.search(_INSIDE.sub("", sentence))
        ):
            return sentence
    return None


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
