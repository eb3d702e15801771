"""Writing a reflection: form, preview, confirmation; later edit, withdraw, copy.

Nothing waits on the server between the steps (``drafts.py``): what was typed is either in the
person's view or stored as they saw it.
"""

from bot.checkins import Echo, Filled, OpenCheckIn
from bot.deidentify import NeedsAnswer, Review
from bot.reflections import AnonymousReflection, Window
from handlers.slack.blocks import checkins, notice, preview, times
from handlers.slack.blocks import reflections as blocks
from handlers.slack.blocks import safety as safety_blocks
from handlers.slack.blocks.kit import Block
from handlers.slack.call import Call, Payload, Reply
from handlers.slack.drafts import Draft, from_form, from_preview, settled
from handlers.slack.home import publish
from handlers.slack.own_message import courteously, rewrite
from handlers.slack.router import Router


def register(router: Router) -> None:
    """Register the forms of a reflection and the buttons of its receipt."""
    router.on(Payload.VIEW, blocks.WRITE)(_written)
    router.on(Payload.VIEW, preview.CALLBACK)(_checked)
    router.on(Payload.ACTION, blocks.EDIT)(_edit)
    router.on(Payload.ACTION, blocks.WITHDRAW)(_withdraw)
    router.on(Payload.ACTION, blocks.COPY)(_copy)


async def _written(call: Call) -> Reply:
    draft = from_form(call.metadata, call.filled)
    if not draft.filled.text:
        return await _keep(call, draft)
    review = await call.services.checkins.review(call.viewer, draft.window, draft.filled.text)
    return Reply(view=preview.view(draft, review))


async def _checked(call: Call) -> Reply:
    draft = from_preview(call.view, call.filled)
    review = await call.services.checkins.review(call.viewer, draft.window, draft.filled.text)
    draft, new = settled(draft, review)
    if new or draft.lost or draft.must_ask:
        return Reply(view=preview.view(draft, review, preview.notices(draft, new)))
    try:
        return await _keep(call, draft)
    except NeedsAnswer as still:
        # What was hidden can cover something unsure, which comes to light once it is shown.
        wider = Review(review.text, review.findings + still.findings)
        said = preview.notices(draft, len(still.findings))
        return Reply(view=preview.view(draft, wider, said))


async def _edit(call: Call) -> None:
    held = await call.services.checkins.held(call.viewer, call.value)
    draft = Draft(held.window.id, call.value, editing=True, filled=_answers(held.reflection))
    words = held.reflection.words
    here = OpenCheckIn(held.window, held.team, None)
    await call.open(blocks.write(here, draft, words.text if words else ""))


async def _withdraw(call: Call) -> None:
    again = await call.services.checkins.withdraw(call.viewer, call.value)
    zone = call.viewer.person.zone
    text, message = blocks.withdrawn(again.window.id, again.window.closes_at, zone)
    if call.view:
        await call.update(notice.modal_with(text))
    else:
        await call.replace(text, message)


async def _copy(call: Call) -> None:
    held = await call.services.checkins.held(call.viewer, call.value)
    words = held.reflection.words
    await call.open(blocks.copied(words.text if words else None))


def _answers(reflection: AnonymousReflection) -> Filled:
    return Filled(
        ratings=reflection.ratings,
        pull=reflection.pull,
        topics=reflection.topics,
        may_show=reflection.may_show,
        if_few=reflection.if_few,
    )


async def _keep(call: Call, draft: Draft) -> Reply:
    """Store the reflection, then confirm it: in the modal, and in the private chat."""
    service = call.services.checkins
    if draft.editing:
        echo = await service.edit(call.viewer, draft.receipt, draft.filled)
    else:
        echo = await service.submit(call.viewer, draft.window, draft.receipt, draft.filled)
    window = (await service.held(call.viewer, draft.receipt)).window
    closes = times.weekday_and_clock(window.closes_at, call.viewer.person.zone)
    told = draft.editing or await _tell(call, draft, window, closes)
    safety = await _safety(call, echo)
    return Reply(view=blocks.kept(draft.receipt, echo, closes, safety=safety, told=told))


async def _tell(call: Call, draft: Draft, window: Window, closes: str) -> bool:
    """Send the receipt, once however often the form arrives; tell whether it could be sent.

    The note of what was handled names the view, never the receipt: nothing that finds the content
    may stand beside a time.
    """
    if not await call.services.first_time(f"kept:{call.view.get('id')}"):
        return True
    answered = checkins.answered(window.closes_at, call.viewer.person.zone)
    told, _ = await courteously(
        call.tell(*blocks.receipt_message(draft.receipt, closes)),
        rewrite(call, draft.message, *answered) if draft.message else publish(call),
    )
    return told


async def _safety(call: Call, echo: Echo) -> list[Block]:
    if echo.safety is None:
        return []
    oncall = await call.services.questions.oncall(call.viewer)
    answer = safety_blocks.answer(echo.safety, oncall, in_team=True)
    return answer[:-1]  # its last line says that nothing was stored: here ratings are, words not
