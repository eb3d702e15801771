"""Street addresses, flats, post codes."""

import re
from collections.abc import Iterator

from bot.deidentify.lexicon import lexicon, terms
from bot.deidentify.model import Label, Tier
from bot.deidentify.page import Page
from bot.deidentify.patterns import pattern, patterns
from bot.deidentify.recognisers.base import Span


def find(page: Page) -> Iterator[Span]:
    """Yield addresses and post codes."""
    for shape in patterns("addresses", "patterns"):
        for match in shape.finditer(page.lower):
            if _plausible(page, match):
                yield Span(*match.span(), Label.ADDRESS)
    yield from _written(page)
    for match in pattern("addresses", "lives").finditer(page.lower):
        yield Span(*match.span("street"), Label.ADDRESS)
    for match in pattern("addresses", "ask_street").finditer(page.lower):
        yield Span(*match.span("street"), Label.ADDRESS, Tier.ASK)
    for match in pattern("addresses", "lower_uk").finditer(page.lower):
        yield Span(*match.span("code"), Label.ADDRESS)


def _written(page: Page) -> Iterator[Span]:
    """Yield what capitals show to be an address or a post code."""
    for match in pattern("addresses", "named_street").finditer(page.text):
        start = _skip_opening(page, match)
        if start is not None:
            yield Span(start, match.end(), Label.ADDRESS)
    for key in ("foreign_street", "foreign_named", "uk"):
        for match in pattern("addresses", key).finditer(page.text):
            yield Span(*match.span(), Label.ADDRESS)
    for match in pattern("addresses", "zip").finditer(page.text):
        yield Span(*match.span("code" if match["code"] else "post"), Label.ADDRESS)


def _plausible(page: Page, match: re.Match[str]) -> bool:
    """Whether "5 minutes way" and its like can be ruled out."""
    words = re.findall(r"[^\W\d_][\w'-]*", match[0])
    if set(words[:-1]) & terms("places", "not_streets"):
        return False
    if (
        pattern("addresses", "surely").search(match[0])
        or page.shouting
        or not match[0][0].isdigit()
    ):
        return True
    if any(c.isupper() for c in page.text[match.start() : match.end()]):
        return True
    before = page.lower[max(0, match.start() - 20) : match.start()]
    return pattern("addresses", "at_home").search(before) is not None


def _skip_opening(page: Page, match: re.Match[str]) -> int | None:
    words = [w for w in page.words if match.start() <= w.start < match.end()]
    while len(words) > 1 and words[0].opens and words[0].low in lexicon().known:
        words.pop(0)
    if len(words) < 2 or words[-2].low in {"the", "my", "her", "his", "right", "this"}:  # noqa: PLR2004  # a name and "Street"
        return None
    return words[0].start
