"""The tables. Two groups that share nothing but a window's and a team's id.

*Who*: workspaces, installations, teams, members, preferences, audit, schedules, deliveries,
participation, inbox. *What was said*: windows, reflections, tallies, digests. The second group
holds no member's id and no time finer than a window, its keys are random, nothing in it counts
upwards, and its text is sealed (see ``cipher``).

Rows are only shapes; ``mapping`` turns them into what the domain knows.
"""

from datetime import date, datetime, time

from sqlalchemy import JSON, Index, MetaData, false, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

METADATA = MetaData(naming_convention=_NAMES)
"""Every table of Attune; migrations are compared with it."""

_NO_ORDER = {"sqlite_with_rowid": False}
"""Without a rowid SQLite keeps no order of arrival: rows lie by their (random) key."""


class Row(SQLModel, registry=registry(metadata=METADATA)):
    """The base of all rows, on a metadata of its own."""


class KeyCheckRow(Row, table=True):
    """The database's own secret, sealed: it shows a wrong master key at start."""

    __tablename__ = "key_check"

    id: str = Field(primary_key=True)
    sealed: bytes


class DataKeyRow(Row, table=True):
    """A random key wrapped by the master key. Without this row its owner's text is gone."""

    __tablename__ = "data_keys"

    owner: str = Field(primary_key=True)
    wrapped: bytes


class WorkspaceRow(Row, table=True):
    """A workspace; ``hiding`` seals the clinic's words to hide and to keep."""

    __tablename__ = "workspaces"

    id: str = Field(primary_key=True)
    admins: list[str] = Field(sa_type=JSON)
    hiding: bytes
    removed_at: datetime | None


class InstallationRow(Row, table=True):
    """The app's right to act in a workspace; the token is sealed."""

    __tablename__ = "installations"

    workspace: str = Field(primary_key=True)
    name: str
    bot_user: str
    scopes: list[str] = Field(sa_type=JSON)
    token: bytes
    installed_at: datetime | None


class TeamRow(Row, table=True):
    """A supervision team with its rhythm. Until it is settled, its schedules may be missing;
    ``revision`` counts its savings. One that is leaving is removed for all who ask.
    """

    __tablename__ = "teams"

    id: str = Field(primary_key=True)
    workspace: str = Field(index=True)
    name: str
    zone: str
    country: str | None
    region: str | None
    on_call: str | None
    emergency_number: str | None
    smallest_group: int
    unsettled_at: datetime | None
    revision: int = Field(sa_column_kwargs={"server_default": text("0")})
    is_leaving: bool = Field(sa_column_kwargs={"server_default": false()})
    checkin_day: int
    checkin_time: time
    window_days: int
    digest_day: int
    digest_time: time
    quiet_from: time
    quiet_to: time


class TeamMemberRow(Row, table=True):
    """One member in one role of a team; new until all that follows from the team was done."""

    __tablename__ = "team_members"

    team: str = Field(primary_key=True, foreign_key="teams.id")
    member: str = Field(primary_key=True, index=True)
    role: str = Field(primary_key=True)
    is_new: bool = Field(sa_column_kwargs={"server_default": false()})


class PreferencesRow(Row, table=True):
    """What one member chose."""

    __tablename__ = "preferences"

    workspace: str = Field(primary_key=True)
    member: str = Field(primary_key=True)
    reminders: int
    paused_until: date | None
    away_from: date | None
    away_to: date | None


class AuditRow(Row, table=True):
    """One line of the audit trail. It counts upwards: it is about settings, never content."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "workspace", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    workspace: str
    at: datetime
    actor: str
    action: str
    subject: str
    detail: str


class ScheduleRow(Row, table=True):
    """A weekly appointment with one person."""

    __tablename__ = "schedules"
    __table_args__ = (Index(None, "workspace", "recipient"), Index(None, "subject", "kind"))

    id: str = Field(primary_key=True)
    workspace: str
    kind: str
    subject: str
    recipient: str
    weekday: int
    at: time
    zone: str
    next_at: datetime = Field(index=True)


class DeliveryRow(Row, table=True):
    """One row of the ledger."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_places", "state", "slot_at", "due_at"),
        Index(None, "workspace", "recipient"),
    )

    id: str = Field(primary_key=True)
    key: str = Field(unique=True)
    workspace: str
    kind: str
    recipient: str
    about: str
    due_at: datetime
    slot_at: datetime | None
    state: str
    attempt: int
    started_at: datetime | None
    channel: str | None
    ts: str | None
    reason: str | None
    uncounted: int = Field(sa_column_kwargs={"server_default": text("0")})


class PauseRow(Row, table=True):
    """Until when a workspace's deliveries are held back."""

    __tablename__ = "pauses"

    workspace: str = Field(primary_key=True)
    until: datetime


class PaceRow(Row, table=True):
    """From when a workspace has a free place for a post."""

    __tablename__ = "paces"

    workspace: str = Field(primary_key=True)
    free_from: datetime


class TurnRow(Row, table=True):
    """Whose turn it is to tick, until when, and when the last tick was. One row."""

    __tablename__ = "turns"

    id: str = Field(primary_key=True)
    holder: str
    until: datetime
    ticked_at: datetime


class InboxRow(Row, table=True):
    """An event, action or submission that was handled already."""

    __tablename__ = "inbox"

    key: str = Field(primary_key=True)
    seen_at: datetime = Field(index=True)


class ParticipationRow(Row, table=True):
    """One member in one window: whether, never when and never what."""

    __tablename__ = "participation"
    __table_args__ = (Index(None, "workspace", "member"), _NO_ORDER)

    window: str = Field(primary_key=True)
    member: str = Field(primary_key=True)
    workspace: str
    answer: str


class WindowRow(Row, table=True):
    """A week in which a team's answers are collected; the salt is sealed."""

    __tablename__ = "windows"
    __table_args__ = (Index(None, "team", "day"),)

    id: str = Field(primary_key=True)
    team: str
    workspace: str
    day: date
    closes_at: datetime
    threshold: int
    salt: bytes
    state: str


class ReflectionRow(Row, table=True):
    """One anonymous reflection: a random key and a sealed, padded whole."""

    __tablename__ = "reflections"
    __table_args__ = _NO_ORDER

    key: bytes = Field(primary_key=True)
    window: str = Field(foreign_key="windows.id", index=True)
    sealed: bytes


class TallyRow(Row, table=True):
    """One tagged person named one item in one window."""

    __tablename__ = "tallies"
    __table_args__ = _NO_ORDER

    window: str = Field(primary_key=True, foreign_key="windows.id")
    item: str = Field(primary_key=True)
    tag: bytes = Field(primary_key=True)


class DigestRow(Row, table=True):
    """A released digest, sealed whole."""

    __tablename__ = "digests"
    __table_args__ = (Index(None, "team", "day"),)

    id: str = Field(primary_key=True)
    team: str
    day: date
    sealed: bytes
