"""What is kept about a person: shown, handed over as a file, deleted."""

from handlers.slack import home
from handlers.slack.blocks import help as blocks
from handlers.slack.blocks import notice
from handlers.slack.call import Call, Payload, Reply
from handlers.slack.errors import translating
from handlers.slack.router import Router


async def tell(call: Call) -> Reply:
    """Return what is kept about the caller."""
    sections = (await call.services.privacy.receipt(call.viewer)).sections
    return Reply(text=blocks.in_words(sections), blocks=blocks.privacy_blocks(sections))


async def export(call: Call) -> Reply:
    """Put everything about the caller into their private chat as a file, and say so."""
    name, content = await call.services.privacy.export(call.viewer)
    with translating("conversations.open"):
        opened = await call.client.conversations_open(users=call.viewer.id)
    with translating("files.completeUploadExternal"):
        await call.client.files_upload_v2(
            channel=opened["channel"]["id"],
            filename=name,
            content=content,
            title="What Attune keeps about you",
            initial_comment="Here is what is kept about you, as you asked.",
        )
    return Reply(text=blocks.exported(name))


async def erase(call: Call) -> None:
    """Delete everything about the caller, and say what went and what cannot be found."""
    sections = (await call.services.privacy.erase(call.viewer)).sections
    if call.view:
        await home.show(call, blocks.erased_view(sections))
    else:
        await call.replace(blocks.in_words(sections), blocks.erased_blocks(sections))
        await home.publish(call)


def register(router: Router) -> None:
    """Register the two buttons of Home; the second also stands in chat."""

    @router.on(Payload.ACTION, "privacy.export")
    async def exported(call: Call) -> None:
        told = await export(call)
        await home.show(call, notice.modal_with(told.text, "My data"))

    @router.on(Payload.ACTION, "privacy.erase")
    async def erased(call: Call) -> None:
        await erase(call)
