"""Participation: who was asked and who answered. It never meets the content."""

from dataclasses import dataclass
from enum import StrEnum


class Answer(StrEnum):
    """How a check-in stands for one member."""

    ASKED = "asked"
    ANSWERED = "answered"
    SKIPPED = "skipped"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Participation:
    """One member in one window. No time is kept: only whether, never when."""

    window: str
    member: str
    workspace: str
    answer: Answer = Answer.ASKED
