"""Kinds of moments in therapy, finer than a bid, each with lines that fit every moment of its kind.

The files in ``situations/`` are material that the encoder learns from: what a reply does, whatever
it is about, and which situation a statement is a case of, which votes on its pull.
One block a situation:

    situation: asks_if_boring
    bid: reassurance
    about: the client asks whether the therapist finds them boring
    C: Do I bore you?
    attuned/explore: What do you imagine happens in me while you talk?
    collusion/reassure: Not at all, I love our hours.

All of it is invented. No clinician has checked it yet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from bot.guidance.model import Bid, Stance, Subtype

FOLDER: Final = Path(__file__).with_name("situations")
_ITEM: Final = re.compile(r"(?P<key>[a-z]+|C)(?:/(?P<subtype>[a-z_]+))?: *(?P<text>.+)")
_STANCES: Final = frozenset(stance.value for stance in Stance)


@dataclass(frozen=True, slots=True)
class Line:
    """What a therapist might say: its stance, its move where it has one, its words."""

    stance: Stance
    move: Subtype | None
    text: str


@dataclass(frozen=True, slots=True)
class Situation:
    """A kind of moment: what clients say in it, and what may be said to any of them.

    ``about`` is one sentence for whoever reviews the lines. ``clients`` serve training alone.
    """

    name: str
    bid: Bid
    about: str
    clients: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def attuned(self) -> tuple[Line, ...]:
        """The lines that may be offered."""
        return tuple(line for line in self.lines if line.stance is Stance.ATTUNED)


@cache
def situations() -> tuple[Situation, ...]:
    """Return all situations, sorted by name: their order is the order of the encoder's classes."""
    found = [one for path in sorted(FOLDER.glob("*.txt")) for one in read_situations(path)]
    return tuple(sorted(found, key=lambda one: one.name))


@cache
def pulls() -> dict[str, Bid]:
    """Return the pull of each situation by its name; ``none`` has none."""
    return {one.name: one.bid for one in situations()}


def read_situations(path: Path) -> list[Situation]:
    """Return the situations of one file; raise ``ValueError`` naming a malformed block."""
    blocks = path.read_text(encoding="utf-8").split("\n\n")
    return [_read(block, path.name) for block in blocks if "situation:" in block]


def _read(block: str, file: str) -> Situation:
    head: dict[str, str] = {}
    clients: list[str] = []
    lines: list[Line] = []
    for raw in block.strip().splitlines():
        if raw.startswith("#"):
            continue
        item = _ITEM.fullmatch(raw.strip())
        if item is None:
            message = f"{file}, situation {head.get('situation')}: {raw[:20]!r} is no item"
            raise ValueError(message)
        key, text = item["key"], item["text"].strip()
        if key == "C":
            clients.append(text)
        elif key in _STANCES:
            move = Subtype(item["subtype"]) if item["subtype"] else None
            lines.append(Line(Stance(key), move, text))
        else:
            head[key] = text
    return Situation(
        head["situation"], Bid(head["bid"]), head["about"], tuple(clients), tuple(lines)
    )
