"""A member's settings: the form, the pause, and Home shown anew."""

from datetime import date
from typing import Any

import pytest

from bot.clinic import Preferences
from handlers.slack import home, settings
from handlers.slack.blocks import settings as blocks
from tests.handlers.slack.desk import (
    CLINICIAN,
    GUEST,
    WORKSPACE,
    Desk,
    assert_shown,
    refusal,
    texts,
)


def at_desk() -> Desk:
    return Desk(home.register, settings.register)


async def chosen(at: Desk) -> Preferences:
    return await at.clinic.preferences(await at.clinic.viewer(WORKSPACE, CLINICIAN))


def filled(**more: Any) -> dict[str, Any]:
    values = {
        "reminders": {"selected_option": {"value": "2"}},
        "away_from": {"selected_date": "2026-12-21"},
        "away_to": {"selected_date": "2027-01-03"},
    }
    return values | more


async def test_settings_are_saved_and_confirmed() -> None:
    at = at_desk()
    await at.press("settings.open", by=CLINICIAN)
    assert_shown(at.modal)
    answer = await at.submit(at.modal, filled(), by=CLINICIAN)
    assert_shown(answer["view"])
    assert "21 December 2026 to 3 January 2027" in texts(answer["view"])
    kept = await chosen(at)
    assert (kept.reminders, kept.away_from) == (2, date(2026, 12, 21))
    assert at.home["type"] == "home"


async def test_the_form_comes_back_as_it_was_saved() -> None:
    at = at_desk()
    await at.submit(blocks.modal(await chosen(at)), filled(), by=CLINICIAN)
    await at.press("settings.open", by=CLINICIAN)
    assert_shown(at.modal)
    elements = {block["block_id"]: block["element"] for block in at.modal["blocks"][1:]}
    assert elements["reminders"]["initial_option"]["value"] == "2"
    assert elements["away_to"]["initial_date"] == "2027-01-03"


async def test_an_absence_with_one_day_missing_is_told_at_its_field() -> None:
    at = at_desk()
    view = blocks.modal(await chosen(at))
    answer = await at.submit(view, filled(away_to={"selected_date": None}), by=CLINICIAN)
    assert list(answer["errors"]) == ["away_to"]
    assert await chosen(at) == Preferences(WORKSPACE, CLINICIAN)


async def test_a_pause_chosen_in_home_can_be_resumed_there() -> None:
    at = at_desk()
    await at.press("settings.pause", "2w", by=CLINICIAN)
    assert (await chosen(at)).paused_until == date(2026, 12, 7)
    await at.press("settings.resume", by=CLINICIAN)
    assert (await chosen(at)).paused_until is None
    assert len(at.api.made("views_publish")) == 2


async def test_a_pause_that_nobody_offered_is_refused() -> None:
    at = at_desk()
    await at.press("settings.pause", "for ever", by=CLINICIAN)
    assert "could not be read" in texts(at.modal)
    assert (await chosen(at)).paused_until is None


async def test_a_home_that_slack_refuses_does_not_read_as_a_failure() -> None:
    at = at_desk()
    at.api.refusals["views_publish"] = refusal("internal_error")
    await at.press("settings.pause", "2w", by=CLINICIAN)
    assert (await chosen(at)).paused_until == date(2026, 12, 7)
    assert at.api.made("views_open") == []
    answer = await at.submit(blocks.modal(await chosen(at)), filled(), by=CLINICIAN)
    assert answer["view"]["title"]["text"] == "Saved"


async def test_a_guest_changes_nothing() -> None:
    at = at_desk()
    answer = await at.submit(blocks.modal(Preferences(WORKSPACE, GUEST)), filled(), by=GUEST)
    assert "Only an active member" in " ".join(answer["errors"].values())


@pytest.mark.parametrize("reminders", [0, 1, 2])
def test_the_summary_tells_the_reminders_in_words(reminders: int) -> None:
    said = blocks.summary(Preferences(WORKSPACE, CLINICIAN, reminders=reminders))
    assert blocks.REMINDERS[str(reminders)].lower() in said


def test_an_absence_of_one_day_is_one_day() -> None:
    day = date(2026, 12, 1)
    said = blocks.summary(Preferences(WORKSPACE, CLINICIAN, away_from=day, away_to=day))
    assert "*Away:* 1 December 2026" in said


@pytest.mark.parametrize("length", blocks.PAUSES)
async def test_every_pause_offered_is_understood(length: str) -> None:
    at = at_desk()
    await at.press("settings.pause", length, by=CLINICIAN)
    assert (await chosen(at)).paused_until is not None
