"""Installing over OAuth: what a browser is sent, what it may bring back, and what is kept."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette

from bot.clinic import Installation
from bot.clinic.installations import Installations
from bot.errors import StorageUnavailable
from bot.services import Services
from handlers.slack.health import SCOPES
from handlers.slack.install import LIFETIME, Installing, OAuthApp, States
from storage import Storage, memory_storage
from tests.handlers.slack.desk import NOW, StillClock

APP = OAuthApp("111.222", "client-secret", "https://slack.com/api/", "https://attune.example.org")
GRANTED: dict[str, Any] = {
    "ok": True,
    "access_token": "xoxb-granted",
    "token_type": "bot",
    "scope": "chat:write,commands",
    "bot_user_id": "U0BOT",
    "app_id": "A0ATTUNE",
    "team": {"id": "T0RIVER", "name": "Riverbank <b>Practice</b>"},
    "enterprise": None,
    "is_enterprise_install": False,
    "authed_user": {"id": "U0ADMIN"},
}
KEPT = Installation(
    "T0RIVER",
    "Riverbank <b>Practice</b>",
    "U0BOT",
    frozenset({"chat:write", "commands"}),
    "xoxb-granted",
    NOW,
)


@dataclass
class FakeSlack:
    """The Web API: gives ``answer`` (or raises it) to whatever is called."""

    answer: Any = field(default_factory=lambda: dict(GRANTED))
    calls: list[tuple[str, dict[str, Any], dict[str, str]]] = field(default_factory=list)

    async def api_call(self, method: str, *, data: Any, headers: Any) -> Any:
        self.calls.append((method, data, headers))
        if isinstance(self.answer, Exception):
            raise self.answer
        return SimpleNamespace(data=self.answer)


@dataclass
class Stage:
    """One clinic's Attune, and all that an installation touches."""

    storage: Storage = field(default_factory=memory_storage)
    slack: FakeSlack = field(default_factory=FakeSlack)
    clock: StillClock = field(default_factory=StillClock)
    forgotten: list[str] = field(default_factory=list)
    broken: bool = False

    async def first_time(self, key: str) -> bool:
        if self.broken:
            raise StorageUnavailable
        async with self.storage.inbox() as inbox:
            return await inbox.first_time(key, self.clock.now())

    def process(self, app: OAuthApp = APP) -> Starlette:
        """One of several processes that serve the two addresses."""
        installing = Installing(
            app,
            cast(AsyncWebClient, self.slack),
            cast(Services, self),
            Installations(self.storage.clinic, self.clock),
            self.storage.secret,
            self.forgotten.append,
        )
        return Starlette(routes=list(installing.routes))

    @asynccontextmanager
    async def browser(
        self, app: OAuthApp = APP, at: str = "https://attune.example.org"
    ) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(app=self.process(app))
        async with httpx.AsyncClient(transport=transport, base_url=at) as browser:
            yield browser

    async def installation(self) -> Installation | None:
        async with self.storage.clinic() as clinic:
            return await clinic.installation("T0RIVER")


async def begun(browser: httpx.AsyncClient) -> str:
    """Begin; return the state that Slack's page is given."""
    answer = await browser.get("/slack/install")
    return parse_qs(urlsplit(answer.headers["location"]).query)["state"][0]


async def back(browser: httpx.AsyncClient, **given: str) -> httpx.Response:
    return await browser.get("/slack/oauth_redirect", params={"code": "code-1"} | given)


async def test_the_browser_is_sent_to_slack_with_every_scope() -> None:
    async with Stage().browser() as browser:
        answer = await browser.get("/slack/install")
    where = urlsplit(answer.headers["location"])
    given = {name: value[0] for name, value in parse_qs(where.query).items()}
    assert answer.status_code == 302
    assert f"{where.scheme}://{where.netloc}{where.path}" == "https://slack.com/oauth/v2/authorize"
    assert given["client_id"] == "111.222"
    assert given["redirect_uri"] == "https://attune.example.org/slack/oauth_redirect"
    assert set(given["scope"].split(",")) == set(SCOPES)
    assert "client-secret" not in answer.headers["location"]


