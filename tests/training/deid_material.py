"""Marked messages for the tagger, by author, and changed copies of them.

A copy keeps its marks: other names of many cultures, other case, slips of the keyboard, lost
blanks, line breaks. The names come from the gazetteer, from two halves of its names put together
(so that context must do the work), and from words that are names as well.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

from bot.deidentify.lexicon import lexicon, terms
from tests.scorecard.gold import GoldMessage, GoldSpan

Piece = tuple[str, GoldSpan | None]


def pieces(message: GoldMessage) -> list[Piece]:
    """Cut a message into stretches outside and inside its marks."""
    found: list[Piece] = []
    at = 0
    for span in sorted(message.spans, key=lambda s: s.start):
        found.append((message.text[at : span.start], None))
        found.append((message.text[span.start : span.end], span))
        at = span.end
    found.append((message.text[at:], None))
    return found


def joined(message: GoldMessage, parts: list[Piece]) -> GoldMessage:
    """Put pieces together again, with marks where they are now."""
    text = ""
    spans: list[GoldSpan] = []
    for words, span in parts:
        if span is not None and words:
            spans.append(replace(span, start=len(text), end=len(text) + len(words)))
        text += words
    return replace(message, text=text, spans=tuple(spans))


@cache
def _first() -> list[str]:
    return sorted(n for n in lexicon().first if len(n) > 2 and n.isascii())


@cache
def _last() -> list[str]:
    return sorted(n for n in lexicon().last if len(n) > 2 and n not in lexicon().common)


@cache
def _odd() -> list[str]:
    return sorted(lexicon().ambiguous - terms("ambiguous", "sure"))


@cache
def _places() -> list[str]:
    words = lexicon()
    return sorted(
        p for p in words.places if re.fullmatch("[a-z]{4,12}", p) and p not in words.known
    )


def _blend(draw: random.Random, words: list[str]) -> str:
    one, two = draw.choice(words), draw.choice(words)
    return one[: max(2, len(one) // 2)] + two[len(two) // 2 :]


def _fresh(draw: random.Random, label: str) -> str:
    chance = draw.random()
    if label == "LOCATION":
        return draw.choice(_places()) if chance < 0.6 else _blend(draw, _places())
    if chance < 0.4:
        return draw.choice(_first())
    if chance < 0.65:
        return _blend(draw, _first())
    return draw.choice(_odd()) if chance < 0.85 else draw.choice(_last())


def _kept(low: str) -> bool:
    kept = terms("people", "titles") | terms("people", "kin") | terms("people", "particles")
    return len(low) < 3 or low in kept or low in terms("organisations", "nouns")


def swapped(message: GoldMessage, draw: random.Random) -> GoldMessage:
    """Give every name and place another one, the same for the same word, cased as before."""
    chosen: dict[str, str] = {}

    def change(words: str, span: GoldSpan | None) -> str:
        if span is None or span.label not in {"NAME", "LOCATION"} or span.kind == "initial":
            return words
        label = span.label

        def other(match: re.Match[str]) -> str:
            low = match[0].lower()
            if _kept(low):
                return match[0]
            new = chosen.setdefault(low, _fresh(draw, label))
            return new.capitalize() if match[0][0].isupper() else new

        return re.sub(r"[^\W\d_]+", other, words)

    return joined(message, [(change(w, s), s) for w, s in pieces(message)])


def lettered(message: GoldMessage, draw: random.Random) -> GoldMessage:
    """Give initials other letters, and turn some names into initials."""
    letters = "ABCDEFGHJKLMNPRSTVWYZ"
    chosen: dict[str, str] = {}
    turn = draw.random() < 0.5

    def letter(match: re.Match[str]) -> str:
        new = chosen.setdefault(match[0].lower(), draw.choice(letters))
        return new if match[0].isupper() else new.lower()

    def change(words: str, span: GoldSpan | None) -> Piece:
        if span is None or span.label != "NAME":
            return words, span
        if span.kind == "initial":
            return re.sub(r"[A-Za-z](?![a-z]{2})", letter, words), span
        if turn and re.fullmatch(r"[^\W\d_]{3,}", words):
            second = draw.choice(["", "", ".", draw.choice(letters)])
            one = chosen.setdefault(words.lower(), draw.choice(letters) + second)
            return (one.lower() if words.islower() else one), replace(span, kind="initial")
        return words, span

    return joined(message, [change(w, s) for w, s in pieces(message)])


def _each(message: GoldMessage, change: Callable[[str], str]) -> GoldMessage:
    return joined(message, [(change(w), s) for w, s in pieces(message)])


def slipped(message: GoldMessage, draw: random.Random) -> GoldMessage:
    """Make slips: a letter left out, doubled, swapped or replaced in some of the words."""

    def slip(match: re.Match[str]) -> str:
        word = match[0]
        if draw.random() > 0.12:
            return word
        at = draw.randrange(1, len(word) - 1)
        head, tail = word[:at], word[at + 1 :]
        wrong = draw.choice("abcdefghijklmnopqrstuvwxyz")
        return draw.choice(
            [
                head + tail,
                head + word[at] * 2 + tail,
                head + tail[0] + word[at] + tail[1:],
                head + wrong + tail,
            ]
        )

    return _each(message, lambda w: re.sub(r"[A-Za-z]{4,}", slip, w))


def crowded(message: GoldMessage, draw: random.Random) -> GoldMessage:
    """Leave out the blanks after marks, or break lines there, or lose the marks."""
    wrong, right = draw.choice(
        [(r"([.,;!?]) (?=\S)", r"\1"), (r"([.!?]) ", r"\1\n"), (r"[.,;](?= |$)", "")]
    )
    parts = pieces(message)
    return joined(message, [(w if s else re.sub(wrong, right, w), s) for w, s in parts])


def copies(message: GoldMessage, draw: random.Random, rounds: int) -> Iterator[GoldMessage]:
    """Yield the message and changed copies of it."""
    yield message
    names = any(s.label in {"NAME", "LOCATION"} for s in message.spans)
    for _ in range(rounds):
        copy = message
        if names:
            copy = swapped(copy, draw) if draw.random() < 0.75 else lettered(copy, draw)
        chance = draw.random()
        if chance < 0.35:
            copy = _each(copy, str.lower if chance < 0.3 else str.upper)
        if draw.random() < 0.25:
            copy = slipped(copy, draw)
        if draw.random() < 0.25:
            copy = crowded(copy, draw)
        if copy != message:
            yield copy
