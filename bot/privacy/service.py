"""What Attune keeps about a person: shown, exported, erased, and what cannot be found."""

import json
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from bot.calendar import local
from bot.checkins import CheckInStore
from bot.clinic import Action, Audited, ClinicStore, Team, Viewer, authorise
from bot.deliveries import DeliveryStore, Kind, State
from bot.digests import DigestStore, Withheld
from bot.messages import Section
from bot.ports import Clock, Transaction
from bot.privacy.port import ErasureStore
from bot.reflections import Reflections

REFLECTIONS_WEEKS: Final = 8
PARTICIPATION_WEEKS: Final = 12
INBOX_HOURS: Final = 24
GRACE_DAYS: Final = 30
"""How long a workspace's data stays after the app was removed: it may be a mistake."""

NEVER_KEPT: Final = (
    "Phrasing questions and the answers to them.",
    "The text of anything that Attune takes for a safety matter.",
    "Names and other details taken out of a reflection, or a list of what was replaced.",
    "Who wrote which reflection, and when.",
)


@dataclass(frozen=True, slots=True)
class PrivacyReceipt:
    """What is kept, in sections of sentences."""

    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Privacy:
    """A person's rights over what is kept about them."""

    clinic: Transaction[ClinicStore]
    deliveries: Transaction[DeliveryStore]
    checkins: Transaction[CheckInStore]
    digests: Transaction[DigestStore]
    reflections: Reflections
    erasure: Transaction[ErasureStore]
    clock: Clock

    async def receipt(self, viewer: Viewer) -> PrivacyReceipt:
        """Return what is stored of the current windows, and until when."""
        authorise(viewer, Action.SEE_OWN_DATA)
        windows = [
            line for team in viewer.reflects_in for line in await self._window_lines(viewer, team)
        ]
        return PrivacyReceipt(
            (
                Section("This week", tuple(windows) or ("No check-in is open for you.",)),
                Section("Kept about you", await self._kept(viewer)),
                Section("Never kept", NEVER_KEPT),
            )
        )

    async def _window_lines(self, viewer: Viewer, team: Team) -> list[str]:
        lines: list[str] = []
        for window in await self.reflections.current(team.id, self.clock.now()):
            async with self.checkins() as store:
                row = await store.get(window.id, viewer.id)
            if row is None:
                continue
            goes = window.day + timedelta(weeks=REFLECTIONS_WEEKS)
            closes = local(window.closes_at, viewer.person.zone or team.zone)
            lines.append(
                f"{team.name}: {row.answer.value}; open until {closes:%A} {closes.day} "
                f"{closes:%B}, {closes:%H:%M}. Numbers need {window.threshold} answers; before the "
                f"window closes nobody is told how many there are. Destroyed by {goes.day} "
                f"{goes:%B} {goes:%Y} at the latest."
            )
        return lines

    async def _kept(self, viewer: Viewer) -> tuple[str, ...]:
        async with self.checkins() as store:
            weeks = await store.of_member(viewer.workspace, viewer.id)
        teams = len(viewer.teams)
        place = f", and your place in {teams} team{'s' if teams > 1 else ''}" if teams else ""
        return (
            f"Your settings{place}.",
            (
                f"Whether you answered (weeks so far: {len(weeks)}); kept {PARTICIPATION_WEEKS} "
                "weeks, without a time, apart from what was written."
            ),
            "When messages to you were due and sent, without their content.",
        )

    async def export(self, viewer: Viewer) -> tuple[str, bytes]:
        """Return a file name and all that is kept under this person's id, as JSON."""
        authorise(viewer, Action.SEE_OWN_DATA)
        async with self.clinic() as clinic:
            prefs = await clinic.preferences(viewer.workspace, viewer.id)
        async with self.checkins() as checkins:
            weeks = await checkins.of_member(viewer.workspace, viewer.id)
        async with self.deliveries() as ledger:
            rows = await ledger.ledger(viewer.workspace, recipient=viewer.id, limit=1000)
            calls = await ledger.ledger(viewer.workspace, kind=Kind.CALL_REQUEST, limit=10_000)
        content = {
            "made_at": self.clock.now(),
            "member": viewer.id,
            "workspace": viewer.workspace,
            "admin": viewer.is_admin,
            "supervises": [team.name for team in viewer.supervises],
            "reflects_in": [team.name for team in viewer.reflects_in],
            "settings": {
                "reminders": prefs.reminders,
                "paused_until": prefs.paused_until,
                "away": [prefs.away_from, prefs.away_to],
            },
            "check_ins": [{"window": row.window, "answer": row.answer.value} for row in weeks],
            "messages": [
                {"kind": row.kind.value, "due": row.due_at, "state": row.state.value}
                for row in rows
            ],
            "calls_asked_for": [
                {"whom": row.recipient, "due": row.due_at, "state": row.state.value}
                for row in calls
                if row.about == viewer.id
            ],
            "cannot_be_found": list(_UNLINKABLE),
        }
        return "attune-my-data.json", json.dumps(content, indent=2, default=_plain).encode()

    async def erase(self, viewer: Viewer) -> PrivacyReceipt:
        """Remove all that is kept under this person's id; say what cannot be found."""
        authorise(viewer, Action.SEE_OWN_DATA)
        async with self.checkins() as checkins:
            await checkins.forget(viewer.workspace, viewer.id)
        async with self.deliveries() as ledger:
            await ledger.forget(viewer.workspace, viewer.id)
        async with self.clinic() as clinic:
            await clinic.forget(viewer.workspace, viewer.id)
            workspace = await clinic.workspace(viewer.workspace)
            if viewer.id in workspace.admins:
                await clinic.save_workspace(
                    replace(workspace, admins=workspace.admins - {viewer.id})
                )
            await clinic.record(
                Audited(viewer.workspace, self.clock.now(), viewer.id, "own data erased", "self")
            )
        return PrivacyReceipt(
            (
                Section("Gone", _GONE),
                Section("Cannot be found", _UNLINKABLE),
            )
        )

    async def workspace_removed(self, workspace: str, at: datetime | None = None) -> None:
        """The app was uninstalled or its token revoked, in any order: the token goes at once, the
        workspace's data after a period of grace that begins with the first of the two.

        What happened ``at`` an instant (in whole seconds, as Slack has it) before the app was
        installed again is told late, and was about the token that is gone already.
        """
        now = self.clock.now()
        async with self.clinic() as store:
            until = at.replace(microsecond=0) + timedelta(seconds=1) if at else None
            if not await store.uninstall(workspace, until):
                return
            known = await store.workspace(workspace)
            if known.removed_at is None:
                await store.save_workspace(replace(known, removed_at=now))
                await store.record(Audited(workspace, now, "slack", "app removed", workspace))

    async def team_changed(self, before: Team | None, after: Team | None) -> None:
        """Destroy what is left of a removed team (a ``TeamListener``)."""
        if before is not None and after is None:
            async with self.erasure() as store:
                await store.erase_team(before.id)

    async def retire(self) -> None:
        """Destroy what is older than promised: reflections, then participation, then workspaces
        that removed the app.
        """
        tomorrow = self.clock.now().date() + timedelta(days=1)  # so that today's end today
        written = tomorrow - timedelta(weeks=REFLECTIONS_WEEKS)
        await self.reflections.destroy_before(written)
        await self._take_words_out(written)
        old = await self.reflections.before(tomorrow - timedelta(weeks=PARTICIPATION_WEEKS))
        async with self.checkins() as checkins:
            await checkins.remove_windows(old)
        await self._purge(self.clock.now() - timedelta(days=GRACE_DAYS))

    async def _purge(self, removed_before: datetime) -> None:
        """Destroy workspaces that removed the app; one line of the audit trail tells when."""
        async with self.erasure() as store:
            removed = await store.removed_before(removed_before)
        for workspace in removed:
            if await self._is_back(workspace):
                continue
            async with self.erasure() as store:
                await store.erase_workspace(workspace)
            async with self.clinic() as clinic:
                await clinic.record(
                    Audited(workspace, self.clock.now(), "attune", "data destroyed", workspace)
                )

    async def _is_back(self, workspace: str) -> bool:
        """Tell whether messages have gone out since: with one token for all, nothing else tells
        that the app was added again.
        """
        async with self.deliveries() as ledger:
            sent = await ledger.ledger(workspace, state=State.SENT, limit=1)
        async with self.clinic() as clinic:
            known = await clinic.workspace(workspace)
            if known.removed_at is None or not sent or sent[0].due_at <= known.removed_at:
                return False
            await clinic.save_workspace(replace(known, removed_at=None))
            return True

    async def _take_words_out(self, before: date) -> None:
        """Destroy the words that digests show; their numbers, which name nobody, stay."""
        async with self.digests() as store:
            for digest in await store.all():
                if digest.day < before and digest.words:
                    gone = Withheld("Words", _WORDS_GONE)
                    await store.remove([digest.id])
                    await store.freeze(replace(digest, words=(), withheld=(*digest.withheld, gone)))


_WORDS_GONE: Final = f"Destroyed {REFLECTIONS_WEEKS} weeks after their check-in, as promised."

_GONE: Final = (
    (
        "Your place in teams and among Attune's admins, your settings, whether you answered, the "
        "list of messages to you, and when you asked to be called."
    ),
    "You will not be asked again unless an admin adds you.",
)

_UNLINKABLE: Final = (
    (
        "Your reflections carry no name, so Attune cannot find them. Whoever holds a receipt can "
        "withdraw its reflection while the window is open."
    ),
    (
        f"All reflections are destroyed {REFLECTIONS_WEEKS} weeks after the check-in that they "
        "count for; one that was carried over counts for the next."
    ),
    "Entries of the audit trail (who changed a setting) stay, without content.",
    "Messages already posted in your chat belong to your workspace.",
)


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
