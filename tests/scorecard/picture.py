"""The score card's picture, drawn from its own tables: readings, gate, de-identification."""

import re
from collections.abc import Sequence
from io import BytesIO
from typing import Any, Final

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

INK, OURS, THEIRS, AIM = "#22313f", "#1f6f78", "#b9c4cc", "#b5651d"
LABELS: Final = re.compile(r" \+ logistic regression| \(no encoder file\)| \(ours\)")
Bar = tuple[str, float, tuple[float, float] | None]


def draw(page: str) -> bytes:
    """Return a PNG of the page's figures: ours dark, others pale, the aims as dotted lines."""
    figure = Figure(figsize=(11, 3.6), dpi=110, facecolor="white", layout="constrained")
    canvas = FigureCanvasAgg(figure)
    left, middle, right = figure.subplots(1, 3)
    _bars(left, "Readings: macro-F1", readings(page), 0.92)
    _bars(middle, "Safety gate: danger heard", gate(page), 0.99)
    _bars(right, "De-identification: found or asked", deidentified(page), 0.99)
    out = BytesIO()
    canvas.print_png(out)  # type: ignore[no-untyped-call]  # matplotlib leaves it untyped
    return out.getvalue()


def rows(page: str, heading: str) -> list[list[str]]:
    """Return the cells of the first table under a heading, without its head."""
    part = page.split(f"\n## {heading}\n", 1)[1]
    table = re.search(r"(?:^\|.*\n)+", part, re.MULTILINE)
    lines = table[0].splitlines()[2:] if table else []
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def readings(page: str) -> list[Bar]:
    """Each reader's macro-F1 with its interval."""
    found: list[Bar] = []
    for name, value, span, *_ in rows(page, "Readings of a draft"):
        low, high = map(float, span.split("–"))
        found.append((LABELS.sub("", name), float(value), (low, high)))
    return found


def gate(page: str) -> list[Bar]:
    """The share of danger heard, by rules alone and with the encoder."""
    first = rows(page, "Safety gate and typed questions")[0]
    shares = [float(cell.split("(")[1].rstrip(")")) for cell in first[2:4]]
    return [("rules alone", shares[0], None), ("all together", shares[1], None)]


def deidentified(page: str) -> list[Bar]:
    """Each system's redact + ask on the sealed set, down to its lower bound."""
    return [
        (cells[0], float(cells[4]), (float(cells[5]), float(cells[4])))
        for cells in rows(page, "De-identification")
        if cells[1] == "sealed"
    ]


def _bars(axes: Any, title: str, bars: Sequence[Bar], aim: float) -> None:
    places = range(len(bars))
    mine = {"all together", "Attune"}
    axes.barh(
        places, [value for _, value, _ in bars],
        color=[OURS if name in mine else THEIRS for name, _, _ in bars], height=0.6,
    )  # fmt: skip
    for place, (name, value, span) in enumerate(bars):
        if span:
            axes.plot(span, (place, place), color=INK, linewidth=1.4)
        colour = "white" if name in mine else INK
        axes.text(0.02, place, f"{value:.3f}", va="center", color=colour)
    axes.axvline(aim, color=AIM, linestyle=":", linewidth=1.6)
    axes.set_yticks(places, [name for name, _, _ in bars])
    axes.set_xlim(0, 1)
    axes.invert_yaxis()
    axes.set_title(title, fontsize=11, color=INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=INK, labelsize=9)
