"""The sample workspace: an invented practice with people in several time zones."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from handlers.playground.manifest import app_from_manifest
from handlers.playground.model import App, Person
from handlers.playground.state import SlackState

__all__ = ["PEOPLE", "sample_app", "sample_workspace"]

_MANIFEST = Path(__file__).parents[2] / "manifest.json"

PEOPLE = (
    Person("U0ADMIN", "Ada Lindqvist", "Practice manager", "Europe/London", "admin",
           is_admin=True, is_owner=True),
    Person("U0SUPER1", "Sam Okafor", "Supervisor", "Europe/London", "supervisor"),
    Person("U0SUPER2", "Rosa Marchetti", "Supervisor", "America/New_York", "supervisor"),
    Person("U0CLIN1", "Mina Patel", "Clinician", "Europe/London", "clinician"),
    Person("U0CLIN2", "Jonas Weber", "Clinician", "Europe/Berlin", "clinician"),
    Person("U0CLIN3", "Grace Mbeki", "Clinician", "Africa/Johannesburg", "clinician"),
    Person("U0CLIN4", "Leo Tanaka", "Clinician", "Asia/Tokyo", "clinician"),
    Person("U0CLIN5", "Ines Duarte", "Clinician", "America/New_York", "clinician"),
    Person("U0CLIN6", "Tom Hale", "Clinician", "America/Los_Angeles", "clinician"),
    Person("U0CLIN7", "Priya Nair", "Clinician", "Asia/Kolkata", "clinician"),
    Person("U0CLIN8", "Erik Solberg", "Clinician", "Europe/London", "clinician"),
    Person("U0LEFT", "Pat Former", "Left the practice", "Europe/London", active=False),
    Person("U0GUEST", "Gil Visitor", "Guest", "Europe/London", is_guest=True),
    Person("U0NOZONE", "Noor Adeyemi", "No time zone set", ""),
    Person(App().bot_user, App().name, is_bot=True),
)  # fmt: skip


def sample_app() -> App:
    """Attune as its manifest declares it: the same file that installs it in Slack."""
    return app_from_manifest(json.loads(_MANIFEST.read_text(encoding="utf-8")))


def sample_workspace(
    *, app: App | None = None, now: Callable[[], datetime] | None = None
) -> SlackState:
    """Riverbank Practice, each call a fresh one: #general, and a direct message for everyone.

    Args:
        app: the installed app; Attune by its manifest when left out.
        now: the clock that dates messages; the real one when left out.
    """
    app = app or sample_app()
    people = [_copy(person) for person in PEOPLE]
    slack = SlackState(people, app=app) if now is None else SlackState(people, app=app, now=now)
    members = [person.id for person in people if person.active]
    slack.add_channel("C0GENERAL", "general", members)
    for person in people:
        if person.active and not person.is_bot:
            slack.im(person.id)
    return slack


def _copy(person: Person) -> Person:
    return Person(**{name: getattr(person, name) for name in Person.__slots__})
