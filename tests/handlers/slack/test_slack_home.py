"""App Home: who sees what, within Slack's limits, and shown again after every change."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.checkins import Answer
from bot.clinic import Audited, Preferences, Team
from bot.digests import Band, Digest, Figures, Upcoming
from bot.errors import StorageUnavailable
from bot.messages import Section
from bot.privacy import PrivacyReceipt
from bot.services import Home
from handlers.slack import home as handlers
from handlers.slack.blocks import home as blocks
from tests.handlers.slack import desk
from tests.handlers.slack.desk import (
    ADMIN,
    CLINICIAN,
    GONE,
    GUEST,
    SUPERVISOR,
    Desk,
    assert_shown,
    buttons,
    open_checkin,
    sample_home,
    team,
    texts,
    viewer,
)


def digest(number: int, of: Team) -> Digest:
    return Digest(
        id=f"digest-{number}",
        team=of.id,
        team_name=of.name,
        workspace=of.workspace,
        window=f"{of.id}.2026-11-{number + 1:02}",
        day=date(2026, 11, 1) + timedelta(days=number % 28),
        threshold=5,
        band=Band.MOST,
        figures=Figures(date(2026, 11, 2)),
    )


def upcoming(of: Team) -> Upcoming:
    at = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
    return Upcoming(of, at, None, ("The window is open; numbers come when it has closed.",))


def names(view: dict[str, object]) -> list[str]:
    return [name for name, _value in buttons(view)]


def test_a_clinician_can_answer_put_off_or_skip_an_open_check_in() -> None:
    one = open_checkin(team())
    view = blocks.view(sample_home(viewer(CLINICIAN, team()), open_checkins=(one,)))
    assert_shown(view)
    for action in ("checkin.reflect", "checkin.later", "checkin.skip"):
        assert (action, one.window.id) in buttons(view)
    assert "Thursday 26 November, 09:00" in texts(view)
    assert "phrasing.open" in names(view)


@pytest.mark.parametrize(
    ("answer", "actions", "words"),
    [
        (Answer.ANSWERED, set(), "receipt"),
        (Answer.SKIPPED, {"checkin.reflect"}, "change your mind"),
        (Answer.AWAY, {"checkin.reflect"}, "nothing is expected"),
        (None, {"checkin.reflect", "checkin.later", "checkin.skip"}, "open for your reflection"),
    ],
)
def test_a_check_in_offers_only_what_still_makes_sense(
    answer: Answer | None, actions: set[str], words: str
) -> None:
    one = open_checkin(team(), answer)
    view = blocks.view(sample_home(viewer(CLINICIAN, team()), open_checkins=(one,)))
    assert_shown(view)
    assert {name for name in names(view) if name.startswith("checkin.")} == actions
    assert words in texts(view)


def test_the_next_check_in_is_told_in_the_members_own_time() -> None:
    me = viewer(CLINICIAN, team(), zone="Asia/Tokyo")
    at = datetime(2026, 11, 30, 0, 0, tzinfo=UTC)
    said = texts(blocks.view(sample_home(me, next_checkin=at)))
    assert "Monday 30 November, 09:00" in said
    assert "Asia/Tokyo" in said


def test_without_a_zone_the_teams_is_used_and_named() -> None:
    me = viewer(CLINICIAN, team(zone="Europe/Berlin"), zone=None)
    at = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
    said = texts(blocks.view(sample_home(me, next_checkin=at)))
    assert "Monday 30 November, 09:00" in said
    assert "names no time zone" in said


def test_a_pause_offers_to_resume_and_nothing_else() -> None:
    me = viewer(CLINICIAN, team())
    paused = Preferences(desk.WORKSPACE, CLINICIAN, paused_until=date(2026, 12, 7))
    view = blocks.view(sample_home(me, preferences=paused))
    assert_shown(view)
    assert "settings.resume" in names(view)
    assert "settings.pause" not in names(view)
    assert "7 December 2026" in texts(view)


def test_a_pause_that_is_over_can_be_started_again() -> None:
    me = viewer(CLINICIAN, team())
    over = Preferences(desk.WORKSPACE, CLINICIAN, paused_until=date(2026, 11, 23))
    assert "settings.pause" in names(blocks.view(sample_home(me, preferences=over)))


def test_the_privacy_receipt_is_shown_as_typed_with_both_rights() -> None:
    view = blocks.view(sample_home(viewer(CLINICIAN, team())))
    assert "Questions &amp; answers." in texts(view)
    assert {"privacy.export", "privacy.erase"} <= set(names(view))
    erase = blocks.erase_button()
    assert len(erase["confirm"]["text"]["text"]) < 300  # nothing of the warning was cut off


def test_a_supervisor_sees_what_comes_and_reads_what_was() -> None:
    one = team()
    view = blocks.view(
        sample_home(
            viewer(SUPERVISOR, one), next_digests=(upcoming(one),), digests=(digest(1, one),)
        )
    )
    assert_shown(view)
    assert ("digest.preview", "team-1") in buttons(view)
    assert ("digest.read", "digest-1") in buttons(view)
    assert ("digest.csv", "digest-1") in buttons(view)
    assert "settings.open" not in names(view)  # a supervisor is not asked, so nothing to remind


def test_without_a_past_digest_a_supervisor_is_told_so() -> None:
    assert "No digest has been released yet" in texts(
        blocks.view(sample_home(viewer(SUPERVISOR, team())))
    )


def test_a_clinician_sees_neither_digests_nor_set_up() -> None:
    shown = names(blocks.view(sample_home(viewer(CLINICIAN, team()))))
    assert not [name for name in shown if name.startswith(("digest.", "setup."))]


def test_an_admin_sees_teams_and_the_audit_trail() -> None:
    one = team(name="Care & <@U999> team")
    entry = Audited(
        desk.WORKSPACE, desk.NOW, ADMIN, "team saved", one.id, f"Name: {one.name}; Window: 3 days"
    )
    home = sample_home(viewer(ADMIN, admin=True), teams=(one,), audit=(entry,))
    view = blocks.view(home)
    assert_shown(view)
    assert ("setup.edit", "team-1") in buttons(view)
    assert ("setup.remove", "team-1") in buttons(view)
    assert {"setup.create", "setup.admins", "setup.words"} <= set(names(view))
    said = texts(view)
    assert "Care &amp; &lt;@U999&gt; team" in said
    assert "<@U0ADMIN> · team saved · Care &amp; " in said
    assert "team · Window: 3 days" in said
    assert "Name: " not in said


def test_an_admin_without_a_team_is_welcomed() -> None:
    view = blocks.view(sample_home(viewer(ADMIN, admin=True)))
    assert_shown(view)
    assert "Welcome." in texts(view)
    assert "setup.create" in names(view)


def test_somebody_without_a_team_is_told_whom_to_ask() -> None:
    view = blocks.view(sample_home(viewer(CLINICIAN)))
    assert_shown(view)
    assert "has not added you to a supervision team yet" in texts(view)
    assert "an owner or admin of this workspace" in texts(view)
    assert "phrasing.open" in names(view)
    named = sample_home(viewer(CLINICIAN), admins=frozenset({ADMIN}))
    assert "<@U0ADMIN>" in texts(blocks.view(named))


def _everything(count: int) -> Home:
    long = "A" * 60
    teams = tuple(team(number, name=f"{long[:55]} {number}") for number in range(count))
    me = viewer(CLINICIAN, *(replace(one, supervisors=frozenset({CLINICIAN})) for one in teams))
    sections = tuple(Section(f"Team {number}", ("A line. " * 90,) * 6) for number in range(count))
    return sample_home(
        replace(me, is_admin=True),
        teams=teams,
        open_checkins=tuple(open_checkin(one) for one in teams),
        next_digests=tuple(upcoming(one) for one in teams),
        digests=tuple(digest(number, teams[number % count]) for number in range(12 * count)),
        privacy=PrivacyReceipt(sections),
        audit=tuple(
            Audited(desk.WORKSPACE, desk.NOW, ADMIN, "team saved", one.id, "x" * 500)
            for one in teams[:10]
        ),
    )


@pytest.mark.parametrize("pages", ["", "3.2.1", "7.95.4", "99.99.99"])
def test_forty_teams_stay_within_slacks_hundred_blocks(pages: str) -> None:
    view = blocks.view(_everything(40), blocks.Pages.parse(pages))
    assert_shown(view)
    assert len(view["blocks"]) <= 100


def test_every_team_of_many_can_be_reached_by_turning_pages() -> None:
    home = _everything(40)
    found: set[str] = set()
    pages = ""
    for _turn in range(40):
        view = blocks.view(home, blocks.Pages.parse(pages))
        found |= {value for name, value in buttons(view) if name == "setup.edit"}
        turns = [value for name, value in buttons(view) if name == "home.next"]
        forward = [v for v in turns if v.split(".")[2] != (pages or "0.0.0").split(".")[2]]
        if not forward:
            break
        pages = forward[0]
    assert found == {f"team-{number}" for number in range(40)}


@pytest.mark.parametrize("claimed", ["", "1", "a.b.c", "-1.0.0", "1.2.3.4", "²..", "9" * 5000])
def test_a_page_that_makes_no_sense_is_the_first(claimed: str) -> None:
    assert blocks.Pages.parse(claimed) == blocks.Pages()


async def test_opening_home_shows_it_and_opening_messages_does_not() -> None:
    at = Desk(handlers.register)
    await at.event("app_home_opened", CLINICIAN, tab="messages")
    assert at.api.made("views_publish") == []
    await at.event("app_home_opened", CLINICIAN, tab="home")
    assert at.api.made("views_publish")[0]["user_id"] == CLINICIAN
    assert_shown(at.home)


@pytest.mark.parametrize("member", [GUEST, GONE])
async def test_guests_and_deactivated_people_read_one_sentence(member: str) -> None:
    at = Desk(handlers.register)
    await at.event("app_home_opened", member, tab="home")
    assert_shown(at.home)
    assert len(at.home["blocks"]) == 1
    assert buttons(at.home) == []


async def test_a_home_that_cannot_be_gathered_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    at = Desk(handlers.register)

    async def down(_viewer: object) -> None:
        raise StorageUnavailable

    monkeypatch.setattr(at.services, "home", down)
    await at.event("app_home_opened", CLINICIAN, tab="home")
    assert_shown(at.home)
    assert "database does not answer" in texts(at.home)
    assert "home.refresh" in names(at.home)
