"""The clinic's own words: member names, sites, schools, and words that stay."""

import re
from collections.abc import Iterable, Iterator

from bot.deidentify.lexicon import lexicon, terms
from bot.deidentify.model import Label
from bot.deidentify.page import Page, fold_word
from bot.deidentify.recognisers.base import Recogniser, Span

_SHORTEST_PART = 3


def occurrences(page: Page, phrase: str) -> Iterator[tuple[int, int]]:
    """Yield where a phrase stands in the page as whole words, in any case, accents aside."""
    wanted = [fold_word(w) for w in re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", phrase)]
    wanted = [w.replace("’", "'").removesuffix("'s") for w in wanted]
    if not wanted or re.search(r"[\d@_./]", phrase):
        yield from _literal(page, phrase)
        return
    for word in page.words:
        last = word.index + len(wanted)
        if page.lows[word.index : last] == wanted:
            yield word.start, page.words[last - 1].end


def _literal(page: Page, phrase: str) -> Iterator[tuple[int, int]]:
    needle = phrase.strip().lower()
    if needle:
        for match in re.finditer(rf"(?<!\w){re.escape(needle)}(?!\w)", page.lower):
            yield match.span()


def recogniser(hidden: Iterable[str]) -> Recogniser:
    """Return a recogniser for the clinic's hidden words and the parts of its people's names."""
    listed = sorted(hidden)

    def find(page: Page) -> Iterator[Span]:
        for phrase in listed:
            for start, end in occurrences(page, phrase):
                yield Span(start, end, label(phrase))
            if " " in phrase and label(phrase) is Label.NAME:
                yield from _parts(page, phrase)

    return find


def label(phrase: str) -> Label:
    """Tell an organisation or place of the roster from a member's name."""
    words = [fold_word(w) for w in phrase.split()]
    if any(w in terms("organisations", "nouns") for w in words):
        return Label.ORG
    whole = " ".join(words)
    if whole in lexicon().places and whole not in lexicon().first:
        return Label.LOCATION
    named = any(w in lexicon().first or not lexicon().is_english(w) for w in words)
    return Label.NAME if named else Label.ORG


def _parts(page: Page, phrase: str) -> Iterator[Span]:
    for part in phrase.split():
        low = fold_word(part)
        if len(low) < _SHORTEST_PART or low in terms("people", "particles"):
            continue
        ordinary = low in lexicon().known and low not in lexicon().sure
        for start, end in occurrences(page, part):
            word = page.at(start)
            if not ordinary or (word is not None and word.cap and not word.opens):
                yield Span(start, end, Label.NAME)
