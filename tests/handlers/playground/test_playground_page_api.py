"""What the page asks for, and who may not ask."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from handlers.playground.guard import loopback
from handlers.playground.hub import Playground
from handlers.playground.sample import sample_workspace
from handlers.playground.server import running_playground, server_for
from tests.handlers.playground.conftest import Plain
from tests.handlers.playground.playground_bot import CHECKIN, ME, Town, modal, section, text_input

Json = dict[str, Any]
PAGE = {"X-Playground": "1"}
JSON = {"Content-Type": "application/json"}


async def ask(plain: Plain, name: str, **body: Any) -> tuple[int, Json]:
    url = f"{plain.base_url}/playground/{name}"
    async with plain.session.post(url, json=body, headers=PAGE) as response:
        return response.status, await response.json()


async def state(plain: Plain, me: str = ME) -> Json:
    async with plain.session.get(f"{plain.base_url}/playground/state?as={me}") as response:
        assert response.status == 200
        shown: Json = await response.json()
        return shown


def from_town(town: Town, plain_session: Any) -> Plain:
    return Plain(town.playground, town.client, plain_session, town.base_url)


async def test_the_page_sees_what_one_person_sees(plain: Plain) -> None:
    slack = plain.playground.slack
    await plain.client.chat_postMessage(channel=ME, text="Check-in", blocks=CHECKIN)
    await plain.client.chat_postEphemeral(channel="C0GENERAL", user=ME, text="Only you")
    await plain.client.views_publish(user_id=ME, view={"type": "home", "blocks": [section()]})
    await plain.client.views_open(trigger_id=slack.new_trigger(ME), view=modal("Form"))
    mine, theirs = await state(plain), await state(plain, "U0CLIN2")
    assert mine["workspace"] == {"name": "Riverbank Practice", "id": "T0RIVER"}
    assert [c["kind"] for c in mine["conversations"]] == ["im", "channel"]
    assert mine["conversations"][0]["messages"][0]["is_bot"]
    assert mine["conversations"][1]["messages"][0]["ephemeral"]
    assert mine["view"]["title"]["text"] == "Form"
    assert mine["view_depth"] == 1
    assert mine["home"]["type"] == "home"
    assert mine["clock"] is False
    assert mine["commands"][0]["command"] == "/attune"
    assert {p["role"] for p in mine["people"]} == {"admin", "supervisor", "clinician", "other"}
    assert (theirs["home"], theirs["view"]) == (None, None)
    assert all(not c["messages"] for c in theirs["conversations"])
    async with plain.session.get(f"{plain.base_url}/playground/state?as=U404") as response:
        assert response.status == 404


async def test_the_page_lives_through_a_check_in(town: Town) -> None:
    async with aiohttp.ClientSession() as session:
        page = from_town(town, session)
        assert (await ask(page, "home", **{"as": ME}))[0] == 200
        await town.playground.delivery.settled()
        home = (await state(page))["home"]
        press = {
            "as": ME,
            "container": {"type": "view", "view_id": home["id"]},
            "block_id": "h",
            "action_id": "theme",
            "element": {"type": "button"},
        }
        assert (await ask(page, "press", **press))[1]["ok"]
        assert town.bot.bodies[-1]["container"]["view_id"] == home["id"]

        await ask(page, "command", **{"as": ME, "channel": "", "text": "/attune modal"})
        view = (await state(page))["view"]
        submit = {"as": ME, "view_id": view["id"]}
        status, answer = await ask(page, "submit", **submit, state={})
        assert (status, answer["action"]) == (200, "errors")
        assert "moment" in answer["errors"]
        entered = {"moment": {"moment_text": {"type": "plain_text_input", "value": "errors"}}}
        _, answer = await ask(page, "submit", **submit, state=entered)
        assert answer["errors"] == {"moment": "A little more, please."}
        assert (await ask(page, "close", **submit))[1]["ok"]
        assert (await state(page))["view"] is None

        im = town.playground.slack.im(ME)
        status, answer = await ask(page, "say", **{"as": ME, "channel": im.id, "text": "Hello"})
        assert status == 200
        shortcut = {"as": ME, "callback_id": "phrasing.message", "channel": im.id}
        assert (await ask(page, "shortcut", **shortcut, ts=answer["ts"]))[1]["ok"]
        assert (await ask(page, "messages", **{"as": ME}))[1]["ok"]
        async with session.get(f"{town.base_url}/playground/traffic?after=0") as response:
            rows = (await response.json())["exchanges"]
        assert {"in", "out"} == {row["direction"] for row in rows}
        assert "xoxb-playground" not in json.dumps(rows)


async def test_a_message_is_pressed_through_the_page(town: Town) -> None:
    posted = await town.client.chat_postMessage(channel=ME, text="Check-in", blocks=CHECKIN)
    place = {"type": "message", "channel": posted["channel"], "ts": posted["ts"]}
    async with aiohttp.ClientSession() as session:
        page = from_town(town, session)
        press = {"as": ME, "container": place, "block_id": "a", "element": {"type": "button"}}
        assert (await ask(page, "press", **press, action_id="reflect"))[1] == {"ok": True}
        status, answer = await ask(page, "press", **press, action_id="reflect")
    assert status == 400
    assert "action_id" in answer["error"], "the answer replaced the blocks"


async def test_a_bot_that_does_not_answer_is_named(plain: Plain) -> None:
    plain.playground.http.configure("http://127.0.0.1:9/slack")
    status, answer = await ask(plain, "command", **{"as": ME, "channel": "", "text": "/attune"})
    assert status == 424
    assert answer == {
        "ok": False,
        "error": "Attune did not answer within 3 seconds (Slack would show operation_timeout).",
    }


BAD = {
    "nobody": ("say", {"as": "U404", "channel": "C0GENERAL", "text": "x"}, "no such person"),
    "the bot": ("say", {"as": "U0ATTUNE", "channel": "C0GENERAL", "text": "x"}, "no such person"),
    "deactivated": ("home", {"as": "U0LEFT"}, "deactivated"),
    "nowhere": ("say", {"as": ME, "channel": "C404", "text": "x"}, "no such conversation"),
    "not a member": ("say", {"as": ME, "channel": "D0CLIN2", "text": "x"}, "not in that"),
    "nothing said": ("say", {"as": ME, "channel": "C0GENERAL", "text": " "}, "empty message"),
    "text is a list": ("say", {"as": ME, "channel": "C0GENERAL", "text": []}, "must be text"),
    "unknown command": ("command", {"as": ME, "channel": "", "text": "/other"}, "not a command"),
    "no view": ("submit", {"as": ME, "view_id": "V404", "state": {}}, "not the one in front"),
    "state is text": ("submit", {"as": ME, "view_id": "V", "state": "x"}, "must be an object"),
    "no message": (
        "press",
        {"as": ME, "container": {"type": "message", "channel": "C0GENERAL", "ts": "1"}},
        "no such message",
    ),
    "no clock": ("clock", {"as": ME, "to": "day"}, "no clock"),
    "no others": ("others", {"as": ME}, "nobody here"),
    "unknown fault": ("faults", {"rules": [{"fault": "explode"}]}, "no fault called"),
    "faults are text": ("faults", {"rules": "all"}, "list of objects"),
}


@pytest.mark.parametrize(("name", "body", "sentence"), BAD.values(), ids=BAD.keys())
async def test_what_cannot_be_done_is_said(
    plain: Plain, name: str, body: Json, sentence: str
) -> None:
    status, answer = await ask(plain, name, **body)
    assert status == 400
    assert answer["ok"] is False
    assert sentence in answer["error"]


@pytest.mark.parametrize("value", [5, [], {}, True, [{"value": 5}], {"value": []}])
async def test_strange_choices_are_refused(plain: Plain, value: Any) -> None:
    slack = plain.playground.slack
    form = modal("Form", text_input("a"))
    await plain.client.views_open(trigger_id=slack.new_trigger(ME), view=form)
    view = slack.top_view(ME)
    assert view is not None
    for entered in ({"a": {"a_text": {"value": value}}}, {"a": value}, {"a": {"a_text": value}}):
        body = {"as": ME, "view_id": view.id, "state": entered}
        status, answer = await ask(plain, "submit", **body)
        assert status == 400 or answer["action"] == "errors"


class Clinic:
    """Controls that move a clock of their own."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23, 9, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    async def jump(self, to: str) -> str:
        if to != "day":
            raise ValueError("There is nothing to move to.")
        self.time += timedelta(days=1)
        return "It is Tuesday now."

    async def others_answer(self, me: str) -> str:
        return f"Everyone but {me} answered."


