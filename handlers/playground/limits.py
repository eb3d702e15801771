"""The table of what Slack accepts, read from ``limits.toml``."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["Field", "Kind", "Limits", "limits"]

_TABLE = Path(__file__).with_name("limits.toml")
_SURFACES = ("message", "modal", "home")


@dataclass(frozen=True, slots=True)
class Field:
    """What one property may hold; the meaning of each column stands on top of ``limits.toml``."""

    holds: str
    fewest: int | None = None
    most: int | None = None
    items: tuple[int, int] | None = None
    rows: tuple[int, int] | None = None
    values: tuple[str, ...] = ()
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of block, element or object: its properties and the rules between them."""

    fields: dict[str, Field]
    required: tuple[str, ...] = ()
    exactly_one: tuple[str, ...] = ()
    at_least_one: tuple[str, ...] = ()
    surfaces: tuple[str, ...] = _SURFACES
    state: str = ""
    interactive: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """The whole table.

    Attributes:
        kinds: by family ("block", "element", "object"), then by name.
        groups: which names may stand where several are allowed.
        message: numbers that belong to a whole message.
        at_most: how many blocks of a type one message may hold.
    """

    kinds: dict[str, dict[str, Kind]]
    groups: dict[str, tuple[str, ...]]
    message: dict[str, int]
    at_most: dict[str, int]

    def element(self, name: str) -> Kind | None:
        """The kind of an element by its type, or None when Slack has no such element."""
        return self.kinds["element"].get(name)


def _pair(values: list[int] | None) -> tuple[int, int] | None:
    return (values[0], values[1]) if values else None


def _field(row: dict[str, Any]) -> Field:
    return Field(
        holds=row["is"],
        fewest=row.get("min"),
        most=row.get("max"),
        items=_pair(row.get("items")),
        rows=_pair(row.get("rows")),
        values=tuple(row.get("values", ())),
        pattern=row.get("pattern", ""),
    )


def _kind(family: str, row: dict[str, Any]) -> Kind:
    fields = {name: _field(field) for name, field in row.get("fields", {}).items()}
    own_id = Field("string", most=255)
    if family == "block":
        fields["block_id"] = own_id
    if row.get("interactive"):
        fields["action_id"] = own_id
    return Kind(
        fields=fields,
        required=tuple(row.get("required", ())),
        exactly_one=tuple(row.get("exactly_one", ())),
        at_least_one=tuple(row.get("at_least_one", ())),
        surfaces=tuple(row.get("surfaces", _SURFACES)),
        state=row.get("state", ""),
        interactive=row.get("interactive", False),
    )


@cache
def limits() -> Limits:
    """Read the table once."""
    table = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    families = ("block", "element", "object")
    return Limits(
        kinds={
            family: {name: _kind(family, row) for name, row in table[family].items()}
            for family in families
        },
        groups={name: tuple(members) for name, members in table["group"].items()},
        message=table["message"],
        at_most=table["at_most"],
    )
