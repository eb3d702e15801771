from __future__ import annotations

import time

import pytest

from bot.guidance.folding import clauses, fold
from bot.guidance.model import Bid, Exchange, Side, Stance, Strain, Subtype
from bot.guidance.reading import read
from bot.guidance.understanding import understand

AM_I = "Am I a bad patient?"


@pytest.mark.parametrize(
    ("reply", "stance", "subtype"),
    [
        ("Let's talk about something else.", Stance.COLLUSION, Subtype.DEFLECT),
        ("You can be difficult at times.", Stance.COLLUSION, Subtype.AGREE),
        (
            "No, no, no. You are not a 'bad patient.'",
            Stance.CONFRONTATION,
            Subtype.CONTRADICT,
        ),
        ("Where did you get that idea?", Stance.CONFRONTATION, Subtype.CHALLENGE),
        (
            "What would it mean to you to be a 'bad patient'?",
            Stance.ATTUNED,
            Subtype.EXPLORE,
        ),
    ],
)
def test_the_five_readings_of_the_source(reply: str, stance: Stance, subtype: Subtype) -> None:
    reading = read(Exchange(AM_I, reply))
    assert (reading.stance, reading.subtype) == (stance, subtype)
    assert reading.evidence


def test_kind_contradiction_says_why_kindness_lands_so() -> None:
    reading = read(Exchange(AM_I, "No, no, no. You are not a 'bad patient.'"))
    assert "kindly" in reading.why


@pytest.mark.parametrize(
    ("client", "reply", "subtype"),
    [
        ("I'm ugly.", "You're not ugly.", Subtype.CONTRADICT),
        ("I'm ugly.", "Don't worry, everyone feels that way.", Subtype.REASSURE),
        ("I'm ugly.", "You're one of the most beautiful people I know.", Subtype.FLATTER),
        ("You're late again.", "I'm so sorry, it was entirely my fault.", Subtype.COMPLY),
        ("He left me.", "What a bully. You deserve better.", Subtype.SIDE),
        ("It's hopeless.", "The fact is that therapy takes time.", Subtype.PERSUADE),
        ("I won't talk.", "If you don't talk, we'll have to stop.", Subtype.DIRECT),
        ("I forgot the homework.", "That's just your resistance.", Subtype.LABEL),
        ("You don't care.", "I've always been there for you.", Subtype.DEFEND),
        ("Should I go?", "What would be most useful for us to look at?", Subtype.COLLABORATE),
        ("I hate her.", "It makes sense that you're hurt.", Subtype.VALIDATE),
    ],
)
def test_the_codebooks_marks(client: str, reply: str, subtype: Subtype) -> None:
    assert read(Exchange(client, reply)).subtype is subtype


def test_rule_1_contradiction_with_praise_is_mixed() -> None:
    reading = read(Exchange("I'm a failure.", "No, you're wonderful."))
    assert reading.stance is Stance.MIXED
    assert reading.subtype is None
    assert reading.position == 0.0


def test_rule_2_the_clause_after_but_rules() -> None:
    confronting = read(Exchange("I can't.", "I hear you, but you must try."))
    assert confronting.stance is Stance.CONFRONTATION
    turned = read(
        Exchange("I can't.", "I want to tell you to try, but what is it like to feel you can't?")
    )
    assert turned.stance is Stance.ATTUNED


def test_rule_3_a_question_of_origin_is_challenge_only_with_pressure() -> None:
    assert read(Exchange(AM_I, "What led you to wonder?")).stance is Stance.ATTUNED
    assert read(Exchange(AM_I, "Why would you even think that?")).stance is Stance.CONFRONTATION


def test_rule_5_asking_about_suicide_is_attuned() -> None:
    reading = read(Exchange("I'm so tired.", "Are you thinking of ending your life?"))
    assert reading.stance is Stance.ATTUNED
    assert reading.confidence > 0.9


def test_rule_6_a_limit_with_room_for_the_wish_is_held() -> None:
    asked = "Can I have your number?"
    held = read(Exchange(asked, "I won't be able to give you that, and I'm curious what it means."))
    assert (held.stance, held.subtype) == (Stance.ATTUNED, Subtype.HOLD_FRAME)
    assert read(Exchange(asked, "I don't give out my number.")).stance is Stance.CONFRONTATION


def test_rule_7_self_disclosure_alone_is_left_open() -> None:
    reading = read(Exchange("My marriage is over.", "My own divorce was like that."))
    assert reading.stance is Stance.UNCLEAR
    assert len(reading.also) == 2


def test_rule_8_attunement_needs_no_question_mark_and_a_question_mark_is_not_attunement() -> None:
    statement = read(Exchange(AM_I, "Part of you seems afraid of being too much."))
    assert statement.stance is Stance.ATTUNED
    question = read(Exchange(AM_I, "Are you seriously asking me that?"))
    assert question.stance is Stance.CONFRONTATION


