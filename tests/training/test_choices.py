"""Readers' choices of lines for statements."""

from bot.guidance.lines import lines
from tests.scorecard.frozen_files import sealed
from tests.training.choices import CHOICES, choices


def test_choices_name_lines_that_stand() -> None:
    rows = CHOICES.read_text(encoding="utf-8").splitlines()
    names = [name for row in rows for name in row.split("\t")[1].split()]
    assert sum(name in lines() for name in names) >= 0.98 * len(names)
    assert len(choices()) == len(rows) >= 3000


def test_nearly_every_statement_has_lines_and_nearly_every_line_statements() -> None:
    assert sum(bool(names) for names in choices().values()) >= 0.9 * len(choices())
    chosen = {name for names in choices().values() for name in names}
    assert len(chosen) >= 0.98 * len(lines())


def test_no_statement_of_the_frozen_set_was_read() -> None:
    frozen = sealed("phrasing_test.txt").splitlines()
    assert not set(choices()) & {line[2:].strip() for line in frozen if line.startswith("C:")}
