"""The learned readers' say beside the rules: they find more, and doubt what rules only guess.

Structured identifiers are the rules' alone. For names, places, organisations and facts the
readers' certainty decides where a rule is weak: they can make a question of a sure find, drop a
question, answer one, and add finds of their own.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Protocol

from bot.deidentify.lexicon import lexicon, terms
from bot.deidentify.model import Label, Tier
from bot.deidentify.page import MASK, Page
from bot.deidentify.recognisers import Span
from bot.deidentify.recognisers.ages import OLDEST, years
from bot.deidentify.recognisers.theory import spoken_of_as_theory
from bot.deidentify.tagger import CLASSES, sounds
from bot.deidentify.traits import Token, tokens, traits, verdicts

SURE: Final = 0.8
"""From here on, as the mean of the readers, a find of theirs alone is redacted."""
RAISE: Final = 0.6
"""From here on, as the mean of the readers, a rule's question is redacted."""
SURER: Final = 0.9
"""The same for names that are words or theorists as well: "hope", "june", "klein"."""
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
"""From here on a find of a reader alone is asked, by class: a missed name is the worst miss."""
SLIP: Final = 0.15
"""The same for a name that is one slip away from a plain English word."""
ELSE: Final = 0.5
"""The same for shops, terms of the field, and letters that are words."""
DOUBT: Final = 0.05
"""Below this a rule's sure find becomes a question."""
MISGIVING: Final = 0.7
"""The same for names that are words or theorists as well."""
DROP: Final = {Label.NAME: 0.02, Label.LOCATION: 0.02, Label.ORG: 0.02, Label.RARE: 0.06}
"""Below this a rule's question is not asked, by label; other questions always are."""
DISMISS: Final = 0.01
"""Below this even a rule's sure find is dropped."""

# Of other kinds the readers only ask: a number or a fact is hidden by a rule or by the writer.
_DOUBTED: Final = frozenset({Label.NAME, Label.LOCATION, Label.ORG})
_RAISED: Final = _DOUBTED | {Label.DATE}
_WEIGHED: Final = _RAISED | {Label.OCCUPATION, Label.RARE, Label.AGE}
_MARKS: Final = frozenset('.,;:!?\n()"' + MASK)
_LETTERS: Final = frozenset("ai")
_LONGEST: Final = 80
"""Characters that a rare fact may reach on either side."""


class Reader(Protocol):
    """Tells how likely each word is part of something that identifies."""

    def shares(self, text: str, found: Sequence[Token], rows: Sequence[Sequence[str]]) -> Any:
        """Return tokens x ``CLASSES``, each row adding up to one, or zeros where nothing was read.

        ``found`` are the tokens of a page's ``text``, ``rows`` their traits.
        """


def weigh(
    page: Page,
    spans: Sequence[Span],
    readers: Sequence[Reader],
    firm: frozenset[tuple[int, int]] = frozenset(),
) -> list[Span]:
    """Return the rules' spans as the readers see them, and their own.

    ``firm``: offsets of spans that nothing may doubt.
    """
    found = tokens(page)
    if not found:
        return list(spans)
    rows = list(traits(page, found, verdicts(found, spans), sounds()))
    shares = [one.shares(page.text, found, rows) for one in readers]
    return decide(page, found, shares, spans, firm)


def decide(
    page: Page,
    found: Sequence[Token],
    shares: Sequence[Any],
    spans: Iterable[Span],
    firm: frozenset[tuple[int, int]] = frozenset(),
) -> list[Span]:
    """Settle rules' spans and the readers' shares (each tokens x classes) into one list.

    One reader is enough for a question: the tagger knows shapes and lists, the network context,
    and what either misses a person would have to find. What is hidden unasked is so by their mean.
    A row of zeros is a token that a reader did not read; the others decide there.
    """
    doubts = zip(*map(_doubts, shares), strict=True)
    said = [[doubt for doubt in one if doubt is not None] for one in doubts]
    certain = [max(one, default=0.0) for one in said]
    agreed = [sum(one) / max(1, len(one)) for one in said]
    labels = (sum(share[:, 1:] for share in shares).argmax(1) + 1).tolist()
    starts = [t.start for t in found]
    kept = (
        s
        if (s.start, s.end) in firm
        else _weighed(page, s, certain[_inside(starts, s)], agreed[_inside(starts, s)])
        for s in spans
    )
    settled = [*(s for s in kept if s is not None), *_own(page, found, certain, agreed, labels)]
    return [_clause(page, s) if s.label is Label.RARE else s for s in settled]


