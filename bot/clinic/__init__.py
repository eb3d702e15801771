"""The clinic: teams, roles, preferences, and who may do what."""

from bot.clinic.authorisation import ALLOWED, Action, authorise, may
from bot.clinic.forms import Saved, TeamForm
from bot.clinic.holidays import holiday, holidays_known
from bot.clinic.model import (
    LEAST_GROUP,
    Audited,
    Installation,
    Preferences,
    Rhythm,
    Role,
    StoredTeam,
    Team,
    Viewer,
    Workspace,
)
from bot.clinic.port import ClinicStore
from bot.clinic.service import SET_UP, Clinic, TeamListener
from bot.clinic.zones import Zones

__all__ = [
    "ALLOWED",
    "LEAST_GROUP",
    "SET_UP",
    "Action",
    "Audited",
    "Clinic",
    "ClinicStore",
    "Installation",
    "Preferences",
    "Rhythm",
    "Role",
    "Saved",
    "StoredTeam",
    "Team",
    "TeamForm",
    "TeamListener",
    "Viewer",
    "Workspace",
    "Zones",
    "authorise",
    "holiday",
    "holidays_known",
    "may",
]