@pytest.mark.parametrize(
    ("api", "page"),
    [
        ("https://slack.com/api/", "https://slack.com/oauth/v2/authorize"),
        ("http://127.0.0.1:8765/api/", "http://127.0.0.1:8765/oauth/v2/authorize"),
        ("http://stand-in:80/", "http://stand-in:80/oauth/v2/authorize"),
        ("https://host/slack/api/", "https://host/slack/oauth/v2/authorize"),
    ],
)
def test_slacks_page_is_where_its_api_is(api: str, page: str) -> None:
    address = OAuthApp("1.2", "s", api).authorise_url("state")
    assert address.startswith(f"{page}?state=state&client_id=1.2&scope=")
    assert "redirect_uri" not in address


@pytest.mark.parametrize(
    ("public", "at", "name", "secure"),
    [
        (None, "http://127.0.0.1:8765", "attune-install", False),
        (None, "http://localhost:8765", "attune-install", False),
        (None, "http://attune.example.org", "__Host-attune-install", True),
        (None, "https://localhost", "__Host-attune-install", True),
        ("https://attune.example.org", "http://127.0.0.1", "__Host-attune-install", True),
        ("http://127.0.0.1:1", "http://127.0.0.1:1", "attune-install", False),
    ],
)
async def test_the_cookie_is_for_tls_but_on_loopback(
    public: str | None, at: str, name: str, *, secure: bool
) -> None:
    app = OAuthApp("1.2", "s", "https://slack.com/api/", public)
    async with Stage().browser(app, at) as browser:
        answer = await browser.get("/slack/install")
    first, *marks = answer.headers["set-cookie"].split("; ")
    expected = {"HttpOnly", f"Max-Age={LIFETIME}", "Path=/", "SameSite=lax"}
    assert first.startswith(f"{name}=")
    assert set(marks) == expected | ({"Secure"} if secure else set())


async def test_what_slack_grants_is_kept() -> None:
    stage = Stage()
    async with stage.browser() as browser:
        answer = await back(browser, state=await begun(browser))
        assert dict(browser.cookies) == {}
    async with stage.storage.clinic() as clinic:
        (entry,) = await clinic.audit("T0RIVER")
    assert await stage.installation() == KEPT
    assert (entry.actor, entry.action, entry.at) == ("U0ADMIN", "app installed", NOW)
    assert stage.forgotten == ["T0RIVER"]
    assert answer.status_code == 200
    assert "Attune is installed in Riverbank &lt;b&gt;Practice&lt;/b&gt;" in answer.text
    assert "slack://app?team=T0RIVER&amp;id=A0ATTUNE&amp;tab=home" in answer.text
    assert "xoxb" not in answer.text