def _doubts(share: Any) -> list[float | None]:
    """Return how much a reader doubts that each token is nothing; None where it did not read."""
    return [
        1 - nothing if total else None
        for nothing, total in zip(share[:, 0].tolist(), share.sum(1).tolist(), strict=True)
    ]


def _inside(starts: Sequence[int], span: Span) -> slice:
    return slice(bisect_left(starts, span.start), bisect_left(starts, span.end))


def _weighed(
    page: Page, span: Span, certain: Sequence[float], agreed: Sequence[float]
) -> Span | None:
    """Return a rule's find as the readers' certainty leaves it; None where it is dropped."""
    if span.label not in _WEIGHED or not certain:
        return span
    tier, most, mean = span.tier, max(certain), max(agreed)
    plain = _is_ambiguous(page.text[span.start : span.end].lower())
    raised, doubted = (SURER, MISGIVING) if plain else (RAISE, DOUBT)
    if tier is Tier.ASK and span.label in _RAISED and mean >= raised:
        tier = Tier.REDACT
    elif tier is Tier.ASK and most < DROP.get(span.label, 0.0):
        return None
    elif tier is Tier.REDACT and span.label in _DOUBTED and mean < doubted:
        tier = Tier.ASK
        if most < DISMISS:
            return None
    return Span(span.start, span.end, span.label, tier)


def _own(
    page: Page,
    found: Sequence[Token],
    certain: Sequence[float],
    agreed: Sequence[float],
    labels: Sequence[int],
) -> Iterator[Span]:
    wanted = [
        _enough(page, token, share, CLASSES[kind])
        for token, share, kind in zip(found, certain, labels, strict=True)
    ]
    at = 0
    while at < len(found):
        last = at
        while wanted[at] and last + 1 < len(found) and _goes_on(page, found, wanted, labels, last):
            last += 1
        if wanted[at]:
            enough = SURER if any(_is_ambiguous(t.low) for t in found[at : last + 1]) else SURE
            is_sure = min(agreed[at : last + 1]) >= enough
            yield _span(page, found[at], found[last], CLASSES[labels[at]], is_sure=is_sure)
        at = last + 1


def _is_ambiguous(low: str) -> bool:
    """Whether a name is a word of its own, or a theorist's."""
    return low in lexicon().ambiguous or low in lexicon().theorists


def _enough(page: Page, token: Token, share: float, kind: str) -> bool:
    """Whether a share is worth a question; words that are mostly something else need more."""
    if share < ASK[kind] or _never(page, token):
        return False
    if _means_something_else(page, token):
        return share >= ELSE
    slip = kind == "NAME" and lexicon().typo_of(token.low, lexicon().common)
    return not slip or share >= SLIP


def _never(page: Page, token: Token) -> bool:
    """Whether a word is a day, or a theorist spoken of as one: those are the rules' alone."""
    if token.word is None:
        return False
    theory = token.low in lexicon().theorists and token.word.index in spoken_of_as_theory(page)
    return theory or token.low in terms("allow", "days")


def _means_something_else(page: Page, token: Token) -> bool:
    """Whether a word is a shop, a term of the field, or a letter that is a word by itself."""
    if token.word is None:
        return False
    if token.word.index in spoken_of_as_theory(page) or token.low in _LETTERS:
        return True
    return token.low in lexicon().allowed and not token.word.cap


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


def _span(page: Page, first: Token, last: Token, kind: str, *, is_sure: bool) -> Span:
    label = Label(kind)
    if label is Label.AGE:
        old = years(page.text[first.start : last.end])
        if old is not None and old > OLDEST:
            label = Label.AGE_OVER_89
    tier = Tier.REDACT if is_sure and label in _DOUBTED else Tier.ASK
    return Span(first.start, last.end, label, tier)
