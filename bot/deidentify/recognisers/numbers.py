"""Numbers that point at one person: phones, records, insurance, cards, codes.

Digits in a row of seven or more are hidden whatever they are; shorter ones and codes with
letters need a cue word, which stands inside the pattern because a blank pipeline has no context.
"""

import re
from collections.abc import Iterator

from bot.deidentify.lexicon import lexicon
from bot.deidentify.model import Label
from bot.deidentify.page import Page
from bot.deidentify.patterns import pattern
from bot.deidentify.recognisers.base import Span


def find(page: Page) -> Iterator[Span]:
    """Yield numbers and codes that point at one person, phones told apart."""
    for match in pattern("numbers", "long").finditer(page.text):
        yield Span(*match.span(), _kind(page.lower, match))
    for key in ("cued", "hash", "ending", "secret", "slashed", "sorted"):
        for match in pattern("numbers", key).finditer(page.lower):
            if _telling(match["code"], cued=True):
                yield Span(*match.span("code"), Label.ID_NUMBER)
    for match in pattern("numbers", "extension").finditer(page.lower):
        yield Span(*match.span("code"), Label.PHONE)
    for match in pattern("numbers", "nino").finditer(page.text):
        yield Span(*match.span(), Label.ID_NUMBER)
    for match in pattern("numbers", "mixed").finditer(page.text):
        if _telling(match[0].lower(), cued=False):
            yield Span(*match.span(), Label.ID_NUMBER)


def _kind(text: str, match: re.Match[str]) -> Label:
    before = text[max(0, match.start() - 40) : match.start()]
    digits = sum(map(str.isdigit, match[0]))
    dialled = match[0][0] in "+(" or (match[0][0] == "0" and digits in {10, 11})
    american = digits == 10 and re.search(r"[-. )]", match[0])  # noqa: PLR2004  # area code and number
    if pattern("numbers", "registry").search(before):
        return Label.ID_NUMBER
    phone = pattern("numbers", "phone_cue").search(before) is not None
    if pattern("numbers", "cue_before").search(before) and not phone:
        return Label.ID_NUMBER
    return Label.PHONE if dialled or american or phone else Label.ID_NUMBER


def _telling(code: str, *, cued: bool) -> bool:
    digits = sum(map(str.isdigit, code))
    if pattern("numbers", "harmless").fullmatch(code):
        return False
    parts = [p for p in re.split(r"[-/. ]", code) if p]
    if parts and parts[0] in lexicon().allowed and digits < 4:  # noqa: PLR2004  # PHQ-9, ICD-10-CM
        return False
    if cued:
        return digits >= 4 or (digits >= 3 and not code.isdigit())  # noqa: PLR2004  # "room 101" stays
    letters = sum(map(str.isalpha, code))
    mixed = digits >= 3 and letters >= 1 and len(code) >= 5  # noqa: PLR2004  # counted signs
    # A long code may hold more letters than digits, a word with a number after it does not.
    return (mixed and (letters <= 8 or re.search(r"\d[a-z]+\d", code) is not None)) or digits >= 6  # noqa: PLR2004  # the same
