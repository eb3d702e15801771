"""Schedules, the ledger of deliveries, and sending each row exactly once."""

from bot.deliveries.model import (
    Delivery,
    Kind,
    Schedule,
    Standing,
    State,
    delivery_id,
    occurrence_key,
)
from bot.deliveries.pacing import Pace
from bot.deliveries.parts import Dispatcher, Drop, Later, Planner, Renderer, Workers
from bot.deliveries.port import DeliveryStore, InboxStore
from bot.deliveries.service import Deliveries

__all__ = [
    "Deliveries",
    "Delivery",
    "DeliveryStore",
    "Dispatcher",
    "Drop",
    "InboxStore",
    "Kind",
    "Later",
    "Pace",
    "Planner",
    "Renderer",
    "Schedule",
    "Standing",
    "State",
    "Workers",
    "delivery_id",
    "occurrence_key",
]
