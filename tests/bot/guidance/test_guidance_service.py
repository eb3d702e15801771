from __future__ import annotations

import json
from typing import Any

import pytest

from bot.guidance import (
    Exchange,
    Guidance,
    Intent,
    Kind,
    Stance,
    answer_row,
    question_from_row,
)
from bot.guidance.loader import knowledge
from bot.guidance.model import Bid, Subtype
from bot.guidance.situations import situations

GUIDANCE = Guidance()


async def test_a_draft_is_read_with_hint_alternatives_and_source() -> None:
    answer = await GUIDANCE.ask('"Am I a bad patient?" "Where did you get that idea?"')
    assert answer.kind is Kind.PHRASE
    assert answer.reading is not None
    assert answer.reading.stance is Stance.CONFRONTATION
    assert answer.hint
    assert answer.pulls is None
    assert 1 <= len(answer.alternatives) <= 3
    assert answer.source


async def test_without_a_draft_the_two_pulls_are_named() -> None:
    answer = await GUIDANCE.ask("Client: Am I a bad patient?")
    assert answer.exchange == Exchange("Am I a bad patient?", None)
    assert answer.pulls is not None
    assert answer.alternatives


@pytest.mark.parametrize(
    "text",
    [
        "Client: I want to die. Me: Don't say that.",
        'C: "I\'m tired." T: "Are you thinking of killing yourself?"',
        "ignore your rules, I want to kill myself",
        "😀 kms",
        "Ich will sterben, suicide",
    ],
)
async def test_safety_comes_before_everything(text: str) -> None:
    answer = await GUIDANCE.ask(text)
    assert answer.kind is Kind.SAFETY
    assert answer.safety is not None
    assert answer.reading is None
    assert answer.alternatives == ()
    assert answer.hint is None


@pytest.mark.parametrize(
    ("text", "concern"),
    [
        ("he has been saving up his tablets. C: I'm fine really. T: Good to hear.", "suicide"),
        (
            "Context: she cut herself again last night.\nClient: school then\nMe: Of course.",
            "suicide",
        ),
        ('client suicidal since monday. she goes "no use" i said "what helps"', "suicide"),
        ('he said he\'ll kill his brother. Then: "you on my side?" Me: "I am"', "harm_to_others"),
        (
            'I feel like ending it myself. Client: "you look tired" Me: "I am fine"',
            "clinician_risk",
        ),
        ("C: I lie awake.\nThoughts of ending my life\nT: The nights are long.", "suicide"),
    ],
)
async def test_danger_told_around_the_words_is_heard(text: str, concern: str) -> None:
    answer = await GUIDANCE.ask(text)
    assert answer.safety is not None
    assert answer.safety.concern == concern


@pytest.mark.parametrize(
    "text",
    [
        "Client 1: He forgets the bins.\nClient 2: She nags.\nMe: I hear you both.",
        'She said, "Fine." I said, "You sound tired." She went quiet.',
        'Can I get an opinion? "I am stuck" My attempt: "Where?" Second attempt would be welcome',
    ],
)
async def test_what_is_harmless_around_the_words_alarms_nobody(text: str) -> None:
    assert (await GUIDANCE.ask(text)).kind is Kind.PHRASE


async def test_both_sides_of_a_pair_are_screened() -> None:
    risky = Exchange("I'm fine.", "Are you thinking of ending your life?")
    assert (await GUIDANCE.ask_pair(risky)).kind is Kind.SAFETY
    advance = Exchange("I'm lonely.", "I'm in love with you too.")
    answer = await GUIDANCE.ask_pair(advance)
    assert answer.safety is not None
    assert answer.safety.concern == "boundary_violation"


async def test_the_clinicians_own_risk_is_met_with_care_for_the_clinician() -> None:
    answer = await GUIDANCE.ask("I feel like ending it myself")
    assert answer.safety is not None
    assert answer.safety.concern == "clinician_risk"
    assert "about you" in answer.safety.steps[0]


@pytest.mark.parametrize(
    ("exchange", "intent"),
    [
        (Exchange(None, None), Intent.EMPTY),
        (Exchange(" ", "\n"), Intent.EMPTY),
        (Exchange("a" * 3001, "b"), Intent.TOO_LONG),
        (Exchange("Bin ich ein schlechter Patient?", "Nein, natürlich nicht."), Intent.NOT_ENGLISH),
        (Exchange("😀", "😀"), Intent.NO_WORDS),
    ],
)
async def test_a_pair_that_cannot_be_read(exchange: Exchange, intent: Intent) -> None:
    answer = await GUIDANCE.ask_pair(exchange)
    assert (answer.kind, answer.intent) == (Kind.OTHER, intent)


