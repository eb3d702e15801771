"""Fit which lines fit a remark: first from what readers chose, then from what they signed.

A choice from the whole list tells of every line at once, but a reader who goes through hundreds of
lines is content too soon (docs/decisions/0024). Marks of single lines beside a remark are dearer,
and readers agree on them. So the choices give one logistic regression a line over the encoder's
mean state of a remark, and the marks tell how far its logit can be believed for each line, and
where in the space of remarks it goes wrong. All of it is linear, and is written as one weight and
one bias a line.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from bot.guidance.encoder import FOLDER
from bot.guidance.folding import without_ids
from bot.guidance.lines import lines
from bot.guidance.situations import situations
from bot.weights import Network
from tests.training.choices import OF_KINDS, Choices, Mark, choices, marks
from tests.training.examples import all_pairs, spent_pairs

Numbers = np.ndarray[Any, Any]

LINE_STRENGTH = 0.02
"""Inverse of the penalty for which lines were chosen; chosen on the former test sets."""

DIRECTIONS, SLOPE, LEVEL = 20, 0.2, 0.1
"""How many directions of remarks a line may go its own way in, and how far before it costs as much
as a line's own bias; how far all lines together. In cross-validation over marks twice or half as
much of each made no difference."""

FRESH = 3
"""How often a mark counts that stands beside a statement which the encoder was not tuned on: there
lines are signed less often at the same logit, and such statements are what it will meet."""

FOLDS = 8
LEAST = (0.6, 0.7, 0.75, 0.8, 0.85, 0.9)


@dataclass(frozen=True, slots=True)
class Fit:
    """One linear function a line over the mean state of a remark; its logit that it fits."""

    weight: Numbers
    bias: Numbers

    def logits(self, states: Numbers) -> Numbers:
        """Logits of states (n, width), by state and line."""
        logits: Numbers = states @ self.weight.T + self.bias
        return logits


def state_of(network: Network) -> Callable[[str], Numbers]:
    """Return what gives a text's mean state, each text read once."""
    known: dict[str, Numbers] = {}

    def state(text: str) -> Numbers:
        if text not in known:
            coded = network.pieces(without_ids(text))
            states = network.run(coded.ids, coded.attention_mask, coded.type_ids)
            known[text] = states.mean(0)
        return known[text]

    return state


def chosen(state: Callable[[str], Numbers], given: list[Choices]) -> Fit:
    """Fit from what readers chose, each line where it stood on their list; even odds elsewhere."""
    states = [np.array([state(client) for client in one]) for one in given]
    middle, spread = (measure(np.concatenate(states), 0) for measure in (np.mean, np.std))
    weight, bias = np.zeros((len(lines()), len(middle))), np.zeros(len(lines()))
    for at, name in enumerate(lines()):
        found = [[name in names for names in one.values()] for one in given]
        listed = [which for which, wanted in enumerate(found) if any(wanted)]
        if listed:
            fitted = LogisticRegression(C=LINE_STRENGTH, max_iter=500)
            seen = np.concatenate([states[which] for which in listed])
            fitted.fit((seen - middle) / spread, [one for which in listed for one in found[which]])
            weight[at] = fitted.coef_[0] / spread
            bias[at] = fitted.intercept_[0] - weight[at] @ middle
    return Fit(weight, bias)


def taught() -> list[Choices]:
    """Return the choices but those for former test sets, list by list."""
    held = {one.client for one in spent_pairs()}
    return [
        {client: names for client, names in given.items() if client not in held}
        for given in (choices(), choices(OF_KINDS))
    ]


def known() -> frozenset[str]:
    """Return the statements that the encoder was tuned on."""
    every = [client for one in situations() for client in one.clients]
    return frozenset([*every, *choices(), *(one.client for one in all_pairs())])


