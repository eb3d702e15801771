"""Reads who said what by the marks people set: quotations, labels, "client said ... I said ...".

Written rules, each for a way of typing. They stand alone where there is no encoder, and beside it
where marks are clear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.guidance.folding import fold, tokens
from bot.guidance.model import Side
from bot.guidance.speech import speech

_DOUBLE = re.compile(r'"([^"]+)"')
_SINGLE = re.compile(r"(?:^|(?<=[\s(:,>\-]))'(?=\S)([^\"]+?)(?<=\S)'(?=[\s.,;:?!)\-]|$)")
_CITED = re.compile(r"\s*>+\s*")
# What the next line begins with: a number, a bullet, a time; and an aside on a line of its own.
_BEGUN = re.compile(r"\n\s*(?:\d{1,2}[.)]|[-•*]|\[?\d{1,2}[:.]\d{2}\]?|\([^()\n]{1,40}\))\s*$")
_AFTER_GAP = re.compile(r"\n\s*\n.{1,90}$")
_TRIM = ' \t\r\n,;:-–—>*_"“”„«»\u2039\u203a'
_NOTHING = re.compile(
    r"(?:nothing|nowt|not a word)\s*(?:$|[.!?,;]|(?:to|back|at all|and)\b)", re.IGNORECASE
)
_SHORT = 3
_BEFORE = 70
_LONG_SHARE = 0.4
_MOSTLY = 0.7
_TAIL = 120
_AFTERWORD = 40


@dataclass(frozen=True, slots=True)
class Turn:
    """Words in the order of the talk, with whose they are where it could be told."""

    side: Side | None
    text: str


def labelled(text: str) -> list[Turn]:
    """Read "C: ... T: ..." and its kin; one label alone counts when it opens the text."""
    folded = fold(text)
    marks = list(speech().label.finditer(folded))
    if not marks or (len(marks) == 1 and marks[0].start() > 0):
        return []
    turns: list[Turn] = []
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        end = following.start() if following else len(text)
        words = trimmed(_spoken(text[mark.end() : end]))
        side = Side.CLIENT if mark["client"] else Side.REPLY
        if words:
            turns.append(Turn(side, words))
    return turns


def cited(text: str) -> list[Turn]:
    """Read lines behind ">" as the client's, and plain lines after them as the reply."""
    lines = [line for line in text.splitlines() if line.strip()]
    first = next((at for at, line in enumerate(lines) if not _CITED.match(line)), len(lines))
    sides = [" ".join(_CITED.sub("", line) for line in lines[:first]), " ".join(lines[first:])]
    if any(_CITED.match(line) for line in lines[first:]):
        return []
    label = speech().label.match(fold(sides[1]))
    said = trimmed(sides[0]), trimmed(_spoken(sides[1][label.end() if label else 0 :]))
    return [Turn(Side.CLIENT, said[0]), Turn(Side.REPLY, said[1])] if all(said) else []


def _spoken(words: str) -> str:
    """Leave out what is said to us behind a quotation or at the end: "ok?", "thanks"."""
    folded = fold(words).strip()
    inside = _DOUBLE.match(folded)
    if inside and len(folded) - inside.end() <= _AFTERWORD:
        at = fold(words).index('"') + 1
        return words[at : at + len(inside[1])]
    words = _without_afterword(words.rstrip())
    courtesy = _at_end(speech().courtesy, fold(words))
    return words[: courtesy.start()] + _closing(words, courtesy) if courtesy else words


def _without_afterword(words: str) -> str:
    """Leave out a last paragraph that is said to us: a question, a courtesy, a few words."""
    gap = _AFTER_GAP.search(words)
    if gap is None:
        return words
    last = gap[0].strip()
    to_us = last.endswith("?") or len(last.split()) <= _SHORT or speech().courtesy.match(fold(last))
    return words[: gap.start()] if to_us else words


