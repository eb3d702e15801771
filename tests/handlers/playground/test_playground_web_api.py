"""The Web API as slack_sdk's client sees it."""

import base64

import pytest

from handlers.playground.state import BOT_TOKEN
from tests.handlers.playground.conftest import Plain
from tests.handlers.playground.playground_bot import CHECKIN, ME, modal, section, text_input

HOME = {"type": "home", "blocks": [section()]}


async def test_who_am_i(plain: Plain) -> None:
    answer = await plain.client.auth_test()
    assert (answer["user_id"], answer["team_id"]) == ("U0ATTUNE", "T0RIVER")
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


async def test_tokens_are_checked(plain: Plain) -> None:
    slack = plain.playground.slack
    for token, error in (("xoxb-stranger", "invalid_auth"), ("", "not_authed")):
        plain.client.token = token
        assert (await plain.refusal("auth.test"))["error"] == error
    plain.client.token = "xapp-playground"
    assert (await plain.refusal("users.list"))["error"] == "not_allowed_token_type"
    plain.client.token = "xoxb-playground"
    assert (await plain.refusal("apps.connections.open"))["error"] == "not_allowed_token_type"
    slack.bot.active = False
    assert (await plain.refusal("auth.test"))["error"] == "account_inactive"
    slack.bot.active = True
    slack.tokens["xoxb-playground"].revoked = True
    assert (await plain.refusal("auth.test"))["error"] == "token_revoked"


async def test_a_missing_scope_is_named(plain: Plain) -> None:
    plain.playground.slack.tokens["xoxb-playground"].scopes = {"users:read", "im:write"}
    answer = await plain.refusal("chat.postMessage", channel=ME, text="x")
    assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write")
    assert answer["provided"] == "im:write,users:read"
    assert answer.headers["x-oauth-scopes"] == "im:write,users:read"


async def test_a_token_may_come_as_a_field_and_arguments_in_the_address(plain: Plain) -> None:
    form = {"token": "xoxb-playground", "user": ME}
    async with plain.session.post(f"{plain.base_url}/api/users.info", data=form) as response:
        assert (await response.json())["user"]["id"] == ME
    headers = {"Authorization": "Bearer xoxb-playground"}
    address = f"{plain.base_url}/api/users.info?user={ME}"
    async with plain.session.get(address, headers=headers) as response:
        assert (await response.json())["user"]["tz"] == "Europe/London"


async def test_unknown_methods_and_people(plain: Plain) -> None:
    assert (await plain.refusal("chat.whisper"))["error"] == "unknown_method"
    assert (await plain.refusal("users.info", user="U404"))["error"] == "user_not_found"
    assert (await plain.refusal("conversations.open", users="U404"))["error"] == "user_not_found"
    assert (await plain.refusal("conversations.open", users="U0LEFT"))["error"] == "user_disabled"
    assert (await plain.refusal("chat.postMessage", channel="U0LEFT", text="x"))["error"] == (
        "channel_not_found"
    )


async def test_people_are_listed_page_by_page(plain: Plain) -> None:
    seen = []
    cursor = ""
    while True:
        answer = await plain.client.users_list(limit=4, cursor=cursor)
        seen += answer["members"]
        cursor = answer["response_metadata"]["next_cursor"]
        if not cursor:
            break
    by_id = {member["id"]: member for member in seen}
    assert len(by_id) == len(seen) == len(plain.playground.slack.people)
    assert by_id["U0ADMIN"]["is_owner"]
    assert by_id["U0GUEST"]["is_restricted"]
    assert by_id["U0LEFT"]["deleted"]
    assert "tz" not in by_id["U0NOZONE"]
    assert by_id["U0ATTUNE"]["is_bot"]
    assert (await plain.refusal("users.list", cursor="made-up"))["error"] == "invalid_cursor"


