"""The playground and a small Bolt application, over Socket Mode and over HTTP alike."""

import pytest
from slack_sdk.errors import SlackApiError

from handlers.playground.actions import CannotAct
from handlers.playground.delivery import Unanswered
from handlers.playground.model import View
from tests.handlers.playground.playground_bot import CHECKIN, ME, Town, actions, button, options


async def opened(town: Town) -> View:
    await town.playground.act.command(ME, "/attune modal")
    view = town.playground.slack.top_view(ME)
    assert view is not None
    return view


async def test_a_command_is_answered_for_the_person_alone(town: Town) -> None:
    act, slack = town.playground.act, town.playground.slack
    message = await act.command(ME, "/attune am I <a> bad patient?")
    assert message is not None
    assert message.only_for == ME
    assert message.text == "You said am I &lt;a&gt; bad patient?"
    body = town.bot.bodies[0]
    assert (body["channel_name"], body["user_id"]) == ("directmessage", ME)
    assert slack.visible(slack.im(ME), "U0ADMIN") == []
    assert await act.command(ME, "/attune quiet") is None


async def test_what_slack_would_not_show_is_not_shown(town: Town) -> None:
    act, slack = town.playground.act, town.playground.slack
    with pytest.raises(Unanswered, match="must be less than 3001 characters"):
        await act.command(ME, "/attune too long")
    assert slack.im(ME).messages == []
    view = await opened(town)
    with pytest.raises(Unanswered, match="must be less than 25 characters"):
        await act.submit(ME, view.id, {"moment_text": "bad"})
    assert slack.top_view(ME) is view


async def test_a_modal_goes_through_errors_push_update_and_close(town: Town) -> None:
    act, slack = town.playground.act, town.playground.slack
    view = await opened(town)
    required = {"moment": "Please complete this required field."}
    assert await act.submit(ME, view.id) == ("errors", required)
    assert len(town.bot.bodies) == 1, "the window itself refuses an empty required input"

    outcome = await act.submit(ME, view.id, {"moment_text": "errors"})
    assert outcome == ("errors", {"moment": "A little more, please."})
    sent = town.bot.bodies[-1]["view"]
    assert sent["private_metadata"] == "x"
    assert sent["state"]["values"]["moment"]["moment_text"] == {
        "type": "plain_text_input",
        "value": "errors",
    }

    assert await act.submit(ME, view.id, {"moment_text": "push"}) == ("pushed", {})
    top = slack.top_view(ME)
    assert top is not None
    assert (top.previous, top.root) == (view.id, view.id)
    await act.close(ME, top.id)
    assert slack.top_view(ME) is view

    before = view.hash
    assert await act.submit(ME, view.id, {"moment_text": "update"}) == ("updated", {})
    assert view.hash != before
    assert view.body["title"]["text"] == "Preview"


async def test_a_submission_closes_or_clears(town: Town) -> None:
    for said, outcome in (("done", "closed"), ("clear", "cleared")):
        view = await opened(town)
        entered = {"moment": {"moment_text": {"value": said}}}
        assert await town.playground.act.submit(ME, view.id, entered) == (outcome, {})
        assert town.playground.slack.top_view(ME) is None


async def test_closing_is_told_to_an_app_that_asked(town: Town) -> None:
    view = await opened(town)
    await town.playground.act.close(ME, view.id)
    body = town.bot.bodies[-1]
    assert (body["type"], body["is_cleared"]) == ("view_closed", False)
    with pytest.raises(CannotAct, match="not the one in front"):
        await town.playground.act.submit(ME, view.id)


async def test_buttons_carry_their_message_and_may_replace_or_delete_it(town: Town) -> None:
    act, slack = town.playground.act, town.playground.slack
    posted = await town.client.chat_postMessage(channel=ME, text="Check-in", blocks=CHECKIN)
    message = slack.message(posted["channel"], posted["ts"])
    await act.press(ME, message, "reflect")
    body = town.bot.bodies[-1]
    assert body["actions"][0]["value"] == "7"
    assert body["actions"][0]["block_id"] == "a"
    assert body["container"] == {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": False,
    }
    assert body["message"]["ts"] == message.ts
    assert message.text == "Thank you"

    ephemeral = await act.command(ME, "/attune buttons")
    assert ephemeral is not None
    await act.press(ME, ephemeral, "skip")
    assert "message" not in town.bot.bodies[-1]
    assert ephemeral not in slack.im(ME).messages


