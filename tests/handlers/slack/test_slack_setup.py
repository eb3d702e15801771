"""Set-up: forms within Slack's limits, errors under their fields, every change confirmed."""

from typing import Any

import pytest

from bot.clinic import Rhythm, Saved, Workspace
from bot.clinic.holidays import known
from handlers.slack import home, setup
from handlers.slack.blocks import countries
from handlers.slack.blocks import setup as blocks
from tests.handlers.slack.desk import (
    ADMIN,
    CLINICIAN,
    CLINICIANS,
    GONE,
    SUPERVISOR,
    WORKSPACE,
    Desk,
    assert_shown,
    buttons,
    filled_team,
    refusal,
    team,
    texts,
)


def at_desk() -> Desk:
    return Desk(home.register, setup.register)


def inputs(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"
    }


async def created(at: Desk, **more: Any) -> str:
    """Create a team and return its id."""
    await at.submit(blocks.team_form(None), filled_team(**more), by=ADMIN)
    view = await at.clinic.viewer(WORKSPACE, ADMIN)
    return (await at.clinic.teams(view))[-1].id


def test_the_empty_form_offers_sound_defaults() -> None:
    view = blocks.team_form(None)
    assert_shown(view)
    fields = inputs(view)
    assert fields["checkin_day"]["initial_option"]["text"]["text"] == "Monday"
    assert fields["window_days"]["initial_option"]["value"] == "3"
    assert fields["digest_time"]["initial_time"] == "09:00"
    assert fields["smallest_group"]["initial_value"] == "5"
    assert fields["country"]["initial_option"]["value"] == countries.NONE


def test_the_form_holds_every_field_that_can_be_saved() -> None:
    assert set(inputs(blocks.team_form(None))) == set(filled_team())


def test_the_form_of_a_team_holds_what_it_is() -> None:
    rhythm = Rhythm(checkin_day=2, window_days=5, digest_day=1)
    one = team(rhythm=rhythm, country="US", region="CA", on_call=SUPERVISOR, smallest_group=8)
    view = blocks.team_form(one)
    assert_shown(view)
    fields = inputs(view)
    assert view["private_metadata"] == "team-1"
    assert fields["checkin_day"]["initial_option"]["value"] == "2"
    assert fields["window_days"]["initial_option"]["value"] == "5"
    assert fields["country"]["initial_option"]["text"]["text"] == "United States: California"
    assert fields["on_call"]["initial_user"] == SUPERVISOR
    assert fields["smallest_group"]["initial_value"] == "8"


def test_a_calendar_outside_the_list_stays_chosen() -> None:
    view = blocks.team_form(team(country="AQ"))
    assert_shown(view)
    assert inputs(view)["country"]["initial_option"]["value"] == "AQ"


def test_every_calendar_offered_exists() -> None:
    codes = [code for group in countries.names().values() for code in group]
    assert len(codes) == len(set(codes))
    for code in set(codes) - {countries.NONE}:
        country, _, region = code.partition("-")
        assert known(country, region or None), code


def test_no_group_of_calendars_is_longer_than_slack_takes() -> None:
    groups = countries.names()
    assert len(groups) < countries.MOST  # one more may be added for a choice made before
    assert max(map(len, groups.values())) <= countries.MOST


async def test_an_admin_creates_a_team_and_reads_what_happens_next() -> None:
    at = at_desk()
    await at.press("setup.create", by=ADMIN)
    answer = await at.submit(at.modal, filled_team(), by=ADMIN)
    assert answer["response_action"] == "update"
    assert_shown(answer["view"])
    said = texts(answer["view"])
    assert "*Riverbank* is set up." in said
    assert "Clinicians are asked each Monday at 09:00" in said
    assert ("setup.edit") in [name for name, _ in buttons(at.home)]  # Home was shown anew


async def test_an_admin_changes_a_team_and_reads_what_changed() -> None:
    at = at_desk()
    made = await created(at)
    await at.press("setup.edit", made, by=ADMIN)
    answer = await at.submit(
        at.modal, filled_team(checkin_time={"selected_time": "10:30"}), by=ADMIN
    )
    assert_shown(answer["view"])
    assert "*Check-in:* Monday 09:00, local time → Monday 10:30, local time" in texts(
        answer["view"]
    )


async def test_an_admin_who_joins_a_team_finds_it_in_home_at_once() -> None:
    at = at_desk()
    await created(at, clinicians={"selected_users": sorted(CLINICIANS | {ADMIN})})
    assert "This week" in texts(at.home)


async def test_a_team_may_do_without_a_calendar() -> None:
    at = at_desk()
    made = await created(at, country={"selected_option": {"value": countries.NONE}})
    view = await at.clinic.viewer(WORKSPACE, ADMIN)
    assert (await at.clinic.team(view, made)).country is None


async def test_a_form_that_changes_nothing_says_so() -> None:
    at = at_desk()
    made = await created(at)
    await at.press("setup.edit", made, by=ADMIN)
    answer = await at.submit(at.modal, filled_team(), by=ADMIN)
    assert "nothing changed" in texts(answer["view"])


