"""Which of the lines readers chose for which statements: ``choices.tsv``.

One row a statement: its words, then the names of all lines that a reader, who had the whole list
before them, would be content to hear said next as they stand, the best first. A line is named by
the checksum of its words, so that one that was changed since teaches nothing.
"""

from functools import cache
from pathlib import Path

from bot.guidance.lines import lines

CHOICES = Path(__file__).with_name("choices.tsv")


@cache
def choices() -> dict[str, frozenset[str]]:
    """Return the names of the chosen lines by statement; none were chosen for some."""
    rows = (row.split("\t") for row in CHOICES.read_text(encoding="utf-8").splitlines())
    return {client: frozenset(names.split()) & frozenset(lines()) for client, names in rows}
