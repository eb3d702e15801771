"""Refuse what Slack refuses in blocks and views, in Slack's words.

The rules are rows of ``limits.toml``; this module walks a payload along them. What the rows cannot
say (identifiers that must differ, inputs that need a submit button) stands in ``_across``.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from handlers.playground.limits import Field, Kind, Limits, limits

__all__ = ["Problem", "blocks_too_long", "check_blocks", "check_view"]

_TEXTS = {"plain_text": ("plain_text",), "text": ("plain_text", "mrkdwn")}
_TEXT_FIELDS = {"plain_text": {"type", "text", "emoji"}, "mrkdwn": {"type", "text", "verbatim"}}
_SIMPLE: dict[str, tuple[tuple[type, ...], str]] = {
    "string": ((str,), "must provide a string"),
    "integer": ((int,), "must provide an integer"),
    "number": ((int, float), "must provide a number"),
    "boolean": ((bool,), "must provide a boolean"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal: what is wrong, and the JSON pointer to where."""

    message: str
    pointer: str

    def __str__(self) -> str:
        return f"{self.message} [json-pointer:{self.pointer}]"


def check_blocks(blocks: Any, *, pointer: str = "/blocks") -> list[Problem]:
    """What Slack would say against the blocks of a message; an empty list when nothing."""
    walk = _Walk("message", limits())
    walk.field(limits().kinds["object"]["message"].fields["blocks"], blocks, pointer)
    if isinstance(blocks, list):
        walk.across(blocks, pointer)
        walk.totals(blocks)
    return walk.problems


def check_view(view: Any, *, pointer: str = "/view") -> list[Problem]:
    """What Slack would say against a modal or a Home view; an empty list when nothing."""
    if not isinstance(view, dict):
        return [Problem("must provide an object", pointer)]
    surface = view.get("type")
    if surface is None:
        return [Problem("missing required field: type", pointer)]
    if surface not in ("modal", "home"):
        return [Problem(f"unsupported type: {surface}", f"{pointer}/type")]
    walk = _Walk(surface, limits())
    walk.kind(limits().kinds["object"][surface], view, pointer)
    if isinstance(view.get("blocks"), list):
        walk.across(view["blocks"], f"{pointer}/blocks")
        if surface == "modal" and not view.get("submit"):
            walk.inputs_need_submit(view["blocks"], f"{pointer}/blocks")
    return walk.problems


def blocks_too_long(blocks: list[dict[str, Any]]) -> bool:
    """Whether chat.postMessage would answer ``msg_blocks_too_long`` (limits.toml, [message])."""
    table = limits().message
    text = sum(len(text) for text in _texts(blocks))
    return text + table["blocks_total_per_block"] * len(blocks) > table["blocks_total"]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


