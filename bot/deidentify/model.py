"""What de-identification finds, what the writer decides about it, and the text that results."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, final

from bot import errors


class Tier(StrEnum):
    """How sure a finding is: ``redact`` is replaced at once, ``ask`` waits for the writer."""

    REDACT = "redact"
    ASK = "ask"


class Label(StrEnum):
    """What kind of identifier a finding is.

    The kinds follow the HIPAA Safe Harbor list (45 CFR 164.514(b)(2)) and add what identifies
    beyond it: organisations, occupations, handles and rare facts.
    """

    NAME = "NAME"
    DATE = "DATE"
    AGE = "AGE"
    AGE_OVER_89 = "AGE_OVER_89"
    LOCATION = "LOCATION"
    ADDRESS = "ADDRESS"
    ORG = "ORG"
    OCCUPATION = "OCCUPATION"
    RARE = "RARE"
    PHONE = "PHONE"
    EMAIL = "EMAIL"
    URL = "URL"
    HANDLE = "HANDLE"
    ID_NUMBER = "ID_NUMBER"
    PLATE = "PLATE"
    IP = "IP"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class Finding:
    """One stretch of the writer's text that may identify somebody.

    ``start`` and ``end`` are Python character offsets into the text as it was given.
    ``placeholder`` stands in its place once it is redacted. ``suggestion`` is a broader wording
    for an occupation or a rare fact, or None. The words themselves are not kept here.
    """

    start: int
    end: int
    label: Label
    tier: Tier
    placeholder: str
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Roster:
    """The clinic's own words: ``hidden`` names, sites and schools; ``never_hide`` plain words."""

    hidden: frozenset[str] = frozenset()
    never_hide: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Decisions:
    """What the writer decided, in words as they stand in the text: keep these, also hide those.

    A word in both is hidden: the safer of the two.
    """

    keep: frozenset[str] = frozenset()
    hide: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, repr=False)
class Review:
    """The preview: ``text`` with placeholders for what is sure, the unsure still as typed."""

    text: str
    findings: tuple[Finding, ...]

    @property
    def redacted(self) -> tuple[Finding, ...]:
        """The findings that ``text`` already replaces."""
        return tuple(f for f in self.findings if f.tier is Tier.REDACT)

    @property
    def to_check(self) -> tuple[Finding, ...]:
        """The findings that wait for the writer's answer."""
        return tuple(f for f in self.findings if f.tier is Tier.ASK)

    def __repr__(self) -> str:
        return f"Review(<{len(self.text)} characters>, {len(self.findings)} findings)"


DeidentificationFailed = errors.DeidentificationFailed
"""A recogniser failed: nothing may be stored. Carries no words of the text."""


class NeedsAnswer(errors.NeedsAnswer):
    """{open} items still need your answer: hide or keep. Nothing was stored yet."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        """Carry the findings that are neither kept nor hidden; never their words."""
        self.findings = tuple(findings)
        super().__init__(open=len(self.findings))


_TOKEN: Final = object()


@final
class Deidentified:
    """Text that went through de-identification. Only this package can make one."""

    __slots__ = ("_text",)
    _text: str

    def __init__(self, text: str, token: object) -> None:
        """Accept ``text`` only together with this package's own token; else ``TypeError``."""
        if token is not _TOKEN:
            raise TypeError("only de-identification makes Deidentified text")
        object.__setattr__(self, "_text", text)

    @property
    def text(self) -> str:
        """The text with placeholders."""
        return self._text

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("Deidentified text does not change")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Deidentified) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return f"Deidentified(<{len(self._text)} characters>)"


def sealed(text: str) -> Deidentified:
    """Wrap text that this package has de-identified. For ``service`` alone."""
    return Deidentified(text, _TOKEN)


def restored(text: str) -> Deidentified:
    """Wrap text that was de-identified when it was written. For reading storage alone."""
    return Deidentified(text, _TOKEN)
