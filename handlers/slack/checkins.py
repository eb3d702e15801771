"""What a clinician answers to the check-in message: now, later today, not this week, away."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date

from bot.calendar import local
from bot.errors import Refused
from bot.reflections import new_receipt
from handlers.slack.blocks import checkins as blocks
from handlers.slack.blocks import notice, reflections, wording
from handlers.slack.call import CLEAR, Block, Call, Payload, Reply
from handlers.slack.drafts import Draft
from handlers.slack.home import show
from handlers.slack.own_message import courteously, rewrite
from handlers.slack.router import Router


def register(router: Router) -> None:
    """Register the buttons of the check-in message."""
    router.on(Payload.ACTION, blocks.REFLECT)(_reflect)
    router.on(Payload.ACTION, blocks.LATER)(_later)
    router.on(Payload.ACTION, blocks.SKIP)(_skip)
    router.on(Payload.ACTION, blocks.AWAY)(_away)
    router.on(Payload.VIEW, blocks.AWAY_DATES)(_away_dates)


async def _reflect(call: Call) -> None:
    checkin = await call.services.checkins.form(call.viewer, call.value)
    draft = Draft(checkin.window.id, new_receipt(), message=_pressed(call))
    await call.open(reflections.write(checkin, draft))


async def _later(call: Call) -> None:
    at = await call.services.checkins.later(call.viewer, call.value)
    await _instead(call, *blocks.later(call.value, at, call.viewer.person.zone))


async def _skip(call: Call) -> None:
    await call.services.checkins.skip(call.viewer, call.value)
    await _instead(call, *blocks.skipped(call.value))


async def _away(call: Call) -> None:
    chosen = await call.services.clinic.preferences(call.viewer)
    today = _today(call)
    future = chosen.away_to is not None and chosen.away_to >= today
    starts = (chosen.away_from if future else None) or today
    metadata = f"{call.value} {_pressed(call)}".strip()
    await call.open(blocks.away_modal(starts, chosen.away_to if future else None, metadata))


async def _away_dates(call: Call) -> Reply:
    window, _, message = call.metadata.partition(" ")
    chosen = await call.services.clinic.preferences(call.viewer)
    saved = await call.services.clinic.save_preferences(
        call.viewer,
        reminders=chosen.reminders,
        away_from=call.filled.day("away_from"),
        away_to=call.filled.day("away_to"),
    )
    if not saved.absent_on(_today(call)):
        return Reply(view=notice.modal_with(blocks.away_later(saved.away_from, saved.away_to)))
    await _leave_out(call, window)
    if message:
        await courteously(rewrite(call, message, *blocks.away(saved.away_to)))
    return CLEAR


async def _leave_out(call: Call, window: str) -> None:
    """The absence is saved; a check-in that has closed or was answered stays as it is."""
    with suppress(Refused):
        await call.services.checkins.away(call.viewer, window)


def _today(call: Call) -> date:
    return local(call.services.clock.now(), wording.zone_of(call.viewer.person)).date()


def _pressed(call: Call) -> str:
    """Return the ts of the message whose button was pressed; empty in Home."""
    return str((call.body.get("message") or {}).get("ts") or "")


async def _instead(call: Call, text: str, message: Sequence[Block]) -> None:
    """Put something in place of the check-in message; in Home, say it and show Home anew."""
    if call.body.get("response_url"):
        await call.replace(text, message)
    else:
        await show(call, notice.modal_with(text))
