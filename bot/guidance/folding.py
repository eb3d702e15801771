"""Folded text and its clauses, offset for offset with what was typed."""

from __future__ import annotations

import re
from dataclasses import dataclass

_STRAIGHT = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "\u201b": "'",
        "\u02bc": "'",
        "`": "'",
        "\u00b4": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "‟": '"',
        "«": '"',
        "»": '"',
        "–": "-",
        "—": "-",
        "\n": " ",
        "\t": " ",
        "\r": " ",
        "\u00a0": " ",
    }
)
_ID = re.compile(r"\b(?=(?:[a-z_]*\d){6})\w{16,64}\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.!?…]+[.!?…'\")]*|[.!?…]+")
_JOINT = re.compile(
    r"; |: | - |,? but (?!for )|, (?:though|although|however|yet|still|whereas),? "
    r"|, (?=(?:and|so|because|you|i|it|that|we|he|she|they|there|this|what|how|let|don't|please"
    r"|just|maybe|perhaps|everyone|everybody|nobody|anyway|isn't|aren't|haven't|didn't|if)\b)"
    r"|, (?=[a-z]+'[a-z]+ )"
)
_TURN = re.compile(r"but|though|although|however|yet|still")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_OPENER = re.compile(
    r"[\s'\"(]+|(?:well|oh|ok|okay|so|and|look|hey|listen|honestly|hmm|hm|mm|ah|um|er|right|now|"
    r"actually|i mean|you know|come on|to be honest|frankly|also|then|because|or)\b,?(?: |$)"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of folded text.

    Attributes:
        start: Offset of the clause in the whole text.
        text: Its folded words, trailing punctuation included.
        head: Offset within ``text`` behind openers such as "well," or "so".
        asks: Whether its sentence ends with a question mark.
        turns: Whether it follows "but" or the like, so that it rules what stands before it.
        sentence: The number of its sentence, from 0.
    """

    start: int
    text: str
    head: int
    asks: bool
    turns: bool
    sentence: int


def without_ids(text: str) -> str:
    """Return a text with blanks for ids: long words with many digits, which folding would read."""
    return _ID.sub(lambda found: " " * len(found[0]), text)


def fold(text: str) -> str:
    """Return the text in lower case with straight quotes and spaces, of the same length."""
    plain = text.translate(_STRAIGHT)
    lowered = plain.lower()
    if len(lowered) == len(plain):
        return lowered
    return "".join(low if len(low := char.lower()) == 1 else char for char in plain)


def tokens(folded: str) -> list[str]:
    """Return the words of a folded text."""
    return _WORD.findall(folded)


def clauses(folded: str) -> list[Clause]:
    """Split a folded text into clauses, in order."""
    found: list[Clause] = []
    for number, sentence in enumerate(_SENTENCE.finditer(folded)):
        asks = "?" in sentence[0]
        start, turns = sentence.start(), False
        for joint in _JOINT.finditer(folded, sentence.start(), sentence.end()):
            _append(found, folded, (start, joint.start()), (asks, turns, number))
            start, turns = joint.end(), _TURN.search(joint[0]) is not None
        _append(found, folded, (start, sentence.end()), (asks, turns, number))
    return found


def _append(
    found: list[Clause], folded: str, span: tuple[int, int], marks: tuple[bool, bool, int]
) -> None:
    text = folded[span[0] : span[1]]
    asks, turns, number = marks
    head = 0
    while opener := _OPENER.match(text, head):
        turns = turns or _TURN.match(text, head) is not None
        head = opener.end()
    if text.startswith("but ", head):
        head, turns = head + 4, True
    if _WORD.search(text):
        found.append(Clause(span[0], text, head, asks, turns, number))
