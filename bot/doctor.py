"""The doctor: a list of checks, each a sentence, and what to do where one fails."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.errors import AttuneError

Check = Callable[[], Awaitable[str]]
"""Returns a sentence on what is well; raises an ``AttuneError`` that says what is not."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check."""

    name: str
    ok: bool
    sentence: str


async def examine(checks: Mapping[str, Check]) -> Sequence[Finding]:
    """Run all checks in order; one that fails does not keep the others from running."""
    findings: list[Finding] = []
    for name, check in checks.items():
        try:
            findings.append(Finding(name, ok=True, sentence=await check()))
        except AttuneError as error:
            findings.append(Finding(name, ok=False, sentence=str(error)))
    return findings
