"""A member's own settings: reminders and absence, and the pause."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from bot.clinic import Preferences
from handlers.slack.blocks import kit
from handlers.slack.blocks.kit import (
    Block,
    Element,
    View,
    actions,
    button,
    date_input,
    field,
    radio,
    section,
    select,
)
from handlers.slack.blocks.wording import dated

REMINDERS: Final = {
    "0": "None",
    "1": "One, when most of the time has passed",
    "2": "Two, the first at half time",
}
PAUSES: Final = {"1w": "For 1 week", "2w": "For 2 weeks", "4w": "For 4 weeks", "8w": "For 8 weeks"}


def modal(chosen: Preferences) -> View:
    """Return the form for reminders and an absence, filled with what is ``chosen`` now."""
    return kit.modal("settings.save", "Your settings", list(_fields(chosen)), submit="Save")


def _fields(chosen: Preferences) -> Iterable[Block]:
    yield section(
        "These settings are yours: your supervisor does not see them, and changing them tells "
        "nobody."
    )
    yield field(
        "reminders",
        "Reminders while a check-in is open",
        radio("reminders", REMINDERS, str(chosen.reminders)),
        hint="They come in our private conversation, and never when you have answered or skipped.",
    )
    yield field(
        "away_from",
        "First day away",
        date_input("away_from", chosen.away_from),
        hint="Nothing is sent on days when you are away.",
        optional=True,
    )
    yield field(
        "away_to",
        "Last day away",
        date_input("away_to", chosen.away_to),
        hint="Empty both days to end an absence.",
        optional=True,
    )


def saved(chosen: Preferences) -> View:
    """Return the confirmation that replaces the form."""
    return kit.modal("notice", "Saved", [section(summary(chosen))], close="Done")


def summary(chosen: Preferences) -> str:
    """Return the settings in lines."""
    lines = [f"*Reminders:* {REMINDERS[str(chosen.reminders)].lower()}"]
    lines.append(f"*Away:* {_absence(chosen.away_from, chosen.away_to)}")
    if chosen.paused_until is not None:
        lines.append(f"*Paused:* until {dated(chosen.paused_until)}")
    return "\n".join(lines)


def _absence(first: date | None, last: date | None) -> str:
    if first is None or last is None:
        return "no absence noted"
    if first == last:
        return dated(first)
    return f"{dated(first)} to {dated(last)}, both days included"


def paused(chosen: Preferences) -> str:
    """Return the sentence that confirms a pause."""
    until = dated(chosen.paused_until) if chosen.paused_until else "you resume"
    return f"Check-ins are paused until {until}. `/attune resume` ends the pause sooner."


def pause_menu() -> Element:
    """Return the menu that starts a pause."""
    return select("settings.pause", PAUSES, placeholder="Pause check-ins")


def change_button() -> Block:
    """Return the button that opens the form, for places where a modal cannot be opened."""
    return actions(button("Change settings", "settings.open"))
