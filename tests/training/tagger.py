"""Train the tagger of ``bot/deidentify`` on authored messages; write its weights.

    python -m tests.training.tagger          # train on every author, write bot/deidentify/weights
    python -m tests.training.tagger --check  # leave each author out once, print what is found

Takes a few minutes on one core, needs scikit-learn (a test tool), and gives the same weights
for the same material: every draw has a fixed seed.
"""

import json
import random
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import scipy.sparse
from sklearn.linear_model import LogisticRegression

from bot.deidentify import Deidentifier, Tier
from bot.deidentify.context import context
from bot.deidentify.engine import Engine
from bot.deidentify.page import Page
from bot.deidentify.service import everywhere
from bot.deidentify.tagger import BITS, CLASSES, FOLDER, Tagger, coded, features, sounds
from bot.deidentify.traits import TRAITS, Token, tokens, traits, verdicts
from tests.scorecard.gold import GoldMessage, GoldSpan, marked_rows, open_set
from tests.scorecard.score_deid import Said, row
from tests.training.deid_material import copies
from tests.training.sums import seal

HERE: Final = Path(__file__).parent
GUIDANCE: Final = HERE.parents[1] / "bot" / "guidance" / "examples"
ROUNDS: Final = 2
SEED: Final = 1
BLIND: Final = 0.4
"""Share of messages in which the rules say nothing, so that the words themselves must."""
SEEN: Final = 6
"""A feature must stand at so many words to be learnt."""
STRICTNESS: Final = 0.5
TUNED: Final = 0.6
"""Weight of the messages that the rules were tuned on: there the rules look too good."""
SPOKEN: Final = 0.4
"""Weight of the dialogues, in which hardly anything identifies."""

_STRUCTURED: Final = ("PHONE", "EMAIL", "URL", "HANDLE", "ID_NUMBER", "PLATE", "IP")
_CLASS: Final = {
    **{name: at for at, name in enumerate(CLASSES)},
    **dict.fromkeys(_STRUCTURED, CLASSES.index("OTHER")),
    "AGE_OVER_89": CLASSES.index("AGE"),
}
_UNCLEAR: Final = -1


@dataclass(frozen=True, slots=True)
class Material:
    """Words of messages: their features (words x templates), classes, and weights."""

    features: Any
    classes: Any
    weights: Any


@dataclass(frozen=True, slots=True)
class Reading:
    """A message or a changed copy of it: its page's text and words, their traits and classes."""

    text: str
    tokens: Sequence[Token]
    rows: list[tuple[str, ...]]
    classes: list[int]
    is_copy: bool


def authors() -> dict[str, list[GoldMessage]]:
    """Return the marked messages by author."""
    found = {"open": open_set()}
    for name in ("deid_spent.jsonl", "deid_spent_second.jsonl"):
        found[name.removesuffix(".jsonl")] = marked_rows(name)
    for path in sorted((HERE / "deid").glob("*.txt")):
        found[path.stem] = open_set(path)
    return found


def spoken() -> list[GoldMessage]:
    """Return the lines of the guidance's examples, marked by ``deid/spoken.toml``."""
    lines: set[str] = set()
    for path in sorted(GUIDANCE.glob("*.txt")):
        for line in path.read_text("utf-8").splitlines():
            if ":" in line and not line.startswith(("#", "bid:")):
                lines.add(line.split(":", 1)[1].strip())
    # The later files on danger name people here and there, and nobody has marked those.
    for line in (GUIDANCE / "risk.jsonl").read_text("utf-8").splitlines():
        lines |= {v for v in json.loads(line).values() if isinstance(v, str) and " " in v}
    marks = tomllib.loads((HERE / "deid" / "spoken.toml").read_text("utf-8"))
    shapes = {k: re.compile(rf"(?<!\w)(?:{v})(?!\w)".replace("\n", "")) for k, v in marks.items()}
    return [
        GoldMessage(str(number), line, tuple(_marks(line, shapes)))
        for number, line in enumerate(sorted(lines))
    ]


def _marks(line: str, shapes: Mapping[str, re.Pattern[str]]) -> Iterator[GoldSpan]:
    taken: set[int] = set()
    for label, shape in shapes.items():
        for match in shape.finditer(line):
            if not taken & set(range(*match.span())):
                taken |= set(range(*match.span()))
                yield GoldSpan(*match.span(), label)


def _classes(page: Page, found: Sequence[Token], message: GoldMessage) -> list[int]:
    cover = [0] * len(message.text)
    for span in message.spans:
        for at in range(span.start, span.end):
            cover[at] = _CLASS.get(span.label, _UNCLEAR)
    classes = []
    for token in found:
        start, end = page.typed(token.start, token.end)
        inside = [c for c in cover[start:end] if c]
        half = 2 * len(inside) >= end - start
        classes.append(max(set(inside), key=inside.count) if inside and half else 0)
    return classes


def readings(messages: Sequence[GoldMessage], engine: Engine, rounds: int) -> Iterator[Reading]:
    """Yield the words of the messages and of ``rounds`` changed copies of each."""
    draw = random.Random(SEED)
    for message in messages:
        for number, copy in enumerate(copies(message, draw, rounds)):
            page = Page(copy.text)
            found = tokens(page)
            said = verdicts(found, everywhere(page, engine.spans(page), frozenset()))
            rows = list(traits(page, found, said, sounds()))
            if rows:
                yield Reading(page.text, found, rows, _classes(page, found, copy), number > 0)


