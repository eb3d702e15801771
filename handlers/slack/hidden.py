"""What de-identification hides, as it travels through a preview and back.

A preview shows the text with placeholders; the words behind them stand in the values of its tick
boxes. When it comes back, the words are put in their places again and the whole text is checked
anew, so that what is stored never depends on what a client sent as "already checked".
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.deidentify import Finding, Label, Review

VALUE: Final = 150
"""Characters that Slack takes as an option's value."""

TELLING: Final = frozenset(
    {
        Label.NAME,
        Label.ADDRESS,
        Label.PHONE,
        Label.EMAIL,
        Label.URL,
        Label.HANDLE,
        Label.ID_NUMBER,
        Label.PLATE,
        Label.IP,
    }
)
"""Names, contacts and numbers: they are shown only after a second question."""

_ALL: Final = "*"
_UNSURE: Final = "?"
_TELLING: Final = "!"


@dataclass(frozen=True, slots=True)
class Hidden:
    """One thing that is hidden unless its writer unticks it.

    ``at`` are the occurrences of ``placeholder`` that stand for ``words``, out of ``total``; empty
    where all do. Several words may share a placeholder such as ``[date]``. Without a placeholder
    the thing is unsure, stands in the text as typed, and is hidden on submission.
    """

    words: str
    placeholder: str = ""
    at: tuple[int, ...] = ()
    total: int = 0
    telling: bool = False

    @property
    def value(self) -> str:
        """The tick box's value, from which ``parse`` makes the same again."""
        where = f"{','.join(map(str, self.at))}/{self.total}" if self.at else _ALL
        mark = (_TELLING if self.telling else "") if self.placeholder else _UNSURE
        return f"{mark}{where}|{self.placeholder}|{self.words}"

    @classmethod
    def parse(cls, value: str) -> "Hidden | None":
        """Read a tick box's value; None where it makes no sense."""
        found = re.fullmatch(r"([!?]?)(?:\*|([\d,]+)/(\d+))\|([^|]*)\|(.+)", value, re.DOTALL)
        if found is None:
            return None
        mark, at, total, placeholder, words = found.groups()
        places = tuple(int(one) for one in (at or "").split(",") if one)
        return cls(words, placeholder, places, int(total or 0), mark == _TELLING)

    @property
    def offered(self) -> bool:
        """Tell whether it fits into a tick box; a longer passage stays hidden."""
        return len(self.value) <= VALUE


def words_of(finding: Finding, text: str) -> str:
    """Return the words of ``text`` to which a finding points."""
    return text[finding.start : finding.end]


def hidden_in(review: Review, text: str) -> list[Hidden]:
    """Return what ``review`` hides in ``text``: each wording once, with its places."""
    places: dict[tuple[str, str], list[int]] = {}
    first: dict[tuple[str, str], Finding] = {}
    rebuilt, upto = "", 0
    for one in sorted(review.redacted, key=lambda finding: finding.start):
        rebuilt += text[upto : one.start]
        key = (one.placeholder, words_of(one, text).casefold())
        first.setdefault(key, one)
        places.setdefault(key, []).append(rebuilt.count(one.placeholder))
        rebuilt, upto = rebuilt + one.placeholder, one.end
    totals = Counter({name: review.text.count(name) for name, _ in places})
    return [
        Hidden(
            words_of(first[key], text),
            key[0],
            () if len(at) == totals[key[0]] else tuple(at),
            0 if len(at) == totals[key[0]] else totals[key[0]],
            first[key].label in TELLING,
        )
        for key, at in places.items()
    ]


def unsure_in(review: Review, text: str) -> dict[str, Finding]:
    """Return what waits for an answer, each wording once, in the order of the text."""
    found: dict[str, Finding] = {}
    folded: set[str] = set()
    for one in review.to_check:
        words = words_of(one, text)
        if words.casefold() not in folded:
            folded.add(words.casefold())
            found[words] = one
    return found


def restored(text: str, hidden: Sequence[Hidden]) -> tuple[str, frozenset[str]]:
    """Put the words back in place of their placeholders, so that the text can be checked anew.

    Return the text and the words that could not be placed: where several share a placeholder and
    the text was changed around it, it is not known which was which, and the placeholder stays.
    """
    names = {one.placeholder for one in hidden if one.placeholder}
    if not names:
        return text, frozenset()
    pattern = re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)))
    totals = Counter(found[0] for found in pattern.finditer(text))
    words = {key: one.words for one in hidden for key in _places(one, totals)}
    met: Counter[str] = Counter()

    def back(found: re.Match[str]) -> str:
        at = met[found[0]]
        met[found[0]] += 1
        return words.get((found[0], at), found[0])

    lost = {one.words for one in hidden if one.at and totals[one.placeholder] not in (0, one.total)}
    return pattern.sub(back, text), frozenset(lost)


def _places(one: Hidden, totals: Mapping[str, int]) -> Iterable[tuple[str, int]]:
    total = totals.get(one.placeholder, 0)
    if not one.at:
        return ((one.placeholder, at) for at in range(total))
    return ((one.placeholder, at) for at in one.at if one.total == total)
