"""Named linguistic features of a reply: what each clause does, and what the pair shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from bot.guidance.folding import Clause, clauses, fold, tokens
from bot.guidance.loader import compiled, knowledge, union, words
from bot.guidance.model import Stance, Subtype


@dataclass(frozen=True, slots=True)
class Feature:
    """One entry of ``knowledge/features.toml``."""

    name: str
    stance: Stance
    subtype: Subtype | None
    weight: float
    head: bool
    ask: bool | None
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Hit:
    """A feature found: where in the reply, in which clause, how strongly."""

    feature: str
    stance: Stance
    subtype: Subtype | None
    weight: float
    start: int
    end: int
    clause: int


def found_in(reply: str, client: str | None) -> tuple[list[Clause], list[Hit]]:
    """Return the clauses of a reply and every feature found in them, in order of clauses."""
    folded = fold(reply)
    parts = clauses(folded)
    hits: list[Hit] = []
    for number, clause in enumerate(parts):
        hits.extend(_in_clause(clause, number))
    hits.extend(_pair_hits(parts, fold(client) if client else ""))
    hits.extend(_shape_hits(folded, parts))
    return parts, hits


def _in_clause(clause: Clause, number: int) -> list[Hit]:
    hits: list[Hit] = []
    for feature in _features():
        if feature.ask is not None and feature.ask is not clause.asks:
            continue
        found = (
            feature.pattern.match(clause.text, clause.head)
            if feature.head
            else feature.pattern.search(clause.text)
        )
        if found and found.end() > found.start():
            hits.append(
                Hit(
                    feature.name,
                    feature.stance,
                    feature.subtype,
                    feature.weight,
                    clause.start + found.start(),
                    clause.start + found.end(),
                    number,
                )
            )
    return hits


# ---- what only the pair can show ----

_YOU_ARE = re.compile(r"\b(?:you(?:'re| are|r)?|your|it(?:'s| is)?|i(?:'m| am))\b")
_NEGATED = re.compile(
    r"\b(?:not|never|no|isn't|aren't|don't|doesn't|wasn't|didn't|hardly|far from)\b"
)
_HELD_UP = re.compile(r"'[^']{2,40}'|\"[^\"]{2,40}\"")
_VERDICT = re.compile(
    r"\b(?:i(?:'m| am| was| feel(?: like)?| must be| look| sound|'ll always be)|am i|im|it's|it is|this is|you(?:'re| are)|"
    r"they(?:'re| are)|thinks? i(?:'m| am)) (?:such |just |so |really |being |too |a |an |the |very |completely |all |my )*([a-z' ]{3,30})"
)


def _pair_hits(parts: list[Clause], client: str) -> list[Hit]:
    """Find the client's own words held up, denied or repeated as a verdict (rule 1)."""
    if not client:
        return []
    said = {word for word in tokens(client) if word not in words("stop") and len(word) > 2}
    client_denies = _NEGATED.search(client) is not None
    hits: list[Hit] = []
    for number, clause in enumerate(parts):
        held = _HELD_UP.search(clause.text)
        if held and said & set(tokens(held[0])):
            hits.append(
                _pair("holds_up_words", Stance.ATTUNED, Subtype.EXPLORE, 1.5, clause, held, number)
            )
        if clause.asks or not _YOU_ARE.match(clause.text, clause.head):
            continue
        shared = said & set(tokens(clause.text)) & _verdict_words(client)
        if not shared:
            continue
        word = re.search(rf"\b{re.escape(min(shared))}\b", clause.text)
        if word is None:
            continue
        denied = _NEGATED.search(clause.text) is not None
        if denied != client_denies:
            hits.append(
                _pair(
                    "denies_verdict",
                    Stance.CONFRONTATION,
                    Subtype.CONTRADICT,
                    2.4,
                    clause,
                    word,
                    number,
                )
            )
        elif not denied and not _FEELS.search(clause.text):
            hits.append(
                _pair("repeats_verdict", Stance.COLLUSION, Subtype.AGREE, 1.2, clause, word, number)
            )
    return hits


_FEELS = re.compile(
    r"\b(?:feel|felt|feels|sound|seem|as if|like|part|when|tell yourself|call|afraid|worry|wonder)"
)


def _verdict_words(client: str) -> set[str]:
    return {word for found in _VERDICT.finditer(client) for word in tokens(found[1])}


def _pair(
    name: str,
    stance: Stance,
    subtype: Subtype,
    weight: float,
    clause: Clause,
    found: re.Match[str],
    number: int,
) -> Hit:
    return Hit(
        name,
        stance,
        subtype,
        weight,
        clause.start + found.start(),
        clause.start + found.end(),
        number,
    )


# ---- the shape of the whole ----

_STACK = 2


def _shape_hits(folded: str, parts: list[Clause]) -> list[Hit]:
    hits: list[Hit] = []
    asking = sorted({clause.sentence for clause in parts if clause.asks})
    if len(asking) > _STACK or (len(asking) == _STACK and _is_terse(parts, asking[0])):
        last = parts[-1]
        hits.append(
            Hit(
                "stacks_questions",
                Stance.CONFRONTATION,
                Subtype.CHALLENGE,
                1.2,
                parts[0].start,
                last.start + len(last.text),
                len(parts) - 1,
            )
        )
    if "!" in folded and parts:
        at = folded.index("!")
        number = (
            max(i for i, clause in enumerate(parts) if clause.start <= at)
            if parts[0].start <= at
            else 0
        )
        hits.append(Hit("exclaims", Stance.COLLUSION, Subtype.REASSURE, 0.5, at, at + 1, number))
    return hits


def _is_terse(parts: list[Clause], sentence: int) -> bool:
    """Tell whether the first of two questions is a word or two thrown back."""
    return (
        sum(len(tokens(clause.text)) for clause in parts if clause.sentence == sentence) <= _STACK
    )


@cache
def _features() -> tuple[Feature, ...]:
    return tuple(
        Feature(
            name=entry["name"],
            stance=Stance(entry["stance"]),
            subtype=Subtype(entry["subtype"]) if "subtype" in entry else None,
            weight=float(entry["weight"]),
            head=entry["at"] == "head",
            ask=entry.get("ask"),
            pattern=union(entry["patterns"]),
        )
        for entry in knowledge("features")["feature"]
    )


__all__ = ["Feature", "Hit", "compiled", "found_in"]
