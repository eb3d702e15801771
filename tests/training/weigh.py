"""Fit the wording and the judge, and which lines fit what was said.

    python -m tests.training.weigh ENCODER     # a folder of tune; fills bot/guidance/weights

The encoder in ENCODER has seen neither the statements kept out of its training nor three former
test sets. On those a multinomial logistic regression is fitted over fifteen numbers: the encoder's
log-probabilities, the wording's (each from a fit without that statement), and the rules' scores.
Which lines fit, :mod:`tests.training.fitting` learns.
"""

import json
import random
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline

from bot.guidance.encoder import FOLDER, LONGEST, STANCES, Encoder
from bot.guidance.judge import numbers
from bot.guidance.model import Exchange
from bot.guidance.reading import scores_of
from bot.guidance.wording import WORD
from bot.weights import Network
from tests.training.examples import Pair, all_pairs, spent_pairs
from tests.training.fitting import write_lines
from tests.training.material import situation_pairs
from tests.training.sums import seal

STRENGTH = 0.1
"""Inverse of the judge's penalty: few statements, so a strong one."""

ABSTAIN_BELOW = 0.75
"""Chosen in cross-validation on what the encoder has not seen: there about 96 % of what is told is
right, and five in six are told."""

WRITTEN = ("encoder.onnx", "encoder.bin", "heads.npz", "unseen.json")
"""What ``tune`` wrote and run time reads."""

NAMES = [one.value for one in STANCES]


def words_model(strength: float = 6, rarest: int = 2) -> Pipeline:
    """The wording's model, not fitted."""
    return make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=rarest, sublinear_tf=True, token_pattern=WORD),
        LogisticRegression(C=strength, max_iter=3000),
    )


def write_wording(pairs: list[Pair]) -> None:
    """Fit the wording of stances on all replies, and write its terms."""
    stances = words_model().fit([one.reply for one in pairs], [_number(one) for one in pairs])
    _write("wording.json", _terms(stances))


def _terms(model: Pipeline) -> dict[str, Any]:
    """A fitted model as plain data: for each term its idf, then a coefficient a class."""
    counted, regression = model[0], model[1]
    terms = {
        term: [round(float(counted.idf_[at]), 3), *regression.coef_[:, at].round(3).tolist()]
        for term, at in sorted(counted.vocabulary_.items())
    }
    return {"bias": regression.intercept_.round(4).tolist(), "terms": terms}


def unseen(folder: Path) -> list[Pair]:
    """The pairs that the encoder was not tuned on: those kept out, and test sets that are spent."""
    known = frozenset(json.loads((folder / "unseen.json").read_text(encoding="utf-8")))
    return [one for one in all_pairs() if one.client in known] + spent_pairs()


def rows_for(encoder: Encoder, pairs: list[Pair], others: list[Pair]) -> np.ndarray[Any, Any]:
    """The judge's fifteen numbers, with the wording's from fits without the statement."""
    spoken = np.zeros((len(pairs), len(NAMES)))
    groups = [one.group for one in pairs]
    for rest, part in GroupKFold(8).split(pairs, groups=groups):
        seen = [pairs[at] for at in rest] + others
        fitted = words_model().fit([one.reply for one in seen], [_number(one) for one in seen])
        spoken[part] = fitted.predict_log_proba([pairs[at].reply for at in part])
    rows = []
    for pair, said in zip(pairs, spoken, strict=True):
        scores = scores_of(Exchange(pair.client, pair.reply))
        row = numbers(pair.reply, scores, encoder.opinion(pair.client, pair.reply))
        row[5:10] = said.tolist()
        rows.append(row)
    return np.array(rows)


def main() -> None:
    """Fit all, copy the encoder, and print what was seen of it on the way."""
    folder = Path(sys.argv[1])
    for name in WRITTEN:
        shutil.copyfile(folder / name, FOLDER / name)
    write_lines(Network(FOLDER / "encoder.onnx", LONGEST))
    seal(FOLDER)
    pairs = unseen(folder)
    held = {one.client for one in pairs}
    others = [one for one in all_pairs() if one.client not in held]
    others += situation_pairs(random.Random(0), each=1)
    write_wording(pairs + others)
    rows = rows_for(Encoder(), pairs, others)
    wanted = np.array([_number(one) for one in pairs])
    groups = [one.group for one in pairs]
    judge = LogisticRegression(C=STRENGTH, max_iter=3000)
    likely = cross_val_predict(
        judge, rows, wanted, groups=groups, cv=GroupKFold(10), method="predict_proba"
    )
    judge.fit(rows, wanted)
    weights = {"weight": judge.coef_.round(5).tolist(), "bias": judge.intercept_.round(5).tolist()}
    _write("judge.json", weights | {"abstain_below": ABSTAIN_BELOW})
    sure, right = likely.max(1), likely.argmax(1) == wanted
    sys.stdout.write(f"{len(pairs)} unseen pairs: {right.mean():.3f} right\n")
    for least in (0.5, 0.55, 0.6, 0.7, 0.8):
        told = sure >= least
        sys.stdout.write(
            f"  told from {least}: {told.mean():.3f}, right {right[told].mean():.3f}\n"
        )


def _number(pair: Pair) -> int:
    return NAMES.index(pair.stance)


def _write(name: str, weights: dict[str, Any]) -> None:
    (FOLDER / name).write_text(json.dumps(weights, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
