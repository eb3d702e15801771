"""Capitalised words that neither the dictionary nor an allow-list knows.

This catches rare, foreign and misspelt names. The dictionary is case-aware: "polish" is a word,
and "Polish" is a word of another kind.
"""

from collections.abc import Iterator

from bot.deidentify.lexicon import Lexicon, lexicon, terms
from bot.deidentify.model import Label, Tier
from bot.deidentify.page import Page, Word
from bot.deidentify.recognisers import cues
from bot.deidentify.recognisers.base import Span
from bot.deidentify.recognisers.theory import spoken_of_as_theory

_ACRONYM = 5
_NICKNAME = 3


def find(page: Page) -> Iterator[Span]:
    """Yield unknown capitalised words and words in another script."""
    words = lexicon()
    kept = spoken_of_as_theory(page)
    for word in page.words:
        if word.index in kept:
            continue
        if not word.low.isascii():
            yield Span(word.start, word.end, Label.NAME, _foreign_script(word))
        elif word.cap and len(word.low) > 1:
            tier = _tier(page, word, words)
            if tier is not None:
                yield Span(word.start, word.end, label(page, word), tier)


def label(page: Page, word: Word) -> Label:
    """Tell a place from a name by the word before it."""
    before = cues.linked_before(page, word, frozenset({""}))
    place = before is not None and before.low in terms("places", "before")
    first = word.low in lexicon().english_first
    return Label.LOCATION if place or (word.low in lexicon().places and not first) else Label.NAME


def _foreign_script(word: Word) -> Tier:
    # A word in another script inside English notes is nearly always somebody's own name.
    return Tier.REDACT if word.text[:1].isupper() or len(word.text) <= 4 else Tier.ASK  # noqa: PLR2004  counted letters


def _tier(page: Page, word: Word, words: Lexicon) -> Tier | None:
    low = word.low
    if low in words.allowed or low in words.months or words.is_name(low):
        return None
    if word.upper or _plural_acronym(word):
        return _all_capitals(low.removesuffix("s"), words)
    if low.startswith(("al-", "el-", "abd-", "bin-")) and not words.is_word(low):
        return Tier.REDACT
    if "-" in low:
        return _compound(word, words)
    if low in words.first and low not in words.known and low not in words.ambiguous:
        return Tier.REDACT
    return _single(page, word, words)


def _plural_acronym(word: Word) -> bool:
    """As in "DNAs"."""
    return len(word.low) > 2 and word.low[-1] == "s" and word.text[:-1].isupper()  # noqa: PLR2004  counted letters


def _single(page: Page, word: Word, words: Lexicon) -> Tier | None:
    low = word.low
    if low in terms("people", "kin"):
        return None
    if words.is_word(low):
        return _cued_word(page, word, words)
    if not _nobodys_word(low, words) and low not in words.places:
        return Tier.REDACT if cues.client(page, word) else None
    if word.opens and _probably_a_slip(page, low, words):
        surely = cues.acts(page, word) is cues.Acts.SURELY
        return Tier.REDACT if surely else Tier.ASK
    return Tier.REDACT


def _all_capitals(low: str, words: Lexicon) -> Tier | None:
    if all(len(part) <= _ACRONYM or words.is_word(part) for part in low.split("-")):
        return None
    return Tier.REDACT


def _compound(word: Word, words: Lexicon) -> Tier | None:
    parts = [p for p in word.low.split("-") if len(p) > 1 and p not in words.theorists]
    return Tier.REDACT if any(_nobodys_word(p, words) for p in parts) else None


def _nobodys_word(low: str, words: Lexicon) -> bool:
    if words.is_word(low):
        return False
    return low not in words.proper or low in words.last or low in words.first


def _cued_word(page: Page, word: Word, words: Lexicon) -> Tier | None:
    """A dictionary word with a capital inside a sentence, and a cue that a person is meant."""
    if word.low in words.ambiguous or cues.determined(page, word):
        return None
    if _full_name(page, word, words):
        return Tier.REDACT
    if word.opens:
        return _opening_word(page, word, words)
    surname = word.low in words.last or word.low in words.first
    acting = cues.acts(page, word) is cues.Acts.SURELY
    rare = word.low not in words.common
    announced = cues.client(page, word) and (surname or rare)
    if announced or (surname and acting) or (rare and cues.nicknamed(page, word)):
        return Tier.REDACT
    first = word.low in words.english_first and word.low not in words.allowed
    maybe = first and (cues.toward(page, word) or cues.acts(page, word) > cues.Acts.NOT)
    maybe = maybe or (surname and cues.person_verb(page, word))
    return Tier.ASK if acting or maybe or _odd_capital(page, word) else None


def _full_name(page: Page, word: Word, words: Lexicon) -> bool:
    """As in "Hui Min": two capitals that are both names, and not both plain words."""
    if word.low not in words.first or word.low in words.common:
        return False
    after = cues.linked_after(page, word)
    if after is None or not after.cap or after.upper or word.ending:
        return False
    return after.low in words.first or after.low in words.last


def _odd_capital(page: Page, word: Word) -> bool:
    """As in "lunch with Tinker": nobody writes a plain word with a capital inside a sentence.

    Names of methods and titles do ("Working Alliance Inventory"), and come as two or more.
    """
    if word.low in terms("allow", "field") or len(word.low) < _NICKNAME:
        return False
    around = (page.before(word), page.after(word))
    return not any(w is not None and w.cap and not w.opens and w.low != "i" for w in around)


def _opening_word(page: Page, word: Word, words: Lexicon) -> Tier | None:
    """A plain word that some parents choose, and that acts: "Wren uses they"."""
    if word.low not in words.english_first or word.low in terms("people", "determiners"):
        return None
    act = cues.acts(page, word)
    return Tier.ASK if act in {cues.Acts.SURELY, cues.Acts.LIKELY} else None


def _probably_a_slip(page: Page, low: str, words: Lexicon) -> bool:
    if low in words.last or low in words.places or page.findings_budget <= 0:
        return False
    page.findings_budget -= 1
    return words.typo_of(low, words.known) and not words.typo_of(low, words.english_first)
