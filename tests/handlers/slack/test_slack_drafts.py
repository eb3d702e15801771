"""What travels with a form comes back as it went, and is never believed further than that."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checkins import Filled
from bot.deidentify import Decisions, Finding, Label, Review, Tier
from bot.reflections import IfFew, Pull, Ratings, Topic
from handlers.slack import call
from handlers.slack.drafts import Draft, from_preview, part_name, parts, settled, tag
from handlers.slack.hidden import VALUE, Hidden, hidden_in, restored, unsure_in
from tests.handlers.slack.reflection_samples import found

NAME, DATE = Label.NAME, Label.DATE
HIDE, ASK = Tier.REDACT, Tier.ASK


def test_metadata_is_short_even_when_everything_is_filled_in() -> None:
    filled = Filled(
        ratings=Ratings(1, 2, 3, 4, 5),
        pull=Pull.CONFRONT,
        topics=frozenset(Topic),
        may_show=True,
        if_few=IfFew.DESTROY,
    )
    draft = Draft(
        "T0123456789" * 8,
        "r" * 24,
        editing=True,
        message="1763888400.000100",
        filled=filled,
        round=99,
    )
    assert len(draft.packed("ns-s" * 2, tag(["Ben"]))) < 1000


def test_metadata_holds_nothing_of_the_text() -> None:
    filled = Filled(text="marked words", decisions=Decisions(frozenset({"marked"})))
    draft = Draft("w", "r", filled=filled, also="marked", shown=("marked",), seen=frozenset({"x"}))
    assert "marked" not in draft.packed()


def test_ratings_out_of_range_are_dropped() -> None:
    packed = json.loads(Draft("w", "r").packed())
    packed["a"] = [1, 9, "2", None, -1]
    view = {"private_metadata": json.dumps(packed), "blocks": []}
    assert from_preview(view, call.Filled({})).filled.ratings == Ratings(bond=1)


@given(st.text(max_size=400), st.integers(min_value=20, max_value=120))
def test_parts_join_to_the_same_text(text: str, limit: int) -> None:
    pieces, joins = parts(text, limit)
    marks = {"n": "\n", "s": " ", "-": ""}
    again = pieces[0] + "".join(
        marks[join] + piece for join, piece in zip(joins, pieces[1:], strict=True)
    )
    assert again == text
    assert all(len(piece) <= limit for piece in pieces)


def test_a_placeholder_is_not_cut() -> None:
    text = "word " * 19 + "[number plate] was seen"
    pieces, _ = parts(text, 104)
    assert any("[number plate]" in piece for piece in pieces)


def test_two_words_behind_one_placeholder_find_their_places() -> None:
    text = "On 3 May and on 9 July, and on 3 May again."
    review = found(text, ("3 May", DATE, HIDE, "[date]"), ("9 July", DATE, HIDE, "[date]"))
    may, july = hidden_in(review, text)
    assert (may.at, july.at, may.total) == ((0, 2), (1,), 3)
    assert restored(review.text, [may, july]) == (text, frozenset())


def test_a_placeholder_that_was_typed_before_is_not_taken_for_a_new_one() -> None:
    text = "[date] came first, then 3 May."
    review = found(text, ("3 May", DATE, HIDE, "[date]"))
    assert restored(review.text, hidden_in(review, text)) == (text, frozenset())


def test_where_the_text_changed_the_placeholder_stays() -> None:
    text = "On 3 May and on 9 July."
    review = found(text, ("3 May", DATE, HIDE, "[date]"), ("9 July", DATE, HIDE, "[date]"))
    changed = "On [date] and on [date], or on [date]."
    assert restored(changed, hidden_in(review, text)) == (changed, frozenset({"3 May", "9 July"}))


def test_a_deleted_passage_is_not_lost() -> None:
    text = "On 3 May and on 9 July."
    review = found(text, ("3 May", DATE, HIDE, "[date]"), ("9 July", DATE, HIDE, "[date]"))
    assert restored("Never mind.", hidden_in(review, text)) == ("Never mind.", frozenset())


@given(
    st.text(min_size=1, max_size=60),
    st.sampled_from(["[client A]", "[date]", ""]),
    st.lists(st.integers(0, 30), max_size=4, unique=True),
    st.booleans(),
)
def test_a_tick_box_says_what_it_hides(
    words: str,
    placeholder: str,
    at: list[int],
    telling: bool,  # noqa: FBT001  # drawn
) -> None:
    places = tuple(sorted(at)) if placeholder else ()
    one = Hidden(words, placeholder, places, 31 if places else 0, telling and bool(placeholder))
    assert Hidden.parse(one.value) == one


@pytest.mark.parametrize("value", ["", "x", "|", "*|", "*||", "1,2|a|b", "?1/2"])
def test_a_value_that_is_not_ours_says_nothing(value: str) -> None:
    assert Hidden.parse(value) is None


def test_a_passage_too_long_for_a_tick_box_is_not_offered() -> None:
    assert Hidden("x" * (VALUE - 20), "[client A]").offered
    assert not Hidden("x" * VALUE, "[client A]").offered


def test_wordings_are_asked_about_once_in_any_case() -> None:
    text = "Hope and hope and HOPE."
    review = found(text, ("Hope", NAME, ASK, ""), ("hope", NAME, ASK, ""), ("HOPE", NAME, ASK, ""))
    assert list(unsure_in(review, text)) == ["Hope"]


def _draft(text: str, **more: Any) -> Draft:
    decisions = more.pop("decisions", Decisions())
    return Draft("w", "r", filled=Filled(text=text, decisions=decisions), **more)


def test_what_was_hidden_stays_hidden_when_it_is_no_longer_found() -> None:
    draft = _draft("Ben was late.", seen=frozenset({"Ben"}))
    after, new = settled(draft, Review("Ben was late.", ()))
    assert after.filled.decisions.hide == {"Ben"}
    assert new == 0


def test_what_is_shown_on_purpose_is_not_hidden_again() -> None:
    keep = Decisions(keep=frozenset({"Ben"}))
    draft = _draft("Ben was late.", seen=frozenset({"Ben"}), decisions=keep)
    after, _ = settled(draft, Review("Ben was late.", ()))
    assert after.filled.decisions.hide == frozenset()


def test_new_wordings_are_counted_once() -> None:
    text = "Ben and Ben and Kim."
    review = found(text, ("Ben", NAME, HIDE, "[client A]"), ("Kim", NAME, ASK, "[client B]"))
    assert settled(_draft(text), review)[1] == 2
    assert settled(_draft(text, seen=frozenset({"ben", "KIM"})), review)[1] == 0


def test_the_second_question_is_asked_once_for_the_same_words() -> None:
    assert _draft("x", shown=("Ben",)).must_ask
    assert not _draft("x", shown=("BEN",), asked=tag(["ben"])).must_ask
    assert _draft("x", shown=("Ben", "Kim"), asked=tag(["Ben"])).must_ask


def test_fields_change_their_name_with_each_preview() -> None:
    names = {part_name(round_, part) for round_ in range(4) for part in range(4)}
    assert len(names) == 16
    assert part_name(0, 0) == "text"


def test_findings_are_read_by_offset() -> None:
    text = "äöü Ben"
    review = Review("äöü [client A]", (Finding(4, 7, NAME, HIDE, "[client A]"),))
    (one,) = hidden_in(review, text)
    assert (one.words, one.telling, one.at) == ("Ben", True, ())
