"""Figures in Prometheus' form: what happens in this process, and how the ledger stands.

Nothing here names a person, a team or a workspace, and nothing holds text.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

from bot.deliveries import Standing, State

__all__ = ["CONTENT_TYPE_LATEST", "Counts", "generate_latest", "show"]

FORGED: Final = Counter(
    "attune_forged_requests", "Requests refused because their signature was missing, wrong or old."
)
ACKNOWLEDGED: Final = Histogram(
    "attune_acknowledge_seconds",
    "From a signed request of Slack's to our answer; Slack waits three seconds.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3),
)
LIMITED: Final = Counter(
    "attune_slack_limited", "Calls that Slack answered with 429: too many.", ["method"]
)
JOB_SECONDS: Final = Histogram(
    "attune_job_seconds",
    "How long the clock's jobs take: tick, retention.",
    ["job"],
    buckets=(0.002, 0.01, 0.05, 0.2, 1, 3, 10, 30, 120),
)
DELIVERIES: Final = Gauge("attune_deliveries", "Rows of the ledger, twelve weeks back.", ["state"])
QUEUE_AGE: Final = Gauge(
    "attune_queue_age_seconds", "How late the delivery is that waits longest past its place."
)
TICK_AGE: Final = Gauge("attune_tick_age_seconds", "Since the last tick of any process.")

_COUNTERS: Final[Mapping[str, Counter]] = {
    "readings": Counter(
        "attune_readings", "Drafts read, by stance; nothing of their text.", ["which"]
    ),
    "opinions": Counter("attune_opinions", "Opinions on answers: helpful or unhelpful.", ["which"]),
}


class Counts:
    """``bot.ports.Counts`` in this process's figures."""

    def count(self, what: str, which: str) -> None:
        """Count one of ``what``, of the sort ``which``."""
        _COUNTERS[what].labels(which).inc()


def show(standing: Standing, now: datetime) -> None:
    """Bring the ledger's gauges up to date."""
    for state in State:
        DELIVERIES.labels(state).set(standing.states.get(state, 0))
    QUEUE_AGE.set(standing.queue_age(now).total_seconds())
    tick_age = standing.tick_age(now)
    TICK_AGE.set(float("nan") if tick_age is None else tick_age.total_seconds())
