"""The composition root: the one place that knows everyone.

Read it from top to bottom to see how Attune is put together: settings → storage → services →
clock → chat. Each part can be replaced by an argument, which is how tests run the same Attune
on a clock that they move and a database in memory.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import aiohttp
from slack_bolt.app.async_app import AsyncApp

from bot.checkins import CheckInPlanner, CheckInRenderer, CheckIns, Rota, WelcomeRenderer
from bot.clinic import Clinic, Zones
from bot.clinic.installations import Installations
from bot.deidentify import Deidentifier
from bot.deliveries import Deliveries, Kind, Pace, Workers
from bot.deliveries.embedded import EmbeddedDispatcher
from bot.digests import Digests
from bot.errors import AttuneError
from bot.guidance import Guidance
from bot.notices import Notices
from bot.ports import Clock, Messenger, People
from bot.privacy import Privacy
from bot.questions import CallRenderer, Questions
from bot.reflections import Reflections
from bot.services import Services
from bot.settings import Settings
from handlers.clock import FailureLog, SystemClock, log_crash
from handlers.metrics import Counts
from handlers.slack.app import TIMEOUT, Authorisation, create_app
from handlers.slack.features import register_all
from handlers.slack.install import Installing, OAuthApp
from handlers.slack.messenger import SlackMessenger
from handlers.slack.people import SlackPeople
from handlers.slack.router import Router
from handlers.slack.tokens import Tokens
from storage import QueueDispatcher, Storage, open_storage

GRACE_SECONDS: Final = 6
"""How long what is in flight may take after a stop; with the web's three, less than ten."""


