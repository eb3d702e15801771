"""A small network that reads words in their context: the tagger's companion.

The first three layers of all-MiniLM-L6-v2 (Apache-2.0), tuned on the same marked messages as the
tagger by ``tests/training/context.py``. What stands in small letters or is a word like any other
("art my newest client") is known by what stands around it. The pieces of a word carry some of its
traits too, among them what the rules said, as marks that are added to their meaning.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bot.deidentify.tagger import CLASSES, FOLDER
from bot.deidentify.traits import TRAITS, Token
from bot.weights import Network, verify

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, Any]

MARKS: Final = ("capital", "rule", "lists", "name", "gap", "role", "shape", "message")
"""The traits that the network sees beside the pieces."""

CODES: Final = 512
"""So many codes a trait has; 0 is "none"."""

LONGEST: Final = 4000
"""Characters of a text that is read. No form takes as many; longer ones are the tagger's alone."""

CORE: Final = 128
"""Pieces of a text that are judged at once."""

MARGIN: Final = 24
"""Pieces on either side that are read along with them."""

OPENING, CLOSING = 101, 102
"""The pieces that stand before and behind every text."""
_NOTHING: Final = (0,) * len(MARKS)
_AT: Final = tuple(TRAITS.index(mark) for mark in MARKS)


@lru_cache(maxsize=1 << 14)  # shapes come from what people type, so there is no end of them
def code(place: int, trait: str) -> int:
    """Return the code of a trait at its place among ``MARKS``."""
    return 1 + zlib.crc32(f"{place}{trait}".encode()) % (CODES - 1) if trait else 0


def marks_of(row: Sequence[str]) -> tuple[int, ...]:
    """Return the codes of a token's traits."""
    return tuple(code(place, row[at]) for place, at in enumerate(_AT))


def owners(offsets: Sequence[tuple[int, int]], found: Sequence[Token]) -> list[int]:
    """Return for each piece, given by where it stands, the token it is of; -1 for none."""
    owner, at = [], 0
    for start, end in offsets:
        while at < len(found) and found[at].end <= start:
            at += 1
        owner.append(at if at < len(found) and found[at].start < end and start < end else -1)
    return owner


class Context:
    """Gives every token a share of certainty for each class."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Load and check the weights; raise ``FileNotFoundError`` or ``ValueError``."""
        import numpy as np  # noqa: PLC0415  heavy

        verify(folder)
        self._numbers: Any = np
        self._network = Network(folder / "context.onnx")

    def shares(self, text: str, found: Sequence[Token], rows: Sequence[Sequence[str]]) -> Numbers:
        """Return tokens x classes, each row adding up to one; zeros for what was not read.

        Args:
            text: The page's text, whose tokens ``found`` are.
            found: The tokens in order.
            rows: Their traits (``traits``).
        """
        pieces = self._network.pieces(text if len(text) <= LONGEST else "", bare=True)
        owner = owners(pieces.offsets, found)
        marks = [marks_of(row) for row in rows]
        shares: Numbers = self._numbers.zeros((len(found), len(CLASSES)), dtype="float32")
        for start in range(0, len(owner), CORE):
            first, last = max(0, start - MARGIN), start + CORE + MARGIN
            seen = [marks[one] if one >= 0 else _NOTHING for one in owner[first:last]]
            judged = self._network.run(
                [OPENING, *pieces.ids[first:last], CLOSING], [_NOTHING, *seen, _NOTHING]
            )
            for at in range(start, min(start + CORE, len(owner))):
                one = owner[at]
                if one >= 0 and (at == 0 or owner[at - 1] != one):
                    shares[one] = judged[at - first + 1]
        return shares


@cache
def context() -> Context:
    """Return the network, loaded at first use."""
    return Context()
