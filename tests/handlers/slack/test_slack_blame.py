"""How trouble reaches a person: in the place where they are, in plain words, and never as more."""

from typing import Any

import pytest

from bot.errors import (
    AttuneError,
    ChatFailed,
    ChatLimited,
    ChatRefused,
    ChatUncertain,
    MemberUnreachable,
    MissingScope,
    StorageUnavailable,
    TokenRevoked,
)
from handlers.slack import blame, home, people
from handlers.slack.call import Call, Payload, Reply
from handlers.slack.router import Router
from tests.handlers.slack.desk import CLINICIAN, Desk, assert_shown, refusal, texts, user

PLAIN: list[tuple[AttuneError, str]] = [
    (ChatLimited(method="users.info", seconds=7), "wait for a moment. Nothing was changed; please"),
    (ChatUncertain(method="users.info"), "did not answer in time. Nothing was changed; please try"),
    (
        ChatFailed(method="users.info", code="x"),
        "had trouble just now. Nothing was changed; please",
    ),
    (MissingScope(method="users.info", code="missing_scope", scope="users:read"), "(users:read)"),
    (
        TokenRevoked(method="users.info", code="token_revoked"),
        "taken back Attune's access. Nothing",
    ),
    (MemberUnreachable(method="users.info", code="is_archived"), "refused what Attune asked of it"),
    (ChatRefused(method="users.info", code="odd"), "(odd). Nothing was changed; an admin may know"),
]


def raising(error: Exception) -> Desk:
    """A desk at which everything ends in ``error``."""

    def register(router: Router) -> None:
        @router.on(Payload.COMMAND, "/attune")
        @router.on(Payload.ACTION, "it.fails")
        @router.on(Payload.VIEW, "it.fails")
        @router.on(Payload.EVENT, "message")
        async def fail(call: Call) -> Reply | None:
            del call
            raise error

    return Desk(register)


@pytest.mark.parametrize(("error", "words"), PLAIN, ids=lambda one: type(one).__name__)
async def test_the_chats_trouble_is_told_in_plain_words(error: AttuneError, words: str) -> None:
    answer = await raising(error).type("x", by=CLINICIAN)
    assert words in answer["text"]
    assert "users.info" not in answer["text"]
    assert "delivery" not in answer["text"].lower()


@pytest.mark.parametrize("error", [ChatFailed(method="x", code="y"), StorageUnavailable()])
async def test_it_is_told_where_the_person_is(error: AttuneError) -> None:
    desk = raising(error)
    await desk.press("it.fails", by=CLINICIAN)
    assert "Nothing was" in texts(desk.modal)
    await desk.press("it.fails", by=CLINICIAN, view=None)
    assert "Nothing was" in desk.said[-1]["text"]
    assert desk.said[-1]["response_type"] == "ephemeral"
    await desk.event("message", by=CLINICIAN, channel="D0CHAT", channel_type="im")
    assert desk.api.made("chat_postMessage")[-1]["channel"] == "D0CHAT"
    fields = [{"type": "input", "block_id": "first"}, {"type": "input", "block_id": "second"}]
    view = {"id": "V1", "callback_id": "it.fails", "blocks": fields}
    (told,) = (await desk.submit(view, {}, by=CLINICIAN))["errors"].items()
    assert told[0] == "first"


async def test_what_slack_did_not_show_may_be_done_all_the_same() -> None:
    desk = raising(refusal("view_too_large"))
    answer = await desk.type("x", by=CLINICIAN)
    assert "Slack refused" in answer["text"]
    assert "may be done all the same" in answer["text"]
    assert "Nothing was changed" not in answer["text"]


async def test_a_form_that_came_too_late_can_be_asked_for_again() -> None:
    desk = raising(refusal("expired_trigger_id"))
    answer = await desk.type("x", by=CLINICIAN)
    assert "too long to open" in answer["text"]
    assert "try again" in answer["text"]


async def test_what_is_done_quietly_leaves_nothing_for_the_logs() -> None:
    async def fails() -> None:
        raise AttributeError

    await blame.quietly(fails())


async def test_where_no_modal_opens_the_private_chat_tells() -> None:
    desk = raising(StorageUnavailable())
    desk.api.refusals["views_open"] = refusal("expired_trigger_id")
    await desk.press("it.fails", by=CLINICIAN)
    (told,) = desk.api.made("chat_postMessage")
    assert told["channel"] == CLINICIAN
    assert "The database does not answer" in told["text"]


async def test_where_nothing_can_be_shown_nothing_more_goes_wrong() -> None:
    desk = raising(StorageUnavailable())
    desk.api.refusals |= {name: TimeoutError() for name in ("views_open", "chat_postMessage")}
    await desk.press("it.fails", by=CLINICIAN)
    await desk.event("message", by=CLINICIAN, channel="D0CHAT", channel_type="im")
    assert len(desk.api.made("chat_postMessage")) == 2


async def test_home_says_that_it_cannot_be_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(home.register)

    async def away(*_: Any) -> None:
        raise StorageUnavailable

    monkeypatch.setattr(desk.services, "first_time", away)
    body = {"event": {"type": "app_home_opened", "tab": "home"}, "event_id": "E1"}
    await desk.send(Payload.EVENT, body, CLINICIAN)
    assert_shown(desk.home)
    assert "The database does not answer" in texts(desk.home)
    assert "Try again" in texts(desk.home)
    await desk.send(Payload.EVENT, body | {"event": body["event"] | {"tab": "messages"}}, CLINICIAN)  # type: ignore[operator]  # a dict, as above
    assert len(desk.api.made("views_publish")) == 1


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("user_change", {"user": user(CLINICIAN)}),
        ("app_uninstalled", {}),
        ("tokens_revoked", {"tokens": {"bot": ["U0BOT"]}}),
    ],
)
async def test_nobody_is_looked_up_for_what_is_nobodys_doing(
    kind: str, more: dict[str, Any]
) -> None:
    """After ``app_uninstalled`` there is no token to look anybody up with."""
    holder: list[Desk] = []
    desk = Desk(lambda router: people.register(router, _people(holder)))
    holder.append(desk)
    await desk.event(kind, by=CLINICIAN, **more)
    assert desk.api.made("users_info") == []
    assert desk.services.privacy.removed == ([] if kind == "user_change" else ["T0RIVER"])


def _people(holder: list[Desk]) -> Any:
    """The desk's own people, which exist once the desk does."""

    class Later:
        def __getattr__(self, name: str) -> Any:
            return getattr(holder[0].people, name)

    return Later()
