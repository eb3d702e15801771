"""Who may do what: every action against every role, and against everyone who is no member."""

import itertools
from typing import Any

import pytest

from bot.clinic import ALLOWED, Action, Role, Team, Viewer, authorise, may
from bot.errors import NotAllowed
from bot.messages import Person
from tests.fakes import WORKSPACE

ME = "U0ME"
TEAM = Team("team-1", WORKSPACE, "Riverbank", "UTC", frozenset({"U0S"}), frozenset({"U0C"}))

MAY = {
    (Action.SET_UP_CLINIC, Role.ADMIN),
    (Action.REFLECT, Role.CLINICIAN),
    (Action.READ_DIGEST, Role.SUPERVISOR),
    (Action.ASK_FOR_CALL, Role.CLINICIAN),
    (Action.ASK_FOR_CALL, Role.SUPERVISOR),
    *((Action.ASK_PHRASING, role) for role in Role),
    *((Action.CHANGE_OWN_SETTINGS, role) for role in Role),
    *((Action.SEE_OWN_DATA, role) for role in Role),
}
"""The whole table, written down a second time: whoever changes one has to mean it."""

PAIRS = list(itertools.product(Action, Role))


def somebody(role: Role, team: Team = TEAM, **marks: Any) -> Viewer:
    """A person who holds one role, in ``team`` where the role is one of a team."""
    member = {Role.SUPERVISOR: "U0S", Role.CLINICIAN: "U0C"}.get(role, ME)
    teams = (team,) if member in team.members else ()
    return Viewer(Person(WORKSPACE, member, "Sample", **marks), teams, role is Role.ADMIN)


def test_no_action_is_forgotten() -> None:
    assert set(ALLOWED) == set(Action) == {action for action, _ in MAY}


@pytest.mark.parametrize(("action", "role"), PAIRS)
def test_the_whole_table(action: Action, role: Role) -> None:
    viewer = somebody(role)
    assert may(viewer, action) is ((action, role) in MAY)
    assert may(viewer, action, TEAM) is ((action, role) in MAY)


@pytest.mark.parametrize(("action", "role"), PAIRS)
def test_what_is_refused_says_who_can(action: Action, role: Role) -> None:
    if (action, role) in MAY:
        authorise(somebody(role), action, TEAM)
        return
    with pytest.raises(NotAllowed, match=r"^Only an? .+ can do that\. Nothing was changed\.$"):
        authorise(somebody(role), action, TEAM)


@pytest.mark.parametrize(("action", "role"), PAIRS)
@pytest.mark.parametrize("mark", [{"is_guest": True}, {"is_active": False}, {"is_human": False}])
def test_guests_bots_and_the_deactivated_may_nothing(
    action: Action, role: Role, mark: dict[str, Any]
) -> None:
    assert not may(somebody(role, **mark), action)
    assert not may(somebody(role, **mark), action, TEAM)


@pytest.mark.parametrize(("action", "role"), PAIRS)
def test_a_team_of_another_workspace_is_out_of_reach(action: Action, role: Role) -> None:
    far = Team("team-1", "T0FAR", "Riverbank", "UTC", TEAM.supervisors, TEAM.clinicians)
    assert not may(somebody(role, far), action, far)


def test_a_role_in_one_team_is_none_in_another() -> None:
    other = Team("team-2", WORKSPACE, "Lakeside", "UTC", frozenset({"U0X"}), frozenset({"U0Y"}))
    assert not may(somebody(Role.SUPERVISOR), Action.READ_DIGEST, other)
    assert not may(somebody(Role.CLINICIAN), Action.REFLECT, other)


def test_an_admin_sees_no_digest_and_a_supervisor_sets_nothing_up() -> None:
    assert not may(somebody(Role.ADMIN), Action.READ_DIGEST, TEAM)
    assert not may(somebody(Role.SUPERVISOR), Action.SET_UP_CLINIC)
