"""Rows into what the domain knows, and back. Text is sealed and opened by the repositories.

Schedules, deliveries and participation come by the ten thousand and have no rows here: they are
stored as they are, by their attributes' names, and built from plain columns. To validate one would
take 70 µs, and the domain's values are valid already.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter

from bot.checkins.model import Answer, Participation
from bot.clinic.model import Audited, Installation, Preferences, Rhythm, StoredTeam, Team, Workspace
from bot.deidentify.model import restored
from bot.deliveries.model import Delivery, Kind, Schedule, State
from bot.digests.model import Digest
from bot.reflections.model import (
    AnonymousReflection,
    IfFew,
    Pull,
    Ratings,
    Topic,
    Window,
    WindowState,
)
from storage.tables import (
    AuditRow,
    InstallationRow,
    ParticipationRow,
    PreferencesRow,
    TeamMemberRow,
    TeamRow,
    WindowRow,
    WorkspaceRow,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

SUPERVISOR: Final = "supervisor"
CLINICIAN: Final = "clinician"

_DIGEST: Final = TypeAdapter(Digest)
_RHYTHM: Final = attrgetter(*(field.name for field in fields(Rhythm)))


def hiding_to_bytes(workspace: Workspace) -> bytes:
    """Return the clinic's words to hide and to keep, as they are sealed."""
    words = {"hide": sorted(workspace.always_hide), "keep": sorted(workspace.never_hide)}
    return json.dumps(words).encode()


def to_workspace(row: WorkspaceRow, hiding: bytes) -> Workspace:
    """Build the workspace from its row and its opened words."""
    words = json.loads(hiding)
    return Workspace(
        id=row.id,
        admins=frozenset(row.admins),
        always_hide=frozenset(words["hide"]),
        never_hide=frozenset(words["keep"]),
        removed_at=row.removed_at,
    )


def to_installation(row: InstallationRow, token: bytes) -> Installation:
    """Build the installation from its row and its opened token."""
    return Installation(
        workspace=row.workspace,
        name=row.name,
        bot_user=row.bot_user,
        scopes=frozenset(row.scopes),
        token=token.decode(),
        installed_at=row.installed_at,
    )


def from_team(stored: StoredTeam, unsettled_at: datetime | None) -> TeamRow:
    """Build the team's row; its members have rows of their own."""
    team = stored.team
    return TeamRow(
        id=team.id,
        workspace=team.workspace,
        name=team.name,
        zone=team.zone,
        country=team.country,
        region=team.region,
        on_call=team.on_call,
        emergency_number=team.emergency_number,
        smallest_group=team.smallest_group,
        unsettled_at=unsettled_at,
        revision=stored.revision,
        is_leaving=stored.is_leaving,
        **_fields(team.rhythm),
    )


def from_members(team: Team, newcomers: Collection[str]) -> list[TeamMemberRow]:
    """Build one row for each member in each role."""
    held = ((SUPERVISOR, team.supervisors), (CLINICIAN, team.clinicians))
    return [
        TeamMemberRow(team=team.id, member=member, role=role, is_new=member in newcomers)
        for role, members in held
        for member in sorted(members)
    ]


def to_team(row: Any, members: Iterable[tuple[str, str]]) -> Team:
    """Build the team from its columns and its members, each with a role."""
    held: dict[str, set[str]] = {SUPERVISOR: set(), CLINICIAN: set()}
    for member, role in members:
        held[role].add(member)
    return Team(
        id=row.id,
        workspace=row.workspace,
        name=row.name,
        zone=row.zone,
        supervisors=frozenset(held[SUPERVISOR]),
        clinicians=frozenset(held[CLINICIAN]),
        rhythm=Rhythm(*_RHYTHM(row)),
        country=row.country,
        region=row.region,
        on_call=row.on_call,
        emergency_number=row.emergency_number,
        smallest_group=row.smallest_group,
    )


def from_preferences(preferences: Preferences) -> PreferencesRow:
    """Build the row of a member's choices."""
    return PreferencesRow(**_fields(preferences))


def to_preferences(row: PreferencesRow) -> Preferences:
    """Build a member's choices."""
    return Preferences(**row.model_dump())


def from_audited(entry: Audited) -> AuditRow:
    """Build a new line of the audit trail."""
    return AuditRow(**_fields(entry))


def to_audited(row: AuditRow) -> Audited:
    """Build an entry of the audit trail."""
    return Audited(**row.model_dump(exclude={"id"}))


def to_schedule(row: Sequence[Any]) -> Schedule:
    """Build a schedule from its columns, in the table's order."""
    _, workspace, kind, *known = row
    return Schedule(workspace, Kind(kind), *known)


def to_delivery(row: Sequence[Any]) -> Delivery:
    """Build a delivery from its columns, in the table's order; its id follows from its key."""
    _, key, workspace, kind, recipient, about, due_at, slot_at, state, *known = row
    return Delivery(
        key, workspace, Kind(kind), recipient, about, due_at, slot_at, State(state), *known
    )


def to_participation(row: ParticipationRow) -> Participation:
    """Build one member's participation in one window."""
    return Participation(**{**row.model_dump(), "answer": Answer(row.answer)})


def digest_to_bytes(digest: Digest) -> bytes:
    """Return the whole digest, as it is sealed."""
    return _DIGEST.dump_json(digest)


def bytes_to_digest(plain: bytes) -> Digest:
    """Return the digest that was sealed."""
    return _DIGEST.validate_json(plain)


def newest_window(one: Participation) -> tuple[str, str]:
    """Sort by the window's day, then its team: a window's id is ``<team>.<ISO day>``."""
    team, _, day = one.window.rpartition(".")
    return day, team


def to_window(row: WindowRow, salt: bytes) -> Window:
    """Build a window from its row and its opened salt."""
    return Window(**{**row.model_dump(), "salt": salt, "state": WindowState(row.state)})


def reflection_to_bytes(reflection: AnonymousReflection) -> bytes:
    """Return the whole reflection, as it is padded and sealed."""
    known = {
        "ratings": _fields(reflection.ratings),
        "pull": reflection.pull,
        "topics": sorted(reflection.topics),
        "words": None if reflection.words is None else reflection.words.text,
        "may_show": reflection.may_show,
        "if_few": reflection.if_few,
        "carried": reflection.carried,
    }
    return json.dumps(known, ensure_ascii=False).encode()


def bytes_to_reflection(plain: bytes) -> AnonymousReflection:
    """Return the reflection that was sealed; its words were de-identified before."""
    known = json.loads(plain)
    pull, words = known["pull"], known["words"]
    return AnonymousReflection(
        ratings=Ratings(**known["ratings"]),
        pull=None if pull is None else Pull(pull),
        topics=frozenset(Topic(topic) for topic in known["topics"]),
        words=None if words is None else restored(words),
        may_show=known["may_show"],
        if_few=IfFew(known["if_few"]),
        carried=known.get("carried", False),
    )


def _fields(of: "DataclassInstance") -> dict[str, Any]:
    # dataclasses.asdict copies deeply: five times slower, and nothing here is changed.
    return {name: getattr(of, name) for name in _names(type(of))}


@cache
def _names(kind: "type[DataclassInstance]") -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
