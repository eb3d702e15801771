"""Our recognisers, one file each; ``ALL`` is the named list that the engine runs."""

from typing import Final

from bot.deidentify.recognisers import (
    addresses,
    ages,
    ambiguous,
    chat,
    dates,
    initials,
    names,
    numbers,
    occupations,
    organisations,
    places,
    plates,
    theory,
    titles,
    unknown,
)
from bot.deidentify.recognisers.base import Recogniser, Span

ALL: Final[dict[str, Recogniser]] = {
    "chat": chat.find,
    "names": names.find,
    "unknown": unknown.find,
    "ambiguous": ambiguous.find,
    "initials": initials.find,
    "titles": titles.find,
    "theory": theory.find,
    "dates": dates.find,
    "ages": ages.find,
    "numbers": numbers.find,
    "plates": plates.find,
    "places": places.find,
    "organisations": organisations.find,
    "addresses": addresses.find,
    "occupations": occupations.find,
}

__all__ = ["ALL", "Recogniser", "Span"]
