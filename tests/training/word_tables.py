"""Make the tagger's tables of words: how they sound, and of what kind they are.

    python -m tests.training.word_tables

*Sounds*: a logistic regression on pairs, triples and quadruples of letters tells the gazetteer's
names from English words. *Kinds*: the encoder of ``bot/guidance`` reads every listed word alone;
its mean states are grouped into 255 kinds, and these into 31 sorts, so that the tagger meets
"seismologist" as a word of work although no message had it. A fixed seed; two minutes on one core.
"""

import sys
import zlib
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import onnxruntime
import scipy.sparse
from sklearn.cluster import MiniBatchKMeans
from sklearn.linear_model import LogisticRegression
from tokenizers import Tokenizer

from bot.deidentify.lexicon import lexicon
from bot.deidentify.tagger import FOLDER, SOUNDS
from bot.guidance.encoder import FOLDER as ENCODER

KINDS: Final = 255
SORTS: Final = 31
BATCH: Final = 64
SHORTEST: Final = 3


def sounds() -> tuple[Any, Any]:
    """Return a weight of one byte for each bucket of letters, and (scale, bias)."""
    known = lexicon()
    names = {n for n in known.first | known.last if n not in known.known and n.isalpha()}
    plain = {w for w in {*known.known, *known.rare} if w not in known.first and w.isalpha()}
    kept = [sorted(w for w in s if w.isascii() and len(w) >= SHORTEST) for s in (names, plain)]
    model = LogisticRegression(C=3, max_iter=80)
    model.fit(_letters([*kept[0], *kept[1]]), [1] * len(kept[0]) + [0] * len(kept[1]))
    scale = np.abs(model.coef_[0]).max() / 127
    line = np.array([scale, model.intercept_[0]], dtype=np.float32)
    return np.round(model.coef_[0] / scale).astype(np.int8), line


def _letters(spelled: Sequence[str]) -> Any:
    columns: list[int] = []
    values: list[float] = []
    ends = [0]
    for word in (f"^{w}$" for w in spelled):
        grams = [word[i : i + n] for n in (2, 3, 4) for i in range(len(word) - n + 1)]
        columns += [zlib.crc32(gram.encode()) % SOUNDS for gram in grams]
        values += [len(grams) ** -0.5] * len(grams)
        ends.append(len(columns))
    return scipy.sparse.csr_matrix((values, columns, ends), shape=(len(spelled), SOUNDS))


def kinds() -> tuple[Any, Any]:
    """Return each listed word's kind, in the lists' order, and each kind's sort."""
    states = _states(sorted(lexicon().known))
    states /= np.linalg.norm(states, axis=1, keepdims=True)
    fine = MiniBatchKMeans(KINDS, random_state=0, batch_size=4096, n_init=1, max_iter=60)
    fine.fit(states)
    coarse = MiniBatchKMeans(SORTS, random_state=0, batch_size=1024, n_init=3)
    coarse.fit(fine.cluster_centers_)
    return fine.labels_.astype(np.uint8), coarse.labels_.astype(np.uint8)


def _states(listed: Sequence[str]) -> Any:
    session = onnxruntime.InferenceSession(
        str(ENCODER / "encoder.onnx"), providers=["CPUExecutionProvider"]
    )
    tokenizer = Tokenizer.from_file(str(ENCODER / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.enable_padding()
    found = np.zeros((len(listed), 384), dtype=np.float32)
    order = sorted(range(len(listed)), key=lambda at: len(listed[at]))
    for first in range(0, len(order), BATCH):
        batch = order[first : first + BATCH]
        coded = tokenizer.encode_batch([listed[at] for at in batch])
        ids = np.array([c.ids for c in coded], dtype=np.int64)
        mask = np.array([c.attention_mask for c in coded], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states = session.run(None, feed)[0]
        found[batch] = (states * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
    return found


def main() -> None:
    """Write ``words.npz``; train the tagger anew after it, for it learns from these tables."""
    weights, line = sounds()
    fine, coarse = kinds()
    np.savez_compressed(FOLDER / "words.npz", kinds=fine, sorts=coarse, sounds=weights, line=line)
    sys.stdout.write("Written words.npz; now: python -m tests.training.tagger\n")


if __name__ == "__main__":
    main()
