"""Attune, as handlers see it: one object with all services, and what App Home shows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.checkins import CheckIns, OpenCheckIn
from bot.clinic import Action, Audited, Clinic, Preferences, Team, Viewer, may
from bot.deliveries import Deliveries, InboxStore, Kind
from bot.digests import Digest, Digests, Upcoming
from bot.ports import Clock, People, Transaction
from bot.privacy import Privacy, PrivacyReceipt
from bot.questions import Questions


@dataclass(frozen=True, slots=True)
class Home:
    """All that a person's start page shows.

    ``teams`` are all of the workspace for an admin, otherwise the viewer's own; ``admins`` and
    ``audit`` are empty for everybody else. Instants are UTC.
    """

    viewer: Viewer
    now: datetime
    teams: tuple[Team, ...]
    open_checkins: tuple[OpenCheckIn, ...]
    next_checkin: datetime | None
    preferences: Preferences
    privacy: PrivacyReceipt
    digests: tuple[Digest, ...]
    next_digests: tuple[Upcoming, ...]
    admins: frozenset[str]
    audit: tuple[Audited, ...]


@dataclass(frozen=True, slots=True)
class Services:
    """The whole of ``bot``, put together by the composition root."""

    clock: Clock
    people: People
    clinic: Clinic
    checkins: CheckIns
    questions: Questions
    digests: Digests
    privacy: Privacy
    deliveries: Deliveries
    inbox: Transaction[InboxStore]

    async def first_time(self, key: str) -> bool:
        """Note that ``key`` came in; True only the first time."""
        async with self.inbox() as store:
            return await store.first_time(key, self.clock.now())

    async def release(self, key: str) -> None:
        """Take the note back, since handling failed."""
        async with self.inbox() as store:
            await store.release(key)

    async def forget_inbox(self) -> None:
        """Forget notes of what came in more than a day ago; Slack repeats within the hour."""
        async with self.inbox() as store:
            await store.remove_before(self.clock.now() - timedelta(days=1))

    async def home(self, viewer: Viewer) -> Home:
        """Gather what the viewer's start page shows."""
        upcoming = await self.deliveries.upcoming(viewer.workspace, viewer.id)
        admin = may(viewer, Action.SET_UP_CLINIC)
        return Home(
            viewer=viewer,
            now=self.clock.now(),
            teams=tuple(await self.clinic.teams(viewer)),
            open_checkins=tuple(await self.checkins.open_for(viewer)),
            next_checkin=next((one.next_at for one in upcoming if one.kind is Kind.CHECK_IN), None),
            preferences=await self.clinic.preferences(viewer),
            privacy=await self.privacy.receipt(viewer),
            digests=tuple(await self.digests.past(viewer)),
            next_digests=tuple(await self.digests.upcoming(viewer)),
            admins=(await self.clinic.workspace(viewer)).admins if admin else frozenset(),
            audit=tuple(await self.clinic.audit(viewer)) if admin else (),
        )
