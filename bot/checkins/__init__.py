"""Check-ins: asking each clinician once a week, and taking the answer without its writer."""

from bot.checkins.echo import Echo
from bot.checkins.model import Answer, Participation
from bot.checkins.port import CheckInStore
from bot.checkins.schedule import CheckInPlanner, CheckInRenderer, Rota, WelcomeRenderer
from bot.checkins.service import MOST_CHARACTERS, CheckIns, Filled, Held, OpenCheckIn

__all__ = [
    "MOST_CHARACTERS",
    "Answer",
    "CheckInPlanner",
    "CheckInRenderer",
    "CheckInStore",
    "CheckIns",
    "Echo",
    "Filled",
    "Held",
    "OpenCheckIn",
    "Participation",
    "Rota",
    "WelcomeRenderer",
]
