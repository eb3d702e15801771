"""From a released digest to words: sections, a summary, the picture's alt text, a table."""

import csv
from io import StringIO
from typing import Final

from bot.digests.agenda import TOPICS, agenda
from bot.digests.model import Band, Digest, Figures, Leaning
from bot.messages import DigestMessage, Section

_RATINGS: Final = {
    "bond": "Bond",
    "goals": "Agreement on goals",
    "tasks": "Agreement on tasks",
}
_SUPERVISION: Final = {"useful": "Useful", "safe": "Safe to be open in"}

_PULLS: Final = {
    "COLLUDE": "Pulled to collude",
    "COLLUDE_A_BIT": "Pulled a bit to collude",
    "ATTUNED": "Mostly attuned",
    "CONFRONT_A_BIT": "Pulled a bit to confront",
    "CONFRONT": "Pulled to confront",
}

_ASKED: Final = {
    "collusion": "drafts that leaned towards collusion",
    "confrontation": "drafts that leaned towards confrontation",
    "attuned": "drafts that read as attuned",
    "mixed": "drafts that pulled both ways",
    "neutral": "plain drafts",
    "unclear": "drafts that could be read in two ways",
    "safety": "a safety matter",
}

_BANDS: Final = {
    Band.NONE: "Nobody answered this week.",
    Band.FEW: "A few of those who were asked have answered.",
    Band.HALF: "About half of those who were asked have answered.",
    Band.MOST: "Most of those who were asked have answered.",
    Band.NEARLY_ALL: "Nearly everyone who was asked has answered.",
}


def title(digest: Digest) -> str:
    """Return the digest's heading."""
    return f"{digest.team_name}: week of {digest.day.day} {digest.day:%B %Y}"


def message(digest: Digest, picture: bytes | None) -> DigestMessage:
    """Return the digest as it is said; ``picture`` is a PNG."""
    return DigestMessage(
        digest=digest.id,
        title=title(digest),
        summary=_summary(digest),
        picture=picture,
        alt_text=alt_text(digest),
        sections=tuple(_sections(digest)),
        agenda=agenda(digest),
    )


def alt_text(digest: Digest) -> str:
    """Return in words all that the picture shows."""
    if not digest.tells_ratings:
        return "No picture: too few answers to show bond, goals and tasks."
    means = ", ".join(_means(digest.figures, _RATINGS))
    pulls = ", ".join(f"{_PULLS[name].lower()} at least {n}" for name, n in digest.pulls.items())
    weeks = len(digest.history) + 1
    return (
        f"Bond, goals and tasks over {weeks} week{'s' if weeks > 1 else ''}, from 1 to 5. "
        f"This week: {means}. Pulls shared by enough people: {pulls or 'none'}."
    )


def _summary(digest: Digest) -> str:
    if not digest.tells_numbers:
        return f"{_BANDS[digest.band]} Too few to show numbers without pointing at anyone."
    means = _means(digest.figures, _RATINGS)
    means += [f"{label.lower()} {side}" for label, side in _leaning(digest, _RATINGS)]
    told = _start(", ".join(means)) or "Too few rated bond, goals and tasks to show them"
    return f"{_BANDS[digest.band]} {told}."


def _means(figures: Figures, names: dict[str, str]) -> list[str]:
    given = {label: getattr(figures, name) for name, label in names.items()}
    return [f"{label.lower()} {mean:g}" for label, mean in given.items() if mean is not None]


def _sections(digest: Digest) -> list[Section]:
    found = [
        Section("The alliance this week (1 to 5)", _ratings(digest, _RATINGS)),
        Section("What changed", _changed(digest)),
        Section("Where people felt pulled", _counted(digest.pulls, _PULLS)),
        Section("Topics for supervision", _counted(digest.topics, TOPICS)),
        Section("What was asked about phrasing", _counted(digest.asked, _ASKED)),
        Section("In their own words, where they allow it, in random order", digest.words),
        Section("How supervision itself is experienced", _ratings(digest, _SUPERVISION)),
        Section("What was held back", tuple(f"{one.what}: {one.why}" for one in digest.withheld)),
    ]
    return [section for section in found if section.lines]


def _ratings(digest: Digest, names: dict[str, str]) -> tuple[str, ...]:
    given = {label: getattr(digest.figures, name) for name, label in names.items()}
    means = [f"{label}: {mean:g}" for label, mean in given.items() if mean is not None]
    return (*means, *(f"{label}: {side}" for label, side in _leaning(digest, names)))


def _leaning(digest: Digest, names: dict[str, str]) -> list[tuple[str, Leaning]]:
    return [(names[name], side) for name, side in digest.leanings.items() if name in names]


def _counted(counts: dict[str, int], names: dict[str, str]) -> tuple[str, ...]:
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(f"{_start(names.get(name, name))}: at least {n} people" for name, n in ranked)


def _start(words: str) -> str:
    return words[:1].upper() + words[1:]


def _changed(digest: Digest) -> tuple[str, ...]:
    if not digest.history:
        return ()
    last = digest.history[-1]
    lines: list[str] = []
    for name, label in _RATINGS.items():
        then, now = getattr(last, name), getattr(digest.figures, name)
        if then is not None and now is not None and then != now:
            lines.append(f"{label}: {then:g} → {now:g} since the week of {last.day:%d %B}")
    return tuple(lines)


def table(digest: Digest) -> bytes:
    """Return the released figures as CSV (UTF-8): section, item, value."""
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow(("section", "item", "value"))
    rows.writerow(("week", "starting", digest.day.isoformat()))
    rows.writerow(("participation", "band", digest.band))
    for name in (*_RATINGS, *_SUPERVISION):
        mean = getattr(digest.figures, name)
        told = digest.leanings.get(name, "withheld") if mean is None else f"{mean:g}"
        rows.writerow(("mean", name, told))
    for heading in ("pulls", "topics", "asked"):
        for name, n in getattr(digest, heading).items():
            rows.writerow((heading, name.lower(), f"at least {n}"))
    for one in digest.withheld:
        rows.writerow(("withheld", one.what, one.why))
    return text.getvalue().encode()
