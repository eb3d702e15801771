"""What an admin fills in: a team, the admins, the clinic's own words."""

from collections.abc import Iterable
from datetime import time
from typing import Final

from bot.calendar import WEEKDAYS
from bot.clinic import LEAST_GROUP, Rhythm, Saved, Team, Workspace
from handlers.slack.blocks import countries
from handlers.slack.blocks.kit import (
    Block,
    Element,
    View,
    clip,
    context,
    divider,
    escape,
    field,
    header,
    modal,
    section,
    select,
    text_input,
    time_input,
    user_input,
    users_input,
)
from handlers.slack.blocks.wording import mentions, told

TEAM: Final = "setup.team"
ADMINS: Final = "setup.admins"
WORDS: Final = "setup.words"

NAME_LENGTH: Final = 60
NUMBER_LENGTH: Final = 40
LONGEST_INPUT: Final = 3000
_LINE: Final = 1400
_LINES: Final = 30
_COLUMN: Final = 60
_FIELDS: Final = 10

_DAYS: Final = {str(number): name for number, name in enumerate(WEEKDAYS)}
_WINDOWS: Final = {str(days): f"{days} days" if days > 1 else "1 day" for days in range(1, 7)}


# ------------------------------------------------------------------ a team


def team_form(team: Team | None) -> View:
    """Return the form for a new team (None), or for changing one."""
    blocks = [*_who(team), *_when(team), *_safety(team), *_privacy(team)]
    title = "Edit team" if team else "Create a team"
    submit = "Save" if team else "Create"
    return modal(TEAM, title, blocks, submit=submit, metadata=team.id if team else "")


def _who(team: Team | None) -> Iterable[Block]:
    name = team.name if team else ""
    yield field("name", "Name", text_input("name", name, max_length=NAME_LENGTH))
    yield field(
        "supervisors",
        "Supervisors",
        users_input("supervisors", team.supervisors if team else ()),
        hint="They receive the weekly digest. It names nobody.",
    )
    yield field(
        "clinicians",
        "Clinicians",
        users_input("clinicians", team.clinicians if team else ()),
        hint=(
            "They are asked to reflect once a week. Nobody can be both in the same team. With "
            "fewer than seven, many weeks will stay without numbers."
        ),
    )


def _when(team: Team | None) -> Iterable[Block]:
    rhythm = team.rhythm if team else Rhythm()
    yield divider()
    yield header("When")
    yield _day("checkin_day", "Check-in on", rhythm.checkin_day)
    yield _time(
        "checkin_time",
        "Check-in at",
        rhythm.checkin_time,
        "In each clinician's own time zone, as Slack reports it.",
    )
    yield field(
        "window_days",
        "Answers are taken for",
        select("window_days", _WINDOWS, str(rhythm.window_days)),
        hint="After that the window closes for everybody at the same moment.",
    )
    yield _day("digest_day", "Digest on", rhythm.digest_day)
    yield _time(
        "digest_time",
        "Digest at",
        rhythm.digest_time,
        "In each supervisor's own time zone, once the window has closed.",
    )
    yield _time("quiet_from", "Quiet hours from", rhythm.quiet_from)
    yield _time(
        "quiet_to",
        "Quiet hours to",
        rhythm.quiet_to,
        "Nothing is sent in these hours. The same time twice means no quiet hours.",
    )
    yield field(
        "country",
        "Public holidays",
        countries.menu("country", countries.code_of(team)),
        hint="Nobody is asked on a public holiday. Typing the first letters finds a country.",
    )


def _day(name: str, label: str, chosen: int) -> Block:
    return field(name, label, select(name, _DAYS, str(chosen)))


def _time(name: str, label: str, chosen: time, hint: str | None = None) -> Block:
    return field(name, label, time_input(name, chosen), hint=hint)


def _safety(team: Team | None) -> Iterable[Block]:
    yield divider()
    yield header("If somebody may be in danger")
    yield section(
        "When words sound like a risk to somebody, I answer with your clinic's own contact "
        "first, before anything else."
    )
    yield field(
        "on_call",
        "On-call contact",
        user_input("on_call", team.on_call if team else None),
        hint="Members of the team can ask this person to call them.",
        optional=True,
    )
    number = (team.emergency_number if team else None) or ""
    yield field(
        "emergency_number",
        "Emergency number",
        text_input(
            "emergency_number", number, placeholder="for example 112", max_length=NUMBER_LENGTH
        ),
        optional=True,
    )


