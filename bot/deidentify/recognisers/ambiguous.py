"""Names that are also words: Will, Grace, May, Mark, Hope, June, Art.

A cue that a person is meant redacts; a capital without a cue is worth a question; a plain word
in its plain place is left alone.
"""

import re
from collections.abc import Iterator

from bot.deidentify.lexicon import Lexicon, lexicon, terms
from bot.deidentify.model import Label, Tier
from bot.deidentify.page import Page, Word
from bot.deidentify.recognisers import cues
from bot.deidentify.recognisers.base import Span
from bot.deidentify.recognisers.theory import spoken_of_as_theory

_HEADING = re.compile(r":|(?: -| –| //| /|,) ")
_MODALS = frozenset({"will", "may", "can"})
_PRONOUNS = frozenset(
    [
        "i",
        "you",
        "he",
        "she",
        "they",
        "we",
        "it",
        "this",
        "that",
        "the",
        "a",
        "my",
        "his",
        "her",
        "there",
        "these",
        "those",
    ]
)


def find(page: Page) -> Iterator[Span]:
    """Yield ambiguous words that stand for a person, or may."""
    words = lexicon()
    kept = spoken_of_as_theory(page)
    for word in page.words:
        if word.index in kept or word.low not in words.ambiguous or word.low in words.sure:
            continue
        tier = _capital(page, word) if word.cap else _lower(page, word)
        if tier is not None and not _month(page, word, words, tier):
            yield Span(word.start, word.end, Label.NAME, tier)


def _capital(page: Page, word: Word) -> Tier | None:
    if cues.client(page, word) or cues.beside_name(page, word) or cues.nicknamed(page, word):
        return Tier.REDACT
    act = cues.acts(page, word)
    if word.opens:
        return _opening(page, word, act)
    if act is cues.Acts.SURELY or cues.person_verb(page, word):
        return Tier.REDACT
    if word.low in lexicon().allowed or cues.determined(page, word):
        return None
    return Tier.ASK if word.upper or word.low in terms("ambiguous", "virtues") else Tier.REDACT


def _opening(page: Page, word: Word, act: cues.Acts) -> Tier | None:
    after = cues.linked_after(page, word)
    if word.low in _MODALS and (after is None or after.low in _PRONOUNS):
        return None
    virtue = word.low in terms("ambiguous", "virtues") | terms("ambiguous", "things")
    if not virtue and act and word.low in lexicon().nicknames:
        return Tier.REDACT if act is cues.Acts.SURELY else Tier.ASK
    if act is cues.Acts.SURELY or (act and not virtue):
        return Tier.REDACT
    if not virtue and word.cap and _HEADING.match(page.text, word.end):
        return Tier.ASK
    if after is not None and _third_person(after.low) and word.low not in terms("people", "kin"):
        return Tier.ASK
    return Tier.ASK if act is cues.Acts.LIKELY or (act and word.ending == "'s") else None


def _third_person(low: str) -> bool:
    """As in "Miles jokes": perhaps a verb, perhaps a plural."""
    return len(low) > 4 and low.endswith("s") and not low.endswith("ss")  # noqa: PLR2004  # "this"


def _lower(page: Page, word: Word) -> Tier | None:
    if cues.determined(page, word):
        return None
    act = cues.acts(page, word)
    clause = word.opens or cues.clause_begins(page, word)
    if word.low in _MODALS:
        speaks = act is cues.Acts.SURELY and clause and _speaks(page, word)
        return Tier.REDACT if speaks else None
    if cues.client(page, word) or cues.beside_name(page, word):
        return Tier.REDACT if act is cues.Acts.SURELY else Tier.ASK
    if cues.person_verb(page, word) or (act is cues.Acts.SURELY and clause):
        return Tier.REDACT
    virtue = word.low in terms("ambiguous", "virtues") and word.low != "art"
    unsure = act is cues.Acts.LIKELY or (act is cues.Acts.WEAKLY and not virtue)
    joined = cues.toward(page, word) or cues.beside_ambiguous(page, word)
    return Tier.ASK if (clause and unsure) or (joined and not virtue) else None


def _speaks(page: Page, word: Word) -> bool:
    after = page.after(word)
    return after is not None and after.low.endswith(("ed", "id", "s", "n't", "old", "ame"))


def _month(page: Page, word: Word, words: Lexicon, tier: Tier) -> bool:
    """Whether the word names a month here rather than a person."""
    if word.low not in words.months or not word.cap:
        return False
    before = cues.linked_before(page, word)
    dated = before is not None and before.low in terms("ambiguous", "month_cues")
    near = page.text[max(0, word.start - 6) : word.end + 6]
    if any(c.isdigit() for c in near):
        return True
    acting = cues.acts(page, word) is cues.Acts.SURELY
    return dated and not (acting and tier is Tier.REDACT)
