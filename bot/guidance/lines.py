"""The attuned lines that may be offered.

``knowledge/lines.tsv`` holds those that readers found to fit many different remarks as they stand;
which of them fit a remark, the encoder tells. ``knowledge/bank.toml`` holds lines for a pull alone,
for where there is no encoder, or no client's line.
"""

from __future__ import annotations

import zlib
from functools import cache
from importlib.resources import files

from bot.guidance.gate import screen
from bot.guidance.loader import knowledge
from bot.guidance.model import Side, Stance, Subtype
from bot.guidance.situations import Line


@cache
def lines() -> dict[str, Line]:
    """Return all lines by their :func:`key` that no rule of the gate takes for danger."""
    table = files("bot.guidance").joinpath("knowledge", "lines.tsv").read_text(encoding="utf-8")
    rows = (row.split("\t") for row in table.splitlines() if not row.startswith("#"))
    every = (_line(move, text) for move, text in rows)
    return {key(one.text): one for one in every if screen(one.text, Side.REPLY) is None}


@cache
def bank() -> dict[str, tuple[Line, ...]]:
    """Return the lines for a pull alone by its name, ``none`` for an unknown one."""
    return {
        name: tuple(_line(entry["move"], entry["text"]) for entry in entries)
        for name, entries in knowledge("bank").items()
    }


def key(text: str) -> str:
    """Return the name of a line: the checksum of its words, so that a changed line is a new one."""
    return f"{zlib.crc32(text.encode()):08x}"


def _line(move: str, text: str) -> Line:
    return Line(Stance.ATTUNED, Subtype(move), text)
