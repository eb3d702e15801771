"""No button leads nowhere: what the screens of this folder offer has a handler."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.checkins import Answer
from bot.clinic import Preferences, Workspace
from handlers.slack.blocks import help as help_blocks
from handlers.slack.blocks import home, settings, setup
from handlers.slack.call import Payload
from handlers.slack.features import register_all
from tests.handlers.slack.desk import (
    CLINICIAN,
    WORKSPACE,
    Desk,
    buttons,
    open_checkin,
    sample_home,
    team,
    viewer,
)
from tests.handlers.slack.test_slack_home import digest, upcoming


def screens() -> Iterator[dict[str, Any]]:
    teams = tuple(replace(team(number), supervisors=frozenset({CLINICIAN})) for number in range(12))
    everybody = replace(viewer(CLINICIAN, *teams), is_admin=True)
    full = sample_home(
        everybody,
        open_checkins=(open_checkin(teams[0]), open_checkin(teams[1], Answer.SKIPPED)),
        next_digests=tuple(upcoming(one) for one in teams),
        digests=tuple(digest(number, teams[0]) for number in range(12)),
    )
    paused = Preferences(WORKSPACE, CLINICIAN, paused_until=date(2027, 1, 1))
    yield home.view(full, home.Pages(1, 1, 1))
    yield home.view(replace(full, preferences=paused))
    yield home.view(sample_home(viewer(CLINICIAN)))
    yield home.view(sample_home(viewer(CLINICIAN, admin=True)))
    yield home.sorry("A sentence.")
    yield {"blocks": help_blocks.help_blocks()}
    yield {"blocks": help_blocks.settings_offer()}
    yield {"blocks": help_blocks.erase_question()}


@pytest.fixture(scope="module")
def names() -> frozenset[tuple[Payload, str]]:
    at = Desk()
    register_all(at.router, at.people)
    return at.router.names


def test_every_button_has_a_handler(names: frozenset[tuple[Payload, str]]) -> None:
    offered = {name for view in screens() for name, _value in buttons(view)}
    assert {(Payload.ACTION, name) for name in offered} <= names
    assert len(offered) >= 20  # the screens above do show what there is


def test_every_form_has_a_handler(names: frozenset[tuple[Payload, str]]) -> None:
    forms = (
        setup.team_form(None),
        setup.admins_form(Workspace(WORKSPACE)),
        setup.words_form(Workspace(WORKSPACE)),
        settings.modal(Preferences(WORKSPACE, CLINICIAN)),
    )
    assert {(Payload.VIEW, form["callback_id"]) for form in forms} <= names
