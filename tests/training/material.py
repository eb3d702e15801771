"""What the encoder learns from besides pairs: situations, risk, and typed questions.

``bot/guidance/situations`` pairs any line of a situation with any statement of it;
``bot/guidance/examples/risk*`` says what speaks of danger; ``asked.marked`` are typed messages in
which the client's words and the draft are marked:

    my client asked "[C|am I a bad patient?]" and i said "[T|no]"
    pause<TAB>off till monday pls
"""

import json
import random
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.guidance.encoder import NONE, QUESTION
from bot.guidance.situations import situations
from tests.training.examples import FOLDER, Pair

HERE = Path(__file__).parent
LEARNT = ("", "_second", "_third", "_fifth")
SPENT_RISK = [HERE / f"spent_risk{which}.jsonl" for which in LEARNT]
SPENT_TYPED = [HERE / f"spent_typed{which}.jsonl" for which in LEARNT]
"""Former test sets; on the fourth and sixth of each, not learnt from, thresholds are chosen."""

GROUPED = {
    "self_harm": "suicide",
    "child_abuse": "abuse",
    "partner_abuse": "abuse",
    "vulnerable_adult_abuse": "abuse",
    "psychosis_mania": "psychosis",
    "medical_emergency": "medical",
    "clinician_boundary": "boundary_violation",
}
"""Finer names of concerns in the examples, and the one that is answered."""

_MARK = re.compile(r"\[([CT])\|((?:[^\[\]]|\[[^\[\]|]*\])*)\]")
_QUOTES = ('"{}"', "“{}”", "'{}'", "‘{}’", "«{}»", "„{}“", "{}", "{}", '"{}')


LABELLED = 0.35
"""How often a question with both sides is dealt as a pasted talk."""

_NAMES = (
    ("C", "T"), ("Cl", "Th"), ("client", "me"), ("Client", "Me"), ("CLIENT", "THERAPIST"),
    ("Pt", "Dr"), ("P", "T"), ("K", "T"), ("she", "me"), ("he", "me"), ("Her", "Me"),
    ("Him", "I"), ("pt", "i"),
    ("Patient", "Therapist"), ("Mum", "Me"), ("teen", "me"), ("*Client*", "*Me*"), ("them", "me"),
    ("c", "t"), ("Client", "Counsellor"), ("cl", "moi"), ("J", "me"), ("Couple (wife)", "T"),
    ("Pat.", "Ther."), ("Cl.", "Th."), ("1. client", "2. me"), ("- her", "- me"), ("• C", "• T"),
    ("Client statement", "My possible reply"), ("client said", "my draft"), ("*her*", "*me*"),
    ("[10:31] K", "[10:32] me"), ("client (tearful)", "me"), ("teen 1", "my answer"), ("A", "B"),
    ("What she said", "What I said"), ("CL", "ME"), ("Mother", "Th"), ("sie", "ich"), (">", ""),
    ("", ""), ("", ""), ("client", "i"), ("What client said", "draft"), ("Pt (m, 54)", "Me"),
)  # fmt: skip
_SIGNS = (
    ": ",
    ": ",
    " > ",
    " - ",
    " – ",
    ":",
    " → ",
    ", ",
    " = ",
    ">> ",
    ': "',
    " says ",
    " said ",
    " ",
    ":\n",
    " -> ",
)
_BETWEEN = (
    *("\n", "\n", "\n\n", " / ", " // ", " | ", " > ", " → ", "; ", " ", ". ", "\n[14:02] "),
    *(" -> ", " => ", "\n> ", "\n- "),
)
_OPENING = (
    "",
    "",
    "",
    "",
    "",
    "check pls: ",
    "hi, ",
    "quick one\n",
    "What about this one\n",
    "ok? ",
)
_CLOSING = (
    *("", "", "", "", "", "", "?", "\ncolluding?", " ok?", " thoughts?", "\nToo harsh?"),
    *(" – better?", "\n\nty!", " hm.", " attuned??", " Neutral or attuned?", " was that ok"),
    *(
        " (too much?)",
        " colluding or not",
        "\nthoughts pls",
        " too soft?",
        "\n\nWas it kind?",
        "\nthx",
    ),
)


@dataclass(frozen=True, slots=True)
class Danger:
    """A text, or a client's line with a reply; and the concern it may speak of, or ``none``."""

    first: str
    second: str
    concern: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A message as typed, with the places of the client's words and of the draft."""

    text: str
    kind: str
    client: tuple[int, int] | None = None
    reply: tuple[int, int] | None = None


def situation_pairs(chance: random.Random, each: int) -> list[Pair]:
    """Pair every line of every situation with ``each`` of its statements, drawn by ``chance``."""
    return [
        Pair(client, line.text, line.stance.value, line.move, one.bid.value, one.name)
        for one in situations()
        for line in one.lines
        for client in chance.sample(one.clients, min(each, len(one.clients)))
    ]


