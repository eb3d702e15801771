"""Read JSON from outside, refusing what could not be handed on."""

import json
from typing import Any

__all__ = ["read_json"]

DEEPEST = 60


def read_json(text: str | bytes) -> Any:
    """Parse JSON.

    Raises:
        ValueError: it does not parse, is nested deeper than sixty levels, or holds numbers or
            characters that JSON cannot carry back (NaN, infinity, half a surrogate pair).
    """
    try:
        value = json.loads(text)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except RecursionError as error:
        raise ValueError("This JSON is nested too deeply.") from error
    if _depth(value) > DEEPEST:
        raise ValueError("This JSON is nested too deeply.")
    return value


def _depth(value: Any) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        item, depth = waiting.pop()
        deepest = max(deepest, depth)
        inner = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        waiting.extend((part, depth + 1) for part in inner)
    return deepest
