"""`/attune` and the same requests in private chat: two doors, one place."""

from datetime import date
from typing import Any

import pytest

from bot.guidance import Intent
from handlers.slack import commands, home, phrasing, privacy, settings
from handlers.slack.blocks import help as blocks
from handlers.slack.call import Call, Payload, Reply
from tests.handlers.slack.desk import (
    CLINICIAN,
    WORKSPACE,
    Desk,
    assert_posted,
    assert_shown,
    buttons,
    refusal,
    sample_receipt,
    texts,
)


def at_desk() -> Desk:
    return Desk(commands.register, home.register, privacy.register, settings.register)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What reached the phrasing of questions."""
    questions: list[str] = []

    async def answer(_call: Call, text: str) -> Reply:
        questions.append(text)
        return Reply(text="A reading.")

    async def open_modal(_call: Call) -> None:
        questions.append("(form)")

    monkeypatch.setattr(phrasing, "answer", answer)
    monkeypatch.setattr(phrasing, "open_modal", open_modal)
    return questions


@pytest.mark.parametrize("typed", ["help", "Help", "help.", "?", "  help "])
async def test_help_is_for_the_caller_alone(typed: str) -> None:
    answer = await at_desk().type(typed, by=CLINICIAN)
    assert answer["response_type"] == "ephemeral"
    assert_posted(answer["blocks"])
    assert "/attune pause 2w" in texts(answer["blocks"])


async def test_nothing_typed_opens_the_form(asked: list[str]) -> None:
    assert await at_desk().type("", by=CLINICIAN) == {}
    assert asked == ["(form)"]


@pytest.mark.parametrize(
    "typed",
    [
        'is "you are doing so well" colluding?',
        "client said help me I said settings",
        "she asked me to pause the session and I agreed to it, was that colluding do you think",
        "pause, then I said that I was proud of him; was that too much",
        "delete",
    ],
)
async def test_everything_else_is_a_question(typed: str, asked: list[str]) -> None:
    answer = await at_desk().type(typed, by=CLINICIAN)
    assert answer["text"] == "A reading."
    assert asked == [typed]


async def test_settings_open_as_a_form() -> None:
    at = at_desk()
    assert await at.type("settings", by=CLINICIAN) == {}
    assert_shown(at.modal)


async def test_a_pause_is_confirmed_and_ended_again() -> None:
    at = at_desk()
    answer = await at.type("pause 2w", by=CLINICIAN)
    assert "paused until 7 December 2026" in answer["text"]
    answer = await at.type("resume", by=CLINICIAN)
    assert "come again" in answer["text"]
    viewer = await at.clinic.viewer(WORKSPACE, CLINICIAN)
    assert (await at.clinic.preferences(viewer)).paused_until is None


async def test_a_pause_that_cannot_be_read_says_how_to_write_it() -> None:
    answer = await at_desk().type("pause until christmas", by=CLINICIAN)
    assert "pause 2w" in answer["text"]


@pytest.mark.parametrize(
    ("typed", "length"),
    [
        ("pause 2w", "2w"),
        ("pause for 10 days please", "10days"),
        ("Pause my check-ins until 2026-12-24.", "2026-12-24"),
        ("please pause for a week", "1week"),
        ("snooze everything for two weeks", "2weeks"),
        ("pause", ""),
        ("stop asking me", ""),
        ("pause until christmas", "until christmas"),
    ],
)
def test_the_length_of_a_pause_is_found(typed: str, length: str) -> None:
    assert commands.pause_length(typed) == length


@pytest.mark.parametrize(
    "typed", ["pause for 10 days please", "please pause for a week", "pause", "pause 3 months"]
)
async def test_what_is_found_is_what_the_clinic_reads(typed: str) -> None:
    at = at_desk()
    await at.type("settings", by=CLINICIAN)
    viewer = await at.clinic.viewer(WORKSPACE, CLINICIAN)
    chosen = await at.clinic.pause(viewer, commands.pause_length(typed))
    assert chosen.paused_until is not None
    assert chosen.paused_until > date(2026, 11, 23)


async def test_a_persons_data_comes_as_a_file_into_their_private_chat() -> None:
    at = at_desk()
    answer = await at.type("my data", by=CLINICIAN)
    assert at.api.made("conversations_open") == [{"users": CLINICIAN}]
    upload = at.api.made("files_upload_v2")[0]
    assert upload["channel"] == "D0CHAT"
    assert upload["content"] == b'{"member": "U0CLIN1"}'
    assert "attune-my-data.json" in answer["text"]


async def test_a_scope_that_is_missing_is_told() -> None:
    at = at_desk()
    at.api.refusals["files_upload_v2"] = refusal("missing_scope", needed="files:write")
    answer = await at.type("my data", by=CLINICIAN)
    assert "files:write" in answer["text"]


async def test_home_hands_the_data_over_too() -> None:
    at = at_desk()
    await at.press("privacy.export", by=CLINICIAN)
    assert len(at.api.made("files_upload_v2")) == 1
    assert_shown(at.modal)
    assert "private conversation" in texts(at.modal)


async def test_deleting_asks_first_and_then_says_what_went() -> None:
    at = at_desk()
    answer = await at.type("delete my data", by=CLINICIAN)
    assert_posted(answer["blocks"])
    assert at.services.privacy.erased == []
    action = answer["blocks"][1]["elements"][0]
    assert action["action_id"] == "privacy.erase"
    assert "confirm" in action
    await at.press("privacy.erase", by=CLINICIAN, view=None)
    assert at.services.privacy.erased == [CLINICIAN]
    assert at.said[0]["replace_original"] is True
    assert_posted(at.said[0]["blocks"])
    assert "Your settings." in texts(at.said[0]["blocks"])


async def test_pressing_delete_twice_deletes_once() -> None:
    at = at_desk()
    body = {
        "actions": [{"action_id": "privacy.erase"}],
        "trigger_id": "the-same",
        "view": {"id": "V0", "type": "home"},
    }
    await at.send(Payload.ACTION, body, CLINICIAN)
    await at.send(Payload.ACTION, body, CLINICIAN)
    assert at.services.privacy.erased == [CLINICIAN]
    assert_shown(at.modal)
    assert buttons(at.home)


async def test_privacy_tells_what_is_kept() -> None:
    answer = await at_desk().type("privacy", by=CLINICIAN)
    assert_posted(answer["blocks"])
    assert "Who wrote what." in texts(answer["blocks"])
    assert "Who wrote what." in answer["text"]


class Chat:
    """A call out of private chat: no trigger, so no modal."""

    def __init__(self, at: Desk) -> None:
        self.at = at

    async def act(self, intent: Intent, text: str = "") -> Reply:
        replies: list[Reply] = []

        @self.at.router.on(Payload.EVENT, "message")
        async def heard(call: Call) -> None:
            replies.append(await commands.act_on(call, intent, text))

        await self.at.event("message", CLINICIAN, channel="D0CHAT")
        return replies[0]


@pytest.mark.parametrize("intent", list(Intent))
async def test_every_intent_gets_an_answer_in_chat(intent: Intent) -> None:
    reply = await Chat(at_desk()).act(intent, "2w")
    assert reply.text
    assert_posted(reply.blocks)


async def test_settings_in_chat_are_offered_behind_a_button() -> None:
    at = at_desk()
    reply = await Chat(at).act(Intent.SETTINGS)
    assert at.api.made("views_open") == []
    assert reply.blocks[1]["elements"][0]["action_id"] == "settings.open"


async def test_a_pause_in_chat_is_the_same_pause() -> None:
    reply = await Chat(at_desk()).act(Intent.PAUSE, "please pause for two weeks")
    assert "7 December 2026" in reply.text


def test_a_long_receipt_stays_within_a_message() -> None:
    sections: Any = sample_receipt().sections * 60
    assert_posted(blocks.privacy_blocks(sections))
    assert_shown(blocks.erased_view(sections))
    assert len(blocks.in_words(sections)) <= 3000
