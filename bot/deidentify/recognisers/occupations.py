"""Occupations and facts rare enough to point at one person. Always a question."""

import re
from collections.abc import Iterator
from functools import cache

from bot.deidentify.lexicon import table, terms
from bot.deidentify.model import Label, Tier
from bot.deidentify.page import Page
from bot.deidentify.patterns import pattern
from bot.deidentify.recognisers.base import Span


@cache
def _known() -> re.Pattern[str]:
    words = sorted(table("occupations")["broader"], key=lambda w: (-len(w), w))
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})s?\b")


def find(page: Page) -> Iterator[Span]:
    """Yield telling occupations with their place, work that is stated, and "the only … in …"."""
    for match in _known().finditer(page.lower):
        before = page.lower[max(0, match.start() - 12) : match.start()]
        if match[0] in terms("occupations", "verbs_too") and not pattern(
            "occupations", "article"
        ).search(before):
            continue
        place = pattern("occupations", "place").match(page.text, match.end())
        yield Span(match.start(), place.end() if place else match.end(), Label.OCCUPATION, Tier.ASK)
    for match in pattern("occupations", "only").finditer(page.lower):
        if _telling(match[0]):
            yield Span(*match.span(), Label.RARE, Tier.ASK)
    for match in pattern("occupations", "work").finditer(page.lower):
        if match["job"].split()[-1] not in terms("occupations", "not_jobs") and _worklike(match):
            place = pattern("occupations", "place").match(page.text, match.end("job"))
            yield Span(
                match.start("job"),
                place.end() if place else match.end("job"),
                Label.OCCUPATION,
                Tier.ASK,
            )


def _worklike(match: re.Match[str]) -> bool:
    """As in "she is a …" needs a job; "works as a …" is one."""
    if not match[0].startswith(("she", "he", "they")):
        return True
    return match["job"].split()[-1] in _jobs()


@cache
def _jobs() -> frozenset[str]:
    return frozenset(table("occupations")["plain"].split())


def _telling(text: str) -> bool:
    words = text.split()
    return (
        not (set(words) & terms("occupations", "everyday")) or "female" in words or "male" in words
    )


def broader(words: str) -> str | None:
    """Return a broader wording for an occupation or rare fact, as typed, or None."""
    low = words.lower()
    match = _known().search(low)
    if match is not None:
        table_ = table("occupations")["broader"]
        found: str | None = table_.get(match[0]) or table_.get(match[0].removesuffix("s"))
        return found
    return (
        "something few people do"
        if re.match(r"the (?:only|first|youngest|oldest|sole)\b", low)
        else None
    )
