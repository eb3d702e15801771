"""Telling an admin that a delivery failed for good and needs their hand."""

from dataclasses import dataclass
from datetime import datetime

from bot.clinic import SET_UP, ClinicStore
from bot.deliveries import Deliveries, Delivery, Drop, Kind, Later, occurrence_key
from bot.errors import ChatRefused, MissingScope, TokenRevoked
from bot.messages import Message, Notice
from bot.ports import Clock, Transaction

_WHAT = {
    Kind.CHECK_IN: "A check-in",
    Kind.REMINDER: "A reminder",
    Kind.DIGEST: "A digest",
    Kind.WELCOME: "A welcome",
    Kind.CALL_REQUEST: "A request to be called about a safety matter",
}


@dataclass(frozen=True, slots=True)
class Notices:
    """Writes notices to the ledger (a ``FailureListener``) and says them (a ``Renderer``).

    They go to the admins named in Attune; where there are none, to whoever changed the set-up
    last.
    """

    clinic: Transaction[ClinicStore]
    deliveries: Deliveries
    clock: Clock
    named_admins: frozenset[str] = frozenset()

    async def delivery_failed(self, delivery: Delivery, error: ChatRefused) -> None:
        """Plan one notice a day for each kind and reason; a notice about a notice would loop."""
        if delivery.kind is Kind.NOTICE or isinstance(error, TokenRevoked):
            return
        about = "|".join((delivery.kind, delivery.recipient, _advice_for(error)))
        day = self.clock.now().date()
        await self.deliveries.plan(
            *(
                Delivery(
                    key=occurrence_key(delivery.workspace, about, admin, Kind.NOTICE, day),
                    workspace=delivery.workspace,
                    kind=Kind.NOTICE,
                    recipient=admin,
                    about=about,
                    due_at=self.clock.now(),
                )
                for admin in await self._admins(delivery.workspace)
            )
        )

    async def render(self, delivery: Delivery, now: datetime) -> Message | Drop | Later:  # noqa: ARG002  the Renderer's shape
        """Say what failed, for whom, and what to do."""
        kind, recipient, advice = delivery.about.split("|")
        return Notice(
            f"{_WHAT[Kind(kind)]} could not be delivered.", member=recipient, advice=advice
        )

    async def _admins(self, workspace: str) -> list[str]:
        async with self.clinic() as store:
            named = (await store.workspace(workspace)).admins | self.named_admins
            if named:
                return sorted(named)
            trail = await store.audit(workspace)
        return [entry.actor for entry in trail if entry.action in SET_UP][:1]


def _advice_for(error: ChatRefused) -> str:
    if isinstance(error, MissingScope):
        return f"Add the scope {error.facts['scope']} to the app and install it again."
    return f"The chat answered {error.facts['code']}. Check that this person is still active."