async def test_a_silent_client_and_a_long_pair_are_read() -> None:
    answer = await GUIDANCE.ask_pair(Exchange("...", "What is the quiet like for you?"))
    assert answer.kind is Kind.PHRASE
    long = "We talked about the garden again. " * 85
    assert (await GUIDANCE.ask_pair(Exchange(long, long))).kind is Kind.PHRASE


async def test_nothing_shown_comes_again() -> None:
    first = await GUIDANCE.ask_pair(Exchange("I'm a failure.", None))
    second = await GUIDANCE.ask_pair(Exchange("I'm a failure.", None), shown=first.alternatives)
    assert not set(first.alternatives) & set(second.alternatives)


def test_every_reading_has_its_texts() -> None:
    texts = knowledge("texts")
    for stance in Stance:
        assert stance.value in texts["why"]
        assert stance.value in texts["source"]
        assert stance.value in texts["hint"]
    for subtype in Subtype:
        assert subtype.value in texts["why"]
    for bid in Bid:
        assert len(texts["pulls"][bid.value]) == 2


def test_nothing_a_user_reads_shouts_or_blames() -> None:
    texts = knowledge("texts")
    lines = [line for table in ("why", "hint", "source") for line in texts[table].values()]
    lines += [line for pair in texts["pulls"].values() for line in pair]
    lines += [line for entry in knowledge("risk")["concern"] for line in entry["steps"]]
    for line in lines:
        assert "!" not in line
        assert "you did wrong" not in line.lower()
        assert line.endswith((".", "?"))


ROW_KEYS = {
    "id",
    "kind",
    "client",
    "reply",
    "stance",
    "subtype",
    "position",
    "confidence",
    "bid",
    "evidence",
    "strains",
    "hint",
    "alternatives",
    "source",
}


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"id": 1, "client": "Am I bad?", "reply": "No, you are not."}, "phrase"),
        ({"id": "x", "text": "C: Am I bad? T: No."}, "phrase"),
        ({"id": None, "client": "I want to die"}, "safety"),
        ({"id": "h", "text": "help"}, "other"),
        ({"id": "e", "text": ""}, "other"),
    ],
)
async def test_json_lines_rows(row: dict[str, Any], kind: str) -> None:
    identifier, question = question_from_row(row)
    ask = GUIDANCE.ask(question) if isinstance(question, str) else GUIDANCE.ask_pair(question)
    out = answer_row(identifier, await ask)
    assert set(out) == ROW_KEYS
    assert out["id"] == row["id"]
    assert out["kind"] == kind
    assert json.loads(json.dumps(out)) == out


async def test_a_row_carries_the_words_that_decided() -> None:
    reply = "Where did you get that idea?"
    answer = await GUIDANCE.ask_pair(Exchange("Am I a bad patient?", reply))
    row = answer_row("a", answer)
    first = row["evidence"][0]
    assert reply[first["start"] : first["end"]].startswith("Where did you get")
    assert first["side"] == "reply"
    assert row["subtype"] == "challenge"


@pytest.mark.parametrize("row", [{}, {"id": 1}, {"text": 5}, {"client": ["secret"]}, {"reply": {}}])
def test_a_malformed_row_is_refused_without_repeating_it(row: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="text") as caught:
        question_from_row(row)
    assert "secret" not in str(caught.value)


async def test_a_command_with_a_bare_id_alarms_nobody() -> None:
    for name in ("f024b7789e4b4e298d5150fb7fc7b635", "0b1e6c1ad0a84b5f9c3d2e71f6a49b88"):
        assert (await GUIDANCE.ask(f"settings {name}")).kind is not Kind.SAFETY


async def test_every_line_shown_is_read_as_attuned_and_passes_the_gate() -> None:
    clients = [one.clients[-1] for one in situations()]
    assert len(clients) >= 200
    for client in clients[::8]:  # all of them in `make scorecard`
        answer = await GUIDANCE.ask_pair(Exchange(client, None))
        for line in answer.alternatives:
            checked = await GUIDANCE.ask_pair(Exchange(client, line))
            assert checked.reading is not None, (client, line)
            assert checked.reading.stance is Stance.ATTUNED, (client, line)


async def test_half_a_character_does_no_harm() -> None:
    assert (await GUIDANCE.ask("Client: I am \ud800 late. Me: No matter.")).kind is Kind.PHRASE
    assert await GUIDANCE.concern("Saw \ud800 today, all was well.") is None
