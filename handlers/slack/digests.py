"""Reading digests: the next one's preview, past ones in words, the numbers as a file."""

from handlers.slack.blocks import digests as blocks
from handlers.slack.blocks import notice
from handlers.slack.call import Call, Payload
from handlers.slack.errors import translating
from handlers.slack.own_message import courteously
from handlers.slack.router import Router


def register(router: Router) -> None:
    """Register the buttons of digests."""
    router.on(Payload.ACTION, blocks.PREVIEW)(_preview)
    router.on(Payload.ACTION, blocks.READ)(_read)
    router.on(Payload.ACTION, blocks.CSV)(_csv)


async def _preview(call: Call) -> None:
    upcoming = await call.services.digests.preview(call.viewer, call.value)
    await call.open(blocks.preview(upcoming, call.viewer.person.zone))


async def _read(call: Call) -> None:
    digest = await call.services.digests.read(call.viewer, call.value)
    await call.open(blocks.modal(digest))


async def _csv(call: Call) -> None:
    name, content = await call.services.digests.csv(call.viewer, call.value)
    with translating("files.completeUploadExternal"):
        opened = await call.client.conversations_open(users=call.viewer.id)
        await call.client.files_upload_v2(
            channel=opened["channel"]["id"], filename=name, title=name, content=content
        )
    if call.view:
        said = notice.modal_with("The file is in our private conversation now.")
        await courteously(call.open(said))  # the file is there, whether or not this can be shown
