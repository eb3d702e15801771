"""Who is who, as Slack reports it: ``bot.ports.People`` over ``users.info``, kept for a while.

A workspace's people are looked up at each request that they make; without a cache that would
cost a call of the Web API each time. Slack tells about changes (``user_change``), so that the
cache is right before it runs out.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from bot.calendar import is_zone
from bot.errors import MemberUnreachable, NotFound
from bot.messages import Person
from bot.ports import Clock
from handlers.slack.call import Call, Payload
from handlers.slack.errors import translating
from handlers.slack.router import Router

Clients = Callable[[str], Awaitable[AsyncWebClient]]
"""Gives the Web API of a workspace, by its id; raises a ``ChatError`` where there is no token."""

KEPT_FOR: Final = timedelta(minutes=10)
MOST: Final = 20_000
"""People kept at the same time; twice the largest clinic."""

SLACKBOT: Final = "USLACKBOT"
"""Slack's own bot, which ``users.info`` does not mark as one."""


def person_from(workspace: str, user: Mapping[str, Any]) -> Person:
    """Return the person whom Slack's user object describes.

    Guests are single- and multi-channel guests and people of other workspaces (Slack Connect).
    An unknown or missing time zone becomes None.
    """
    profile = user.get("profile") or {}
    names = (profile.get("display_name"), user.get("real_name"), user.get("name"))
    zone = user.get("tz")
    foreign = user.get("is_stranger") or user.get("is_invited_user")
    return Person(
        workspace=workspace,
        id=str(user["id"]),
        name=str(next(filter(None, names), "this person")),
        zone=zone if is_zone(zone) else None,
        is_admin=_any(user, "is_admin", "is_owner", "is_primary_owner"),
        is_active=not user.get("deleted", False),
        is_human=not _any(user, "is_bot", "is_workflow_bot") and user["id"] != SLACKBOT,
        is_guest=_any(user, "is_restricted", "is_ultra_restricted") or bool(foreign),
    )


def _any(user: Mapping[str, Any], *marks: str) -> bool:
    return any(bool(user.get(mark)) for mark in marks)


@dataclass(slots=True)
class SlackPeople:
    """People by workspace and member id. ``clock`` is the time; entries live ``kept_for``."""

    clients: Clients
    clock: Clock
    kept_for: timedelta = KEPT_FOR
    most: int = MOST
    _kept: OrderedDict[tuple[str, str], tuple[datetime, Person]] = field(
        default_factory=OrderedDict
    )

    async def person(self, workspace: str, member: str) -> Person:
        """Return one person; raise ``NotFound`` or a ``ChatError``."""
        kept = self._kept.get((workspace, member))
        if kept is not None and self.clock.now() < kept[0]:
            return kept[1]
        try:
            with translating("users.info"):
                client = await self.clients(workspace)
                answer = await client.users_info(user=member)
        except MemberUnreachable as error:
            raise NotFound(what="person") from error
        return self.learn(workspace, answer["user"])

    def learn(self, workspace: str, user: Mapping[str, Any]) -> Person:
        """Keep what Slack reports of a person, and return it."""
        person = person_from(workspace, user)
        key = (workspace, person.id)
        self._kept[key] = (self.clock.now() + self.kept_for, person)
        self._kept.move_to_end(key)
        while len(self._kept) > self.most:
            self._kept.popitem(last=False)
        return person

    def invalidate(self, workspace: str, member: str) -> None:
        """Forget one person, so that the next question goes to Slack."""
        self._kept.pop((workspace, member), None)

    def forget(self, workspace: str) -> None:
        """Forget everybody of a workspace."""
        for key in [key for key in self._kept if key[0] == workspace]:
            del self._kept[key]


def register(router: Router, people: SlackPeople, *forget: Callable[[str], None]) -> None:
    """Follow what Slack tells about people and about the app itself.

    ``forget`` is what lets go of a workspace that removes Attune, beside its people.
    """

    @router.on(Payload.EVENT, "user_change")
    async def user_changed(call: Call) -> None:
        user = call.event.get("user") or {}
        if "id" in user:
            people.learn(call.workspace, user)
            await call.services.clinic.person_changed(call.workspace, user["id"])

    async def removed(call: Call) -> None:
        try:
            told = call.body.get("event_time")
            at = datetime.fromtimestamp(told, UTC) if isinstance(told, int) else None
            await call.services.privacy.workspace_removed(call.workspace, at)
        finally:  # only now: what is looked up meanwhile would be kept again
            for each in (people.forget, *forget):
                each(call.workspace)

    router.on(Payload.EVENT, "app_uninstalled")(removed)

    @router.on(Payload.EVENT, "tokens_revoked")
    async def revoked(call: Call) -> None:
        # Attune has bot tokens only; a person's own token being revoked is none of its business.
        if (call.event.get("tokens") or {}).get("bot"):
            await removed(call)
