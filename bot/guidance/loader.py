"""Reads the knowledge files beside the code, each once and only when first needed."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

_MACRO = re.compile(r"\{([a-z_]+)\}")


@cache
def knowledge(name: str) -> dict[str, Any]:
    """Return the parsed file ``knowledge/<name>.toml``; callers must not change it."""
    text = files("bot.guidance").joinpath("knowledge", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def words(name: str) -> frozenset[str]:
    """Return one word class of ``knowledge/lexicon.toml``."""
    return frozenset(knowledge("lexicon")["words"][name])


def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a knowledge pattern, with ``{name}`` standing for a word class of the lexicon.

    Patterns are matched against folded text (see :mod:`bot.guidance.folding`), so they are written
    in lower case with straight quotes.

    Raises:
        KeyError: A pattern names a word class that the lexicon does not hold.
    """
    return re.compile(_MACRO.sub(lambda found: _expansion(found[1]), pattern))


def union(patterns: list[str]) -> re.Pattern[str]:
    """Compile several knowledge patterns into one that matches where any of them does."""
    return compiled("|".join(f"(?:{pattern})" for pattern in patterns))


@cache
def _expansion(name: str) -> str:
    lexicon = knowledge("lexicon")
    if name in lexicon["macros"]:
        return str(lexicon["macros"][name])
    # Longest first, so that "not true at all" is not cut short by "not true".
    ordered = sorted(lexicon["words"][name], key=len, reverse=True)
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", " ") for word in ordered) + ")"
