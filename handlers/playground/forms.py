"""What stands in the inputs of a message or view: Slack's ``state.values``, built and checked.

Which key an element reports its value under is the ``state`` column of ``limits.toml``.
"""

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from handlers.playground.limits import limits
from handlers.playground.model import Json

__all__ = [
    "Choice",
    "client_errors",
    "dress_blocks",
    "find_element",
    "interactive",
    "merge",
    "shape",
    "values",
]

Choice = str | int | list[Any] | Mapping[str, Any] | None
REQUIRED = "Please complete this required field."


def interactive(blocks: list[Json] | None) -> Iterator[tuple[Json, Json]]:
    """Every (block, element) a person can act on, in order."""
    for block in blocks or []:
        places = [block.get("accessory"), block.get("element"), *block.get("elements", ())]
        for element in places:
            kind = limits().element(element["type"]) if isinstance(element, dict) else None
            if kind is not None and kind.interactive:
                yield block, element


def find_element(
    blocks: list[Json] | None, action_id: str, block_id: str = ""
) -> tuple[Json, Json]:
    """The block and element with these ids.

    Home may have been published anew while somebody was pressing a button in it, and its blocks
    have other ids then: an ``action_id`` that stands there once is enough.

    Raises:
        LookupError: there is none, or it cannot be told which one is meant.
    """
    found = [pair for pair in interactive(blocks) if pair[1].get("action_id") == action_id]
    meant = [pair for pair in found if block_id in ("", pair[0]["block_id"])]
    if meant or len(found) == 1:
        return (meant or found)[0]
    raise LookupError(f"There is nothing here with the action_id {action_id!r}.")


def still_there(blocks: list[Json] | None, entered: Mapping[str, Any] | None) -> Json:
    """Return what was entered in blocks and elements that were not published anew since."""
    known = {block["block_id"] for block in blocks or []}
    known |= {element["action_id"] for _, element in interactive(blocks)}
    return {name: what for name, what in (entered or {}).items() if name in known}


def _key(element: Json) -> str:
    kind = limits().element(element["type"])
    return kind.state if kind else ""


def _options(element: Json) -> list[Json]:
    groups = element.get("option_groups") or []
    return [*(element.get("options") or []), *(o for group in groups for o in group["options"])]


def shape(element: Json, choice: Choice) -> Json:
    """A person's choice in the shape Slack sends it.

    Args:
        element: the element acted on.
        choice: an option's value, several of them, typed text, a date, a person's id; or a mapping
            that holds it under the key Slack uses ("selected_option", "value" and so on).

    Raises:
        LookupError: the element offers no such option, or does not take such a choice.
    """
    kind, key = element["type"], _key(element) or _PRESSED.get(element["type"], "")
    if isinstance(choice, Mapping):
        choice = choice.get(key)
    if not key or (kind in _PRESSED and choice is None):
        return {"type": kind}
    if key == "selected_options":
        return {"type": kind, key: [_option(element, one) for one in _several(choice)]}
    if key == "selected_option":
        return {"type": kind, key: None if choice is None else _option(element, choice)}
    if key.endswith("s"):
        return {"type": kind, key: _several(choice)}
    if not isinstance(choice, _TAKES.get(key, str)) and choice is not None:
        raise LookupError(f"{element.get('action_id')!r} does not take such a choice.")
    return {"type": kind, key: choice if choice != "" else None}


_PRESSED = {"overflow": "selected_option", "feedback_buttons": "value"}
_TAKES: dict[str, type] = {"selected_date_time": int, "rich_text_value": dict}


def _several(choice: Any) -> list[Any]:
    if isinstance(choice, str):
        return [choice]
    if choice is not None and not isinstance(choice, list):
        raise LookupError("Several things can be chosen here: name them in a list.")
    return list(choice or [])


def _option(element: Json, choice: Any) -> Json:
    """The option offered under a value; the choice may be the value or a whole option."""
    value = choice.get("value") if isinstance(choice, Mapping) else choice
    for option in _options(element):
        if option["value"] == value:
            return option
    if element["type"].endswith("external_select") and isinstance(value, str):
        return {"text": {"type": "plain_text", "text": value, "emoji": True}, "value": value}
    raise LookupError(f"{element.get('action_id')!r} does not offer such an option.")


