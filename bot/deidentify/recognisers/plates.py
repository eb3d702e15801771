"""Number plates: British, European, American and Australian shapes, or anything after "plate"."""

import re
from collections.abc import Iterator
from typing import Final

from bot.deidentify.lexicon import lexicon
from bot.deidentify.model import Label, Tier
from bot.deidentify.page import Page
from bot.deidentify.patterns import pattern, patterns
from bot.deidentify.recognisers.base import Span

_BRITISH: Final = re.compile(r"[A-Z]{2}\d\d ?[A-Z]{3}")


def find(page: Page) -> Iterator[Span]:
    """Yield number plates and vehicle identification numbers."""
    for shape in patterns("plates", "shapes"):
        for match in shape.finditer(page.text):
            if _shaped(match[0]):
                yield Span(*match.span(), Label.PLATE)
    for match in pattern("plates", "vehicle").finditer(page.text):
        if _plate_like(match["plate"]):
            yield Span(*match.span("plate"), Label.PLATE)
    for match in pattern("plates", "lower").finditer(page.text):
        if match["end"] is None or not lexicon().is_word(match["end"]):
            yield Span(*match.span(), Label.PLATE)
    for match in pattern("plates", "loose").finditer(page.text):
        if _shaped(match[0]) and not lexicon().is_word(match[0][:3].lower()):
            yield Span(*match.span(), Label.PLATE, Tier.ASK)
    yield from _cued(page)


def _shaped(code: str) -> bool:
    """Whether a code of a plate's shape is one: "WAI-SR 48" is a score, "LD19 KZX" is none."""
    groups = set(re.findall(r"[a-z]+", code.lower()))
    if not groups or not any(c.isdigit() for c in code):
        return False
    return not groups & lexicon().allowed or _BRITISH.fullmatch(code) is not None


def _cued(page: Page) -> Iterator[Span]:
    for match in pattern("plates", "cued").finditer(page.lower):
        code = match["plate"]
        while " " in code and code.rsplit(" ", 1)[1].isalpha() and len(code.rsplit(" ", 1)[1]) != 3:  # noqa: PLR2004  # "7TRX418 was"
            code = code.rsplit(" ", 1)[0]
        if sum(map(str.isdigit, code)) >= 2 and len(code) >= 4:  # noqa: PLR2004  # "plate 2" is food
            yield Span(match.start("plate"), match.start("plate") + len(code), Label.PLATE)


def _plate_like(code: str) -> bool:
    """Whether letters and digits come in a plate's numbers: two or more of each, nine at most."""
    digits, letters = sum(map(str.isdigit, code)), sum(map(str.isalpha, code))
    if not (2 <= digits <= 6 and 2 <= letters <= 5 and digits + letters <= 9):  # noqa: PLR2004  # counted signs
        return False
    groups = re.findall(r"[a-z]+", code.lower())
    return not any(g in lexicon().allowed or lexicon().is_word(g) for g in groups if len(g) > 1)
