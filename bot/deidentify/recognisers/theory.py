"""Theorists stay: "as Beck put it". A cue that a client is meant overrides: "my client Beck"."""

import re
from collections.abc import Iterator
from functools import cache

from bot.deidentify.lexicon import lexicon, phrases, terms
from bot.deidentify.model import Label, Tier
from bot.deidentify.page import Page, Word
from bot.deidentify.recognisers import cues
from bot.deidentify.recognisers.base import Span

_YEAR = re.compile(r",? \(?(?:19|20)\d\d\)?")
_CLIENT_MEANT = re.compile(r"(?:'s)? ?\((?:not|no,|the client|my client|client|a client|patient)\b")
# fmt: off
_SOURCES = frozenset([
    "channeling", "channelling", "cited", "citing", "per", "quoted", "quoting", "read",
    "reading", "reread", "used", "using", "versus", "vs",
])
# fmt: on
_TO_ME = frozenset({"told", "asked", "hates", "loves", "wants", "calls", "called"})
_ADJECTIVES = ("ian", "ians", "esque", "s")


@cache
def _full_names() -> re.Pattern[str]:
    listed = (*phrases("allow", "theorist_names"), *phrases("allow", "culture"))
    names = "|".join(re.escape(p) for p in sorted(listed, key=len, reverse=True))
    return re.compile(rf"\b(?:{names})\b")


def theorist(low: str) -> bool:
    """Whether a folded word is a theorist's surname or an adjective made of one."""
    known = lexicon().theorists
    if low in known:
        return True
    if "-" in low:
        return all(part in known for part in low.split("-"))
    return any(low.endswith(e) and low[: -len(e)] in known for e in _ADJECTIVES)


def spoken_of_as_theory(page: Page) -> frozenset[int]:
    """Return the indexes of the words that name a theorist and nobody in the room."""
    if "theory" in page.notes:
        return page.notes["theory"]
    kept = {w.index for w in page.words if theorist(w.low) and _doubt(page, w) is None}
    kept.update(
        w.index for w in page.words if _beside(page, w) or _cited(page, w) or _read(page, w)
    )
    for match in _full_names().finditer(page.lower):
        inside = _inside(page, *match.span())
        if len(inside) > 1 or all(_doubt(page, w) is None for w in inside):
            kept.update(w.index for w in inside)
    page.notes["theory"] = frozenset(kept)
    return page.notes["theory"]


def _doubt(page: Page, word: Word) -> Tier | None:
    """Tell whether the writer means a client of that name: surely, or not (None)."""
    if _CLIENT_MEANT.match(page.lower, word.end) or _announced(page, word):
        return Tier.REDACT
    after = cues.linked_after(page, word)
    if after is None or word.ending == "'s":
        return None
    if after.low in terms("allow", "client_verbs"):
        return Tier.REDACT
    spoken_to = after.low in _TO_ME and _me(page, after)
    return Tier.ASK if spoken_to else None


def _me(page: Page, verb: Word) -> bool:
    """As in "Ellis told me": theorists rarely speak to the writer."""
    whom = cues.linked_after(page, verb)
    return whom is not None and whom.low in {"me", "my"}


def _announced(page: Page, word: Word) -> bool:
    """As in "my client Beck", "Mrs Klein", "Tom Beck", "session with Rogers"."""
    before = cues.linked_before(page, word)
    if before is None or before.ending:
        return False
    people = terms("people", "client") | terms("people", "kin") | terms("people", "titles")
    if before.low in people or (before.cap and lexicon().is_name(before.low)):
        return True
    return before.low == "with" and _session(page, before)


def _inside(page: Page, start: int, end: int) -> list[Word]:
    found = []
    word = page.at(start)
    while word is not None and word.start < end:
        found.append(word)
        word = page.after(word)
    return found


def _beside(page: Page, word: Word) -> bool:
    """As in "Mitchell and Aron": surnames that count as theorists' only together."""
    both = terms("allow", "theorists_beside")
    if not word.cap or word.low not in both:
        return False
    for step in (-1, 1):
        near = page.words[word.index + step] if 0 <= word.index + step < len(page.words) else None
        if near is not None and near.cap and _signed(page, word, near):
            return True
        at = word.index + 2 * step
        if 0 <= at < len(page.words) and page.words[word.index + step].low in {"and", "or"}:
            other = page.words[at]
            if other.cap and (other.low in both or theorist(other.low)):
                return True
    return False


def _signed(page: Page, word: Word, near: Word) -> bool:
    """As in "Mearns & Thorne"."""
    first, second = sorted((word, near), key=lambda w: w.start)
    both = terms("allow", "theorists_beside")
    return page.gap(first, second).strip() in {"&", "/"} and (
        theorist(near.low) or near.low in both
    )


def _read(page: Page, word: Word) -> bool:
    """As in "reading Benjamin", "Young's schema": a name that is a theorist's as well."""
    if not word.cap or word.low not in terms("allow", "theorists_beside"):
        return False
    after = cues.linked_after(page, word)
    if word.ending == "'s" and after is not None and after.low in terms("allow", "methods"):
        return True
    before = cues.linked_before(page, word, frozenset({""}))
    return before is not None and before.low in _SOURCES


def _cited(page: Page, word: Word) -> bool:
    """As in "the Columbia scale", "Bordin 1979": a source, not a person in the room."""
    listed = word.low in terms("allow", "theorists_beside")
    if not word.cap or (not listed and (lexicon().is_name(word.low) or word.ending)):
        return False
    before = page.before(word)
    if before is not None and before.low in terms("people", "titles") | terms("people", "kin"):
        return False
    after = cues.linked_after(page, word)
    if after is not None and after.low in terms("allow", "cited"):
        return True
    return _YEAR.match(page.text, word.end) is not None and word.low not in lexicon().months


def _session(page: Page, word: Word) -> bool:
    before = page.before(word)
    return before is not None and before.low in {
        "session",
        "sessions",
        "hour",
        "intake",
        "appointment",
    }


def find(page: Page) -> Iterator[Span]:
    """Yield theorists' names that stand for a client here."""
    named = [(m.start(), m.end()) for m in _full_names().finditer(page.lower)]
    for word in page.words:
        if not theorist(word.low) or any(s <= word.start < e for s, e in named):
            continue
        tier = _doubt(page, word)
        if tier is not None and (word.cap or word.low not in lexicon().common):
            yield Span(word.start, word.end, Label.NAME, tier)