async def test_a_message_is_posted_changed_and_taken_away(plain: Plain) -> None:
    im = (await plain.client.conversations_open(users=ME))["channel"]["id"]
    metadata = {"event_type": "checkin", "event_payload": {"occurrence": 7}}
    posted = await plain.client.chat_postMessage(
        channel=im, text="Hello", blocks=CHECKIN, metadata=metadata
    )
    assert posted["message"]["blocks"][0]["text"] == {
        "type": "mrkdwn",
        "text": "Your check-in",
        "verbatim": False,
    }
    link = await plain.client.chat_getPermalink(channel=im, message_ts=posted["ts"])
    assert link["permalink"].endswith("/p" + posted["ts"].replace(".", ""))

    history = await plain.client.conversations_history(channel=im)
    assert "metadata" not in history["messages"][0]
    history = await plain.client.conversations_history(channel=im, include_all_metadata=True)
    assert history["messages"][0]["metadata"] == metadata

    await plain.client.chat_update(channel=im, ts=posted["ts"], text="Changed")
    history = await plain.client.conversations_history(channel=im)
    assert history["messages"][0]["text"] == "Changed"
    assert "blocks" not in history["messages"][0]
    await plain.client.chat_delete(channel=im, ts=posted["ts"])
    assert (await plain.client.conversations_history(channel=im))["messages"] == []


async def test_history_is_newest_first_bounded_and_paged(plain: Plain) -> None:
    stamps = [
        (await plain.client.chat_postMessage(channel=ME, text=str(n)))["ts"] for n in range(5)
    ]
    im = plain.playground.slack.im(ME).id
    first = await plain.client.conversations_history(channel=im, limit=2)
    assert [m["text"] for m in first["messages"]] == ["4", "3"]
    assert first["has_more"]
    cursor = first["response_metadata"]["next_cursor"]
    second = await plain.client.conversations_history(channel=im, limit=2, cursor=cursor)
    assert [m["text"] for m in second["messages"]] == ["2", "1"]
    between = await plain.client.conversations_history(
        channel=im, oldest=stamps[1], latest=stamps[3]
    )
    assert [m["text"] for m in between["messages"]] == ["2"]
    between = await plain.client.conversations_history(
        channel=im, oldest=stamps[1], latest=stamps[3], inclusive=True
    )
    assert [m["text"] for m in between["messages"]] == ["3", "2", "1"]
    answer = await plain.refusal("conversations.history", channel="C0GENERAL")
    assert answer["needed"] == "channels:history"


async def test_what_cannot_be_posted(plain: Plain) -> None:
    slack = plain.playground.slack
    assert (await plain.refusal("chat.postMessage", channel=ME))["error"] == "no_text"
    long = await plain.refusal("chat.postMessage", channel=ME, text="x" * 40_001)
    assert long["error"] == "msg_too_long"
    answer = await plain.refusal("chat.postMessage", channel=ME, blocks=[section("x" * 3001)])
    problem = "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    assert answer["error"] == "invalid_blocks"
    assert answer["errors"] == [problem]
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {problem}"]
    answer = await plain.refusal("chat.postMessage", channel=ME, blocks="not json")
    assert answer["error"] == "invalid_blocks_format"
    answer = await plain.refusal("chat.postMessage", channel=ME, blocks=[section("x" * 3000)] * 4)
    assert answer["error"] == "msg_blocks_too_long"
    answer = await plain.refusal("chat.postMessage", channel=ME, text="x", metadata={"a": 1})
    assert answer["error"] == "invalid_metadata_schema"
    slack.conversation("C0GENERAL").archived = True
    answer = await plain.refusal("chat.postMessage", channel="C0GENERAL", text="x")
    assert answer["error"] == "is_archived"
    theirs = slack.post(slack.im(ME).id, ME, "Mine")
    for method, error in (("update", "cant_update_message"), ("delete", "cant_delete_message")):
        answer = await plain.refusal(
            f"chat.{method}", channel=theirs.channel, ts=theirs.ts, text="x"
        )
        assert answer["error"] == error


async def test_an_ephemeral_message_is_for_one_and_in_no_history(plain: Plain) -> None:
    slack = plain.playground.slack
    await plain.client.chat_postEphemeral(channel="C0GENERAL", user=ME, text="Only you")
    general = slack.conversation("C0GENERAL")
    assert [m.text for m in slack.visible(general, ME)] == ["Only you"]
    assert slack.visible(general, "U0CLIN2") == []
    answer = await plain.refusal(
        "chat.postEphemeral", channel=slack.im("U0CLIN2").id, user=ME, text="x"
    )
    assert answer["error"] == "user_not_in_channel"


