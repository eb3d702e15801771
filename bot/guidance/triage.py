"""Tells apart what can be read at all: empty, over-long, wordless, code, another language."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from bot.guidance.folding import fold, tokens
from bot.guidance.loader import knowledge, union
from bot.guidance.model import Intent

LONGEST = 3000
"""Characters of a question; longer input is answered with one clear sentence."""

_FEW_WORDS = 4
_LATIN_SHARE = 0.6
_ENGLISH_SHARE = 0.2
_WRITTEN_SHARE = 0.6
_QUOTED = re.compile(r"\"[^\"]{0,3000}\"|(?:^|(?<=[\s(:,]))'[^']{1,600}'(?=[\s.,;:?!)]|$)")
_ACCENTED = re.compile(r"[à-öø-ÿœßąćęłńśźżğışčďěňřťůž¿¡]")


def triage(text: str) -> Intent | None:
    """Return why a text cannot be read as English speech, or ``None`` if it can."""
    if not text.strip():
        return Intent.EMPTY
    if len(text) > LONGEST:
        return Intent.TOO_LONG
    if not any(char.isalpha() for char in text):
        return None if text.strip() == "?" else Intent.NO_WORDS
    folded = fold(text)
    if _rules()["code"].search(folded):
        return Intent.CODE
    if _rules()["instructions"].search(_QUOTED.sub(" ", folded)):
        return Intent.INSTRUCTIONS
    return None if _is_english(text, folded) else Intent.NOT_ENGLISH


def is_foreign(text: str) -> bool:
    """Tell whether a text with words in it is in another language than English."""
    return triage(text) is Intent.NOT_ENGLISH


def settled(text: str) -> Intent | None:
    """Return what a message that is not a phrasing question wants, or ``None``."""
    plain = fold(text).strip(" .!?,;*_~").strip() or text.strip()
    for name, pattern in _commands():
        if pattern.fullmatch(plain):
            return Intent(name)
    return None


def is_babble(text: str) -> bool:
    """Tell whether a short text holds no word that anything of ours was ever written with."""
    words = tokens(fold(text))
    return len(words) <= _FEW_WORDS and not any(word in _written() for word in words)


def _is_english(text: str, folded: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    latin = sum("LATIN" in unicodedata.name(char, "") for char in letters)
    if latin < _LATIN_SHARE * len(letters):
        return False
    words = [word for word in tokens(folded) if not _ACCENTED.search(word)]  # most are names
    known = sum(word in _english() for word in words)
    if len(words) < _FEW_WORDS:
        return known > 0 or not _ACCENTED.search(folded)
    told = known - sum(word in _shared() for word in words)
    return told >= _ENGLISH_SHARE * len(words) or sum(
        word in _written() for word in words
    ) >= _WRITTEN_SHARE * len(words)


@cache
def _english() -> frozenset[str]:
    return frozenset(knowledge("speech")["stop_words"]["english"])


@cache
def _shared() -> frozenset[str]:
    return frozenset(knowledge("speech")["stop_words"]["elsewhere"])


@cache
def _written() -> frozenset[str]:
    """Return the words of our own lines and lists; a few thousand, everyday ones among them."""
    found = set(_english())
    for name in ("bank", "texts", "lexicon", "bids", "features", "risk", "risk_words", "speech"):
        found.update(tokens(fold(repr(knowledge(name)))))
    return frozenset(found)


@cache
def _rules() -> dict[str, re.Pattern[str]]:
    return {name: union(patterns) for name, patterns in knowledge("intents")["anywhere"].items()}


@cache
def _commands() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, union(rules)) for name, rules in knowledge("intents")["whole"].items())
