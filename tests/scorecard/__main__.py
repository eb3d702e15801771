"""The score card: ``make scorecard`` measures everything and writes docs/reference/scorecard.md."""

import io
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

from tests.scorecard import score_deid, score_gate, score_marks, score_phrasing
from tests.scorecard.picture import draw

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE, PICTURE = DOCS / "reference" / "scorecard.md", DOCS / "images" / "scorecard.png"

INTRODUCTION = """# Score card

What the engines do on texts that nobody saw who wrote their rules or examples. Made by
`make scorecard`; the frozen files lie in `tests/scorecard/frozen`, with their sums.

All texts are invented. Each set was written by one author, apart from the authors of rules and
training examples; **no clinician has checked any of them yet**, and people agree only moderately
on such readings (published kappa about .3 to .74 for an utterance). Read the figures as a
comparison of methods on the same texts, not as what you will see in your clinic. A clinic can
measure its own: `python -m bot phrase --score pairs.jsonl` ([how](command-line.md#phrase)).

![Three bar charts: readings of a draft, danger heard, and direct identifiers found or asked about;
Attune beside other readers and systems, the aims as dotted lines.](../images/scorecard.png)
"""

CLOSING = """
## What falls short

- Readings: the aims are met. On three sets before this one, each at its first opening, it was .929,
  .902 and .948: sets by different authors differ by more than the intervals say. The encoder alone
  reads as well; rules and wording lower the share of swaps.
- Alternatives: the aim is nine in ten usable as they stand and none harmful. In the last round
  two in three were, by either of two readers, none was harmful and three to five in a hundred did
  not fit; the others mostly lack a word of this client's own. Where no line is likely enough to be
  signed, none is offered: seven remarks in ten get none.
- The gate: the aim is .99 of all danger heard, with 5 % of idioms taken for it. The counts are of
  the set's first opening: two of 180 were missed, both of suicide. On a former set of
  another author it hears .983. The price is paid by what is harmless: of 110 ordinary remarks by
  one more author 14 were taken for danger, of ordinary drafts nine in a hundred. A clinic must not
  rely on the gate; its protocol comes first.
- Typed questions: the aim is .95 with client and draft found as they stand. At its first opening
  the set showed .913; ways of typing that a former set had shown were mended since, nothing that
  this one did.
- De-identification: the aims on what is found are met. One clean message in ten has something
  hidden (aim: one in twenty), mostly words that are names as well. At its first opening the set
  showed .970 redacted; since then the learned readers alone have a higher bar.
  Memory is a little over the aimed 200 MB: the network that reads context came with 45.
  Presidio with a small spaCy model could not be installed beside the others; in an earlier run on
  another set it found .61.
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
    page = INTRODUCTION + "".join(parts) + CLOSING
    PAGE.write_text(page, encoding="utf-8")
    PICTURE.write_bytes(draw(page))
    sys.stdout.write(f"Written to {PAGE.name} and {PICTURE.name}\n")


if __name__ == "__main__":
    main()
