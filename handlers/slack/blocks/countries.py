"""The menu of holiday calendars, from ``countries.toml``."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from bot.clinic import Team
from handlers.slack.blocks.kit import OPTION, Element, clip, option, plain

NONE: Final = "none"
"""Stands for "no calendar": Slack takes no empty value."""

MOST: Final = 100
"""Options in a group, and groups in a menu (Slack's limits)."""

_FILE: Final = Path(__file__).with_name("countries.toml")


@cache
def names() -> Mapping[str, Mapping[str, str]]:
    """Return the choices by group: group's name → code ("GB", "GB-SCT") → name."""
    table = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    countries: dict[str, str] = table["countries"]
    groups: dict[str, Mapping[str, str]] = {"Without a calendar": {NONE: "No holidays"}}
    groups |= _in_groups(sorted(countries.items(), key=lambda one: one[1]))
    for code, regions in table["regions"].items():
        country = countries[code]
        groups[country] = {f"{code}-{at}": f"{country}: {name}" for at, name in regions.items()}
    return groups


def _in_groups(countries: list[tuple[str, str]]) -> dict[str, Mapping[str, str]]:
    halves = countries[: len(countries) // 2], countries[len(countries) // 2 :]
    return {f"{half[0][1][0]} to {half[-1][1][0]}": dict(half) for half in halves}


def code_of(team: Team | None) -> str:
    """Return the value that stands for the team's calendar."""
    if team is None or team.country is None:
        return NONE
    return f"{team.country}-{team.region}" if team.region else team.country


def name_of(code: str) -> str:
    """Return the name of a calendar, or its code where the list does not have it."""
    return next((group[code] for group in names().values() if code in group), code)


def menu(name: str, chosen: str) -> Element:
    """Return the menu; a calendar that the list does not have stays chosen under its code."""
    return {
        "type": "static_select",
        "action_id": name,
        "placeholder": plain("Choose or type a country"),
        "option_groups": list(_groups(chosen)),
        "initial_option": option(name_of(chosen), chosen),
    }


def _groups(chosen: str) -> Iterator[Element]:
    for label, choices in names().items():
        yield _group(label, choices)
    if not any(chosen in choices for choices in names().values()):
        yield _group("Chosen before", {chosen: chosen})


def _group(label: str, choices: Mapping[str, str]) -> Element:
    options = [option(text, code) for code, text in choices.items()]
    return {"label": plain(clip(label, OPTION)), "options": options}
