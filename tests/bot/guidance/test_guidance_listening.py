from __future__ import annotations

import pytest

from bot.guidance.folding import fold
from bot.guidance.listening import Vocabulary, rules

WORDS = Vocabulary(
    {
        "end": ["kill~", "stab~", "die~", "suicid*"],
        "kin": ["mum", "dad"],
        "people": ["<kin>", "man"],
        "turn": ["he", "but"],
        "long": ["overdose"],
    },
    {"im": "i am", "wanna": "want to", "2": "to"},
    ["long"],
)


def heard(pattern: str, text: str) -> bool:
    return any(rules([("x", pattern)]).matches(WORDS.tokens(fold(text))))


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("i <end>", "I stabbed him", True),
        ("i <end>", "I was stabbing", False),
        ("i .. <end>", "I was stabbing", True),
        ("i .. <end>", "I was. Killing time", False),
        ("i .. <end>", "I was not even there when killing", False),
        ("i ... <end>", "I was not even there when killing", True),
        ("i ~ <end>", "I know that dad died", True),
        ("i ~ <end>", "I know but dad died", False),
        ("<end> <people>", "kills dad", True),
        ("<end> my? <people>", "killed my mum", True),
        ("<end> !time", "killing time", False),
        ("<end> !time", "killing dad", True),
        ("<end> $", "I could die. But", True),
        ("<end> $", "I could die here", False),
        ("^ dad", "Mum. Dad", True),
        ("^ dad", "my dad", False),
        ("want to <end>", "i wanna DIE", True),
        ("want to <end>", "want 2 die", True),
        ("i am dead", "im dead", True),
        ("can not go", "I can\u2019t go", False),
        ("ca not go", "I can\u2019t go", True),
        ("i would go", "I'd go", True),
        ("dad s knife", "dad's knife", True),
        ("<end>", "suicidality", True),
        ("<long>", "overdsoe", True),
        ("<long>", "overrdose", True),
        ("<long>", "overdse", True),
        ("<long>", "overcoat", False),
    ],
)
def test_a_pattern_is_heard(pattern: str, text: str, *, expected: bool) -> None:
    assert heard(pattern, text) is expected


@pytest.mark.parametrize("pattern", [".. <end>", "i? <end>", "!i <end>"])
def test_a_pattern_must_begin_with_a_word(pattern: str) -> None:
    with pytest.raises(ValueError, match="must begin with a word"):
        rules([("x", pattern)])


def test_a_match_tells_its_name_and_tokens() -> None:
    tokens = WORDS.tokens(fold("well, dad killed time"))
    assert list(rules([("deed", "dad <end>")]).matches(tokens)) == [("deed", 1, 3)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dad killed a man", True),
        ("a man was there. Dad was killed", True),
        ("dad and mum", False),
        ("dad" + " then" * 40 + " killed a man", False),
    ],
)
def test_words_near_each_other_are_heard_in_any_order(text: str, *, expected: bool) -> None:
    assert heard("<end> & dad & man", text) is expected
