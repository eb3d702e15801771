"""What bare words speak for: TF-IDF of words and pairs of words, a linear score for each stance.

Fitted on the authored pairs by ``tests/training/weigh.py``; the weights are plain data
(``weights/wording.json``). It knows no meaning and no order beyond two words, and still sees
habits of speech that a small encoder misses.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from functools import cache
from itertools import pairwise
from typing import Any, Final

from bot.guidance.encoder import FOLDER, STANCES
from bot.guidance.model import Stance

WORD: Final = r"(?u)\b\w[\w']*\b|[?!.,;:]"
_WORD: Final = re.compile(WORD)


def wording(reply: str) -> dict[Stance, float]:
    """Return the log-probability of each stance, by a reply's words alone."""
    weights = _weights()
    terms: dict[str, list[float]] = weights["terms"]
    words = _WORD.findall(reply.lower())
    pairs = [f"{one} {two}" for one, two in pairwise(words)]
    counts = Counter(term for term in (*words, *pairs) if term in terms)
    heavy = {term: (1 + math.log(n)) * terms[term][0] for term, n in counts.items()}
    length = math.sqrt(sum(weight * weight for weight in heavy.values())) or 1.0
    logits = list(weights["bias"])
    for term, weight in heavy.items():
        for place, coefficient in enumerate(terms[term][1:]):
            logits[place] += weight / length * coefficient
    top = max(logits)
    total = top + math.log(sum(math.exp(one - top) for one in logits))
    return {stance: one - total for stance, one in zip(STANCES, logits, strict=True)}


@cache
def _weights() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "wording.json").read_text(encoding="utf-8"))
    return found
