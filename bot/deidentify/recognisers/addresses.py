"""Street addresses, flats, post codes."""

import re
from collections.abc import Iterator

from bot.deidentify.lexicon import lexicon
from bot.deidentify.model import Label
from bot.deidentify.page import Page
from bot.deidentify.recognisers.base import Span

_STREET = (
    r"(?:street|st|road|rd|avenue|ave|av|lane|ln|drive|dr|close|cl|court|ct|way|place|pl|crescent|cres|terrace|tce|gardens|gdns|grove|gr|"
    r"hill|row|square|sq|mews|boulevard|blvd|parade|pde|circuit|cct|highway|hwy|parkway|pkwy|walk|rise|view|green|park|quay|wharf|"
    r"circle|cir|trail|loop|esplanade|estate|house|buildings?|heights|mansions|villas|alley|passage|gate|drift|vale|wynd|brae)"
)
_NAME = r"[^\W\d_][\w'.-]{0,24}"
_SURE_STREET = r"(?:street|road|rd|avenue|ave|lane|ln|drive|crescent|terrace|gardens|boulevard|blvd|mews|parade|parkway|highway|esplanade)"
_UNIT = r"(?:(?:flat|apt\.?|apartment|unit|suite|room|studio|no\.?) ?#?\w{1,5},? )"
_PATTERNS = [
    re.compile(p)
    for p in (
        rf"(?<![\w.])(?:{_UNIT})?\d{{1,5}}[a-z]?(?:[-/]\d{{1,5}})?,? (?:{_NAME} ){{1,4}}?{_STREET}\b\.?(?: (?:north|south|east|west|n|s|e|w|nw|ne|sw|se)\b)?(?:,? (?:apt\.?|unit|flat|#) ?\w{{1,5}})?",
        r"\b(?:flat|apt\.?|apartment) ?#?(?:\d{1,4}[a-z]?|[a-z]\d{1,3})\b(?! (?:weeks?|days?|sessions?|times|months?|years?|hours?|of)\b)",
        r"\bp\.? ?o\.? box \d{1,6}\b",
        r"(?<![\w.])(?:via|rue|calle|avenida|av\.?|rua|ulica|ul\.|piazza|plaza|viale|corso|avenue|boulevard) (?:[^\W\d_][\w'.-]{0,24} ){1,4}?\d{1,4}[a-z]?\b",
        r"(?<![\w.])[^\W\d_]{2,24}(?:stra(?:ss|ß)e|str\.|weg|platz|gasse|straat|laan|gatan|vej|gata|allee|katu|utca) \d{1,4}[a-z]?\b",
    )
]
_NAMED_STREET = re.compile(
    rf"(?:[A-Z][\w'.-]{{1,24}} ){{1,3}}(?i:{_SURE_STREET}|Street|St|Close|Court|Way|Place|Grove|Hill|Row|Square)\b"
)
_LIVES = re.compile(
    rf"\b(?:lives?|living|lived|moved|house|home|flat|place|address) (?:is )?(?:on|at|in|to|off|near) (?:the )?(?P<street>(?:{_NAME} ){{1,3}}{_SURE_STREET})\b"
)
_UK = re.compile(r"(?<!\w)(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})(?!\w)")
_LOWER_UK = re.compile(
    r"\b(?:post ?code(?: is|:)?|lives in|in) (?P<code>[a-z]{1,2}\d[a-z\d]? \d[a-z]{2})\b"
)
_ZIP = re.compile(
    r"\b(?:zip(?: ?code)?(?: is|:)?|[A-Z]{2},?) (?P<code>\d{5}(?:-\d{4})?)\b|\b(?:post ?code|postal code|plz)(?: is|:)? (?P<post>[A-Za-z]?\d[\w ]{2,6}\d?\w?)\b"
)


def find(page: Page) -> Iterator[Span]:
    """Yield addresses and post codes."""
    for pattern in _PATTERNS:
        for match in pattern.finditer(page.lower):
            if _plausible(page, match):
                yield Span(*match.span(), Label.ADDRESS)
    for match in _NAMED_STREET.finditer(page.text):
        start = _skip_opening(page, match)
        if start is not None:
            yield Span(start, match.end(), Label.ADDRESS)
    for match in _LIVES.finditer(page.lower):
        yield Span(*match.span("street"), Label.ADDRESS)
    for match in _UK.finditer(page.text):
        yield Span(*match.span(), Label.ADDRESS)
    for match in _LOWER_UK.finditer(page.lower):
        yield Span(*match.span("code"), Label.ADDRESS)
    for match in _ZIP.finditer(page.text):
        yield Span(*match.span("code" if match["code"] else "post"), Label.ADDRESS)


_AT_HOME = re.compile(
    r"\b(?:lives?|living|address|home|house|moved|visit|at|to)\b[ a-z:]{0,8}$"
)
_NOT_STREETS = frozenset(
    [
        "minutes",
        "minute",
        "mins",
        "hours",
        "hour",
        "sessions",
        "session",
        "weeks",
        "week",
        "days",
        "day",
        "years",
        "year",
        "times",
        "people",
        "months",
        "percent",
        "points",
        "in",
        "of",
        "at",
        "the",
        "a",
        "an",
        "to",
        "and",
        "for",
        "on",
        "my",
        "her",
        "his",
        "out",
        "from",
        "more",
        "other",
        "with",
        "year-old",
    ]
)


def _plausible(page: Page, match: re.Match[str]) -> bool:
    """Whether "5 minutes way" and its like can be ruled out."""
    words = re.findall(r"[^\W\d_][\w'-]*", match[0])
    if set(words[:-1]) & _NOT_STREETS:
        return False
    if re.search(rf"\b{_SURE_STREET}\b", match[0]) or page.shouting or not match[0][0].isdigit():
        return True
    typed = page.text[match.start() : match.end()]
    return (
        re.search(r"\b[A-Z]", typed) is not None
        or _AT_HOME.search(page.lower[: match.start()][-20:]) is not None
    )


def _skip_opening(page: Page, match: re.Match[str]) -> int | None:
    words = [w for w in page.words if match.start() <= w.start < match.end()]
    while len(words) > 1 and words[0].opens and words[0].low in lexicon().known:
        words.pop(0)
    if len(words) < 2 or words[-2].low in {"the", "my", "her", "his", "right", "this"}:  # noqa: PLR2004  # a name and "Street"
        return None
    return words[0].start
