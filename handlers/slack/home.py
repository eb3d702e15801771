"""App Home: shown when it is opened, and again after everything that changes it."""

import structlog

from bot.clinic import Action, may
from bot.errors import AttuneError
from handlers.slack.blocks import home as blocks
from handlers.slack.call import Call, Payload, View
from handlers.slack.errors import TROUBLE, translated
from handlers.slack.router import Router

log = structlog.get_logger(__name__)


async def publish(call: Call, pages: blocks.Pages | None = None) -> None:
    """Show the caller's Home as it is now.

    Never raises: Home is shown after something was done, and failing to show it must not read
    as if that had failed.
    """
    try:
        if call.payload is not Payload.EVENT:
            await call.identify()  # what was just done may have changed the caller's roles
        view = await _view(call, pages)
    except AttuneError as error:
        view = blocks.sorry(str(error))
    try:
        await call.client.views_publish(user_id=call.context.user_id or "", view=view)
    except TROUBLE as error:
        reason = translated(error, "views.publish")
        log.warning("slack.home_not_shown", error=type(reason).__name__, **reason.facts)


async def _view(call: Call, pages: blocks.Pages | None) -> View:
    if not may(call.viewer, Action.CHANGE_OWN_SETTINGS):
        return blocks.closed()
    return blocks.view(await call.services.home(call.viewer), pages)


async def show(call: Call, view: View) -> None:
    """Show what was done in a modal, and Home as it is now; like ``publish``, never raises."""
    try:
        await call.open(view)
    except TROUBLE as error:
        reason = translated(error, "views.open")
        log.warning("slack.modal_not_shown", error=type(reason).__name__, **reason.facts)
    await publish(call)


def register(router: Router) -> None:
    """Register Home itself and the turning of its pages."""

    @router.on(Payload.EVENT, "app_home_opened")
    async def opened(call: Call) -> None:
        if call.event.get("tab", "home") == "home":
            await publish(call)

    @router.on(Payload.ACTION, "home.refresh", "home.previous", "home.next")
    async def turn(call: Call) -> None:
        await publish(call, blocks.Pages.parse(call.value))