def _privacy(team: Team | None) -> Iterable[Block]:
    yield divider()
    yield header("Privacy")
    smallest = str(team.smallest_group if team else LEAST_GROUP)
    yield field(
        "smallest_group",
        "Smallest group",
        text_input("smallest_group", smallest, max_length=3),
        hint=(
            f"Numbers are shown only when at least this many answered; {LEAST_GROUP} or more. "
            "Lowering it later counts for new weeks only: what people were told when they "
            "answered holds."
        ),
    )


def saved(done: Saved) -> View:
    """Return the confirmation that replaces the form: what changed, what to know, what next."""
    blocks = [section(_headline(done)), *_changes(done)]
    blocks += [section(f"Please note: {_short(one)}") for one in done.warnings[:_LINES]]
    blocks += [divider(), section(_next(done))]
    blocks.append(context("This change is in the audit trail: who made it, when, and what."))
    return modal("notice", "Team saved", blocks, close="Done")


def _headline(done: Saved) -> str:
    name = escape(done.team.name)
    if done.created:
        return f"*{name}* is set up."
    return f"*{name}* is saved." if done.changes else f"*{name}* is as it was; nothing changed."


def _changes(done: Saved) -> Iterable[Block]:
    """Return the changes in two columns; long ones, such as lists of people, stand alone."""
    lines = [_short(one) for one in done.changes[:_LINES]]
    short = [one for one in lines if len(one) <= _COLUMN]
    for start in range(0, len(short), _FIELDS):
        texts = [{"type": "mrkdwn", "text": one} for one in short[start : start + _FIELDS]]
        yield {"type": "section", "fields": texts}
    yield from (section(one) for one in lines if len(one) > _COLUMN)


def _short(sentence: str) -> str:
    label, colon, rest = told(sentence).partition(": ")
    text = f"*{label}:* {rest}" if colon else label
    return clip(text, _LINE)


def _next(done: Saved) -> str:
    rhythm = done.team.rhythm
    checkin = f"{WEEKDAYS[rhythm.checkin_day]} at {rhythm.checkin_time:%H:%M}"
    digest = f"{WEEKDAYS[rhythm.digest_day]} at {rhythm.digest_time:%H:%M}"
    welcome = (
        "New members get one welcome message now, which says what is kept, what never is, and "
        "who sees what."
    )
    return (
        f"*What happens next*\n{welcome} Clinicians are asked each {checkin}, in their own time "
        f"zone. Supervisors get the digest each {digest}, in theirs, once the window has closed."
    )


def removed(team: Team) -> View:
    """Return the confirmation that a team is gone."""
    return modal(
        "notice",
        "Team removed",
        [
            section(
                f"*{escape(team.name)}* is removed. Nobody in it is asked any more. Digests that "
                "were sent stay in their supervisors' conversations."
            )
        ],
        close="Done",
    )


# ------------------------------------------------------------------ admins and words


def admins_form(workspace: Workspace) -> View:
    """Return the form that hands the role on."""
    blocks = [
        section(
            "Owners and admins of this workspace can always set Attune up. Here you can name "
            "others. Admins see settings and the audit trail, and no reflection or digest."
        ),
        field("admins", "More admins", users_input("admins", workspace.admins), optional=True),
    ]
    return modal(ADMINS, "Admins", blocks, submit="Save")


def admins_told(chosen: frozenset[str]) -> str:
    """Return the sentence that confirms who may set Attune up."""
    also = f", and {mentions(chosen)}" if chosen else ""
    return f"Attune can be set up by the owners and admins of this workspace{also}."


def words_form(workspace: Workspace) -> View:
    """Return the form for the clinic's own words."""
    blocks = [
        section(
            "Before a reflection is stored, names and other telling details are hidden. Your "
            "clinic's own words help with that. Please give no client's name here."
        ),
        field(
            "always_hide",
            "Always hide",
            _words("always_hide", workspace.always_hide),
            hint="Sites, wards, schools, staff nicknames: one a line, or with commas.",
            optional=True,
        ),
        field(
            "never_hide",
            "Never hide",
            _words("never_hide", workspace.never_hide),
            hint="Methods, groups and house terms that look like names and are none.",
            optional=True,
        ),
    ]
    return modal(WORDS, "Clinic words", blocks, submit="Save")


def _words(name: str, words: frozenset[str]) -> Element:
    typed = "\n".join(sorted(words, key=str.casefold))
    return text_input(name, typed, multiline=True, max_length=LONGEST_INPUT)


def confirmed(title: str, sentence: str) -> View:
    """Return the confirmation that replaces one of these forms."""
    return modal("notice", title, [section(sentence)], close="Done")
