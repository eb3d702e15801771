"""``Storage``: one transaction for each feature's store, whatever lies beneath."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from bot.checkins.port import CheckInStore
from bot.clinic.port import ClinicStore
from bot.deliveries.port import DeliveryStore, InboxStore
from bot.digests.port import DigestStore
from bot.errors import DatabaseBehind, WrongKey, WrongText
from bot.ports import Transaction
from bot.privacy.port import ErasureStore
from bot.reflections.port import ReflectionStore
from storage.checkins import SqlCheckInStore
from storage.cipher import KEY_BYTES, Keyring, master_keys
from storage.clinic import SqlClinicStore
from storage.deliveries import SqlDeliveryStore
from storage.digests import SqlDigestStore
from storage.erasure import SqlErasureStore
from storage.inbox import SqlInboxStore
from storage.memory import (
    Memory,
    MemoryCheckInStore,
    MemoryClinicStore,
    MemoryDeliveryStore,
    MemoryDigestStore,
    MemoryErasureStore,
    MemoryInboxStore,
    MemoryReflectionStore,
)
from storage.migrate import head, revision
from storage.reflections import SqlReflectionStore
from storage.unit_of_work import Database
from storage.vault import Vault, check_keys, count_keys, wrap_anew


@dataclass(frozen=True, slots=True)
class Storage:
    """All of Attune's stores.

    ``deliveries_singly`` is for one statement at a time, each its own transaction.
    ``secret`` is the database's own, for keyed hashes that outlive a change of master keys.
    ``ping`` raises ``StorageUnavailable`` when no answer comes, and ``DatabaseBehind`` when its
    migrations are not those of the code. ``lock`` keeps other processes
    from a SQLite file until ``close`` and raises ``AlreadyRunning`` when one has it.
    """

    clinic: Transaction[ClinicStore]
    deliveries: Transaction[DeliveryStore]
    deliveries_singly: Transaction[DeliveryStore]
    inbox: Transaction[InboxStore]
    reflections: Transaction[ReflectionStore]
    checkins: Transaction[CheckInStore]
    digests: Transaction[DigestStore]
    erasure: Transaction[ErasureStore]
    secret: bytes = field(repr=False)
    ping: Callable[[], Awaitable[None]]
    lock: Callable[[], None]
    close: Callable[[], Awaitable[None]]


async def open_storage(url: str, keys: Sequence[str]) -> Storage:
    """Open a database that is at the newest migration.

    ``keys`` are the master keys, newest first, 32 bytes each in URL-safe base64. All data keys
    are wrapped anew with the newest, so that an older one can be dropped at the next start.

    Raises:
        MissingKey: There is no key.
        BadSetting: The URL or a key cannot be read.
        WrongKey: The database was made with other keys.
        DatabaseBehind: Its migrations are not the newest.
        StorageUnavailable: It does not answer.
    """
    master = master_keys(keys)
    database = Database(url)
    try:
        secret = await _check(database, master)
    except BaseException:
        await database.close()
        raise
    return _on(database, master, secret)


async def rotate(url: str, keys: Sequence[str]) -> tuple[int, int]:
    """Wrap every data key with the newest of ``keys``, also while other processes run; return how
    many were wrapped anew, and how many there are. Raises as ``open_storage`` does.
    """
    master = master_keys(keys)
    database = Database(url)
    try:
        await _check_revision(database)
        async with database.transaction(lambda session: session)() as session:
            anew = await wrap_anew(session, master)
            await check_keys(session, master)
            return anew, await count_keys(session)
    except WrongText:
        raise WrongKey from None
    finally:
        await database.close()


def memory_storage() -> Storage:
    """Return the twin without a database: the same behaviour, gone when the process ends."""
    memory = Memory()
    clinic, ledger, reflections, checkins, digests = (
        MemoryClinicStore(),
        MemoryDeliveryStore(),
        MemoryReflectionStore(),
        MemoryCheckInStore(),
        MemoryDigestStore(),
    )
    erasure = MemoryErasureStore(clinic, ledger, reflections, checkins, digests)
    deliveries = memory.transaction(ledger)
    return Storage(
        clinic=memory.transaction(clinic),
        deliveries=deliveries,
        deliveries_singly=deliveries,
        inbox=memory.transaction(MemoryInboxStore()),
        reflections=memory.transaction(reflections),
        checkins=memory.transaction(checkins),
        digests=memory.transaction(digests),
        erasure=memory.transaction(erasure),
        secret=secrets.token_bytes(KEY_BYTES),
        ping=memory.ping,
        lock=memory.lock,
        close=memory.close,
    )


async def _check(database: Database, master: Keyring) -> bytes:
    await _check_revision(database)
    async with database.transaction(lambda session: session)() as session:
        return await check_keys(session, master)


async def _ping(database: Database) -> None:
    await database.ping()
    await _check_revision(database)


async def _check_revision(database: Database) -> None:
    found = await revision(database.engine)
    if found != head():
        raise DatabaseBehind(found=found or "no revision", wanted=head())


def _on(database: Database, master: Keyring, secret: bytes) -> Storage:
    def clinic(session: AsyncSession) -> ClinicStore:
        return SqlClinicStore(session, Vault(session, master))

    def reflections(session: AsyncSession) -> ReflectionStore:
        return SqlReflectionStore(session, Vault(session, master))

    def digests(session: AsyncSession) -> DigestStore:
        return SqlDigestStore(session, Vault(session, master))

    return Storage(
        clinic=database.transaction(clinic),
        deliveries=database.transaction(SqlDeliveryStore),
        deliveries_singly=database.singly(SqlDeliveryStore),
        inbox=database.transaction(SqlInboxStore),
        reflections=database.transaction(reflections),
        checkins=database.transaction(SqlCheckInStore),
        digests=database.transaction(digests),
        erasure=database.transaction(SqlErasureStore),
        secret=secret,
        ping=partial(_ping, database),
        lock=database.lock,
        close=database.close,
    )
