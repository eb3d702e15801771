"""The authored examples of ``bot/guidance/examples``: statements, their pull, replies with stances.

One block a statement, readable by whoever wants to check or add to it:

    C: Am I a bad patient?
    bid: reassurance
    collusion/agree: You can be difficult at times.
    attuned/explore: What would it mean to you to be a 'bad patient'?

No clinician has checked them yet. Whole statements stay on one side of any split.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "bot" / "guidance" / "examples"
SPENT = [
    Path(__file__).with_name(f"spent_phrasing_{which}.txt")
    for which in ("second", "third", "fourth")
]
"""Former test sets of other authors, no measure any more. The encoder does not learn from them, so
that how far it can be believed is fitted on them."""

SOURCE = "first:1"
"""The example of the article that the idea comes from: it has to be read right."""

KEPT_OUT = 6
"""One statement in so many stays out of the first run of training."""

_REPLY = re.compile(r"(?P<stance>[a-z]+)(?:/(?P<subtype>[a-z_]+))?: *(?P<text>.+)")


@dataclass(frozen=True, slots=True)
class Pair:
    """A client's line with one reply. ``group`` names the statement it belongs to."""

    client: str
    reply: str
    stance: str
    subtype: str | None
    bid: str
    group: str


def read_pairs(path: Path) -> Iterator[Pair]:
    """Yield the pairs of one file; raise ``ValueError`` with the number of a malformed line."""
    client = bid = ""
    statements = 0
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("C:"):
            client, statements = text[2:].strip(), statements + 1
        elif text.startswith("bid:"):
            bid = text[4:].strip()
        elif found := _REPLY.fullmatch(text):
            stance, subtype, reply = found["stance"], found["subtype"], found["text"].strip()
            yield Pair(client, reply, stance, subtype, bid, f"{path.stem}:{statements}")
        else:
            message = f"{path.name}, line {number}, is neither a statement nor a reply"
            raise ValueError(message)


def all_pairs() -> list[Pair]:
    """Return every training pair."""
    return [pair for path in sorted(FOLDER.glob("*.txt")) for pair in read_pairs(path)]


def spent_pairs() -> list[Pair]:
    """Return the pairs of former test sets."""
    return [pair for path in SPENT for pair in read_pairs(path)]


def kept_out(pairs: list[Pair]) -> frozenset[str]:
    """The statements that the encoder does not see; the source's own example is not among them."""
    groups = sorted({one.group for one in pairs})
    random.Random(7).shuffle(groups)
    return frozenset(groups[::KEPT_OUT]) - {SOURCE}
