"""Number plates: British, European, American and Australian shapes, or anything after "plate"."""

import re
from collections.abc import Iterator

from bot.deidentify.lexicon import lexicon
from bot.deidentify.model import Label
from bot.deidentify.page import Page
from bot.deidentify.patterns import pattern, patterns
from bot.deidentify.recognisers.base import Span


def find(page: Page) -> Iterator[Span]:
    """Yield number plates and vehicle identification numbers."""
    for shape in patterns("plates", "shapes"):
        for match in shape.finditer(page.text):
            groups = re.findall(r"[a-z]+", match[0].lower())
            measured = bool(set(groups) & lexicon().allowed)  # "WAI-SR 48"
            if groups and not measured and any(c.isdigit() for c in match[0]):
                yield Span(*match.span(), Label.PLATE)
    for match in pattern("plates", "lower").finditer(page.text):
        if match["end"] is None or not lexicon().is_word(match["end"]):
            yield Span(*match.span(), Label.PLATE)
    for match in pattern("plates", "cued").finditer(page.lower):
        code = match["plate"]
        while " " in code and code.rsplit(" ", 1)[1].isalpha() and len(code.rsplit(" ", 1)[1]) != 3:  # noqa: PLR2004  # "7TRX418 was"
            code = code.rsplit(" ", 1)[0]
        if sum(map(str.isdigit, code)) >= 2 and len(code) >= 4:  # noqa: PLR2004  # "plate 2" is food
            yield Span(match.start("plate"), match.start("plate") + len(code), Label.PLATE)
