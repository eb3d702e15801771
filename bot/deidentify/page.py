"""The writer's text made ready for recognisers: folded, cut into words, placeholders masked.

Folding keeps the meaning and drops disguises: zero-width characters vanish, compatibility
forms (full-width letters, ligatures) become plain ones, curly quotes become straight, and
Cyrillic or Greek look-alikes inside a Latin word become Latin. Every folded character
remembers where it stood, so findings point into the text as typed.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

MASK: Final = "¤"
PLACEHOLDER: Final = re.compile(
    r"\[(?:client|place|date|organisation|number|contact|link|handle|address|occupation|detail|"
    r"hidden|number plate|age)(?: [A-Z]{1,2}| \d0s| under 10)?\]|(?<![\w+])90\+(?!\w)"
)
_ZERO_WIDTH: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
_STRAIGHT: Final = {
    ord(odd): plain
    for plain, odds in {
        "'": "‘’‚‛′`´ʼʹ＇",  # noqa: RUF001  # the look-alikes are what is being undone
        '"': "“”„‟″«»",
        "-": "‐‑‒–—―−",  # noqa: RUF001  # the same
        " ": "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000",
    }.items()
    for odd in odds
}
_LOOKALIKES: Final = str.maketrans(
    "АВЕКМНОРСТУХаеорсухіјѕԁԛԝһѵΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανι",  # noqa: RUF001  # the same
    "ABEKMHOPCTYXaeopcyxijsdqwhvABEZHIKMNOPTYXoavi",
)
# A line that goes on in lower case was wrapped, not ended.
_SOFT_BREAK: Final = re.compile(r"[\t\r\n](?=[^\W\d_A-Z]|\d)(?<!\n\n)")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_ENDINGS: Final = ("'s", "'ll", "'d", "'ve", "'re", "'m")
_OPENERS: Final = frozenset('.!?:;\n\r"([{<>*#|/•-…')
_SPECIAL: Final = str.maketrans("øØłŁđĐßæÆœŒðÐþÞıİ", "oOlLdDsaAoOdDtTiI")


def fold_word(word: str) -> str:
    """Lower case without accents: the form in which lists hold words."""
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFKD", word.translate(_SPECIAL))
    return "".join(c for c in apart if not unicodedata.combining(c)).lower()


@dataclass(slots=True)
class Word:
    """One word of the page.

    ``low`` is folded and without a possessive or contracted ending; ``end`` leaves that ending
    out too. ``cap``: begins with a capital; ``upper``: all capitals, two or more letters.
    ``opens``: begins a sentence, a quotation or a line, where a capital means nothing.
    """

    start: int
    end: int
    text: str
    low: str
    cap: bool
    upper: bool
    opens: bool
    index: int
    ending: str = ""


class Page:
    """A text under review: ``raw`` as typed, ``text`` folded, ``words`` in order."""

    def __init__(self, raw: str) -> None:
        """Fold and cut ``raw``; time and memory grow linearly with its length."""
        self.raw = raw
        self.text, self._origin = _fold(raw)
        self.text = PLACEHOLDER.sub(lambda m: MASK * len(m[0]), self.text)
        self.text = _SOFT_BREAK.sub(" ", self.text)
        letters = [c for c in self.text if c.isalpha()]
        self.shouting = len(letters) > 12 and (  # noqa: PLR2004  # two short words are no shout
            sum(map(str.isupper, letters)) > 0.6 * len(letters)  # most of it
        )
        self.words = list(self._cut())
        self.findings_budget = 200
        self.notes: dict[str, frozenset[int]] = {}

    def _cut(self) -> Iterator[Word]:
        for index, match in enumerate(_WORD.finditer(self.text)):
            word, start = match[0], match.start()
            ending = next((e for e in _ENDINGS if word.lower().endswith(e)), "")
            core = word[: len(word) - len(ending)] if len(word) > len(ending) else word
            cap = core[:1].isupper() and not self.shouting
            yield Word(
                start,
                start + len(core),
                core,
                fold_word(core),
                cap,
                cap and len(core) > 1 and core.isupper(),
                self._opens(start),
                index,
                ending,
            )

    def _opens(self, start: int) -> bool:
        at = start - 1
        while at >= 0 and self.text[at] in " \t'":
            at -= 1
        if at < 0:
            return True
        before = self.text[at]
        if before == "-" and at == start - 1:
            return False
        return before in _OPENERS or (
            unicodedata.category(before) in {"So", "Sk"} and before != MASK
        )

    @cached_property
    def lows(self) -> Sequence[str]:
        """The folded words in order."""
        return [w.low for w in self.words]

    @cached_property
    def lower(self) -> str:
        """The folded text in lower case, with the same offsets as ``text``."""
        low = self.text.lower()
        return low if len(low) == len(self.text) else "".join(_lower(c) for c in self.text)

    @cached_property
    def _starts(self) -> dict[int, Word]:
        return {w.start: w for w in self.words}

    def at(self, start: int) -> Word | None:
        """Return the word that starts at an offset of ``text``."""
        return self._starts.get(start)

    def before(self, word: Word, back: int = 1) -> Word | None:
        """Return the word ``back`` places before, if only blanks or a mark lie between."""
        at = word.index - back
        return self.words[at] if at >= 0 else None

    def after(self, word: Word, on: int = 1) -> Word | None:
        """Return the word ``on`` places after, or None at the end."""
        at = word.index + on
        return self.words[at] if at < len(self.words) else None

    def gap(self, first: Word, second: Word) -> str:
        """Return what stands between two neighbouring words, endings included."""
        return self.text[first.end : second.start]

    def typed(self, start: int, end: int) -> tuple[int, int]:
        """Turn offsets into ``text`` into offsets into ``raw``."""
        return self._origin[start], self._origin[end - 1] + self._width(end - 1)

    def _width(self, at: int) -> int:
        start = self._origin[at]
        following = at + 1
        while following < len(self._origin) and self._origin[following] == start:
            following += 1
        stop = self._origin[following] if following < len(self._origin) else len(self.raw)
        width = 1
        while start + width < stop and unicodedata.combining(self.raw[start + width]):
            width += 1
        return width


def fold_text(text: str) -> str:
    """Undo disguises and curly quotes, as a page does."""
    return _fold(text)[0]


def _lower(char: str) -> str:
    low = char.lower()
    return low if len(low) == 1 else char


def _fold(raw: str) -> tuple[str, Sequence[int]]:
    if raw.isascii():
        return raw.replace("`", "'"), range(len(raw))
    chars: list[str] = []
    origin: list[int] = []
    at = 0
    while at < len(raw):
        stop = at + 1
        while stop < len(raw) and unicodedata.combining(raw[stop]):
            stop += 1
        cluster = _ZERO_WIDTH.sub("", raw[at:stop])
        plain = unicodedata.normalize("NFKC", cluster.translate(_STRAIGHT))
        chars.extend(plain)
        origin.extend([at] * len(plain))
        at = stop
    return _latinise("".join(chars)), origin


def _latinise(text: str) -> str:
    def undo(match: re.Match[str]) -> str:
        word = match[0]
        if word.isascii() or not any(c.isascii() for c in word):
            return word
        return word.translate(_LOOKALIKES)

    return _WORD.sub(undo, text)