def _closing(words: str, courtesy: re.Match[str]) -> str:
    """Return the full stop or question mark that closes the words before a courtesy."""
    mark = words[courtesy.start() :].lstrip()[:1]
    return mark if mark in {".", "?", "!"} else ""


def quoted(text: str) -> list[Turn]:
    """Read quotations, each given to the speaker named nearest before (or just after) it."""
    folded = fold(text)
    spans = utterances(folded)
    if not spans:
        return _half_quoted(text, folded)
    sides: list[Side | None] = []
    end = 0
    for number, (start, stop) in enumerate(spans):
        last = number + 1 == len(spans)
        nxt = len(folded) if last else spans[number + 1][0] - 1
        after = folded[stop + 1 : min(nxt, stop + 1 + _BEFORE)]
        named, length = _named_after(after, last=last)
        before = folded[max(end, start - 1 - _BEFORE) : start - 1]
        sides.append(named or _split_speech(folded, start, (stop, nxt)) or _speaker(before, after))
        end = stop + 1 + length
    turns = [
        Turn(side, trimmed(text[start:stop]))
        for (start, stop), side in zip(spans, _filled(sides, folded, spans), strict=True)
    ]
    return _in_order(turns, folded, spans, text)


def _in_order(
    turns: list[Turn], folded: str, spans: list[tuple[int, int]], text: str
) -> list[Turn]:
    """Put "I said X when she said Y" into the order of the talk, and add an unquoted half."""
    if [turn.side for turn in turns] == [Side.REPLY, Side.CLIENT]:
        between = folded[spans[0][1] : spans[1][0]]
        if speech().back_reference.search(between):
            return [turns[1], turns[0]]
    if len(turns) == 1:
        return _with_unquoted_half(turns[0], folded, spans[0], text)
    return turns


def _with_unquoted_half(turn: Turn, folded: str, span: tuple[int, int], text: str) -> list[Turn]:
    rules = speech()
    if turn.side is Side.CLIENT:
        found = rules.reply_said.search(folded, span[1])
        rest = trimmed(text[found.end() :]) if found else ""
        said_nothing = _NOTHING.match(rest)
        if rest and not said_nothing and not rules.client_asked.search(folded[span[1] :]):
            return [turn, Turn(Side.REPLY, rest)]
        return [turn]
    found = rules.client_said.search(folded, 0, span[0])
    if found:
        reply_cue = rules.reply_said.search(folded, found.end(), span[0])
        words = clipped(text[found.end() : reply_cue.start()]) if reply_cue else ""
        if words:
            return [Turn(Side.CLIENT, words), turn]
        return [turn]
    told = _told(text, folded, span[0])
    return [Turn(Side.CLIENT, told), turn] if told else [turn]


def _told(text: str, folded: str, end: int) -> str:
    """Return what is told of a client before the clinician's own words, if anything is."""
    rules = speech()
    cue = rules.reply_said.search(folded, 0, end)
    if cue is None or not rules.opens_with_client.match(folded):
        return ""
    words = clipped(text[: cue.start()])
    return words if len(words.split()) > _SHORT else ""


def _half_quoted(text: str, folded: str) -> list[Turn]:
    """Read a text whose quotation mark was opened and never closed."""
    if folded.count('"') != 1:
        return []
    at = folded.index('"')
    side = _speaker(folded[max(0, at - _BEFORE) : at], "")
    words = trimmed(text[at + 1 :])
    return [Turn(side, words)] if side and words else []


def utterances(folded: str) -> list[tuple[int, int]]:
    """Return the spans inside quotation marks that are speech, not a word held up in quotes."""
    doubles = [(found.start(1), found.end(1)) for found in _DOUBLE.finditer(folded)]
    blanked = _DOUBLE.sub(lambda found: " " * len(found[0]), folded)
    singles = [(found.start(1), found.end(1)) for found in _SINGLE.finditer(blanked)]
    spans = sorted(doubles + singles)
    quoted = sum(end - start for start, end in spans)
    if len(spans) > 1 and quoted >= _MOSTLY * len(folded.strip()):
        return spans
    return [span for span in spans if _is_speech(folded, span)]


