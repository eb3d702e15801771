"""The word lists, loaded once, with the questions that recognisers ask about a word.

The large lists come from ``lists/*.txt.gz`` (made by ``lists/build.py``), the small ones from
``lists/*.toml``. Every lookup takes a folded word: lower case, without accents.
"""

import gzip
import tomllib
from collections.abc import Container, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

LISTS: Final = Path(__file__).parent / "lists"

LONGEST_SLIP: Final = 20
"""Longer strings are no slip of one key; checking them would cost time for nothing."""

PREFIXES: Final = [
    "psycho",
    "neuro",
    "over",
    "under",
    "anti",
    "counter",
    "post",
    "self",
    "hyper",
    "hypo",
    "meta",
    "multi",
    "inter",
    "intra",
    "socio",
    "mis",
    "micro",
    "macro",
    "dis",
    "non",
    "pre",
    "out",
    "sub",
    "super",
    "trans",
    "co",
    "de",
    "re",
    "un",
]
SUFFIXES: Final = [
    "ing",
    "ed",
    "ness",
    "ly",
    "ish",
    "able",
    "ible",
    "isation",
    "ization",
    "isations",
    "izations",
    "ise",
    "ize",
    "ised",
    "ized",
    "ising",
    "izing",
    "ism",
    "isms",
    "ist",
    "ists",
    "ful",
    "less",
    "er",
    "ers",
    "es",
    "s",
    "ity",
    "ities",
    "ment",
    "ments",
    "al",
    "ally",
    "ation",
    "ations",
    "ative",
    "y",
    "ic",
    "ics",
]


def words(name: str) -> frozenset[str]:
    """Return the list ``lists/<name>.txt.gz``, read anew: the lexicon holds what is needed."""
    with gzip.open(LISTS / f"{name}.txt.gz", "rt", encoding="utf-8") as lines:
        return frozenset(lines.read().split("\n")) - {""}


@cache
def _table(file: str) -> dict[str, Any]:
    with (LISTS / f"{file}.toml").open("rb") as source:
        return tomllib.load(source)


@cache
def terms(section: str, key: str) -> frozenset[str]:
    """Return a small list of ``terms.toml``, written there as words between blanks."""
    return frozenset(_table("terms")[section][key].split())


@cache
def phrases(section: str, key: str) -> tuple[str, ...]:
    """Return a small list of ``terms.toml`` written as phrases between bars, longest first."""
    found = (" ".join(p.split()) for p in _table("terms")[section][key].split("|"))
    return tuple(sorted((p for p in found if p), key=lambda p: (-len(p), p)))


def table(file: str) -> dict[str, Any]:
    """Return one of the TOML files as it is."""
    return _table(file)


class Lexicon:
    """What is known about English words, names and places."""

    def __init__(self) -> None:
        """Load every list, about 190,000 words."""
        self.common = words("words1")
        listed = sorted(self.common | words("words2"))
        self.known = {word: place for place, word in enumerate(listed)}
        self.rare = words("words3")
        self.proper = words("proper")
        surnames_first = words("last_first")
        not_names = terms("ambiguous", "words")
        english = words("first_english")
        self.english_first = english - not_names
        self.first = (english | words("first")) - not_names
        self.last = words("last") | surnames_first
        self.places = words("places")
        self.nicknames = terms("ambiguous", "nicknames")
        self.ambiguous = terms("ambiguous", "names") | self.nicknames
        self.sure = terms("ambiguous", "sure")
        self.months = terms("ambiguous", "months")
        self.theorists = terms("allow", "theorists")
        self.allowed = frozenset().union(
            *(terms("allow", k) for k in ("days", "chat", "peoples", "methods", "medicines"))
        )
        self.contracted = terms("allow", "contracted")

    def is_english(self, low: str) -> bool:
        """Whether ``low`` stands in an English dictionary, common or rare."""
        return low in self.known or low in self.rare

    def is_word(self, low: str) -> bool:
        """Whether ``low`` is an ordinary English word or a derivation of one."""
        if self.is_english(low) or low in self.allowed or low in self.contracted:
            return True
        return low.endswith("n't") or self._derived(low)

    def _derived(self, low: str) -> bool:
        if low in self.first or low in self.last or len(low) < 6:  # noqa: PLR2004  # short stems mislead
            return False
        for prefix in PREFIXES:
            if low.startswith(prefix) and self._stem(low[len(prefix) :]):
                return True
        return self._stem(low)

    def _stem(self, low: str) -> bool:
        if len(low) >= 4 and low in self.known:  # noqa: PLR2004  # short stems mislead
            return True
        for suffix in SUFFIXES:
            stem = low[: -len(suffix)]
            if len(stem) < 4 or not low.endswith(suffix):  # noqa: PLR2004  # short stems mislead
                continue
            if any(one in self.known or one in self.allowed for one in (stem, stem + "e")):
                return True
        return False

    def is_name(self, low: str) -> bool:
        """Whether ``low`` is a first name somewhere and not an ordinary English word."""
        if low not in self.first or low in self.months:
            return False
        return not self.is_english(low) or low in self.sure or self._rare_word(low)

    def _rare_word(self, low: str) -> bool:
        # "jess", "anna" and "raj" stand in the dictionary too, but nobody means the strap,
        # the coin or the cat.
        return low in self.english_first and low not in self.known and low not in self.ambiguous

    def typo_of(self, low: str, targets: Container[str]) -> bool:
        """Whether one slip (a letter left out, added, swapped or wrong) leads to a target."""
        return len(low) <= LONGEST_SLIP and any(near in targets for near in slips(low))


def slips(word: str) -> Iterator[str]:
    """Yield every word one typing slip away from ``word``."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    for i in range(len(word)):
        head, tail = word[:i], word[i + 1 :]
        yield head + tail
        if tail:
            yield head + tail[0] + word[i] + tail[1:]
        for letter in letters:
            yield head + letter + tail
            yield head + letter + word[i:]


@cache
def lexicon() -> Lexicon:
    """Return the one lexicon of this process."""
    return Lexicon()
