"""The playground's page, used as a person would: by names and roles, mouse and keyboard."""

import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright, expect

from handlers.playground.delivery import Answer
from handlers.playground.forms import dress_blocks
from handlers.playground.hub import Playground
from handlers.playground.sample import sample_workspace
from handlers.playground.server import running_playground

pytestmark = pytest.mark.browser

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


async def test_a_form_is_filled_in_and_sent_with_its_errors_inline(stage: Stage) -> None:
    page, bot = stage.page, stage.bot
    bot.does["reflect"] = bot.opens(BOND, MOMENT, title="Reflection")
    bot.does["Reflection"] = lambda payload: (
        {"response_action": "errors", "errors": {"moment": "A name is left in here."}}
        if "Anna" in payload["view"]["state"]["values"]["moment"]["moment_a"]["value"]
        else None
    )
    bot.post("check-in", REFLECT)
    await stage.enter()
    await page.get_by_role("button", name="Reflect now").click()
    dialog = page.get_by_role("dialog", name="Reflection")
    await expect(dialog).to_be_visible()

    await dialog.get_by_role("button", name="Send").click()
    moment = dialog.get_by_label("A moment")
    await expect(moment).to_have_accessible_description("Please fill this in; it is needed.")
    await dialog.get_by_role("radio", name="2").check()
    await moment.fill("Anna said it again.")
    await dialog.get_by_role("button", name="Send").click()
    await expect(moment).to_have_accessible_description("A name is left in here.")
    await expect(moment).to_be_focused()
    await expect(moment).to_have_value("Anna said it again.")

    await moment.fill("She said it again.")
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog).to_have_count(0)
    sent = bot.heard[-1]["view"]["state"]["values"]
    assert sent["moment"]["moment_a"]["value"] == "She said it again."
    assert sent["bond"]["bond_a"]["selected_option"]["value"] == "2"


async def test_what_is_being_typed_survives_a_change(stage: Stage) -> None:
    page, bot = stage.page, stage.bot
    bot.does["reflect"] = bot.opens(MOMENT, title="Reflection")
    bot.post("check-in", REFLECT)
    await stage.enter()
    await page.get_by_role("button", name="Reflect now").click()
    moment = page.get_by_label("A moment")
    await moment.fill("half a sentence")
    await moment.evaluate("box => box.setSelectionRange(4, 4)")
    view = bot.playground.slack.top_view(ME)
    assert view is not None
    note = {"type": "section", "block_id": "n", "text": plain("Something new above")}
    changed = {**view.body, "blocks": [note, *view.body["blocks"]]}
    bot.playground.slack.change_view(view, changed)

    await expect(page.get_by_text("Something new above")).to_be_visible()
    await expect(moment).to_be_focused()
    await page.keyboard.type("!")
    await expect(moment).to_have_value("half! a sentence")


async def test_a_pushed_view_goes_back_to_what_was_entered(stage: Stage) -> None:
    page, bot = stage.page, stage.bot
    more = {"type": "actions", "block_id": "m", "elements": [button("more", "See an example")]}
    bot.does["reflect"] = bot.opens(MOMENT, more, title="Reflection")
    bot.does["more"] = bot.opens({"type": "divider", "block_id": "d"}, title="Example")
    bot.post("check-in", REFLECT)
    await stage.enter()
    opener = page.get_by_role("button", name="Reflect now")
    await opener.click()
    await page.get_by_label("A moment").fill("kept")
    await page.get_by_role("button", name="See an example").click()
    await expect(page.get_by_role("dialog", name="Example")).to_be_visible()
    await page.get_by_role("button", name="Back").click()
    await expect(page.get_by_label("A moment")).to_have_value("kept")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(opener).to_be_focused()


async def test_a_confirmation_is_asked_and_a_no_sends_nothing(stage: Stage) -> None:
    page, bot = stage.page, stage.bot
    bot.post("check-in", REFLECT)
    await stage.enter()
    asked = page.get_by_role("alertdialog", name="Skip this week?")
    await page.get_by_role("button", name="Skip this week").click()
    await asked.get_by_role("button", name="Go back").click()
    await expect(asked).to_have_count(0)
    assert not [one for one in bot.heard if one.get("type") == "block_actions"]
    await page.get_by_role("button", name="Skip this week").click()
    async with page.expect_response("**/playground/press"):
        await asked.get_by_role("button", name="Skip", exact=True).click()
    assert bot.heard[-1]["actions"][0]["action_id"] == "skip"


async def test_a_command_is_chosen_from_the_hints_by_keyboard(stage: Stage) -> None:
    page, bot = stage.page, stage.bot
    bot.does["/attune"] = lambda payload: {"text": f"About *{payload['text']}*"}
    await stage.enter()
    box = page.get_by_label("Message Attune")
    await box.press_sequentially("/attune p")
    await expect(page.get_by_role("option")).to_have_count(2)
    await box.press("ArrowDown")
    await box.press("ArrowDown")
    await box.press("Enter")
    await expect(box).to_have_value("/attune privacy")
    await box.press("Enter")
    answer = page.get_by_role("article", name="only visible to you")
    await expect(answer).to_contain_text("Only visible to you")
    await expect(answer.locator("strong", has_text="privacy")).to_be_visible()
    await expect(box).to_have_value("")