def _is_speech(folded: str, span: tuple[int, int]) -> bool:
    said = folded[span[0] : span[1]]
    before = folded[max(0, span[0] - 1 - _BEFORE) : span[0] - 1]
    if len(said.strip()) >= _LONG_SHARE * len(folded.strip()) or len(said.split()) > _SHORT:
        return True
    if said.rstrip().endswith((".", "!", "?", ",")):
        return True
    return speech().cue_at_end.search(before) is not None


def _speaker(before: str, after: str) -> Side | None:
    """Return who is named nearest before a quotation, or what is asked about it after."""
    rules = speech()
    client = max((found.end() for found in rules.client_said.finditer(before)), default=-1)
    reply = max((found.end() for found in rules.reply_said.finditer(before)), default=-1)
    asked = max((found.end() for found in rules.draft_asked.finditer(before)), default=-1)
    reply = max(reply, asked)
    if client != reply:
        return Side.CLIENT if client > reply else Side.REPLY
    if rules.client_asked.search(before):
        return Side.CLIENT
    if rules.verdict_tail.match(after):
        return Side.REPLY
    return None


def _named_after(after: str, *, last: bool) -> tuple[Side | None, int]:
    """Return who is named just after a quotation ("...," she said), and where the naming ends.

    A naming that leads straight into the next quotation belongs to that one.
    """
    rules = speech()
    opening = len(after) - len(after.lstrip(" ,"))
    for side, pattern in ((Side.CLIENT, rules.client_said), (Side.REPLY, rules.reply_said)):
        found = pattern.match(after, opening)
        if found and (last or after[found.end() :].strip(" ,:")):
            return side, found.end()
    return None, 0


def _split_speech(folded: str, start: int, gap: tuple[int, int]) -> Side | None:
    """Return who speaks on both sides of "...", he says, "..."; the words run on over it."""
    rules = speech()
    between = folded[gap[0] + 1 : gap[1]].strip()
    if folded[start : gap[0]].rstrip().endswith((".", "!", "?")) or not between.endswith(","):
        return None
    between = between.strip(" ,")
    for side, pattern in ((Side.CLIENT, rules.client_said), (Side.REPLY, rules.reply_said)):
        if pattern.fullmatch(between):
            return side
    return None


def _filled(
    sides: list[Side | None], folded: str, spans: list[tuple[int, int]]
) -> list[Side | None]:
    """Give each unnamed quotation the other side of its neighbour; the first is the client's."""
    if sides == [None]:
        return [lone_side(folded[spans[0][0] : spans[0][1]])]
    filled = list(sides)
    for number, side in enumerate(filled):
        if side is None:
            before = filled[number - 1] if number else None
            after = filled[number + 1] if number + 1 < len(filled) else None
            neighbour = before or after
            filled[number] = _other(neighbour) if neighbour else Side.CLIENT
    return filled


def _other(side: Side) -> Side:
    return Side.REPLY if side is Side.CLIENT else Side.CLIENT


def reported(text: str) -> list[Turn]:
    """Read "client said ... I said ..." and reported speech without quotation marks."""
    folded, rules = fold(text), speech()
    clients = list(rules.client_said.finditer(folded))
    if not clients:
        return _told_and_replied(text, folded)
    for client in reversed(clients):
        reply = rules.reply_said.search(folded, client.end())
        if reply is None:
            continue
        first = clipped(text[client.end() : reply.start()])
        second = clipped(_spoken(text[reply.end() :]))
        if first and second:
            return [Turn(Side.CLIENT, first), Turn(Side.REPLY, second)]
    return _reply_before_client(text, folded) or _client_alone(text, folded, clients[-1])


def _told_and_replied(text: str, folded: str) -> list[Turn]:
    """Read "he won't talk about his dad. I said ..."."""
    told = _told(text, folded, len(folded))
    reply = speech().reply_said.search(folded)
    if not told or reply is None:
        return []
    words = clipped(_spoken(text[reply.end() :]))
    return [Turn(Side.CLIENT, told), Turn(Side.REPLY, words)] if words else []


