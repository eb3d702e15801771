"""From the form to what is stored: names hidden, choices kept, nothing told twice."""

import json
from typing import Any

import pytest

from bot.deidentify import Deidentifier
from bot.errors import InvalidForm, NotFound
from bot.guidance import Safety
from bot.reflections import IfFew, Pull, Ratings, Topic
from handlers.slack import reflections
from handlers.slack.blocks import preview
from handlers.slack.call import Reply
from handlers.slack.checkins import register as register_checkins
from handlers.slack.drafts import Draft
from handlers.slack.router import Handler, Router
from tests.handlers.slack.reflection_samples import (
    TS,
    WINDOW,
    Clinic,
    refused_by_slack,
    refused_view,
)

STORY = "Naomi Clarke cried in Leeds. I told Naomi it would pass. In York she stayed away."


@pytest.fixture(scope="module")
def deidentifier() -> Deidentifier:
    return Deidentifier()


@pytest.fixture
def clinic(deidentifier: Deidentifier) -> Clinic:
    return Clinic(deidentifier)


@pytest.fixture
def handlers() -> dict[str, Handler]:
    router = Router.__new__(Router)
    router._table = {}  # noqa: SLF001  # the table alone; services come with each call
    reflections.register(router)
    register_checkins(router)
    return {name: handler for (_, name), handler in router._table.items()}  # noqa: SLF001  # see above


async def opened(clinic: Clinic, handlers: dict[str, Handler]) -> dict[str, Any]:
    await handlers["checkin.reflect"](clinic.press(WINDOW))
    view: dict[str, Any] = clinic.slack.of("views_open")[-1]["view"]
    assert refused_view(view) == []
    return view


async def sent(
    clinic: Clinic, handlers: dict[str, Handler], view: dict[str, Any], **changes: Any
) -> dict[str, Any]:
    reply = await handlers[view["callback_id"]](clinic.submit(view, **changes))
    assert isinstance(reply, Reply)
    assert reply.view is not None
    assert refused_view(reply.view) == []
    return reply.view


def boxes(view: dict[str, Any]) -> dict[str, list[str]]:
    return {
        block["block_id"]: [option["value"] for option in block["element"]["options"]]
        for block in view["blocks"]
        if str(block.get("block_id", "")).startswith("hidden.")
    }


def shown_text(view: dict[str, Any]) -> str:
    name = next(b for b in view["blocks"] if str(b.get("block_id", "")).startswith("text"))
    return str(name["element"]["initial_value"])


async def test_answers_without_words_are_stored_at_once(
    clinic: Clinic, handlers: dict[str, Handler]
) -> None:
    form = await opened(clinic, handlers)
    done = await sent(clinic, handlers, form, bond="4", pull="-2", topics=["endings"], safe="5")
    assert done["callback_id"] == "reflection.kept"
    (filled,) = clinic.checkins.filled
    assert filled.ratings == Ratings(bond=4, safe=5)
    assert filled.pull is Pull.COLLUDE
    assert filled.topics == {Topic.ENDINGS}
    assert filled.may_show is False
    assert filled.if_few is IfFew.CARRY_OVER


async def test_words_are_shown_with_placeholders_before_anything_is_stored(
    clinic: Clinic, handlers: dict[str, Handler]
) -> None:
    form = await opened(clinic, handlers)
    seen = await sent(clinic, handlers, form, bond="2", text=STORY, may_show=["yes"])
    assert seen["callback_id"] == "reflection.preview"
    assert clinic.checkins.log == []
    assert "Naomi" not in shown_text(seen)
    assert "Naomi" not in seen["private_metadata"]
    await sent(clinic, handlers, seen)
    kept = next(iter(clinic.checkins.stored.values()))
    assert kept.words is not None
    assert kept.words.text == shown_text(seen)
    assert kept.ratings.bond == 2
    assert kept.may_show is True


async def test_one_of_two_places_can_be_shown(clinic: Clinic, handlers: dict[str, Handler]) -> None:
    seen = await sent(clinic, handlers, await opened(clinic, handlers), text=STORY)
    ((name, values),) = boxes(seen).items()
    ticked = [one for one in values if "York" not in one]
    assert len(ticked) == len(values) - 1
    await sent(clinic, handlers, seen, **{name: ticked})
    words = next(iter(clinic.checkins.stored.values())).words
    assert words is not None
    assert "In York" in words.text
    assert "Leeds" not in words.text
    assert "Naomi" not in words.text


async def test_a_name_is_shown_only_after_a_second_question(
    clinic: Clinic, handlers: dict[str, Handler]
) -> None:
    seen = await sent(clinic, handlers, await opened(clinic, handlers), text="Naomi was late.")
    ((name, values),) = boxes(seen).items()
    asked = await sent(clinic, handlers, seen, **{name: []})
    assert clinic.checkins.log == []
    question = next(b for b in asked["blocks"] if b.get("block_id") == "show.2")
    assert question["label"]["text"] == "Keep “Naomi” visible?"
    assert question["optional"] is False
    done = await sent(clinic, handlers, asked, **{"show.2": "keep"})
    assert done["callback_id"] == "reflection.kept"
    words = next(iter(clinic.checkins.stored.values())).words
    assert words is not None
    assert words.text == "Naomi was late."
    assert len(values) == 1


