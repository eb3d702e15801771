"""The sentence encoder: what a small model makes of a pair. The one file that imports onnxruntime.

The model is all-MiniLM-L6-v2 (Apache-2.0), tuned on our own authored pairs and quantised to int8;
``weights/PROVENANCE.md`` says how it was made. It reads the client's line and the reply together,
once. Two linear heads on the mean of its token states give stance and subtype; since they are
linear in the tokens, each token's share in the verdict is known exactly and serves as evidence.
Nothing is fetched: the files lie in the repository and are checked by their sha256.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bot.guidance.model import Bid, Stance, Subtype

if TYPE_CHECKING:
    import numpy as np

FOLDER: Final = Path(__file__).with_name("weights")
_WORD: Final = re.compile(r"\w[\w'’]*")
LONGEST: Final = 128
"""Tokens that are read of a pair; the rest is left out, the longer side first."""

STANCES: Final = (
    Stance.COLLUSION,
    Stance.ATTUNED,
    Stance.CONFRONTATION,
    Stance.MIXED,
    Stance.NEUTRAL,
)
SUBTYPES: Final = tuple(Subtype)
BIDS: Final = tuple(bid for bid in Bid if bid is not Bid.RISK)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the encoder makes of a pair.

    ``stances`` and ``subtypes`` are logits. ``shares`` are (start, end, weight by stance) of the
    reply's words: how much each speaks for each stance. All three are empty without a reply.
    ``bids`` are the probabilities of the client's pull; empty without a client's line.
    """

    stances: dict[Stance, float]
    subtypes: dict[Subtype, float]
    shares: tuple[tuple[int, int, dict[Stance, float]], ...]
    bids: dict[Bid, float]


class Encoder:
    """Reads pairs, one at a time, on one thread. Safe to call from several threads."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Load and check the files; raise ``FileNotFoundError`` or ``ValueError``."""
        import numpy as np  # noqa: PLC0415  heavy, and not needed where there are no weights
        import onnxruntime  # noqa: PLC0415  the same
        from tokenizers import Tokenizer  # noqa: PLC0415  the same

        _check(folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._numbers: Any = np
        self._session = onnxruntime.InferenceSession(
            str(folder / "encoder.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(LONGEST)
        with np.load(folder / "heads.npz") as heads:
            self._heads: dict[str, Any] = {name: heads[name] for name in heads.files}

    def opinion(self, client: str, reply: str) -> Opinion:
        """Return what a pair looks like; either side may be empty."""
        bids = self._bids(client) if client else {}
        if not reply:
            return Opinion({}, {}, (), bids)
        numbers, heads = self._numbers, self._heads
        coded, states = self._states(client, reply)
        of_reply = numbers.array([kind == 1 for kind in coded.type_ids])
        pooled = numbers.concatenate([states.mean(0), states[of_reply].mean(0)])
        stances = heads["stance.weight"] @ pooled + heads["stance.bias"]
        subtypes = heads["subtype.weight"] @ pooled + heads["subtype.bias"]
        return Opinion(
            stances=dict(zip(STANCES, map(float, stances), strict=True)),
            subtypes=dict(zip(SUBTYPES, map(float, subtypes), strict=True)),
            shares=self._shares(reply, coded, states, of_reply),
            bids=bids,
        )

    def _bids(self, client: str) -> dict[Bid, float]:
        numbers, heads = self._numbers, self._heads
        _, states = self._states(client, None)
        logits = heads["bid.weight"] @ states.mean(0) + heads["bid.bias"]
        raised = numbers.exp(logits - logits.max())
        return dict(zip(BIDS, map(float, raised / raised.sum()), strict=True))

    def _states(self, client: str, reply: str | None) -> tuple[Any, np.ndarray[Any, Any]]:
        coded = self._tokenizer.encode(client, reply)
        feed = {
            "input_ids": coded.ids,
            "attention_mask": coded.attention_mask,
            "token_type_ids": coded.type_ids,
        }
        shaped = {name: self._numbers.array([row], dtype="int64") for name, row in feed.items()}
        states: np.ndarray[Any, Any] = self._session.run(None, shaped)[0][0]
        return coded, states

    def _shares(
        self, reply: str, coded: Any, states: np.ndarray[Any, Any], of_reply: np.ndarray[Any, Any]
    ) -> tuple[tuple[int, int, dict[Stance, float]], ...]:
        """Split the stance head's verdict into what each word of the reply adds to it."""
        width = states.shape[1]
        weight = self._heads["stance.weight"]
        whole, own = weight[:, :width] / len(states), weight[:, width:] / of_reply.sum()
        spoken = states @ (whole + own).T
        spoken = spoken - spoken.mean(1, keepdims=True)
        shares = []
        for word in _WORD.finditer(reply):
            inside = [
                mine and word.start() <= start and end <= word.end() and end > start
                for (start, end), mine in zip(coded.offsets, of_reply, strict=True)
            ]
            total = spoken[inside].sum(0)
            said = dict(zip(STANCES, map(float, total), strict=True))
            shares.append((word.start(), word.end(), said))
        return tuple(shares)


def weightiest(opinion: Opinion, stance: Stance, most: int = 2) -> list[tuple[int, int]]:
    """Return where the words stand that spoke most for ``stance``, weightiest first.

    Only words that spoke for it are returned.
    """
    ranked = sorted(opinion.shares, key=lambda word: -word[2][stance])
    return [(start, end) for start, end, said in ranked[:most] if said[stance] > 0]


@cache
def encoder() -> Encoder | None:
    """Return the encoder, loaded at first use; None where its files are missing."""
    try:
        return Encoder()
    except FileNotFoundError:
        return None


def _check(folder: Path) -> None:
    """Raise ``ValueError`` for a file that is not the one that was measured."""
    sums: dict[str, str] = json.loads((folder / "sha256.json").read_text(encoding="utf-8"))
    for name, known in sums.items():
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != known:
            message = f"{name} is not the file that was measured"
            raise ValueError(message)