class _Walk:
    """One pass over a payload, collecting problems."""

    def __init__(self, surface: str, table: Limits) -> None:
        self.surface = surface
        self.table = table
        self.problems: list[Problem] = []

    def say(self, message: str, pointer: str) -> None:
        self.problems.append(Problem(message, pointer))

    # ------------------------------------------------------------- one value
    def field(self, field: Field, value: Any, pointer: str) -> None:
        """Check a value, a list or a list of lists of it."""
        if field.rows:
            for at, row in self._list(value, field.rows, pointer):
                self._row(field, row, f"{pointer}/{at}")
        elif field.items:
            self._row(field, value, pointer)
        else:
            self._one(field, value, pointer)

    def _row(self, field: Field, value: Any, pointer: str) -> None:
        for at, item in self._list(value, field.items or (0, 0), pointer):
            self._one(field, item, f"{pointer}/{at}")

    def _list(self, value: Any, bounds: tuple[int, int], pointer: str) -> Iterator[tuple[int, Any]]:
        if not isinstance(value, list):
            self.say("must provide an array", pointer)
            return
        fewest, most = bounds
        if len(value) < fewest:
            self.say(f"must provide at least {fewest} items", pointer)
        if len(value) > most:
            self.say(f"no more than {most} items allowed", pointer)
        yield from enumerate(value)

    def _one(self, field: Field, value: Any, pointer: str) -> None:
        family, _, name = field.holds.partition(":")
        if family in _SIMPLE:
            self._simple(field, value, pointer)
        elif family in _TEXTS:
            self._text(field, value, pointer)
        elif family == "object":
            self.kind(self.table.kinds["object"][name], value, pointer)
        elif family == "one":
            self._one_of(name, value, pointer)

    def _simple(self, field: Field, value: Any, pointer: str) -> None:
        types, complaint = _SIMPLE[field.holds]
        if not isinstance(value, types) or (isinstance(value, bool) and field.holds != "boolean"):
            self.say(complaint, pointer)
        elif isinstance(value, str):
            self._string(field, value, pointer)
        elif isinstance(value, (int, float)):
            self._number(field, value, pointer)

    def _number(self, field: Field, value: float, pointer: str) -> None:
        if field.fewest is not None and value < field.fewest:
            self.say(f"must be at least {field.fewest}", pointer)
        elif field.most is not None and value > field.most:
            self.say(f"must be no more than {field.most}", pointer)

    def _string(self, field: Field, value: str, pointer: str) -> None:
        if field.fewest and len(value.strip()) < field.fewest:
            self.say(f"must be more than {field.fewest - 1} characters", pointer)
        if field.most is not None and len(value) > field.most:
            self.say(f"must be less than {field.most + 1} characters", pointer)
        if field.values and value not in field.values:
            self.say("value must be one of: " + ", ".join(field.values), pointer)
        if field.pattern and not re.fullmatch(field.pattern, value):
            self.say(f"must match pattern: {field.pattern}", pointer)

    def _text(self, field: Field, value: Any, pointer: str) -> None:
        if not isinstance(value, dict):
            self.say("must provide an object", pointer)
            return
        kind, allowed = value.get("type"), _TEXTS[field.holds]
        if kind not in allowed:
            found = "missing required field: type" if kind is None else f"unsupported type: {kind}"
            self.say(found, pointer if kind is None else f"{pointer}/type")
            return
        self._additional(value, _TEXT_FIELDS[kind], pointer)
        if "text" not in value:
            self.say("missing required field: text", pointer)
        elif not isinstance(value["text"], str):
            self.say("must provide a string", f"{pointer}/text")
        else:
            self._string(field, value["text"], f"{pointer}/text")

    # ------------------------------------------------------------- one object
    def _one_of(self, group: str, value: Any, pointer: str) -> None:
        """Check an object whose own type decides what it is."""
        if not isinstance(value, dict):
            self.say("must provide an object", pointer)
            return
        name = value.get("type")
        if name is None:
            self.say("missing required field: type", pointer)
            return
        family = self.table.kinds["block" if group == "block" else "element"]
        kind = family.get(name) if name in self.table.groups[group] else None
        if kind is None or self.surface not in kind.surfaces:
            self.say(f"unsupported type: {name}", f"{pointer}/type")
            return
        self.kind(kind, value, pointer)

    def kind(self, kind: Kind, value: Any, pointer: str) -> None:
        """Check an object against one row of the table."""
        if not isinstance(value, dict):
            self.say("must provide an object", pointer)
            return
        for name in kind.required:
            if value.get(name) is None:
                self.say(f"missing required field: {name}", pointer)
        self._choices(kind, value, pointer)
        self._additional(value, {"type", *kind.fields}, pointer)
        for name, field in kind.fields.items():
            if value.get(name) is not None:
                self.field(field, value[name], f"{pointer}/{name}")

    def _choices(self, kind: Kind, value: dict[str, Any], pointer: str) -> None:
        def given(names: tuple[str, ...]) -> int:
            return sum(value.get(name) is not None for name in names)

        if kind.exactly_one and given(kind.exactly_one) != 1:
            names = " or ".join(f"`{name}`" for name in kind.exactly_one)
            self.say(f"must define either {names}, but not both", pointer)
        if kind.at_least_one and not given(kind.at_least_one):
            names = " or ".join(f"`{name}`" for name in kind.at_least_one)
            self.say(f"must define either {names}", pointer)

    def _additional(self, value: dict[str, Any], allowed: set[str], pointer: str) -> None:
        for name in value:
            if name not in allowed:
                self.say(f"invalid additional property: {name}", pointer)

    # ------------------------------------------------------------- the whole
    def across(self, blocks: list[Any], pointer: str) -> None:
        """What only a look at all blocks shows: identifiers that must differ, chosen options."""
        seen: set[str] = set()
        for at, block in enumerate(blocks):
            if not isinstance(block, dict):
                continue
            block_id = block.get("block_id")
            if isinstance(block_id, str) and block_id in seen:
                self.say(f'`block_id` "{block_id}" already exists', f"{pointer}/{at}/block_id")
            seen.add(str(block_id))
            self._block_elements(block, f"{pointer}/{at}")
        if sum(_focused(block) for block in blocks) > 1:
            self.say("only one element can have `focus_on_load` set to true", pointer)

    def _block_elements(self, block: dict[str, Any], pointer: str) -> None:
        seen: set[str] = set()
        for where, element in _elements(block):
            action_id = element.get("action_id")
            if isinstance(action_id, str) and action_id in seen:
                self.say(
                    f'`action_id` "{action_id}" already exists', f"{pointer}/{where}/action_id"
                )
            seen.add(str(action_id))
            self._initial(element, f"{pointer}/{where}")

    def _initial(self, element: dict[str, Any], pointer: str) -> None:
        """An initial choice must be one of the options offered."""
        offered = list(_listed(element, "options"))
        for group in _listed(element, "option_groups"):
            offered += _listed(group, "options")
        first = element.get("initial_option")
        if first is not None and offered and first not in offered:
            self.say("must match one of the provided `options`", f"{pointer}/initial_option")
        for at, choice in enumerate(_listed(element, "initial_options")):
            if offered and choice not in offered:
                where = f"{pointer}/initial_options/{at}"
                self.say("must match one of the provided `options`", where)

    def totals(self, blocks: list[Any]) -> None:
        """How many of a block type, and how much markdown, a message may hold."""
        named = [block for block in blocks if isinstance(block, dict)]
        counts = Counter(str(block.get("type")) for block in named)
        for name, most in self.table.at_most.items():
            if counts[name] > most:
                self.say(f"too many {name} blocks", "/blocks")
        written = sum(len(str(b.get("text"))) for b in named if b.get("type") == "markdown")
        if written > self.table.message["markdown_total"]:
            most = self.table.message["markdown_total"]
            self.say(f"markdown blocks must hold no more than {most} characters in all", "/blocks")

    def inputs_need_submit(self, blocks: list[Any], pointer: str) -> None:
        """A modal with an input block needs a submit button."""
        for at, block in enumerate(blocks):
            if isinstance(block, dict) and block.get("type") == "input":
                text = "must define `submit` to use an `input` block in modals"
                self.say(text, f"{pointer}/{at}/input")


def _elements(block: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in ("accessory", "element"):
        if isinstance(block.get(name), dict):
            yield name, block[name]
    if block.get("type") in ("actions", "context_actions"):
        for at, element in enumerate(_listed(block, "elements")):
            if isinstance(element, dict):
                yield f"elements/{at}", element


def _listed(holder: Any, name: str) -> list[Any]:
    value = holder.get(name) if isinstance(holder, dict) else None
    return value if isinstance(value, list) else []


def _focused(block: Any) -> bool:
    if not isinstance(block, dict):
        return False
    return any(element.get("focus_on_load") is True for _, element in _elements(block))
