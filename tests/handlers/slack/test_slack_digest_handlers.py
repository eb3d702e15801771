"""The buttons of a digest: preview, reading, the file; and courtesies that may fail."""

import asyncio
import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError

from bot.clinic import Viewer
from bot.digests import Upcoming
from bot.errors import MissingScope
from bot.messages import DigestMessage
from bot.services import Services
from handlers.slack import digests, own_message
from handlers.slack.call import Call, Payload
from handlers.slack.own_message import courteously
from handlers.slack.router import Handler, Router
from tests.handlers.slack.reflection_samples import CLOSES, TEAM, VIEWER, FakeSlack, refused_view

DIGEST = DigestMessage("d1", "River", "Most answered.", b"png", "Lines.", (), ("10 min: endings",))


@dataclass
class FakeDigests:
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def preview(self, viewer: Viewer, team: str) -> Upcoming:
        self.asked.append((viewer.id, team))
        return Upcoming(TEAM, CLOSES, None, ("The window is open.",))

    async def read(self, viewer: Viewer, digest: str) -> DigestMessage:
        self.asked.append((viewer.id, digest))
        return DIGEST

    async def csv(self, viewer: Viewer, digest: str) -> tuple[str, bytes]:
        self.asked.append((viewer.id, digest))
        return "digest.csv", b"bond,3.5\n"


@dataclass
class Stage:
    slack: FakeSlack = field(default_factory=FakeSlack)
    digests: FakeDigests = field(default_factory=FakeDigests)

    async def press(self, name: str, value: str, **body: Any) -> None:
        router = Router.__new__(Router)
        router._table = {}  # noqa: SLF001  # the table alone; services come with each call
        digests.register(router)
        handler: Handler = router._table[Payload.ACTION, name]  # noqa: SLF001  # see above
        services = cast("Services", SimpleNamespace(digests=self.digests))
        given = {"actions": [{"action_id": name, "value": value}], "trigger_id": "1.2", **body}
        context = AsyncBoltContext({"client": self.slack, "user_id": "U1", "team_id": "T1"})
        call = Call(Payload.ACTION, given, context, services)
        call._viewer = VIEWER  # noqa: SLF001  # identified, as the router does before a handler
        await handler(call)


async def test_the_services_are_asked_who_may_see_what() -> None:
    stage = Stage()
    await stage.press("digest.preview", "river")
    await stage.press("digest.read", "d1")
    await stage.press("digest.csv", "d1")
    assert stage.digests.asked == [("U1", "river"), ("U1", "d1"), ("U1", "d1")]


async def test_preview_and_digest_open_as_modals() -> None:
    stage = Stage()
    await stage.press("digest.preview", "river")
    await stage.press("digest.read", "d1")
    upcoming, read = (call["view"] for call in stage.slack.of("views_open"))
    assert refused_view(upcoming) == refused_view(read) == []
    assert "Thursday 26 November, 04:00" in json.dumps(upcoming)
    assert "10 min: endings" in json.dumps(read)
    assert stage.slack.of("chat_postMessage") == []


async def test_the_file_goes_to_whoever_asked_and_nowhere_else() -> None:
    stage = Stage()
    await stage.press("digest.csv", "d1")
    (opened,) = stage.slack.of("conversations_open")
    (sent,) = stage.slack.of("files_upload_v2")
    assert opened["users"] == "U1"
    assert (sent["channel"], sent["filename"], sent["content"]) == (
        "D1",
        "digest.csv",
        b"bond,3.5\n",
    )
    assert stage.slack.of("views_open") == []


async def test_in_home_it_is_said_where_the_file_is() -> None:
    stage = Stage()
    await stage.press("digest.csv", "d1", view={"type": "home", "id": "V1"})
    (said,) = stage.slack.of("views_open")
    assert "private conversation" in json.dumps(said)


async def test_a_notice_that_cannot_be_shown_does_not_undo_the_file() -> None:
    stage = Stage()
    stage.slack.broken = {"views_open"}
    await stage.press("digest.csv", "d1", view={"type": "home", "id": "V1"})
    assert len(stage.slack.of("files_upload_v2")) == 1


async def test_a_missing_scope_is_said_in_our_words() -> None:
    class Scopeless(FakeSlack):
        async def files_upload_v2(self, **_arguments: Any) -> None:
            answer = {"ok": False, "error": "missing_scope", "needed": "files:write"}
            raise SlackApiError("", answer)  # type: ignore[no-untyped-call]  # the SDK's own gap

    with pytest.raises(MissingScope, match="files:write"):
        await Stage(Scopeless()).press("digest.csv", "d1")


async def test_courtesies_tell_what_was_done_and_never_raise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def done() -> None:
        return None

    async def fails() -> None:
        raise RuntimeError

    async def hangs() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(own_message, "PATIENCE", 0)
    assert list(await courteously(done(), fails(), hangs())) == [True, False, False]
