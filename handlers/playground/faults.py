"""Misbehave on purpose: a script of faults for the Web API, the same at every run."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

__all__ = ["Fault", "Faults", "Rule"]

LARGEST = 3600

Fault = Literal[
    "ratelimited",  # 429 with Retry-After
    "server_error",  # 500 with a page that is not JSON
    "slow",  # the answer takes `seconds`
    "drop_before",  # the connection closes and nothing happened
    "drop_after",  # it happened, but the answer never comes
    "revoke_token",  # the token of this request stops working
    "remove_scope",  # the token loses `scope`
    "deactivate_user",  # the member `user` is deactivated
]


@dataclass(slots=True)
class Rule:
    """One fault and when it strikes.

    Attributes:
        fault: what happens.
        method: the Web API method it strikes, or ``*`` for all.
        after: how many matching calls pass first.
        times: how often it strikes; None means always.
        chance: how likely a matching call is struck, drawn from ``seed``.
        retry_after: seconds of the Retry-After header (ratelimited).
        seconds: how long the answer takes (slow).
        scope: the scope taken away (remove_scope).
        user: who is deactivated (deactivate_user).
        passed: matching calls let through so far.
        struck: calls struck so far.
    """

    fault: Fault
    method: str = "*"
    after: int = 0
    times: int | None = 1
    chance: float = 1.0
    retry_after: int = 1
    seconds: float = 0.0
    scope: str = ""
    user: str = ""
    passed: int = 0
    struck: int = 0

    def __post_init__(self) -> None:
        if self.fault not in get_args(Fault):
            raise ValueError(f"There is no fault called {self.fault!r}.")
        texts = (self.method, self.scope, self.user)
        counts = (self.after, self.retry_after, self.times or 0)
        numbers = (*counts, self.chance, self.seconds)
        if not all(isinstance(text, str) for text in texts):
            raise ValueError("A fault's method, scope and user are text.")
        if not all(type(count) is int for count in counts):
            raise ValueError("A fault counts in whole numbers.")
        if not all(isinstance(n, (int, float)) and 0 <= n <= LARGEST for n in numbers):
            raise ValueError("A fault's numbers lie between 0 and 3600.")


class Faults:
    """The rules in force; the first that matches a call strikes it.

    Args:
        rules: where to start.
        seed: where the chances are drawn from, so that a run can be repeated.
    """

    def __init__(self, rules: Iterable[Rule] = (), *, seed: int = 0) -> None:
        self.rules = list(rules)
        self._random = random.Random(seed)  # noqa: S311 - a script of faults, not a secret

    def add(self, fault: Fault, method: str = "*", **rest: Any) -> Rule:
        """Add one rule (``rest``: fields of :class:`Rule`)."""
        rule = Rule(fault, method, **rest)
        self.rules.append(rule)
        return rule

    def replace(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Take rules as the page sends them.

        Raises:
            ValueError: a row names an unknown fault or field.
        """
        try:
            self.rules = [Rule(**row) for row in rows]
        except TypeError as error:
            raise ValueError("A fault needs a name, and only fields that exist.") from error

    def clear(self) -> None:
        """Behave again."""
        self.rules.clear()

    def next(self, method: str) -> Rule | None:
        """The rule that strikes this call, counted."""
        for rule in self.rules:
            if rule.method not in ("*", method):
                continue
            if rule.times is not None and rule.struck >= rule.times:
                continue
            if rule.passed < rule.after or self._random.random() >= rule.chance:
                rule.passed += 1
                continue
            rule.struck += 1
            return rule
        return None

    def rows(self) -> list[dict[str, Any]]:
        """The rules with their counts, for the page."""
        return [asdict(rule) for rule in self.rules]