class Signed:
    """What readers signed, as rows for a regression over lines and remarks."""

    def __init__(self, first: Fit, state: Callable[[str], Numbers], found: list[Mark]) -> None:
        """Take the marks ``found`` of lines that ``first`` was fitted for."""
        self._first = first
        place = {name: at for at, name in enumerate(lines())}
        self._line = np.array([place[one.line] for one in found])
        self.signed = np.array([one.mark == "u" for one in found])
        self.clients = [one.client for one in found]
        tuned = known()
        self.fresh = np.array([client not in tuned for client in self.clients])
        states = np.array([state(one.client) for one in found])
        self._middle = states.mean(0)
        _, sizes, directions = np.linalg.svd(states - self._middle, full_matrices=False)
        self._basis = directions[:DIRECTIONS].T / sizes[:DIRECTIONS] * np.sqrt(len(states))
        self._along = (states - self._middle) @ self._basis
        self._logit = first.logits(states)[np.arange(len(found)), self._line]

    def rows(self, at: Numbers) -> Any:
        """Features of marks: the first logit, the line, the line's directions, the directions."""
        line, along = self._line[at], self._along[at]
        each, count = np.arange(len(at)), len(self._first.bias)
        own = sparse.csr_matrix((np.ones(len(at)), (each, line)), shape=(len(at), count))
        wide = (line[:, None] * DIRECTIONS + np.arange(DIRECTIONS)).ravel()
        turned = sparse.csr_matrix(
            ((SLOPE * along).ravel(), (each.repeat(DIRECTIONS), wide)),
            shape=(len(at), count * DIRECTIONS),
        )
        return sparse.hstack(
            [self._logit[at][:, None] / 2, own, turned, LEVEL * along], format="csr"
        )

    def fitted(self, at: Numbers) -> LogisticRegression:
        """Fit on some of the marks."""
        counted = np.where(self.fresh[at], FRESH, 1)
        model = LogisticRegression(C=1, max_iter=3000)
        return model.fit(self.rows(at), self.signed[at], sample_weight=counted)

    def fold(self) -> Fit:
        """Return first fit and marks as one linear function a line."""
        model = self.fitted(np.arange(len(self.signed)))
        count = len(self._first.bias)
        believed, own, turned, level = np.split(
            model.coef_[0], [1, 1 + count, 1 + count * (1 + DIRECTIONS)]
        )
        slopes = SLOPE * turned.reshape(count, DIRECTIONS) + LEVEL * level
        extra = slopes @ self._basis.T
        weight = self._first.weight * believed / 2 + extra
        bias = self._first.bias * believed / 2 + own + model.intercept_ - extra @ self._middle
        return Fit(weight, bias)

    def seen_from_outside(self) -> Numbers:
        """How likely each line was signed, each by a fit without the marks beside its remark.

        Only this fit: the choices were learned with all remarks, which makes no difference (log
        loss .599 either way).
        """
        likely = np.zeros(len(self.signed))
        for rest, part in GroupKFold(FOLDS).split(self.clients, groups=self.clients):
            likely[part] = self.fitted(rest).predict_proba(self.rows(part))[:, 1]
        return likely


def write_lines(network: Network) -> None:
    """Fit which lines fit, write it, and print how many of the marked lines were signed."""
    state = state_of(network)
    first = chosen(state, taught())
    found = Signed(first, state, marks())
    fit = found.fold()
    np.savez(
        FOLDER / "lines.npz",
        names=np.array(list(lines())),
        weight=fit.weight.astype(np.float32),
        bias=fit.bias.astype(np.float32),
    )
    likely = found.seen_from_outside()
    write = sys.stdout.write
    signed, likely = found.signed[found.fresh], likely[found.fresh]
    write(f"{len(signed)} marks beside new statements, {signed.mean():.3f} signed; held out:\n")
    for least in LEAST:
        told = signed[likely >= least]
        write(f"  from {least}: {len(told)}, {told.sum() / max(1, len(told)):.3f} signed\n")
