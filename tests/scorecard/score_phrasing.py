"""Readings of a draft on statements that nobody saw who wrote rules or training examples.

    python -m tests.scorecard.score_phrasing

Beside ours, in one run: the commonest stance, TF-IDF with logistic regression, the rules alone and
the encoder alone. Intervals are 95 % bootstrap intervals over whole statements (2,000 draws).
"""

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from bot.guidance import Answer, Guidance
from bot.guidance.encoder import BIDS, Encoder, encoder
from bot.guidance.model import Exchange, Stance, Subtype
from bot.guidance.reading import read
from bot.guidance.scoring import POLES, Judged, Marked, macro_f1, score
from tests.scorecard.frozen_files import sealed
from tests.training.examples import Pair, all_pairs, read_pairs
from tests.training.material import situation_pairs

FROZEN = Path(__file__).with_name("frozen") / "phrasing_test.txt"
DRAWS = 2000

SOURCE_CLIENT = "Am I a bad patient?"
SOURCE = (
    ("Let's talk about something else.", "collusion"),
    ("You can be difficult at times.", "collusion"),
    ("No, no, no. You are not a 'bad patient.'", "confrontation"),
    ("Where did you get that idea?", "confrontation"),
    ("What would it mean to you to be a 'bad patient'?", "attuned"),
)

Reader = Callable[[Pair], Judged]


def marked(pair: Pair) -> Marked:
    """A pair of the frozen set as its author marked it."""
    subtype = Subtype(pair.subtype) if pair.subtype else None
    return Marked(Exchange(pair.client, pair.reply), Stance(pair.stance), subtype)


def ours(pair: Pair) -> Judged:
    """Our reading, with the encoder where there is one."""
    found = encoder()
    opinion = found.opinion(pair.client, pair.reply) if found else None
    reading = read(Exchange(pair.client, pair.reply), opinion)
    return Judged(marked(pair), reading.stance, reading.confidence, reading.subtype)


def rivals(train: list[Pair]) -> dict[str, Reader]:
    """The readers that ours is measured beside."""
    stances = [one.stance for one in train]
    words = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        LogisticRegression(C=4, max_iter=3000),
    ).fit([one.reply for one in train], stances)
    commonest = max(POLES, key=lambda stance: stances.count(stance.value))
    share = stances.count(commonest.value) / len(stances)

    def by_words(pair: Pair) -> Judged:
        likely = words.predict_proba([pair.reply])[0]
        said = Stance(words.classes_[likely.argmax()])
        return Judged(marked(pair), said, float(likely.max()))

    def by_rules(pair: Pair) -> Judged:
        reading = read(Exchange(pair.client, pair.reply))
        return Judged(marked(pair), reading.stance, reading.confidence, reading.subtype)

    def by_encoder(pair: Pair) -> Judged:
        opinion = _encoder().opinion(pair.client, pair.reply)
        raised = {stance: np.exp(value) for stance, value in opinion.stances.items()}
        best = max(raised, key=lambda stance: raised[stance])
        kind = max(opinion.subtypes, key=lambda one: opinion.subtypes[one])
        return Judged(marked(pair), best, float(raised[best] / sum(raised.values())), kind)

    return {
        "commonest stance": lambda pair: Judged(marked(pair), commonest, share),
        "TF-IDF + logistic regression": by_words,
        "rules alone (no encoder file)": by_rules,
        "encoder alone": by_encoder,
        "all together (ours)": ours,
    }


def interval(pairs: Sequence[Pair], said: Sequence[Judged]) -> tuple[float, float]:
    """The 95 % bootstrap interval of the macro-F1, drawn over whole statements."""
    groups: dict[str, list[tuple[Stance, Stance]]] = {}
    for pair, one in zip(pairs, said, strict=True):
        groups.setdefault(pair.group, []).append((one.marked.stance, one.stance))
    chance, names = random.Random(1), sorted(groups)
    draws = sorted(
        macro_f1([one for name in chance.choices(names, k=len(names)) for one in groups[name]])
        for _ in range(DRAWS)
    )
    return draws[int(DRAWS * 0.025)], draws[int(DRAWS * 0.975)]