def dangers() -> list[Danger]:
    """Return what is authored on danger, harmless turns of speech among it."""
    found = [
        Danger(
            row["client"] or row["reply"],
            row["reply"] if row["client"] else "",
            concern_of(row["concern"]) if row["risk"] else NONE,
        )
        for path in [*sorted(FOLDER.glob("risk*.jsonl")), *SPENT_RISK]
        for row in map(json.loads, _lines(path))
    ]
    for line in [line for path in sorted(FOLDER.glob("risk_*.tsv")) for line in _lines(path)]:
        label, concern, _, text = line.split("\t")
        found.append(Danger(text, "", concern_of(concern) if label == "risk" else NONE))
    return found


def asked() -> list[Asked]:
    """Return the marked messages as they were authored."""
    paths = sorted(FOLDER.glob("asked_*.marked"))
    spent = [json.loads(line) for path in SPENT_TYPED for line in _lines(path)]
    return [_unmarked(line) for path in paths for line in _lines(path)] + [*map(_found, spent)]


def varied(one: Asked, statements: list[str], replies: list[str], chance: random.Random) -> Asked:
    """Return a message with other words in its marks now and then, typed in another hand."""
    if one.kind != QUESTION:
        return Asked(_hand(one.text, chance), one.kind)
    if one.client and one.reply and chance.random() < LABELLED:
        return _labelled(statements, replies, chance)
    spans = sorted(span for span in (one.client, one.reply) if span)
    pieces: list[str] = []
    places: dict[str, tuple[int, int]] = {}
    at = 0
    swapped = chance.random() < 0.5
    style = chance.choice(_QUOTES) if chance.random() < 0.3 else None
    lower = chance.random() < 0.3
    for start, stop in spans:
        end = stop
        mine = (start, stop) == one.client
        words = chance.choice(statements if mine else replies) if swapped else one.text[start:stop]
        before, opening, closing = one.text[at:start], "", ""
        if style and before[-1:] in {'"', "“", "'", "‘", "«", "„"}:
            opening, closing = style.split("{}")
            before = before[:-1]
            end = min(end + 1, len(one.text))
        pieces += [before, opening]
        begin = sum(map(len, pieces))
        pieces += [words, closing]
        places["client" if mine else "reply"] = (begin, begin + len(words))
        at = end
    text = "".join([*pieces, one.text[at:]])
    typed = text.lower() if lower else text
    return Asked(typed, one.kind, places.get("client"), places.get("reply"))


def _labelled(statements: list[str], replies: list[str], chance: random.Random) -> Asked:
    """Return a pasted talk in one of the shapes that chat programs and people give it."""
    client, reply = chance.choice(_NAMES)
    sign, between = chance.choice(_SIGNS), chance.choice(_BETWEEN)
    sign = sign if client or reply else ""
    between = between if client or reply or between.strip() else "\n"
    turns = chance.choice((1, 1, 1, 2, 3)) if client or reply else 1
    text, places = chance.choice(_OPENING), {}
    for turn in range(2 * turns):
        words = chance.choice(replies if turn % 2 else statements)
        text += (between if turn else "") + (reply if turn % 2 else client) + sign
        places[turn % 2] = (len(text), len(text) + len(words))
        text += words
    text += chance.choice(_CLOSING)
    return Asked(text, QUESTION, places[0], places[1])


def _hand(text: str, chance: random.Random) -> str:
    text = text.lower() if chance.random() < 0.3 else text
    return text.rstrip(".!?") if chance.random() < 0.3 else text


def _found(row: dict[str, str | None]) -> Asked:
    """Return a message of a spent set, its sides looked up from behind."""
    text = row["text"] or ""
    reply, client = row.get("reply"), row.get("client")
    places = [
        (text.rfind(words), text.rfind(words) + len(words)) if words and words in text else None
        for words in (client, reply)
    ]
    kind = QUESTION if row["kind"] == "phrase" else row.get("intent") or "unknown"
    return Asked(text, kind, *places)


def _unmarked(line: str) -> Asked:
    line = line.replace("\\n", "\n")
    intent, tab, message = line.partition("\t")
    if tab and "[" not in intent:
        return Asked(message, intent)
    pieces: list[str] = []
    places: dict[str, tuple[int, int]] = {}
    at = 0
    for mark in _MARK.finditer(line):
        pieces.append(line[at : mark.start()])
        begin = sum(map(len, pieces))
        pieces.append(mark[2])
        places[mark[1]] = (begin, begin + len(mark[2]))
        at = mark.end()
    text = "".join([*pieces, line[at:]])
    return Asked(text, QUESTION, places.get("C"), places.get("T"))


@cache
def assigned() -> dict[str, str]:
    """Return what situation statements of the examples are a case of, by a reader's judgement;
    ``none`` where it is none of ours.
    """
    rows = (line.split("\t", 1) for line in _lines(HERE / "assigned.tsv"))
    return {client: name for name, client in rows}


def concern_of(name: str) -> str:
    """The concern that is answered, for a finer name."""
    return GROUPED.get(name, name)


def _lines(path: Path) -> list[str]:
    found = path.read_text(encoding="utf-8").splitlines()
    return [line for line in found if line.strip() and not line.startswith("#")]
