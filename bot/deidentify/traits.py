"""What the tagger looks at: every word and number of a page with its traits.

A trait is a short string about one token: its shape, the lists that hold it, the part it plays
("relative", "verb of speech"), the mark before it, what the rules said of it. The tagger joins
traits of neighbours; nothing here depends on the weights.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Protocol

from bot.deidentify.lexicon import Lexicon, lexicon, table, terms
from bot.deidentify.model import Tier
from bot.deidentify.page import MASK, Page, Word
from bot.deidentify.recognisers import Span, cues
from bot.deidentify.recognisers.theory import spoken_of_as_theory, theorist

TRAITS: Final = (
    "word",
    "ending3",
    "ending2",
    "beginning3",
    "shape",
    "lists",
    "name",
    "role",
    "roles",
    "capital",
    "gap",
    "sounds",
    "kind",
    "sort",
    "rule",
    "cue",
    "again",
    "message",
)
"""The names of the traits, in the order in which ``traits`` gives them."""
_LETTERS: Final = 3
"""So many signs of a shape are kept although they repeat."""
_MOST_SLIPS: Final = 100
"""So many unknown words of a page are compared with every word one slip away."""


class Sounds(Protocol):
    """Knows words by their letters and by their kind."""

    def sounds(self, low: str, *, slips: bool) -> str:
        """Return a step from a word's to a name's sound."""

    def meaning(self, low: str) -> tuple[str, str]:
        """Return a fine and a coarse kind."""


_NUMBER: Final = re.compile(r"\d+(?:[.,:/-]\d+)*(?:[A-Za-z]{1,3}(?![^\W\d_]))?")
_ROLES: Final = (
    ("client", "people", "client"),
    ("kin", "people", "kin"),
    ("title", "people", "titles"),
    ("particle", "people", "particles"),
    ("article", "people", "articles"),
    ("determiner", "people", "determiners"),
    ("toward", "people", "toward"),
    ("strong", "people", "strong_verbs"),
    ("doing", "people", "doings"),
    ("weak", "people", "weak_verbs"),
    ("state", "people", "states"),
    ("noted", "people", "noted"),
    ("joins", "people", "conjunctions"),
    ("adjective", "people", "nick_adjectives"),
    ("month", "ambiguous", "months"),
    ("day", "allow", "days"),
    ("medicine", "allow", "medicines"),
    ("people", "allow", "peoples"),
    ("method", "allow", "methods"),
    ("chat", "allow", "chat"),
    ("place", "places", "before"),
    ("tail", "places", "tails"),
    ("head", "places", "heads"),
    ("noun", "organisations", "nouns"),
    ("brand", "organisations", "brands"),
    ("work", "organisations", "work"),
    ("field", "allow", "field"),
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a number of a page; ``word`` is None for a number."""

    start: int
    end: int
    low: str
    word: Word | None


def tokens(page: Page) -> list[Token]:
    """Return the words and numbers of a page in order; placeholders are left out."""
    found = [
        Token(m.start(), m.end(), re.sub(r"\d", "0", m[0][:12].lower()), None)
        for m in _NUMBER.finditer(page.text)
    ]
    units = {t.end for t in found}  # "1st", "50mg": one token
    found += [Token(w.start, w.end, w.low, w) for w in page.words if w.end not in units]
    return sorted(found, key=lambda t: t.start)


def traits(
    page: Page, found: Sequence[Token], said: Sequence[str], voice: Sounds
) -> Iterator[tuple[str, ...]]:
    """Yield each token's traits, in the order of ``TRAITS``.

    ``said`` is what the rules said of each token (``verdicts``); ``voice`` knows how words sound
    and what kind they are.
    """
    theory = spoken_of_as_theory(page)
    message = _message(page, said)
    times = Counter(t.low for t in found if t.word is not None)
    capitals = {w.low for w in page.words if w.cap and not w.opens}
    known: dict[str, tuple[str, ...]] = {}
    before = 0
    for token, verdict in zip(found, said, strict=True):
        low, word = token.low, token.word
        if low not in known:
            slips = len(known) < _MOST_SLIPS
            known[low] = _of_word(low, voice, slips) if word is not None else _of_number(low)
        gap = _gap(page, before, token)
        before = token.end + (len(word.ending) if word is not None else 0)
        again = f"{min(times[low], 3)}{low in capitals}" if word is not None else ""
        first = known[low]
        yield (
            *first[:4],
            _shape(page.text[token.start : token.end]),
            *first[4:8],
            _capital(word) if word is not None else "0",
            gap,
            *first[8:],
            verdict,
            _cue(page, word, theory) if word is not None else "",
            again,
            message,
        )


