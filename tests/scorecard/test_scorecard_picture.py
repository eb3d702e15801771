"""The picture is drawn from what the committed score card says."""

from tests.scorecard.__main__ import PAGE
from tests.scorecard.picture import deidentified, draw, gate, readings


def test_the_figures_are_those_of_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    ours = readings(page)[-1]
    assert ours[0] == "all together"
    assert f"| all together (ours) | {ours[1]:.3f} |" in page
    rules, both = gate(page)
    assert rules[1] < both[1]
    assert tuple(name for name, _, _ in deidentified(page)[:2]) == (
        "Attune",
        "Presidio, patterns alone",
    )


def test_a_picture_is_drawn() -> None:
    assert draw(PAGE.read_text(encoding="utf-8"))[:4] == b"\x89PNG"
