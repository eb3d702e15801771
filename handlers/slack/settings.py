"""A member's own settings: reminders, absence, pause."""

from bot.clinic import Preferences
from handlers.slack import home
from handlers.slack.blocks import settings as blocks
from handlers.slack.call import Call, Payload, Reply
from handlers.slack.router import Router


async def open_form(call: Call) -> None:
    """Open the form with what the caller chose so far."""
    await call.open(blocks.modal(await call.services.clinic.preferences(call.viewer)))


async def pause(call: Call, typed: str) -> Preferences:
    """Pause the caller's check-ins for as long as was typed or chosen."""
    chosen = await call.services.clinic.pause(call.viewer, typed)
    await home.publish(call)
    return chosen


async def resume(call: Call) -> Preferences:
    """End the caller's pause and absence."""
    chosen = await call.services.clinic.resume(call.viewer)
    await home.publish(call)
    return chosen


def register(router: Router) -> None:
    """Register the form and the pause."""

    @router.on(Payload.ACTION, "settings.open")
    async def opened(call: Call) -> None:
        await open_form(call)

    @router.on(Payload.VIEW, "settings.save")
    async def save(call: Call) -> Reply:
        chosen = await call.services.clinic.save_preferences(
            call.viewer,
            reminders=call.filled.number("reminders") or 0,
            away_from=call.filled.day("away_from"),
            away_to=call.filled.day("away_to"),
        )
        await home.publish(call)
        return Reply(view=blocks.saved(chosen))

    @router.on(Payload.ACTION, "settings.pause")
    async def paused(call: Call) -> None:
        await pause(call, call.value)

    @router.on(Payload.ACTION, "settings.resume")
    async def resumed(call: Call) -> None:
        await resume(call)
