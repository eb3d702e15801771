"""The situations: what their files must hold for the encoder to learn from them."""

from collections import Counter
from pathlib import Path

import pytest

from bot.guidance.model import Bid, Stance
from bot.guidance.situations import Situation, pulls, read_situations, situations

BLOCK = """situation: asks_if_boring
bid: reassurance
about: the client asks whether the therapist finds them boring
C: Do I bore you?
# a remark of the author's
attuned/explore: What do you imagine happens in me while you talk?
collusion/reassure: Not at all, I love our hours.
mixed: No, and why would you ask?
"""


def test_a_block_is_read(tmp_path: Path) -> None:
    file = tmp_path / "some.txt"
    file.write_text(f"# Head.\n\n{BLOCK}\n{BLOCK.replace('boring', 'dull')}")
    first, second = read_situations(file)
    assert (first.name, second.name) == ("asks_if_boring", "asks_if_dull")
    assert first.bid is Bid.REASSURANCE
    assert first.clients == ("Do I bore you?",)
    assert [line.text for line in first.attuned] == [
        "What do you imagine happens in me while you talk?"
    ]
    assert [line.stance for line in first.lines] == [
        Stance.ATTUNED, Stance.COLLUSION, Stance.MIXED
    ]  # fmt: skip


def test_a_malformed_block_is_named(tmp_path: Path) -> None:
    file = tmp_path / "some.txt"
    file.write_text(BLOCK + "no item at all")
    with pytest.raises(ValueError, match=r"some\.txt, situation asks_if_boring"):
        read_situations(file)


def test_names_are_given_once() -> None:
    names = Counter(one.name for one in situations())
    assert max(names.values()) == 1
    assert set(pulls()) == set(names)


@pytest.mark.parametrize("bid", [bid for bid in Bid if bid is not Bid.RISK])
def test_every_pull_has_a_dozen_lines_and_more(bid: Bid) -> None:
    lines = {line.text for one in situations() if one.bid is bid for line in one.attuned}
    assert len(lines) >= 12


@pytest.mark.parametrize("one", situations(), ids=lambda one: one.name)
def test_a_situation_has_varied_plain_lines(one: Situation) -> None:
    assert len(one.attuned) >= 6
    assert len({line.move for line in one.attuned}) >= 4
    assert len(one.clients) >= 10
    for line in one.attuned:
        assert line.text[-1] in ".?"
        assert "!" not in line.text
        assert 3 <= len(line.text.split()) <= 34


def test_no_line_stands_in_two_situations() -> None:
    texts = Counter(line.text for one in situations() for line in one.attuned)
    assert [text for text, often in texts.items() if often > 1] == []