async def test_a_trigger_opens_one_modal_within_three_seconds(plain: Plain) -> None:
    slack = plain.playground.slack
    now = 100.0
    slack.seconds = lambda: now
    fresh = slack.new_trigger(ME)
    await plain.client.views_open(trigger_id=fresh, view=modal("One"))
    for trigger, error in ((fresh, "exchanged_trigger_id"), ("1.2.3", "invalid_trigger_id")):
        answer = await plain.refusal("views.open", trigger_id=trigger, view=modal("Two"))
        assert answer["error"] == error
    late = slack.new_trigger(ME)
    now += 3.01
    answer = await plain.refusal("views.open", trigger_id=late, view=modal("Three"))
    assert answer["error"] == "expired_trigger_id"


async def test_a_refused_view_does_not_spend_its_trigger(plain: Plain) -> None:
    slack = plain.playground.slack
    trigger = slack.new_trigger(ME)
    view = modal("Form", text_input("a"), submit=None)
    answer = await plain.refusal("views.open", trigger_id=trigger, view=view)
    assert answer["error"] == "invalid_arguments"
    (problem,) = answer["response_metadata"]["messages"]
    assert problem.startswith("[ERROR] must define `submit` to use an `input` block in modals")
    assert problem.endswith("[json-pointer:/view/blocks/0/input]")
    await plain.client.views_open(trigger_id=trigger, view=modal("Form", text_input("a")))


async def test_modals_stack_three_deep(plain: Plain) -> None:
    slack = plain.playground.slack
    await plain.client.views_open(trigger_id=slack.new_trigger(ME), view=modal("1"))
    for depth in (2, 3, 4):
        top = slack.top_view(ME)
        assert top is not None
        trigger = slack.new_trigger(ME, top.id)
        if depth < 4:
            pushed = await plain.client.views_push(trigger_id=trigger, view=modal(str(depth)))
            assert pushed["view"]["previous_view_id"] == top.id
        else:
            answer = await plain.refusal("views.push", trigger_id=trigger, view=modal("4"))
            assert answer["error"] == "push_limit_reached"
    nowhere = slack.new_trigger(ME)
    answer = await plain.refusal("views.push", trigger_id=nowhere, view=modal("x"))
    assert "root view" in answer["response_metadata"]["messages"][0]


async def test_a_view_is_updated_by_id_or_external_id_unless_it_changed(plain: Plain) -> None:
    slack = plain.playground.slack
    view = modal("Old", text_input("a"), external_id="mine")
    opened = (await plain.client.views_open(trigger_id=slack.new_trigger(ME), view=view))["view"]
    updated = await plain.client.views_update(view_id=opened["id"], view=view, hash=opened["hash"])
    assert updated["view"]["id"] == opened["id"]
    answer = await plain.refusal(
        "views.update", view_id=opened["id"], view=view, hash=opened["hash"]
    )
    assert answer["error"] == "hash_conflict"
    updated = await plain.client.views_update(external_id="mine", view=modal("New"))
    assert updated["view"]["title"]["text"] == "New"
    answer = await plain.refusal("views.update", view_id="V404", view=view)
    assert answer["error"] == "not_found"


async def test_external_ids_differ(plain: Plain) -> None:
    slack = plain.playground.slack
    view = modal("One", external_id="mine")
    await plain.client.views_open(trigger_id=slack.new_trigger(ME), view=view)
    other = slack.new_trigger("U0CLIN2")
    answer = await plain.refusal("views.open", trigger_id=other, view=view)
    assert answer["error"] == "duplicate_external_id"


async def test_home_is_published_again_under_the_same_id(plain: Plain) -> None:
    first = (await plain.client.views_publish(user_id=ME, view=HOME))["view"]
    second = (await plain.client.views_publish(user_id=ME, view=HOME, hash=first["hash"]))["view"]
    assert first["id"] == second["id"]
    answer = await plain.refusal("views.publish", user_id=ME, view=HOME, hash=first["hash"])
    assert answer["error"] == "hash_conflict"
    answer = await plain.refusal("views.publish", user_id=ME, view=modal("x"))
    assert answer["error"] == "invalid_arguments"


