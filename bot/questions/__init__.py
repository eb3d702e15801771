"""What a clinician asks between check-ins: phrasing, and to be called."""

from bot.questions.service import CallRenderer, OnCall, Questions

__all__ = ["CallRenderer", "OnCall", "Questions"]
