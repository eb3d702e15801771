"""Number plates: British, European, American and Australian shapes, or anything after "plate"."""

import re
from collections.abc import Iterator

from bot.deidentify.lexicon import lexicon
from bot.deidentify.model import Label
from bot.deidentify.page import Page
from bot.deidentify.recognisers.base import Span

_SHAPES = [
    re.compile(p)
    for p in (
        r"(?<!\w)[A-Z]{2}\d{2} ?[A-Z]{3}(?!\w)",
        r"(?<!\w)[A-Z]\d{1,3} ?[A-Z]{3}(?!\w)",
        r"(?<!\w)\d[A-Z]{3}\d{3}(?!\w)",
        r"(?<!\w)[A-Z]{3}[ -]\d{2}[ -]?[A-Z0-9]{2}(?!\w)",
        r"(?<!\w)[A-Z]{1,3}-[A-Z]{1,2} ?\d{1,4}(?!\w)",
        r"(?<!\w)[A-Z]{2}-\d{3}-[A-Z]{2}(?!\w)",
        r"(?<!\w)[A-Z]{3}-?\d{4}(?!\w)",
        r"(?<!\w)[A-HJ-NPR-Z0-9]{17}(?!\w)",
    )
]
_CUED = re.compile(
    r"\b(?:(?:number|licen[cs]e|car|vehicle) ?plates?|plates?|reg(?:istration|o)?(?: number| no\.?| plate)?|tag|vin|vrn)"
    r"(?: (?:is|was|number|reads|said|read))?[:,]? {0,2}#?(?P<plate>(?:[a-z]{0,4}\d|\d)[a-z0-9]{0,7}(?:[ -][a-z0-9]{1,5}){0,2}|[a-z]{2,4}[ -]\d[a-z0-9]{0,5}(?:[ -][a-z]{2,3})?)\b"
)


def find(page: Page) -> Iterator[Span]:
    """Yield number plates and vehicle identification numbers."""
    for shape in _SHAPES:
        for match in shape.finditer(page.text):
            groups = re.findall(r"[a-z]+", match[0].lower())
            measured = bool(set(groups) & lexicon().allowed)  # "WAI-SR 48"
            if groups and not measured and any(c.isdigit() for c in match[0]):
                yield Span(*match.span(), Label.PLATE)
    for match in _CUED.finditer(page.lower):
        code = match["plate"]
        while " " in code and code.rsplit(" ", 1)[1].isalpha() and len(code.rsplit(" ", 1)[1]) != 3:  # noqa: PLR2004  # "7TRX418 was"
            code = code.rsplit(" ", 1)[0]
        if sum(map(str.isdigit, code)) >= 2 and len(code) >= 4:  # noqa: PLR2004  # "plate 2" is food
            yield Span(match.start("plate"), match.start("plate") + len(code), Label.PLATE)
