"""The safety gate and the understanding of typed questions, on frozen texts; counts only.

python -m tests.scorecard.score_gate
"""

import asyncio
import hashlib
import json
import re
import sys
from collections import Counter
from typing import Any

from bot.guidance import Answer, Exchange, Guidance, Kind
from tests.scorecard.gold import FROZEN, SUMS


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of a frozen file; raise ``ValueError`` where it is not the one that was frozen."""
    content = (FROZEN / name).read_bytes()
    sums = (FROZEN / SUMS).read_text(encoding="utf-8")
    if hashlib.sha256(content).hexdigest() not in sums:
        message = f"{name} is not the file that was frozen"
        raise ValueError(message)
    return [json.loads(line) for line in content.decode().splitlines() if line.strip()]


def plain(words: str | None) -> str:
    """Words without case, quotes and punctuation."""
    return " ".join(re.findall(r"\w+", (words or "").lower()))


async def answers(guidance: Guidance, texts: list[Any]) -> list[Answer]:
    """The answers to typed questions (strings) or pairs."""
    return [
        await (guidance.ask(one) if isinstance(one, str) else guidance.ask_pair(one))
        for one in texts
    ]


def gate(guidance: Guidance) -> None:
    """Print recall by concern and false alarms by kind."""
    found = rows("risk_test.jsonl")
    pairs = [Exchange(one.get("client"), one.get("reply")) for one in found]
    heard = [one.kind is Kind.SAFETY for one in asyncio.run(answers(guidance, pairs))]
    total, right = Counter[str](), Counter[str]()
    for row, alarm in zip(found, heard, strict=True):
        name = row["concern"] if row["risk"] else f"harmless: {row['why']}"
        total[name] += 1
        right[name] += alarm
    risks = sum(total[name] for name in total if not name.startswith("harmless"))
    caught = sum(right[name] for name in right if not name.startswith("harmless"))
    sys.stdout.write(f"Risk heard: {caught} of {risks} ({caught / risks:.3f})\n\n")
    sys.stdout.write("| what | gated | of |\n|---|---|---|\n")
    for name in sorted(total):
        sys.stdout.write(f"| {name} | {right[name]} | {total[name]} |\n")


def understanding(guidance: Guidance) -> None:
    """Print in how many typed questions client and draft were found as they stand."""
    found = rows("typed_questions.jsonl")
    told = asyncio.run(answers(guidance, [one["text"] for one in found]))
    questions = [(row, said) for row, said in zip(found, told, strict=True)
                 if row["kind"] == "phrase"]  # fmt: skip
    both = sum(
        plain(row["client"]) == plain(said.exchange.client)
        and plain(row["reply"]) == plain(said.exchange.reply)
        for row, said in questions
    )
    others = [said for row, said in zip(found, told, strict=True) if row["kind"] == "other"]
    known = sum(said.kind is Kind.OTHER for said in others)
    sys.stdout.write(
        f"\nClient and draft found: {both} of {len(questions)} ({both / len(questions):.3f}); "
        f"no question taken for what it is: {known} of {len(others)}\n"
    )


def main() -> None:
    """Print both."""
    guidance = Guidance()
    gate(guidance)
    understanding(guidance)


if __name__ == "__main__":
    main()
