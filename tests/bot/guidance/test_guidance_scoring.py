"""The figures of the score card, and what a clinic's own file may look like."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.errors import NotScored
from bot.guidance import Exchange, Guidance, Stance, Subtype
from bot.guidance.scoring import Judged, Marked, macro_f1, marked_pairs, score
from bot.operations import Operations
from handlers.cli import create_cli

C, A, F = Stance.COLLUSION, Stance.ATTUNED, Stance.CONFRONTATION


def judged(marked: Stance, said: Stance, sure: float = 0.8) -> Judged:
    return Judged(Marked(Exchange("Hm.", "Hm."), marked), said, sure)


def test_figures_of_a_small_sample() -> None:
    found = score(
        [judged(C, C), judged(A, A), judged(F, C), judged(F, F), judged(A, Stance.UNCLEAR, 0.4)]
    )
    assert found.pairs == 5
    assert found.swaps == pytest.approx(1 / 5)
    assert found.told == pytest.approx(4 / 5)
    assert found.right_when_told == pytest.approx(3 / 4)
    assert found.calibration_error == pytest.approx(abs(3 - 3.2) / 4)
    assert found.macro_f1 == pytest.approx(2 / 3)
    assert found.subtype is None


def test_macro_f1_is_one_only_where_all_is_right() -> None:
    assert macro_f1([(C, C), (A, A), (F, F)]) == 1
    assert macro_f1([(C, F), (A, C), (F, A)]) == 0
    assert macro_f1([]) == 0


def test_marked_pairs_are_read_and_blank_lines_passed_over() -> None:
    lines = [
        '{"client": "Hm?", "reply": "No.", "stance": "confrontation", "subtype": "contradict"}',
        "",
        '{"reply": "Go on.", "stance": "attuned"}',
    ]
    first, second = marked_pairs(lines)
    assert (first.stance, first.subtype) == (F, Subtype.CONTRADICT)
    assert second == Marked(Exchange(None, "Go on."), A)


@pytest.mark.parametrize(
    ("line", "trouble"),
    [
        ("secret words", "is not a JSON object"),
        ("[]", "is not a JSON object"),
        ('{"stance": "attuned"}', "has no reply"),
        ('{"reply": " ", "stance": "attuned"}', "has no reply"),
        ('{"reply": "secret words", "stance": "kind"}', "has no stance"),
        ('{"reply": "secret words", "stance": "attuned", "subtype": "nod"}', "has no subtype"),
    ],
)
def test_a_malformed_line_is_named_by_number_and_never_quoted(line: str, trouble: str) -> None:
    with pytest.raises(NotScored, match=f"Line 2 {trouble}") as caught:
        list(marked_pairs(['{"reply": "Go on.", "stance": "attuned"}', line]))
    assert "secret" not in str(caught.value)
    assert "Nothing was scored" in str(caught.value)


async def test_a_clinics_own_pairs_are_scored_and_danger_is_left_out() -> None:
    marked = list(
        marked_pairs(
            [
                json.dumps({"client": "Am I a bad patient?", "reply": reply, "stance": stance})
                for reply, stance in (
                    ("You can be difficult at times.", "collusion"),
                    ("What would it mean to you to be a 'bad patient'?", "attuned"),
                    ("Where did you get that idea?", "confrontation"),
                )
            ]
            + ['{"client": "I want to kill myself.", "reply": "Go on.", "stance": "attuned"}']
        )
    )
    found, gated = await Guidance().score(marked)
    assert (found.pairs, gated) == (3, 1)
    assert found.macro_f1 == 1


async def test_nothing_to_score_is_no_error() -> None:
    found, gated = await Guidance().score([])
    assert (found.pairs, found.macro_f1, gated) == (0, 0.0, 0)


def test_the_command_prints_the_figures_or_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_text(
        '{"client": "Am I a bad patient?", "reply": "You are difficult.", "stance": "collusion"}\n'
    )
    run, app = CliRunner(), create_cli(Operations())
    said = run.invoke(app, ["phrase", "--score", str(file)])
    assert said.exit_code == 0
    assert "1 pairs read" in said.output
    file.write_text('{"reply": 3}\n')
    said = run.invoke(app, ["phrase", "--score", str(file)])
    assert said.exit_code == 1
    assert "Line 1 has no reply" in said.output
