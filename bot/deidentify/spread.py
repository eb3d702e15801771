"""Names grow and spread: surnames join first names, and a name found once counts everywhere."""

from collections.abc import Iterator

from bot.deidentify.lexicon import LONGEST_SLIP, lexicon, slips, terms
from bot.deidentify.model import Label, Tier
from bot.deidentify.page import Page, Word
from bot.deidentify.recognisers import cues
from bot.deidentify.recognisers.base import Span
from bot.deidentify.recognisers.theory import spoken_of_as_theory

_SLIP_LENGTH = 6
_MOST_SLIPS = 60
_CLIPPED = 3


def grow(page: Page, spans: list[Span]) -> Iterator[Span]:
    """Yield longer spans where a surname, particle or nickname adjective adjoins a sure name."""
    ends = {s.end for s in spans if s.label is Label.NAME and s.tier is Tier.REDACT}
    starts = {s.start: s for s in spans if s.label is Label.NAME and s.tier is Tier.REDACT}
    for word in page.words:
        if word.end in ends and not word.ending:
            last = _surname(page, word)
            if last is not word:
                yield Span(word.start, last.end, Label.NAME)
        if word.start in starts:
            before = page.before(word)
            if before is not None and _adjective(page, before, word):
                yield Span(before.start, starts[word.start].end, Label.NAME)


def _adjective(page: Page, before: Word, word: Word) -> bool:
    """As in "Big Dave"."""
    if before.low not in terms("people", "nick_adjectives"):
        return False
    return before.cap and page.gap(before, word) == " " and not before.ending


def _surname(page: Page, word: Word) -> Word:
    """Return the last word of the name that ``word`` belongs to."""
    last, seen = word, word
    for _ in range(4):
        after = page.after(seen)
        if after is None or seen.ending or page.gap(seen, after) not in {" ", ". ", " '", ' "'}:
            break
        if page.gap(seen, after) == ". " and len(seen.text) > 1:
            break
        if after.low in terms("people", "particles") and (
            after.cap or seen is word or seen.low in terms("people", "particles")
        ):
            seen = after
            continue
        if not _continues(page, last, after):
            break
        last = seen = after
    return last


def _continues(page: Page, last: Word, after: Word) -> bool:
    words, low = lexicon(), after.low
    if low in words.allowed or low in terms("organisations", "nouns") or low in words.months:
        return False
    if after.cap and len(low) > 1:
        return not after.upper and (
            low in words.last or low in words.first or low not in words.common
        )
    if len(low) == 1:
        return after.text.isupper() and low != "i" and page.text[after.end : after.end + 1] == "."
    if not after.text.isascii() and not last.cap:  # "nguyễn văn": English words have no accents
        return True
    if last.cap or words.is_english(low) or low in words.proper or len(low) < 3:  # noqa: PLR2004  counted letters
        return False
    return low in words.last or low in words.first


def spread(page: Page, spans: list[Span], kept: frozenset[str]) -> Iterator[Span]:
    """Yield every other occurrence of a sure name's words, in any case, and close misspellings.

    A name that is an English word too spreads to capitals only: "Will said he will".
    """
    hidden = bytearray(len(page.text))
    for span in spans:
        if span.label is Label.NAME and span.tier is Tier.REDACT:
            hidden[span.start : span.end] = b"1" * (span.end - span.start)
    covered = {w.index for w in page.words if hidden[w.start] and hidden[w.end - 1]}
    found = {page.words[i].low for i in covered if _telling(page.words[i])}
    found -= kept
    near = {
        n
        for low in sorted(found)[:_MOST_SLIPS]
        if _SLIP_LENGTH <= len(low) <= LONGEST_SLIP
        for n in slips(low)
    }
    theory = spoken_of_as_theory(page)
    long = tuple(sorted(low for low in found if len(low) >= _SLIP_LENGTH))
    for word in page.words:
        if word.index in covered or word.index in theory:
            continue
        tier = _again(page, word, found, near) or _shortened(word, long)
        if tier is not None:
            yield Span(word.start, word.end, Label.NAME, tier)


def _again(page: Page, word: Word, found: set[str], near: set[str]) -> Tier | None:
    low, words = word.low, lexicon()
    if low in near and not words.is_word(low):
        return Tier.REDACT
    if low not in found:
        return None
    ordinary = low in words.ambiguous and low not in words.sure
    ordinary |= words.is_english(low) and not words.is_name(low)
    if word.cap or not ordinary:
        return Tier.REDACT
    # "Penny paid late, penny always does" is worth a question, "Will said he will" is not.
    plain = low not in words.ambiguous or low in terms("ambiguous", "virtues")
    return None if plain or cues.determined(page, word) else Tier.ASK


def _shortened(word: Word, long: tuple[str, ...]) -> Tier | None:
    """As in "it's katarzyna, not kat": the beginning of a name that is found."""
    low, words = word.low, lexicon()
    if len(low) < _CLIPPED or low in words.known or not any(n.startswith(low) for n in long):
        return None
    return Tier.REDACT


def _telling(word: Word) -> bool:
    low = word.low
    if low in terms("people", "titles") or low in terms("people", "particles"):
        return False
    return low not in terms("people", "nick_adjectives") and low not in lexicon().allowed
