"""App Home: what a person can do now, what is coming, and what is kept about them.

Home holds at most 100 blocks, so that long lists come in pages; which page is shown travels in
the value of the buttons that turn it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from bot.calendar import WEEKDAYS, local
from bot.checkins import Answer, OpenCheckIn
from bot.clinic import Audited, Team
from bot.digests import Digest, Upcoming
from bot.messages import Section
from bot.services import Home
from handlers.slack.blocks import settings
from handlers.slack.blocks.kit import (
    Block,
    Element,
    View,
    actions,
    button,
    clip,
    confirm,
    context,
    divider,
    escape,
    header,
    section,
)
from handlers.slack.blocks.wording import dated, mention, mentions, moment, told, zone_of

CHECK_INS: Final = 6
PAGE: Final = 5
TEAMS: Final = 8
SECTIONS: Final = 12
CHANGES: Final = 2
_LONGEST_SECTION: Final = 2900

ItemT = TypeVar("ItemT")


@dataclass(frozen=True, slots=True)
class Pages:
    """Which page of each long list is shown, counted from 0."""

    upcoming: int = 0
    digests: int = 0
    teams: int = 0

    @classmethod
    def parse(cls, claimed: str) -> "Pages":
        """Return what ``encoded`` made; the first pages where it makes no sense."""
        parts = claimed.split(".")
        if len(parts) != 3 or not all(part.isascii() and part.isdecimal() for part in parts):  # noqa: PLR2004  one number a list
            return cls()
        return cls(*(int(part[:4]) for part in parts))

    @property
    def encoded(self) -> str:
        """The pages as a button's value."""
        return f"{self.upcoming}.{self.digests}.{self.teams}"


@dataclass(frozen=True, slots=True)
class _Page:
    """Where a list stands: the page shown, and the page buttons where there are more."""

    number: int
    last: int
    buttons: tuple[Element, ...]

    @property
    def blocks(self) -> tuple[Block, ...]:
        if not self.buttons:
            return ()
        place = f"Page {self.number + 1} of {self.last + 1}"
        return (actions(*self.buttons), context(place))


def view(home: Home, pages: Pages | None = None) -> View:
    """Return all of Home for ``home.viewer``."""
    shown = pages or Pages()
    parts = (
        _opening(home),
        _this_week(home),
        _digests(home, shown),
        _set_up(home, shown),
        _settings(home),
        _privacy(home),
    )
    return _home([block for part in parts for block in part])


def closed() -> View:
    """Return Home for guests and deactivated people."""
    return _home(
        [
            section(
                "Attune is for members of this clinic with a full account; guests are not asked "
                "to reflect, and nothing about you is kept here."
            )
        ]
    )


def sorry(sentence: str) -> View:
    """Return Home where it cannot be shown: what happened, and how to try again."""
    again = actions(button("Try again", "home.refresh"))
    return _home([section(escape(sentence)), again])


def _home(blocks: Sequence[Block]) -> View:
    return {"type": "home", "blocks": list(blocks)}


def _opening(home: Home) -> Iterable[Block]:
    yield header("Attune")
    yield context("I am a bot that helps with supervision. I never talk to clients.")
    if home.viewer.is_admin and not home.teams:
        yield from _first_run()
    elif not home.viewer.teams and not home.viewer.is_admin:
        yield section(_not_in_a_team(home))
    if not home.viewer.reflects_in:
        yield actions(_ask())


def _first_run() -> Iterable[Block]:
    yield section(
        "*Welcome.* Once a week I ask clinicians, in private, how the work felt. Supervisors "
        "receive a digest without names. In between, anyone here can ask me how a sentence to "
        "a client may come across.\n\nTo begin, create a supervision team: who supervises, who "
        "reflects, and when. It takes about two minutes, and nobody hears from me before you "
        "have saved."
    )
    yield actions(
        button("Create a team", "setup.create", style="primary"),
        button("Admins", "setup.admins"),
    )


def _not_in_a_team(home: Home) -> str:
    asked = mentions(home.admins) if home.admins else "an owner or admin of this workspace"
    return (
        "An admin has not added you to a supervision team yet. If you expected to be in one, "
        f"you could ask {asked}. Until then nobody asks you to reflect, and you can still ask "
        "me how to phrase something."
    )


