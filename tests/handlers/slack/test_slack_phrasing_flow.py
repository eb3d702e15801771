"""Asking about phrasing with the real engine, over Socket Mode, with the playground as Slack."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, cast

import aiohttp
import pytest

from bot.clinic import Viewer
from bot.guidance import Answer, Exchange, Guidance
from bot.services import Services
from handlers.playground.hub import Playground
from handlers.playground.sample import sample_workspace
from handlers.playground.server import running_playground
from handlers.slack import commands, phrasing, safety
from handlers.slack.app import Authorisation, Bot, create_app, create_client
from handlers.slack.router import Router
from handlers.socket import SocketMode
from tests.handlers.slack.phrasing_samples import FakeQuestions, FakeServices, words_of
from tests.handlers.slack.slack_stub import Clock

ME, CLIENT = "U0CLIN1", "Am I a bad patient?"
KIND = "No, no, no. You are not a 'bad patient.'"


@dataclass
class RealQuestions(FakeQuestions):
    """Answers as the engine does."""

    guidance: Guidance = field(default_factory=Guidance)

    async def ask(self, _viewer: Viewer, text: str, *, shown: Any = ()) -> Answer:
        return await self.guidance.ask(text, shown=shown)

    async def ask_pair(
        self, _viewer: Viewer, client: str, reply: str, *, shown: Any = ()
    ) -> Answer:
        return await self.guidance.ask_pair(Exchange(client, reply), shown=shown)


async def found(_workspace: str) -> Bot | None:
    return Bot("xoxb-playground", "U0ATTUNE")


@dataclass
class Room:
    """The playground, and what one clinician sees in it."""

    playground: Playground
    router: Router

    async def act(self, doing: Any) -> Any:
        result = await doing
        await self.playground.delivery.settled()
        await self.router.finish()
        return result

    @property
    def window(self) -> Any:
        view = self.playground.slack.top_view(ME)
        assert view is not None
        return view


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    playground = Playground(sample_workspace(), retries=(0, 0, 0))
    async with running_playground(playground) as url, aiohttp.ClientSession() as session:
        router = Router(cast(Services, FakeServices(questions=RealQuestions())))
        for feature in (phrasing, safety, commands):
            feature.register(router)
        client = create_client(f"{url}/api/", session)
        app = create_app(router, Authorisation(found, Clock()), client)
        socket = SocketMode(app, "xapp-playground", f"{url}/api/", session)
        await socket.start()
        yield Room(playground, router)
        await socket.stop()


async def test_a_kind_contradiction_becomes_attuned_in_three_tries(room: Room) -> None:
    act = room.playground.act
    await room.act(act.command(ME, "/attune"))
    drafts = [KIND, "Where did you get that idea?", "What would it mean to you to be that?"]
    for number, draft in enumerate(drafts, 1):
        entered = {"client": CLIENT, "reply": draft} if number == 1 else {"reply": draft}
        assert await room.act(act.submit(ME, room.window.id, entered)) == ("updated", {})
        assert words_of(room.window.body["blocks"]).count("●") == number
    said = words_of(room.window.body["blocks"])
    assert "Try 1: confrontation, try 2: confrontation, try 3: attuned." in said
    assert f"1: “{KIND}”" in said
    assert "Some attuned ways to say it" in said


async def test_alternatives_and_an_opinion_leave_what_is_being_typed(room: Room) -> None:
    act = room.playground.act
    await room.act(act.command(ME, "/attune"))
    await room.act(act.submit(ME, room.window.id, {"client": CLIENT, "reply": KIND}))
    typing = {"reply": "half a thou"}
    await room.act(act.press(ME, room.window, "phrasing.alternatives", state=typing))
    await room.act(act.press(ME, room.window, "phrasing.helpful"))
    await room.act(act.submit(ME, room.window.id))
    said = words_of(room.window.body["blocks"])
    assert "2: “half a thou”" in said
    assert "Some attuned ways" not in said


async def test_a_question_in_chat_goes_on_in_a_window(room: Room) -> None:
    slack, act = room.playground.slack, room.playground.act
    (chat,) = [
        one for one in slack.conversations.values() if one.kind == "im" and ME in one.members
    ]
    await room.act(act.say(ME, chat.id, f'C: "{CLIENT}" T: "{KIND}"'))
    answer = chat.messages[-1]
    assert "lean towards *confrontation*" in words_of(answer.blocks)
    assert KIND not in json.dumps(answer.blocks)
    await room.act(act.press(ME, answer, "phrasing.again"))
    entered = {"client": CLIENT, "reply": "What would it mean to you?"}
    await room.act(act.submit(ME, room.window.id, entered))
    assert "Try 1: confrontation, try 2: attuned." in words_of(room.window.body["blocks"])


async def test_a_message_can_be_asked_about_from_either_side(room: Room) -> None:
    slack, act = room.playground.slack, room.playground.act
    (chat,) = [
        one for one in slack.conversations.values() if one.kind == "im" and ME in one.members
    ]
    said = await room.act(act.say(ME, chat.id, "thanks"))
    await room.act(act.message_shortcut(ME, "phrasing.message", chat.id, said.ts))
    entered = {"words": KIND, "side": "reply", "other": CLIENT}
    assert await room.act(act.submit(ME, room.window.id, entered)) == ("updated", {})
    assert "(contradicting, even if kindly)" in words_of(room.window.body["blocks"])


async def test_risk_opens_the_safety_answer_and_a_call_can_be_asked_for(room: Room) -> None:
    act = room.playground.act
    await room.act(act.global_shortcut(ME, "phrasing.global"))
    await room.act(act.submit(ME, room.window.id, {"client": "I want to die."}))
    assert "Safety first" in words_of(room.window.body["blocks"])
    await room.act(act.press(ME, room.window, "safety.call"))
    assert "<@U0SUP> has been asked to call you" in words_of(room.window.body["blocks"])
