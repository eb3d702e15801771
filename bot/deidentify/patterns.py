"""The recognisers' regular expressions, compiled once from ``lists/patterns.toml``."""

import re
from functools import cache
from typing import Final

from bot.deidentify.lexicon import table

_NAMED: Final = re.compile(r"\{\{(\w+)\}\}")


def _filled(section: str, source: str) -> str:
    """Put the entries of a section where ``{{name}}`` stands."""
    entries = table("patterns")[section]
    return _NAMED.sub(lambda m: _filled(section, entries[m[1]]), source)


@cache
def pattern(section: str, key: str) -> re.Pattern[str]:
    """Return one pattern of a section."""
    return re.compile(_filled(section, table("patterns")[section][key]))


@cache
def patterns(section: str, key: str) -> tuple[re.Pattern[str], ...]:
    """Return a list of patterns of a section, in its order."""
    return tuple(re.compile(_filled(section, p)) for p in table("patterns")[section][key])
