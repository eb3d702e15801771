"""Schedules, the ledger of deliveries, and sending each row exactly once."""

from bot.deliveries.model import Delivery, Kind, Schedule, State, delivery_id, occurrence_key
from bot.deliveries.port import DeliveryStore, InboxStore
from bot.deliveries.service import Deliveries, Dispatcher, Drop, Later, Planner, Renderer

__all__ = [
    "Deliveries",
    "Delivery",
    "DeliveryStore",
    "Dispatcher",
    "Drop",
    "InboxStore",
    "Kind",
    "Later",
    "Planner",
    "Renderer",
    "Schedule",
    "State",
    "delivery_id",
    "occurrence_key",
]
