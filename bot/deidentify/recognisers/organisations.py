"""Clinics, schools, employers, clubs, pubs."""

from collections.abc import Iterator

from bot.deidentify.lexicon import lexicon, terms
from bot.deidentify.model import Label
from bot.deidentify.page import Page, Word
from bot.deidentify.recognisers import cues
from bot.deidentify.recognisers.base import Span

_LINKS = frozenset({"of", "the", "and", "for", "st"})
_FURTHEST = 6
_GAPS = frozenset({" ", " & ", "'s ", "' ", ". ", " + "})


def find(page: Page) -> Iterator[Span]:
    """Yield organisations: a telling noun with a name before or after it, employers, pubs."""
    for word in page.words:
        if word.low in terms("organisations", "nouns"):
            yield from _before(page, word)
            yield from _of(page, word)
        if word.low in terms("organisations", "pubs"):
            yield from _pub(page, word) if word.cap else _lower_pub(page, word)
        if word.low in {"at", "for", "by"}:
            yield from _employer(page, word)
        if word.low == "hmp":
            after = cues.linked_after(page, word)
            if after is not None and (after.cap or after.low not in lexicon().known):
                yield Span(word.start, after.end, Label.ORG)


def _joined(page: Page, first: Word, second: Word) -> bool:
    return page.lower[first.end : second.start] in _GAPS


def _before(page: Page, noun: Word) -> Iterator[Span]:
    first = _leftmost(page, noun)
    if first.index == noun.index:
        return
    middle = page.words[first.index : noun.index]
    if not noun.cap and noun.low not in terms("organisations", "plain"):
        return
    if not any(_names(w) for w in middle) and not (
        noun.cap and noun.low in terms("organisations", "plain") and _all_capital(middle)
    ):
        return
    last = noun
    while True:  # "Leeds University Hospital", "Hillside Surgery Group"
        after = cues.linked_after(page, last)
        if (
            after is None
            or last.ending
            or after.low not in terms("organisations", "nouns")
            or after.cap != last.cap
        ):
            break
        last = after
    yield Span(first.start, last.end, Label.ORG)


def _leftmost(page: Page, noun: Word) -> Word:
    first, seen = noun, noun
    for _ in range(_FURTHEST):
        before = page.before(seen)
        if before is None or not _joined(page, before, seen):
            break
        if _part(before):
            first = before
        elif before.low not in _LINKS and before.low not in terms("organisations", "middle"):
            break
        seen = before
    return first


def _part(word: Word) -> bool:
    words = lexicon()
    if word.low in _LINKS:
        return word.low == "st"
    if word.cap:
        telling = terms("organisations", "places") | terms("organisations", "openers")
        plain = word.low in words.common and word.low not in telling
        return not (word.opens and plain) and word.low not in terms("people", "determiners")
    return _names(word)


def _names(word: Word) -> bool:
    """Whether the word alone makes a particular institution of the noun after it."""
    words, low = lexicon(), word.low
    if low in terms("organisations", "places") or low == "st":
        return True
    if low in words.allowed or low in terms("organisations", "nouns"):
        return False
    if words.is_english(low) and not (word.cap and low in words.places):
        return words.is_name(low) and word.cap
    known = low in words.places or low in words.last or words.is_name(low)
    return known or (word.cap and not word.opens and not words.is_word(low))


def _all_capital(middle: list[Word]) -> bool:
    words = [w for w in middle if w.low not in _LINKS]
    if not words or not all(w.cap and not w.upper for w in words):
        return False
    return len(words) > 1 or words[0].low not in lexicon().allowed


def _of(page: Page, noun: Word) -> Iterator[Span]:
    if not noun.cap and noun.low not in {
        "university",
        "uni",
        "church",
        "school",
        "hospital",
        "bank",
        "infirmary",
    }:
        return
    link = cues.linked_after(page, noun)
    if link is None or link.low not in {"of", "for"}:
        return
    last = link
    while (after := cues.linked_after(page, last)) is not None:
        stop = not after.cap and not (after.low in _LINKS and after.index < noun.index + _FURTHEST)
        if stop or after.low in lexicon().allowed or last.ending:
            break
        last = after
    while last.low in _LINKS:
        last = page.words[last.index - 1]
    if last.index > link.index:
        yield Span(noun.start, last.end, Label.ORG)
    elif link.low == "of":
        place = cues.linked_after(page, link)
        if place is not None and place.low in lexicon().places and place.low not in lexicon().known:
            yield Span(noun.start, place.end, Label.ORG)


def _pub(page: Page, noun: Word) -> Iterator[Span]:
    """As in "the Red Lion": the article, then two capitals inside a sentence."""
    before = page.before(noun)
    if before is not None and before.low == "and":  # "the Dog and Duck"
        before = page.before(before)
        if before is None or before.low not in terms("organisations", "pubs") or not before.cap:
            return
    elif before is None or not _joined(page, before, noun):
        return
    the = page.before(before)
    if before.cap and not before.opens and before.low not in lexicon().allowed:
        start = the.start if the is not None and the.low == "the" else before.start
        if the is not None and the.low in {"the", "at", "in"}:
            yield Span(start, noun.end, Label.ORG)


def _lower_pub(page: Page, noun: Word) -> Iterator[Span]:
    before = page.before(noun)
    if before is None or before.low not in terms("organisations", "pub_colours"):
        return
    the = page.before(before)
    if the is not None and the.low == "the" and _joined(page, the, before) and noun.low != "dog":
        yield Span(the.start, noun.end, Label.ORG)


def _employer(page: Page, link: Word) -> Iterator[Span]:
    before = page.before(link)
    if before is None or before.low not in terms("organisations", "work"):
        return
    first = cues.linked_after(page, link)
    if first is not None and first.low == "the":
        first = cues.linked_after(page, first)
    if first is None or (
        first.low in lexicon().allowed and first.low not in terms("organisations", "brands")
    ):
        return
    branded = first.low in terms("organisations", "brands")
    if not first.cap and not branded and (first.low in lexicon().known or len(first.low) < 4):  # noqa: PLR2004  # "at home"
        return
    last = first
    while (after := cues.linked_after(page, last)) is not None and after.cap and not last.ending:
        last = after
    yield Span(first.start, last.end, Label.ORG)