async def test_the_clock_of_the_clinic_dates_messages() -> None:
    playground = Playground(sample_workspace(), Clinic())
    async with running_playground(playground) as url, aiohttp.ClientSession() as session:
        page = Plain(playground, AsyncWebClient(), session, url)
        status, answer = await ask(page, "clock", **{"as": ME, "to": "day"})
        assert (status, answer["said"]) == (200, "It is Tuesday now.")
        status, answer = await ask(page, "clock", **{"as": ME, "to": "moon"})
        assert (status, answer["error"]) == (400, "There is nothing to move to.")
        assert (await ask(page, "others", **{"as": ME}))[1]["said"] == (
            f"Everyone but {ME} answered."
        )
        await playground.act.say(ME, playground.slack.im(ME).id, "Hello")
        shown = await state(page)
        assert shown["clock"] is True
        assert shown["now"] == "2026-11-24T09:00:00+00:00"
        assert shown["conversations"][0]["messages"][0]["time"] == shown["now"]


async def test_the_page_is_told_of_changes(plain: Plain) -> None:
    url = f"{plain.base_url}/playground/stream?as={ME}"
    async with plain.session.get(url) as response:
        assert response.content_type == "text/event-stream"
        assert await response.content.readline() == b": listening\n"
        await plain.client.chat_postMessage(channel="U0CLIN2", text="Not mine")
        await plain.client.chat_postMessage(channel=ME, text="Mine")
        async with asyncio.timeout(2):
            while await response.content.readline() != b"event: changed\n":
                pass


