"""The digest's picture. The one file that imports matplotlib, and only when one is drawn."""

from io import BytesIO
from typing import Final

from bot.digests.model import Digest, Figures

WIDTH, HEIGHT, DOTS = 9.0, 4.2, 110
_INK: Final = "#22313f"
_ASIDE: Final = 0.06
"""How far the three marks of a week stand apart, so that equal means do not hide each other."""

_LINES: Final = {
    "bond": ("Bond", "#1f6f78", "o"),
    "goals": ("Goals", "#b5651d", "s"),
    "tasks": ("Tasks", "#6a4c93", "^"),
}
_PULLS: Final = {
    "COLLUDE": "Collude",
    "COLLUDE_A_BIT": "a bit",
    "ATTUNED": "Attuned",
    "CONFRONT_A_BIT": "a bit ",
    "CONFRONT": "Confront",
}


def draw(digest: Digest) -> bytes:
    """Return a PNG: bond, goals and tasks over the weeks, and the pulls that may be told.

    Shapes differ as well as colours, and the background is white, so that it reads on a dark
    screen and in grey. Takes about a fifth of a second; call it off the event loop.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  heavy, rarely needed
    from matplotlib.figure import Figure  # noqa: PLC0415  heavy, rarely needed

    figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DOTS, facecolor="white", layout="constrained")
    canvas = FigureCanvasAgg(figure)
    weeks, pulls = figure.subplots(1, 2, width_ratios=(3, 2))
    _draw_weeks(weeks, [*digest.history, digest.figures])
    _draw_pulls(pulls, digest)
    for axes in (weeks, pulls):
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(colors=_INK, labelsize=12)
    out = BytesIO()
    canvas.print_png(out)  # type: ignore[no-untyped-call]  # matplotlib leaves it untyped
    return out.getvalue()


def _draw_weeks(axes, weeks: list[Figures]) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001  matplotlib is imported only while drawing
    labels = [f"{week.day.day} {week.day:%b}" for week in weeks]
    for aside, (name, (label, colour, marker)) in enumerate(_LINES.items(), start=-1):
        means = [getattr(week, name) for week in weeks]
        axes.plot(
            [place + aside * _ASIDE for place in range(len(weeks))],
            [float("nan") if mean is None else mean for mean in means],
            color=colour, marker=marker, markersize=8, linewidth=2, label=label,
        )  # fmt: skip
    axes.set_xticks(range(len(weeks)), labels)
    axes.set_xlim(-0.4, max(len(weeks) - 0.6, 0.6))
    axes.set_ylim(0.8, 5.2)
    axes.set_yticks(range(1, 6))
    axes.set_title("Bond, goals, tasks (1 to 5)", color=_INK, fontsize=14, loc="left", pad=12)
    axes.grid(axis="y", color="#e3e7ea")
    axes.legend(loc="lower left", frameon=False, ncols=3, fontsize=12)


def _draw_pulls(axes, digest: Digest) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001  matplotlib is imported only while drawing
    counts = [digest.pulls.get(name, 0) for name in _PULLS]
    axes.barh(range(len(counts)), counts, color="#8fb8bd")
    axes.set_yticks(range(len(counts)), [label.strip() for label in _PULLS.values()])
    axes.invert_yaxis()
    axes.set_xlim(0, max([*counts, digest.threshold]) * 1.35)
    axes.set_title("Where people felt pulled", color=_INK, fontsize=14, loc="left", pad=12)
    for place, count in enumerate(counts):
        axes.text(
            count + 0.1, place, f"{count} or more" if count else "not told",
            va="center", color=_INK, fontsize=12,
        )  # fmt: skip
