"""What is offered: lines of the situation, else of the pull; varied, none twice."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from bot.guidance.alternatives import alternatives, bank, offered_in
from bot.guidance.encoder import Encoder, encoder
from bot.guidance.gate import PAIR, alarm, screen
from bot.guidance.model import Bid, Exchange, Side, Stance
from bot.guidance.reading import read
from bot.guidance.situations import Line, also, situations

BANK = [(name, line) for name, lines in bank().items() for line in lines]
CLIENTS = [
    "Am I a bad patient?",
    "It's all my fault, I ruin everything.",
    "You were late and you never listen.",
    "Whatever.",
    "My boss is a bully.",
    "Can I have your number?",
    "(silence)",
    "",
]


@pytest.fixture(scope="module")
def found() -> Encoder:
    one = encoder()
    assert one is not None
    return one


def offered(found: Encoder | None, client: str, shown: tuple[str, ...] = ()) -> tuple[str, ...]:
    exchange = Exchange(client, None)
    opinion = found.opinion(client, "") if found else None
    return alternatives(exchange, read(exchange, opinion).bid, opinion, shown)


@pytest.mark.parametrize("bid", [bid.value for bid in Bid if bid is not Bid.RISK] + ["none"])
def test_every_pull_has_varied_lines_of_its_own(bid: str) -> None:
    lines = bank()[bid]
    assert len(lines) >= 10
    assert len({line.move for line in lines}) >= 4
    texts = [line.text for line in lines]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(("name", "line"), BANK, ids=lambda part: getattr(part, "text", part))
def test_every_line_for_a_pull_is_plain_attuned_and_trips_no_gate(
    found: Encoder, name: str, line: Line
) -> None:
    del name
    concerns = found.opinion("Am I a bad patient?", line.text).concerns
    assert alarm(screen(line.text, Side.REPLY), concerns, PAIR) is None
    assert line.text[0].isupper()
    assert line.text[-1] in ".?"
    assert "!" not in line.text
    assert len(line.text.split()) <= 40


def test_nearly_all_lines_of_situations_are_read_as_attuned_beside_their_statements(
    found: Encoder,
) -> None:
    # What is not is never offered; but a bank that is mostly held back would be none.
    chance = random.Random(1)
    every = [(one, line) for one in situations() for line in one.attuned]
    clients, attuned = set(), 0
    for one, line in chance.sample(every, 300):
        client = chance.choice(one.clients)
        clients.add(client)
        reading = read(Exchange(client, line.text), found.opinion(client, line.text))
        attuned += reading.stance is Stance.ATTUNED
    assert len(clients) >= 200
    assert attuned >= 280


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("alone", [True, False], ids=["rules", "encoder"])
def test_two_or_three_are_offered_and_none_twice(
    found: Encoder, client: str, *, alone: bool
) -> None:
    shown: tuple[str, ...] = ()
    for _ in range(3):
        lines = offered(None if alone else found, client, shown)
        assert 2 <= len(lines) <= 3
        assert len({*lines, *shown}) == len(lines) + len(shown)
        shown += lines


@pytest.mark.parametrize(
    ("client", "name"),
    [
        ("Can I have a hug?", "asks_for_hug"),
        ("Are you married?", "asks_about_therapists_relationship"),
    ],
)
def test_a_known_moment_gets_lines_written_for_it(found: Encoder, client: str, name: str) -> None:
    assert set(offered(found, client)) <= {line.text for line in offered_in(name)}


def test_a_line_that_suits_two_likely_situations_is_offered_and_others_are_not(
    found: Encoder,
) -> None:
    name, lines = next((name, lines) for name, lines in also().items() if len(lines) > 1)
    (home,) = [one for one in situations() if lines[0] in one.attuned]
    opinion = replace(found.opinion("Hm.", ""), situations={name: 0.35, home.name: 0.25})
    fitting = alternatives(Exchange("Hm.", None), Bid.SILENCE, opinion)
    both = {line.text for line in lines if line in home.attuned}
    assert fitting[0] in both
    assert not ({line.text for line in home.attuned} - both) & set(fitting)
    unsure = replace(opinion, situations={name: 0.15, home.name: 0.15})
    plain = {line.text for lines in bank().values() for line in lines}
    assert set(alternatives(Exchange("Hm.", None), Bid.SILENCE, unsure)) <= plain


def test_only_what_is_read_as_attuned_is_offered() -> None:
    lines = alternatives(
        Exchange("I'm a failure.", None), Bid.SELF_CRITICISM, is_attuned=lambda line: "?" in line
    )
    assert lines
    assert all("?" in line for line in lines)


def test_the_persons_own_draft_is_not_offered_back() -> None:
    draft = bank()["self_criticism"][0].text
    for client in ("I'm a failure.", "I am so stupid.", "I'm useless.", "I'm a mess."):
        assert draft not in alternatives(Exchange(client, draft.upper()), Bid.SELF_CRITICISM)


def test_moves_differ_where_possible() -> None:
    moves = {line.text: line.move for line in bank()["anger"]}
    lines = alternatives(Exchange("My boss!", None), Bid.ANGER)
    assert len({moves[line] for line in lines}) == len(lines) == 3


def test_the_same_question_gets_the_same_answer_and_others_get_another() -> None:
    one = alternatives(Exchange("I'm a failure.", None), Bid.SELF_CRITICISM)
    assert one == alternatives(Exchange("I'm a failure.", None), Bid.SELF_CRITICISM)
    others = {
        alternatives(Exchange(client, None), Bid.SELF_CRITICISM)
        for client in ("I'm lazy.", "I'm a bad son.", "I'm weak.", "I'm a fraud.", "I'm dull.")
    }
    assert len(others) > 1