@dataclass(frozen=True, slots=True)
class Attune:
    """Everything, put together and ready to be served.

    ``install`` is None where the settings hold no client id and secret.
    """

    settings: Settings
    storage: Storage
    services: Services
    dispatcher: Workers
    session: aiohttp.ClientSession
    tokens: Tokens
    router: Router
    app: AsyncApp
    install: Installing | None

    async def tick(self) -> int:
        """Look for what is due, and hand it over; return how many deliveries."""
        return await self.services.deliveries.tick(self.dispatcher)

    async def stop(self, seconds: float) -> None:
        """Finish what is in flight within so many seconds, and hand back the rest."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.router.finish()
        await self.dispatcher.stop(seconds)
        with suppress(AttuneError, TimeoutError):  # without a database the turn runs out by itself
            async with asyncio.timeout(seconds):
                await self.services.deliveries.leave()

    async def settle(self) -> None:
        """Wait until nothing of what was started runs any more."""
        await self.router.finish()
        await self.dispatcher.settle()


@asynccontextmanager
async def assemble(
    settings: Settings, *, clock: Clock | None = None, storage: Storage | None = None
) -> AsyncIterator[Attune]:
    """Put Attune together, and take it apart on leaving; raise ``Misconfigured``.

    ``storage`` and ``clock`` take the place of the settings' database and the real time.
    """
    clock = clock or SystemClock()
    storage = storage or await open_storage(settings.database_url, settings.key_values)
    try:
        # The shared session's own time limit: the SDK's is ignored where a session is given.
        patience = aiohttp.ClientTimeout(total=TIMEOUT)
        async with aiohttp.ClientSession(timeout=patience) as session:
            attune = _put_together(settings, clock, storage, session)
            try:
                yield attune
            finally:
                await attune.stop(GRACE_SECONDS)
    finally:
        await storage.close()


def _put_together(
    settings: Settings, clock: Clock, storage: Storage, session: aiohttp.ClientSession
) -> Attune:
    installations = Installations(storage.clinic, clock)
    own = settings.slack_bot_token
    tokens = Tokens(
        settings.slack_api_url,
        session,
        installations.find,
        own.get_secret_value() if own else None,
    )
    people = SlackPeople(tokens.client, clock)
    services = create_services(
        settings, clock, storage, people=people, messenger=SlackMessenger(tokens.client)
    )
    _pace(settings, services.deliveries)
    services.deliveries.on_failure.append(FailureLog())
    authorise = Authorisation(tokens.find, SystemClock())
    caches = (tokens.forget, authorise.forget)
    router = Router(services)
    register_all(router, people, *caches)
    oauth = _oauth_app(settings)
    return Attune(
        settings=settings,
        storage=storage,
        services=services,
        dispatcher=_dispatcher(settings, services.deliveries, clock),
        session=session,
        tokens=tokens,
        router=router,
        app=create_app(router, authorise, tokens.bare),
        install=None
        if oauth is None
        else Installing(
            oauth, tokens.bare, services, installations, storage.secret, people.forget, *caches
        ),
    )


def _pace(settings: Settings, deliveries: Deliveries) -> None:
    tick = timedelta(seconds=settings.tick_seconds)
    deliveries.pace = Pace(settings.posts_per_second)
    deliveries.horizon = tick
    deliveries.turn = 2 * tick + timedelta(seconds=5)
    deliveries.unknown_for = timedelta(seconds=settings.unknown_seconds)


def _dispatcher(settings: Settings, deliveries: Deliveries, clock: Clock) -> Workers:
    """One machine works for itself; several share a queue in their database."""
    if settings.is_distributed:
        return QueueDispatcher(settings.database_url, deliveries.deliver, log_crash, clock)
    return EmbeddedDispatcher(deliveries.deliver, log_crash, clock)


def create_services(
    settings: Settings, clock: Clock, storage: Storage, *, people: People, messenger: Messenger
) -> Services:
    """Connect the features with each other, and with what they need from outside."""
    zones = Zones(people)
    guidance = Guidance()
    reflections = Reflections(storage.reflections, clock, storage.secret)
    deliveries = Deliveries(storage.deliveries, messenger, clock, single=storage.deliveries_singly)
    digests = Digests(
        storage.digests, storage.clinic, storage.checkins, reflections, deliveries, zones, clock
    )
    kept = (storage.clinic, storage.deliveries, storage.checkins, storage.digests)
    privacy = Privacy(*kept, reflections, storage.erasure, clock)
    rota = Rota(deliveries, reflections, zones, clock)
    listeners = (rota, digests, privacy)
    clinic = Clinic(
        storage.clinic, people, clock, settings.admins, settings.zone, listeners=listeners
    )
    checkins = CheckIns(
        storage.checkins,
        storage.clinic,
        reflections,
        deliveries,
        Deidentifier(),
        guidance,
        people,
        zones,
        clock,
    )
    notices = Notices(storage.clinic, deliveries, clock, settings.admins)
    deliveries.planners |= {
        Kind.CHECK_IN: CheckInPlanner(storage.clinic, storage.checkins, reflections, deliveries),
        Kind.DIGEST: digests,
    }
    asks = CheckInRenderer(storage.clinic, storage.checkins, reflections, people, zones)
    deliveries.renderers |= {
        Kind.CHECK_IN: asks,
        Kind.REMINDER: asks,
        Kind.WELCOME: WelcomeRenderer(storage.clinic),
        Kind.DIGEST: digests,
        Kind.CALL_REQUEST: CallRenderer(),
        Kind.NOTICE: notices,
    }
    deliveries.on_failure.append(notices)
    return Services(
        clock=clock,
        people=people,
        clinic=clinic,
        checkins=checkins,
        questions=Questions(guidance, reflections, deliveries, clock, Counts()),
        digests=digests,
        privacy=privacy,
        deliveries=deliveries,
        inbox=storage.inbox,
    )


def _oauth_app(settings: Settings) -> OAuthApp | None:
    secret = settings.slack_client_secret
    if not (settings.slack_client_id and secret):
        return None
    return OAuthApp(
        settings.slack_client_id,
        secret.get_secret_value(),
        settings.slack_api_url,
        settings.public_url,
    )
