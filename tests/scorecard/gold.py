"""Gold spans for de-identification: the open set's mark-up, and frozen sets by their checksum."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bot.deidentify import Label

FOLDER: Final = Path(__file__).parent
OPEN: Final = FOLDER / "open" / "deid.txt"
FROZEN: Final = FOLDER / "frozen"
SUMS: Final = "SHA256SUMS"
NAME_KINDS: Final = frozenset(
    ["plain", "lowercase", "nickname", "initial", "misspelt", "possessive", "compound"]
)
LABELS: Final = frozenset(label.value for label in Label)
_MARK: Final = re.compile(r"\{([A-Z_0-9]+)(?::(\w+))?\|([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """What must not be readable: offsets into the message, a label, for names a kind."""

    start: int
    end: int
    label: str
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class GoldMessage:
    """A message with its gold spans; without spans it is clean. ``group``: a naming culture."""

    id: str
    text: str
    spans: tuple[GoldSpan, ...]
    group: str | None = None


def unmarked(number: str, line: str) -> GoldMessage:
    r"""Read one marked-up line: ``Saw {NAME:plain|Anna}.\nSad.``, where ``\n`` breaks the line.

    Raises ``ValueError`` for an unknown label, an unknown kind and a brace left over.
    """
    pieces: list[str] = []
    spans: list[GoldSpan] = []
    at = length = 0
    line = line.replace("\\n", "\n")
    for mark in _MARK.finditer(line):
        label, kind, words = mark[1], mark[2], mark[3]
        if label not in LABELS or (kind is not None and kind not in NAME_KINDS):
            raise ValueError(f"message {number}: unknown mark {label}:{kind}")
        before = line[at : mark.start()]
        pieces += [before, words]
        start = length + len(before)
        length = start + len(words)
        spans.append(GoldSpan(start, length, label, kind))
        at = mark.end()
    text = "".join([*pieces, line[at:]])
    if "{" in text or "}" in text:
        raise ValueError(f"message {number}: a mark is not closed or not known")
    return GoldMessage(number, text, tuple(spans))


def open_set(path: Path = OPEN) -> list[GoldMessage]:
    """Return the open set; lines that begin with ``#`` are comments."""
    lines = path.read_text("utf-8").splitlines()
    return [
        unmarked(f"{path.stem}-{number}", line)
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.startswith("#")
    ]


def marked_rows(name: str, folder: Path = OPEN.parent) -> list[GoldMessage]:
    """Return an open set in JSON Lines, such as a sealed one that has since been read."""
    return list(_rows((folder / name).read_text("utf-8")))


def frozen_set(name: str, folder: Path = FROZEN) -> list[GoldMessage] | None:
    """Return a sealed set in JSON Lines, or None where it is absent.

    Raises ``ValueError`` when the file is not the one whose SHA-256 stands in ``SHA256SUMS``.
    """
    path = folder / name
    if not path.exists():
        return None
    content = path.read_bytes()
    sums = (folder / SUMS).read_text("utf-8").splitlines() if (folder / SUMS).exists() else []
    wanted = {line.split()[-1].lstrip("*"): line.split()[0] for line in sums if line.strip()}
    if wanted.get(name) != hashlib.sha256(content).hexdigest():
        raise ValueError(f"{name} is not the file that was frozen")
    return list(_rows(content.decode("utf-8")))


def _rows(content: str) -> Iterator[GoldMessage]:
    for line in content.splitlines():
        if not line.strip():
            continue
        row: dict[str, Any] = json.loads(line)
        spans = tuple(
            GoldSpan(s["start"], s["end"], s["label"], s.get("kind") or s.get("type"))
            for s in row["spans"]
        )
        yield GoldMessage(
            str(row["id"]), row["text"], spans, row.get("culture") or row.get("group")
        )
