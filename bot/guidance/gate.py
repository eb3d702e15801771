"""The safety gate: does a text speak of danger? Asked before anything is read.

Recall stands before precision and negation does not switch it off; harmless turns of speech are
blanked first. The gate names a concern, never a level of risk (NICE NG225, 2022).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from bot.guidance.encoder import NONE
from bot.guidance.folding import fold, without_ids
from bot.guidance.listening import STOP, Rules, Token, Vocabulary, rules
from bot.guidance.loader import compiled, knowledge, union
from bot.guidance.model import Safety, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

CLINICIAN_RISK = "clinician_risk"


@dataclass(frozen=True, slots=True)
class Ears:
    """From which probability of danger on the encoder raises an alarm.

    ``alone``: by itself. ``with_rule``: where a rule hears danger too; below it the rule was
    deaf to the sense. Chosen on spent material: below them hardly more danger is heard, and more
    than 9 in 100 ordinary pairs are taken for it. A whole reflection holds more of everything, so
    it takes more to alarm.
    """

    alone: float
    with_rule: float


SHORT: Final = 6
"""Words up to which a rule alone is believed."""

TEXT, PAIR, REFLECTION = Ears(0.25, 0.1), Ears(0.35, 0.15), Ears(0.9, 0.2)

# What somebody else is quoted with: within quotation marks, or from "said" to the sentence's end.
_QUOTED = re.compile(r'"[^"]{0,600}"')
_REPORTED = re.compile(
    r"\b(?:(?:said|says|say|told me|tells me|asked|asks|wrote|writes|texted|goes)(?: me| that)?"
    r"\s?[:,>]?|(?:client|patient|c|cl|pt)\s?[:>])\s[^.?!]{0,300}"
)
_FIRST_PERSON = frozenset({"i", "me", "myself"})
_SECOND_PERSON = frozenset({"you", "your", "yourself", "yours"})
_BLANK: Token = frozenset()


@dataclass(frozen=True, slots=True)
class _Knowledge:
    vocabulary: Vocabulary
    harmless: Rules
    long_ago: Rules
    long_ago_when: Rules
    concerns: Rules
    in_reply: Rules
    clinicians: Rules
    order: tuple[str, ...]
    here: re.Pattern[str]
    sent_here: re.Pattern[str]
    about_self: re.Pattern[str]


def screen(text: str, side: Side | None = None) -> str | None:
    """Return the code of the concern that the text may speak of, or ``None``.

    Args:
        text: What was typed, or one side of an exchange.
        side: Whose words they are, when that is known. A client's words are never taken for the
            clinician's own risk; only a reply is searched for a clinician's advances.
    """
    known = _knowledge()
    folded = fold(without_ids(text))
    tokens = _harmful(known.vocabulary.tokens(folded), known)
    found = list(known.concerns.matches(tokens))
    if side is Side.REPLY:
        found += known.in_reply.matches(tokens)
        if _is_own(tokens, [*found, *known.clinicians.matches(tokens)]):
            return CLINICIAN_RISK
    elif side is None and _is_clinicians_own(folded, known):
        return CLINICIAN_RISK
    if not found and known.here.search(folded) and not known.sent_here.search(folded):
        return "suicide"
    return _named(found, known.order)


def alarm(
    heard: str | None,
    concerns: Mapping[str, float] | None,
    ears: Ears = TEXT,
    *,
    is_short: bool = False,
) -> str | None:
    """Return the concern that rules and encoder hear, or ``None``; recall stands before precision.

    Args:
        heard: What :func:`screen` returned; alone it decides where there is no encoder.
        concerns: How likely the encoder holds each concern.
        ears: How much it takes, by what was listened to.
        is_short: Whether the text is of a few words (``SHORT``): there the rules decide, as what is
            said plainly is said shortly, and the encoder knows little of a few words.
    """
    if concerns is None:
        return heard
    danger = 1 - concerns[NONE]
    if heard and (is_short or danger >= ears.with_rule):
        return heard
    likeliest = max((code for code in concerns if code != NONE), key=concerns.__getitem__)
    return likeliest if danger >= ears.alone else None


def of_client(concerns: Mapping[str, float]) -> dict[str, float]:
    """Return the concerns of a client's words alone: they are never the clinician's own risk."""
    heard = dict(concerns)
    heard[NONE] += heard.pop(CLINICIAN_RISK)
    return heard


def safety(concern: str) -> Safety:
    """Return the fixed answer to a concern.

    Raises:
        KeyError: There is no such concern.
    """
    entry = {item["code"]: item for item in knowledge("risk")["concern"]}[concern]
    return Safety(concern, tuple(entry["steps"]), tuple(entry["ways_to_ask"]))


def _named(found: Iterable[tuple[str, int, int]], order: Sequence[str]) -> str | None:
    """Return the concern with most matches; at a tie, the one that stands first in the file."""
    counts = Counter(code for code, _, _ in found)
    return max(counts, key=lambda code: (counts[code], -order.index(code)), default=None)


def _harmful(tokens: list[Token], known: _Knowledge) -> list[Token]:
    """Blank harmless turns of speech, and a bereavement of long ago where nothing is of now."""
    spans = [(start, end) for _, start, end in known.harmless.matches(tokens)]
    if _any(known.long_ago_when, tokens) and not any("<present>" in token for token in tokens):
        spans += [(start, end) for _, start, end in known.long_ago.matches(tokens)]
    return _without(tokens, spans)


def _any(patterns: Rules, tokens: Sequence[Token]) -> bool:
    return next(iter(patterns.matches(tokens)), None) is not None


def _without(tokens: list[Token], spans: Iterable[tuple[int, int]]) -> list[Token]:
    left = list(tokens)
    for start, end in spans:
        left[start:end] = [token if STOP in token else _BLANK for token in left[start:end]]
    return left


def _is_own(tokens: Sequence[Token], found: Iterable[tuple[str, int, int]]) -> bool:
    """Tell whether a danger in the clinician's words is the clinician's: "I", and no "you"."""
    for code, start, end in found:
        if code in {"boundary_violation", "psychosis"}:
            continue
        around = _sentence(tokens, start, end)
        if not _FIRST_PERSON.isdisjoint(around) and _SECOND_PERSON.isdisjoint(around):
            return True
    return False


def _sentence(tokens: Sequence[Token], start: int, end: int) -> frozenset[str]:
    first = next((at + 1 for at in range(start - 1, -1, -1) if STOP in tokens[at]), 0)
    last = next((at for at in range(end, len(tokens)) if STOP in tokens[at]), len(tokens))
    return frozenset().union(*tokens[first:last])


def _is_clinicians_own(folded: str, known: _Knowledge) -> bool:
    own = _REPORTED.sub(" ", _QUOTED.sub(" ", folded))
    if not known.about_self.search(own):
        return False
    tokens = _harmful(known.vocabulary.tokens(own), known)
    found = [*known.concerns.matches(tokens), *known.clinicians.matches(tokens)]
    return _is_own(tokens, found)


@cache
def _knowledge() -> _Knowledge:
    risk, words = knowledge("risk"), knowledge("risk_words")
    concerns = risk["concern"]
    own = CLINICIAN_RISK
    tables = {
        "harmless": [("harmless", words["harmless"])],
        "long_ago": [("long_ago", words["long_ago"])],
        "long_ago_when": [("long_ago_when", words["long_ago_when"])],
        "concerns": [(item["code"], item["rules"]) for item in concerns if item["code"] != own],
        "in_reply": [(item["code"], item.get("reply_rules", "")) for item in concerns],
        "clinicians": [(item["code"], item["rules"]) for item in concerns if item["code"] == own],
    }
    lines = {name: list(_lines(table)) for name, table in tables.items()}
    return _Knowledge(
        vocabulary=_vocabulary(words, [line for table in lines.values() for _, line in table]),
        order=tuple(item["code"] for item in concerns),
        here=compiled(words["here"]),
        sent_here=compiled(words["sent_here"]),
        about_self=union(words["about_self"]),
        **{name: rules(table) for name, table in lines.items()},
    )


def _lines(table: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    for name, text in table:
        yield from ((name, line) for line in text.splitlines() if line.strip())


def _vocabulary(words: dict[str, Any], lines: Iterable[str]) -> Vocabulary:
    """Build the vocabulary; a beginning named in a pattern ("shak*") is a family of its own."""
    parts = {part.strip("!?") for line in lines for part in re.split(r"[ |]", line)}
    beginnings = {part: [part] for part in parts if part.endswith("*")}
    return Vocabulary(words["families"] | beginnings, words["spelled"], words["careful"])
