"""A visitor with a real browser in front of the whole of Attune, who acts as one person or another.

Everything is done and seen as a person would: by the names of buttons and fields. What runs behind
the page is the acceptance tests' clinic, on a clock that only the visitor moves.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Locator, Page, async_playwright, expect

from tests.acceptance.clinic import Clinic, living
from tests.browser.playground_stage import CHROMIUM, FLAGS

PATIENCE = 15_000
"""Milliseconds until a test gives up on something; on an idle machine nothing takes a tenth."""


@dataclass(frozen=True)
class Screen:
    """What the visitor looks at."""

    width: int
    height: int
    scheme: str

    @property
    def is_phone(self) -> bool:
        return self.width <= 760


WIDE = Screen(1280, 800, "light")
PHONE = Screen(360, 740, "dark")


@dataclass
class Visitor:
    """The page, and the few moves that everything on it is made of."""

    page: Page
    screen: Screen
    clinic: Clinic
    complaints: list[str] = field(default_factory=list)

    # --- going somewhere -----------------------------------------------------------------------

    async def act_as(self, name: str, tab: str) -> Locator:
        """Become somebody, by the switcher, and open a tab; return what it shows."""
        await self.clinic.settle()
        await self._open_sidebar()
        await self.page.get_by_role("button", name="Act as somebody else").click()
        await self.page.get_by_role("menuitemradio", name=name).click()
        if self.screen.is_phone:
            await self.page.keyboard.press("Escape")
        await self.page.get_by_role("tab", name=tab).click()
        panel = self.page.get_by_role("tabpanel")
        await expect(panel).to_be_visible()
        return panel

    async def move_clock(self, step: str) -> None:
        """Press one of the clock's buttons, and wait until it says what became of it."""
        if self.screen.is_phone:
            await self.page.get_by_role("button", name="Move the clock").click()
        await self.page.get_by_role("button", name=step, exact=True).click()
        await expect(self.page.get_by_role("button", name="Dismiss")).to_be_visible()

    async def _open_sidebar(self) -> None:
        if self.screen.is_phone:
            await self.page.get_by_role("button", name="Open the sidebar").click()

    # --- doing something there -----------------------------------------------------------------

    async def press(self, name: str) -> None:
        """Press a button of the modal in front, or of the page."""
        await self.in_front.get_by_role("button", name=name, exact=True).click()

    async def close_modal(self, button: str) -> None:
        """Press the button that closes the modal, and see it go."""
        await self.press(button)
        await expect(self.page.get_by_role("dialog")).to_have_count(0)

    async def choose(self, label: str, *names: str) -> None:
        """Tick several in a list that opens."""
        await self.in_front.get_by_label(label).click()
        for name in names:
            await self.in_front.get_by_role("checkbox", name=name).check()
        await self.press("Done")
        await expect(self.in_front.get_by_label(label)).to_have_text(f"{len(names)} chosen")

    async def write(self, text: str) -> None:
        """Type into the message box and send it."""
        box = self.page.get_by_label("Message Attune")
        await box.fill(text)
        await box.press("Enter")

    # --- seeing --------------------------------------------------------------------------------

    @property
    def in_front(self) -> Locator:
        """The modal if one is open, else the page."""
        return self.page.locator("dialog[open], body:not(:has(dialog[open]))")

    async def modal(self, title: str) -> Locator:
        """Wait for the modal with this title."""
        dialog = self.page.get_by_role("dialog", name=title, exact=True)
        await expect(dialog).to_be_visible()
        await self.nothing_sticks_out()
        return dialog

    async def nothing_sticks_out(self) -> None:
        """The page is as wide as the screen, so that nobody has to scroll sideways."""
        width = await self.page.evaluate("document.documentElement.scrollWidth")
        assert width == self.screen.width


@asynccontextmanager
async def visiting(screen: Screen, folder: Path) -> AsyncIterator[Visitor]:
    """Open the clinic, and the browser on its page."""
    async with living("socket", folder) as clinic, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(
            viewport={"width": screen.width, "height": screen.height},
            color_scheme="dark" if screen.scheme == "dark" else "light",
            locale="en-GB",
            reduced_motion="reduce",
        )
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        visitor = Visitor(page, screen, clinic)
        page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        page.on("console", lambda said: visitor.complaints.append(said.text))
        await page.goto(clinic.attune.settings.slack_api_url.removesuffix("/api/"))
        yield visitor
        await browser.close()
    assert visitor.complaints == []
