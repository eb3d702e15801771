"""The score card: ``make scorecard`` measures everything and writes docs/reference/scorecard.md."""

import io
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

from tests.scorecard import score_deid, score_gate, score_marks, score_phrasing

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "scorecard.md"

INTRODUCTION = """# Score card

What the engines do on texts that nobody saw who wrote their rules or examples. Made by
`make scorecard`; the frozen files lie in `tests/scorecard/frozen`, with their sums.

All texts are invented. Each set was written by one author, apart from the authors of rules and
training examples; **no clinician has checked any of them yet**, and people agree only moderately
on such readings (published kappa about .3 to .74 for an utterance). Read the figures as a
comparison of methods on the same texts, not as what you will see in your clinic. A clinic can
measure its own: `python -m bot phrase --jsonl < pairs.jsonl`.
"""

CLOSING = """
## What falls short

- Phrasing: the aim is a macro-F1 of .92 and 96 % right at 88 % told; the pull of the client's line
  is right for half of the statements, the aim is .80.
- Alternatives: the aim is nine in ten usable as they stand and none harmful; "after" was marked by
  the author of the revised lines. Where the client's pull is misread, the lines seldom fit.
- The gate: the aim is .99 of all risk heard. It is missing most where danger is said without any of
  its usual words. A clinic must not rely on it; its protocol comes first.
- Typed questions: the aim is .95 with client and draft found as they stand.
- De-identification: the aim on direct identifiers is .99 (redact or ask) and .95 (redact), with at
  most 5 % of clean messages redacted.
- One statement of the phrasing set also occurs among the training statements, with other replies.
"""


def section(title: str, measure: Callable[[], object]) -> str:
    """Run one measurement and return its table under a heading."""
    sys.stdout.write(f"{title} …\n")
    sys.stdout.flush()
    said = io.StringIO()
    with redirect_stdout(said):
        measure()
    return f"\n## {title}\n\n{said.getvalue().strip()}\n"


def main() -> None:
    """Measure and write the page."""
    parts = [
        section("Readings of a draft", score_phrasing.main),
        section("Alternatives, marked by a second author", score_marks.main),
        section("Safety gate and typed questions", score_gate.main),
        section("De-identification", score_deid.main),
    ]
    PAGE.write_text(INTRODUCTION + "".join(parts) + CLOSING, encoding="utf-8")
    sys.stdout.write(f"Written to {PAGE.name}\n")


if __name__ == "__main__":
    main()
