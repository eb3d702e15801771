"""Windows and the anonymous reflections in them. Nothing here knows a member."""

from bot.reflections.model import (
    SCALE,
    AnonymousReflection,
    IfFew,
    Pull,
    Ratings,
    Topic,
    Window,
    WindowState,
    window_id,
)
from bot.reflections.port import ReflectionStore
from bot.reflections.receipts import member_tag, new_receipt, receipt_key
from bot.reflections.service import Reflections, window_for

__all__ = [
    "SCALE",
    "AnonymousReflection",
    "IfFew",
    "Pull",
    "Ratings",
    "ReflectionStore",
    "Reflections",
    "Topic",
    "Window",
    "WindowState",
    "member_tag",
    "new_receipt",
    "receipt_key",
    "window_for",
    "window_id",
]