def _ask() -> Element:
    return button("Ask how to phrase something", "phrasing.open")


# ------------------------------------------------------------------ for clinicians


def _this_week(home: Home) -> Iterable[Block]:
    if not home.viewer.reflects_in:
        return
    yield header("This week")
    for one in home.open_checkins[:CHECK_INS]:
        yield from _check_in(one, _zone(home))
    if len(home.open_checkins) > CHECK_INS:
        rest = len(home.open_checkins) - CHECK_INS
        yield context(f"{rest} more are open; their messages are in our private conversation.")
    yield section(_next(home))
    yield actions(_ask())


_OPEN: Final = "open for your reflection"
_STATE: Final[Mapping[Answer | None, str]] = {
    Answer.SKIPPED: "skipped this week. If you change your mind, it stays open",
    Answer.AWAY: "you are away, so nothing is expected. It stays open",
}


def _check_in(one: OpenCheckIn, zone: str) -> Iterable[Block]:
    until = moment(one.window.closes_at, zone)
    name = escape(one.team.name)
    if one.answer is Answer.ANSWERED:
        yield section(
            f"*{name}* · answered. Thank you. Your receipt is in our private conversation; with "
            f"it you can edit or withdraw until {until}."
        )
        return
    yield section(f"*{name}* · {_STATE.get(one.answer, _OPEN)} until {until}.")
    reflect = button("Reflect now", "checkin.reflect", one.window.id, style="primary")
    if one.answer in _STATE:
        yield actions(reflect)
        return
    yield actions(
        reflect,
        button("Later today", "checkin.later", one.window.id),
        button("Skip this week", "checkin.skip", one.window.id),
    )


def _next(home: Home) -> str:
    if home.next_checkin is None:
        return "No check-in is planned for you at the moment."
    coming = f"Next check-in: *{moment(home.next_checkin, _zone(home))}* ({_zone(home)})."
    if home.viewer.person.zone:
        return coming
    return f"{coming} Your Slack profile names no time zone, so your team's is used."


def _zone(home: Home) -> str:
    teams = home.viewer.reflects_in or home.viewer.teams
    return zone_of(home.viewer.person, teams[0].zone if teams else "UTC")


# ------------------------------------------------------------------ for supervisors


def _digests(home: Home, pages: Pages) -> Iterable[Block]:
    if not home.viewer.supervises:
        return
    yield header("Digests")
    coming, turn = _page(home.next_digests, PAGE, pages, "upcoming")
    for one in coming:
        yield _upcoming(one, _zone(home))
    yield from turn.blocks
    if not home.digests:
        yield section("No digest has been released yet; past ones will be listed here.")
    past, turn = _page(home.digests, PAGE, pages, "digests")
    for digest in past:
        yield section(f"*{escape(digest.team_name)}* · week of {dated(digest.day)}")
        yield _digest_buttons(digest)
    yield from turn.blocks


def _upcoming(one: Upcoming, zone: str) -> Block:
    when = f"next digest {moment(one.next_at, zone)}" if one.next_at else "no digest planned"
    lines = "\n".join(told(line) for line in one.lines)
    text = clip(f"*{escape(one.team.name)}* · {when}\n{lines}".strip(), _LONGEST_SECTION)
    return section(text, button("Preview now", "digest.preview", one.team.id))


def _digest_buttons(digest: Digest) -> Block:
    return actions(
        button("Read", "digest.read", digest.id),
        button("Download CSV", "digest.csv", digest.id),
    )


# ------------------------------------------------------------------ for admins


def _set_up(home: Home, pages: Pages) -> Iterable[Block]:
    if not home.viewer.is_admin or not home.teams:
        return
    yield header("Set-up")
    teams, turn = _page(home.teams, TEAMS, pages, "teams")
    for team in teams:
        yield section(_summary(team))
        yield _team_buttons(team)
    yield from turn.blocks
    yield actions(
        button("Create a team", "setup.create"),
        button("Admins", "setup.admins"),
        button("Clinic words", "setup.words"),
    )
    yield context(_admins(home))
    if home.audit:
        names = {team.id: team.name for team in home.teams}
        lines = "\n".join(_audited(one, names, _zone(home)) for one in home.audit)
        yield section(clip(f"*Latest changes*\n{lines}", _LONGEST_SECTION))


