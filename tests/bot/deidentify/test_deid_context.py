"""The network beside the tagger: its pieces and marks, what it knows from context, its limits."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.deidentify import Deidentifier, Tier
from bot.deidentify.context import (
    CODES,
    CORE,
    LONGEST,
    MARKS,
    Context,
    code,
    context,
    marks_of,
    owners,
)
from bot.deidentify.engine import Engine
from bot.deidentify.page import Page
from bot.deidentify.tagger import CLASSES, FOLDER, sounds
from bot.deidentify.traits import Token, tokens, traits, verdicts


def _certain(text: str) -> dict[str, float]:
    page = Page(text)
    found = tokens(page)
    said = verdicts(found, Engine().spans(page))
    rows = list(traits(page, found, said, sounds()))
    shares = context().shares(page.text, found, rows)
    assert shares.shape == (len(found), len(CLASSES))
    assert np.allclose(shares.sum(1), 1, atol=1e-3)
    return {token.low: 1 - float(row[0]) for token, row in zip(found, shares, strict=True)}


def test_a_piece_belongs_to_the_token_it_stands_in() -> None:
    found = [Token(0, 4, "anna", None), Token(6, 12, "leeds1", None)]
    places = [(0, 2), (2, 4), (4, 5), (6, 11), (11, 12), (12, 13)]
    assert owners(places, found) == [0, 0, -1, 1, 1, -1]
    assert owners([], found) == []


def test_marks_are_small_numbers_and_nothing_is_none() -> None:
    assert code(0, "") == 0
    assert {0 < code(place, "ABC") < CODES for place in range(len(MARKS))} == {True}
    assert len({code(place, "ABC") for place in range(len(MARKS))}) > 1
    page = Page("told Anna")
    found = tokens(page)
    rows = list(traits(page, found, verdicts(found, []), sounds()))
    assert [len(marks_of(row)) for row in rows] == [len(MARKS)] * 2


@pytest.mark.parametrize(
    ("name", "plain", "low"),
    [
        ("grace rang to cancel her session again", "she left with some grace and a smile", "grace"),
        ("will said his mum never asks him", "maybe it will be easier next week", "will"),
        ("met hope and her two sisters today", "there is hope in the work again", "hope"),
    ],
)
def test_a_word_is_a_name_where_it_stands_for_somebody(name: str, plain: str, low: str) -> None:
    assert _certain(name)[low] > 0.5 > _certain(plain)[low]


def test_a_long_text_is_read_in_parts_and_every_part_alike() -> None:
    filler = "We talked about the week and what had been hard in it. "
    text = filler * 20 + "Amara Okafor came late. " + filler * 20
    assert len(text) > 8 * CORE
    assert _certain(text)["okafor"] > 0.9


def test_what_no_form_takes_is_read_by_the_tagger_alone() -> None:
    text = "and so on " * (LONGEST // 10) + "Amara Okafor came late."
    page = Page(text)
    found = tokens(page)
    rows = list(traits(page, found, verdicts(found, []), sounds()))
    assert not context().shares(page.text, found, rows).any()
    hidden = Deidentifier().review(text).redacted
    assert any("Okafor" in text[f.start : f.end] for f in hidden)


class Silent:
    """A reader that takes nothing for anything."""

    def shares(self, text: str, found: Sequence[Token], rows: object) -> np.ndarray[Any, Any]:
        del text, rows
        shares = np.zeros((len(found), len(CLASSES)))
        shares[:, 0] = 1.0
        return shares


class Sure(Silent):
    """A reader that takes one word for a name."""

    def shares(self, text: str, found: Sequence[Token], rows: object) -> np.ndarray[Any, Any]:
        shares = super().shares(text, found, rows)
        for row, token in zip(shares, found, strict=True):
            if token.low == "copper":
                row[0], row[CLASSES.index("NAME")] = 0.0, 1.0
        return shares


def test_one_reader_is_enough_for_a_question() -> None:
    text = "took copper about the rota"
    (finding,) = Deidentifier(readers=(Silent(), Sure())).review(text).findings
    assert (text[finding.start : finding.end], finding.tier) == ("copper", Tier.ASK)
    (finding,) = Deidentifier(readers=(Sure(), Sure())).review(text).findings
    assert finding.tier is Tier.REDACT, "what both are sure of is hidden"


def test_weights_that_are_not_the_measured_ones_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "weights"
    shutil.copytree(FOLDER, folder)
    with (folder / "context.bin").open("ab") as weights:
        weights.write(b"0")
    with pytest.raises(ValueError, match=r"context\.bin is not the file that was measured"):
        Context(folder)
