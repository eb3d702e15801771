"""The preview within Slack's limits, whatever a text holds."""

import json

import pytest

from bot.checkins import Filled
from bot.deidentify import Decisions, Finding, Label, Review, Tier
from bot.errors import InvalidForm
from handlers.slack.blocks import preview, reflections
from handlers.slack.drafts import Draft
from tests.handlers.slack.reflection_samples import CHECKIN, found, refused_view


def _text(words: list[str], length: int = 3000) -> str:
    text = " ".join(f"{word} was here, and something was said." for word in words)
    return (text + " and so on" * 300)[:length]


def _name(at: int) -> str:
    return f"N{chr(97 + at // 26)}{chr(97 + at % 26)}"


def _draft(text: str, **more: object) -> Draft:
    return Draft("w", "r", filled=Filled(text=text), **more)  # type: ignore[arg-type]  # fields vary


def test_three_thousand_characters_with_forty_findings() -> None:
    names = [_name(at) for at in range(40)]
    text = _text(names)
    tiers = [Tier.REDACT, Tier.ASK]
    review = found(
        text,
        *((name, Label.NAME, tiers[at % 2], f"[client {at}]") for at, name in enumerate(names)),
    )
    assert len(review.findings) == 40
    view = preview.view(_draft(text), review)
    assert refused_view(view) == []
    assert len(view["blocks"]) <= 100
    checks = [b for b in view["blocks"] if str(b.get("block_id", "")).startswith("check.")]
    assert len(checks) == 20


def test_forty_questions_and_hundreds_of_hidden_words_still_fit() -> None:
    names = [_name(at) for at in range(300)]
    text = " ".join(names)
    review = found(
        text,
        *(
            (name, Label.NAME, Tier.ASK if at < 120 else Tier.REDACT, f"[client {at}]")
            for at, name in enumerate(names)
        ),
    )
    view = preview.view(_draft(text), review)
    assert refused_view(view) == []
    said = json.dumps(view)
    assert all(name in said for name in names)
    assert "Hide \\u201c" in said


def test_placeholders_longer_than_the_words_run_over_into_a_second_field() -> None:
    text = " ".join(["Al"] * 1000)
    review = found(text, ("Al", Label.NAME, Tier.REDACT, "[client A]"))
    assert len(review.text) > 3000
    view = preview.view(_draft(text), review)
    assert refused_view(view) == []
    fields = [b for b in view["blocks"] if str(b.get("block_id", "")).startswith("text.")]
    assert len(fields) > 1
    assert " ".join(field["element"]["initial_value"] for field in fields) == review.text


def test_more_than_a_modal_can_hold_is_refused_with_the_text_kept() -> None:
    text = " ".join(f"{_name(at // 2)}{at}" for at in range(900))
    words = text.split()
    review = found(text, *((one, Label.NAME, Tier.REDACT, f"[{one}]") for one in words))
    with pytest.raises(InvalidForm) as refused:
        preview.view(_draft(text), review)
    assert "nothing was stored" in refused.value.problems["text"]


def test_an_unsure_passage_too_long_to_ask_about_is_refused() -> None:
    text = "word " * 40
    review = Review(text, (Finding(0, 199, Label.RARE, Tier.ASK, "[detail]"),))
    with pytest.raises(InvalidForm):
        preview.view(_draft(text), review)


def test_a_long_passage_stays_hidden_and_that_is_said() -> None:
    passage = "x" * 180
    review = found(passage, (passage, Label.URL, Tier.REDACT, "[link]"))
    view = preview.view(_draft(passage), review)
    assert refused_view(view) == []
    assert "One longer passage stays hidden" in json.dumps(view)


def test_decisions_are_filled_in_again() -> None:
    text = "Ben met Hope and Joy."
    review = found(
        text,
        ("Ben", Label.NAME, Tier.REDACT, "[client A]"),
        ("Hope", Label.NAME, Tier.ASK, ""),
        ("Joy", Label.NAME, Tier.ASK, ""),
    )
    decisions = Decisions(keep=frozenset({"Ben", "Joy"}), hide=frozenset({"Hope"}))
    filled = Filled(text=text, decisions=decisions)
    view = preview.view(Draft("w", "r", filled=filled, also="the choir", round=1), review)
    blocks = {block.get("block_id"): block for block in view["blocks"]}
    assert "initial_options" not in blocks["hidden.2.0"]["element"]
    assert blocks["check.2.0"]["element"]["initial_option"]["value"] == "hide|Hope"
    assert blocks["check.2.1"]["element"]["initial_option"]["value"] == "keep|Joy"
    assert blocks["also.2"]["element"]["initial_value"] == "the choir"


def test_a_broader_wording_is_offered() -> None:
    text = "the only organist"
    finding = Finding(0, 17, Label.RARE, Tier.ASK, "[detail]", "a musician")
    view = preview.view(_draft(text), Review(text, (finding,)))
    assert "a musician" in json.dumps(view)


def test_a_text_without_findings_says_so_and_can_still_be_changed() -> None:
    view = preview.view(_draft("We talked."), Review("We talked.", ()))
    assert refused_view(view) == []
    assert "Nothing in it looked like a name" in json.dumps(view)
    assert view["submit"]


@pytest.mark.parametrize("text", ["😀" * 1500, "مرحبا " * 400, "x" * 3000, "\n" * 50 + "end"])
def test_odd_texts_fit(text: str) -> None:
    view = preview.view(_draft(text), Review(text, ()))
    assert refused_view(view) == []


def test_the_form_tells_the_smallest_group_and_that_it_is_no_message() -> None:
    view = reflections.write(CHECKIN, Draft("w", "r"))
    assert refused_view(view) == []
    top = view["blocks"][0]["text"]["text"]
    assert "smallest group: *6*" in top
    assert "not posted as a message" in top
    assert "River &amp; &lt;Bank&gt;" in top
    required = [b["block_id"] for b in view["blocks"] if b["type"] == "input" and not b["optional"]]
    assert required == ["if_few"]
    chosen = next(b for b in view["blocks"] if b.get("block_id") == "if_few")["element"]
    assert chosen["initial_option"]["value"] == "carry_over"
    shown = next(b for b in view["blocks"] if b.get("block_id") == "may_show")["element"]
    assert "initial_options" not in shown
