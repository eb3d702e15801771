"""Ages: over 89 becomes "90+", younger ones a decade."""

import re
from collections.abc import Iterator
from functools import cache

from bot.deidentify.lexicon import lexicon, table, terms
from bot.deidentify.model import Label
from bot.deidentify.page import Page
from bot.deidentify.patterns import pattern, patterns
from bot.deidentify.recognisers.base import Span

OLDEST = 89
"""45 CFR 164.514(b)(2)(i)(C): ages over 89 must not be told apart."""

_UNITS = "one two three four five six seven eight nine".split()  # noqa: SIM905  # reads better
_TEENS = (  # the same
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()  # noqa: SIM905  words read better
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905  # the same
_VALUES = {
    **{word: value for value, word in enumerate(_UNITS, 1)},
    **{word: value for value, word in enumerate(_TEENS, 10)},
    **{word: 10 * value for value, word in enumerate(_TENS, 2)},
    "hundred": 100,
}
_DECADES = {word.removesuffix("y") + "ies": 10 * value for value, word in enumerate(_TENS, 2)}


def years(words: str) -> int | None:
    """Return the number that an age's words give ("forty-two", "17 years old"), or None."""
    digits = re.search(r"\d{1,3}", words)
    if digits is not None:
        return int(digits[0])
    values = [_VALUES[w] for w in re.split(r"[\s-]+", words.lower()) if w in _VALUES]
    values = values or [v for w, v in _DECADES.items() if w in words.lower()]
    if not values:
        return None
    return 100 + sum(v for v in values if v < 10) if 100 in values else sum(values)  # noqa: PLR2004  counted letters


def find(page: Page) -> Iterator[Span]:
    """Yield ages: the number alone, because the words around it tell nothing."""
    for shape in patterns("ages", "sexed"):
        for match in shape.finditer(page.text):
            if not _code(page, match.start()):
                yield from _age(match, "age")
    yield from _rounded(page)
    for shape in patterns("ages", "patterns"):
        for match in shape.finditer(page.lower):
            if "who" in shape.groupindex and not _person(page, match.start("who")):
                continue
            if "named" in shape.groupindex and not _capital_name(page, match.start("who")):
                continue
            for group in ("age", "more", "named"):
                if group in shape.groupindex and match[group]:
                    yield from _age(match, group)


def _rounded(page: Page) -> Iterator[Span]:
    """As in "a nonagenarian", "in her late fifties"."""
    for match in pattern("ages", "generations").finditer(page.lower):
        label = Label.AGE_OVER_89 if match["old"] else Label.AGE
        yield Span(*match.span(), label)
    for match in pattern("ages", "band").finditer(page.lower):
        group = "age" if match["age"] else "loose"
        oldest = "ninet" in match[group] or "90" in match[group]
        yield Span(*match.span(group), Label.AGE_OVER_89 if oldest else Label.AGE)


def _code(page: Page, start: int) -> bool:
    """As in "ICD F32": a diagnosis, not a woman of 32."""
    before = page.lower[max(0, start - 10) : start].split()
    return bool(before) and before[-1].strip(":(") in {"icd", "icd-10", "dx", "code", "diagnosis"}


def _capital_name(page: Page, start: int) -> bool:
    """As in "Rosheen 27": a sure name right before the number."""
    word = page.at(start)
    if word is None or not lexicon().is_name(word.low):
        return False
    return word.cap or not lexicon().is_english(word.low)


def _person(page: Page, start: int) -> bool:
    """Whether the word at an offset names a person: "Ffion (17)", not "PHQ (17)"."""
    word = page.at(start)
    if word is None:
        return False
    if word.low in terms("people", "kin") or word.low in terms("people", "client"):
        return True
    if word.low in lexicon().allowed or word.upper:
        return False
    if word.low in _jobs():
        return True
    named = lexicon().is_name(word.low) or not lexicon().is_word(word.low)
    return named or (word.cap and word.low in lexicon().ambiguous)


@cache
def _jobs() -> frozenset[str]:
    """Plain and listed occupations of one word: "taxidermist, 29"."""
    listed = table("occupations")
    return frozenset(listed["plain"].split()) | {j for j in listed["broader"] if " " not in j}


def _age(match: re.Match[str], group: str) -> Iterator[Span]:
    number = years(match[group])
    if number is None:
        return
    start, end = match.span(group)
    if number <= OLDEST:
        yield Span(start, end, Label.AGE)
    else:  # "96-yr-old" becomes "90+"
        unit = pattern("ages", "whole").match(match.string, end)
        yield Span(start, unit.end() if unit else end, Label.AGE_OVER_89)
