"""Which lines readers would have said: chosen from the list, and marked one by one.

``choices.tsv``: one row a statement, then the names of all lines that a reader, who had the whole
list before them, would be content to hear said next as they stand, the best first.
``choices_kinds.tsv`` is the same for a second list, written for kinds of remarks by authors who had
65 of each before them; a line of another kind counts as not chosen. ``marks.tsv``: one row a
statement, then single lines that stood beside it, each with a strict reader's mark: ``u`` usable as
it stands, ``c`` with a change, ``n`` not, ``h`` harmful. A line is named by the checksum of its
words, so that one that was changed since teaches nothing.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.guidance.lines import lines

CHOICES, OF_KINDS, MARKS = (
    Path(__file__).with_name(f"{name}.tsv") for name in ("choices", "choices_kinds", "marks")
)

Choices = dict[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Mark:
    """A line, by its name, beside a statement, and what a reader thought of it."""

    client: str
    line: str
    mark: str


@cache
def choices(path: Path = CHOICES) -> Choices:
    """Return the names of the chosen lines by statement; none were chosen for some."""
    return {client: frozenset(names) & frozenset(lines()) for client, *names in _rows(path)}


@cache
def marks() -> list[Mark]:
    """Return all marks of lines that there still are."""
    found = [Mark(client, *one.split(":")) for client, *given in _rows(MARKS) for one in given]
    return [one for one in found if one.line in lines()]


def _rows(path: Path) -> list[list[str]]:
    rows = (row.split("\t") for row in path.read_text(encoding="utf-8").splitlines())
    return [[client, *names.split()] for client, names in rows]
