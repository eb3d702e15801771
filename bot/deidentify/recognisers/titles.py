"""Names announced by a title ("mrs bianchi"), a relative ("her sister Mei") or an alias."""

import re
from collections.abc import Iterator
from functools import cache

from bot.deidentify.lexicon import lexicon, phrases, terms
from bot.deidentify.model import Label, Tier
from bot.deidentify.page import Page, Word
from bot.deidentify.recognisers import cues
from bot.deidentify.recognisers.base import Span
from bot.deidentify.recognisers.theory import spoken_of_as_theory

_PARTICLES = frozenset(["van", "von", "bin", "bint", "ibn", "abu", "ter"])
# "Minty is what his mates call him"
_SO_CALLED = re.compile(
    r"(?<![\w'-])([^\W\d_]{2,20}) (?:is|was) what (?:[\w']{1,15} ){1,3}calls? (?:him|her|them|me)\b"
)
_ALWAYS = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "mx",
        "dr",
        "prof",
        "rev",
        "revd",
        "sgt",
        "cllr",
        "herr",
        "frau",
        "mme",
        "mlle",
        "monsieur",
        "madame",
        "señora",
    ]
)


def find(page: Page) -> Iterator[Span]:
    """Yield titled names with their title, relatives' names and aliases."""
    yield from _titled(page)
    yield from _relatives(page)
    yield from _aliases(page)
    yield from _particled(page)


def _titled(page: Page) -> Iterator[Span]:
    titles, capital = terms("people", "titles"), terms("people", "capital_titles")
    for word in page.words:
        if word.low not in titles or (word.low in terms("people", "kin") and _related(page, word)):
            continue
        name = page.after(word)
        if name is None or page.gap(word, name).strip(" ") not in {"", "."}:
            continue
        if _named(name, needs_capital=word.low in capital):
            start = word.start
            before = cues.linked_before(page, word, frozenset({"", "."}))
            if before is not None and before.low in titles and before.low in _ALWAYS:
                start = before.start
            yield Span(start, name.end, Label.NAME)


def _related(page: Page, word: Word) -> bool:
    """As in "her sister Mei": a relative, so that only the name itself is hidden."""
    before = cues.linked_before(page, word, frozenset({""}))
    return before is not None and before.low in terms("people", "determiners")


def _named(name: Word, *, needs_capital: bool) -> bool:
    words = lexicon()
    if name.low in terms("people", "after_title_not") or name.low in terms("people", "weak_verbs"):
        return False
    if name.low in terms("people", "titles") and name.low not in words.first:
        return False
    if needs_capital:
        known = words.is_name(name.low) or name.low in words.ambiguous
        return (name.cap and (known or not words.is_word(name.low))) or words.is_name(name.low)
    return name.cap or name.low not in words.known or name.low in words.last or len(name.low) == 1


def _relatives(page: Page) -> Iterator[Span]:
    words = lexicon()
    for word in page.words:
        if len(word.low) == 1 or not cues.client(page, word) or not word.cap or word.upper:
            continue
        if word.low not in words.allowed and not (
            word.low in words.common and word.low not in words.first
        ):
            yield Span(word.start, word.end, Label.NAME)


def _nickname(cue: str, word: Word, after: str) -> bool:
    """Whether a lower-case word after an alias cue is a nickname: "they call him sparky"."""
    if word.low in terms("people", "alias_not"):
        return False
    ends = after == "" or not (after.isalnum() or after == " ")
    if re.match(r"calls|called|call", cue, re.IGNORECASE) and not ends:
        return word.low not in lexicon().known
    firm = r"they|everyone|goes by|known as|nickname|aka|a\.k\.a\.|alias|calls|called|name"
    return re.match(firm, cue, re.IGNORECASE) is not None or word.low not in lexicon().common


def _particled(page: Page) -> Iterator[Span]:
    """As in "van der Berg", "bin Salman": a particle that only names have, then a capital."""
    for word in page.words:
        if word.low not in _PARTICLES or word.index in spoken_of_as_theory(page):
            continue
        name = page.after(word)
        if name is not None and name.low in terms("people", "particles"):
            name = page.after(name)
        double = name is not None and name.index == word.index + 2
        if name is None or not (name.cap or double) or name.opens or name.low in lexicon().allowed:
            continue
        if page.text[word.end : name.start].count(" ") <= 2:  # noqa: PLR2004  # two particles at most
            yield Span(word.start, name.end, Label.NAME)


@cache
def _alias_pattern() -> re.Pattern[str]:
    cues_ = "|".join(re.escape(p) for p in phrases("people", "aliases"))
    return re.compile(
        rf"\b(?:{cues_})(?: is| was|:)? {{0,2}}['\"(]?([^\W\d_][\w'-]{{0,30}})", re.IGNORECASE
    )


def _aliases(page: Page) -> Iterator[Span]:
    words = lexicon()
    for match in _SO_CALLED.finditer(page.text):
        word = page.at(match.start(1))
        if word is not None and word.low not in words.allowed | terms("people", "articles"):
            yield Span(word.start, word.end, Label.NAME, Tier.REDACT if word.cap else Tier.ASK)
    for match in _alias_pattern().finditer(page.text):
        start = match.start(1)
        word = page.at(start)
        if word is None or word.low in terms("people", "determiners") or word.low in words.allowed:
            continue
        if word.low in terms("people", "kin") | terms("people", "titles"):
            continue
        quoted = page.text[start - 1] in "'\""
        if word.cap or quoted:
            yield Span(start, word.end, Label.NAME)
        elif len(word.low) > 1 and _nickname(match[0], word, page.text[word.end : word.end + 1]):
            yield Span(start, word.end, Label.NAME, Tier.ASK)