@pytest.mark.parametrize(
    ("field", "state"),
    [
        ("name", {"value": None}),
        ("supervisors", {"selected_users": []}),
        ("clinicians", {"selected_users": [SUPERVISOR]}),
        ("checkin_time", {"selected_time": None}),
        ("smallest_group", {"value": "4"}),
        ("smallest_group", {"value": "five"}),
        ("digest_day", {"selected_option": {"value": "1"}}),
        ("country", {"selected_option": {"value": "ZZ"}}),
        ("clinicians", {"selected_users": [CLINICIAN, GONE]}),
    ],
)
async def test_a_mistake_is_told_under_its_field_and_nothing_is_saved(
    field: str, state: dict[str, Any]
) -> None:
    at = at_desk()
    answer = await at.submit(blocks.team_form(None), filled_team(**{field: state}), by=ADMIN)
    assert answer["response_action"] == "errors"
    assert list(answer["errors"]) == [field]
    view = await at.clinic.viewer(WORKSPACE, ADMIN)
    assert list(await at.clinic.teams(view)) == []


@pytest.mark.parametrize("action", ["setup.create", "setup.admins", "setup.words"])
async def test_only_an_admin_gets_a_form(action: str) -> None:
    at = at_desk()
    await at.press(action, by=CLINICIAN)
    assert at.modal["callback_id"] == "notice"
    assert "an admin of this clinic" in texts(at.modal)


async def test_only_an_admin_saves_or_removes_whatever_the_payload_claims() -> None:
    at = at_desk()
    made = await created(at)
    form = {**blocks.team_form(None), "private_metadata": made}
    answer = await at.submit(form, filled_team(name={"value": "Mine"}), by=CLINICIAN)
    assert answer["response_action"] == "errors"
    await at.press("setup.remove", made, by=CLINICIAN)
    await at.press("setup.edit", made, by=CLINICIAN)
    assert at.modal["callback_id"] == "notice"
    view = await at.clinic.viewer(WORKSPACE, ADMIN)
    assert [one.name for one in await at.clinic.teams(view)] == ["Riverbank"]


async def test_removing_a_team_is_confirmed_even_where_slack_shows_nothing() -> None:
    at = at_desk()
    made = await created(at)
    at.api.refusals["views_open"] = refusal("expired_trigger_id")
    await at.press("setup.remove", made, by=ADMIN)
    assert "Welcome." in texts(at.home)  # no team is left
    at.api.refusals.clear()
    await at.press("setup.remove", made, by=ADMIN)
    assert "no longer here" in texts(at.modal)


async def test_the_role_of_an_admin_is_handed_on() -> None:
    at = at_desk()
    await at.press("setup.admins", by=ADMIN)
    assert_shown(at.modal)
    answer = await at.submit(at.modal, {"admins": {"selected_users": [SUPERVISOR]}}, by=ADMIN)
    assert_shown(answer["view"])
    assert "<@U0SUPER>" in texts(answer["view"])
    await at.press("setup.create", by=SUPERVISOR)
    assert at.modal["callback_id"] == blocks.TEAM


async def test_clinic_words_are_saved_and_come_back_in_the_form() -> None:
    at = at_desk()
    await at.press("setup.words", by=ADMIN)
    words = {"always_hide": {"value": "Ward <9>, Elm House"}, "never_hide": {"value": "Seeking"}}
    answer = await at.submit(at.modal, words, by=ADMIN)
    assert_shown(answer["view"])
    await at.press("setup.words", by=ADMIN)
    assert inputs(at.modal)["always_hide"]["initial_value"] == "Elm House\nWard <9>"
    answer = await at.submit(at.modal, {"always_hide": {"value": "x" * 61}}, by=ADMIN)
    assert list(answer["errors"]) == ["always_hide"]


def test_as_many_words_as_the_form_takes_come_back() -> None:
    typed = ",".join(f"{number:04}" for number in range(499))
    words = frozenset(typed.split(","))
    assert_shown(blocks.words_form(Workspace(WORKSPACE, always_hide=words)))


def test_the_confirmation_of_a_large_team_stays_within_limits() -> None:
    many = ", ".join(f"<@U{number:06}>" for number in range(400))
    one = team(name="R&D <team>")
    done = Saved(
        one,
        created=True,
        changes=(f"Name: {one.name}", f"Clinicians: {many} → {many}", "Window: 3 days"),
        warnings=tuple(f"Person {number} has no time zone." for number in range(400)),
    )
    view = blocks.saved(done)
    assert_shown(view)
    said = texts(view)
    assert "R&amp;D &lt;team&gt;" in said
    assert "<@U000009> and 390 more" in said
    assert "U000010" not in said


def test_the_confirmations_fit() -> None:
    assert_shown(blocks.removed(team()))
    assert_shown(blocks.confirmed("Admins saved", blocks.admins_told(frozenset())))


async def test_a_form_that_arrives_twice_makes_one_team() -> None:
    at, form = at_desk(), blocks.team_form(None) | {"id": "V1"}
    await at.submit(form, filled_team(), by=ADMIN)
    again = await at.submit(form, filled_team(), by=ADMIN)
    assert_shown(again["view"])
    assert "twice" in texts(again["view"])
    view = await at.clinic.viewer(WORKSPACE, ADMIN)
    assert len(await at.clinic.teams(view)) == 1


async def test_a_form_with_a_mistake_can_be_sent_again() -> None:
    at, form = at_desk(), blocks.team_form(None) | {"id": "V1"}
    refused = await at.submit(form, filled_team(name={"value": ""}), by=ADMIN)
    assert set(refused["errors"]) == {"name"}
    made = await at.submit(form, filled_team(), by=ADMIN)
    assert "is set up" in texts(made["view"])
