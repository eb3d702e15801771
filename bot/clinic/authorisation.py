"""Who may do what: one table, asked by every service before it acts."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from bot.clinic.model import Role, Team, Viewer
from bot.errors import NotAllowed


class Action(StrEnum):
    """Everything that a person can ask of Attune and that not everybody may."""

    SET_UP_CLINIC = "set up the clinic"
    REFLECT = "reflect"
    READ_DIGEST = "read a digest"
    ASK_PHRASING = "ask for phrasing"
    ASK_FOR_CALL = "ask for a call"
    CHANGE_OWN_SETTINGS = "change own settings"
    SEE_OWN_DATA = "see own data"


ALLOWED: Final[Mapping[Action, frozenset[Role]]] = {
    Action.SET_UP_CLINIC: frozenset({Role.ADMIN}),
    Action.REFLECT: frozenset({Role.CLINICIAN}),
    Action.READ_DIGEST: frozenset({Role.SUPERVISOR}),
    Action.ASK_PHRASING: frozenset({Role.MEMBER}),
    Action.ASK_FOR_CALL: frozenset({Role.CLINICIAN, Role.SUPERVISOR}),
    Action.CHANGE_OWN_SETTINGS: frozenset({Role.MEMBER}),
    Action.SEE_OWN_DATA: frozenset({Role.MEMBER}),
}

_WHO: Final[Mapping[Action, str]] = {
    Action.SET_UP_CLINIC: "an admin of this clinic",
    Action.REFLECT: "a clinician of this team",
    Action.READ_DIGEST: "a supervisor of this team",
    Action.ASK_FOR_CALL: "a member of a team",
}


def may(viewer: Viewer, action: Action, team: Team | None = None) -> bool:
    """Tell whether ``viewer`` may do ``action``, in ``team`` where one is meant."""
    if not viewer.person.is_member:
        return False
    if team is not None and team.workspace != viewer.workspace:
        return False
    return bool(viewer.roles_in(team) & ALLOWED[action])


def authorise(viewer: Viewer, action: Action, team: Team | None = None) -> None:
    """Raise ``NotAllowed`` unless ``viewer`` may do ``action`` in ``team``."""
    if not may(viewer, action, team):
        raise NotAllowed(who=_WHO.get(action, "an active member of this workspace"))
