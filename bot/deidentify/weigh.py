"""The tagger's say beside the rules: it finds more, and it doubts what the rules only guess.

Structured identifiers are the rules' alone. For names, places, organisations and facts the
tagger's certainty decides where a rule is weak: it can make a question of a sure find, drop a
question, answer one, and add finds of its own.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from bot.deidentify.lexicon import lexicon, terms
from bot.deidentify.model import Label, Tier
from bot.deidentify.page import MASK, Page
from bot.deidentify.recognisers import Span
from bot.deidentify.recognisers.ages import OLDEST, years
from bot.deidentify.recognisers.theory import spoken_of_as_theory
from bot.deidentify.tagger import CLASSES, Tagger, sounds
from bot.deidentify.traits import Token, tokens, traits, verdicts

SURE: Final = 0.88
"""From here on a find of the tagger alone is redacted."""
RAISE: Final = 0.7
"""From here on a rule's question is redacted."""
ASK: Final = {
    **dict.fromkeys(CLASSES, 0.3),
    "NAME": 0.12,
    "LOCATION": 0.1,
    "ORG": 0.15,
    "RARE": 0.2,
    "AGE": 0.4,
    "OCCUPATION": 0.4,
    "OTHER": 0.5,
}
"""From here on a find of the tagger alone is asked, by class: a missed name is the worst miss."""
SLIP: Final = 0.7
"""The same for a word that is one slip away from a plain English one."""
DOUBT: Final = 0.05
"""Below this a rule's sure find becomes a question."""
DROP: Final = {Label.NAME: 0.02, Label.LOCATION: 0.02, Label.ORG: 0.02, Label.RARE: 0.06}
"""Below this a rule's question is not asked, by label; other questions always are."""
DISMISS: Final = 0.01
"""Below this even a rule's sure find is dropped."""

# Of other kinds the tagger only asks: a number or a fact is hidden by a rule or by the writer.
_DOUBTED: Final = frozenset({Label.NAME, Label.LOCATION, Label.ORG})
_RAISED: Final = _DOUBTED | {Label.DATE}
_WEIGHED: Final = _RAISED | {Label.OCCUPATION, Label.RARE, Label.AGE}
_MARKS: Final = frozenset('.,;:!?\n()"' + MASK)
_LONGEST: Final = 80
"""Characters that a rare fact may reach on either side."""


def weigh(
    page: Page,
    spans: Sequence[Span],
    model: Tagger,
    firm: frozenset[tuple[int, int]] = frozenset(),
) -> list[Span]:
    """Return the rules' spans as the tagger sees them, and its own.

    ``firm``: offsets of spans that nothing may doubt.
    """
    found = tokens(page)
    if not found:
        return list(spans)
    rows = list(traits(page, found, verdicts(found, spans), sounds()))
    return decide(page, found, model.shares(rows), spans, firm)


def decide(
    page: Page,
    found: Sequence[Token],
    shares: Any,
    spans: Iterable[Span],
    firm: frozenset[tuple[int, int]] = frozenset(),
) -> list[Span]:
    """Settle rules' spans and the tagger's shares (tokens x classes) into one list."""
    certain = (1 - shares[:, 0]).tolist()
    labels = (shares[:, 1:].argmax(1) + 1).tolist()
    starts = [t.start for t in found]
    kept = (
        s
        if (s.start, s.end) in firm
        else _weighed(s, certain[bisect_left(starts, s.start) : bisect_left(starts, s.end)])
        for s in spans
    )
    own = _own(page, found, _masked(page, found, certain), labels)
    settled = [*(s for s in kept if s is not None), *own]
    return [_clause(page, s) if s.label is Label.RARE else s for s in settled]


def _masked(page: Page, found: Sequence[Token], certain: Sequence[float]) -> list[float]:
    return [0.0 if _never(page, t) else c for t, c in zip(found, certain, strict=True)]


def _never(page: Page, token: Token) -> bool:
    """Theorists, days and terms of the field are the rules' alone."""
    if token.word is None:
        return False
    if token.word.index in spoken_of_as_theory(page) or token.low in terms("allow", "days"):
        return True
    return token.low in lexicon().allowed and not token.word.cap


def _weighed(span: Span, inside: Sequence[float]) -> Span | None:
    """Return a rule's find as the certainty of its words leaves it; None where it is dropped."""
    if span.label not in _WEIGHED or not inside:
        return span
    most, tier = max(inside), span.tier
    if tier is Tier.ASK and span.label in _RAISED and most >= RAISE:
        tier = Tier.REDACT
    elif tier is Tier.ASK and most < DROP.get(span.label, 0.0):
        return None
    elif tier is Tier.REDACT and span.label in _DOUBTED and most < DOUBT:
        tier = Tier.ASK
        if most < DISMISS:
            return None
    return Span(span.start, span.end, span.label, tier)


def _own(
    page: Page, found: Sequence[Token], certain: Sequence[float], labels: Sequence[int]
) -> Iterator[Span]:
    wanted = [
        _enough(token, share, CLASSES[kind])
        for token, share, kind in zip(found, certain, labels, strict=True)
    ]
    at = 0
    while at < len(found):
        last = at
        while wanted[at] and last + 1 < len(found) and _goes_on(page, found, wanted, labels, last):
            last += 1
        if wanted[at]:
            least = min(certain[at : last + 1])
            yield _span(page, found[at], found[last], CLASSES[labels[at]], least)
        at = last + 1


def _enough(token: Token, share: float, kind: str) -> bool:
    """Whether a share is worth a question; a slip of a plain word needs more than other names."""
    if share < ASK[kind]:
        return False
    return kind != "NAME" or share >= SLIP or not lexicon().typo_of(token.low, lexicon().common)


def _goes_on(
    page: Page, found: Sequence[Token], wanted: Sequence[bool], labels: Sequence[int], at: int
) -> bool:
    """Whether the next token belongs to the same find: same class, nothing but a joint between."""
    if not wanted[at + 1] or labels[at + 1] != labels[at]:
        return False
    return not page.text[found[at].end : found[at + 1].start].strip(" '.s-/")


def _clause(page: Page, span: Span) -> Span:
    """Widen a rare fact to what stands between marks: half of a fact is hard to judge."""
    start, end = span.start, span.end
    while start > 0 and span.end - start < _LONGEST and page.text[start - 1] not in _MARKS:
        start -= 1
    while end < len(page.text) and end - span.start < _LONGEST and page.text[end] not in _MARKS:
        end += 1
    while start < span.start and not page.text[start].isalnum():
        start += 1
    return Span(start, end, span.label, span.tier)


def _span(page: Page, first: Token, last: Token, kind: str, least: float) -> Span:
    label = Label(kind)
    if label is Label.AGE:
        old = years(page.text[first.start : last.end])
        if old is not None and old > OLDEST:
            label = Label.AGE_OVER_89
    tier = Tier.REDACT if least >= SURE and label in _DOUBTED else Tier.ASK
    return Span(first.start, last.end, label, tier)
