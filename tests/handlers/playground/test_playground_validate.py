"""What Slack refuses in blocks and views is refused, and what it takes is taken."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.playground.limits import limits
from handlers.playground.validate import blocks_too_long, check_blocks, check_view
from tests.handlers.playground.playground_bot import (
    CHECKIN,
    actions,
    button,
    modal,
    options,
    plain,
    section,
    text_input,
)

Json = dict[str, Any]
SELECT: Json = {"type": "static_select", "action_id": "s", "options": options("a", "b")}


def said(*blocks: Any) -> list[str]:
    return [str(problem) for problem in check_blocks(list(blocks))]


def said_of_view(view: Any) -> list[str]:
    return [str(problem) for problem in check_view(view)]


def confirm(**rest: Any) -> Json:
    parts = {"title": plain("Sure?"), "text": plain("Really"), "confirm": plain("Yes")}
    return {**parts, "deny": plain("No"), **rest}


def series(name: str) -> Json:
    return {"name": name, "data": [{"label": "May", "value": 3}]}


def chart(*names: str) -> Json:
    bar = {
        "type": "bar",
        "series": [series(n) for n in names],
        "axis_config": {"categories": ["May"]},
    }
    return {"type": "data_visualization", "title": "Bond", "chart": bar}


def image(**rest: Any) -> Json:
    return {"type": "image", "alt_text": "A picture", **rest}


GOOD: list[Json] = [
    *CHECKIN,
    section("With a menu", accessory=SELECT),
    {"type": "section", "fields": [plain("One"), {"type": "mrkdwn", "text": "*Two*"}]},
    {"type": "header", "text": plain("Week 21")},
    {"type": "divider"},
    {"type": "context", "elements": [plain("Small"), image(image_url="https://example.org/a.png")]},
    {"type": "markdown", "text": "**bold**"},
    image(slack_file={"id": "F1"}, title=plain("Chart")),
    text_input("note", multiline=True, max_length=3000),
    actions(
        button("danger", style="danger", confirm=confirm()),
        {"type": "overflow", "action_id": "more", "options": options("a", "b")},
        {"type": "datepicker", "action_id": "d", "initial_date": "2026-11-23"},
        {"type": "timepicker", "action_id": "t", "initial_time": "09:30"},
        {
            "type": "checkboxes",
            "action_id": "c",
            "options": options("a"),
            "initial_options": options("a"),
        },
    ),
    chart("Bond", "Goals"),
    {
        "type": "data_table",
        "caption": "Topics",
        "rows": [
            [{"type": "raw_text", "text": "Topic"}, {"type": "raw_text", "text": "Count"}],
            [{"type": "raw_text", "text": "Endings"}, {"type": "raw_number", "value": 3}],
        ],
    },
    {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "Hello"}]}
        ],
    },
]


@pytest.mark.parametrize("block", GOOD, ids=lambda block: str(block["type"]))
def test_what_slack_takes_is_taken(block: Json) -> None:
    assert said(block) == []


BAD = {
    "unknown block": (
        {"type": "marquee"},
        "unsupported type: marquee [json-pointer:/blocks/0/type]",
    ),
    "no type": ({"text": "x"}, "missing required field: type [json-pointer:/blocks/0]"),
    "not an object": ("text", "must provide an object [json-pointer:/blocks/0]"),
    "long section": (
        section("x" * 3001),
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ),
    "empty section": (
        section(" "),
        "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
    ),
    "section of nothing": ({"type": "section"}, "must define either `text` or `fields`"),
    "long header": ({"type": "header", "text": plain("x" * 151)}, "must be less than 151"),
    "mrkdwn header": (
        {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
        "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
    ),
    "emoji on mrkdwn": (
        {"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}},
        "invalid additional property: emoji [json-pointer:/blocks/0/text]",
    ),
    "unknown field": (
        {"type": "divider", "colour": "red"},
        "invalid additional property: colour [json-pointer:/blocks/0]",
    ),
    "long button": (
        actions(button("a", "x" * 76)),
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    "button style": (actions(button("a", style="loud")), "value must be one of: primary, danger"),
    "long action_id": (actions(button("x" * 256)), "must be less than 256 characters"),
    "long block_id": (section(block_id="x" * 256), "must be less than 256 characters"),
    "26 elements": (
        actions(*(button(f"a{n}") for n in range(26))),
        "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    ),
    "no elements": (actions(), "must provide at least 1 items"),
    "input in actions": (
        actions({"type": "plain_text_input", "action_id": "p"}),
        "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]",
    ),
    "twice the same action_id": (
        actions(button("a"), button("a")),
        '`action_id` "a" already exists [json-pointer:/blocks/0/elements/1/action_id]',
    ),
    "11 fields": ({"type": "section", "fields": [plain("x")] * 11}, "no more than 10 items"),
    "long field": ({"type": "section", "fields": [plain("x" * 2001)]}, "less than 2001"),
    "11 context elements": ({"type": "context", "elements": [plain("x")] * 11}, "no more than 10"),
    "one overflow option": (
        actions({"type": "overflow", "action_id": "o", "options": options("a")}),
        "must provide at least 2 items",
    ),
    "six overflow options": (
        actions({"type": "overflow", "action_id": "o", "options": options(*"abcdef")}),
        "no more than 5 items",
    ),
    "101 options": (
        actions({**SELECT, "options": options(*(f"o{n}" for n in range(101)))}),
        "no more than 100 items",
    ),
    "11 radio buttons": (
        actions({"type": "radio_buttons", "action_id": "r", "options": options(*"abcdefghijk")}),
        "no more than 10 items",
    ),
    "options and groups": (
        actions({**SELECT, "option_groups": [{"label": plain("g"), "options": options("c")}]}),
        "must define either `options` or `option_groups`, but not both",
    ),
    "long option": (
        actions({**SELECT, "options": [{"text": plain("x" * 76), "value": "v"}]}),
        "must be less than 76 characters",
    ),
    "long option value": (
        actions({**SELECT, "options": [{"text": plain("x"), "value": "v" * 151}]}),
        "must be less than 151 characters",
    ),
    "initial option not offered": (
        actions({**SELECT, "initial_option": options("z")[0]}),
        "must match one of the provided `options`",
    ),
    "long placeholder": (actions({**SELECT, "placeholder": plain("x" * 151)}), "less than 151"),
    "confirm without words": (
        actions(button("a", confirm={"title": plain("Sure?")})),
        "missing required field: deny",
    ),
    "long confirm title": (
        actions(button("a", confirm=confirm(title=plain("x" * 101)))),
        "must be less than 101 characters",
    ),
    "date in words": (
        actions({"type": "datepicker", "action_id": "d", "initial_date": "Monday"}),
        "must match pattern",
    ),
    "image of nothing": (image(), "must define either `image_url` or `slack_file`, but not both"),
    "image without alt text": (
        {"type": "image", "image_url": "https://example.org/a.png"},
        "missing required field: alt_text",
    ),
    "long alt text": (image(image_url="https://e.org", alt_text="x" * 2001), "less than 2001"),
    "boolean in words": (
        text_input("n", multiline="yes"),
        "must provide a boolean [json-pointer:/blocks/0/element/multiline]",
    ),
    "max_length over 3000": (text_input("n", max_length=3001), "must be no more than 3000"),
    "seven series": (chart(*"abcdefg"), "no more than 6 items"),
    "alert in a message": ({"type": "alert", "text": plain("x")}, "unsupported type: alert"),
    "table of one row": (
        {"type": "data_table", "caption": "x", "rows": [[{"type": "raw_text", "text": "x"}]]},
        "must provide at least 2 items",
    ),
}


@pytest.mark.parametrize(("block", "complaint"), BAD.values(), ids=BAD.keys())
def test_what_slack_refuses_is_refused(block: Any, complaint: str) -> None:
    assert any(complaint in problem for problem in said(block)), said(block)


def test_a_message_holds_50_blocks_and_a_view_100() -> None:
    assert said(*[section()] * 50) == []
    assert said(*[section()] * 51) == ["no more than 50 items allowed [json-pointer:/blocks]"]
    assert said_of_view(modal("m", *[section()] * 100)) == []
    assert said_of_view({"type": "home", "blocks": [section()] * 101}) == [
        "no more than 100 items allowed [json-pointer:/view/blocks]"
    ]


def test_block_ids_differ_within_a_message() -> None:
    twice = section(block_id="x")
    assert said(twice, twice) == ['`block_id` "x" already exists [json-pointer:/blocks/1/block_id]']
    assert said(section(), section()) == []


def test_a_message_is_limited_as_a_whole() -> None:
    assert "too many data_visualization blocks" in said(chart("a"), chart("b"), chart("c"))[0]
    markdown = {"type": "markdown", "text": "x" * 7000}
    assert "12000 characters in all" in said(markdown, markdown)[0]
    assert not blocks_too_long([section("x" * 3000)] * 3)
    assert blocks_too_long([section("x" * 3000)] * 4)


VIEWS = {
    "no title": (
        {"type": "modal", "blocks": []},
        "missing required field: title [json-pointer:/view]",
    ),
    "long title": (
        modal("x" * 25),
        "must be less than 25 characters [json-pointer:/view/title/text]",
    ),
    "long submit": (modal("m", submit=plain("x" * 25)), "must be less than 25 characters"),
    "input without submit": (
        modal("m", section(), text_input("n"), submit=None),
        "must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/1/",
    ),
    "long private_metadata": (modal("m", private_metadata="x" * 3001), "less than 3001"),
    "markdown in a modal": (modal("m", {"type": "markdown", "text": "x"}), "unsupported type"),
    "chart in a modal": (modal("m", chart("a")), "unsupported type: data_visualization"),
    "unknown surface": ({"type": "sidebar"}, "unsupported type: sidebar [json-pointer:/view/type]"),
    "no surface": ({"blocks": []}, "missing required field: type [json-pointer:/view]"),
    "text instead of a view": ("modal", "must provide an object [json-pointer:/view]"),
    "unknown property": (modal("m", colour="red"), "invalid additional property: colour"),
    "title on Home": (
        {"type": "home", "blocks": [], "title": plain("x")},
        "invalid additional property: title",
    ),
    "two with focus": (
        modal("m", text_input("a", focus_on_load=True), text_input("b", focus_on_load=True)),
        "only one element can have `focus_on_load`",
    ),
}


@pytest.mark.parametrize(("view", "complaint"), VIEWS.values(), ids=VIEWS.keys())
def test_views_are_refused_as_slack_does(view: Any, complaint: str) -> None:
    assert any(complaint in problem for problem in said_of_view(view)), said_of_view(view)


def test_every_name_of_the_table_leads_somewhere() -> None:
    table = limits()
    for family in table.kinds.values():
        for kind in family.values():
            assert set(kind.required) | set(kind.exactly_one) <= {"type", *kind.fields}
            for field in kind.fields.values():
                what, _, name = field.holds.partition(":")
                assert what != "object" or name in table.kinds["object"]
                assert what != "one" or name in table.groups
    for group, names in table.groups.items():
        assert set(names) <= set(table.kinds["block" if group == "block" else "element"])


@pytest.mark.parametrize(
    "junk", [None, 5, "x", {}, [[]], [{"type": []}], [{"type": "section", "text": 5}]]
)
def test_junk_is_refused_without_falling_over(junk: Any) -> None:
    assert check_blocks(junk)
    assert check_view({"type": "modal", "title": junk, "blocks": junk})


@pytest.mark.parametrize("junk", [5, "x", {"a": 1}, [1], [{"options": 3}]])
def test_junk_inside_elements_is_refused_without_falling_over(junk: Any) -> None:
    menu = {
        "type": "static_select",
        "options": junk,
        "initial_options": junk,
        "option_groups": junk,
    }
    assert said(actions(menu), {"type": "actions", "elements": junk}, section(accessory=junk))


NAMES = st.sampled_from(
    [
        "type",
        "text",
        "elements",
        "options",
        "accessory",
        "element",
        "blocks",
        "title",
        "rows",
        "fields",
        "chart",
        "series",
        "block_id",
        "action_id",
        "initial_options",
        "option_groups",
    ]
)
WORDS = st.sampled_from([*limits().groups["block"], *limits().groups["input"], "modal", "home"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | WORDS
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
)


@settings(deadline=None, max_examples=200)
@given(ANYTHING)
def test_anything_gets_an_answer(value: Any) -> None:
    assert isinstance(check_blocks(value), list)
    assert isinstance(check_blocks([value]), list)
    assert isinstance(check_view(value), list)