async def test_other_sites_cannot_act(plain: Plain) -> None:
    url = f"{plain.base_url}/playground/say"
    async with plain.session.post(url, json={"as": ME}) as response:
        assert response.status == 403
    async with plain.session.post(url, data="{", headers=PAGE) as response:
        assert response.status == 400


@pytest.mark.parametrize("path", ["/", "/api/auth.test", "/playground/state?as=U0CLIN1"])
async def test_only_loopback_names_are_answered(plain: Plain, path: str) -> None:
    headers = {"Host": "playground.example.org"}
    async with plain.session.get(plain.base_url + path, headers=headers) as response:
        assert response.status == 400


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        ("127.0.0.1:8765", True),
        ("localhost", True),
        ("[::1]:8765", True),
        ("[::1]", True),
        ("", False),
        ("127.0.0.1.example.org", False),
        ("example.org:127", False),
        ("0.0.0.0:8765", False),
    ],
)
def test_loopback_names(host: str, inside: bool) -> None:  # noqa: FBT001 - a row of the table
    assert loopback(host) is inside


async def test_large_bodies_are_refused(plain: Plain) -> None:
    async def chunks() -> Any:
        for _ in range(12):
            yield b"x" * 100_000

    for data in (b"x" * 1_000_001, chunks()):
        url = f"{plain.base_url}/api/chat.postMessage"
        async with plain.session.post(url, data=data, headers=JSON) as response:
            assert response.status == 413


async def test_answers_carry_safe_headers(plain: Plain) -> None:
    async with plain.session.get(f"{plain.base_url}/playground/state?as={ME}") as response:
        policy = response.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self'; img-src 'self' data:")
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    ["/static/../server.py", "/static/%2e%2e/server.py", "/static/..%2fserver.py", "/playground/x"],
)
async def test_nothing_else_is_served(plain: Plain, path: str) -> None:
    async with plain.session.get(URL(plain.base_url + path, encoded=True)) as response:
        assert response.status == 404


def test_it_listens_on_loopback_only() -> None:
    with pytest.raises(ValueError, match="loopback only"):
        server_for(Playground(sample_workspace()), host="0.0.0.0")  # noqa: S104 - what is refused