def bids_right(pairs: Sequence[Pair]) -> tuple[float, float]:
    """Of the statements, the share whose pull is named rightly, and the share where one is told."""
    known = {bid.value for bid in BIDS}
    statements = {one.client: one.bid for one in pairs if one.bid in known}
    told = {
        line: read(Exchange(line, None), _encoder().opinion(line, "")).bid for line in statements
    }
    right = sum(told[line] is not None and told[line] == bid for line, bid in statements.items())
    named = sum(bid is not None for bid in told.values())
    return right / len(statements), named / len(statements)


def milliseconds(pairs: Sequence[Pair], work: Callable[[Pair], object]) -> tuple[float, float]:
    """The median and the 95th percentile of one call."""
    took = []
    for pair in pairs:
        begun = time.perf_counter()
        work(pair)
        took.append((time.perf_counter() - begun) * 1000)
    return float(np.percentile(took, 50)), float(np.percentile(took, 95))


async def answer(pair: Pair) -> Answer:
    """The whole answer to a pair typed as a question."""
    return await Guidance().ask(f"Client: {pair.client}\nMe: {pair.reply}")


def memory() -> int:
    """The most memory, in MB, that a process of its own held while it answered two questions."""
    work = (
        "import asyncio, resource; from bot.guidance import Exchange, Guidance; g = Guidance();"
        "ask = lambda: g.ask_pair(Exchange('Am I a bad patient?', 'No, of course not.'));"
        "asyncio.run(ask()); asyncio.run(ask());"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    command = [sys.executable, "-c", work]
    run = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  our own
    return int(run.stdout) // 1024


def main() -> None:
    """Print the tables."""
    sealed(FROZEN.name)
    pairs, write = list(read_pairs(FROZEN)), sys.stdout.write
    write(f"{len(pairs)} pairs over {len({one.group for one in pairs})} unseen statements\n\n")
    write("| reader | macro-F1 | 95 % | swaps | told | right when told | calibration | subtype |\n")
    write("|---|---|---|---|---|---|---|---|\n")
    train = all_pairs() + situation_pairs(random.Random(0), each=1)
    for name, reader in rivals(train).items():
        said = [reader(pair) for pair in pairs]
        found, (low, high) = score(said), interval(pairs, said)
        write(
            f"| {name} | {found.macro_f1:.3f} | {low:.3f}–{high:.3f} | {found.swaps:.3f} | "
            f"{found.told:.3f} | {found.right_when_told:.3f} | {found.calibration_error:.3f} | "
            f"{found.subtype or 0:.3f} |\n"
        )
    source = sum(
        ours(Pair(SOURCE_CLIENT, reply, stance, None, "reassurance", "source")).right
        for reply, stance in SOURCE
    )
    write(f"\nThe source's own readings right: {source} of {len(SOURCE)}\n")
    right, named = bids_right(pairs)
    write(f"Pull of the client's line right: {right:.3f} of statements (told for {named:.3f})\n")
    bare = milliseconds(pairs, lambda pair: _encoder().states_of(pair.client, pair.reply))
    whole = milliseconds(pairs, ours)
    write(
        f"A reading takes {whole[0]:.1f} ms (p95 {whole[1]:.1f}), the bare encoder call "
        f"{bare[0]:.1f} (p95 {bare[1]:.1f}): {whole[1] / bare[1]:.2f} times at p95\n"
    )
    answered = milliseconds(pairs[::5], lambda pair: asyncio.run(answer(pair)))
    write(
        f"A whole answer to a typed question, alternatives included: "
        f"{answered[0]:.0f} ms (p95 {answered[1]:.0f}); memory {memory()} MB\n"
    )


def _encoder() -> Encoder:
    found = encoder()
    if found is None:
        raise FileNotFoundError("the encoder's files")
    return found


if __name__ == "__main__":
    main()
