"""The safety gate: does a text speak of danger? Asked before anything is read.

Recall stands before precision, negation does not switch it off, and a few harmless idioms are
blanked first. The gate names a concern, never a level of risk (NICE NG225, 2022).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from bot.guidance.folding import fold
from bot.guidance.loader import compiled, knowledge, union
from bot.guidance.model import Safety, Side

CLINICIAN_RISK = "clinician_risk"

# What somebody else is quoted with: within quotation marks, or from "said" to the sentence's end.
_QUOTED = re.compile(r'"[^"]{0,600}"')
_REPORTED = re.compile(
    r"\b(?:(?:said|says|say|told me|tells me|asked|asks|wrote|writes|texted|goes)(?: me| that)?"
    r"\s?[:,>]?|(?:client|patient|c|cl|pt)\s?[:>])\s[^.?!]{0,300}"
)
_FIRST_PERSON = re.compile(r"\b(?:i|i'm|i'd|i've|myself|me)\b")


@dataclass(frozen=True, slots=True)
class _Patterns:
    idioms: re.Pattern[str]
    here: re.Pattern[str]
    sent_here: re.Pattern[str]
    clinician: re.Pattern[str]
    clinician_alone: re.Pattern[str]
    concerns: tuple[tuple[str, re.Pattern[str]], ...]
    in_reply: tuple[tuple[str, re.Pattern[str]], ...]


def screen(text: str, side: Side | None = None) -> str | None:
    """Return the code of the concern that the text may speak of, or ``None``.

    Args:
        text: What was typed, or one side of an exchange.
        side: Whose words they are, when that is known. Only text whose speaker is not known can
            tell of the clinician's own risk; only a reply is searched for a clinician's advances.
    """
    rules = _patterns()
    folded = rules.idioms.sub(" ", fold(text))
    if side is None and _is_clinicians_own(folded, rules):
        return CLINICIAN_RISK
    if side is Side.REPLY:
        for code, pattern in rules.in_reply:
            if pattern.search(folded):
                return code
    return _concern(folded, rules)


def safety(concern: str) -> Safety:
    """Return the fixed answer to a concern.

    Raises:
        KeyError: There is no such concern.
    """
    entry = {item["code"]: item for item in knowledge("risk")["concern"]}[concern]
    return Safety(concern, tuple(entry["steps"]), tuple(entry["ways_to_ask"]))


def _concern(folded: str, rules: _Patterns) -> str | None:
    for code, pattern in rules.concerns:
        if pattern.search(folded):
            return code
    if rules.here.search(folded) and not rules.sent_here.search(folded):
        return "suicide"
    return None


def _is_clinicians_own(folded: str, rules: _Patterns) -> bool:
    if rules.clinician_alone.search(folded):
        return True
    own = _REPORTED.sub(" ", _QUOTED.sub(" ", folded))
    if not (rules.clinician.search(own) and _FIRST_PERSON.search(own)):
        return False
    return any(
        code == "suicide" and pattern.search(own) and _speaks_of_self(own, pattern)
        for code, pattern in rules.concerns
    )


def _speaks_of_self(own: str, pattern: re.Pattern[str]) -> bool:
    """Tell whether "I" or the like stands near one of the matches, not only "she" or "he"."""
    return any(
        _FIRST_PERSON.search(own, max(0, found.start() - 25), found.end())
        for found in pattern.finditer(own)
    )


@cache
def _patterns() -> _Patterns:
    risk = knowledge("risk")
    concerns = [item for item in risk["concern"] if item["patterns"]]
    return _Patterns(
        idioms=union(risk["idioms"]),
        here=compiled(risk["here"]),
        sent_here=compiled(risk["sent_here"]),
        clinician=union(risk["clinician"]),
        clinician_alone=union(risk["clinician_alone"]),
        concerns=tuple((item["code"], union(item["patterns"])) for item in concerns),
        in_reply=tuple(
            (item["code"], union(item["reply_patterns"]))
            for item in concerns
            if "reply_patterns" in item
        ),
    )