def material(messages: Sequence[GoldMessage], engine: Engine, rounds: int) -> Material:
    """Return the words of the messages as the tagger sees them; to some, rules say nothing."""
    draw = random.Random(SEED)
    rule = TRAITS.index("rule")
    seen: list[Any] = []
    classes: list[int] = []
    weights: list[float] = []
    for one in readings(messages, engine, rounds):
        rows = one.rows
        if draw.random() < BLIND:
            rows = [(*row[:rule], "", *row[rule + 1 :]) for row in rows]
        seen.append(features(coded(rows)))
        classes += one.classes
        weights += [0.8 if one.is_copy else 1.0] * len(rows)
    return Material(np.concatenate(seen), np.array(classes), np.array(weights))


@dataclass(frozen=True, slots=True)
class Weights:
    """What is stored: the kept buckets, a row of weights for each, and a bias by class."""

    buckets: Any
    rows: Any
    bias: Any


def fit(parts: Sequence[tuple[Material, float]]) -> Weights:
    """Fit the classes to the features, each part with its weight."""
    seen = np.concatenate([part.features for part, _ in parts])
    classes = np.concatenate([part.classes for part, _ in parts])
    weights = np.concatenate([part.weights * weight for part, weight in parts])
    clear = classes != _UNCLEAR
    seen, classes, weights = seen[clear], classes[clear], weights[clear]
    buckets = np.flatnonzero(np.bincount(seen.ravel(), minlength=1 << BITS) >= SEEN)
    column = np.full(1 << BITS, -1, dtype=np.int32)
    column[buckets] = np.arange(len(buckets))
    columns = column[seen]
    kept = columns >= 0
    matrix = scipy.sparse.csr_matrix(
        (
            np.ones(int(kept.sum()), dtype=np.float32),
            columns[kept],
            np.concatenate([[0], kept.sum(1).cumsum()]),
        ),
        shape=(len(seen), len(buckets)),
    )
    model = LogisticRegression(C=STRICTNESS, max_iter=60, tol=1e-3)
    model.fit(matrix, classes, sample_weight=weights)
    rows = np.zeros((len(buckets), len(CLASSES)), dtype=np.float32)
    bias = np.full(len(CLASSES), -30.0, dtype=np.float32)
    rows[:, model.classes_] = model.coef_.T
    bias[model.classes_] = model.intercept_
    return Weights(buckets, rows, bias)


def store(weights: Weights, folder: Path) -> None:
    """Write the weights as one byte each, and the sums of the folder's files."""
    scale = np.abs(weights.rows).max(0) / 127 + 1e-9
    small = np.round(weights.rows / scale).astype(np.int8)
    telling = np.abs(small).max(1) > 0
    steps = np.diff(weights.buckets[telling], prepend=0).astype(np.uint16)
    np.savez_compressed(
        folder / "tagger.npz",
        weights=small[telling],
        steps=steps,
        scale=scale.astype(np.float32),
        bias=weights.bias,
    )
    seal(folder)


def rounds_of(messages: Sequence[GoldMessage], most: int = ROUNDS) -> int:
    """How many copies an author's messages get: clean ones have less to change."""
    return most if any(m.spans for m in messages) else 1


def weight_of(author: str) -> float:
    """How much an author's messages count."""
    return TUNED if author == "open" else 1.5


def figures(name: str, messages: Sequence[GoldMessage], deidentifier: Deidentifier) -> str:
    """Return what is found in an author's messages, on one line."""

    def run(text: str) -> list[Said]:
        findings = deidentifier.review(text).findings
        return [(f.start, f.end, f.tier is Tier.REDACT) for f in findings]

    r = row("", name, messages, run)
    return (
        f"{name}: redact {r.redact:.3f}, redact + ask {r.either:.3f} (at least "
        f"{r.either_low:.3f}), structured {r.structured:.3f}, clean redacted "
        f"{r.clean_redacted:.1%}, clean asked {r.clean_asked:.1%}, over {r.over:.1%}"
    )


def check() -> None:
    """Train without each author in turn and print the figures on that author's messages."""
    engine = Engine()
    found = authors()
    parts = {name: material(m, engine, rounds_of(m)) for name, m in found.items()}
    talk = (material(spoken(), engine, 0), SPOKEN)
    for name, messages in found.items():
        others = [(part, weight_of(other)) for other, part in parts.items() if other != name]
        with TemporaryDirectory() as folder:
            store(fit([*others, talk]), Path(folder))
            deidentifier = Deidentifier(engine, (Tagger(Path(folder)), context()))
        sys.stdout.write(figures(name, messages, deidentifier) + "\n")


def main() -> None:
    """Train on every author and write the weights."""
    engine = Engine()
    parts = [(material(m, engine, rounds_of(m)), weight_of(name)) for name, m in authors().items()]
    parts.append((material(spoken(), engine, 0), SPOKEN))
    store(fit(parts), FOLDER)
    sys.stdout.write(f"Written to {FOLDER.name}: {sum(len(p.classes) for p, _ in parts)} words\n")


if __name__ == "__main__":
    check() if "--check" in sys.argv else main()
