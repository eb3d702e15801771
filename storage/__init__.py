"""Storage: serves ``bot``, and is known to the composition root alone.

tables        the shapes (SQLModel); migrations/ and migrate bring a database to them
mapping       rows into what the domain knows, and back
clinic, deliveries, inbox, reflections, checkins, digests
              one repository a feature, each behind that feature's port
statements    what the repositories share
sets          one statement for many rows
cipher, vault sealing: keys, padding, one data key a team
unit_of_work  engine, transactions, the drivers' errors in Attune's words
backup        two files under two keys, and back
erasure       all of a team or a workspace
turns, paces  whose turn it is to tick; from when a workspace has a free place
queue         the dispatcher of many machines, on PostgreSQL
memory/       the twin of it all without a database, for tests and trials
house         ``Storage``: one transaction a store, and how to open it
"""

from storage.backup import BackupKeys, read_backup, write_backup
from storage.cipher import new_key
from storage.house import Storage, memory_storage, open_storage, rotate
from storage.migrate import current, head, upgrade
from storage.queue import QueueDispatcher

__all__ = [
    "BackupKeys",
    "QueueDispatcher",
    "Storage",
    "current",
    "head",
    "memory_storage",
    "new_key",
    "open_storage",
    "read_backup",
    "rotate",
    "upgrade",
    "write_backup",
]
