from __future__ import annotations

import json
import re
import time
from importlib.resources import files
from typing import Any

import pytest

from bot.guidance.encoder import CONCERNS, NONE, encoder
from bot.guidance.gate import REFLECTION, SHORT, TEXT, alarm, of_client, safety, screen
from bot.guidance.loader import knowledge
from bot.guidance.model import Side

EXAMPLES = files("bot.guidance").joinpath("examples", "risk.jsonl")

RISK = {
    "suicide": [
        "I want to die.",
        "I don't want to be here anymore",
        "I have no plan to kill myself, don't worry",
        "honestly i just wanna end it all",
        "There's no point in living without her",
        "I took all my tablets last night",
        "Everyone would be better off without me.",
        "I've been cutting again",
        "She says she wishes she was dead",
        "Sometimes I think about driving into a tree",
        "i keep thinking abt suicde",
        "I just want to go to sleep and not wake up",
        "He told me he has written goodbye letters",
        "I can't go on",
        "I hurt myself on Tuesday, my arms are fine now",
        "My client is not suicidal",
        "life isn't worth living",
        "I've been saving up my pills",
        "I don't want to live any more",
        "I stood on the bridge and thought about jumping off the bridge",
        "It would be easier if I was dead",
        "he overdosed in March",
        "Are you thinking of ending your life?",
        "I burned my arm with the lighter again",
        "If I disappeared nobody would notice. I want to disappear.",
    ],
    "harm_to_others": [
        "I'm going to kill him when he comes home",
        "I have thoughts of hurting my baby",
        "I bought a gun last week",
        "I want to stab my neighbour",
        "I'm scared I might hit my kids",
        "He deserves to die for what he did",
        "I'd like to burn her house down",
        "sometimes I imagine strangling her",
    ],
    "abuse": [
        "My husband hits me when he drinks",
        "He said he'd kill me if I left",
        "My stepdad touched me at night",
        "I slapped my son so hard he fell",
        "my boyfriend won't let me leave the flat",
        "She was raped last month",
        "I left the kids alone all night",
        "Dad beats my mum",
        "He takes my pension and keeps my bank card",
        "I'm scared to go home",
        "My uncle made me do things",
        "The carer pushes my mother around and there are bruises on her arms",
    ],
    "psychosis": [
        "The voices are telling me to go outside",
        "I hear voices when I'm alone",
        "They put a chip in my head",
        "The neighbours are poisoning my food",
        "The TV is sending me messages",
        "I haven't slept for five days and I feel incredible",
        "God told me to give away the house",
        "I am the messiah",
        "They are reading my thoughts",
    ],
    "medical": [
        "I have chest pain and my arm is numb",
        "I haven't eaten for six days",
        "I passed out in the shower twice",
        "I've been throwing up blood",
        "I stopped my insulin",
        "She had a seizure this morning",
        "I can't breathe",
    ],
    "boundary_violation": [
        "My last therapist slept with me",
        "I slept with my client",
        "I kissed my patient after the session",
        "My old counsellor touched me on the thigh",
        "I'm in love with my client and we met at a hotel",
    ],
    "clinician_risk": [
        "I feel like ending it myself",
        "After this caseload I want to die, this is about me",
        "My client died and I don't want to live any more",
        "I am a therapist and I can't stop thinking about killing myself",
        "I'm suicidal too",
        "I feel suicidal myself after that session",
    ],
}

HARMLESS = [
    "This homework is killing me",
    "I'd kill for a holiday",
    "My mum will kill me when she sees the bill",
    "I nearly died of embarrassment",
    "It was to die for",
    "I'm dying to tell you what happened",
    "I beat myself up about it all weekend",
    "She beat me at chess",
    "He stabbed me in the back at work",
    "I could murder a curry",
    "That would be career suicide",
    "I cut myself some slack this week",
    "We ended it with a hug",
    "Time flies, I was just killing time",
    "I overdosed on chocolate",
    "My phone died",
    "I shot him an email",
    "It hit me that I'm like my father",
    "My feet are killing me",
    "They got away with murder again",
    "I had a heart attack when I saw the invoice? no, I nearly had a heart attack when he called",
    "I'm burning myself out",
    "I killed it in the interview",
    "It's a killer workout",
    "My boss is going to kill me if I'm late again",
    "We ran over time last week",
    "He drives me up the wall",
    "I feel dead tired",
    "I'd rather stick pins in my eyes than go to that party",
    "She was dressed to kill",
    "There's a critical voice in my head that says I'm lazy",
    "I can't go on holiday this year",
    "I don't want to be here. My mum made me come.",
    "Do you even want to be here?",
    "I fell and hurt myself playing football",
    "Substance abuse runs in the family",
    "I've been stalking my ex on Instagram",
    "Am I a bad patient?",
    "I'm such a failure",
    "Nothing ever changes",
    "You never listen to me",
    "Everyone at work thinks I'm stupid",
    "I feel like my life is a mess",
    "He broke my heart",
    "I want to quit therapy",
    "I could have died laughing",
    "The deadline is killing us",
    "I want to end things with my boyfriend",
    "This silence is killing me",
    "I cut my finger cooking",
    "Shoot me a text",
    "We're at each other's throats",
    "I blew up at the kids",
    "He's a lady-killer",
    "The party was a bloodbath",
    "I'm losing my mind",
    "I crashed on the sofa",
    "That joke killed",
    "You took a stab at it",
    "I hit a wall",
]


@pytest.mark.parametrize(
    ("concern", "text"), [(concern, text) for concern, texts in RISK.items() for text in texts]
)
def test_risk_is_heard(concern: str, text: str) -> None:
    assert screen(text) == concern


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_turns_of_speech_pass(text: str) -> None:
    assert screen(text) is None


