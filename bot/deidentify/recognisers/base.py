"""What every recogniser shares: the shape of a find and of a recogniser."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.deidentify.model import Label, Tier
from bot.deidentify.page import Page


@dataclass(frozen=True, slots=True)
class Span:
    """A find, with offsets into ``Page.text``."""

    start: int
    end: int
    label: Label
    tier: Tier = Tier.REDACT


Recogniser = Callable[[Page], Iterator[Span]]
"""Reads one page and yields its finds, in any order, overlaps allowed."""
