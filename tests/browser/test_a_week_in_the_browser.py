"""A week as three people live it in the playground's page: read it from top to bottom.

The same story as tests/acceptance/test_a_week_in_the_clinic.py, seen through a real browser.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from tests.browser.playground_stage import CHROMIUM
from tests.browser.visitor import PHONE, WIDE, Screen, Visitor, visiting

pytestmark = pytest.mark.browser

SUPERVISORS = ("Sam Okafor", "Rosa Marchetti")
CLINICIANS = (
    "Mina Patel",
    "Jonas Weber",
    "Grace Mbeki",
    "Leo Tanaka",
    "Ines Duarte",
    "Tom Hale",
    "Priya Nair",
    "Erik Solberg",
)
MOMENT = (
    "Anna asked if she was a bad patient and I said no, no, you are not. "
    "Later her brother Marcus rang from 020 7946 0958."
)

NAMELESS = re.compile(r"^(?!.*(Anna|Marcus|0958)).*\[client A\].*bad patient", re.DOTALL)


@pytest.fixture(params=[WIDE, PHONE], ids=["wide and light", "phone and dark"])
async def visitor(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Visitor]:
    if not CHROMIUM:
        pytest.skip("Chromium is not installed on this machine")
    screen: Screen = request.param
    async with visiting(screen, tmp_path) as visitor:
        yield visitor


async def test_a_week(visitor: Visitor) -> None:
    # Sunday evening.
    await ada_sets_up_a_team(visitor)
    await mina_is_told_what_is_kept(visitor)
    # Monday morning: the check-in has come.
    await visitor.move_clock("Next check-in")
    await mina_reflects(visitor)
    await mina_asks_about_a_sentence(visitor)
    await visitor.move_clock("Let the others answer")
    await expect(visitor.page.get_by_text("7 clinicians have answered").last).to_be_visible()
    # Friday morning: the digest has come.
    await visitor.move_clock("Next digest")
    await sam_reads_the_digest(visitor)


async def ada_sets_up_a_team(visitor: Visitor) -> None:
    """Ada manages the practice; she picks who supervises and who reflects."""
    home = await visitor.act_as("Ada Lindqvist", "Home")
    await visitor.press("Create a team")
    form = await visitor.modal("Create a team")
    await form.get_by_label("Name").fill("Riverbank team")
    await visitor.choose("Supervisors", *SUPERVISORS)
    await visitor.choose("Clinicians", *CLINICIANS)
    await form.get_by_label("On-call contact").select_option("Sam Okafor")
    await visitor.press("Create")
    await expect(await visitor.modal("Team saved")).to_contain_text("Riverbank team is set up.")
    await visitor.close_modal("Done")
    await expect(home).to_contain_text("8 clinicians, 2 supervisors")


async def mina_is_told_what_is_kept(visitor: Visitor) -> None:
    """Mina is one of the clinicians; before anything is asked she reads who sees what."""
    chat = await visitor.act_as("Mina Patel", "Messages")
    await expect(chat).to_contain_text("You are part of Riverbank team")
    await expect(chat).to_contain_text("What is never kept")
    await expect(chat.get_by_role("button", name="Reflect now")).to_have_count(0)


async def mina_reflects(visitor: Visitor) -> None:
    """She fills in the form, reads her words as they would be kept, and gets a receipt."""
    await visitor.press("Reflect now")
    form = await visitor.modal("How the week felt")
    await expect(form).to_contain_text("never who did")
    await form.get_by_label("Bond").select_option("4 · mostly")
    await form.get_by_label("Goals").select_option("3 · partly")
    await form.get_by_label("Tasks").select_option("2 · a little")
    await form.get_by_role("radio", name="A bit towards collusion").check()
    await form.get_by_label("A moment to think about").fill(MOMENT)
    await visitor.choose("Topics", "A rupture, or its repair", "A client's self-criticism")
    await visitor.press("Continue")

    preview = await visitor.modal("Before it is kept")
    await expect(preview.get_by_label("Your text")).to_have_value(NAMELESS)
    await expect(preview.get_by_role("checkbox", name="instead of Anna")).to_be_checked()
    await visitor.press("Submit")

    kept = await visitor.modal("Kept")
    await expect(kept).to_contain_text("Receipt")
    await expect(kept).to_contain_text("A question to take along")
    await visitor.close_modal("Close")
    chat = visitor.page.get_by_role("tabpanel")
    await expect(chat).to_contain_text("This week's check-in is answered.")
    await expect(chat.get_by_role("button", name="Withdraw")).to_be_visible()


async def mina_asks_about_a_sentence(visitor: Visitor) -> None:
    """She sees where her sentence sits, tries again in her own words, then looks at others'."""
    await visitor.write("/attune")
    asked = await visitor.modal("Phrasing")
    await asked.get_by_label("The client said").fill("Am I a bad patient?")
    await asked.get_by_label("I said").fill("No, no, no. You are not a bad patient.")
    await visitor.press("Read it")
    await expect(asked).to_contain_text("This draft seems to lean towards confrontation")
    await expect(asked).to_contain_text("One hint")

    again = asked.get_by_label("Try again in your own words")
    await again.fill("You wonder if you are a bad patient. What would it mean if you were?")
    await visitor.press("Read my words")
    await expect(asked).to_contain_text("This draft seems attuned")
    await expect(asked).to_contain_text("Try 1: confrontation, try 2: attuned.")
    await visitor.press("Show alternatives")
    await expect(asked).to_contain_text("Some attuned ways to say it")
    await visitor.close_modal("Close")
    await expect(visitor.page.get_by_role("tabpanel")).not_to_contain_text("bad patient")


async def sam_reads_the_digest(visitor: Visitor) -> None:
    """Sam supervises the team: numbers, a picture, words, an agenda, and nobody's name."""
    chat = await visitor.act_as("Sam Okafor", "Messages")
    digest = chat.get_by_role("article").last
    await expect(digest).to_contain_text("Riverbank team: week of 5 January 2026")
    await has_been_drawn(digest.get_by_role("img", name="Bond, goals and tasks"))
    await expect(digest).to_contain_text("rupture")
    await expect(digest).to_contain_text("For the next supervision hour")
    await names_nobody(digest)
    await visitor.press("Read in full")
    in_full = await visitor.modal("Digest")
    await expect(in_full).to_contain_text("This week: bond")
    await names_nobody(in_full)


async def names_nobody(shown: Locator) -> None:
    for name in (*CLINICIANS, "Anna", "Marcus", "Priscilla"):
        await expect(shown).not_to_contain_text(name.split()[0])


async def has_been_drawn(picture: Locator) -> None:
    """A picture that failed to load has no size of its own."""
    await picture.scroll_into_view_if_needed()
    await expect(picture).to_have_js_property("complete", value=True)
    assert await picture.evaluate("image => image.naturalWidth") > 400