async def test_a_choice_in_a_message_stands_in_its_state(town: Town) -> None:
    menu = {"type": "static_select", "action_id": "theme", "options": options("bond", "goals")}
    blocks = [actions(menu, button("skip"), block_id="a")]
    posted = await town.client.chat_postMessage(channel=ME, text="x", blocks=blocks)
    message = town.playground.slack.message(posted["channel"], posted["ts"])
    await town.playground.act.press(ME, message, "theme", "goals")
    body = town.bot.bodies[-1]
    assert body["actions"][0]["selected_option"]["value"] == "goals"
    assert body["state"]["values"]["a"]["theme"]["selected_option"]["value"] == "goals"
    with pytest.raises(CannotAct, match="does not offer"):
        await town.playground.act.press(ME, message, "theme", "tasks")


async def test_the_home_tab_is_published_and_its_buttons_work(town: Town) -> None:
    act, slack = town.playground.act, town.playground.slack
    await act.open_home(ME)
    home = slack.home(ME)
    assert home is not None
    await act.open_home(ME, "messages")
    assert [event["tab"] for event in town.bot.events] == ["home", "messages"]
    await act.open_home(ME)
    assert town.bot.events[-1]["view"]["id"] == home.id
    await act.press(ME, home.id, "theme")
    body = town.bot.bodies[-1]
    assert body["container"] == {"type": "view", "view_id": home.id}
    assert "response_url" not in body
    with pytest.raises(CannotAct, match="no longer open"):
        await act.press("U0CLIN2", home.id, "theme")


async def test_a_direct_message_is_heard_and_answered(town: Town) -> None:
    im = town.playground.slack.im(ME)
    await town.playground.act.say(ME, im.id, "is 'just relax' <colluding>?")
    await town.bot.heard.wait()
    await town.playground.delivery.settled()
    event = town.bot.events[0]
    assert event["channel_type"] == "im"
    assert event["text"] == "is 'just relax' &lt;colluding&gt;?"
    assert [message.by_bot for message in im.messages] == [False, True]
    assert len(town.bot.events) == 1, "Bolt leaves out what the bot itself said"


async def test_clearing_closes_the_whole_stack(town: Town) -> None:
    view = await opened(town)
    await town.playground.act.submit(ME, view.id, {"moment_text": "push"})
    top = town.playground.slack.top_view(ME)
    assert top is not None
    await town.playground.act.close(ME, top.id, everything=True)
    assert town.playground.slack.top_view(ME) is None
    body = town.bot.bodies[-1]
    assert (body["view"]["id"], body["is_cleared"]) == (view.id, True)


async def test_shortcuts_carry_the_message_or_nothing(town: Town) -> None:
    act, slack = town.playground.act, town.playground.slack
    message = slack.post("C0GENERAL", "U0CLIN2", "What would you say?")
    await act.message_shortcut(ME, "phrasing.message", "C0GENERAL", message.ts)
    assert town.bot.bodies[-1]["message"]["text"] == "What would you say?"
    assert slack.conversation("C0GENERAL").messages[-1].only_for == ME
    await act.global_shortcut(ME, "phrasing.global")
    assert town.bot.bodies[-1]["type"] == "shortcut"


async def test_a_changed_account_is_told(town: Town) -> None:
    await town.playground.act.change(ME, zone="Asia/Tokyo")
    assert town.bot.events[-1]["user"]["tz"] == "Asia/Tokyo"


async def test_an_uninstalled_app_is_told_and_its_token_stops(town: Town) -> None:
    await town.playground.uninstall()
    sent = [payload["event"]["type"] for _, payload in town.playground.delivery.sent]
    assert sent == ["tokens_revoked", "app_uninstalled"]
    with pytest.raises(SlackApiError, match="token_revoked"):
        await town.client.auth_test()


async def test_a_payload_can_come_twice(town: Town) -> None:
    await town.playground.act.command(ME, "/attune quiet")
    assert (await town.playground.delivery.repeat()).accepted
    first, second = town.bot.bodies
    assert first["trigger_id"] == second["trigger_id"]
