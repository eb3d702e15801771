"""The safety answer in Slack, wherever words may be a safety matter, and the asking for a call."""

from bot.guidance import Safety
from handlers.slack.blocks import safety as blocks
from handlers.slack.blocks.kit import Block, View, section
from handlers.slack.blocks.views import changed
from handlers.slack.call import Call, Payload
from handlers.slack.router import Router


async def as_view(call: Call, safety: Safety) -> View:
    """Return the safety answer as a modal, with the caller's own contacts."""
    oncall = await call.services.questions.oncall(call.viewer)
    return blocks.window(safety, oncall, in_team=bool(call.viewer.teams))


async def as_blocks(call: Call, safety: Safety) -> list[Block]:
    """Return the safety answer as a message's blocks, with the caller's own contacts."""
    oncall = await call.services.questions.oncall(call.viewer)
    return blocks.answer(safety, oncall, in_team=bool(call.viewer.teams))


def register(router: Router) -> None:
    """Register the button with which somebody asks to be called."""

    @router.on(Payload.ACTION, blocks.CALL)
    async def call_me(call: Call) -> None:
        said = blocks.asked(await call.services.questions.call_me(call.viewer))
        if call.view:
            await call.update(changed(call.view, blocks.CALL, [section(said)]))
        else:
            await call.whisper(said)