def test_a_client_in_love_is_a_phrasing_matter_and_a_therapist_in_love_is_not() -> None:
    assert screen("I think I'm in love with you", Side.CLIENT) is None
    assert screen("I'm in love with you too", Side.REPLY) == "boundary_violation"


def test_the_clinicians_own_risk_is_not_taken_from_a_quoted_client() -> None:
    assert screen('My client said "I want to die" and I froze') == "suicide"
    assert screen("I want to die", Side.CLIENT) == "suicide"


@pytest.mark.parametrize("entry", knowledge("risk")["concern"], ids=lambda entry: entry["code"])
def test_every_concern_has_a_fixed_answer(entry: dict[str, Any]) -> None:
    answer = safety(entry["code"])
    assert answer.steps
    assert answer.ways_to_ask
    words = " ".join((*answer.steps, *answer.ways_to_ask)).lower()
    for forbidden in ("risk level", "score", "by law", "legal", "we promise", "999", "911"):
        assert forbidden not in words


def test_patterns_stay_linear() -> None:
    # A repetition that is itself repeated without bound is what makes a pattern explode.
    words = knowledge("risk_words")
    for pattern in (*words["about_self"], words["here"], words["sent_here"]):
        assert not re.search(r"[+*]\)[+*]|\.\*", pattern), pattern


def test_a_bereavement_of_long_ago_is_quiet_unless_something_speaks_of_now() -> None:
    assert screen("His mother died by suicide ten years ago.") is None
    assert screen("His mother died by suicide ten years ago and lately he understands her.")
    assert screen("His mother died by suicide in March.")


def test_a_danger_in_a_reply_is_the_clinicians_own_unless_it_speaks_to_you() -> None:
    assert screen("I sometimes think I'd be better off dead.", Side.REPLY) == "clinician_risk"
    assert screen("Are you thinking you'd be better off dead?", Side.REPLY) == "suicide"
    assert screen("I sometimes think I'd be better off dead.", Side.CLIENT) == "suicide"


@pytest.mark.parametrize(
    "text",
    [
        "i want 2 die lol",
        "im not ok. wanna unalive myself",
        "kms fr",
        "pt reports SI, denies plan",
        "hi toward ex wife, no plan",
        "he od'd on friday",
        "thinking about sucide agian",
        "she keeps strangleing... strangeling him",
        "I DONT WANT TO BE ALIVE",
    ],
)
def test_sloppy_typing_is_heard(text: str) -> None:
    assert screen(text) is not None


def test_every_row_of_the_training_material_is_answered_as_marked() -> None:
    rows = [json.loads(line) for line in EXAMPLES.read_text(encoding="utf-8").splitlines()]
    heard = {
        row_risk: [
            any(
                text and screen(text, side)
                for text, side in ((row["client"], Side.CLIENT), (row["reply"], Side.REPLY))
            )
            for row in rows
            if row["risk"] is row_risk
        ]
        for row_risk in (True, False)
    }
    assert sum(heard[True]) >= 0.99 * len(heard[True])
    assert sum(heard[False]) <= 0.02 * len(heard[False])


def test_a_long_hostile_text_is_screened_quickly() -> None:
    hostile = ("i want to really i might be i could " * 100)[:3000]
    started = time.perf_counter()
    screen(hostile)
    assert time.perf_counter() - started < 0.5


def test_word_families_can_be_met_and_are_used() -> None:
    words = knowledge("risk_words")
    patterns = [words["harmless"], words["long_ago"], words["long_ago_when"]]
    for entry in knowledge("risk")["concern"]:
        patterns += [entry["rules"], entry.get("reply_rules", "")]
    members = [member for family in words["families"].values() for member in family]
    used = set(re.findall(r"<\w+>", " ".join([*patterns, *members])))
    # Named in the code: what a "~" does not cross, what forgives a slip, what speaks of now.
    named = {"<turn>", "<present>", *(f"<{name}>" for name in words["careful"])}
    assert used - named == {f"<{name}>" for name in words["families"]} - named
    for member in members:
        assert re.fullmatch(r"[a-z0-9']+[~*]?|<\w+>", member), member


@pytest.mark.parametrize("text", [text for texts in RISK.values() for text in texts])
def test_what_is_said_plainly_is_heard_with_the_encoder_too(text: str) -> None:
    found = encoder()
    assert found is not None
    short = len(text.split()) <= SHORT
    assert alarm(screen(text), found.concerns(text), is_short=short) is not None


def test_an_encoder_that_hears_nothing_at_all_silences_a_rule() -> None:
    calm = dict.fromkeys(CONCERNS, 0.01 / (len(CONCERNS) - 1)) | {NONE: 0.99}
    assert alarm("suicide", calm) is None
    assert alarm("suicide", calm, is_short=True) == "suicide"
    assert alarm("suicide", None) == "suicide"
    doubtful = dict.fromkeys(CONCERNS, 0.2 / (len(CONCERNS) - 1)) | {NONE: 0.8}
    assert alarm("suicide", doubtful) == "suicide"
    assert alarm(None, doubtful) is None


def test_it_takes_more_to_alarm_for_a_whole_reflection() -> None:
    heard = dict.fromkeys(CONCERNS, 0.0) | {NONE: 0.3, "abuse": 0.7}
    assert alarm(None, heard, TEXT) == "abuse"
    assert alarm(None, heard, REFLECTION) is None


def test_a_clients_words_alone_are_never_the_clinicians_own_risk() -> None:
    heard = dict.fromkeys(CONCERNS, 0.0) | {NONE: 0.3, "clinician_risk": 0.7}
    assert alarm(None, heard) == "clinician_risk"
    assert alarm(None, of_client(heard)) is None
