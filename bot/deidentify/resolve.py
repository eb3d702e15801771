"""From overlapping spans to findings with placeholders."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from bot.deidentify.lexicon import terms
from bot.deidentify.model import Finding, Label, Tier
from bot.deidentify.page import MASK, Page, fold_word
from bot.deidentify.recognisers.ages import years
from bot.deidentify.recognisers.base import Span
from bot.deidentify.recognisers.occupations import broader

PLAIN: Final = {
    Label.DATE: "[date]",
    Label.LOCATION: "[place]",
    Label.ADDRESS: "[address]",
    Label.ORG: "[organisation]",
    Label.OCCUPATION: "[occupation]",
    Label.RARE: "[detail]",
    Label.PHONE: "[contact]",
    Label.EMAIL: "[contact]",
    Label.URL: "[link]",
    Label.HANDLE: "[handle]",
    Label.ID_NUMBER: "[number]",
    Label.PLATE: "[number plate]",
    Label.IP: "[number]",
    Label.OTHER: "[hidden]",
    Label.AGE_OVER_89: "90+",
}
_STRENGTH: Final = {
    Label(name): rank
    for rank, name in enumerate(
        [
            "URL",
            "EMAIL",
            "ADDRESS",
            "PHONE",
            "PLATE",
            "DATE",
            "IP",
            "ID_NUMBER",
            "HANDLE",
            "AGE_OVER_89",
            "AGE",
            "ORG",
            "LOCATION",
            "NAME",
            "OTHER",
            "OCCUPATION",
            "RARE",
        ]
    )
}
"""Of two finds of the same words, the one further to the front names them."""


_FACTS: Final = frozenset({Label.OCCUPATION, Label.RARE})


def settle(page: Page, spans: Iterable[Span]) -> list[Span]:
    """Return spans in order without overlap: sure ones joined, unsure ones cut around them."""
    sure: list[Span] = []
    unsure: list[Span] = []
    for span in spans:
        for piece in _unmasked(page, span):
            (sure if piece.tier is Tier.REDACT else unsure).append(piece)
    firm = _join(sure)
    loose = [piece for span in _join(unsure) for piece in _outside(page, span, firm)]
    return sorted(firm + loose, key=lambda s: s.start)


def _unmasked(page: Page, span: Span) -> Iterator[Span]:
    """Cut a span around the placeholders that the text already holds."""
    start = span.start
    while start < span.end:
        stop = page.text.find(MASK, start, span.end)
        stop = span.end if stop < 0 else stop
        yield from _trimmed(page, start, stop, span)
        start = stop
        while start < span.end and page.text[start] == MASK:
            start += 1


def _trimmed(page: Page, start: int, end: int, span: Span) -> Iterator[Span]:
    while start < end and page.text[start].isspace():
        start += 1
    while start < end and page.text[end - 1].isspace():
        end -= 1
    if start < end:
        yield Span(start, end, span.label, span.tier)


def _join(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end, _STRENGTH[s.label])):
        last = joined[-1] if joined else None
        if last is None or span.start >= last.end:
            joined.append(span)
            continue
        wider = span if span.end - span.start > last.end - last.start else last
        if span.end == last.end and span.start == last.start:
            wider = min(span, last, key=lambda s: _STRENGTH[s.label])
        joined[-1] = Span(last.start, max(last.end, span.end), wider.label, last.tier)
    return joined


def _outside(page: Page, span: Span, firm: list[Span]) -> Iterator[Span]:
    cuts = [c for c in firm if c.end > span.start and c.start < span.end]
    if not cuts:
        yield span
        return
    start = span.start
    for cut in cuts:
        yield from _worth(page, start, cut.start, span)
        start = cut.end
    yield from _worth(page, start, span.end, span)


def _worth(page: Page, start: int, end: int, span: Span) -> Iterator[Span]:
    """Leave out remainders such as "of" or "at the"."""
    for piece in _trimmed(page, start, max(start, end), span):
        words = [w.low for w in page.words if piece.start <= w.start < piece.end]
        telling = any(len(w) > 3 for w in words)  # noqa: PLR2004  # counted letters
        digits = any(c.isdigit() for c in page.text[piece.start : piece.end])
        if telling or (words and span.label is Label.NAME) or (digits and span.label not in _FACTS):
            yield piece


class Placeholders:
    """Hands out placeholders that are consistent inside one message; nothing is kept after it."""

    def __init__(self, page: Page) -> None:
        """Start after the letters that placeholders in the text already use."""
        self._page = page
        self._letters: dict[str, str] = {}
        self._taken = set(re.findall(r"\[client ([A-Z]{1,2})\]", page.raw))
        self._free = (letter for letter in _letters() if letter not in self._taken)

    def of(self, span: Span) -> str:
        """Return the placeholder for a span of this page."""
        words = self._page.text[span.start : span.end]
        if span.label is Label.NAME:
            return f"[client {self._letter(words)}]"
        if span.label is Label.AGE:
            return _decade(years(words))
        return PLAIN[span.label]

    def _letter(self, words: str) -> str:
        parts = [fold_word(p) for p in words.replace(".", " ").split()]
        parts = [p.removesuffix("'s") for p in parts if p not in terms("people", "titles")] or parts
        known = next((self._letters[p] for p in parts if p in self._letters), None)
        letter = known or next(self._free, "ZZ")
        for part in parts:
            self._letters.setdefault(part, letter)
        return letter


def _letters() -> Iterator[str]:
    """A to Z, then AA, AB … ZZ."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    yield from alphabet
    for first in alphabet:
        for second in alphabet:
            yield first + second


def _decade(age: int | None) -> str:
    if age is None:
        return "[age]"
    return f"[age {age // 10}0s]" if age >= 10 else "[age under 10]"  # noqa: PLR2004  # decades


def findings(page: Page, spans: list[Span]) -> tuple[Finding, ...]:
    """Turn settled spans into findings with offsets into the text as typed."""
    placeholders = Placeholders(page)
    result = []
    for span in spans:
        start, end = page.typed(span.start, span.end)
        suggestion = None
        if span.label in {Label.OCCUPATION, Label.RARE}:
            suggestion = broader(page.text[span.start : span.end])
        result.append(Finding(start, end, span.label, span.tier, placeholders.of(span), suggestion))
    return tuple(result)
