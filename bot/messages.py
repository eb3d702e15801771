"""The platform-neutral vocabulary: who talks to Attune, and what Attune says unasked.

A message says *what* is to be said; how it is drawn is the business of ``handlers/<platform>``.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Person:
    """A member of a workspace, as the chat service reports it.

    ``zone`` is an IANA name, or None where the service knows none.
    """

    workspace: str
    id: str
    name: str
    zone: str | None = None
    is_admin: bool = False
    is_active: bool = True
    is_human: bool = True
    is_guest: bool = False

    @property
    def is_member(self) -> bool:
        """Tell whether this is an active person with a full account."""
        return self.is_active and self.is_human and not self.is_guest


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a message ended up: the private conversation and the service's own id of the post."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Welcome:
    """The one message on joining a team: what is kept, what never is, who sees what."""

    team: str
    team_name: str
    as_supervisor: bool
    smallest_group: int


@dataclass(frozen=True, slots=True)
class CheckIn:
    """The weekly question. ``reminder`` marks the private reminder."""

    window: str
    team_name: str
    closes_at: datetime
    zone: str
    smallest_group: int
    reminder: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its lines; part of a digest."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DigestMessage:
    """A released digest: picture (PNG bytes) with alt text, the same in words, the agenda.

    ``picture`` is None when no number may be shown.
    """

    digest: str
    title: str
    summary: str
    picture: bytes | None
    alt_text: str
    sections: tuple[Section, ...]
    agenda: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CallRequest:
    """A supervisee asks to be called about a safety matter: who and when, no client content."""

    member: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence to an admin about something that needs their hand, whom it concerns, and what
    to do.
    """

    text: str
    member: str
    advice: str


Message = Welcome | CheckIn | DigestMessage | CallRequest | Notice
