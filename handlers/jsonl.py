"""JSON Lines in, JSON Lines out: one answer for each line, in order, whatever a line holds.

Both sides are bytes, so that a line which is no UTF-8 costs that line alone, and so that the
terminal's own encoding does not decide what can be written.
"""

import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, BinaryIO, Final

Row = dict[str, Any]
Answering = Callable[[Row], Awaitable[Row]]

_NO_JSON: Final = "This line is not JSON."
_NO_OBJECT: Final = "This line is not a JSON object."
_MISSHAPEN: Final = "This line lacks a field, or one has the wrong type."


async def stream(lines: Iterable[bytes], out: BinaryIO, answer: Answering) -> None:
    """Answer each line that is not blank. A malformed one gets ``{"id": null, "error": …}``."""
    for line in lines:
        if line.strip():
            out.write(await _answered(line, answer) + b"\n")
            out.flush()


async def _answered(line: bytes, answer: Answering) -> bytes:
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return _written({"id": None, "error": _NO_JSON})
    if not isinstance(row, dict):
        return _written({"id": None, "error": _NO_OBJECT})
    try:
        return _written(await answer(row))
    except (KeyError, TypeError, ValueError, RecursionError):
        return _written({"id": None, "error": _MISSHAPEN})


def _written(row: Row) -> bytes:
    """Return ``row`` as JSON; ``ValueError`` for NaN and infinity, which JSON does not know."""
    try:
        return json.dumps(row, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can name and UTF-8 cannot hold
        return json.dumps(row, allow_nan=False).encode()
