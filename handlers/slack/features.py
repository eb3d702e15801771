"""Every feature's handlers, put into one table."""

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


def register_all(router: Router, known: SlackPeople) -> None:
    """Register all handlers; ``known`` are the people kept in memory, who change with events."""
    people.register(router, known)
    for feature in _FEATURES:
        feature.register(router)
