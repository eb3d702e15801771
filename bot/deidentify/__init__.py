"""De-identification: a clinician's text goes in, text without clients' identifiers comes out."""

from bot.deidentify.codec import review_row
from bot.deidentify.model import (
    Decisions,
    DeidentificationFailed,
    Deidentified,
    Finding,
    Label,
    NeedsAnswer,
    Review,
    Roster,
    Tier,
)
from bot.deidentify.service import Deidentifier

__all__ = [
    "Decisions",
    "DeidentificationFailed",
    "Deidentified",
    "Deidentifier",
    "Finding",
    "Label",
    "NeedsAnswer",
    "Review",
    "Roster",
    "Tier",
    "review_row",
]
