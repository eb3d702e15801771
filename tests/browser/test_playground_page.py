"""The playground's page, used as a person would: by names and roles, mouse and keyboard."""

import pytest
from playwright.async_api import expect

from tests.browser.playground_stage import (
    BOND,
    ME,
    MOMENT,
    REFLECT,
    Json,
    Stage,
    StoppedClock,
    button,
    field_block,
    marked,
    options,
    plain,
    stage,
)

__all__ = ["stage"]

pytestmark = pytest.mark.browser


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


async def test_what_was_wrong_with_a_form_is_over_once_another_stands_in_its_place(
    stage: Stage,
) -> None:
    page, bot = stage.page, stage.bot
    bot.does["reflect"] = bot.opens(MOMENT, title="Reflection")
    bot.does["Reflection"] = lambda _payload: {
        "response_action": "errors",
        "errors": {"moment": "This takes longer than usual."},
    }
    bot.post("check-in", REFLECT)
    await stage.enter()
    await page.get_by_role("button", name="Reflect now").click()
    dialog = page.get_by_role("dialog", name="Reflection")
    await dialog.get_by_label("A moment").fill("She said it again.")
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog).to_contain_text("One answer needs another look.")
    slack = bot.playground.slack
    view = slack.top_view(ME)
    assert view is not None
    kept = {"type": "section", "block_id": "kept", "text": marked("Your answer is kept.")}
    slack.change_view(view, {**view.body, "title": plain("Kept"), "blocks": [kept]})
    await expect(page.get_by_role("dialog", name="Kept")).to_contain_text("Your answer is kept.")
    await expect(page.get_by_text("needs another look")).to_have_count(0)


async def test_what_answers_a_form_is_read_from_its_beginning_and_left_with_escape(
    stage: Stage,
) -> None:
    page, bot = stage.page, stage.bot
    lines = [
        {"type": "section", "block_id": f"l{i}", "text": plain(f"Line {i}")} for i in range(60)
    ]
    thanks = {"type": "modal", "title": plain("Thank you"), "blocks": lines, "close": plain("Done")}
    fields = [field_block(f"m{i}", f"Moment {i}", {"type": "plain_text_input"}) for i in range(20)]
    optional = [{**one, "optional": True} for one in fields]
    bot.does["reflect"] = bot.opens(*optional, title="Reflection")
    bot.does["Reflection"] = lambda _payload: {"response_action": "update", "view": thanks}
    bot.post("check-in", REFLECT)
    await stage.enter()
    await page.get_by_role("button", name="Reflect now").click()
    await page.get_by_label("Moment 19").fill("the last one")
    await page.get_by_role("dialog").get_by_role("button", name="Send").click()
    dialog = page.get_by_role("dialog", name="Thank you")
    await expect(dialog.get_by_text("Line 0", exact=True)).to_be_in_viewport()
    await expect(dialog.get_by_role("heading", name="Thank you")).to_be_focused()
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


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
    await expect(page.get_by_label("A moment")).to_have_count(0)
    await page.get_by_role("button", name="To the form before").click()
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


async def test_whoever_writes_is_led_to_the_answer(stage: Stage) -> None:
    page, bot = stage.page, stage.bot
    tall = {"type": "section", "text": marked("\n".join(f"Line {i}" for i in range(60)))}
    question = [tall, {"type": "section", "text": marked("The end of the question")}]
    answer = [tall, {"type": "section", "text": marked("The end of the answer")}]
    bot.does["/attune"] = lambda _payload: {"text": "answer", "blocks": answer}
    bot.post("question", question)
    await stage.enter()
    await expect(page.get_by_text("The end of the question")).to_be_in_viewport()
    await page.get_by_role("region", name="Messages").hover()
    await page.mouse.wheel(0, -600)
    await expect(page.get_by_text("The end of the question")).not_to_be_in_viewport()
    box = page.get_by_label("Message Attune")
    await box.fill("/attune go on")
    await box.press("Enter")
    await expect(page.get_by_text("The end of the answer")).to_be_in_viewport()


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


async def test_elements_outside_a_form_tell_the_bot_at_once(stage: Stage) -> None:
    page, bot = stage.page, stage.bot
    elements: list[Json] = [
        {
            "type": "static_select",
            "placeholder": plain("Away …"),
            "options": options("Once", "Two"),
        },
        {"type": "overflow", "options": options("Settings", "Privacy")},
        {"type": "datepicker", "placeholder": plain("Until")},
        {
            "type": "multi_static_select",
            "placeholder": plain("Days"),
            "options": options("Mo", "Tu"),
        },
    ]
    named = [{**element, "action_id": f"e{i}"} for i, element in enumerate(elements)]
    bot.post("settings", [{"type": "actions", "block_id": "a", "elements": named}])
    await stage.enter()

    def pressed() -> list[Json]:
        return [one["actions"][0] for one in bot.heard if one.get("type") == "block_actions"]

    async with page.expect_response("**/playground/press"):
        await page.get_by_label("Away …").select_option("Two")
    assert pressed()[-1]["selected_option"]["value"] == "two"
    await page.get_by_role("button", name="More choices").click()
    async with page.expect_response("**/playground/press"):
        await page.get_by_role("menuitem", name="Privacy").click()
    assert pressed()[-1]["selected_option"]["value"] == "privacy"
    async with page.expect_response("**/playground/press"):
        await page.get_by_label("Until").fill("2026-12-24")
    assert pressed()[-1]["selected_date"] == "2026-12-24"
    await page.get_by_role("button", name="Days").click()
    await page.get_by_role("checkbox", name="Mo").check()
    await page.get_by_role("checkbox", name="Tu").check()
    async with page.expect_response("**/playground/press"):
        await page.get_by_role("button", name="Done").click()
    assert [one["value"] for one in pressed()[-1]["selected_options"]] == ["mo", "tu"]
    assert len(pressed()) == 4


async def test_moving_the_clock_says_what_happened(stage: Stage) -> None:
    page, playground = stage.page, stage.bot.playground
    clock = StoppedClock()
    playground.controls = clock
    playground.slack.now = clock.now
    await stage.enter()
    await expect(page.get_by_role("banner").get_by_text("09:00")).to_be_visible()
    await page.get_by_role("button", name="Next check-in").click()
    await expect(page.get_by_role("status").get_by_text("Moved on (next-checkin).")).to_have_count(
        1
    )
    await expect(page.get_by_role("banner").get_by_text("10:00")).to_be_visible()
    await page.get_by_role("button", name="Let the others answer").click()
    await expect(page.get_by_text("Nobody but U0CLIN1 is here.").first).to_be_visible()


async def test_the_skip_link_leads_past_the_sidebar(stage: Stage) -> None:
    page = stage.page
    await stage.enter("home")
    await expect(page.get_by_role("tab", name="Home")).to_have_attribute("aria-selected", "true")
    await page.get_by_role("link", name="Skip to the conversation").press("Enter")
    await expect(page.get_by_role("main")).to_be_focused()
    await expect(page.get_by_role("tab", name="Home")).to_have_attribute("aria-selected", "true")
    assert page.url.endswith("#home")


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
    await expect(page.get_by_role("button", name="You are Mina Patel")).to_be_focused()
    await page.keyboard.press("Escape")
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