def verdicts(found: Sequence[Token], spans: Iterable[Span]) -> list[str]:
    """Return for each token what the rules found there: labels and tiers, in order."""
    at: list[set[str]] = [set() for _ in found]
    starts = [t.start for t in found]
    for span in spans:
        index = _first(starts, found, span.start)
        while index < len(found) and found[index].start < span.end:
            at[index].add(span.label.value + ("!" if span.tier is Tier.REDACT else "?"))
            index += 1
    return [" ".join(sorted(a)) for a in at]


def _first(starts: list[int], found: Sequence[Token], offset: int) -> int:
    index = max(0, bisect_right(starts, offset) - 1)
    return index if found and found[index].end > offset else index + 1


def _message(page: Page, said: Sequence[str]) -> str:
    firm = any("!" in s for s in said)
    any_cap = any(w.cap and w.low != "i" for w in page.words)
    return f"{page.shouting}{any_cap}{firm}"


def _gap(page: Page, before: int, token: Token) -> str:
    between = page.text[before : token.start]
    if not between.strip():
        return "\n" if "\n" in between else ("" if not between else " ")
    mark = between.strip().replace(MASK, "")[:2]
    return ("\n" if "\n" in between else "") + (mark or MASK)


def _shape(text: str) -> str:
    shape, last = "", ""
    for char in text[:16]:
        kind = _sign(char)
        if kind != last or len(shape) < _LETTERS:
            shape += kind
        last = kind
    return shape


def _sign(char: str) -> str:
    if char.isalpha():
        return "X" if char.isupper() else "x"
    return "0" if char.isdigit() else char


def _capital(word: Word) -> str:
    return f"{word.cap:d}{word.upper:d}{word.opens:d}{len(word.text) == 1:d}{word.ending}"


def _of_number(low: str) -> tuple[str, ...]:
    return (low, f"#{len(low)}", low[-2:], low[:1], "#", "#", "#", "#", "#", "#", "#")


def _of_word(low: str, voice: Sounds, slips: bool) -> tuple[str, ...]:  # noqa: FBT001  # private
    words = lexicon()
    played = _parts(low)
    common = low in words.common
    return (
        low,
        low[-3:],
        low[-2:],
        low[:3],
        _lists(low, words),
        _name(low, words),
        played[0] if played else "-",
        " ".join(played),
        "c" if common else voice.sounds(low, slips=slips),
        *voice.meaning(low),
    )


def _lists(low: str, words: Lexicon) -> str:
    if low in words.common:
        level = "1"
    elif low in words.known:
        level = "2"
    elif low in words.rare:
        level = "3"
    else:
        level = "d" if words.is_word(low) else "u"
    return f"{level}{low in words.proper:d}{low in words.allowed:d}"


def _name(low: str, words: Lexicon) -> str:
    bits = (
        low in words.first,
        low in words.english_first,
        low in words.last,
        low in words.places,
        low in words.ambiguous,
        low in words.nicknames or low in words.sure,
        low in terms("ambiguous", "virtues"),
        words.is_name(low),
        theorist(low),
    )
    return "".join("01"[b] for b in bits)


@cache
def _sets() -> tuple[tuple[str, frozenset[str]], ...]:
    jobs = frozenset(table("occupations")["plain"].split())
    return (*((role, terms(a, b)) for role, a, b in _ROLES), ("job", jobs))


def _parts(low: str) -> list[str]:
    return [role for role, listed in _sets() if low in listed]


def _cue(page: Page, word: Word, theory: frozenset[int]) -> str:
    flags = (
        cues.client(page, word),
        cues.toward(page, word),
        cues.determined(page, word),
        cues.beside_name(page, word),
        cues.clause_begins(page, word),
        word.index in theory,
    )
    return f"{int(cues.acts(page, word))}" + "".join("01"[f] for f in flags)
