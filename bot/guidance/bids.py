"""What a client's line pulls for, and which part of the alliance it strains."""

from __future__ import annotations

import re
from functools import cache

from bot.guidance.folding import fold
from bot.guidance.loader import knowledge, union
from bot.guidance.model import Bid, Strain


def bid_of(client: str | None) -> Bid | None:
    """Return the bid of a client's line, or ``None`` when the ordered patterns cannot tell."""
    if not client or not client.strip():
        return None
    folded = fold(client)
    for name, pattern, _ in _bids():
        if pattern.search(folded):
            return name
    return None


def strain_of(client: str | None, bid: Bid | None) -> Strain | None:
    """Return the part of the alliance under strain: told by the line itself, else by its bid."""
    if not client or bid in (None, Bid.INFORMATION):
        return None
    folded = fold(client)
    tasks, goals = _topics()
    if tasks.search(folded):
        return Strain.TASKS
    if goals.search(folded):
        return Strain.GOALS
    return next((strain for name, _, strain in _bids() if name is bid), None)


@cache
def _bids() -> tuple[tuple[Bid, re.Pattern[str], Strain | None], ...]:
    return tuple(
        (
            Bid(entry["name"]),
            union(entry["patterns"]),
            Strain(entry["strains"]) if "strains" in entry else None,
        )
        for entry in knowledge("bids")["bid"]
    )


@cache
def _topics() -> tuple[re.Pattern[str], re.Pattern[str]]:
    topics = knowledge("bids")
    return union(topics["tasks"]["patterns"]), union(topics["goals"]["patterns"])
