"""The encoder, the wording and the judge: what they add to the rules, and what holds without."""

import shutil
import socket
from pathlib import Path

import pytest

from bot.guidance import Exchange, Guidance, Stance, Subtype, read
from bot.guidance.encoder import (
    FOLDER,
    PART,
    QUESTION,
    Encoder,
    encoder,
    parts_of,
    weightiest,
)
from bot.guidance.gate import alarm
from bot.guidance.judge import abstain_below, numbers, pull_of, weighed
from bot.guidance.model import Bid, Side
from bot.guidance.reading import scores_of
from bot.guidance.service import RULES_ALONE
from bot.guidance.tagging import stretches
from bot.guidance.wording import wording

SOURCE = [
    ("Let's talk about something else.", Stance.COLLUSION, Subtype.DEFLECT),
    ("You can be difficult at times.", Stance.COLLUSION, Subtype.AGREE),
    ("No, no, no. You are not a 'bad patient.'", Stance.CONFRONTATION, Subtype.CONTRADICT),
    ("Where did you get that idea?", Stance.CONFRONTATION, Subtype.CHALLENGE),
    ("What would it mean to you to be a 'bad patient'?", Stance.ATTUNED, Subtype.EXPLORE),
]


@pytest.fixture(scope="module")
def found() -> Encoder:
    one = encoder()
    assert one is not None
    return one


@pytest.mark.parametrize(("reply", "stance", "subtype"), SOURCE)
def test_the_source_readings_are_right(
    found: Encoder, reply: str, stance: Stance, subtype: Subtype
) -> None:
    client = "Am I a bad patient?"
    reading = read(Exchange(client, reply), found.opinion(client, reply))
    assert (reading.stance, reading.subtype) == (stance, subtype)
    assert reading.evidence


def test_probabilities_add_up(found: Encoder) -> None:
    client, reply = "I give up.", "You have come so far already, I promise."
    opinion = found.opinion(client, reply)
    scores = scores_of(Exchange(client, reply))
    assert sum(weighed(numbers(reply, scores, opinion)).values()) == pytest.approx(1)
    assert sum(opinion.bids.values()) == pytest.approx(1, abs=1e-4)
    assert 0.2 < abstain_below() < 1


def test_shares_point_at_words_of_the_reply(found: Encoder) -> None:
    reply = "Don't worry, you'll be absolutely fine."
    opinion = found.opinion("I am scared of the operation.", reply)
    places = weightiest(opinion, Stance.COLLUSION)
    assert places
    for start, end in places:
        assert reply[start:end] in ("Don't", "worry", "you'll", "be", "absolutely", "fine")


def test_a_side_may_be_missing_or_long(found: Encoder) -> None:
    assert found.opinion("", "And why is that?").stances
    assert found.opinion("Hm.", "").stances == {}
    assert found.opinion("no " * 1500, "yes " * 1500).stances


def test_a_pull_and_a_situation_are_told_of_a_clients_line(found: Encoder) -> None:
    opinion = found.opinion("Do you have children yourself?", "")
    assert pull_of(opinion) is Bid.PERSONAL_QUESTION
    assert sum(opinion.situations.values()) == pytest.approx(1, abs=1e-4)
    assert pull_of(found.opinion("", "Go on.")) is None


def test_danger_is_heard_wherever_it_stands_in_a_long_text(found: Encoder) -> None:
    calm = "We planned the week, and he told me about the allotment and the new shed. " * 8
    said = "He has given his dog away and written to each of his sons to say goodbye for good. "
    assert alarm(None, found.concerns(calm)) is None
    for text in (said + calm, calm + said, calm + said + calm):
        assert alarm(None, found.concerns(text)) == "suicide"


def test_parts_are_whole_sentences_and_lose_nothing() -> None:
    text = "One two three. " * 60 + "x" * 1000 + "\n\n Last!"
    parts = parts_of(text)
    assert "".join(parts) == text
    assert max(map(len, parts)) <= PART + 15
    assert parts_of("") == [""]


def test_client_and_draft_are_found_without_quotation_marks(found: Encoder) -> None:
    text = "my client asked am i a bad patient and i said no of course you are not, colluding?"
    heard = found.heard(text)
    places = stretches(text, heard)
    assert text[slice(*places[Side.CLIENT])] == "am i a bad patient"
    assert text[slice(*places[Side.REPLY])].rstrip(",") == "no of course you are not"
    assert max(heard.kinds, key=heard.kinds.__getitem__) == QUESTION


@pytest.mark.parametrize(
    ("text", "kind"),
    [("who can read what i write here", "privacy"), ("cheers, that helped", "thanks")],
)
def test_what_is_no_question_is_known(found: Encoder, text: str, kind: str) -> None:
    kinds = found.heard(text).kinds
    assert max(kinds, key=kinds.__getitem__) == kind


def test_bare_words_speak_too() -> None:
    spoken = wording("Don't worry, you'll be fine, I promise.")
    assert max(spoken, key=lambda stance: spoken[stance]) is Stance.COLLUSION


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    for name in ("encoder.onnx", "encoder.bin", "heads.npz", "sha256.json"):
        shutil.copy(FOLDER / name, tmp_path)
    with (tmp_path / "heads.npz").open("ab") as heads:
        heads.write(b"more")
    with pytest.raises(ValueError, match=r"heads\.npz is not the file"):
        Encoder(tmp_path)


async def test_without_the_encoder_the_rules_read_and_say_so() -> None:
    exchange = Exchange("Am I a bad patient?", "Where did you get that idea?")
    alone = await Guidance(lambda: None).ask_pair(exchange)
    assert alone.reading is not None
    assert alone.reading.stance is Stance.CONFRONTATION
    assert alone.source.startswith(RULES_ALONE)
    together = await Guidance().ask_pair(exchange)
    assert RULES_ALONE not in together.source


async def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    Encoder()
    answer = await Guidance().ask('Client: "I hate this." Me: "Then why come?"')
    assert answer.reading is not None
