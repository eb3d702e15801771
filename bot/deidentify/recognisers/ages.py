"""Ages: over 89 becomes "90+", younger ones a decade."""

import re
from collections.abc import Iterator

from bot.deidentify.lexicon import lexicon, terms
from bot.deidentify.model import Label
from bot.deidentify.page import Page
from bot.deidentify.patterns import pattern, patterns
from bot.deidentify.recognisers.base import Span

OLDEST = 89
"""45 CFR 164.514(b)(2)(i)(C): ages over 89 must not be told apart."""

_UNITS = "one two three four five six seven eight nine".split()  # noqa: SIM905  # reads better
_TEENS = (  # the same
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()  # noqa: SIM905
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905  # the same
_VALUES = {
    **{word: value for value, word in enumerate(_UNITS, 1)},
    **{word: value for value, word in enumerate(_TEENS, 10)},
    **{word: 10 * value for value, word in enumerate(_TENS, 2)},
    "hundred": 100,
}


def years(words: str) -> int | None:
    """Return the number that an age's words give ("forty-two", "17 years old"), or None."""
    digits = re.match(r"\d{1,3}", words.strip())
    if digits is not None:
        return int(digits[0])
    values = [_VALUES[w] for w in re.split(r"[\s-]+", words.lower()) if w in _VALUES]
    if not values:
        return None
    return 100 + sum(v for v in values if v < 10) if 100 in values else sum(values)  # noqa: PLR2004


def find(page: Page) -> Iterator[Span]:
    """Yield ages: the number alone, because the words around it tell nothing."""
    for match in pattern("ages", "sexed").finditer(page.text):
        yield from _age(match, "age")
    for shape in patterns("ages", "patterns"):
        for match in shape.finditer(page.lower):
            if "who" in shape.groupindex and not _person(page, match.start("who")):
                continue
            for group in ("age", "more"):
                if group in shape.groupindex and match[group]:
                    yield from _age(match, group)


def _person(page: Page, start: int) -> bool:
    """Whether the word at an offset names a person: "Ffion (17)", not "PHQ (17)"."""
    word = page.at(start)
    if word is None or word.low in lexicon().allowed or word.upper:
        return False
    if word.low in terms("people", "kin") or word.low in terms("people", "client"):
        return True
    named = lexicon().is_name(word.low) or not lexicon().is_word(word.low)
    return named or (word.cap and word.low in lexicon().ambiguous)


def _age(match: re.Match[str], group: str) -> Iterator[Span]:
    number = years(match[group])
    if number is not None:
        label = Label.AGE if number <= OLDEST else Label.AGE_OVER_89
        yield Span(*match.span(group), label)
