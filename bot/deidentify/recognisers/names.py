"""Names that lists know: first names of many cultures that are not English words."""

from collections.abc import Iterator

from bot.deidentify.lexicon import Lexicon, lexicon, terms
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
        return _name_like_acronym(page, word, words)
    if words.is_name(word.low):
        return _known(page, word, words)
    if "-" in word.low:
        return _compound(page, word, words)
    if not word.cap:
        return _lower_unknown(page, word, words)
    return None


def _name_like_acronym(page: Page, word: Word, words: Lexicon) -> Tier | None:
    """As in "Ed wants to stop": an acronym's letters, but written as a name."""
    if word.upper or word.low not in words.english_first & terms("allow", "methods"):
        return None
    if _cued(page, word):
        return Tier.REDACT if word.cap else Tier.ASK
    return Tier.ASK if word.cap and (not word.opens or cues.acts(page, word)) else None


def _known(page: Page, word: Word, words: Lexicon) -> Tier | None:
    if word.cap and not word.upper:
        before = page.before(word)
        if before is not None and before.low in {"a", "an"} and page.gap(before, word) == " ":
            return Tier.ASK  # "a Leo", "a Karen moment"
        return Tier.ASK if _maybe_a_word(page, word, words) else Tier.REDACT
    short = len(word.low) <= _SHORT
    if short and (word.upper or word.low not in words.english_first or len(word.low) < _SHORT):
        if _cued(page, word):
            return Tier.REDACT
        return Tier.ASK if cues.toward(page, word) or word.ending == "'s" else None
    if cues.articled(page, word) and words.is_english(word.low):
        return None
    return Tier.REDACT


def _maybe_a_word(page: Page, word: Word, words: Lexicon) -> bool:
    """As in "Robin on the windowsill": a word too, and nothing says that a person is meant."""
    if not word.opens or word.low not in words.ambiguous:
        return False
    if word.low not in words.common and word.low not in terms("ambiguous", "things"):
        return False
    return not (cues.acts(page, word) or word.ending or cues.client(page, word))


def _cued(page: Page, word: Word) -> bool:
    return (
        cues.client(page, word)
        or cues.person_verb(page, word)
        or cues.acts(page, word) is cues.Acts.SURELY
        or cues.beside_name(page, word)
    )


def _compound(page: Page, word: Word, words: Lexicon) -> Tier | None:
    parts = word.low.split("-")
    named = [p for p in parts if words.is_name(p) and len(p) > 1]
    if named and (word.cap or len(named) == len(parts)):
        return Tier.REDACT
    strange = [p for p in parts if not words.is_word(p) and p not in words.proper]
    if word.cap or not strange or any(len(p) > _SHORT and _slip(page, p, words) for p in strange):
        return None
    if len(strange) == len(parts) or named or _cued(page, word):
        return Tier.REDACT
    return Tier.ASK


def _lower_unknown(page: Page, word: Word, words: Lexicon) -> Tier | None:
    low = word.low
    if len(low) <= _SHORT or not low.isascii():
        return None
    cued = _cued(page, word)
    ordinary = low in words.known or low in words.ambiguous
    if low in words.first and low in words.rare and not ordinary:
        return Tier.REDACT if cued or cues.toward(page, word) or _speaks_up(page, word) else None
    known = words.is_word(low) or low in words.places
    if known or (low in words.proper and low not in words.last):
        return None
    if not _owned(low, words) and _slip(page, low, words):
        return Tier.ASK if cued or _met(page, word) or _slip_of_name(low, words) else None
    return Tier.REDACT if cued or _owned(low, words) else Tier.ASK


def _owned(low: str, words: Lexicon) -> bool:
    """As in "gethins nan": a possessive without its apostrophe."""
    return len(low) > _SHORT and low[-1] == "s" and words.is_name(low[:-1])


def _met(page: Page, word: Word) -> bool:
    """As in "w mols today"."""
    before = cues.linked_before(page, word)
    return before is not None and before.low in {"w", "intake", "review"}


def _speaks_up(page: Page, word: Word) -> bool:
    return word.opens and page.text[word.end : word.end + 1] == ":"


def _slip(page: Page, low: str, words: Lexicon) -> bool:
    """Whether ``low`` looks like a mistyped English word; past a budget nothing does."""
    page.findings_budget -= 1
    return page.findings_budget > 0 and words.typo_of(low, words.common)


def _slip_of_name(low: str, words: Lexicon) -> bool:
    """Whether two letters of a sure name were swapped: "jonh"."""
    swapped = (low[:i] + low[i + 1] + low[i] + low[i + 2 :] for i in range(len(low) - 1))
    return any(s in words.english_first and words.is_name(s) for s in swapped)