async def test_a_picture_is_uploaded_shared_and_served(plain: Plain) -> None:
    content = b"not really a PNG" * 64_000  # more than other bodies may hold
    im = plain.playground.slack.im(ME)
    answer = await plain.client.files_upload_v2(
        filename="week.png",
        content=content,
        title="The week",
        alt_txt="Bond rose from 3 to 4",
        channel=im.id,
        initial_comment="Your digest",
    )
    file = answer["file"]
    message = im.messages[-1]
    assert (message.text, message.files) == ("Your digest", [file["id"]])
    assert file["alt_txt"] == "Bond rose from 3 to 4"
    async with plain.session.get(f"{plain.base_url}/playground/files/{file['id']}") as response:
        assert response.content_type == "image/png"
        assert await response.read() == content
    blocks = [{"type": "image", "slack_file": {"id": file["id"]}, "alt_text": "Bond"}]
    await plain.client.chat_postMessage(channel=ME, text="x", blocks=blocks)
    blocks[0]["slack_file"] = {"id": "F404"}
    assert (await plain.refusal("chat.postMessage", channel=ME, blocks=blocks))["error"] == (
        "invalid_blocks"
    )


async def test_an_upload_must_be_announced_and_as_long_as_announced(plain: Plain) -> None:
    answer = await plain.client.files_getUploadURLExternal(filename="a.txt", length=3)
    async with plain.session.post(answer["upload_url"], data=b"four") as response:
        assert response.status == 400
    refused = await plain.refusal("files.completeUploadExternal", files=[{"id": answer["file_id"]}])
    assert refused["error"] == "file_not_found"
    async with plain.session.post(f"{plain.base_url}/upload/v1/made-up", data=b"x") as response:
        assert response.status == 404


async def test_prompts_and_status_of_an_agent(plain: Plain) -> None:
    plain.playground.slack.tokens[BOT_TOKEN].scopes.add("assistant:write")
    im = plain.playground.slack.im(ME)
    prompts = [{"title": "Help", "message": "help"}]
    await plain.client.assistant_threads_setSuggestedPrompts(
        channel_id=im.id, thread_ts="1.0", prompts=prompts
    )
    assert im.prompts["prompts"] == prompts
    await plain.client.assistant_threads_setStatus(
        channel_id=im.id, thread_ts="1.0", status="is reading…"
    )
    assert im.status == "is reading…"
    answer = await plain.refusal(
        "assistant.threads.setSuggestedPrompts", channel_id=im.id, prompts=prompts * 5
    )
    assert answer["error"] == "invalid_arguments"


async def test_an_app_is_installed_with_a_code_once(plain: Plain) -> None:
    slack = plain.playground.slack
    code = slack.new_code("", {"chat:write"})
    pair = f"{slack.app.client_id}:{slack.app.client_secret}".encode()
    basic = {"Authorization": "Basic " + base64.b64encode(pair).decode()}
    address = f"{plain.base_url}/api/oauth.v2.access"
    answers = []
    for _ in range(2):
        async with plain.session.post(address, data={"code": code}, headers=basic) as response:
            answers.append(await response.json())
    assert slack.tokens[answers[0]["access_token"]].scopes == {"chat:write"}
    assert answers[1]["error"] == "invalid_code"
    for given, error in (
        ({}, "invalid_client_id"),
        ({"client_id": slack.app.client_id, "client_secret": "x"}, "bad_client_secret"),
    ):
        assert (await plain.refusal("oauth.v2.access", **given))["error"] == error


@pytest.mark.parametrize("body", ["{", "[]", '{"a": 1e999}', '{"a": "\\ud800"}', "[" * 5000])
async def test_malformed_json_is_refused(plain: Plain, body: str) -> None:
    headers = {"Content-Type": "application/json", "Authorization": "Bearer xoxb-playground"}
    address = f"{plain.base_url}/api/chat.postMessage"
    async with plain.session.post(address, data=body, headers=headers) as response:
        assert response.status == 400
        assert (await response.json())["error"] == "invalid_json"
