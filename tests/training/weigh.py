"""Fit the wording and the judge, and from where on a reading is told.

    python -m tests.training.weigh ENCODER        # a folder of tune; writes bot/guidance/weights

The encoder in ENCODER has not seen the statements kept out of its training. On those, and on all
of ``hard.txt`` where it was tuned without it, a multinomial logistic regression is fitted over
fifteen numbers: the encoder's log-probabilities, the wording's (each from a fit without that
statement), and the scores of the rules.
"""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline

from bot.guidance.encoder import BIDS, FOLDER, STANCES, Encoder
from bot.guidance.judge import numbers
from bot.guidance.model import Exchange
from bot.guidance.reading import scores_of
from bot.guidance.wording import WORD
from tests.training.examples import Pair, all_pairs

STRENGTH = 0.1
"""Inverse of the judge's penalty: few statements, so a strong one."""

ABSTAIN_BELOW = 0.55
"""Chosen in cross-validation on the statements kept out: about nine in ten readings are told."""

NAMES = [one.value for one in STANCES]


def words_model(strength: float = 6, rarest: int = 2) -> Pipeline:
    """The wording's model, not fitted."""
    return make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=rarest, sublinear_tf=True, token_pattern=WORD),
        LogisticRegression(C=strength, max_iter=3000),
    )


def write_wording(pairs: list[Pair]) -> None:
    """Fit the wordings of stances and of pulls on all pairs, and write their terms."""
    stances = words_model().fit([one.reply for one in pairs], [_number(one) for one in pairs])
    statements = sorted({(one.client, one.bid) for one in pairs})
    bids = [one.value for one in BIDS]
    pulls = words_model(strength=20, rarest=1).fit(
        [line for line, _ in statements], [bids.index(bid) for _, bid in statements]
    )
    _write("wording.json", {"stance": _terms(stances), "bid": _terms(pulls)})


def _terms(model: Pipeline) -> dict[str, Any]:
    """A fitted model as plain data: for each term its idf, then a coefficient a class."""
    counted, regression = model[0], model[1]
    terms = {
        term: [round(float(counted.idf_[at]), 3), *regression.coef_[:, at].round(3).tolist()]
        for term, at in sorted(counted.vocabulary_.items())
    }
    return {"bias": regression.intercept_.round(4).tolist(), "terms": terms}


def unseen(folder: Path, pairs: list[Pair]) -> list[int]:
    """The places of the pairs that the encoder was not tuned on."""
    known = frozenset(json.loads((folder / "unseen.json").read_text()))
    return [at for at, one in enumerate(pairs) if one.client in known]


def rows_for(encoder: Encoder, pairs: list[Pair], places: list[int]) -> np.ndarray[Any, Any]:
    """The judge's fifteen numbers, with the wording's from fits without the statement."""
    spoken = cross_val_predict(
        words_model(),
        [one.reply for one in pairs],
        [_number(one) for one in pairs],
        groups=[one.group for one in pairs],
        cv=GroupKFold(8),
        method="predict_log_proba",
    )
    rows = []
    for at in places:
        pair = pairs[at]
        scores = scores_of(Exchange(pair.client, pair.reply))
        row = numbers(pair.reply, scores, encoder.opinion(pair.client, pair.reply))
        row[5:10] = spoken[at].tolist()
        rows.append(row)
    return np.array(rows)


def main() -> None:
    """Fit both, copy the encoder, and print what cross-validation shows."""
    folder, pairs = Path(sys.argv[1]), all_pairs()
    for name in ("encoder.onnx", "heads.npz", "tokenizer.json", "sha256.json"):
        shutil.copy(folder / name, FOLDER / name)
    write_wording(pairs)
    places = unseen(folder, pairs)
    rows = rows_for(Encoder(folder), pairs, places)
    wanted = np.array([_number(pairs[at]) for at in places])
    groups = [pairs[at].group for at in places]
    judge = LogisticRegression(C=STRENGTH, max_iter=3000)
    likely = cross_val_predict(
        judge, rows, wanted, groups=groups, cv=GroupKFold(10), method="predict_proba"
    )
    judge.fit(rows, wanted)
    weights = {"weight": judge.coef_.round(5).tolist(), "bias": judge.intercept_.round(5).tolist()}
    _write("judge.json", weights | {"abstain_below": ABSTAIN_BELOW})
    sure, right = likely.max(1), likely.argmax(1) == wanted
    sys.stdout.write(f"{len(places)} unseen pairs: {right.mean():.3f} right\n")
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
