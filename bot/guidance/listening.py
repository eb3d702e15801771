"""Matches short word patterns against text as people type it: the ear of the safety gate.

Text becomes tokens: contractions are spelled out ("i'd", "dont", "wanna"), sentence ends are kept
as ".", and each token bears symbols: itself, and the word families it belongs to. A pattern is a
row of elements, separated by spaces:

- ``word``, ``<family>`` or several joined by ``|``: one token; with ``?`` behind it, it may lack.
- ``..`` up to three tokens, ``...`` up to eight, ``~`` up to five without a new subject between.
- ``!word|<family>``: the next token is none of these.
- ``^`` and ``$``: a sentence begins or ends here.
- ``word & <family> & ...``: all of these stand near each other, in whatever order.

No gap crosses a sentence end, and a failed place is not tried twice, so that the time is linear in
the length of the text for a given set of patterns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

STOP: Final = "."
"""The token of a sentence end."""
TURN: Final = "<turn>"
"""The family of words that a ``~`` gap does not cross."""

_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)*'?|[0-9]+(?:[.:,][0-9]+)*|[.!?;…]+")
_NEAR = 16
_GAPS = {"..": 3, "...": 8, "~": 5}
_VOWELS = "aeiou"
_SHORTEST_TYPO = 6

Token = frozenset[str]


@dataclass(frozen=True, slots=True)
class _Element:
    """One step of a pattern: symbols to meet, or a gap of at most ``gap`` tokens."""

    symbols: Token = frozenset()
    optional: bool = False
    refuses: bool = False
    gap: int = 0
    same_subject: bool = False
    edge: str = ""


Pattern = tuple[_Element, ...]


@dataclass(frozen=True, slots=True)
class _Together:
    """Words that stand near each other: the first, and all the others around it."""

    others: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """Patterns by the symbols with which they can begin; a name each, told on a match."""

    starts: Mapping[str, tuple[tuple[str, Pattern | _Together], ...]]

    def matches(self, tokens: Sequence[Token]) -> Iterable[tuple[str, int, int]]:
        """Yield the name and the span of tokens of every match, each pattern once per start."""
        for at, token in enumerate(tokens):
            for symbol in token:
                for name, pattern in self.starts.get(symbol, ()):
                    if isinstance(pattern, _Together):
                        span = _around(pattern, tokens, at)
                    else:
                        span = _span(pattern, tokens, at)
                    if span:
                        yield name, *span


class Vocabulary:
    """Turns folded text into tokens with symbols.

    Args:
        families: Word families by name. ``kill~`` stands for kill, kills, killed and killing,
            ``suicid*`` for every word that begins so; a family may name another as ``<name>``.
        spelled: What a token is spelled out to, such as ``im`` to ``i am``.
        careful: Families of whose longer words one lost, doubled or swapped letter is forgiven.
    """

    def __init__(
        self,
        families: Mapping[str, Sequence[str]],
        spelled: Mapping[str, str],
        careful: Sequence[str] = (),
    ) -> None:
        """Expand the families once."""
        self._spelled = {word: tuple(plain.split()) for word, plain in spelled.items()}
        words: dict[str, set[str]] = {}
        self._prefixes: dict[str, set[str]] = {}
        for name in families:
            for entry in _members(families, name):
                if entry.endswith("*"):
                    self._prefixes.setdefault(entry[:-1], set()).add(f"<{name}>")
                else:
                    for form in _forms(entry):
                        words.setdefault(form, set()).add(f"<{name}>")
        self._words = {word: frozenset(names | {word}) for word, names in words.items()}
        self._longest = max(map(len, self._prefixes), default=0)
        self._shortest = min(map(len, self._prefixes), default=0)
        self._typos = _typos(self._words, {f"<{name}>" for name in careful})

    def tokens(self, folded: str) -> list[Token]:
        """Return the tokens of a folded text."""
        found: list[Token] = []
        for match in _TOKEN.finditer(folded):
            raw = match[0]
            if raw[0] in ".!?;…":
                found.append(frozenset({STOP}))
            else:
                found += [self._symbols(word) for word in self._plain(raw.strip("'"))]
        return found

    def _plain(self, raw: str) -> tuple[str, ...]:
        if raw in self._spelled:
            return self._spelled[raw]
        if "'" not in raw:
            return (raw,)
        word, _, tail = raw.partition("'")
        if raw.endswith("n't"):
            return (raw[:-3], "not")
        long = {"ll": "will", "re": "are", "ve": "have", "m": "am", "d": "would"}.get(tail)
        return (word, long) if long else (word, "s") if tail == "s" else (word + tail,)

    def _symbols(self, word: str) -> Token:
        known = self._words.get(word) or self._typos.get(word)
        symbols = set(known) if known else {word}
        for length in range(self._shortest, min(len(word), self._longest) + 1):
            symbols |= self._prefixes.get(word[:length], set())
        return frozenset(symbols)


def rules(patterns: Iterable[tuple[str, str]]) -> Rules:
    """Compile (name, pattern) pairs.

    Raises:
        ValueError: A pattern begins with a gap, a refusal or something optional.
    """
    starts: dict[str, list[tuple[str, Pattern | _Together]]] = {}
    for name, text in patterns:
        parts = [part for part in text.split() if part != "&"]
        elements = tuple(_element(part) for part in parts)
        first = elements[1] if elements[0].edge == "^" and len(elements) > 1 else elements[0]
        if not first.symbols or first.optional or first.refuses:
            msg = f"a pattern must begin with a word: {text}"
            raise ValueError(msg)
        pattern = (
            _Together(tuple(each.symbols for each in elements[1:])) if "&" in text else elements
        )
        for symbol in first.symbols:
            starts.setdefault(symbol, []).append((name, pattern))
    return Rules({symbol: tuple(found) for symbol, found in starts.items()})


def _element(part: str) -> _Element:
    if part in {"^", "$"}:
        return _Element(edge=part)
    if part in _GAPS:
        return _Element(gap=_GAPS[part], same_subject=part == "~")
    refuses, optional = part.startswith("!"), part.endswith("?")
    words = part.strip("!?").split("|")
    return _Element(
        frozenset(f"<{word}>" if word.endswith("*") else word for word in words),
        optional=optional,
        refuses=refuses,
    )


def _around(pattern: _Together, tokens: Sequence[Token], at: int) -> tuple[int, int] | None:
    """Return the span of the first word and the others, where all of them stand near."""
    near = range(max(0, at - _NEAR), min(len(tokens), at + _NEAR + 1))
    found = [at]
    for symbols in pattern.others:
        place = next((n for n in near if n != at and not symbols.isdisjoint(tokens[n])), None)
        if place is None:
            return None
        found.append(place)
    return min(found), max(found) + 1


def _span(pattern: Pattern, tokens: Sequence[Token], start: int) -> tuple[int, int] | None:
    """Return the span of a pattern that starts here, by depth-first search without repeats."""
    failed: set[tuple[int, int]] = set()
    waiting = [(0, start)]
    while waiting:
        step, at = waiting.pop()
        if step == len(pattern):
            return start, at
        if (step, at) in failed:
            continue
        failed.add((step, at))
        waiting += [(step + 1, there) for there in reversed(_onward(pattern[step], tokens, at))]
    return None


def _onward(element: _Element, tokens: Sequence[Token], at: int) -> list[int]:
    """Return the places where the next step may begin, nearest first."""
    if element.gap:
        return _across(element, tokens, at)
    if element.edge == "^":
        return [at] if at == 0 or STOP in tokens[at - 1] else []
    if element.edge == "$":
        return [at] if at == len(tokens) or STOP in tokens[at] else []
    meets = at < len(tokens) and not element.symbols.isdisjoint(tokens[at])
    if element.refuses:
        return [] if meets else [at]
    places = [at + 1] if meets else []
    return [*places, at] if element.optional else places


def _across(element: _Element, tokens: Sequence[Token], at: int) -> list[int]:
    places = [at]
    for place in range(at, min(at + element.gap, len(tokens))):
        token = tokens[place]
        if STOP in token or (element.same_subject and TURN in token):
            break
        places.append(place + 1)
    return places


def _members(families: Mapping[str, Sequence[str]], name: str) -> Iterable[str]:
    for entry in families[name]:
        if entry.startswith("<"):
            yield from _members(families, entry[1:-1])
        else:
            yield entry


def _forms(entry: str) -> list[str]:
    """Return the regular forms of a verb written with ``~``, or the word itself."""
    if not entry.endswith("~"):
        return [entry]
    base = entry[:-1]
    if base.endswith("e"):
        return [base, f"{base}s", f"{base}d", f"{base[:-1]}ing"]
    if base.endswith("y") and base[-2] not in _VOWELS:
        return [base, f"{base[:-1]}ies", f"{base[:-1]}ied", f"{base}ing"]
    third = f"{base}es" if base.endswith(("s", "sh", "ch", "x", "z")) else f"{base}s"
    stem = base + base[-1] if _doubles(base) else base
    # A dropped closing g is how many people write it ("killin").
    return [base, third, f"{stem}ed", f"{stem}ing", f"{stem}in"]


def _doubles(base: str) -> bool:
    return (
        len(base) <= _SHORTEST_TYPO - 1
        and base[-1] not in "aeiouwxyr"
        and base[-2] in _VOWELS
        and base[-3] not in _VOWELS
    )


def _typos(words: Mapping[str, Token], careful: set[str]) -> dict[str, Token]:
    """Return misspellings of longer words: a letter lost, doubled, or swapped with the next."""
    found: dict[str, Token] = {}
    for word, symbols in words.items():
        if len(word) < _SHORTEST_TYPO or careful.isdisjoint(symbols):
            continue
        for at in range(1, len(word)):
            lost = word[:at] + word[at + 1 :]
            doubled = word[:at] + word[at] + word[at:]
            swapped = word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
            for typo in (lost, doubled, swapped):
                if typo not in words:
                    found[typo] = symbols
    return found
