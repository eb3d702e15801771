"""The admin's form: every field's sentence, and what is told of a change."""

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from bot.clinic import Preferences, Team, holiday
from bot.clinic.durations import pause_end
from bot.clinic.forms import changes, team_from, words_from
from bot.errors import InvalidForm, NotUnderstood
from tests.fakes import ADMIN, CLINICIANS, OTHER, SUPER, WORKSPACE, form


def made(**changed: Any) -> Team:
    return team_from(form(**changed), team="team-1", workspace=WORKSPACE, zone="Europe/London")


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("name", " \n ", "needs a name"),
        ("name", "x" * 61, "60 characters"),
        ("supervisors", frozenset(), "at least one supervisor"),
        ("clinicians", frozenset(), "Choose the clinicians"),
        ("clinicians", frozenset({SUPER}), "Nobody can be supervisor and clinician"),
        ("emergency_number", "9" * 41, "40 characters"),
        ("checkin_time", None, "time of day"),
        ("digest_time", None, "time of day"),
        ("quiet_from", None, "time of day"),
        ("quiet_to", None, "time of day"),
        ("window_days", 0, "one to six days"),
        ("window_days", 7, "one to six days"),
        ("digest_day", 1, "closes on Thursday"),
        ("country", "XX", "no calendar"),
        ("country", "GB-ATLANTIS", "no calendar"),
        ("smallest_group", "4", "from 5 to 50"),
        ("smallest_group", "51", "from 5 to 50"),
        ("smallest_group", "-7", "from 5 to 50"),
        ("smallest_group", "five", "from 5 to 50"),
        ("smallest_group", "5.5", "from 5 to 50"),
        ("smallest_group", "", "from 5 to 50"),
        ("smallest_group", "²", "from 5 to 50"),
    ],
)
def test_each_field_has_its_sentence(field: str, typed: object, words: str) -> None:
    with pytest.raises(InvalidForm) as refused:
        made(**{field: typed})
    assert words in refused.value.problems[field]


def test_all_problems_are_told_at_once_and_one_a_field() -> None:
    with pytest.raises(InvalidForm) as refused:
        made(name="", supervisors=frozenset(), checkin_time=None, smallest_group="x")
    assert set(refused.value.problems) == {"name", "supervisors", "checkin_time", "smallest_group"}
    assert "x" not in str(refused.value)


def test_a_digest_may_come_the_day_the_window_closes_and_a_week_later() -> None:
    assert made(checkin_day=0, window_days=3, digest_day=3).rhythm.digest_day == 3
    assert made(checkin_day=0, window_days=6, digest_day=0).rhythm.digest_day == 0
    assert made(checkin_day=5, window_days=3, digest_day=1).rhythm.digest_day == 1


def test_a_team_is_what_was_typed() -> None:
    team = made(
        name="  Riverbank ", country="GB-SCT", emergency_number=" 999 ", quiet_from=time(20)
    )
    assert (team.name, team.country, team.region) == ("Riverbank", "GB", "SCT")
    assert team.emergency_number == "999"
    assert team.rhythm.quiet_from == time(20)
    assert made(emergency_number=" ").emergency_number is None


def test_every_change_is_told() -> None:
    before = made()
    edits: dict[str, Any] = {
        "name": "Lakeside",
        "checkin_time": time(10),
        "window_days": 2,
        "digest_time": time(10),
        "quiet_to": time(8),
        "country": "GB",
        "on_call": OTHER,
        "emergency_number": "112",
        "smallest_group": "6",
        "supervisors": frozenset({OTHER}),
        "clinicians": frozenset({*CLINICIANS[1:], ADMIN}),
    }
    for field, value in edits.items():
        told = changes(before, made(**{field: value}))
        assert len(told) == 1, (field, told)
        assert not any(who in told[0] for who in (OTHER, ADMIN, SUPER)), "a count, not names"
    assert changes(before, before) == ()
    assert "Smallest group: 5 → 6" in changes(before, made(smallest_group="6"))
    assert "Clinicians: 8 (1 joined, 1 left)" in changes(
        before, made(clinicians=edits["clinicians"])
    )
    assert len(changes(None, before)) == 11


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", date(2026, 1, 12)),
        ("2w", date(2026, 1, 19)),
        ("2 weeks", date(2026, 1, 19)),
        ("for 10 days", date(2026, 1, 15)),
        ("1M", date(2026, 2, 4)),
        ("until 2026-02-01", date(2026, 2, 1)),
        ("till 2026-01-06", date(2026, 1, 6)),
        ("2027-01-06", date(2027, 1, 6)),
    ],
)
def test_durations_as_people_type_them(typed: str, expected: date) -> None:
    assert pause_end(typed, date(2026, 1, 5)) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "0d",
        "0 weeks",
        "2026-01-05",
        "until 2026-02-30",
        "999w",
        "-2w",
        "2y",
        "soon",
        "2w 3d",
        "2026-01-01",
    ],
)
def test_durations_that_make_no_sense(typed: str) -> None:
    with pytest.raises(NotUnderstood, match="pause 2w") as refused:
        pause_end(typed, date(2026, 1, 5))
    assert "soon" not in str(refused.value)


def test_a_pause_ends_before_its_day_and_an_absence_after_it() -> None:
    paused = Preferences(WORKSPACE, SUPER, paused_until=date(2026, 1, 12))
    assert paused.absent_on(date(2026, 1, 11)) == "paused until 2026-01-12"
    assert paused.absent_on(date(2026, 1, 12)) is None
    away = Preferences(WORKSPACE, SUPER, away_from=date(2026, 1, 5), away_to=date(2026, 1, 6))
    days = [date(2026, 1, day) for day in (4, 5, 6, 7)]
    assert [bool(away.absent_on(day)) for day in days] == [False, True, True, False]
    assert replace(away, away_to=None).absent_on(date(2026, 1, 5)) is None


def test_holidays_by_country_and_region() -> None:
    second = date(2026, 1, 2)
    assert holiday("GB", "SCT", second) is not None
    assert holiday("GB", "ENG", second) is None
    assert holiday(None, None, date(2026, 12, 25)) is None


def test_words_come_one_a_line_or_between_commas() -> None:
    assert words_from("always_hide", " Elm House,Oak Row\n\n Ash ,") == {
        "Elm House",
        "Oak Row",
        "Ash",
    }
    with pytest.raises(InvalidForm) as refused:
        words_from("always_hide", "x" * 61)
    assert "60 characters" in refused.value.problems["always_hide"]
    with pytest.raises(InvalidForm) as refused:
        words_from("never_hide", ",".join(f"word{number}" for number in range(501)))
    assert "500 entries" in refused.value.problems["never_hide"]