def test_logistics_are_neutral() -> None:
    reading = read(Exchange("When is our next session?", "See you on Thursday at 4 pm."))
    assert reading.stance is Stance.NEUTRAL


def test_nothing_to_go_by_is_left_open() -> None:
    reading = read(Exchange(None, "Bananas."))
    assert reading.stance is Stance.UNCLEAR
    assert reading.subtype is None
    assert reading.confidence < 0.5


def test_evidence_points_at_the_words_as_typed() -> None:
    reply = "Well… “anyway”, let’s talk about something else."
    reading = read(Exchange(AM_I, reply))
    shown = [reply[span.start : span.end] for span in reading.evidence]
    assert any("talk about something" in words for words in shown)
    assert {span.side for span in reading.evidence} == {Side.REPLY}


def test_position_leans_to_the_pole() -> None:
    assert read(Exchange(AM_I, "Don't worry, you'll be fine.")).position < -0.3
    assert read(Exchange(AM_I, "Where did you get that idea?")).position > 0.3
    assert abs(read(Exchange(AM_I, "What is that worry like for you?")).position) < 0.2


@pytest.mark.parametrize(
    "reply", ["", "?", "!!!", "…", "'", "but", "😀" * 50, "a" * 3000, "no " * 900]
)
def test_odd_input_is_read_without_falling_over(reply: str) -> None:
    reading = read(Exchange(AM_I, reply))
    assert -1.0 <= reading.position <= 1.0
    assert 0.0 <= reading.confidence <= 1.0
    assert all(0 <= span.start < span.end <= len(reply) for span in reading.evidence)


@pytest.mark.parametrize(
    ("client", "bid", "strain"),
    [
        ("I'm such a failure.", Bid.SELF_CRITICISM, Strain.BOND),
        ("You never listen to me.", Bid.CRITICISM_OF_THERAPIST, Strain.BOND),
        (AM_I, Bid.REASSURANCE, Strain.BOND),
        ("Just tell me what to do.", Bid.ADVICE, Strain.TASKS),
        ("You're the only one who understands me.", Bid.IDEALISATION, Strain.BOND),
        ("Can I text you at the weekend?", Bid.BOUNDARY, Strain.BOND),
        ("Whatever. You decide.", Bid.DISENGAGEMENT, Strain.TASKS),
        ("Nothing ever helps.", Bid.HOPELESSNESS, Strain.GOALS),
        ("I'm furious with my brother.", Bid.ANGER, Strain.BOND),
        ("My last therapist was so much warmer.", Bid.SPLITTING, Strain.BOND),
        ("Sorry I'm late, the traffic was bad.", Bid.FRAME, Strain.TASKS),
        ("(silence)", Bid.SILENCE, Strain.TASKS),
        ("I'm thinking of stopping therapy.", Bid.ENDING, Strain.GOALS),
        ("Are you married?", Bid.PERSONAL_QUESTION, Strain.BOND),
        ("Part of me wants to leave him, part of me can't.", Bid.AMBIVALENCE, Strain.GOALS),
        ("What time is our next session?", Bid.INFORMATION, None),
        ("Bananas are yellow.", None, None),
    ],
)
def test_the_clients_bid(client: str, bid: Bid | None, strain: Strain | None) -> None:
    reading = read(Exchange(client, "What is that like for you?"))
    assert (reading.bid, reading.strains) == (bid, strain)


def test_clauses_keep_their_offsets() -> None:
    text = "I hear you, but you must try. Really?"
    folded = fold(text)
    assert len(folded) == len(text)
    parts = clauses(folded)
    assert [part.turns for part in parts] == [False, True, False]
    assert [part.asks for part in parts] == [False, False, True]
    assert all(folded[part.start :].startswith(part.text) for part in parts)


def test_folding_never_changes_the_length() -> None:
    for text in ("İstanbul “ẞ” ’tis", "ŉ ǰ ΐ", "a\u00a0b\n"):
        assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    "piece", ["i ", "no, ", "C: ", "I said ", "is it ", "so very ", "\x27a\x27 "]
)
def test_a_hostile_text_costs_no_more_than_a_moment(piece: str) -> None:
    text = (piece * 3000)[:3000]
    understand(text)
    started = time.perf_counter()
    understood = understand(text)
    if isinstance(understood, Exchange):
        read(understood)
    assert time.perf_counter() - started < 1.0


def test_a_reading_is_quick() -> None:
    read(Exchange(AM_I, "Warm up."))
    started = time.perf_counter()
    for _ in range(50):
        read(Exchange(AM_I, "No, you are not a bad patient. Where did you get that idea?"))
    # About 1 ms on one core; the bound leaves room for a busy machine.
    assert (time.perf_counter() - started) / 50 < 0.02
