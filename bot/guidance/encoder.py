"""The sentence encoder: what a small network makes of a pair.

The model is all-MiniLM-L6-v2 (Apache-2.0), tuned on our own authored material and quantised to
int8; ``weights/PROVENANCE.md`` says how it was made. It reads the client's line and the reply
together, once. Linear heads on its token states give stance and subtype, the client's pull, the
situation and a concern; since the first are linear in the tokens, each word's share in the verdict
is known exactly and serves as evidence. A message as typed is read for who says what in it, and
``lines.npz`` says of a client's line which of our attuned lines fit it.
Nothing is fetched: the files lie in the repository and are checked by their sha256.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from bot.guidance.folding import without_ids
from bot.guidance.model import Bid, Stance, Subtype
from bot.weights import Network, verify

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

FOLDER: Final = Path(__file__).with_name("weights")
_WORD: Final = re.compile(r"\w[\w'’]*")
LONGEST: Final = 256
"""Tokens that are read at once; of a longer pair the rest is left out, the longer side first."""

MOST_TYPED: Final = 900
"""Characters of a message in which client and draft are looked for, counted from its end."""

PART: Final = 160
"""Characters in which danger is listened for at once: more, and a short hint drowns."""

_SENTENCE: Final = re.compile(r"(?:[^.!?\n]{1,160}[.!?\n]*|[.!?\n]+)\s*")
Name = TypeVar("Name", bound=str)

STANCES: Final = (
    Stance.COLLUSION,
    Stance.ATTUNED,
    Stance.CONFRONTATION,
    Stance.MIXED,
    Stance.NEUTRAL,
)
SUBTYPES: Final = tuple(Subtype)
BIDS: Final = tuple(bid for bid in Bid if bid is not Bid.RISK)
NONE: Final = "none"
CONCERNS: Final = (
    NONE,
    "suicide",
    "harm_to_others",
    "abuse",
    "psychosis",
    "medical",
    "boundary_violation",
    "clinician_risk",
)
"""What a text may speak of; the codes of ``knowledge/risk.toml``."""

QUESTION: Final = "question"
KINDS: Final = (
    QUESTION,
    "help",
    "settings",
    "thanks",
    "pause",
    "resume",
    "delete",
    "my_data",
    "privacy",
    "greeting",
    "unknown",
)
"""What a message may be: a phrasing question, or one of the intents."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the encoder makes of a pair.

    ``stances`` and ``subtypes`` are logits. ``shares`` are (start, end, weight by stance) of the
    reply's words: how much each speaks for each stance. All three are empty without a reply.
    ``bids`` and ``situations`` are probabilities; empty without a client's line. ``concerns`` are
    the probabilities of what both sides together may speak of.
    """

    stances: dict[Stance, float]
    subtypes: dict[Subtype, float]
    shares: tuple[tuple[int, int, dict[Stance, float]], ...]
    bids: dict[Bid, float]
    situations: dict[str, float]
    concerns: dict[str, float]


@dataclass(frozen=True, slots=True)
class Heard:
    """What the encoder makes of a message as typed.

    ``kinds`` and ``concerns`` are probabilities. ``words`` are (start, end, log-probabilities of
    being nobody's, the client's, the draft's), in order.
    """

    kinds: dict[str, float]
    concerns: dict[str, float]
    words: tuple[tuple[int, int, tuple[float, float, float]], ...]


class Encoder:
    """Reads texts, one at a time, on one thread. Safe to call from several threads."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Load and check the files; raise ``FileNotFoundError`` or ``ValueError``."""
        import numpy as np  # noqa: PLC0415  heavy, and not needed where there are no weights

        verify(folder)
        self._numbers: Any = np
        self._network = Network(folder / "encoder.onnx", LONGEST)
        with np.load(folder / "heads.npz") as heads:
            self._heads: dict[str, Any] = {name: heads[name] for name in heads.files}
        self._situations = tuple(str(name) for name in self._heads["situations"])
        with np.load(folder / "lines.npz") as lines:
            self._lines: dict[str, Any] = {name: lines[name] for name in lines.files}

    def opinion(self, client: str, reply: str) -> Opinion:
        """Return what a pair looks like; either side may be empty."""
        coded, states = self.states_of(client or reply, reply if client and reply else None)
        of_reply = self._numbers.array([kind == 1 or not client for kind in coded.type_ids])
        concerns = self._concerns(states)
        of_client: dict[str, Any] = {"bids": {}, "situations": {}}
        if client:
            mean = states[~of_reply].mean(0)
            of_client["bids"] = self._likely("bid", mean, BIDS)
            of_client["situations"] = self._likely("situation", mean, self._situations)
        if not reply:
            return Opinion({}, {}, (), **of_client, concerns=concerns)
        if not client:
            coded, states = self.states_of("", reply)
            of_reply = self._numbers.array([kind == 1 for kind in coded.type_ids])
        pooled = self._numbers.concatenate([states.mean(0), states[of_reply].mean(0)])
        return Opinion(
            stances=dict(zip(STANCES, self._logits("stance", pooled), strict=True)),
            subtypes=dict(zip(SUBTYPES, self._logits("subtype", pooled), strict=True)),
            shares=self._shares(reply, coded, states, of_reply),
            **of_client,
            concerns=concerns,
        )

    def fitting(self, client: str) -> dict[str, float]:
        """Return for each line that may be offered, by its key, how likely it fits a remark."""
        mean = self.states_of(client, None)[1].mean(0)
        logits = self._lines["weight"] @ mean + self._lines["bias"]
        likely = 1 / (1 + self._numbers.exp(-logits))
        return dict(zip(map(str, self._lines["names"]), map(float, likely), strict=True))

    def heard(self, text: str) -> Heard:
        """Return what a message as typed looks like; of a long one, its last part."""
        coded, states = self.states_of(text[-MOST_TYPED:], None)
        shift = max(0, len(text) - MOST_TYPED)
        scored = states @ self._heads["tag.weight"].T + self._heads["tag.bias"]
        scored = scored - self._numbers.logaddexp.reduce(scored, axis=1, keepdims=True)
        words = [
            (start + shift, end + shift, (float(row[0]), float(row[1]), float(row[2])))
            for (start, end), row in zip(coded.offsets, scored, strict=True)
            if end > start
        ]
        return Heard(
            self._likely("kind", states.mean(0), KINDS), self._concerns(states), tuple(words)
        )

    def concerns(self, text: str) -> dict[str, float]:
        """Return what a text of any length may speak of: of its parts, the most alarming one's."""
        parts = [self._concerns(self.states_of(part, None)[1]) for part in parts_of(text)]
        return min(parts, key=lambda part: part[NONE])

    def _concerns(self, states: np.ndarray[Any, Any]) -> dict[str, float]:
        pooled = self._numbers.concatenate([states.mean(0), states.max(0)])
        return self._likely("concern", pooled, CONCERNS)

    def _likely(self, head: str, pooled: Any, names: Sequence[Name]) -> dict[Name, float]:
        logits = self._numbers.array(self._logits(head, pooled))
        raised = self._numbers.exp(logits - logits.max())
        return dict(zip(names, map(float, raised / raised.sum()), strict=True))

    def _logits(self, head: str, pooled: Any) -> list[float]:
        found: Any = self._heads[f"{head}.weight"] @ pooled + self._heads[f"{head}.bias"]
        return [float(one) for one in found]

    def states_of(self, client: str, reply: str | None) -> tuple[Any, np.ndarray[Any, Any]]:
        """Return the tokens of a text or a pair, and their states (tokens, width)."""
        # An id is no word, and in pieces it looks like anything; blanks keep every place.
        first, second = without_ids(client), without_ids(reply) if reply else reply
        coded = self._network.pieces(first, second)
        return coded, self._network.run(coded.ids, coded.attention_mask, coded.type_ids)

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


def parts_of(text: str) -> list[str]:
    """Return a text in parts of at most about ``PART`` characters, cut behind sentences."""
    parts = [""]
    for sentence in _SENTENCE.findall(text):
        if parts[-1] and len(parts[-1]) + len(sentence) > PART:
            parts.append("")
        parts[-1] += sentence
    return parts


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
