"""Every way to ask about phrasing, through Bolt and the router, to a Slack that takes notes."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.guidance import Intent, Stance
from bot.reflections import Topic
from handlers.slack import commands, phrasing, safety
from handlers.slack.blocks import phrasing as blocks
from handlers.slack.blocks.phrasing_words import REFUSALS
from handlers.slack.blocks.tries import Tries, Try, load
from tests.handlers.slack import phrasing_samples as samples
from tests.handlers.slack.phrasing_samples import (
    ALTERNATIVES,
    CLIENT,
    REPLY,
    FakeServices,
    assert_blocks,
    assert_view,
    with_id,
    words_of,
)
from tests.handlers.slack.slack_stub import BOT, MEMBER, Desk, command, desk, returned, shortcut

MINE = {"type": "message", "channel": "D1", "channel_type": "im", "user": MEMBER, "ts": "1.1"}


@pytest.fixture
def services() -> FakeServices:
    return FakeServices()


@pytest.fixture
async def at(services: FakeServices) -> AsyncIterator[Desk]:
    async with desk(services, phrasing.register, safety.register, commands.register) as made:
        yield made


def button_of(found: Any, action: str) -> dict[str, Any]:
    """The element with this action id, as Slack sends it when it is used."""
    elements = [one for block in found for one in block.get("elements", ())]
    (element,) = [one for one in elements if one.get("action_id") == action]
    return dict(element)


async def test_a_command_with_words_is_answered_to_the_caller_alone(
    at: Desk, services: FakeServices
) -> None:
    reply = await at.send(command("C: &lt;Am I&gt; bad &amp; mad? T: No"))
    assert services.questions.asked == [("C: <Am I> bad & mad? T: No",)]
    assert reply["response_type"] == "ephemeral"
    assert_blocks(reply["blocks"])
    assert blocks.KEEPS not in words_of(reply["blocks"])
    assert at.slack.calls == []


async def test_a_command_alone_opens_the_form(at: Desk) -> None:
    await at.send(command(""))
    view = at.slack.only("views.open")["view"]
    assert_view(view)
    assert view["callback_id"] == "phrasing.ask"


async def test_the_global_shortcut_and_homes_button_open_the_form(at: Desk) -> None:
    await at.send(shortcut("shortcut", "phrasing.global"))
    home = {"view": {"type": "home", "id": "V0", "blocks": []}}
    await at.press({"action_id": "phrasing.open", "type": "button"}, **home)
    assert [name for name, _ in at.slack.calls] == ["views.open", "views.open"]


async def test_a_message_to_attune_is_answered_in_the_chat(
    at: Desk, services: FakeServices
) -> None:
    await at.event(**MINE, text="is 'no' colluding?")
    said = at.slack.only("chat.postMessage")
    assert services.questions.asked == [("is 'no' colluding?",)]
    assert said["channel"] == "D1"
    assert_blocks(said["blocks"])
    assert blocks.KEEPS in words_of(said["blocks"])
    assert CLIENT not in json.dumps(said)
    assert REPLY not in json.dumps(said)


async def test_a_private_conversation_is_known_by_its_id_too(
    at: Desk, services: FakeServices
) -> None:
    unsaid = {key: value for key, value in MINE.items() if key != "channel_type"}
    await at.event(**unsaid, text="is 'no' colluding?")
    assert services.questions.asked == [("is 'no' colluding?",)]


async def test_a_message_in_a_thread_is_answered_there(at: Desk) -> None:
    await at.event(**MINE, text="is 'no' colluding?", thread_ts="1.0")
    assert at.slack.only("chat.postMessage")["thread_ts"] == "1.0"


@pytest.mark.parametrize(
    "more",
    [
        {"channel_type": None, "channel": "C1"},
        {"channel_type": None, "channel": None},
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "bot_message", "bot_id": "B1"},
        {"bot_id": "B1"},
        {"channel_type": "channel"},
        {"channel_type": "mpim"},
        {"user": BOT},
        {"user": "USLACKBOT"},
    ],
)
async def test_other_messages_are_left_alone(
    at: Desk, services: FakeServices, more: dict[str, str | None]
) -> None:
    await at.event(**(MINE | {"text": "hello"} | more))
    assert services.questions.asked == []
    assert at.slack.calls == []


async def test_files_are_not_opened_and_it_says_so(at: Desk, services: FakeServices) -> None:
    audio = [{"id": "F1", "subtype": "slack_audio"}]
    await at.event(**MINE, text="", subtype="file_share", files=audio)
    assert at.slack.only("chat.postMessage")["text"] == phrasing.ONLY_WORDS
    assert services.questions.asked == []


async def test_the_message_shortcut_lets_the_person_choose_the_side(
    at: Desk, services: FakeServices
) -> None:
    await at.send(shortcut("message_action", "phrasing.message", message={"text": "Don&amp;t"}))
    view = at.slack.only("views.open")["view"]
    assert_view(view)
    assert with_id(view["blocks"], "words")["element"]["initial_value"] == "Don&t"
    await at.submit(returned(view, side="reply", other=CLIENT))
    await at.submit(returned(view, side="client"))
    assert services.questions.asked == [(CLIENT, "Don&t"), ("Don&t", "")]


async def test_the_message_shortcut_on_a_picture_opens_an_empty_form(at: Desk) -> None:
    await at.send(shortcut("message_action", "phrasing.message", message={"text": ""}))
    view = at.slack.only("views.open")["view"]
    assert view["callback_id"] == "phrasing.ask"
    assert "no words" in words_of(view["blocks"])


async def test_three_tries_show_the_movement_then_the_alternatives(
    at: Desk, services: FakeServices
) -> None:
    view = blocks.ask_modal()
    drafts = ["No.", "Where did you get that idea?", "What would it mean to you?"]
    places = [(Stance.CONFRONTATION, 0.9), (Stance.CONFRONTATION, 0.5), (Stance.ATTUNED, 0.0)]
    for draft, place in zip(drafts, places, strict=True):
        given = samples.reading(*place, evidence=())
        services.questions.answer = samples.phrase(given, reply=draft)
        reply = await at.submit(returned(view, client=CLIENT, reply=draft))
        assert reply["response_action"] == "update"
        view = reply["view"]
        assert_view(view)
    assert [call[:2] for call in services.questions.asked] == [(CLIENT, one) for one in drafts]
    assert load(view["private_metadata"]).made == tuple(Try(*place) for place in places)
    for number, draft in enumerate(drafts, 1):
        assert with_id(view["blocks"], f"try.{number}")["text"]["text"] == f"{number}: “{draft}”"
    assert ALTERNATIVES[0] in words_of(view["blocks"])
    assert "submit" not in view


async def test_another_client_line_starts_new_tries(at: Desk, services: FakeServices) -> None:
    first = (await at.submit(returned(blocks.ask_modal(), client=CLIENT, reply=REPLY)))["view"]
    services.questions.answer = samples.phrase(client="I give up.")
    second = (await at.submit(returned(first, client="I give up.", reply="No")))["view"]
    assert len(load(second["private_metadata"]).made) == 1
    assert [b["block_id"] for b in second["blocks"] if "try." in b.get("block_id", "")] == ["try.1"]


async def test_alternatives_at_once_in_the_modal_and_not_shown_twice(
    at: Desk, services: FakeServices
) -> None:
    view = (await at.submit(returned(blocks.ask_modal(), client=CLIENT, reply=REPLY)))["view"]
    pressed = button_of(view["blocks"], "phrasing.alternatives")
    await at.press(pressed, view=returned(view, reply="half a thou"))
    updated = at.slack.only("views.update")["view"]
    assert_view(updated)
    assert ALTERNATIVES[0] in words_of(updated["blocks"])
    assert with_id(updated["blocks"], "reply")["element"]["initial_value"] == "half a thou"
    assert len(services.questions.asked) == 1
    await at.submit(returned(updated))
    assert services.questions.asked[-1] == (CLIENT, "half a thou", *ALTERNATIVES)


async def test_buttons_of_a_message_open_windows(at: Desk) -> None:
    drawn = (await at.send(command("x")))["blocks"]
    await at.press(button_of(drawn, "phrasing.again"))
    await at.press(button_of(drawn, "phrasing.alternatives"))
    (_, again), (_, more) = at.slack.calls
    assert_view(again["view"])
    assert load(again["view"]["private_metadata"]).made == (Try(Stance.CONFRONTATION, 0.9),)
    assert "was not kept" in words_of(again["view"]["blocks"])
    assert "initial_value" not in with_id(again["view"]["blocks"], "client")["element"]
    assert ALTERNATIVES[0] in words_of(more["view"]["blocks"])


async def test_a_try_begun_in_a_message_goes_on_in_the_window(at: Desk) -> None:
    begun = blocks.ask_modal(tries=Tries((Try(Stance.COLLUSION, -1.0),)))
    view = (await at.submit(returned(begun, client=CLIENT, reply=REPLY)))["view"]
    made = load(view["private_metadata"]).made
    assert [one.stance for one in made] == [Stance.COLLUSION, Stance.CONFRONTATION]


@pytest.mark.parametrize(("action", "helpful"), [("helpful", True), ("unhelpful", False)])
async def test_an_opinion_is_counted(
    at: Desk, services: FakeServices, action: str, *, helpful: bool
) -> None:
    drawn = (await at.send(command("x")))["blocks"]
    await at.press(button_of(drawn, f"phrasing.{action}"))
    assert services.questions.ratings == [helpful]
    assert at.slack.only("respond")["response_type"] == "ephemeral"


async def test_taking_it_to_supervision_counts_a_topic(at: Desk, services: FakeServices) -> None:
    view = (await at.submit(returned(blocks.ask_modal(), client=CLIENT, reply=REPLY)))["view"]
    pressed = button_of(view["blocks"], "phrasing.supervision")
    await at.press(pressed, view=returned(view))
    assert services.questions.topics == [Topic.SELF_CRITICISM]
    updated = at.slack.only("views.update")["view"]
    assert_view(updated)
    assert "“A client's self-criticism” for Harbour. No text was kept." in words_of(
        updated["blocks"]
    )


async def test_a_topic_can_be_chosen_where_none_can_be_told(
    at: Desk, services: FakeServices
) -> None:
    bare = samples.reading(Stance.ATTUNED, 0.0, bid=None, strains=None)
    services.questions.answer, services.questions.teams = samples.phrase(bare), ()
    drawn = (await at.send(command("x")))["blocks"]
    menu = button_of(drawn, "phrasing.supervision")
    await at.press(menu | {"selected_option": {"value": "silence"}})
    assert services.questions.topics == [Topic.SILENCE]
    assert "No text was kept" in at.slack.only("respond")["text"]


@pytest.mark.parametrize("intent", REFUSALS)
async def test_what_cannot_be_read_gets_a_sentence(
    at: Desk, services: FakeServices, intent: Intent
) -> None:
    services.questions.answer = samples.other(intent)
    assert (await at.send(command("…")))["text"] == REFUSALS[intent]
    reply = await at.submit(returned(blocks.ask_modal(), client="…"))
    assert reply == {"response_action": "errors", "errors": {"client": REFUSALS[intent]}}
    sides = await at.submit(returned(blocks.sides_modal("…")))
    assert sides["errors"] == {"words": REFUSALS[intent]}


async def test_no_question_in_a_form_gets_a_sentence(at: Desk, services: FakeServices) -> None:
    services.questions.answer = samples.other(Intent.THANKS)
    reply = await at.submit(returned(blocks.ask_modal(), client="thanks"))
    assert "I kept nothing" in reply["errors"]["client"]


async def test_what_is_no_question_is_acted_on(at: Desk, services: FakeServices) -> None:
    services.questions.answer = samples.other(Intent.HELP)
    await at.event(**MINE, text="how does this work")
    assert "/attune" in words_of(at.slack.only("chat.postMessage")["blocks"])


async def test_risk_gets_the_safety_answer_everywhere(at: Desk, services: FakeServices) -> None:
    services.questions.answer = samples.safety()
    typed = (await at.send(command("x")))["blocks"]
    form = (await at.submit(returned(blocks.ask_modal(), client=CLIENT, reply=REPLY)))["view"]
    await at.event(**MINE, text="x")
    assert_view(form)
    for drawn in (typed, form["blocks"], at.slack.only("chat.postMessage")["blocks"]):
        assert_blocks(drawn)
        said = words_of(drawn)
        assert "<@U0SUP>" in said
        assert "112" in said
        assert "collusion" not in said
        assert "phrasing." not in json.dumps(drawn)


async def test_asking_to_be_called_says_who_was_asked(at: Desk, services: FakeServices) -> None:
    services.questions.answer = samples.safety()
    form = (await at.submit(returned(blocks.ask_modal(), client=CLIENT)))["view"]
    await at.press(button_of(form["blocks"], "safety.call"), view=returned(form))
    updated = at.slack.only("views.update")["view"]
    assert_view(updated)
    assert "<@U0SUP> has been asked to call you" in words_of(updated["blocks"])
    assert "safety.call" not in json.dumps([b.get("elements") for b in updated["blocks"]])


async def test_asking_to_be_called_from_a_message(at: Desk, services: FakeServices) -> None:
    services.questions.answer, services.questions.called = samples.safety(), ()
    drawn = (await at.send(command("x")))["blocks"]
    await at.press(button_of(drawn, "safety.call"))
    assert "no message went out" in at.slack.only("respond")["text"]


async def test_the_same_press_twice_counts_once(at: Desk, services: FakeServices) -> None:
    drawn = (await at.send(command("x")))["blocks"]
    pressed = button_of(drawn, "phrasing.helpful")
    await at.press(pressed, trigger_id="same")
    await at.press(pressed, trigger_id="same")
    assert services.questions.ratings == [True]


@pytest.mark.parametrize("value", ["", "{", "[1", "7"])
async def test_forged_values_harm_nobody(at: Desk, value: str) -> None:
    await at.press({"action_id": "phrasing.alternatives", "type": "button", "value": value})
    await at.press({"action_id": "phrasing.again", "type": "button", "value": value})
    for _, called in at.slack.calls:
        assert_view(called["view"])


async def test_a_forged_topic_is_refused_in_a_sentence(at: Desk, services: FakeServices) -> None:
    await at.press({"action_id": "phrasing.supervision", "type": "button", "value": "gossip"})
    assert services.questions.topics == []
    assert "Nothing was changed" in at.slack.only("respond")["text"]
