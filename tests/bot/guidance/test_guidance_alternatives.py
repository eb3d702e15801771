from __future__ import annotations

import pytest

from bot.guidance.alternatives import Line, alternatives, bank, themes
from bot.guidance.gate import screen
from bot.guidance.model import Bid, Exchange, Stance
from bot.guidance.reading import read

SAID = [
    "Am I a bad patient?",
    "It's all my fault, I ruin everything.",
    "You were late and you never listen.",
    "Whatever.",
    "My boss is a bully.",
    "Can I have your number?",
    "I feel “weird” – don't know.",
]
BANK = [(name, line) for name, lines in bank().items() for line in lines]
LINES = BANK + [("theme", line) for theme in themes() for line in theme.lines]


@pytest.mark.parametrize("bid", [bid for bid in Bid if bid is not Bid.RISK])
def test_every_bid_has_a_dozen_varied_lines(bid: Bid) -> None:
    lines = bank()[bid.value]
    assert len(lines) >= 12
    assert len({line.move for line in lines}) >= 4
    lengths = [len(line.text.split()) for line in lines]
    assert max(lengths) >= 2 * min(lengths)


def test_no_line_stands_twice() -> None:
    texts = [line.text for _, line in LINES]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize(("name", "line"), LINES, ids=lambda part: getattr(part, "text", part))
def test_every_line_is_read_as_attuned_and_trips_no_gate(name: str, line: Line) -> None:
    del name
    text = line.text.replace("{quote}", "I feel lost").replace("{word}", "pathetic")
    assert screen(text) is None
    for client in (None, *SAID):
        reading = read(Exchange(client, text))
        assert reading.stance is Stance.ATTUNED, client
        assert reading.confidence >= 0.55


@pytest.mark.parametrize(("name", "line"), LINES, ids=lambda part: getattr(part, "text", part))
def test_every_line_is_plain_and_whole(name: str, line: Line) -> None:
    del name
    assert line.text[0].isupper() or line.text.startswith(("'{quote}'", "'{word}'"))
    assert line.text[-1] in ".?"
    assert "!" not in line.text
    assert "  " not in line.text
    assert len(line.text.split()) <= 40


@pytest.mark.parametrize("client", [*SAID, None, "(silence)", "I want a 'real' answer."])
def test_two_or_three_are_offered_and_none_twice(client: str | None) -> None:
    shown: list[str] = []
    for _ in range(3):
        reading = read(Exchange(client, None))
        offered = alternatives(Exchange(client, None), reading.bid, shown)
        assert 2 <= len(offered) <= 3
        assert len({*offered, *shown}) == len(offered) + len(shown)
        shown.extend(offered)


def test_the_persons_own_draft_is_not_offered_back() -> None:
    draft = "How long has it felt like this?"
    for client in ("I'm a failure.", "I am so stupid.", "I'm useless.", "I'm a mess."):
        assert draft not in alternatives(Exchange(client, draft.upper()), Bid.SELF_CRITICISM, ())


def test_lines_fit_the_clients_own_words() -> None:
    offered = alternatives(Exchange("It's all my fault.", None), Bid.SELF_CRITICISM)
    assert any("carrying the whole of it" in line for line in offered)


def test_a_quotation_is_whole_or_not_used() -> None:
    long = "I keep thinking about how everything that I ever touched has gone wrong"
    shown: list[str] = []
    while offered := alternatives(Exchange(long, None), None, shown):
        shown.extend(offered)
    assert shown
    assert not any("{quote}" in line or line.startswith("'I keep") for line in shown)
    short: list[str] = []
    while offered := alternatives(Exchange("I feel lost.", None), None, short):
        short.extend(offered)
    assert "'I feel lost': what is it like to say that here?" in short


@pytest.mark.parametrize(
    "client",
    [
        "Do you feel lost?",
        "Just let it go.",
        "Leave me 'alone' with my things.",
        "(Turns my chair round.)",
    ],
)
def test_questions_orders_and_stage_directions_are_not_quoted(client: str) -> None:
    shown: list[str] = []
    while offered := alternatives(Exchange(client, None), None, shown):
        shown.extend(offered)
    assert shown
    assert not any(line.startswith("'") for line in shown)


def test_a_hard_word_is_given_back_as_it_was_said() -> None:
    offered = alternatives(Exchange("I was so Pathetic yesterday.", None), Bid.SELF_CRITICISM)
    assert "'Pathetic' is a hard word. Where have you heard it before?" in offered


def test_a_theme_comes_first_and_leaves_room_for_the_bid() -> None:
    offered = alternatives(Exchange("The funeral was on Friday, I'm useless.", None), None)
    (theme,) = [theme for theme in themes() if theme.fits("the funeral")]
    kept = {line.text for line in theme.lines}
    assert [line in kept for line in offered] == [True, True, False]


def test_a_theme_needs_whole_words() -> None:
    feeling, fee = (
        {theme for theme in themes() if theme.fits(said)}
        for said in ("i feel odd about it", "the fee is odd")
    )
    assert fee
    assert not feeling


@pytest.mark.parametrize(
    ("said", "bid"),
    [
        ("You look at him and never at me.", Bid.IDEALISATION),
        ("Sorry, sorry. I ran all the way.", Bid.ANGER),
        ("So you're leaving us.", Bid.ENDING),
    ],
)
def test_lines_of_a_bid_that_the_words_speak_against_are_not_offered(said: str, bid: Bid) -> None:
    own = {line.text for line in bank()[bid.value]}
    assert not own & set(alternatives(Exchange(said, None), bid))


def test_the_same_question_gets_the_same_answer_and_others_get_another() -> None:
    one = alternatives(Exchange("I'm a failure.", None), Bid.SELF_CRITICISM)
    assert one == alternatives(Exchange("I'm a failure.", None), Bid.SELF_CRITICISM)
    others = {
        alternatives(Exchange(client, None), Bid.SELF_CRITICISM)
        for client in ("I'm lazy.", "I'm a bad son.", "I'm weak.", "I'm a fraud.", "I'm dull.")
    }
    assert len(others) > 1