def _summary(team: Team) -> str:
    rhythm = team.rhythm
    return (
        f"*{escape(team.name)}* · {_count(len(team.clinicians), 'clinician')}, "
        f"{_count(len(team.supervisors), 'supervisor')}\n"
        f"Check-in {WEEKDAYS[rhythm.checkin_day]} {rhythm.checkin_time:%H:%M}, open "
        f"{_count(rhythm.window_days, 'day')} · digest {WEEKDAYS[rhythm.digest_day]} "
        f"{rhythm.digest_time:%H:%M} · smallest group {team.smallest_group}"
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _team_buttons(team: Team) -> Block:
    question = confirm(
        f"Remove {team.name}?",
        "Nobody in it is asked any more, and answers that were not yet in a digest are lost. "
        "Digests that were sent stay in their supervisors' conversations.",
        "Remove",
    )
    return actions(
        button("Edit", "setup.edit", team.id),
        button("Remove", "setup.remove", team.id, style="danger", confirm=question),
    )


def _admins(home: Home) -> str:
    own = "Admins are the owners and admins of this workspace"
    return f"{own}, and {mentions(home.admins)}." if home.admins else f"{own}."


def _audited(one: Audited, names: dict[str, str], zone: str) -> str:
    name = names.get(one.subject)
    parts = [part for part in one.detail.split("; ") if part and part != f"Name: {name}"][:CHANGES]
    what = [told(part) for part in ([name] if name else []) + parts]
    return " · ".join([moment(one.at, zone), mention(one.actor), escape(one.action), *what])


# ------------------------------------------------------------------ for everyone


def _settings(home: Home) -> Iterable[Block]:
    if not home.viewer.reflects_in:
        return
    yield header("Your settings")
    yield section(settings.summary(home.preferences))
    today = local(home.now, _zone(home)).date()
    pausing = (
        button("Resume check-ins", "settings.resume")
        if home.preferences.absent_on(today)
        else settings.pause_menu()
    )
    yield actions(button("Change", "settings.open"), pausing)


def _privacy(home: Home) -> Iterable[Block]:
    yield divider()
    yield header("Privacy receipt")
    yield from receipt(home.privacy.sections)
    yield actions(button("My data", "privacy.export"), erase_button())


def receipt(sections: Sequence[Section]) -> Iterable[Block]:
    """Return the privacy receipt, a block for each of its sections."""
    for one in sections[:SECTIONS]:
        lines = "\n".join(f"• {told(line)}" for line in one.lines)
        yield section(clip(f"*{escape(one.heading)}*\n{lines}".strip(), _LONGEST_SECTION))
    if len(sections) > SECTIONS:
        yield context("There is more than fits here; *My data* holds all of it.")


def erase_button() -> Element:
    """Return the button that deletes everything about the person who presses it, after a word."""
    question = confirm(
        "Delete what is kept about you?",
        "Your settings, your place in teams and the record of whether you answered go at once. "
        "Reflections you sent carry no name: nobody can find them, me included. Withdraw with "
        "your receipt first, if you want them gone too.",
        "Delete",
    )
    return button("Delete my data", "privacy.erase", style="danger", confirm=question)


def _page(
    items: Sequence[ItemT], size: int, pages: Pages, name: str
) -> tuple[Sequence[ItemT], _Page]:
    """Return one page of ``items``, and where it stands; ``name`` is the field of ``pages``."""
    last = max(0, (len(items) - 1) // size)
    number = min(getattr(pages, name), last)
    turns = (
        ("Previous", "home.previous", number - 1, number > 0),
        ("Next", "home.next", number + 1, number < last),
    )
    buttons = tuple(
        button(text, action, replace(pages, **{name: target}).encoded)
        for text, action, target, possible in turns
        if possible
    )
    return items[number * size : (number + 1) * size], _Page(number, last, buttons)
