"""Theorists stay: "as Beck put it". A cue that a client is meant overrides: "my client Beck"."""

import re
from collections.abc import Iterator
from functools import cache

from bot.deidentify.lexicon import lexicon, phrases, terms
from bot.deidentify.model import Label, Tier
from bot.deidentify.page import Page, Word
from bot.deidentify.recognisers import cues
from bot.deidentify.recognisers.base import Span

_ADJECTIVES = ("ian", "ians", "esque", "s")


@cache
def _full_names() -> re.Pattern[str]:
    names = "|".join(re.escape(p) for p in phrases("allow", "theorist_names"))
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
    ranges = [(m.start(), m.end()) for m in _full_names().finditer(page.lower)]
    if ranges:
        kept.update(w.index for w in page.words for s, e in ranges if s <= w.start < e)
    page.notes["theory"] = frozenset(kept)
    return page.notes["theory"]


def _doubt(page: Page, word: Word) -> Tier | None:
    """Tell whether the writer may mean a client of that name: surely, perhaps, or not (None)."""
    before = cues.linked_before(page, word)
    if before is not None and not before.ending:
        client = before.low in (terms("people", "client") | terms("people", "kin"))
        if client and not before.low == "about":
            return Tier.REDACT
        if before.low in terms("people", "titles"):
            return Tier.REDACT
        if before.cap and lexicon().is_name(before.low):
            return Tier.REDACT
        if before.low == "with" and _session(page, before):
            return Tier.REDACT
    after = cues.linked_after(page, word)
    if after is not None and after.low in terms("allow", "client_verbs") and word.ending != "'s":
        return Tier.REDACT
    return None


def _session(page: Page, word: Word) -> bool:
    before = page.before(word)
    return before is not None and before.low in {"session", "sessions", "hour", "intake", "appointment"}


def find(page: Page) -> Iterator[Span]:
    """Yield theorists' names that stand for a client here."""
    named = [(m.start(), m.end()) for m in _full_names().finditer(page.lower)]
    for word in page.words:
        if not theorist(word.low) or any(s <= word.start < e for s, e in named):
            continue
        tier = _doubt(page, word)
        if tier is not None and (word.cap or word.low not in lexicon().common):
            yield Span(word.start, word.end, Label.NAME, tier)
