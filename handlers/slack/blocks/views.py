"""A modal that is on screen, as Slack returns it, made ready to be sent again with a change."""

from collections.abc import Sequence
from typing import Any

from handlers.slack.blocks.kit import Block, View


def changed(
    view: View, block_id: str, blocks: Sequence[Block], *, metadata: str | None = None
) -> View:
    """Return ``view`` as it came back, with one block replaced; what was typed stays.

    Slack returns more with a view than it takes; only what it takes is sent again.
    """
    values: dict[str, Any] = view.get("state", {}).get("values", {})
    fresh: list[Block] = []
    for block in view["blocks"]:
        if block.get("block_id") == block_id:
            fresh.extend(blocks)
        elif block["type"] == "input":
            fresh.append(_as_typed(block, values.get(block.get("block_id"), {})))
        else:
            fresh.append(block)
    kept = ("type", "callback_id", "title", "close", "submit", "private_metadata")
    again = {key: view[key] for key in kept if view.get(key)}
    return again | {"blocks": fresh} | ({} if metadata is None else {"private_metadata": metadata})


def _as_typed(block: Block, values: dict[str, Any]) -> Block:
    element = dict(block["element"])
    element.pop("initial_value", None)
    typed = values.get(element.get("action_id", ""), {}).get("value")
    return {**block, "element": element | ({"initial_value": typed} if typed else {})}
