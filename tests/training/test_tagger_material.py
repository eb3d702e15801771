"""Changed copies keep their marks, and what is trained can be stored and read again."""

import random
from pathlib import Path

import numpy as np
import pytest

from bot.deidentify.tagger import CLASSES, FOLDER, Tagger
from bot.deidentify.traits import Token
from tests.scorecard.gold import GoldMessage, open_set, unmarked
from tests.training.deid_material import copies, joined, lettered, pieces, slipped, swapped
from tests.training.tagger import Weights, authors, spoken, store

MESSAGE = unmarked(
    "1", "{NAME:plain|Anna} and {NAME:initial|K.} met in {LOCATION|Leeds}; Anna paid."
)


def _marked(message: GoldMessage) -> list[str]:
    return [message.text[s.start : s.end] for s in message.spans]


def test_pieces_put_together_are_the_message() -> None:
    assert joined(MESSAGE, pieces(MESSAGE)) == MESSAGE


def test_other_names_stand_where_the_names_stood() -> None:
    copy = swapped(MESSAGE, random.Random(3))
    name, letter, place = _marked(copy)
    assert name != "Anna"
    assert name.istitle()
    assert letter == "K."
    assert place != "Leeds"
    assert copy.text.startswith(f"{name} and K. met in {place}; Anna paid.")


def test_initials_get_other_letters() -> None:
    letters = {_marked(lettered(MESSAGE, random.Random(n)))[1] for n in range(9)}
    assert len(letters) > 3
    assert all(len(found) == 2 and found[1] == "." for found in letters)


def test_slips_keep_every_mark() -> None:
    copy = slipped(MESSAGE, random.Random(1))
    assert len(copy.spans) == len(MESSAGE.spans)
    assert _marked(copy)[1] == "K."


def test_copies_of_all_material_have_marks_inside_their_text() -> None:
    draw = random.Random(1)
    for message in open_set()[::7]:
        for copy in copies(message, draw, 2):
            assert all(0 <= s.start < s.end <= len(copy.text) for s in copy.spans)


def test_the_material_can_be_read() -> None:
    found = authors()
    assert {"open", "deid_spent", "deid_spent_second", "traps"} < set(found)
    assert not any(m.spans for m in found["traps"])
    assert sum(map(len, found.values())) > 2000
    talk = spoken()
    assert any(s.label == "NAME" for m in talk for s in m.spans)


def test_stored_weights_are_read_as_they_were(tmp_path: Path) -> None:
    rows = np.zeros((2, len(CLASSES)), dtype=np.float32)
    rows[0, 1] = rows[1, 0] = 1.0
    bias = np.zeros(len(CLASSES), dtype=np.float32)
    store(Weights(np.array([7, 9000]), rows, bias), tmp_path)
    shares = Tagger(tmp_path).shares("anna", [Token(0, 4, "anna", None)], [("anna",) * 18])
    assert shares.shape == (1, len(CLASSES))
    assert shares[0, 2] == pytest.approx(1 / len(CLASSES))
    (tmp_path / "sha256.json").write_text('{"tagger.npz": "0"}', encoding="utf-8")
    with pytest.raises(ValueError, match="not the file"):
        Tagger(tmp_path)


def test_the_stored_sums_are_those_of_the_repository() -> None:
    assert Tagger(FOLDER)