async def test_typed_text_never_becomes_markup_and_failures_give_it_back(stage: Stage) -> None:
    page, bot = stage.page, stage.bot
    await stage.enter()
    box = page.get_by_label("Message Attune")
    await box.fill("<img src=x onerror=alert(1)> & *bold*")
    await box.press("Enter")
    message = page.get_by_role("article", name="Mina Patel").last
    await expect(message).to_contain_text("<img src=x onerror=alert(1)> & bold")
    await expect(message.locator("img")).to_have_count(0)
    bot.ready = False
    await box.fill("/attune help")
    await box.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("Attune is not connected")
    await expect(box).to_have_value("/attune help")
    stage.complaints[:] = [said for said in stage.complaints if "424" not in said]


ELEMENTS: list[Json] = [
    {"type": "static_select", "options": options("Home", "Away")},
    {"type": "multi_static_select", "options": options("Endings", "Fees")},
    {"type": "users_select"},
    {"type": "multi_users_select"},
    {"type": "conversations_select"},
    {"type": "datepicker", "initial_date": "2026-11-30"},
    {"type": "timepicker", "initial_time": "09:30"},
    {"type": "checkboxes", "options": options("One", "Two")},
    {"type": "radio_buttons", "options": options("Yes", "No")},
    {"type": "plain_text_input", "initial_value": "first words"},
    {"type": "number_input", "is_decimal_allowed": False, "initial_value": "12"},
    {"type": "email_text_input"},
    {"type": "url_text_input"},
]


async def test_every_element_is_drawn_with_its_label_and_its_initial_value(stage: Stage) -> None:
    page, bot = stage.page, stage.bot
    blocks = [
        field_block(f"b{i}", f"Label {i:02}", element, optional=True)
        for i, element in enumerate(ELEMENTS)
    ]
    bot.does["reflect"] = bot.opens(*blocks, title="Everything")
    bot.does["Everything"] = lambda _payload: None
    bot.post("check-in", REFLECT)
    await stage.enter()
    await page.get_by_role("button", name="Reflect now").click()
    dialog = page.get_by_role("dialog", name="Everything")
    for i, element in enumerate(ELEMENTS):
        if element["type"] in ("checkboxes", "radio_buttons"):
            await expect(dialog.get_by_role("group", name=f"Label {i:02}")).to_be_visible()
        else:
            await expect(dialog.get_by_label(f"Label {i:02}")).to_be_visible()
    await dialog.get_by_label("Label 00").select_option("Away")
    await dialog.get_by_label("Label 03").click()
    await dialog.get_by_role("checkbox", name="Sam Okafor").check()
    await dialog.get_by_role("button", name="Done").click()
    await dialog.get_by_role("checkbox", name="Two").check()
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog).to_have_count(0)
    sent = bot.heard[-1]["view"]["state"]["values"]
    assert sent["b0"]["b0_a"]["selected_option"]["value"] == "away"
    assert sent["b3"]["b3_a"]["selected_users"] == ["U0SUPER1"]
    assert sent["b5"]["b5_a"]["selected_date"] == "2026-11-30"
    assert [one["value"] for one in sent["b7"]["b7_a"]["selected_options"]] == ["two"]
    assert sent["b9"]["b9_a"]["value"] == "first words"
    assert sent["b11"]["b11_a"]["value"] is None


async def test_acting_as_somebody_else_with_the_keyboard(stage: Stage) -> None:
    page = stage.page
    await stage.enter("home")
    switcher = page.get_by_role("button", name="You are Mina Patel")
    await switcher.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitemradio", name="Mina Patel")).to_be_focused()
    await page.keyboard.press("r")
    await expect(page.get_by_role("menuitemradio", name="Rosa Marchetti")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="You are Rosa Marchetti")).to_be_visible()
    assert "as=U0SUPER2" in page.url


async def test_the_page_fits_a_phone_and_its_sidebar_is_a_drawer(stage: Stage) -> None:
    page, bot = stage.page, stage.bot
    bot.post("check-in", REFLECT)
    bot.post("x" * 300)
    await page.set_viewport_size({"width": 360, "height": 740})
    await stage.enter()
    await expect(page.get_by_role("button", name="Reflect now")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    sidebar = page.get_by_role("navigation", name="Workspace")
    await expect(sidebar).to_have_count(0)
    await page.get_by_role("button", name="Open the sidebar").click()
    await expect(sidebar).to_be_visible()
    await page.get_by_role("button", name="Close the sidebar").press("Escape")
    await expect(sidebar).to_have_count(0)


async def test_the_inspector_shows_what_went_between(stage: Stage) -> None:
    page, bot = stage.page, stage.bot
    bot.post("check-in", REFLECT)
    await stage.enter()
    await page.get_by_role("button", name="Traffic inspector").click()
    await page.get_by_role("button", name="Reflect now").click()
    drawer = page.get_by_role("complementary", name="Traffic inspector")
    exchange = drawer.locator("details", has_text="block_actions").first
    await exchange.locator("summary").click()
    await expect(exchange).to_contain_text('"action_id": "reflect"')
