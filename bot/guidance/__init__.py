"""Phrasing guidance: where a reply stands towards a client's remark, and what else could be said.

``understanding`` finds the exchange in what was typed, ``gate`` listens for danger first,
``reading`` reads the pair, ``alternatives`` offers attuned lines, ``service`` puts them in order.
What the feature knows stands in ``knowledge/`` as data.
"""

from bot.guidance.codec import answer_row, question_from_row
from bot.guidance.gate import safety, screen
from bot.guidance.model import (
    Answer,
    Bid,
    Evidence,
    Exchange,
    Intent,
    Kind,
    Reading,
    Safety,
    Side,
    Stance,
    Strain,
    Subtype,
)
from bot.guidance.reading import read
from bot.guidance.scoring import Score, marked_pairs
from bot.guidance.service import Guidance
from bot.guidance.triage import is_foreign
from bot.guidance.understanding import understand

__all__ = [
    "Answer",
    "Bid",
    "Evidence",
    "Exchange",
    "Guidance",
    "Intent",
    "Kind",
    "Reading",
    "Safety",
    "Score",
    "Side",
    "Stance",
    "Strain",
    "Subtype",
    "answer_row",
    "is_foreign",
    "marked_pairs",
    "question_from_row",
    "read",
    "safety",
    "screen",
    "understand",
]
