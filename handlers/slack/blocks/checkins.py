"""The check-in message, and what stands in its place once it was answered, put off or skipped."""

from datetime import date, datetime
from typing import Final

from bot.messages import CheckIn
from handlers.slack.blocks import kit, times, wording
from handlers.slack.blocks.kit import Block, Element, View

REFLECT: Final = "checkin.reflect"
LATER: Final = "checkin.later"
SKIP: Final = "checkin.skip"
AWAY: Final = "checkin.away"
AWAY_DATES: Final = "checkin.away_dates"


def reflect_button(window: str, text: str = "Reflect now") -> Element:
    """Return the button that opens the form of ``window``."""
    return kit.button(text, REFLECT, window, style="primary")


def message(checkin: CheckIn) -> tuple[str, list[Block]]:
    """Return the weekly question (or its reminder) in words and in blocks."""
    team = kit.escape(checkin.team_name)
    closes = times.weekday_and_clock(checkin.closes_at, checkin.zone)
    if checkin.reminder:
        line = (
            f"A quiet reminder: the check-in of *{team}* is open until {closes}. Skipping is fine."
        )
    else:
        line = f"How did the work feel this week? *{team}* is open for answers until {closes}."
    blocks = [
        kit.section(line),
        kit.actions(
            reflect_button(checkin.window),
            kit.button("Later today", LATER, checkin.window),
            kit.button("Skip this week", SKIP, checkin.window),
            kit.button("Away …", AWAY, checkin.window),
        ),
        kit.context(
            f"Nobody sees who answered. Numbers are shown from {checkin.smallest_group} answers on."
        ),
    ]
    return line.replace("*", ""), blocks


def answered(closes_at: datetime, zone: str | None) -> tuple[str, list[Block]]:
    """Return what stands in place of the question after an answer."""
    line = (
        "This week's check-in is answered. The message with your receipt lets you change or "
        f"withdraw it until {times.weekday_and_clock(closes_at, zone)}."
    )
    return line, [kit.section(line)]


def skipped(window: str) -> tuple[str, list[Block]]:
    """Return what stands there after *Skip this week*, with a way back."""
    line = "Skipped for this week. The next check-in comes as usual."
    return line, [
        kit.section(line),
        kit.actions(kit.button("Reflect after all", REFLECT, window)),
    ]


def later(window: str, at: datetime, zone: str | None) -> tuple[str, list[Block]]:
    """Return what stands there after *Later today*; ``at`` is when it asks again (UTC)."""
    line = f"Later, then. I will ask once more today at {times.clock(at, zone)}."
    return line, [kit.section(line), kit.actions(reflect_button(window))]


def away(until: date | None) -> tuple[str, list[Block]]:
    """Return what stands there after *Away …*; ``until`` is the last day away."""
    line = f"Noted: away{_until(until)}. I will not ask before you are back."
    return line, [kit.section(line)]


def away_later(first: date | None, last: date | None) -> str:
    """Return the sentence that notes an absence which has not begun."""
    starts = f" from {wording.day(first)}" if first else ""
    return f"Noted: away{starts}{_until(last)}. This check-in stays open as it is."


def _until(last: date | None) -> str:
    return f" until {wording.day(last)}" if last else ""


def away_modal(starts: date, ends: date | None, metadata: str) -> View:
    """Return the form for an absence, both days included."""
    return kit.modal(
        AWAY_DATES,
        "Away",
        [
            kit.section("While you are away I neither ask nor remind. Nobody is told."),
            kit.field("away_from", "First day away", kit.date_input("away_from", starts)),
            kit.field("away_to", "Last day away", kit.date_input("away_to", ends)),
        ],
        submit="Save",
        metadata=metadata,
    )
