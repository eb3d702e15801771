"""Disguises and habits of typing must not hide a client: the open set, changed, loses little."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.deidentify import Deidentifier
from tests.scorecard.gold import GoldMessage, GoldSpan, open_set

KEPT = frozenset({"NAME", "PHONE", "EMAIL", "URL", "HANDLE", "ID_NUMBER", "IP", "DATE"})
MESSAGES = [
    replace(m, spans=tuple(s for s in m.spans if s.label in KEPT and s.kind != "initial"))
    for m in open_set()
]


def _each(message: GoldMessage, change: Callable[[str], str]) -> GoldMessage:
    """Change each character on its own and move the spans along."""
    pieces = [change(c) for c in message.text]
    at = [0]
    for piece in pieces:
        at.append(at[-1] + len(piece))
    spans = tuple(replace(s, start=at[s.start], end=at[s.end]) for s in message.spans)
    return replace(message, text="".join(pieces), spans=spans)


def _around(message: GoldMessage, before: str, after: str) -> GoldMessage:
    spans = tuple(
        replace(s, start=s.start + len(before), end=s.end + len(before)) for s in message.spans
    )
    return replace(message, text=before + message.text + after, spans=spans)


def _without(message: GoldMessage, gone: Callable[[int], bool]) -> GoldMessage:
    """Leave characters out and move the spans along."""
    kept = [i for i in range(len(message.text)) if not gone(i)]

    def moved(at: int) -> int:
        return sum(i < at for i in kept)

    spans = tuple(replace(s, start=moved(s.start), end=moved(s.end)) for s in message.spans)
    return replace(message, text="".join(message.text[i] for i in kept), spans=spans)


def _no_blanks(message: GoldMessage) -> GoldMessage:
    text = message.text
    return _without(message, lambda i: text[i] == " " and i > 0 and text[i - 1] in ".,;!?")


def _typo(message: GoldMessage) -> GoldMessage:
    """Leave one letter inside each long name out, as hurried fingers do."""
    draw = random.Random(message.id)
    names = [s for s in message.spans if s.label == "NAME" and s.kind == "plain"]
    slips = {
        draw.randrange(s.start + 1, s.end - 1)
        for s in names
        if s.end - s.start >= 6 and message.text[s.start : s.end].isalpha()
    }
    return _without(message, slips.__contains__)


CHANGES: dict[str, tuple[Callable[[GoldMessage], GoldMessage], float]] = {
    "as typed": (lambda m: m, 0.98),
    "curly quotes": (lambda m: _each(m, lambda c: {"'": "\u2019", '"': "\u201d"}.get(c, c)), 0.98),
    "zero width": (lambda m: _each(m, lambda c: c + "\u200b"), 0.98),
    "full width": (
        lambda m: _each(m, lambda c: chr(ord(c) + 0xFEE0) if c.isascii() and c.isalpha() else c),
        0.97,
    ),
    "emoji": (lambda m: _around(m, "\U0001f62d ", " \U0001f605"), 0.97),
    "line break": (lambda m: _around(m, "ok so\n", "\nthat is all"), 0.98),
    "no blanks": (_no_blanks, 0.97),
    "lower case": (lambda m: _each(m, lambda c: c.lower() if len(c.lower()) == 1 else c), 0.95),
    "upper case": (lambda m: _each(m, lambda c: c.upper() if len(c.upper()) == 1 else c), 0.94),
    "typo": (_typo, 0.97),
}
"""How a message changes, and the share of spans that must still be found."""


def _found(deidentifier: Deidentifier, message: GoldMessage) -> list[bool]:
    findings = deidentifier.review(message.text).findings
    cover = {at for f in findings for at in range(f.start, f.end)}

    def hit(span: GoldSpan) -> bool:
        inside = sum(at in cover for at in range(span.start, span.end))
        return 2 * inside >= span.end - span.start

    return [hit(span) for span in message.spans if span.end > span.start]


@pytest.mark.parametrize("name", CHANGES)
def test_recall_survives(deidentifier: Deidentifier, name: str) -> None:
    change, floor = CHANGES[name]
    hits = [hit for m in MESSAGES if m.spans for hit in _found(deidentifier, change(m))]
    assert sum(hits) / len(hits) >= floor


def test_clean_messages_stay_clean_in_lower_case(deidentifier: Deidentifier) -> None:
    clean = [m.text.lower() for m in open_set() if not m.spans]
    hidden = [bool(deidentifier.review(text).redacted) for text in clean]
    assert sum(hidden) <= 0.05 * len(clean)
