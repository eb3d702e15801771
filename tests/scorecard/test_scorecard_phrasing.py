"""The short score card of CI: the spent test sets, so that nothing gets worse unnoticed.

These sets were frozen once and their misses have been read since; the figures that count are those
of ``make scorecard`` on sets that nobody has read.
"""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.guidance import Exchange, Guidance, Kind
from bot.guidance.scoring import score
from tests.scorecard.score_phrasing import ours
from tests.training.examples import read_pairs

SPENT = Path(__file__).parents[1] / "training"


def rows(name: str) -> Iterator[dict[str, Any]]:
    for line in (SPENT / name).read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def plain(words: str | None) -> str:
    return " ".join(re.findall(r"\w+", (words or "").lower()))


def test_readings_of_the_spent_pairs() -> None:
    found = score(
        [ours(pair) for pair in list(read_pairs(SPENT / "spent_phrasing_second.txt"))[::3]]
    )
    assert found.pairs == 167
    assert found.macro_f1 >= 0.88
    assert found.swaps <= 0.03
    assert found.subtype is not None
    assert found.subtype >= 0.65


async def test_danger_in_the_spent_texts_is_heard() -> None:
    guidance = Guidance()
    heard: list[bool] = []
    alarmed: list[bool] = []
    for row in rows("spent_risk_fourth.jsonl"):
        answer = await guidance.ask_pair(Exchange(row.get("client"), row.get("reply")))
        (heard if row["risk"] else alarmed).append(answer.kind is Kind.SAFETY)
    assert sum(heard) / len(heard) >= 0.87
    assert sum(alarmed) / len(alarmed) <= 0.15


async def test_client_and_draft_are_found_in_the_spent_questions() -> None:
    guidance = Guidance()
    typed = list(rows("spent_typed_fourth.jsonl"))
    answers = await asyncio.gather(*(guidance.ask(row["text"]) for row in typed))
    both = [
        (plain(said.exchange.client), plain(said.exchange.reply))
        == (plain(row["client"]), plain(row["reply"]))
        for row, said in zip(typed, answers, strict=True)
        if row["kind"] == "phrase"
    ]
    assert sum(both) / len(both) >= 0.8