async def test_the_second_question_can_be_answered_with_hiding(
    clinic: Clinic, handlers: dict[str, Handler]
) -> None:
    seen = await sent(clinic, handlers, await opened(clinic, handlers), text="Naomi was late.")
    ((name, _),) = boxes(seen).items()
    asked = await sent(clinic, handlers, seen, **{name: []})
    await sent(clinic, handlers, asked, **{"show.2": "hide"})
    words = next(iter(clinic.checkins.stored.values())).words
    assert words is not None
    assert words.text == "[client A] was late."


async def test_a_name_typed_into_the_preview_brings_it_back(
    clinic: Clinic, handlers: dict[str, Handler]
) -> None:
    seen = await sent(clinic, handlers, await opened(clinic, handlers), text="Naomi was late.")
    again = await sent(
        clinic, handlers, seen, **{"text.1.0": "[client A] was late. So was Mr Okonkwo."}
    )
    assert again["callback_id"] == "reflection.preview"
    assert "One more detail was found" in json.dumps(again["blocks"])
    assert "Okonkwo" not in shown_text(again)
    assert clinic.checkins.log == []
    await sent(clinic, handlers, again)
    assert clinic.checkins.log == ["submit"]


async def test_unsure_words_need_an_answer_and_more_can_be_hidden(
    clinic: Clinic, handlers: dict[str, Handler]
) -> None:
    text = "She is the only left-handed organist in town. We laughed about the blue teapot."
    seen = await sent(clinic, handlers, await opened(clinic, handlers), text=text)
    check = next(b for b in seen["blocks"] if str(b.get("block_id", "")).startswith("check."))
    assert check["optional"] is False
    assert "initial_option" not in check["element"]
    hide = next(o["value"] for o in check["element"]["options"] if o["value"].startswith("hide"))
    await sent(clinic, handlers, seen, **{check["block_id"]: hide, "also.1": "blue teapot"})
    words = next(iter(clinic.checkins.stored.values())).words
    assert words is not None
    assert "organist" not in words.text
    assert "teapot" not in words.text


async def test_arriving_twice_stores_once_and_tells_once(
    clinic: Clinic, handlers: dict[str, Handler]
) -> None:
    seen = await sent(clinic, handlers, await opened(clinic, handlers), text="Naomi was late.")
    await sent(clinic, handlers, seen)
    await sent(clinic, handlers, seen)
    assert len(clinic.checkins.stored) == 1
    assert len(clinic.slack.of("chat_postMessage")) == 1


async def test_the_message_holds_the_receipt_and_nothing_of_the_answer(
    clinic: Clinic, handlers: dict[str, Handler]
) -> None:
    seen = await sent(
        clinic, handlers, await opened(clinic, handlers), text="Naomi was late.", bond="1"
    )
    done = await sent(clinic, handlers, seen)
    ((receipt, _),) = clinic.checkins.stored.items()
    (message,) = clinic.slack.of("chat_postMessage")
    assert refused_by_slack(message["blocks"]) == []
    said = json.dumps(message)
    assert receipt in said
    assert "late" not in said
    assert "client A" not in said
    assert receipt in json.dumps(done)
    assert "&lt;one way&gt;" in json.dumps(done)
    assert all(receipt not in key for key in clinic.keys)
    (change,) = clinic.slack.of("chat_update")
    assert (change["channel"], change["ts"]) == ("D1", TS)


async def test_where_the_message_fails_the_receipt_is_in_the_modal(
    clinic: Clinic, handlers: dict[str, Handler]
) -> None:
    form = await opened(clinic, handlers)
    clinic.slack.broken = {"chat_postMessage", "chat_update"}
    done = await sent(clinic, handlers, form, bond="3")
    assert "could not send you a message" in json.dumps(done)
    assert "reflection.withdraw" in json.dumps(done)
    assert clinic.checkins.log == ["submit"]


async def test_the_safety_answer_comes_first_and_says_that_words_are_not_kept(
    clinic: Clinic, handlers: dict[str, Handler]
) -> None:
    safety = Safety("suicide", ("Follow your protocol now.",), ("Are you thinking of it?",))
    clinic.checkins.echo = clinic.checkins.echo.__class__(None, "What now?", safety)
    done = await sent(clinic, handlers, await opened(clinic, handlers), bond="3")
    said = json.dumps(done["blocks"])
    assert said.index("Follow your protocol now.") < said.index("Receipt")
    assert "999" in said
    assert "Attune stored nothing of what you typed" not in said
    assert "Your words are not kept" in said