def _first(element: Json) -> Json:
    """What stands in an element before anybody touched it."""
    key = _key(element)
    initial = "initial_" + key.removeprefix("selected_")
    empty: Any = [] if key.endswith("s") else None
    return {"type": element["type"], key: element.get(initial, empty)}


def values(blocks: list[Json] | None, given: Json) -> Json:
    """Slack's ``state.values``: what was given, otherwise the initial value, for every input.

    Args:
        blocks: blocks as stored (every block_id and action_id filled in).
        given: what the person entered: {block_id: {action_id: shape}}.
    """
    found: Json = {}
    for block, element in interactive(blocks):
        if _key(element):
            entered = given.get(block["block_id"], {}).get(element["action_id"])
            kept = entered if entered and entered.get("type") == element["type"] else None
            found.setdefault(block["block_id"], {})[element["action_id"]] = kept or _first(element)
    return found


def merge(blocks: list[Json] | None, old: Json, entered: Mapping[str, Any] | None) -> Json:
    """Put what a person entered over what stood there before.

    Args:
        blocks: blocks as stored.
        old: what stood there: {block_id: {action_id: shape}}.
        entered: Slack's own shape {block_id: {action_id: {"type": …}}}, or for short
            {action_id: choice} as :func:`shape` understands it.

    Raises:
        LookupError: there is no such input, or it offers no such option.
    """
    merged: Json = {block: dict(elements) for block, elements in old.items()}
    for name, what in (entered or {}).items():
        for block_id, action_id, choice in _entries(blocks, name, what):
            block, element = find_element(blocks, action_id, block_id)
            merged.setdefault(block["block_id"], {})[action_id] = shape(element, choice)
    return merged


def _entries(blocks: list[Json] | None, name: str, what: Any) -> Iterator[tuple[str, str, Choice]]:
    if isinstance(what, Mapping) and name in {block["block_id"] for block in blocks or []}:
        for action_id, choice in what.items():
            yield name, action_id, choice
    else:
        yield "", name, what


def client_errors(blocks: list[Json], state: Json) -> dict[str, str]:
    """What Slack's own window refuses before the app hears of it: by block_id, a sentence."""
    errors: dict[str, str] = {}
    for block, element in interactive(blocks):
        if block["type"] != "input":
            continue
        entered = state[block["block_id"]][element["action_id"]].get(_key(element))
        if not entered:
            if not block.get("optional"):
                errors[block["block_id"]] = REQUIRED
            continue
        complaint = _length(element, entered)
        if complaint:
            errors[block["block_id"]] = complaint
    return errors


def _length(element: Json, entered: Any) -> str:
    if not isinstance(entered, str):
        most = element.get("max_selected_items")
        if most and len(entered) > most and isinstance(entered, list):
            return f"Please choose no more than {most}."
        return ""
    longest = element.get("max_length", 3000)
    if len(entered) > longest:
        return f"Must be no more than {longest} characters long."
    shortest = element.get("min_length", 0)
    return f"Must be at least {shortest} characters long." if len(entered) < shortest else ""


def _dress(value: Any) -> Any:
    """Fill in the defaults of every text object."""
    if isinstance(value, list):
        return [_dress(item) for item in value]
    if not isinstance(value, dict):
        return value
    dressed = {name: _dress(item) for name, item in value.items()}
    kind = dressed.get("type")
    if kind == "plain_text":
        dressed.setdefault("emoji", True)
    elif kind == "mrkdwn":
        dressed.setdefault("verbatim", False)
    return dressed


def dress_blocks(blocks: list[Json]) -> list[Json]:
    """Blocks as Slack stores them: with default values, and an id for whatever has none."""
    dressed: list[Json] = _dress(blocks)
    for block in dressed:
        block.setdefault("block_id", secrets.token_urlsafe(4)[:5])
    for _, element in interactive(dressed):
        element.setdefault("action_id", secrets.token_urlsafe(4)[:5])
    return dressed
