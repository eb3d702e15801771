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
    said = fold(client) if client else ""
    parts = clauses(_without_echo(folded, said))
    hits = [hit for number, clause in enumerate(parts) for hit in _in_clause(clause, number)]
    if said:
        hits.extend(_pair_hits(clauses(folded), said))
    hits.extend(_shape_hits(folded, parts))
    return parts, hits


def _in_clause(clause: Clause, number: int) -> list[Hit]:
    hits: list[Hit] = []
    for feature in _features():
        if feature.ask is not None and feature.ask is not clause.asks:
            continue
        if feature.head:
            found = feature.pattern.match(clause.text, clause.head)
        else:
            found = feature.pattern.search(clause.text)
        if found and found.end() > found.start():
            hits.append(_hit(feature, clause, found, number))
    return hits


def _hit(feature: Feature, clause: Clause, found: re.Match[str], number: int) -> Hit:
    start, end = clause.start + found.start(), clause.start + found.end()
    return Hit(feature.name, feature.stance, feature.subtype, feature.weight, start, end, number)


def _without_echo(folded: str, said: str) -> str:
    """Blank what the reply quotes of the client: to hold a word up is not to assert it."""
    known = set(tokens(said))
    return _HELD_UP.sub(
        lambda found: " " * len(found[0]) if known and set(tokens(found[0])) <= known else found[0],
        folded,
    )


# ---- what only the pair can show (rule 1) ----

_HELD_UP = re.compile(r"(?<![a-z])'[^']{2,60}'(?![a-z])|\"[^\"]{2,60}\"")
_SHORT_WORD = 2


def _pair_hits(parts: list[Clause], said: str) -> list[Hit]:
    """Find the client's own words held up, denied, or repeated as a verdict."""
    rules = _pair_rules()
    content = {
        word for word in tokens(said) if len(word) > _SHORT_WORD and word not in words("stop")
    }
    verdict = {word for found in rules["verdict"].finditer(said) for word in tokens(found[1])}
    client_denies = rules["negated"].search(said) is not None
    hits: list[Hit] = []
    for number, clause in enumerate(parts):
        held = _HELD_UP.search(clause.text)
        if held and content & set(tokens(held[0])):
            hits.append(_hit(_HOLDS_UP, clause, held, number))
        found = _own_word(clause, content & verdict)
        if clause.asks or not found or not rules["about_you"].match(clause.text, clause.head):
            continue
        denied = rules["negated"].search(clause.text) is not None
        if denied != client_denies:
            hits.append(_hit(_DENIES_VERDICT, clause, found, number))
        elif not denied and not rules["as_felt"].search(clause.text):
            hits.append(_hit(_REPEATS_VERDICT, clause, found, number))
    return hits


def _own_word(clause: Clause, wanted: set[str]) -> re.Match[str] | None:
    """Return the first of the client's words that the clause uses."""
    for found in re.finditer(r"[a-z]+(?:'[a-z]+)?", clause.text):
        if found[0] in wanted:
            return found
    return None


# ---- the shape of the whole ----

_STACK = 2


def _shape_hits(folded: str, parts: list[Clause]) -> list[Hit]:
    hits: list[Hit] = []
    if not parts:
        return hits
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
    at = folded.find("!")
    if at >= parts[0].start:
        number = max(count for count, clause in enumerate(parts) if clause.start <= at)
        hits.append(Hit("exclaims", Stance.COLLUSION, Subtype.REASSURE, 0.5, at, at + 1, number))
    return hits


def _is_terse(parts: list[Clause], sentence: int) -> bool:
    """Tell whether the first of two questions is a word or two thrown back."""
    return (
        sum(len(tokens(clause.text)) for clause in parts if clause.sentence == sentence) <= _STACK
    )


_NONE = re.compile(r"(?!)")
_HOLDS_UP = Feature(
    "holds_up_words", Stance.ATTUNED, Subtype.EXPLORE, 1.5, head=False, ask=None, pattern=_NONE
)
_DENIES_VERDICT = Feature(
    "denies_verdict",
    Stance.CONFRONTATION,
    Subtype.CONTRADICT,
    2.4,
    head=False,
    ask=None,
    pattern=_NONE,
)
_REPEATS_VERDICT = Feature(
    "repeats_verdict", Stance.COLLUSION, Subtype.AGREE, 1.2, head=False, ask=None, pattern=_NONE
)


@cache
def _pair_rules() -> dict[str, re.Pattern[str]]:
    return {name: compiled(pattern) for name, pattern in knowledge("features")["pair"].items()}


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
