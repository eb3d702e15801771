"""An agenda for the next supervision hour, timed, from what may be told."""

from typing import Final

from bot.digests.model import Digest, Leaning

HOUR: Final = 60
LOW: Final = 3.0
"""A mean below the middle of the 1–5 scale is worth a conversation."""

_ALLIANCE: Final = ("bond", "goals", "tasks")
_SUPERVISION: Final = ("useful", "safe")

_PULLS: Final = {
    "COLLUDE": "the pull to agree and soothe",
    "COLLUDE_A_BIT": "the pull to agree and soothe",
    "CONFRONT": "the pull to push back",
    "CONFRONT_A_BIT": "the pull to push back",
}

TOPICS: Final = {
    "bond": "the bond with a client",
    "goals": "agreeing on goals",
    "tasks": "agreeing on what to do in sessions",
    "rupture": "a rupture, or its repair",
    "collusion": "being pulled into agreeing",
    "confrontation": "being pulled into arguing",
    "self_criticism": "a client's self-criticism",
    "endings": "endings",
    "boundaries": "boundaries and frame",
    "silence": "silence and withdrawal",
    "culture": "culture and difference",
    "risk": "risk and safety",
    "workload": "workload",
    "supervision": "supervision itself",
}
"""What a topic is called in a sentence."""


def agenda(digest: Digest) -> tuple[str, ...]:
    """Return timed points, most shared first; together they fill one hour."""
    points = _points(digest)
    if not points:
        return (
            "10 min · Arriving: how is everybody's work this week?",
            "40 min · Cases that supervisees want to bring",
            "10 min · What would make it easier to bring the difficult moments here?",
        )
    each = (HOUR - 20) // len(points) // 5 * 5
    rest = HOUR - 10 - each * len(points)
    return (
        *(f"{each} min · {point}" for point in points),
        f"{rest} min · Cases that supervisees want to bring",
        "10 min · What did this hour leave out?",
    )


def _points(digest: Digest) -> list[str]:
    points: list[str] = []
    figures = digest.figures
    low = [
        name for name in _ALLIANCE if (mean := getattr(figures, name)) is not None and mean < LOW
    ]
    low += [name for name in _ALLIANCE if digest.leanings.get(name) is Leaning.BELOW]
    if low:
        points.append(f"The alliance: {' and '.join(low)} felt thin this week. Where, and why now?")
    thin = [mean is not None and mean < LOW for mean in (figures.useful, figures.safe)]
    if any(thin) or Leaning.BELOW in (digest.leanings.get(name) for name in _SUPERVISION):
        points.append("Supervision itself: what would make it safer or more useful?")
    pulls = dict.fromkeys(_PULLS[name] for name in digest.pulls if name in _PULLS)
    points += [f"Role-play {pull}, and what an attuned reply might be" for pull in pulls]
    named = sorted(digest.topics, key=lambda topic: -digest.topics[topic])
    points += [f"Several want to bring {TOPICS.get(topic, topic)}" for topic in named]
    return points[:4]