async def test_a_reflection_is_edited_with_what_was_kept(
    clinic: Clinic, handlers: dict[str, Handler]
) -> None:
    seen = await sent(
        clinic, handlers, await opened(clinic, handlers), text="Naomi was late.", bond="1"
    )
    await sent(clinic, handlers, seen)
    ((receipt, _),) = clinic.checkins.stored.items()
    await handlers["reflection.edit"](clinic.press(receipt))
    form = clinic.slack.of("views_open")[-1]["view"]
    assert refused_view(form) == []
    assert shown_text(form) == "[client A] was late."
    changed = await sent(
        clinic, handlers, form, text="[client A] was late and Ben was too.", bond="5"
    )
    assert "[client A] was late and [client B]" in shown_text(changed)
    await sent(clinic, handlers, changed)
    assert clinic.checkins.log == ["submit", "edit"]
    assert clinic.checkins.stored[receipt].ratings.bond == 5
    assert len(clinic.slack.of("chat_postMessage")) == 1


async def test_withdrawing_offers_to_reflect_again(
    clinic: Clinic, handlers: dict[str, Handler]
) -> None:
    await sent(clinic, handlers, await opened(clinic, handlers), bond="1")
    ((receipt, _),) = clinic.checkins.stored.items()
    await handlers["reflection.withdraw"](clinic.press(receipt))
    assert clinic.checkins.stored == {}
    (instead,) = clinic.replaced
    assert refused_by_slack(instead["blocks"]) == []
    assert "Thursday 04:00" in instead["text"]
    assert WINDOW in json.dumps(instead["blocks"])


async def test_a_copy_is_shown_in_a_modal_and_never_posted(
    clinic: Clinic, handlers: dict[str, Handler]
) -> None:
    seen = await sent(clinic, handlers, await opened(clinic, handlers), text="Naomi was *late*.")
    await sent(clinic, handlers, seen)
    ((receipt, _),) = clinic.checkins.stored.items()
    await handlers["reflection.copy"](clinic.press(receipt))
    view = clinic.slack.of("views_open")[-1]["view"]
    assert refused_view(view) == []
    assert view["blocks"][0]["text"] == {
        "type": "plain_text",
        "text": "[client A] was *late*.",
        "emoji": False,
    }
    assert len(clinic.slack.of("chat_postMessage")) == 1


@pytest.mark.parametrize(
    "metadata", ["", "{}", "[]", '{"v":99}', '{"v":1,"w":"x"}', Draft(WINDOW, "r").packed()[:-9]]
)
async def test_metadata_that_is_not_ours_is_refused(
    clinic: Clinic, handlers: dict[str, Handler], metadata: str
) -> None:
    form = await opened(clinic, handlers)
    with pytest.raises(NotFound):
        await handlers["reflection.write"](clinic.submit(form | {"private_metadata": metadata}))
    assert clinic.checkins.log == []


async def test_later_skip_and_away_stand_in_place_of_the_question(
    clinic: Clinic, handlers: dict[str, Handler]
) -> None:
    await handlers["checkin.later"](clinic.press(WINDOW))
    await handlers["checkin.skip"](clinic.press(WINDOW))
    for instead in clinic.replaced:
        assert refused_by_slack(instead["blocks"]) == []
    later, skipped = clinic.replaced
    assert "15:00" in later["text"]
    assert "Skipped" in skipped["text"]
    assert clinic.checkins.log == [f"skip {WINDOW}"]


async def test_being_away_keeps_the_reminders_and_leaves_this_week_out(
    clinic: Clinic, handlers: dict[str, Handler]
) -> None:
    await handlers["checkin.away"](clinic.press(WINDOW))
    form = clinic.slack.of("views_open")[-1]["view"]
    assert refused_view(form) == []
    reply = await handlers["checkin.away_dates"](clinic.submit(form, away_to="2026-12-04"))
    assert reply is not None
    assert reply.action == "clear"
    assert clinic.clinic.chosen.reminders == 2
    assert clinic.checkins.log == [f"away {WINDOW}"]
    (change,) = clinic.slack.of("chat_update")
    assert "Friday 4 December" in change["text"]


async def test_an_absence_that_begins_later_leaves_the_check_in_open(
    clinic: Clinic, handlers: dict[str, Handler]
) -> None:
    await handlers["checkin.away"](clinic.press(WINDOW))
    form = clinic.slack.of("views_open")[-1]["view"]
    reply = await handlers["checkin.away_dates"](
        clinic.submit(form, away_from="2026-12-01", away_to="2026-12-04")
    )
    assert reply is not None
    assert reply.view is not None
    assert "stays open" in json.dumps(reply.view)
    assert clinic.checkins.log == []
    assert clinic.slack.of("chat_update") == []


def test_every_handler_is_registered_once(handlers: dict[str, Handler]) -> None:
    assert {
        "checkin.reflect",
        "checkin.later",
        "checkin.skip",
        "checkin.away",
        "checkin.away_dates",
        "reflection.write",
        "reflection.preview",
        "reflection.edit",
        "reflection.withdraw",
        "reflection.copy",
    } == set(handlers)


async def test_too_much_to_check_leaves_the_text_in_the_form(
    clinic: Clinic, handlers: dict[str, Handler], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview, "GROUPS", 0)
    form = await opened(clinic, handlers)
    with pytest.raises(InvalidForm) as refused:
        await handlers["reflection.write"](clinic.submit(form, text="Naomi was late."))
    assert set(refused.value.problems) == {"text"}
    assert clinic.checkins.log == []
