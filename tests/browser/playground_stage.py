"""A real browser in front of a playground, with a bot behind it that does what a test tells it."""

import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright, expect

from handlers.playground.delivery import Answer
from handlers.playground.forms import dress_blocks
from handlers.playground.hub import Playground
from handlers.playground.sample import sample_workspace
from handlers.playground.server import running_playground

Json = dict[str, Any]
ME = "U0CLIN1"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def marked(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def button(action_id: str, text: str, **rest: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(text), **rest}


def options(*texts: str) -> list[Json]:
    return [{"text": plain(text), "value": text.lower()} for text in texts]


def field_block(block_id: str, label: str, element: Json, **rest: Any) -> Json:
    named = {"action_id": f"{block_id}_a", **element}
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": named,
        **rest,
    }


@dataclass
class ScriptedBot:
    """A bot at the other end of the delivery: what is pressed runs what the test put there."""

    playground: Playground
    heard: list[Json] = field(default_factory=list)
    does: dict[str, Callable[[Json], Json | None]] = field(default_factory=dict)
    ready: bool = True

    async def send(self, kind: str, payload: Json, retry: int = 0, reason: str = "") -> Answer:
        """Acknowledge, after doing what the test wants at this action, command or callback."""
        del kind, retry, reason
        self.heard.append(payload)
        for name in self._names(payload):
            if name in self.does:
                return Answer(accepted=True, body=self.does[name](payload))
        return Answer(accepted=True)

    def _names(self, payload: Json) -> list[str]:
        actions = [action["action_id"] for action in payload.get("actions", [])]
        view = [payload["view"]["callback_id"]] if payload.get("type") == "view_submission" else []
        event = [payload["event"]["type"]] if "event" in payload else []
        return [*actions, *view, *event, payload.get("command", ""), payload.get("callback_id", "")]

    def post(self, text: str, blocks: list[Json] | None = None) -> None:
        """Write to the person under test."""
        slack = self.playground.slack
        dressed = dress_blocks(blocks) if blocks else None
        bot = slack.app.bot_user
        slack.post(slack.im(ME).id, bot, text, blocks=dressed, by_bot=True)

    def opens(self, *blocks: Json, title: str, **rest: Any) -> Callable[[Json], None]:
        """What opens a modal on top of the person's stack."""
        body = {"type": "modal", "title": plain(title), "submit": plain("Send"), "close": None}
        full = {**body, "blocks": dress_blocks(list(blocks)), "callback_id": title, **rest}

        def do(_payload: Json) -> None:
            slack = self.playground.slack
            (slack.push_view if slack.top_view(ME) else slack.open_view)(ME, full)

        return do


@dataclass
class Stage:
    """A page in front of a playground, with a scripted bot behind it."""

    page: Page
    bot: ScriptedBot
    url: str
    complaints: list[str]

    async def enter(self, place: str = "messages", person: str = ME) -> None:
        """Open the page at a place, as a person."""
        await self.page.goto(f"{self.url}/?as={person}#{place}")
        await expect(self.page.get_by_role("main")).to_be_visible()


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    if not CHROMIUM:
        pytest.skip("Chromium is not installed on this machine")
    playground = Playground(sample_workspace())
    bot = ScriptedBot(playground)
    playground.delivery.transports = (bot,)
    async with running_playground(playground) as url, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page()
        page.set_default_timeout(5000)
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text))
        yield Stage(page, bot, url, complaints)
        await browser.close()
    assert complaints == []


class StoppedClock:
    """A clinic whose clock moves only when somebody moves it."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """The clinic's time."""
        return self.time

    async def jump(self, to: str) -> str:
        """Move on by an hour, whatever is asked for."""
        self.time += timedelta(hours=1)
        return f"Moved on ({to})."

    async def others_answer(self, me: str) -> str:
        """Nobody else is there."""
        return f"Nobody but {me} is here."


REFLECT: list[Json] = [
    {"type": "section", "block_id": "s", "text": marked("How did the work feel *this week*?")},
    {
        "type": "actions",
        "block_id": "a",
        "elements": [
            button("reflect", "Reflect now", style="primary"),
            button(
                "skip",
                "Skip this week",
                confirm={
                    "title": plain("Skip this week?"),
                    "text": plain("Nobody is told."),
                    "confirm": plain("Skip"),
                    "deny": plain("Go back"),
                },
            ),
        ],
    },
]
MOMENT = field_block("moment", "A moment", {"type": "plain_text_input", "multiline": True})
BOND = field_block("bond", "The bond", {"type": "radio_buttons", "options": options("1", "2", "3")})
