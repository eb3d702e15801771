"""The small parts: forms, manifest, sample, traffic, reading."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from handlers.playground import forms
from handlers.playground.manifest import app_from_manifest
from handlers.playground.reading import read_json
from handlers.playground.sample import PEOPLE, sample_workspace
from handlers.playground.traffic import Traffic
from tests.handlers.playground.playground_bot import (
    ME,
    actions,
    button,
    options,
    plain,
    text_input,
)

MENU = {"type": "static_select", "action_id": "menu", "options": options("a", "b")}
BOXES = {
    "type": "checkboxes",
    "action_id": "boxes",
    "options": options("a", "b"),
    "initial_options": options("b"),
}
BLOCKS = forms.dress_blocks([actions(MENU, BOXES, block_id="x"), text_input("note")])


def test_values_start_from_what_was_there_first() -> None:
    offered = BLOCKS[0]["elements"][1]["options"]
    assert forms.values(BLOCKS, {}) == {
        "x": {
            "menu": {"type": "static_select", "selected_option": None},
            "boxes": {
                "type": "checkboxes",
                "selected_options": offered[1:],
            },
        },
        "note": {"note_text": {"type": "plain_text_input", "value": None}},
    }


def test_choices_may_be_named_for_short_or_in_full() -> None:
    short = forms.merge(BLOCKS, {}, {"menu": "b", "boxes": ["a"], "note_text": "Hm"})
    full = forms.merge(
        BLOCKS,
        {},
        {
            "x": {
                "menu": {"type": "static_select", "selected_option": {"value": "b"}},
                "boxes": {"selected_options": options("a")},
            },
            "note": {"note_text": {"value": "Hm"}},
        },
    )
    assert short == full
    assert short["x"]["menu"]["selected_option"]["text"]["text"] == "B"


def test_a_block_published_anew_is_known_by_its_only_action() -> None:
    twice = forms.dress_blocks([actions(button("edit"), block_id=name) for name in ("a", "b")])
    assert forms.find_element(twice, "edit", "b")[0]["block_id"] == "b"
    with pytest.raises(LookupError, match="nothing here"):
        forms.find_element(twice, "edit", "gone")
    assert forms.find_element(twice[:1], "edit", "gone")[0]["block_id"] == "a"
    entered = {"x": {"menu": "b"}, "note_text": "Hm", "gone": {"menu": "a"}}
    assert forms.still_there(BLOCKS, entered) == {"x": {"menu": "b"}, "note_text": "Hm"}


def test_what_is_not_offered_cannot_be_chosen() -> None:
    with pytest.raises(LookupError, match="does not offer"):
        forms.merge(BLOCKS, {}, {"menu": "z"})
    with pytest.raises(LookupError, match="nothing here"):
        forms.merge(BLOCKS, {}, {"other": "z"})


def test_the_window_itself_minds_lengths_and_counts() -> None:
    element = {"type": "multi_users_select", "action_id": "who", "max_selected_items": 1}
    who: dict[str, Any] = {
        "type": "input",
        "block_id": "who",
        "label": plain("Who"),
        "element": element,
    }
    blocks = [*forms.dress_blocks([text_input("a", min_length=3, max_length=5)]), who]

    def errors(text: str, *people: str) -> dict[str, str]:
        state = forms.merge(blocks, {}, {"a_text": text, "who": list(people)})
        return forms.client_errors(blocks, forms.values(blocks, state))

    assert errors("four", ME) == {}
    assert errors("ab", ME) == {"a": "Must be at least 3 characters long."}
    assert errors("abcdef", ME) == {"a": "Must be no more than 5 characters long."}
    assert errors("four", ME, "U0CLIN2") == {"who": "Please choose no more than 1."}
    assert errors("four") == {"who": forms.REQUIRED}
    who["optional"] = True
    assert errors("four") == {}


def test_the_sample_practice_is_spread_over_the_world() -> None:
    roles = [person.role for person in PEOPLE]
    assert (roles.count("admin"), roles.count("supervisor"), roles.count("clinician")) == (1, 2, 8)
    zones = {person.zone for person in PEOPLE if person.role == "clinician"}
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert len({now.astimezone(ZoneInfo(zone)).utcoffset() for zone in zones}) >= 4


def test_each_sample_is_a_fresh_one() -> None:
    first, second = sample_workspace(), sample_workspace()
    first.people[ME].active = False
    first.post("C0GENERAL", ME, "Hello")
    assert second.people[ME].active
    assert second.conversation("C0GENERAL").messages == []


def test_stamps_never_repeat() -> None:
    slack = sample_workspace(now=lambda: datetime(2026, 11, 23, tzinfo=UTC))
    stamps = [slack.next_ts() for _ in range(3)]
    assert stamps == sorted(set(stamps))
    assert stamps[0] == "1795392000.000000"


def test_the_sample_app_is_the_one_of_the_manifest() -> None:
    app = sample_workspace().app
    assert "/attune" in {name for name, _, _ in app.commands}
    assert {"message.im", "app_home_opened"} <= app.events
    assert {"chat:write", "im:write"} <= app.scopes


def test_an_app_is_read_from_its_manifest() -> None:
    app = app_from_manifest(
        {
            "display_information": {"name": "Attune"},
            "features": {
                "slash_commands": [{"command": "/attune", "description": "Ask"}],
                "shortcuts": [{"name": "Ask", "type": "global", "callback_id": "ask"}],
            },
            "oauth_config": {"scopes": {"bot": ["chat:write"]}},
            "settings": {"event_subscriptions": {"bot_events": ["app_home_opened"]}},
        }
    )
    assert app.commands == (("/attune", "Ask", ""),)
    assert app.shortcuts == (("global", "Ask", "ask"),)
    slack = sample_workspace(app=app)
    assert slack.tokens["xoxb-playground"].scopes == {"chat:write"}


def test_traffic_keeps_the_last_500_and_no_token() -> None:
    traffic = Traffic()
    for n in range(501):
        traffic.add("in", "auth.test", 200, {"token": "secret", "note": f"xoxb-{n}-abc said"}, 1.0)
    rows = traffic.after()
    assert (len(rows), rows[0]["n"]) == (500, 2)
    assert rows[0]["body"] == {"token": "…", "note": "xoxb-… said"}
    assert [row["n"] for row in traffic.after(500)] == [501]


@pytest.mark.parametrize("text", ["", "{", "[" * 100 + "]" * 100, '"\\ud800"', "1e999", "NaN"])
def test_what_cannot_be_handed_on_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_json(text)
