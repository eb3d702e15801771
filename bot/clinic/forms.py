"""From what an admin typed to a team, or to one sentence per field that needs another look."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import time
from typing import Final

from bot.calendar import WEEKDAYS
from bot.clinic.holidays import known
from bot.clinic.model import LEAST_GROUP, Rhythm, Team
from bot.errors import InvalidForm

NAME_LENGTH: Final = 60
NUMBER_LENGTH: Final = 40
MOST_GROUP: Final = 50
WORD_LENGTH: Final = 60
MOST_WORDS: Final = 500


@dataclass(frozen=True, slots=True)
class TeamForm:
    """What the form holds, as typed. ``id`` is None for a new team.

    ``country`` is an ISO 3166 code with an optional region ("GB-SCT"), empty for no calendar.
    """

    id: str | None
    name: str
    supervisors: frozenset[str]
    clinicians: frozenset[str]
    checkin_day: int
    checkin_time: time | None
    window_days: int
    digest_day: int
    digest_time: time | None
    quiet_from: time | None
    quiet_to: time | None
    country: str
    on_call: str | None
    emergency_number: str
    smallest_group: str


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved team, with what changed and what to know, in sentences."""

    team: Team
    created: bool
    changes: tuple[str, ...]
    warnings: tuple[str, ...]


def _problems(form: TeamForm) -> Iterator[tuple[str, str]]:
    if not form.name.strip():
        yield "name", "A team needs a name that its members will recognise."
    if len(form.name) > NAME_LENGTH:
        yield "name", f"Please keep the name to {NAME_LENGTH} characters."
    if not form.supervisors:
        yield "supervisors", "Choose at least one supervisor: somebody must receive the digest."
    if not form.clinicians:
        yield "clinicians", "Choose the clinicians who will be asked to reflect."
    if form.supervisors & form.clinicians:
        yield "clinicians", "Nobody can be supervisor and clinician in the same team."
    if len(form.emergency_number) > NUMBER_LENGTH:
        yield "emergency_number", f"Please keep this to {NUMBER_LENGTH} characters."
    yield from _rhythm_problems(form)
    yield from _group_problems(form)


def _rhythm_problems(form: TeamForm) -> Iterator[tuple[str, str]]:
    for name in ("checkin_time", "digest_time", "quiet_from", "quiet_to"):
        if getattr(form, name) is None:
            yield name, "Choose a time of day."
    if not 1 <= form.window_days <= 6:  # noqa: PLR2004  a week's window, the sentence says it
        yield "window_days", "A window lasts from one to six days."
    wait = (form.digest_day - form.checkin_day) % 7 or 7
    if wait < form.window_days:
        closes = WEEKDAYS[(form.checkin_day + form.window_days) % 7]
        yield "digest_day", f"The window closes on {closes}; choose that day or a later one."
    if form.country and not known(*split_country(form.country)):
        yield "country", "There is no calendar of that name; choose one from the list."


def _group_problems(form: TeamForm) -> Iterator[tuple[str, str]]:
    typed = form.smallest_group.strip()
    if not typed.isdecimal() or not LEAST_GROUP <= int(typed) <= MOST_GROUP:
        yield (
            "smallest_group",
            f"A whole number from {LEAST_GROUP} to {MOST_GROUP}: fewer could point at a person.",
        )


def split_country(code: str) -> tuple[str, str | None]:
    """Return country and region of "GB-SCT" or "GB"."""
    country, _, region = code.strip().upper().partition("-")
    return country, region or None


def team_from(form: TeamForm, *, team: str, workspace: str, zone: str) -> Team:
    """Return the team that the form describes; raise ``InvalidForm`` with its problems."""
    problems: dict[str, str] = {}
    for name, sentence in _problems(form):
        problems.setdefault(name, sentence)
    if problems:
        raise InvalidForm(**problems)
    country, region = split_country(form.country) if form.country else (None, None)
    return Team(
        id=team,
        workspace=workspace,
        name=form.name.strip(),
        zone=zone,
        supervisors=form.supervisors,
        clinicians=form.clinicians,
        rhythm=_rhythm(form),
        country=country,
        region=region,
        on_call=form.on_call,
        emergency_number=form.emergency_number.strip() or None,
        smallest_group=int(form.smallest_group),
    )


def _rhythm(form: TeamForm) -> Rhythm:
    typed = {one.name: getattr(form, one.name) for one in fields(Rhythm)}
    return replace(Rhythm(), **{name: value for name, value in typed.items() if value is not None})


def changes(before: Team | None, after: Team) -> tuple[str, ...]:
    """Return what differs, a sentence each; everything for a new team."""
    then = _described(before) if before else {}
    told = [
        f"{label}: {then[label]} → {now}" if label in then else f"{label}: {now}"
        for label, now in _described(after).items()
        if then.get(label) != now
    ]
    if before and before.on_call and after.on_call and before.on_call != after.on_call:
        told.append("On call: somebody else")
    told += _people("Supervisors", before.supervisors if before else None, after.supervisors)
    told += _people("Clinicians", before.clinicians if before else None, after.clinicians)
    return tuple(told)


def _described(team: Team) -> dict[str, str]:
    rhythm = team.rhythm
    return {
        "Name": team.name,
        "Check-in": f"{WEEKDAYS[rhythm.checkin_day]} {rhythm.checkin_time:%H:%M}, local time",
        "Window": "1 day" if rhythm.window_days == 1 else f"{rhythm.window_days} days",
        "Digest": f"{WEEKDAYS[rhythm.digest_day]} {rhythm.digest_time:%H:%M}, local time",
        "Quiet hours": f"{rhythm.quiet_from:%H:%M} to {rhythm.quiet_to:%H:%M}",
        "Holidays": "-".join(filter(None, (team.country, team.region))) or "none",
        "On call": "chosen" if team.on_call else "nobody yet",
        "Emergency number": team.emergency_number or "none yet",
        "Smallest group": str(team.smallest_group),
    }


def _people(label: str, before: frozenset[str] | None, after: frozenset[str]) -> list[str]:
    if before == after:
        return []
    if before is None:
        return [f"{label}: {len(after)}"]
    return [f"{label}: {len(after)} ({len(after - before)} joined, {len(before - after)} left)"]


def words_from(name: str, typed: str) -> frozenset[str]:
    """Return the words of a comma- or line-separated list; raise ``InvalidForm`` under ``name``."""
    words = {part.strip() for line in typed.splitlines() for part in line.split(",")} - {""}
    if any(len(word) > WORD_LENGTH for word in words):
        raise InvalidForm(**{name: f"Please keep each entry to {WORD_LENGTH} characters."})
    if len(words) > MOST_WORDS:
        raise InvalidForm(**{name: f"Please keep to {MOST_WORDS} entries."})
    return frozenset(words)
