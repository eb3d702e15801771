"""Readings of a draft on statements that nobody saw who wrote rules or training examples.

    python -m tests.scorecard.score_phrasing

Beside ours, in one run: the commonest stance, TF-IDF with logistic regression, the rules alone and
the encoder alone. Intervals are 95 % bootstrap intervals over whole statements (2,000 draws).
"""

import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from bot.guidance.encoder import BIDS, encoder
from bot.guidance.model import Exchange, Stance
from bot.guidance.reading import read
from tests.training.examples import Pair, all_pairs, read_pairs

FROZEN = Path(__file__).with_name("frozen") / "phrasing_test.txt"
MAIN = ("collusion", "attuned", "confrontation")
DRAWS = 2000


@dataclass(frozen=True, slots=True)
class Row:
    """One reader's figures on the frozen pairs."""

    name: str
    macro_f1: float
    low: float
    high: float
    swaps: float
    coverage: float
    right_when_told: float
    calibration_error: float


Said = tuple[str, float]
"""A stance (or "unclear") with its probability."""


def f1(pairs: Sequence[tuple[str, str]]) -> float:
    """The mean F1 over the three stances; an abstention counts as wrong."""
    scores = []
    for stance in MAIN:
        hit = sum(gold == said == stance for gold, said in pairs)
        either = sum((gold == stance) + (said == stance) for gold, said in pairs)
        scores.append(2 * hit / either if either else 0.0)
    return sum(scores) / len(scores)


def measured(name: str, pairs: list[Pair], said: list[Said]) -> Row:
    """The figures of one reader."""
    told = [(pair.stance, stance) for pair, (stance, _) in zip(pairs, said, strict=True)]
    groups: dict[str, list[tuple[str, str]]] = {}
    for pair, one in zip(pairs, told, strict=True):
        groups.setdefault(pair.group, []).append(one)
    chance, names = random.Random(1), sorted(groups)
    draws = sorted(
        f1([one for group in chance.choices(names, k=len(names)) for one in groups[group]])
        for _ in range(DRAWS)
    )
    kept = [(gold, stance) for gold, stance in told if stance != "unclear"]
    swapped = {("collusion", "confrontation"), ("confrontation", "collusion")}
    return Row(
        name,
        f1(told),
        draws[int(DRAWS * 0.025)],
        draws[int(DRAWS * 0.975)],
        sum(one in swapped for one in told) / len(told),
        len(kept) / len(told),
        sum(gold == stance for gold, stance in kept) / max(1, len(kept)),
        calibration([(gold == stance, sure) for (gold, stance), (_, sure) in
                     zip(told, said, strict=True) if stance != "unclear"]),
    )  # fmt: skip


def calibration(told: Sequence[tuple[bool, float]], bins: int = 10) -> float:
    """Expected calibration error: the mean distance of confidence from the share right."""
    total = 0.0
    for low in np.arange(0, 1, 1 / bins):
        inside = [(right, sure) for right, sure in told if low < sure <= low + 1 / bins]
        if inside:
            right = sum(one for one, _ in inside) / len(inside)
            sure = sum(one for _, one in inside) / len(inside)
            total += abs(right - sure) * len(inside) / len(told)
    return total


def ours(pair: Pair) -> tuple[Said, Any]:
    """Our reading, with the encoder where there is one."""
    found = encoder()
    opinion = found.opinion(pair.client, pair.reply) if found else None
    reading = read(Exchange(pair.client, pair.reply), opinion)
    return (reading.stance.value, reading.confidence), reading


def rivals(train: list[Pair]) -> dict[str, Callable[[Pair], Said]]:
    """The readers that ours is measured beside."""
    stances = [one.stance for one in train]
    words = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        LogisticRegression(C=4, max_iter=3000),
    ).fit([one.reply for one in train], stances)
    commonest = max(MAIN, key=stances.count)

    def by_words(pair: Pair) -> Said:
        likely = words.predict_proba([pair.reply])[0]
        return str(words.classes_[likely.argmax()]), float(likely.max())

    def by_rules(pair: Pair) -> Said:
        reading = read(Exchange(pair.client, pair.reply))
        return reading.stance.value, reading.confidence

    def by_encoder(pair: Pair) -> Said:
        found = encoder()
        if found is None:
            return Stance.UNCLEAR.value, 0.0
        logits = found.opinion(pair.client, pair.reply).stances
        raised = {stance: np.exp(value) for stance, value in logits.items()}
        best = max(raised, key=lambda stance: raised[stance])
        return best.value, float(raised[best] / sum(raised.values()))

    return {
        "commonest stance": lambda _: (commonest, stances.count(commonest) / len(stances)),
        "TF-IDF + logistic regression": by_words,
        "rules alone": by_rules,
        "encoder alone": by_encoder,
    }


def main() -> list[Row]:
    """Print the table; return its rows."""
    pairs = list(read_pairs(FROZEN))
    rows = [
        measured(name, pairs, [reader(pair) for pair in pairs])
        for name, reader in rivals(all_pairs()).items()
    ]
    took, said, kinds = [], [], []
    for pair in pairs:
        begun = time.perf_counter()
        one, reading = ours(pair)
        took.append((time.perf_counter() - begun) * 1000)
        said.append(one)
        if pair.subtype and reading.subtype:
            kinds.append(pair.subtype == reading.subtype.value)
    rows.append(measured("all together (ours)", pairs, said))
    write = sys.stdout.write
    write(f"{len(pairs)} pairs over {len({one.group for one in pairs})} unseen statements\n\n")
    write("| reader | macro-F1 | 95 % | swaps | told | right when told | calibration error |\n")
    write("|---|---|---|---|---|---|---|\n")
    for row in rows:
        write(
            f"| {row.name} | {row.macro_f1:.3f} | {row.low:.3f}–{row.high:.3f} | {row.swaps:.3f} | "
            f"{row.coverage:.3f} | {row.right_when_told:.3f} | {row.calibration_error:.3f} |\n"
        )
    all_kinds = sum(pair.subtype is not None for pair in pairs)
    write(f"\nSubtype right: {sum(kinds) / all_kinds:.3f} of all pairs that have one\n")
    write(f"Pull of the client's line right: {_bids(pairs):.3f} of statements\n")
    write(f"A reading takes {np.percentile(took, 50):.1f} ms (p95 {np.percentile(took, 95):.1f})\n")
    return rows


def _bids(pairs: list[Pair]) -> float:
    known = {bid.value for bid in BIDS}
    statements = {one.client: one.bid for one in pairs if one.bid in known}
    found = encoder()
    right = 0
    for line, bid in statements.items():
        reading = read(Exchange(line, None), found.opinion(line, "") if found else None)
        right += reading.bid is not None and reading.bid.value == bid
    return right / len(statements)


if __name__ == "__main__":
    main()
