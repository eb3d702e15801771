"""The in-memory twin: every store with the same behaviour, transactions and roll-back included."""

from storage.memory.base import Memory
from storage.memory.checkins import MemoryCheckInStore
from storage.memory.clinic import MemoryClinicStore
from storage.memory.deliveries import MemoryDeliveryStore, MemoryInboxStore
from storage.memory.digests import MemoryDigestStore
from storage.memory.erasure import MemoryErasureStore
from storage.memory.reflections import MemoryReflectionStore

__all__ = [
    "Memory",
    "MemoryCheckInStore",
    "MemoryClinicStore",
    "MemoryDeliveryStore",
    "MemoryDigestStore",
    "MemoryErasureStore",
    "MemoryInboxStore",
    "MemoryReflectionStore",
]
