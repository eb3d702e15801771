"""Places: towns, villages, counties, states, countries."""

import re
from collections.abc import Iterator
from functools import cache

from bot.deidentify.lexicon import lexicon, phrases, terms
from bot.deidentify.model import Label, Tier
from bot.deidentify.page import Page, Word
from bot.deidentify.recognisers import cues
from bot.deidentify.recognisers.base import Span
from bot.deidentify.recognisers.theory import spoken_of_as_theory

_LONGEST = 4
_TELLING = 5
"""Shorter lower-case strings are too often abbreviations."""
_STRONG_PLACE_WORDS = frozenset(["in", "from", "near", "outside", "around", "called"])


def find(page: Page) -> Iterator[Span]:
    """Yield places that lists know, and shapes like "Lake …" or "… Village"."""
    index = _heads()
    kept = spoken_of_as_theory(page)
    at = 0
    while at < len(page.words):
        word = page.words[at]
        if at in kept:
            at += 1
            continue
        last = _match(page, word) if word.low in index else None
        if last is not None:
            yield from _several(page, word, last) if last.index > at else _single(page, word)
            at = last.index + 1
            continue
        yield from _shaped(page, word)
        at += 1


@cache
def _heads() -> frozenset[str]:
    return frozenset(re.split("[ -]", p)[0].rstrip(".") for p in lexicon().places)


def _match(page: Page, word: Word) -> Word | None:
    """Return the last word of the longest known place that begins with ``word``."""
    known, last = lexicon().places, word if word.low in lexicon().places else None
    spelled, current = word.low, word
    for _ in range(_LONGEST - 1):
        following = page.after(current)
        if following is None or current.ending:
            break
        gap = page.gap(current, following)
        if gap not in {" ", ". "}:
            break
        spelled += gap + following.low
        if spelled in known:
            last = following
        current = following
    return last


def _several(page: Page, first: Word, last: Word) -> Iterator[Span]:
    words = page.words[first.index : last.index + 1]
    capital = first.cap and last.cap
    plain = all(w.low in lexicon().known for w in words)
    if (capital and not (plain and first.opens)) or (
        not first.cap and (not plain or _after_place_word(page, first)) and not _just_name(words)
    ):
        yield Span(first.start, last.end, Label.LOCATION)


def _just_name(words: list[Word]) -> bool:
    return all(w.low in lexicon().common for w in words)


def _single(page: Page, word: Word) -> Iterator[Span]:
    words = lexicon()
    if word.low in words.allowed or word.low in terms("places", "generic"):
        return
    cue = _after_place_word(page, word)
    if words.is_name(word.low) and not (cue and word.cap):
        return
    ordinary = (words.is_word(word.low) and word.low not in words.proper) or word.low in words.known
    if not ordinary:
        if (
            (word.cap and not word.upper)
            or cue
            or (len(word.low) >= _TELLING and not words.is_word(word.low))
        ):
            yield Span(word.start, word.end, Label.LOCATION)
    elif not word.cap:
        if _place_word(page, word) in {"in", "from", "near"} and word.low not in words.common:
            yield Span(word.start, word.end, Label.LOCATION, Tier.ASK)
    elif not word.opens and cue and word.low not in words.months:
        sure = not cues.toward(page, word) or _place_word(page, word) in {"in", "near", "around"}
        yield Span(word.start, word.end, Label.LOCATION, Tier.REDACT if sure else Tier.ASK)


def _place_word(page: Page, word: Word) -> str:
    before = cues.linked_before(page, word, frozenset({""}))
    return before.low if before is not None else ""


def _after_place_word(page: Page, word: Word) -> bool:
    return _place_word(page, word) in terms("places", "before")


def _shaped(page: Page, word: Word) -> Iterator[Span]:
    after = cues.linked_after(page, word)
    if word.low == "county" and after is not None and after.low in lexicon().last:
        yield Span(word.start, after.end, Label.LOCATION)
    if word.low in terms("places", "heads") and word.cap and after is not None and after.cap:
        yield from _headed(word, after)
    if word.low in terms("places", "tails"):
        before = cues.linked_before(page, word, frozenset({""}))
        if (
            before is not None
            and before.cap
            and (word.cap or before.low not in lexicon().known)
            and not (before.opens and before.low in lexicon().known)
        ):
            yield Span(before.start, word.end, Label.LOCATION)
    if not word.cap and _place_word(page, word) in {"in", "from", "near", "outside"}:
        yield from _lower_unknown(page, word)
    if word.cap and not word.opens and _place_word(page, word) in _STRONG_PLACE_WORDS:
        yield from _two_capitals(page, word)


def _headed(word: Word, after: Word) -> Iterator[Span]:
    """As in "Lake Tahoe", but not "New Beginnings"."""
    plain = word.low in {"new", "great", "little", "upper", "lower"}
    if not plain or after.low not in lexicon().common:
        yield Span(word.start, after.end, Label.LOCATION)
    elif not word.opens and after.low not in terms("allow", "field"):
        yield Span(word.start, after.end, Label.LOCATION, Tier.ASK)


def _two_capitals(page: Page, word: Word) -> Iterator[Span]:
    """As in "in Nether Wallop": plain words, but two capitals where a place is expected."""
    after = cues.linked_after(page, word)
    if after is None or not after.cap or word.ending:
        return
    field = terms("places", "fields") | lexicon().allowed | lexicon().theorists | lexicon().months
    if not {word.low, after.low} & field:
        yield Span(word.start, after.end, Label.LOCATION, Tier.ASK)


def _lower_unknown(page: Page, word: Word) -> Iterator[Span]:
    words, low = lexicon(), word.low
    if (
        len(low) < _TELLING
        or "-" in low
        or words.is_word(low)
        or words.is_name(low)
        or low in words.proper
    ):
        return
    if low.endswith(phrases("places", "suffixes")):
        yield Span(word.start, word.end, Label.LOCATION)
    elif page.findings_budget > 0:
        page.findings_budget -= 1
        if not words.typo_of(low, words.common):
            yield Span(word.start, word.end, Label.LOCATION, Tier.ASK)