async def test_the_code_is_exchanged_with_the_apps_credentials() -> None:
    stage = Stage()
    async with stage.browser() as browser:
        await back(browser, state=await begun(browser))
    ((method, data, headers),) = stage.slack.calls
    assert method == "oauth.v2.access"
    assert data == {"code": "code-1", "redirect_uri": APP.redirect_uri}
    credentials = headers["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(credentials) == b"111.222:client-secret"


async def refused(stage: Stage, answer: httpx.Response, status: int, why: str) -> None:
    assert (answer.status_code, why in answer.text) == (status, True), answer.text
    assert "Nothing was" in answer.text
    assert '<a href="install">Start again</a>' in answer.text
    assert await stage.installation() is None
    assert stage.forgotten == []


async def test_a_person_may_say_no() -> None:
    stage = Stage()
    async with stage.browser() as browser:
        state = await begun(browser)
        answer = await browser.get(
            "/slack/oauth_redirect", params={"error": "access_denied", "state": state}
        )
    await refused(stage, answer, 403, "cancelled in Slack")
    assert stage.slack.calls == []


@pytest.mark.parametrize("change", ["", "x", "é", "1700000000.abc.def", "..", "."])
async def test_a_state_that_was_not_made_here(change: str) -> None:
    stage = Stage()
    async with stage.browser() as browser:
        await begun(browser)
        answer = await back(browser, state=change)
    await refused(stage, answer, 400, "Start again")
    assert stage.slack.calls == []


async def test_a_state_cannot_be_made_younger() -> None:
    stage = Stage()
    async with stage.browser() as browser:
        stamp, _, rest = (await begun(browser)).partition(".")
        younger = f"{int(stamp) + 500}.{rest}"
        browser.cookies.set("__Host-attune-install", younger)
        answer = await back(browser, state=younger)
    await refused(stage, answer, 400, "This did not start here")


async def test_a_state_belongs_to_the_browser_that_began() -> None:
    stage = Stage()
    async with stage.browser() as mine, stage.browser() as theirs:
        state = await begun(mine)
        await refused(stage, await back(theirs, state=state), 400, "This did not start here")
        await begun(theirs)
        await refused(stage, await back(theirs, state=state), 400, "This did not start here")
        assert (await back(mine, state=state)).status_code == 200


@pytest.mark.parametrize(("seconds", "status"), [(LIFETIME, 200), (LIFETIME + 1, 400)])
async def test_a_state_lives_for_ten_minutes(seconds: int, status: int) -> None:
    stage = Stage()
    async with stage.browser() as browser:
        state = await begun(browser)
        stage.clock.pass_by(timedelta(seconds=seconds))
        answer = await back(browser, state=state)
    assert answer.status_code == status
    assert ("ten minutes" in answer.text) == (status == 400)
    assert (await stage.installation() is None) == (status == 400)


async def test_a_state_works_once_whichever_process_answers() -> None:
    stage = Stage()
    async with stage.browser() as here, stage.browser() as there:
        state = await begun(here)
        cookie = dict(here.cookies)
        for browser in (there, here, there):
            browser.cookies.update(cookie)
        assert (await back(there, state=state)).status_code == 200
        for browser in (here, there):
            browser.cookies.update(cookie)
            again = await back(browser, state=state)
            assert (again.status_code, "used already" in again.text) == (409, True)
    assert len(stage.slack.calls) == 1
    assert await stage.installation() == KEPT


async def test_a_redirect_without_a_code() -> None:
    stage = Stage()
    async with stage.browser() as browser:
        answer = await back(browser, state=await begun(browser), code="")
    await refused(stage, answer, 400, "did not complete")


def says(error: str) -> SlackApiError:
    return SlackApiError("refused", {"ok": False, "error": error})  # type: ignore[no-untyped-call]  # the SDK leaves it untyped


@pytest.mark.parametrize(
    ("answer", "status", "why"),
    [
        (says("invalid_code"), 400, "“invalid_code”"),
        (says("<b>"), 400, "“&lt;b&gt;”"),
        (says("bad_client_secret"), 400, "“bad_client_secret”"),
        (says("internal_error"), 502, "did not answer"),
        (TimeoutError(), 502, "did not answer"),
        (b"", 502, "could not be read"),
        (GRANTED | {"is_enterprise_install": True, "team": None}, 400, "choose one workspace"),
        (GRANTED | {"refresh_token": "xoxe-1"}, 400, "Token rotation"),
        (GRANTED | {"team": None}, 502, "could not be read"),
        (GRANTED | {"team": {"id": ""}}, 502, "could not be read"),
        (GRANTED | {"scope": None}, 502, "could not be read"),
        (GRANTED | {"access_token": ""}, 502, "could not be read"),
        (GRANTED | {"authed_user": None}, 502, "could not be read"),
        ({"ok": True}, 502, "could not be read"),
    ],
)
async def test_nothing_is_kept_where_slack_does_not_grant(
    answer: Any, status: int, why: str
) -> None:
    stage = Stage(slack=FakeSlack(answer))
    async with stage.browser() as browser:
        page = await back(browser, state=await begun(browser))
    await refused(stage, page, status, why)


async def test_nothing_is_exchanged_where_nothing_can_be_stored() -> None:
    stage = Stage(broken=True)
    async with stage.browser() as browser:
        page = await back(browser, state=await begun(browser))
    await refused(stage, page, 503, "could not store")
    assert stage.slack.calls == []


async def test_an_error_of_slacks_own() -> None:
    stage = Stage()
    async with stage.browser() as browser:
        answer = await back(browser, state=await begun(browser), error="<i>invalid_scope")
    await refused(stage, answer, 400, "“&lt;i&gt;invalid_scope”")


def test_states_differ_and_are_another_keys_nonsense() -> None:
    mine, other = States(b"k" * 32), States(b"o" * 32)
    first, second = mine.new(NOW), mine.new(NOW)
    assert first != second
    assert mine.age(first, NOW + timedelta(seconds=7)) == 7
    assert other.age(first, NOW) is None


def test_the_secret_is_not_printed() -> None:
    assert "client-secret" not in repr(APP)
