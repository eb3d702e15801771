"""Installing over OAuth, end to end: from the first address to a command, removal, and back."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import httpx
import pytest
import uvicorn
from pydantic import SecretStr

from bot.bootstrap import Attune, assemble
from bot.serving import web_application
from bot.settings import Settings
from handlers.playground.hub import Playground
from handlers.playground.sample import sample_workspace
from handlers.playground.server import free_port, running_playground
from handlers.playground.state import BOT_TOKEN
from handlers.slack.health import SCOPES
from storage import new_key, upgrade

MINA = "U0CLIN1"


@dataclass
class Stage:
    """A workspace without Attune, an Attune without a token, and a person with a browser."""

    playground: Playground
    attune: Attune
    browser: httpx.AsyncClient
    folder: Path

    async def slacks_page(self) -> dict[str, str]:
        """Visit the first address; return the links of the page that it leads to, by name."""
        first = await self.browser.get("/slack/install")
        page = await self.browser.get(first.headers["location"])
        assert page.status_code == 200, page.text
        links = re.findall(r'href="([^"]+)">([^<]+)', page.text)
        return {name: unescape(address) for address, name in links}

    async def install(self) -> httpx.Response:
        return await self.browser.get((await self.slacks_page())["Allow"])

    async def asks_for_help(self) -> str:
        """Use the command; return all that came back by then."""
        await self.playground.act.command(MINA, "/attune help")
        await self.settle()
        slack = self.playground.slack
        said = [m for m in slack.visible(slack.im(MINA), MINA) if m.user != MINA]
        return f"{said[-1].text} {said[-1].blocks}" if said else ""

    async def uninstall(self) -> None:
        await self.playground.uninstall()
        await self.settle()

    async def settle(self) -> None:
        await self.playground.delivery.settled()
        await self.attune.settle()

    async def token(self) -> str | None:
        """The token that Attune holds for the workspace."""
        bot = await self.attune.tokens.find(self.playground.slack.team_id)
        return bot.token if bot else None

    def stored(self) -> bytes:
        return b"".join(file.read_bytes() for file in self.folder.iterdir())


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    playground = Playground(sample_workspace(), retries=())
    playground.slack.tokens[BOT_TOKEN].revoked = True  # nobody has installed anything yet
    listening = free_port()
    own_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    async with running_playground(playground) as base_url:
        settings = Settings(
            _env_file=None,
            SLACK_SIGNING_SECRET=SecretStr(playground.slack.app.signing_secret),
            SLACK_CLIENT_ID=playground.slack.app.client_id,
            SLACK_CLIENT_SECRET=SecretStr(playground.slack.app.client_secret),
            ATTUNE_PUBLIC_URL=own_url,
            ATTUNE_SLACK_API_URL=f"{base_url}/api/",
            ATTUNE_DATABASE_URL=f"sqlite+aiosqlite:///{tmp_path / 'attune.db'}",
            ATTUNE_KEYS=(SecretStr(new_key()),),
        )
        await upgrade(settings.database_url)
        async with (
            assemble(settings) as attune,
            served(attune, listening),
            httpx.AsyncClient(base_url=own_url) as browser,
        ):
            playground.http.configure(f"{own_url}/slack/events")
            yield Stage(playground, attune, browser, tmp_path)


@asynccontextmanager
async def served(attune: Attune, listening: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(web_application(attune), log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    running = asyncio.create_task(server._serve([listening]))  # noqa: SLF001  serve() would take the test's signals
    try:
        yield
    finally:
        server.should_exit = True
        await running
        listening.close()


async def test_installed_used_removed_and_installed_again(stage: Stage) -> None:
    assert "is not installed" in await stage.asks_for_help()

    page = await stage.browser.get((await stage.slacks_page())["Cancel"])
    assert (page.status_code, await stage.token()) == (403, None)

    page = await stage.install()
    assert page.status_code == 200
    assert "Attune is installed in Riverbank Practice" in page.text
    first = await stage.token()
    assert first is not None
    assert stage.playground.slack.tokens[first].scopes == set(SCOPES)

    assert "/attune my data" in await stage.asks_for_help()
    await stage.playground.act.open_home(MINA)
    await stage.settle()
    assert stage.playground.slack.home(MINA) is not None

    await stage.uninstall()
    assert await stage.token() is None
    assert "An admin can install it again" in await stage.asks_for_help()

    page = await stage.install()
    second = await stage.token()
    assert page.status_code == 200
    assert second not in (None, first)
    assert "/attune my data" in await stage.asks_for_help()

    async with stage.attune.storage.clinic() as clinic:
        trail = await clinic.audit(stage.playground.slack.team_id)
    assert trail[0].action == "app installed"
    assert {one.action for one in trail} == {"app installed", "app removed"}
    assert {one.actor for one in trail} == {"U0ADMIN", "slack"}


async def test_the_database_never_holds_a_token_in_clear(stage: Stage) -> None:
    await stage.install()
    token = await stage.token()
    assert token is not None
    assert token.encode() not in stage.stored()
    assert token.removeprefix("xoxb-").encode() not in stage.stored()
    assert b"Riverbank Practice" in stage.stored()  # so that the right files were read
    await stage.uninstall()
    assert b"Riverbank Practice" not in stage.stored()


async def test_slacks_answer_works_once(stage: Stage) -> None:
    allow = (await stage.slacks_page())["Allow"]
    cookies = dict(stage.browser.cookies)
    assert (await stage.browser.get(allow)).status_code == 200
    stage.browser.cookies.update(cookies)
    assert (await stage.browser.get(allow)).status_code == 409
    assert await stage.token() is not None
