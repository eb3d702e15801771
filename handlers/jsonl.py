"""JSON Lines in, JSON Lines out: one answer for each line, in order, whatever a line holds."""

import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TextIO

Row = dict[str, Any]
Answering = Callable[[Row], Awaitable[Row]]


async def stream(lines: Iterable[str], out: TextIO, answer: Answering) -> None:
    """Answer each line that is not blank. A malformed one gets ``{"id": null, "error": …}``."""
    for line in lines:
        if line.strip():
            out.write(json.dumps(await _answered(line, answer), ensure_ascii=False) + "\n")
            out.flush()


async def _answered(line: str, answer: Answering) -> Row:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return {"id": None, "error": "This line is not JSON."}
    if not isinstance(row, dict):
        return {"id": None, "error": "This line is not a JSON object."}
    try:
        return await answer(row)
    except (KeyError, TypeError, ValueError):
        return {"id": None, "error": "This line lacks a field, or one has the wrong type."}
