"""A reflection on its way: everything of it travels in the view, nothing waits on the server.

What was typed stands in the view's fields, what was found stands in the values of its tick boxes,
and the rest (ratings, choices, the receipt) in ``private_metadata`` as a small versioned JSON. All
of it comes back from outside, so that it is read as a claim; services authorise the ids in it.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Final

from bot.checkins import Filled
from bot.deidentify import Decisions, Review
from bot.errors import NotFound
from bot.reflections import SCALE, IfFew, Pull, Ratings, Topic
from handlers.slack import call
from handlers.slack.hidden import Hidden, restored, words_of

VERSION: Final = 1
_SEPARATORS: Final = re.compile(r"[,;\n]")
_JOINS: Final = {"n": "\n", "s": " ", "-": ""}


@dataclass(frozen=True, slots=True)
class Draft:
    """A reflection between two forms.

    ``filled`` holds the text as typed and what was decided. ``seen`` are the words that the
    writer has been shown, ``shown`` those telling ones that were unticked, ``asked`` a tag of
    those about which the second question was asked, ``lost`` unticked words that could not be put
    back. ``message`` is the check-in message from which the form was opened.
    """

    window: str
    receipt: str
    editing: bool = False
    message: str = ""
    filled: Filled = field(default_factory=Filled)
    also: str = ""
    round: int = 0
    asked: str = ""
    seen: frozenset[str] = frozenset()
    shown: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    @property
    def must_ask(self) -> bool:
        """Tell whether telling words would be shown that were not asked about yet."""
        return bool(self.shown) and self.asked != tag(self.shown)

    def packed(self, joins: str = "", asked: str = "") -> str:
        """Return all but the text and the decisions, for ``private_metadata``."""
        filled, ratings = self.filled, self.filled.ratings
        fields: dict[str, Any] = {
            "v": VERSION,
            "w": self.window,
            "r": self.receipt,
            "e": int(self.editing),
            "t": self.message,
            "a": [ratings.bond, ratings.goals, ratings.tasks, ratings.useful, ratings.safe],
            "p": filled.pull,
            "o": sorted(filled.topics),
            "m": int(filled.may_show),
            "f": filled.if_few,
            "n": self.round,
            "j": joins,
            "k": asked,
        }
        return json.dumps(fields, separators=(",", ":"))


def tag(words: Iterable[str]) -> str:
    """Return a short name for a set of words, in any case and order."""
    return sha256("\n".join(sorted(one.casefold() for one in words)).encode()).hexdigest()[:12]


def _unpacked(metadata: str) -> tuple[Draft, str]:
    """Read what ``Draft.packed`` made, and how the text's parts join."""
    try:
        fields = json.loads(metadata)
        if fields["v"] != VERSION:
            raise NotFound(what="form")
        filled = Filled(
            ratings=Ratings(*(one if one in SCALE else None for one in fields["a"])),
            pull=None if fields["p"] is None else Pull(fields["p"]),
            topics=frozenset(Topic(one) for one in fields["o"]),
            may_show=bool(fields["m"]),
            if_few=IfFew(fields["f"]),
        )
        draft = Draft(
            window=str(fields["w"]),
            receipt=str(fields["r"]),
            editing=bool(fields["e"]),
            message=str(fields["t"]),
            filled=filled,
            round=int(fields["n"]),
            asked=str(fields["k"]),
        )
        return draft, str(fields["j"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotFound(what="form") from error


# ------------------------------------------------------------------ the text in parts


def part_name(round_: int, index: int) -> str:
    """Return the name of a text field. It changes with each preview: Slack keeps what stood in a
    field of the same name and would not show the new text.
    """
    return "text" if round_ == 0 and index == 0 else f"text.{round_}.{index}"


def parts(text: str, limit: int) -> tuple[list[str], str]:
    """Cut a text into parts of at most ``limit`` characters, at white space where there is any.

    Return the parts and how they join again: ``n`` line break, ``s`` blank, ``-`` nothing.
    Placeholders hold a blank and are not cut.
    """
    found, joins = [], ""
    while len(text) > limit:
        cut, join = _cut(text, limit)
        found.append(text[:cut])
        text = text[cut + len(_JOINS[join]) :]
        joins += join
    return [*found, text], joins


def _cut(text: str, limit: int) -> tuple[int, str]:
    window = text[: limit + 1]
    placeholders = [m.span() for m in re.finditer(r"\[[^\]\n]{1,40}\]", text[: limit + 60])]
    for join, mark in (("n", "\n"), ("s", " ")):
        at = window.rfind(mark, limit // 2)
        while at > 0 and any(start < at < end for start, end in placeholders):
            at = window.rfind(mark, limit // 2, at)
        if at > 0:
            return at, join
    return limit, "-"


def _joined(filled: call.Filled, round_: int, joins: str) -> str:
    texts = [filled.text(part_name(round_, index)) for index in range(len(joins) + 1)]
    text = texts[0]
    for join, following in zip(joins, texts[1:], strict=True):
        text += _JOINS.get(join, " ") + following
    return text.strip()


# ------------------------------------------------------------------ reading the forms back


def from_form(metadata: str, filled: call.Filled) -> Draft:
    """Read the form of a reflection."""
    draft, joins = _unpacked(metadata)
    try:
        return replace(draft, filled=_filled_in(filled, joins))
    except ValueError as error:  # an option that the form does not have
        raise NotFound(what="form") from error


def _filled_in(filled: call.Filled, joins: str) -> Filled:
    pull = filled.number("pull")
    return Filled(
        ratings=Ratings(
            *(filled.number(one) for one in ("bond", "goals", "tasks", "useful", "safe"))
        ),
        pull=None if pull is None else Pull(pull),
        topics=frozenset(Topic(one) for one in filled.many("topics")),
        text=_joined(filled, 0, joins),
        may_show="yes" in filled.many("may_show"),
        if_few=IfFew(filled.chosen("if_few") or IfFew.CARRY_OVER),
    )


def from_preview(view: Mapping[str, Any], filled: call.Filled) -> Draft:
    """Read a preview: the text with what is hidden put back in, and what was decided."""
    draft, joins = _unpacked(str(view.get("private_metadata") or ""))
    boxes = list(_boxes(view, filled))
    text, unplaced = restored(_joined(filled, draft.round, joins), [one for one, _ in boxes])
    shown = [one for one, ticked in boxes if not ticked]
    if filled.chosen(f"show.{draft.round}") == "hide":
        shown = [one for one in shown if not one.telling]
    answers = _answers(view, filled)
    also = filled.text(f"also.{draft.round}")
    keep = {one.words for one in shown} | {words for words, keep in answers.items() if keep}
    hide = {words for words, keep in answers.items() if not keep} | _listed(also)
    hide |= {one.words for one, ticked in boxes if ticked and not one.placeholder}
    return replace(
        draft,
        filled=replace(
            draft.filled, text=text, decisions=Decisions(frozenset(keep), frozenset(hide))
        ),
        also=also,
        seen=frozenset({one.words for one, _ in boxes} | set(answers)),
        shown=tuple(one.words for one in shown if one.telling),
        lost=tuple(sorted(unplaced & {one.words for one in shown})),
    )


def _listed(also: str) -> set[str]:
    return {one.strip() for one in _SEPARATORS.split(also) if one.strip()}


def _boxes(view: Mapping[str, Any], filled: call.Filled) -> Iterable[tuple[Hidden, bool]]:
    """Yield everything that stood in tick boxes, and whether its tick is still there. Slack
    reports the ticked ones alone; the view that comes with them holds them all.
    """
    for block in view.get("blocks") or ():
        name = str(block.get("block_id") or "")
        if not name.startswith("hidden."):
            continue
        ticked = set(filled.many(name))
        for option in block["element"]["options"]:
            one = Hidden.parse(str(option["value"]))
            if one is not None:
                yield one, str(option["value"]) in ticked


def _answers(view: Mapping[str, Any], filled: call.Filled) -> dict[str, bool]:
    """Return each unsure wording and whether its writer keeps it."""
    found: dict[str, bool] = {}
    for block in view.get("blocks") or ():
        name = str(block.get("block_id") or "")
        answer = filled.chosen(name) if name.startswith("check.") else None
        if answer:
            verb, _, words = answer.partition("|")
            found[words] = verb == "keep"
    return found


def settled(draft: Draft, review: Review) -> tuple[Draft, int]:
    """Compare a preview's answers with a fresh review of the text.

    Return the draft, with everything hidden that was hidden and is no longer found by itself, and
    how many wordings are new to the writer.
    """
    text, decisions = draft.filled.text, draft.filled.decisions
    found = _folded(words_of(one, text) for one in review.findings)
    kept = _folded(decisions.keep)
    gone = {
        one
        for one in draft.seen
        if one.casefold() not in found | kept and one.casefold() in text.casefold()
    }
    filled = replace(draft.filled, decisions=replace(decisions, hide=decisions.hide | gone))
    new = found - _folded(draft.seen) - kept - _folded(decisions.hide)
    return replace(draft, filled=filled), len(new)


def _folded(words: Iterable[str]) -> set[str]:
    return {one.casefold() for one in words}
