"""Whose words are whose in a message as typed: the likeliest two stretches of it.

The encoder says of each token how likely it is the client's, the draft's or nobody's. Of all ways
to mark at most one stretch each, in either order, the likeliest is found by dynamic programming
(Viterbi) over the five states before, first, between, second, after. A stretch begins and ends
most easily where people set a mark: at a quotation mark, a label, a line, an arrow, a sentence.
"""

from __future__ import annotations

import re
from typing import Final

from bot.guidance.encoder import Heard
from bot.guidance.model import Side

_NOBODY, _CLIENT, _REPLY = 0, 1, 2
_ORDERS: Final = ((_CLIENT, _REPLY), (_REPLY, _CLIENT))
_MARK: Final = re.compile(
    r"[\"“”„«»‘>|→⇒/:\n*_]|(?<!\S)['’]|['’](?!\w)|[.!?,;](?!\w)|(?<=\s)[-–—]+(?=\s)"
)
_AT_MARK, _AT_WORD, _IN_WORD = 0.5, 4.0, 50.0
"""What it costs, in nats, to begin or end a stretch at a mark, between words, within one."""

_DOUBT: Final = 12.0
"""How much less likely, in nats, another choice may be before it is given up."""


def stretches(text: str, heard: Heard) -> dict[Side, tuple[int, int]]:
    """Return where the client's words and the draft stand, as far as they are there."""
    tolls = _tolls(text, heard)
    best = max((_best(heard, tolls, order) for order in _ORDERS), key=lambda found: found[0])
    return best[1]


def believes(text: str, heard: Heard, places: dict[Side, tuple[int, int]]) -> bool:
    """Tell whether the encoder holds these stretches for about as likely as its own choice."""
    tolls = _tolls(text, heard)
    tags = [_NOBODY] * len(heard.words)
    for side, (begin, end) in places.items():
        for at, (start, stop, _) in enumerate(heard.words):
            if begin <= start and stop <= end:
                tags[at] = _CLIENT if side is Side.CLIENT else _REPLY
    total, before = 0.0, _NOBODY
    for tag, (_, _, likely), toll in zip(tags, heard.words, tolls, strict=True):
        total += likely[tag] - (toll if tag != before else 0.0)
        before = tag
    best = max(_best(heard, tolls, order)[0] for order in _ORDERS)
    return best - total <= _DOUBT


def _tolls(text: str, heard: Heard) -> list[float]:
    """What a change costs before each token."""
    marks = {at for mark in _MARK.finditer(text) for at in range(mark.start(), mark.end())}
    tolls, end = [], 0
    for start, stop, _ in heard.words:
        # The mark may be the token before, stand between the two, or be this token.
        if start == 0 or not marks.isdisjoint(range(max(0, end - 1), start + 1)):
            tolls.append(_AT_MARK)
        else:
            tolls.append(_AT_WORD if start > end else _IN_WORD)
        end = stop
    return tolls


def _best(
    heard: Heard, tolls: list[float], order: tuple[int, int]
) -> tuple[float, dict[Side, tuple[int, int]]]:
    tags = (_NOBODY, order[0], _NOBODY, order[1], _NOBODY)
    scores = [0.0] + [-_AT_MARK] * 4
    paths: list[tuple[int, ...]] = [()] * 5
    for (_, _, likely), toll in zip(heard.words, tolls, strict=True):
        fresh: list[float] = []
        steps: list[tuple[int, ...]] = []
        for state, tag in enumerate(tags):
            came = max(range(state + 1), key=lambda one: scores[one] - toll * (one != state))
            fresh.append(scores[came] - toll * (came != state) + likely[tag])
            steps.append((*paths[came], state))
        scores, paths = fresh, steps
    last = max(range(5), key=scores.__getitem__)
    found: dict[Side, tuple[int, int]] = {}
    for state, tag in ((1, order[0]), (3, order[1])):
        places = [at for at, one in enumerate(paths[last]) if one == state]
        if places:
            side = Side.CLIENT if tag == _CLIENT else Side.REPLY
            found[side] = (heard.words[places[0]][0], heard.words[places[-1]][1])
    return scores[last], found
