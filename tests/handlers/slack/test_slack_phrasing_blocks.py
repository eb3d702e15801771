"""An answer about phrasing, as it is drawn."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.guidance import Bid, Evidence, Exchange, Intent, Side, Stance, Strain, Subtype
from bot.reflections import Topic
from handlers.slack.blocks import phrasing as blocks
from handlers.slack.blocks import phrasing_words as words
from handlers.slack.blocks.kit import escape
from handlers.slack.blocks.tries import MOST, ROOM, Tries, Try, load
from handlers.slack.blocks.views import changed
from tests.handlers.slack.phrasing_samples import (
    ALTERNATIVES,
    CLIENT,
    REPLY,
    SOURCE,
    assert_blocks,
    assert_view,
    phrase,
    pulls,
    reading,
    with_id,
    words_of,
)

FIRST = Tries((Try(Stance.CONFRONTATION, 0.9),))


def echoed(view: dict[str, Any], **typed: str) -> dict[str, Any]:
    """A view as Slack returns it with an action or a submission."""
    fields = {
        block["block_id"]: {block["element"]["action_id"]: {"value": typed.get(block["block_id"])}}
        for block in view["blocks"]
        if block["type"] == "input"
    }
    numbered = [{"block_id": f"b{number}"} | block for number, block in enumerate(view["blocks"])]
    extra = {"id": "V1", "team_id": "T1", "hash": "1.x", "state": {"values": fields}}
    return json.loads(json.dumps(view | extra | {"blocks": numbered}))  # type: ignore[no-any-return]  # a view stays one


@pytest.mark.parametrize("names", [words.STANCES, words.READS])
def test_every_stance_has_a_name(names: dict[Stance, str]) -> None:
    assert set(names) == set(Stance)


def test_every_code_that_is_shown_has_a_name() -> None:
    assert set(words.SUBTYPES) == set(Subtype)
    assert set(words.BIDS) == set(Bid)
    assert set(words.STRAINS) == set(Strain)


@pytest.mark.parametrize("text", [*words.READS.values(), *words.REFUSALS.values()])
def test_sentences_keep_the_voice(text: str) -> None:
    assert "!" not in text
    assert "wrong" not in text.lower()


@pytest.mark.parametrize("intent", words.REFUSALS)
def test_refusals_say_that_nothing_was_kept(intent: Intent) -> None:
    assert "I kept nothing" in words.REFUSALS[intent]


def test_the_answer_shows_line_evidence_pull_strain_and_hint() -> None:
    view = blocks.answer_modal(phrase(), FIRST)
    said = words_of(view["blocks"])
    assert_view(view)
    assert "lean towards *confrontation* (contradicting, even if kindly)" in said
    assert "“No, no, no”" in said
    assert "“a bad patient”" in said
    assert "The pull in the client's line" in said
    assert "*bond*" in said
    assert "*One hint:* Ask what the word means to the client." in said
    assert escape(SOURCE) in said
    assert "therapist's move" in said


def test_what_the_engine_says_is_escaped() -> None:
    said = words_of(blocks.answer_modal(phrase(), FIRST)["blocks"])
    assert "&lt;itself&gt;" in said
    assert "<itself>" not in said


def test_words_that_stand_side_by_side_are_shown_as_one() -> None:
    spans = [(REPLY.index(words), words) for words in ("a 'bad", "No, no,", "You are not")]
    evidence = tuple(Evidence(at, at + len(words), Side.REPLY) for at, words in spans)
    said = words_of(blocks.answer_modal(phrase(reading(evidence=evidence)), FIRST)["blocks"])
    assert "*Words that point there:* “No, no”, “You are not a 'bad”" in said


def test_hint_and_next_try_stand_before_the_alternatives() -> None:
    view = blocks.answer_modal(phrase(), FIRST)
    ids = [block.get("block_id") for block in view["blocks"]]
    assert ids.index("reply") < ids.index(blocks.MORE)
    assert ALTERNATIVES[0] not in words_of(view["blocks"])
    assert with_id(view["blocks"], "client")["element"]["initial_value"] == CLIENT
    assert view["submit"]["text"] == "Read my words"


@pytest.mark.parametrize(
    ("position", "column"), [(-1.0, 0), (0.0, 12), (1.0, 24), (0.5, 18), (-0.5, 6)]
)
def test_the_marker_stands_where_the_draft_does(position: float, column: int) -> None:
    tries = Tries((Try(Stance.COLLUSION, position),))
    picture = with_id(blocks.answer_modal(phrase(), tries)["blocks"], "phrasing.line")
    lines = picture["text"]["text"].splitlines()
    assert lines[2].index("●") == column + len("1 ")
    assert lines[1].index("collude") == len("1 ")
    assert lines[1].index("attuned") + len("attuned") // 2 == 12 + len("1 ")
    assert len(lines[1]) == len(lines[2])
    assert lines[-1] == "Try 1: collusion."


def test_tries_stand_on_the_line_beside_each_other() -> None:
    tries = Tries((Try(Stance.COLLUSION, -0.8), Try(Stance.ATTUNED, 0.0)))
    view = blocks.answer_modal(phrase(reading(Stance.ATTUNED, 0.0)), tries, ("Never mind.",))
    assert_view(view)
    picture = with_id(view["blocks"], "phrasing.line")["text"]["text"]
    assert picture.count("●") == 2
    assert picture.endswith("Try 1: collusion, try 2: attuned.")
    assert with_id(view["blocks"], "try.1")["text"]["text"] == "1: “Never mind.”"
    assert REPLY in with_id(view["blocks"], "try.2")["text"]["text"]
    assert with_id(view["blocks"], "reply")["hint"]["text"] == "Try 3 of 3."


def test_earlier_drafts_are_found_in_the_view_itself() -> None:
    said = "I <see>, “really”"
    view = echoed(blocks.answer_modal(phrase(reply=said), FIRST))
    assert blocks.quoted_drafts(view) == ("I &lt;see&gt;, “really”",)
    again = blocks.answer_modal(phrase(), Tries(FIRST.made * 2), blocks.quoted_drafts(view))
    assert with_id(again["blocks"], "try.1")["text"]["text"] == "1: “I &lt;see&gt;, “really””"


def test_a_try_that_began_in_a_message_is_on_the_line_without_its_words() -> None:
    view = blocks.answer_modal(phrase(), Tries(FIRST.made * 2))
    assert [b["block_id"] for b in view["blocks"] if "try." in b.get("block_id", "")] == ["try.2"]


def test_the_third_try_brings_the_alternatives_and_no_further_field() -> None:
    view = blocks.answer_modal(phrase(), Tries(FIRST.made * MOST))
    assert_view(view)
    assert "submit" not in view
    assert ALTERNATIVES[0] in words_of(view["blocks"])
    assert "One hint" not in words_of(view["blocks"])


def test_without_a_draft_pulls_come_first_then_alternatives() -> None:
    view = blocks.answer_modal(pulls(), Tries().after(pulls()))
    said = words_of(view["blocks"])
    assert_view(view)
    assert said.index("to soothe at once") < said.index(ALTERNATIVES[0])
    assert load(view["private_metadata"]).shown == ALTERNATIVES
    assert "a verdict on the self" in said
    assert "seems" not in said
    assert "phrasing.line" not in [block.get("block_id") for block in view["blocks"]]


def test_where_no_topic_can_be_told_all_are_offered() -> None:
    bare = reading(Stance.ATTUNED, 0.0, bid=None, strains=None)
    view = blocks.answer_modal(phrase(bare), FIRST)
    assert_view(view)
    select = with_id(view["blocks"], blocks.RATE)["elements"][-1]
    assert {one["value"] for one in select["options"]} == {topic.value for topic in Topic}


def test_a_draft_alone_can_be_tried_again_without_a_client_line() -> None:
    view = blocks.answer_modal(phrase(client=None), FIRST)
    assert_view(view)
    assert with_id(view["blocks"], "client")["optional"] is True


def test_without_alternatives_there_is_no_button_for_them() -> None:
    bare = replace(phrase(), alternatives=())
    assert_view(blocks.answer_modal(bare, FIRST))
    assert_blocks(blocks.answer_message(bare, in_chat=False))
    assert "phrasing.alternatives" not in json.dumps(blocks.answer_modal(bare, FIRST))


@pytest.mark.parametrize("reply", [None, "No, of course you're not."])
def test_without_alternatives_there_is_a_word_on_it(reply: str | None) -> None:
    bare = replace(phrase(reply=reply), alternatives=())
    for drawn in (
        blocks.answer_modal(bare, FIRST)["blocks"],
        blocks.answer_message(bare, in_chat=True),
    ):
        assert_blocks(drawn)
        assert blocks.NONE_FITS in json.dumps(drawn)
    assert "ways to answer" not in blocks.summary(replace(bare, exchange=Exchange(CLIENT, None)))
    assert "ways to answer" in blocks.summary(phrase(reply=None))


def test_unsure_says_so_and_names_both_readings() -> None:
    unsure = reading(Stance.UNCLEAR, 0.2, subtype=None, also=(Stance.ATTUNED, Stance.CONFRONTATION))
    view = blocks.answer_modal(phrase(unsure), Tries((Try(Stance.UNCLEAR, 0.2),)))
    said = words_of(view["blocks"])
    assert_view(view)
    assert "not sure" in said
    assert "*attuned* or *confrontation*" in said
    assert "?" in with_id(view["blocks"], "phrasing.line")["text"]["text"]


@pytest.mark.parametrize("in_chat", [True, False])
def test_a_message_repeats_only_the_words_that_decided(*, in_chat: bool) -> None:
    drawn = blocks.answer_message(phrase(), in_chat=in_chat)
    assert_blocks(drawn)
    everything = json.dumps(drawn)
    assert CLIENT not in everything
    assert REPLY not in everything
    assert (blocks.KEEPS in words_of(drawn)) is in_chat
    assert ("phrasing.open" in everything) is in_chat


def test_a_message_without_a_draft_is_valid() -> None:
    drawn = blocks.answer_message(pulls(), in_chat=True)
    assert_blocks(drawn)
    assert ALTERNATIVES[0] in words_of(drawn)


@pytest.mark.parametrize(
    "view",
    [
        blocks.ask_modal(),
        blocks.ask_modal(client="x" * 5000, reply="y" * 5000, why="Why.", tries=FIRST),
        blocks.sides_modal("z" * 5000),
        blocks.alternatives_modal(ALTERNATIVES),
    ],
)
def test_forms_are_what_slack_takes(view: dict[str, Any]) -> None:
    assert_view(view)


def test_over_long_words_never_break_an_answer() -> None:
    long = "ü" * 3000
    answer = phrase(reading(why=long), reply=long, client=long)
    assert_view(blocks.answer_modal(answer, FIRST, (long[:90],)))
    assert_blocks(blocks.answer_message(answer, in_chat=True))


@pytest.mark.parametrize(
    ("given", "topic"),
    [
        (reading(), Topic.SELF_CRITICISM),
        (reading(bid=Bid.INFORMATION), Topic.BOND),
        (reading(bid=None, strains=None), Topic.CONFRONTATION),
        (reading(Stance.ATTUNED, bid=None, strains=None), None),
        (None, None),
    ],
)
def test_the_topic_comes_from_bid_then_strain_then_stance(given: Any, topic: Topic | None) -> None:
    assert words.topic_of(given) == topic


def test_a_changed_view_keeps_what_was_typed_meanwhile() -> None:
    view = echoed(blocks.answer_modal(phrase(), FIRST), client=CLIENT, reply="half a sent")
    after = changed(view, blocks.MORE, blocks.alternatives(ALTERNATIVES), metadata="[]")
    assert_view(after)
    assert with_id(after["blocks"], "reply")["element"]["initial_value"] == "half a sent"
    assert ALTERNATIVES[1] in words_of(after["blocks"])
    assert after["private_metadata"] == "[]"
    assert not {"id", "state", "hash", "team_id"} & set(after)


def test_a_changed_view_empties_a_field_that_was_emptied() -> None:
    view = echoed(blocks.answer_modal(phrase(), FIRST), client=CLIENT)
    after = changed(view, blocks.MORE, [])
    assert "initial_value" not in with_id(after["blocks"], "reply")["element"]


def test_tries_come_back_as_they_went() -> None:
    tries = Tries((Try(Stance.COLLUSION, -0.25), Try(Stance.UNCLEAR, 0.0)), ALTERNATIVES)
    assert load(tries.dump()) == tries


def test_tries_stay_within_the_room_that_slack_gives() -> None:
    tries = Tries(FIRST.made * 3, tuple(f"{number} " + "ü" * 400 for number in range(30)))
    assert len(tries.dump()) <= ROOM
    assert load(tries.dump()).shown[-1] == tries.shown[-1]
    assert load(tries.dump()).made == tries.made


@pytest.mark.parametrize(
    "text",
    [
        *("", "{}", "[]", "[[],[],[]]", "[{},{}]", "7", "[" * 100_000),
        *('[[["love",0]],[]]', '[[["attuned","x"]],[]]', '[[["attuned",1e999]],[]]'),
    ],
)
def test_what_is_no_tries_counts_as_none(text: str) -> None:
    found = load(text)
    assert all(-1 <= one.position <= 1 for one in found.made)
    assert found.shown == ()


def test_forged_tries_are_cut_to_three_on_the_line() -> None:
    forged = json.dumps([[["attuned", 99]] * 50, []])
    assert load(forged).made == (Try(Stance.ATTUNED, 1.0),) * MOST


def test_alternatives_travel_in_a_button() -> None:
    assert blocks.unpacked(blocks.packed(ALTERNATIVES)) == ALTERNATIVES
    assert len(blocks.packed(["x" * 900] * 3)) <= blocks.VALUE
    assert blocks.unpacked("{") == blocks.unpacked("7") == ()
