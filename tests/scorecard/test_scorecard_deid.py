"""The mark-up reader and the scorer, and a floor under the open set."""

import hashlib
import json
from pathlib import Path

import pytest

from bot.deidentify import Deidentifier, Tier
from tests.scorecard.gold import GoldMessage, GoldSpan, frozen_set, marked_rows, open_set, unmarked
from tests.scorecard.score_deid import Said, row


def test_marks_become_offsets() -> None:
    message = unmarked("1", "Saw {NAME:plain|Anna} on {DATE|4 March}.\\nSad.")
    assert message.text == "Saw Anna on 4 March.\nSad."
    assert message.spans == (GoldSpan(4, 8, "NAME", "plain"), GoldSpan(12, 19, "DATE"))


@pytest.mark.parametrize(
    "line", ["{PERSON|Anna}", "{NAME:odd|Anna}", "{NAME|Anna", "a } brace"], ids=ascii
)
def test_wrong_marks_are_refused(line: str) -> None:
    with pytest.raises(ValueError, match="message 1"):
        unmarked("1", line)


def test_the_open_set_is_large_enough() -> None:
    messages = open_set()
    assert len(messages) >= 300
    assert sum(len(m.spans) for m in messages) >= 500
    assert sum(not m.spans for m in messages) >= 75


def test_a_frozen_set_must_be_the_one_that_was_frozen(tmp_path: Path) -> None:
    line = json.dumps({"id": 1, "text": "Anna", "spans": [{"start": 0, "end": 4, "label": "NAME"}]})
    assert frozen_set("a.jsonl", tmp_path) is None
    (tmp_path / "a.jsonl").write_text(line)
    with pytest.raises(ValueError, match="not the file that was frozen"):
        frozen_set("a.jsonl", tmp_path)
    digest = hashlib.sha256(line.encode()).hexdigest()
    (tmp_path / "SHA256SUMS").write_text(f"{digest}  a.jsonl\n")
    (message,) = frozen_set("a.jsonl", tmp_path) or []
    assert message.spans == (GoldSpan(0, 4, "NAME"),)


def test_a_row_counts_halves_tiers_and_false_alarms() -> None:
    texts = [
        unmarked("1", "{NAME:plain|Anna} and {NAME:plain|Bo}"),
        unmarked("2", "clean"),
        unmarked("3", "plain"),
    ]
    said: dict[str, list[Said]] = {
        "Anna and Bo": [(0, 2, True), (9, 11, False)],
        "clean": [(0, 5, True)],
        "plain": [(0, 5, False)],
    }
    found = row("x", "y", texts, lambda text: said.get(text, []))
    assert (found.redact, found.either) == (0.5, 1.0)
    assert (found.clean_redacted, found.clean_asked) == (0.5, 0.5)
    assert found.over == 5 / 21
    assert found.labels == {"NAME": (1, 2, 2), "plain": (1, 2, 2)}


@pytest.mark.parametrize(
    ("messages", "most_redacted"),
    [(open_set(), 0.05), (marked_rows("deid_spent_third.jsonl")[::2], 0.1)],
    ids=["open", "read once"],
)
def test_the_open_sets_do_not_get_worse(messages: list[GoldMessage], most_redacted: float) -> None:
    deidentifier = Deidentifier()

    def run(text: str) -> list[Said]:
        findings = deidentifier.review(text).findings
        return [(f.start, f.end, f.tier is Tier.REDACT) for f in findings]

    found = row("ours", "open", messages, run)
    assert found.either >= 0.98
    assert found.redact >= 0.91
    assert found.structured == 1.0
    assert found.clean_redacted <= most_redacted
    assert found.clean_asked <= 0.2
    assert found.over <= 0.02
    for kind in ("lowercase", "initial"):
        _, either, total = found.labels[kind]
        assert either / total >= 0.97
