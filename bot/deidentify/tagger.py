"""A small learned tagger: how likely each word is part of something that identifies.

A linear model (multinomial logistic regression) over hashed traits of a word and its neighbours,
trained by ``tests/training/tagger.py`` on authored, marked messages; ``weights/PROVENANCE.md``
says on which. The weights are one byte each and are checked by their sha256 when they are loaded.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bot.deidentify.lexicon import lexicon
from bot.deidentify.traits import TRAITS, Token
from bot.weights import verify

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, Any]

FOLDER: Final = Path(__file__).with_name("weights")
CLASSES: Final = (
    "",
    "NAME",
    "LOCATION",
    "ORG",
    "DATE",
    "AGE",
    "ADDRESS",
    "OCCUPATION",
    "RARE",
    "OTHER",
)
"""What a word may be part of; the first is nothing. OTHER stands for numbers, links and codes."""
BITS: Final = 20
SOUNDS: Final = 1 << 14
REACH: Final = 3
_WORD: Final = (1 << 64) - 1
_ODD: Final = 0x9E3779B97F4A7C15
_SALT: Final = 0x632BE59BD9B4E019
_SLIP: Final = 4
"""Shorter strings are one slip away from too many words."""

_AT: Final = {name: at for at, name in enumerate(TRAITS)}
_NEAR: Final = (
    *("word", "lists", "name", "role", "roles", "capital"),
    *("gap", "kind", "sort", "rule", "sounds", "shape"),
)
_FURTHER: Final = ("word", "name", "role", "capital", "gap", "sort", "rule", "kind")
_FURTHEST: Final = ("word", "role", "sort", "rule")
_SINGLE: Final = {
    0: TRAITS,
    -1: _NEAR,
    1: _NEAR,
    -2: _FURTHER,
    2: _FURTHER,
    -3: _FURTHEST,
    3: _FURTHEST,
}
_JOINT: Final = """
word-1 word|word word+1|word-1 word+1|word-2 word-1|word+1 word+2|word-1 lists|word+1 lists
word-1 name|word+1 name|word-1 sounds|word+1 sounds|word-1 capital|word+1 capital
word-1 shape|word+1 shape|word-2 word-1 name|word+1 word+2 name|word-1 word+1 name
word-2 word-1 lists|word+1 word+2 lists|role-1 lists|role+1 lists|role-1 name|role+1 name
role-1 sounds|role+1 sounds|role-1 capital|role+1 capital|role-1 role+1 name
role-1 role+1 sounds|role-1 role+1 lists|role-1 role+1 capital|kind-1 lists|kind+1 lists
kind-1 name|kind+1 name|kind-1 capital|kind+1 capital|kind-1 sounds|kind+1 sounds
kind-1 kind|kind kind+1|kind-1 kind kind+1|sort-1 sort|sort sort+1|sort-1 sort+1 capital
gap gap+1|gap name capital|gap+1 name capital|gap gap+1 lists capital|gap gap+1 sounds capital
name capital|lists capital|sounds capital|lists name|lists sounds|lists name capital
sounds name capital|kind capital|sort capital|roles capital|word capital|word message
message capital|message lists|message name|cue lists|cue name|cue sounds|cue capital|cue word
cue lists capital|cue name capital|rule word|rule name|rule lists|rule capital|rule sounds
rule cue|rule lists capital|rule name capital|rule-1 rule|rule rule+1|rule-1 rule rule+1
rule-1 word|rule+1 word|rule-1 name capital|rule+1 name capital|rule message|rule gap gap+1
rule role-1|rule role+1|rule kind|again name|again lists|again capital|again sounds
capital-1 capital|capital capital+1|capital-1 capital capital+1|shape gap gap+1
shape word-1 word+1|shape role-1|shape role+1|shape word-1 gap+1
""".replace("\n", "|")


def _templates() -> tuple[tuple[tuple[int, int], ...], ...]:
    """Return (trait, offset) pairs of every feature."""
    single = [((_AT[name], step),) for step, names in _SINGLE.items() for name in names]
    joint = []
    for entry in filter(None, _JOINT.split("|")):
        parts = []
        for part in entry.split():
            name = part.rstrip("+-0123456789")
            parts.append((_AT[name], int(part[len(name) :] or 0)))
        joint.append(tuple(parts))
    return (*single, *joint)


TEMPLATES: Final = _templates()


def coded(rows: Sequence[Sequence[str]]) -> Numbers:
    """Return the traits as numbers, one row a token, with ``REACH`` empty rows around."""
    import numpy as np  # noqa: PLC0415  heavy

    known: dict[str, int] = {}
    numbers = np.zeros((len(rows) + 2 * REACH, len(TRAITS)), dtype=np.uint64)
    for index, row in enumerate(rows, REACH):
        codes = []
        for trait in row:
            code = known.get(trait)
            if code is None:
                code = known[trait] = zlib.crc32(trait.encode()) + 1
            codes.append(code)
        numbers[index] = codes
    return numbers


@cache
def _groups() -> tuple[tuple[Any, Any, tuple[Any, ...]], ...]:
    """Return templates with one, two, three parts: their places, salts and columns by part."""
    import numpy as np  # noqa: PLC0415  heavy

    groups = []
    for size in sorted({len(parts) for parts in TEMPLATES}):
        places = [at for at, parts in enumerate(TEMPLATES) if len(parts) == size]
        salts = [(at + 1) * _SALT & _WORD for at in places]
        columns = tuple(
            np.array(
                [(REACH + TEMPLATES[at][n][1]) * len(TRAITS) + TEMPLATES[at][n][0] for at in places]
            )
            for n in range(size)
        )
        groups.append((np.array(places), np.array(salts, dtype=np.uint64), columns))
    return tuple(groups)


def features(numbers: Numbers) -> Numbers:
    """Return the buckets of every token's features: tokens x templates."""
    import numpy as np  # noqa: PLC0415  heavy

    count = len(numbers) - 2 * REACH
    found = np.empty((count, len(TEMPLATES)), dtype=np.int32)
    around = np.hstack([numbers[step : step + count] for step in range(2 * REACH + 1)])
    odd, shift = np.uint64(_ODD), np.uint64(29)
    for places, salts, columns in _groups():
        mixed = np.broadcast_to(salts, (count, len(salts)))
        for column in columns:
            mixed = (mixed ^ around[:, column]) * odd
            mixed ^= mixed >> shift
        found[:, places] = (mixed * odd) >> np.uint64(64 - BITS)
    return found


