"""What the tagger reads, what its weights are, and how its certainty settles the rules' finds."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from bot.deidentify import Deidentifier, Label, Roster, Tier
from bot.deidentify.page import Page
from bot.deidentify.recognisers import Span
from bot.deidentify.resolve import settle
from bot.deidentify.tagger import CLASSES, FOLDER, TEMPLATES, Tagger, coded, features, sounds
from bot.deidentify.traits import TRAITS, Token, tokens, traits, verdicts
from bot.deidentify.weigh import decide


def _rows(text: str) -> tuple[Page, list[Token], list[tuple[str, ...]]]:
    page = Page(text)
    found = tokens(page)
    return page, found, list(traits(page, found, verdicts(found, []), sounds()))


def test_tokens_are_words_and_numbers_without_placeholders() -> None:
    page = Page("Saw [client A], 1st of 12/03, 50mg, ok")
    assert [t.low for t in tokens(page)] == ["saw", "0st", "of", "00/00", "00mg", "ok"]


def test_every_token_has_every_trait() -> None:
    _, found, rows = _rows("Dr Osei, 41: the GP wrote\nanna DNA'd")
    assert [len(row) for row in rows] == [len(TRAITS)] * len(found)


def test_verdicts_name_label_and_tier_of_the_words_inside() -> None:
    page = Page("saw anna smith today")
    spans = [Span(4, 14, Label.NAME), Span(9, 14, Label.LOCATION, Tier.ASK)]
    assert verdicts(tokens(page), spans) == ["", "NAME!", "LOCATION? NAME!", ""]


def test_a_slip_of_a_word_is_told_from_a_strange_name() -> None:
    voice = sounds()
    assert voice.sounds("definately", slips=True).endswith("t")
    assert not voice.sounds("oluwaseun", slips=True).endswith("t")
    assert not voice.sounds("definately", slips=False).endswith("t")


def test_a_name_sounds_more_like_a_name_than_a_word_does() -> None:
    voice = sounds()
    assert voice.sounds("leanne", slips=False) > voice.sounds("carefulness", slips=False)


def test_features_depend_on_neighbours_but_not_on_far_words() -> None:
    _, _, near = _rows("he told anna to rest a little more today")
    _, _, far = _rows("he told anna to rest a little more tonight")
    one, other = features(coded(near)), features(coded(far))
    assert one.shape == (9, len(TEMPLATES))
    assert (one[:5] == other[:5]).all()
    assert (one[7] != other[7]).any()


def test_shares_add_up_to_one() -> None:
    page, found, rows = _rows("told leanne it was fine")
    shares = Tagger().shares(page.text, found, rows)
    assert shares.shape == (len(found), len(CLASSES))
    assert np.allclose(shares.sum(1), 1)
    assert CLASSES[int(shares[1].argmax())] == "NAME"
    assert Tagger().shares("", [], []).shape == (0, len(CLASSES))


def test_weights_that_are_not_the_measured_ones_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "weights"
    shutil.copytree(FOLDER, folder)
    Tagger(folder)
    (folder / "tagger.npz").write_bytes((folder / "tagger.npz").read_bytes() + b"0")
    with pytest.raises(ValueError, match=r"tagger\.npz is not the file that was measured"):
        Tagger(folder)


def test_weights_are_small_and_all_of_them_have_a_sum() -> None:
    files = {p.name for p in FOLDER.iterdir() if p.suffix in {".npz", ".onnx", ".bin"}}
    assert files == set(json.loads((FOLDER / "sha256.json").read_text("utf-8")))
    assert sum((FOLDER / name).stat().st_size for name in files) < 22_000_000


def _decided(text: str, certain: dict[str, tuple[str, float]], spans: list[Span]) -> list[Span]:
    page = Page(text)
    found = tokens(page)
    shares = np.zeros((len(found), len(CLASSES)))
    for row, token in zip(shares, found, strict=True):
        kind, share = certain.get(token.low, ("NAME", 0.0))
        row[0], row[CLASSES.index(kind)] = 1 - share, share
    return settle(page, decide(page, found, [shares], spans))


@pytest.mark.parametrize(
    ("share", "tier"), [(0.99, Tier.REDACT), (0.5, Tier.ASK), (0.001, None)], ids=ascii
)
def test_the_tagger_finds_what_the_rules_do_not(share: float, tier: Tier | None) -> None:
    found = _decided("went to tilford", {"tilford": ("LOCATION", share)}, [])
    assert found == ([Span(8, 15, Label.LOCATION, tier)] if tier else [])


@pytest.mark.parametrize(
    ("share", "tier"), [(0.99, Tier.REDACT), (0.3, Tier.ASK), (0.001, None)], ids=ascii
)
def test_a_question_of_the_rules_is_answered_or_dropped(share: float, tier: Tier | None) -> None:
    asked = Span(5, 9, Label.NAME, Tier.ASK)
    found = _decided("told dawn it", {"dawn": ("NAME", share)}, [asked])
    assert {s.tier for s in found} == ({tier} if tier else set())


@pytest.mark.parametrize(
    ("word", "share", "tier"),
    [
        ("leila", 0.1, Tier.REDACT),
        ("leila", 0.03, Tier.ASK),
        ("leila", 0.001, None),
        ("max", 0.8, Tier.REDACT),
        ("max", 0.6, Tier.ASK),
    ],
)
def test_a_sure_find_of_the_rules_can_be_doubted_sooner_where_it_is_a_word_too(
    word: str, share: float, tier: Tier | None
) -> None:
    span = Span(0, len(word), Label.NAME)
    found = _decided(f"{word} effort", {word: ("NAME", share)}, [span])
    assert {s.tier for s in found} == ({tier} if tier else set())


@pytest.mark.parametrize(("word", "tier"), [("hope", Tier.ASK), ("tilford", Tier.REDACT)])
def test_a_word_that_is_a_name_too_is_hidden_unasked_only_where_that_is_plain(
    word: str, tier: Tier
) -> None:
    (found,) = _decided(f"saw {word} today", {word: ("NAME", 0.85)}, [])
    assert found.tier is tier


def test_a_question_that_no_reader_looked_at_stays_a_question() -> None:
    page = Page("ref 22AB")
    asked = Span(6, 8, Label.NAME, Tier.ASK)  # inside a token that begins with a number
    found = tokens(page)
    nothing = np.zeros((len(found), len(CLASSES)))
    nothing[:, 0] = 1.0
    assert decide(page, found, [nothing, nothing], [asked]) == [asked]


def test_a_reader_that_did_not_read_a_word_has_no_say_in_it() -> None:
    page = Page("went to tilford")
    found = tokens(page)
    sure = np.zeros((len(found), len(CLASSES)))
    sure[:, 0] = 1.0
    sure[2, 0], sure[2, CLASSES.index("LOCATION")] = 0.1, 0.9
    (one,) = decide(page, found, [sure, np.zeros_like(sure)], [])
    assert one.tier is Tier.REDACT


def test_structured_identifiers_are_the_rules_alone() -> None:
    span = Span(5, 17, Label.PHONE)
    assert _decided("call 07700 900123", {}, [span]) == [span]


def test_an_age_over_89_keeps_its_own_label() -> None:
    (found,) = _decided("she is 93 now", {"00": ("AGE", 0.95)}, [])
    assert found.label is Label.AGE_OVER_89


def test_theorists_and_days_are_the_rules_alone() -> None:
    sure = {"yalom": ("NAME", 0.99), "mondays": ("NAME", 0.99)}
    assert _decided("Reading Yalom on monday", sure, []) == []


def test_a_rare_fact_is_asked_whole() -> None:
    (found,) = _decided("ok, he rowed to Cuba alone, he says", {"rowed": ("RARE", 0.9)}, [])
    assert (found.start, found.end, found.tier) == (4, 26, Tier.ASK)


def test_the_clinics_own_words_are_never_doubted(deidentifier: Deidentifier) -> None:
    roster = Roster(hidden=frozenset({"the"}))
    assert "the" not in deidentifier.review("On the train, by the window.", roster).text.split()
