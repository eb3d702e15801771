"""Names that lists know: first names of many cultures that are not English words."""

from collections.abc import Iterator

from bot.deidentify.lexicon import Lexicon, lexicon
from bot.deidentify.model import Label, Tier
from bot.deidentify.page import Page, Word
from bot.deidentify.recognisers import cues
from bot.deidentify.recognisers.base import Span
from bot.deidentify.recognisers.theory import spoken_of_as_theory

_SHORT = 3


def find(page: Page) -> Iterator[Span]:
    """Yield known first names in any case, and slips of them typed in lower case."""
    words = lexicon()
    kept = spoken_of_as_theory(page)
    for word in page.words:
        if word.index in kept or len(word.low) == 1:
            continue
        tier = _tier(page, word, words)
        if tier is not None:
            yield Span(word.start, word.end, Label.NAME, tier)


def _tier(page: Page, word: Word, words: Lexicon) -> Tier | None:
    if word.low in words.allowed:
        return None
    if words.is_name(word.low):
        return _known(page, word, words)
    if "-" in word.low:
        return _compound(word, words)
    if not word.cap:
        return _lower_unknown(page, word, words)
    return None


def _known(page: Page, word: Word, words: Lexicon) -> Tier | None:
    if word.cap and not word.upper:
        return Tier.REDACT
    short = len(word.low) <= _SHORT
    if short and (word.upper or word.low not in words.english_first or len(word.low) < _SHORT):
        return Tier.REDACT if _cued(page, word) else None
    if cues.determined(page, word) and word.low in words.english_words:
        return None
    return Tier.REDACT


def _cued(page: Page, word: Word) -> bool:
    return (
        cues.client(page, word)
        or cues.person_verb(page, word)
        or cues.acts(page, word) is cues.Acts.SURELY
        or cues.beside_name(page, word)
    )


def _compound(word: Word, words: Lexicon) -> Tier | None:
    parts = word.low.split("-")
    named = [p for p in parts if words.is_name(p) and len(p) > 1]
    if not named:
        return None
    if word.cap or len(named) == len(parts):
        return Tier.REDACT
    return None


def _lower_unknown(page: Page, word: Word, words: Lexicon) -> Tier | None:
    low = word.low
    if len(low) <= _SHORT or not low.isascii() or words.is_word(low) or low in words.places:
        return None
    cued = _cued(page, word)
    if low in words.last:
        return Tier.REDACT if cued else _unless_slip(page, low, words)
    if page.findings_budget <= 0:
        return Tier.REDACT if cued else None
    page.findings_budget -= 1
    if words.typo_of(low, words.common):
        return None
    if cued or (len(low) > 4 and words.typo_of(low, words.english_first - words.english_words)):  # noqa: PLR2004
        return Tier.REDACT if cued else Tier.ASK
    return Tier.ASK if cues.toward(page, word) and not cues.determined(page, word) else None


def _unless_slip(page: Page, low: str, words: Lexicon) -> Tier | None:
    page.findings_budget -= 1
    return None if page.findings_budget > 0 and words.typo_of(low, words.common) else Tier.ASK
