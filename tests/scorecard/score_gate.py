"""The safety gate and the understanding of typed questions, on frozen texts; counts only.

python -m tests.scorecard.score_gate
"""

import asyncio
import json
import re
import sys
from typing import Any

from bot.guidance import Answer, Exchange, Guidance, Kind
from tests.scorecard.frozen_files import sealed


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of a frozen file in JSON Lines."""
    return [json.loads(line) for line in sealed(name).splitlines() if line.strip()]


def plain(words: str | None) -> str:
    """Words without case, quotes and punctuation."""
    return " ".join(re.findall(r"\w+", (words or "").lower()))


async def answers(guidance: Guidance, texts: list[Any]) -> list[Answer]:
    """The answers to typed questions (strings) or pairs."""
    return [
        await (guidance.ask(one) if isinstance(one, str) else guidance.ask_pair(one))
        for one in texts
    ]


def gate() -> None:
    """Print recall by concern and false alarms by kind, of rules alone and with the encoder."""
    found = rows("risk_test.jsonl")
    pairs = [Exchange(one.get("client"), one.get("reply")) for one in found]
    readers = {"rules alone": Guidance(lambda: None), "rules and encoder (ours)": Guidance()}
    names = [
        f"danger: {row['concern']}" if row["risk"] else f"harmless: {row['why']}" for row in found
    ]
    alarms = {
        name: [one.kind is Kind.SAFETY for one in asyncio.run(answers(reader, pairs))]
        for name, reader in readers.items()
    }
    write = sys.stdout.write
    write(f"| what | texts | {' | '.join(readers)} |\n|---|---|{'---|' * len(readers)}\n")
    for kind in ["danger", *sorted(set(names))]:
        places = [at for at, name in enumerate(names) if name.startswith(kind)]
        heard = [sum(alarms[name][at] for at in places) for name in readers]
        cells = [f"{one} ({one / len(places):.3f})" for one in heard]
        write(f"| {kind} | {len(places)} | {' | '.join(cells)} |\n")


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
    gate()
    understanding(guidance)


if __name__ == "__main__":
    main()
