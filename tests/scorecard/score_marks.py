"""How a second reader marked the alternatives offered for client statements nobody had tuned for.

    python -m tests.scorecard.score_marks

Each row of ``marks.jsonl`` is one alternative beside one client statement, marked strictly by a
supervisor's standard by a reader who had not written the lines. No licensed clinician has checked
the marks yet. ``before`` and ``after``: the bank of lines for pulls, at first look and after the
same reader had revised it. ``situations``: lines of the likeliest situations, chosen by how well
they fit. ``sure``: lines of a situation only where the encoder is sure of it, else those of the
pull. Those two on 60 and 40 statements of a frozen set. ``widened``: every situation with 26
statements by two authors, its lines checked against them by the second, and lines that fit
elsewhere too; on 68 statements of a newer set. ``open``: as that, but lines for a pull only where
two heads are sure of it, else lines for an open pull, which readers refused: they are offered only
where no pull can be told at all. ``pulls``: the pull's lines wherever it is told. ``chosen``: the
lines that readers' choices say fit, or none. Each by two readers, on statements of the set that was
frozen then. ``signed``: what readers' marks say would be signed, from 70 % on, on the frozen set.
``now``: the same, with further marks and from 75 % on, on statements by one more author.
Statements without alternatives have no row.
"""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Literal, TypedDict

MARKS = Path(__file__).with_name("marks.jsonl")
STATEMENTS = {
    "before": 60,
    "after": 30,
    "situations": 60,
    "sure": 40,
    "widened": 68,
    "open": 60,
    "pulls": 60,
    "chosen": 60,
    "signed": 89,
    "now": 96,
}
"""How many statements were read in each round, those without alternatives among them."""


class Mark(TypedDict):
    """One alternative, its mark, whether it could do harm, and what to change or why not."""

    client: str
    line: str
    mark: Literal["usable", "change", "not"]
    harmful: bool
    note: str
    round: str


def marks() -> list[Mark]:
    """Every mark, in the order given."""
    return [json.loads(line) for line in MARKS.read_text(encoding="utf-8").splitlines()]


def counted(name: str, rows: list[Mark]) -> str:
    """One row of the table: shares of the alternatives, and how many and how varied they are."""
    kinds = Counter(row["mark"] for row in rows)
    harmful = sum(row["harmful"] for row in rows)
    statements = STATEMENTS[name]
    with_one = len({row["client"] for row in rows if row["mark"] == "usable"})
    cells = [
        name,
        f"{statements}",
        *(f"{kinds[kind]} ({kinds[kind] / len(rows):.0%})" for kind in ("usable", "change", "not")),
        f"{harmful} ({harmful / len(rows):.0%})",
        f"{with_one / statements:.0%}",
        f"{len(rows) / statements:.1f}",
        f"{len({row['line'] for row in rows})} of {len(rows)}",
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Print the table."""
    heads = [
        "Round", "Statements", "Usable as it stands", "With a change", "Not", "Harmful",
        "Statements with a usable line", "Alternatives per statement", "Distinct lines",
    ]  # fmt: skip
    every = marks()
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    rounds = {name: [row for row in every if row["round"] == name] for name in STATEMENTS}
    lines += [counted(name, rows) for name, rows in rounds.items() if rows]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
