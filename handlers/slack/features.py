"""Every feature's handlers, put into one table."""

from collections.abc import Callable

from handlers.slack import (
    checkins,
    commands,
    digests,
    home,
    people,
    phrasing,
    privacy,
    reflections,
    safety,
    settings,
    setup,
)
from handlers.slack.people import SlackPeople
from handlers.slack.router import Router

_FEATURES = (
    checkins,
    commands,
    digests,
    home,
    phrasing,
    privacy,
    reflections,
    safety,
    settings,
    setup,
)


def register_all(router: Router, known: SlackPeople, *forget: Callable[[str], None]) -> None:
    """Register all handlers.

    Args:
        router: Where to.
        known: The people kept in memory, who change with events.
        forget: What else lets go of a workspace when it removes Attune.
    """
    people.register(router, known, *forget)
    for feature in _FEATURES:
        feature.register(router)
