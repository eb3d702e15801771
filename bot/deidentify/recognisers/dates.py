"""Dates more exact than a year, in the shapes people type them."""

import re
from collections.abc import Iterator

from bot.deidentify.model import Label, Tier
from bot.deidentify.page import Page
from bot.deidentify.patterns import patterns
from bot.deidentify.recognisers.base import Span

_GROUPS = ("inner", "birth", "short")


def find(page: Page) -> Iterator[Span]:
    """Yield dates; years and months alone stay, as the Safe Harbor rule allows."""
    for pattern in patterns("dates", "sure"):
        yield from _matches(page.lower, pattern, Tier.REDACT)
    for pattern in patterns("dates", "unsure"):
        yield from _matches(page.lower, pattern, Tier.ASK)


def _matches(text: str, pattern: re.Pattern[str], tier: Tier) -> Iterator[Span]:
    group: str | int = next((g for g in _GROUPS if g in pattern.groupindex), 0)
    for match in pattern.finditer(text):
        start, end = match.span(group)
        if group == "short" and _score(text[start:end], unsure=tier is Tier.ASK):
            continue
        while text[start] == " ":
            start += 1
        while text[end - 1] in ".,":  # "on 14 March. Then": the stop belongs to the sentence
            end -= 1
        yield Span(start, end, Label.DATE, tier)


def _score(short: str, *, unsure: bool) -> bool:
    """Whether "7/10" or "24/7" is a score or a saying rather than a day and month."""
    first, second = map(int, re.split("[/.-]", short))
    if short in {"24/7", "50/50", "9/11"} or second in {10, 100}:
        return True
    # "3/4" may be a share; "14/3" can only be a date.
    return unsure and (first <= second or min(first, second) > 12)  # noqa: PLR2004  # months
