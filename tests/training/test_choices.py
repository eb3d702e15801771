"""Readers' choices of lines for statements, and their marks of single ones."""

from bot.guidance.lines import lines
from tests.scorecard.frozen_files import sealed
from tests.training.choices import CHOICES, OF_KINDS, choices, marks


def test_choices_name_lines_that_stand() -> None:
    rows = CHOICES.read_text(encoding="utf-8").splitlines()
    names = [name for row in rows for name in row.split("\t")[1].split()]
    assert sum(name in lines() for name in names) >= 0.98 * len(names)
    assert len(choices()) == len(rows) >= 3000


def test_most_statements_have_lines_and_every_line_statements() -> None:
    assert sum(bool(names) for names in choices().values()) >= 0.75 * len(choices())
    chosen = [*choices().values(), *choices(OF_KINDS).values()]
    assert set(lines()) == {name for names in chosen for name in names}


def test_every_line_was_marked_often_and_mostly_signed() -> None:
    for name in lines():
        given = [one.mark for one in marks() if one.line == name]
        assert set(given) <= set("ucnh")
        assert len(given) >= 3, lines()[name].text
        assert given.count("h") <= 0.1 * len(given), lines()[name].text
    assert sum(one.mark == "u" for one in marks()) >= 0.5 * len(marks())


def test_no_statement_of_the_frozen_set_was_read() -> None:
    frozen = sealed("phrasing_test.txt").splitlines()
    read = {*choices(), *choices(OF_KINDS), *(one.client for one in marks())}
    assert not read & {line[2:].strip() for line in frozen if line.startswith("C:")}