def _reply_before_client(text: str, folded: str) -> list[Turn]:
    """Read "I said ... when she said ..."."""
    rules = speech()
    reply = rules.reply_said.search(folded)
    if reply is None:
        return []
    turn = rules.back_reference.search(folded, reply.end())
    client = rules.client_said.search(folded, turn.start()) if turn else None
    if turn is None or client is None:
        return []
    first, second = clipped(text[client.end() :]), clipped(text[reply.end() : turn.start()])
    return [Turn(Side.CLIENT, first), Turn(Side.REPLY, second)] if first and second else []


def _client_alone(text: str, folded: str, client: re.Match[str]) -> list[Turn]:
    words = clipped(text[client.end() :])
    closing = speech().closing_question.search(fold(words))
    if closing:
        words = clipped(words[: closing.start()])
    opens = folded[: client.start()].strip(" ,")
    if not words or (opens and not speech().client_asked.search(folded[: client.end()])):
        return []
    return [Turn(Side.CLIENT, words)]


def asked_about(text: str) -> list[Turn]:
    """Read "is it colluding to say ..." and "how do I answer ..." without quotation marks."""
    folded, rules = fold(text), speech()
    for pattern, side in ((rules.draft_asked, Side.REPLY), (rules.client_asked, Side.CLIENT)):
        found = pattern.search(folded)
        if found is None:
            continue
        rest = text[found.end() :]
        filler = rules.asked_filler.match(fold(rest))
        rest = rest[filler.end() :] if filler else rest
        tail = _at_end(rules.verdict_tail, fold(rest))
        words = _own_mark(trimmed(rest[: tail.start()] if tail else rest))
        if len(words.split()) > 1:
            return [Turn(side, words)]
    tail = _at_end(rules.verdict_tail, folded)
    if tail and tail.start() > 0:
        return [Turn(Side.REPLY, trimmed(text[: tail.start()]))]
    return []


def _at_end(pattern: re.Pattern[str], folded: str) -> re.Match[str] | None:
    """Search the last stretch alone, so that a long text costs no more than a short one."""
    return pattern.search(folded, max(0, len(folded) - _TAIL))


def _own_mark(words: str) -> str:
    """Drop a closing question mark that belongs to our question, not to the words asked about."""
    if words.endswith("?") and not speech().opens_question.match(fold(words)):
        return words.rstrip("? ")
    return words


def lone_side(folded: str) -> Side:
    """Guess whose line one line alone is: a clinician addresses "you", a client speaks of "I"."""
    if speech().sounds_like_reply.search(folded):
        return Side.REPLY
    words = tokens(folded)
    mine = sum(word.split("'")[0] in {"i", "my", "me", "im", "myself"} for word in words)
    yours = sum(word.split("'")[0] in {"you", "your", "yours", "yourself"} for word in words)
    return (
        Side.REPLY
        if yours > mine and not speech().sounds_like_client.search(folded)
        else (Side.CLIENT)
    )


def trimmed(text: str) -> str:
    """Return words without the quotation marks, dashes and blanks around them."""
    words = _BEGUN.sub("", text).strip(_TRIM)
    folded = fold(words)
    if folded[:1] == "'" and folded[-1:] == "'":
        words = words[1:-1].strip(_TRIM)
    return words


def clipped(text: str) -> str:
    """Trim, and drop the joining words left at either end of a reported line."""
    words = trimmed(text)
    rules = speech()
    # Behind a colon everything is speech: "I replied: that isn't so".
    told = text.lstrip()[:1] != ":" and not text.lstrip().startswith('"')
    opening = rules.joins_before.match(fold(words)) if told else None
    if opening:
        words = words[opening.end() :]
    closing = _at_end(rules.joins_after, fold(words))
    if closing:
        words = words[: closing.start()]
    return trimmed(words)
