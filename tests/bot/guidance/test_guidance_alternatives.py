"""What is offered: lines that fit this remark, or those of its pull; varied, none twice."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import bot.guidance
from bot.guidance import Guidance
from bot.guidance.alternatives import CONTENT, fitting, for_pull
from bot.guidance.encoder import Encoder, encoder
from bot.guidance.gate import PAIR, alarm, screen
from bot.guidance.lines import bank, key, lines
from bot.guidance.model import Bid, Exchange, Side, Stance
from bot.guidance.reading import read
from bot.guidance.situations import situations
from tests.training.examples import spent_pairs

STATEMENTS = sorted({one.client for one in spent_pairs()})
PULLS = [bid.value for bid in Bid if bid is not Bid.RISK] + ["none"]
LINES = Path(bot.guidance.__file__).parent / "knowledge" / "lines.tsv"
HM = Exchange("Hm.", None)


@pytest.fixture(scope="module")
def found() -> Encoder:
    one = encoder()
    assert one is not None
    return one


@pytest.mark.parametrize("bid", PULLS)
def test_every_pull_has_varied_lines_of_its_own(bid: str) -> None:
    some = bank()[bid]
    assert len(some) >= 12
    assert len({line.move for line in some}) >= 4
    texts = [line.text for line in some]
    assert len(set(texts)) == len(texts)


def test_every_line_is_plain_and_stands_once() -> None:
    every = [*lines().values(), *(line for some in bank().values() for line in some)]
    for line in every:
        assert line.text[0].isupper(), line.text
        assert line.text[-1] in ".?", line.text
        assert "!" not in line.text, line.text
        assert 2 <= len(line.text.split()) <= 40, line.text
        assert screen(line.text, Side.REPLY) is None, line.text
    table = LINES.read_text(encoding="utf-8").splitlines()
    assert len(lines()) == sum(not row.startswith("#") for row in table)
    assert len({line.text.lower() for line in lines().values()}) == len(lines())


def test_the_encoder_knows_every_line(found: Encoder) -> None:
    likely = found.fitting("Am I a bad patient?")
    assert set(lines()) <= set(likely)
    assert all(0 <= one <= 1 for one in likely.values())
    other = found.fitting("Can you write to my employer?")
    assert max(other, key=other.__getitem__) != max(likely, key=likely.__getitem__)


@pytest.mark.parametrize("bid", PULLS)
def test_no_line_for_a_pull_alarms_the_encoder(found: Encoder, bid: str) -> None:
    for line in bank()[bid]:
        concerns = found.opinion("Am I a bad patient?", line.text).concerns
        assert alarm(screen(line.text, Side.REPLY), concerns, PAIR) is None, line.text


@pytest.mark.parametrize("shard", range(4))
def test_every_line_is_read_as_attuned_beside_many_statements(found: Encoder, shard: int) -> None:
    # Beside 200 statements for which it was not written a line may be wrong; what is not read as
    # attuned there is never offered. But a line that is mostly held back would be none.
    assert len(STATEMENTS) >= 190
    chance, held = random.Random(shard), []
    fits = {client: found.fitting(client) for client in STATEMENTS}
    for line in sorted(lines().values(), key=lambda one: one.text)[shard::4]:
        name = key(line.text)
        near = sorted(STATEMENTS, key=lambda client: -fits[client][name])
        attuned = 0
        for client in chance.sample(near[:20], 6):
            opinion = found.opinion(client, line.text)
            calm = alarm(screen(line.text, Side.REPLY), opinion.concerns, PAIR) is None
            stance = read(Exchange(client, line.text), opinion).stance
            attuned += calm and stance is Stance.ATTUNED
        held += [line.text] if attuned < 3 else []
    assert len(held) <= 0.05 * len(lines()) / 4, held


async def test_whatever_is_offered_is_attuned_there_and_alarms_nobody(found: Encoder) -> None:
    guidance, offered = Guidance(), 0
    for client in STATEMENTS[::4]:
        answer = await guidance.ask_pair(Exchange(client, None))
        offered += len(answer.alternatives)
        for text in answer.alternatives:
            opinion = found.opinion(client, text)
            assert found.fitting(client)[key(text)] >= CONTENT
            assert read(Exchange(client, text), opinion).stance is Stance.ATTUNED
            assert alarm(screen(text, Side.REPLY), opinion.concerns, PAIR) is None
    assert 2 * offered >= len(STATEMENTS[::4])


def test_nearly_all_lines_of_situations_are_read_as_attuned_beside_their_statements(
    found: Encoder,
) -> None:
    chance = random.Random(1)
    every = [(one, line) for one in situations() for line in one.attuned]
    attuned = 0
    for one, line in chance.sample(every, 300):
        client = chance.choice(one.clients)
        reading = read(Exchange(client, line.text), found.opinion(client, line.text))
        attuned += reading.stance is Stance.ATTUNED
    assert attuned >= 270


def test_the_best_fitting_come_first_and_no_poor_one_comes_at_all() -> None:
    best, good, poor = _of_one_move(3)
    likely = {good: CONTENT + 0.1, best: CONTENT + 0.2, poor: CONTENT - 0.01}
    assert fitting(HM, likely) == tuple(lines()[name].text for name in (best, good))
    assert fitting(HM, {poor: CONTENT - 0.01}) == ()


def test_what_fits_differs_in_move_where_possible() -> None:
    one, two, three = _of_one_move(3)
    other = next(name for name, line in lines().items() if line.move is not lines()[one].move)
    likely = {one: 0.9, two: 0.9, three: 0.9, other: 0.8}
    assert lines()[other].text in fitting(HM, likely)


def test_only_what_is_read_as_attuned_is_offered() -> None:
    likely = dict.fromkeys(lines(), 0.9)
    offered = fitting(HM, likely, is_attuned=lambda line: "?" in line)
    assert len(offered) == 3
    assert all("?" in line for line in offered)


def test_a_line_that_was_changed_since_is_not_offered() -> None:
    assert fitting(HM, {key("A line that stands nowhere."): 0.9}) == ()


def test_neither_what_was_shown_nor_ones_own_draft_is_offered() -> None:
    one, two, three = _of_one_move(3)
    likely = {one: CONTENT + 0.2, two: CONTENT + 0.1, three: CONTENT}
    exchange = Exchange("Hm.", lines()[two].text.upper())
    assert fitting(exchange, likely, (lines()[one].text,)) == (lines()[three].text,)
    draft = bank()["self_criticism"][0].text
    for client in ("I'm a failure.", "I am so stupid.", "I'm useless.", "I'm a mess."):
        assert draft not in for_pull(Exchange(client, draft.upper()), Bid.SELF_CRITICISM)


def test_lines_for_a_pull_alone_differ_in_move_and_none_comes_twice() -> None:
    moves = {line.text: line.move for line in bank()["anger"]}
    shown: tuple[str, ...] = ()
    for _ in range(3):
        offered = for_pull(Exchange("My boss!", None), Bid.ANGER, shown)
        assert len(offered) == 3
        assert not set(offered) & set(shown)
        shown += offered
    assert len({moves[text] for text in shown[:3]}) == 3


def test_the_same_question_gets_the_same_answer_and_others_get_another() -> None:
    def offered(client: str) -> tuple[str, ...]:
        return for_pull(Exchange(client, None), Bid.SELF_CRITICISM)

    assert offered("I'm a failure.") == offered("I'm a failure.")
    clients = ("I'm lazy.", "I'm a bad son.", "I'm weak.", "I'm a fraud.", "I'm dull.")
    assert len({offered(client) for client in clients}) > 1


def _of_one_move(most: int) -> list[str]:
    """The keys of some lines of one move."""
    move = next(iter(lines().values())).move
    return [name for name, line in lines().items() if line.move is move][:most]