class Tagger:
    """Gives every token a share of certainty for each class."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Load and check the weights; raise ``FileNotFoundError`` or ``ValueError``."""
        import numpy as np  # noqa: PLC0415  heavy

        verify(folder)
        with np.load(folder / "tagger.npz") as stored:
            rows = stored["weights"]
            self._weights: Numbers = np.vstack([np.zeros_like(rows[:1]), rows])
            self._row: Numbers = np.zeros(1 << BITS, dtype=np.int32)
            self._row[np.cumsum(stored["steps"], dtype=np.int64)] = np.arange(1, len(rows) + 1)
            self._scale: Numbers = stored["scale"]
            self._bias: Numbers = stored["bias"]

    def shares(
        self,
        text: str,  # noqa: ARG002  the traits hold all that this one looks at
        found: Sequence[Token],
        rows: Sequence[Sequence[str]],
    ) -> Numbers:
        """Return tokens x classes, each row adding up to one; see ``weigh.Reader``."""
        import numpy as np  # noqa: PLC0415  heavy

        if not found:
            return np.zeros((0, len(CLASSES)), dtype=np.float32)
        kept = self._row[features(coded(rows))]
        sums = self._weights[kept].sum(1, dtype=np.int32)
        logits = sums * self._scale + self._bias
        raised = np.exp(logits - logits.max(1, keepdims=True))
        shares: Numbers = raised / raised.sum(1, keepdims=True)
        return shares


class Sounds:
    """How much a word sounds like a name, and what kind of word it is, in small steps."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Load and check the tables."""
        import numpy as np  # noqa: PLC0415  heavy

        with np.load(folder / "words.npz") as stored:
            self._weights: list[int] = stored["sounds"].tolist()
            self._scale, self._bias = (float(x) for x in stored["line"])
            self._kinds: Numbers = stored["kinds"]
            self._sorts: list[int] = stored["sorts"].tolist()

    def sounds(self, low: str, *, slips: bool) -> str:
        """Return a step from 0 (a word) to 9 (a name), and "t" for a likely slip of a word."""
        spelled = f"^{low[:20]}$"
        grams = [
            self._weights[zlib.crc32(spelled[i : i + n].encode()) % SOUNDS]
            for n in (2, 3, 4)
            for i in range(len(spelled) - n + 1)
        ]
        line = sum(grams) / len(grams) ** 0.5 * self._scale + self._bias
        slip = (
            "t" if slips and len(low) >= _SLIP and lexicon().typo_of(low, lexicon().common) else ""
        )
        return f"{min(9, max(0, round(line) + 4))}{slip}"

    def meaning(self, low: str) -> tuple[str, str]:
        """Return the fine and the coarse kind of a listed word, or two empty strings."""
        place = lexicon().known.get(low)
        if place is None:
            return "", ""
        kind = int(self._kinds[place])
        return str(kind), f"s{self._sorts[kind]}"


@cache
def sounds() -> Sounds:
    """Return the tables, loaded at first use."""
    return Sounds()


@cache
def tagger() -> Tagger:
    """Return the tagger, loaded at first use."""
    return Tagger()
