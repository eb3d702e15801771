"""How an answer about phrasing looks: in a modal, and as a message seen by one person.

A modal keeps the client's line and the latest draft in its own fields, so that the next try can
be read beside them; nothing of them is stored. A message repeats nothing that was typed except
the few words that decided.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from bot.guidance import Answer, Evidence, Exchange, Reading, Side, Stance
from handlers.slack.blocks.kit import (
    Block,
    View,
    actions,
    button,
    clip,
    context,
    escape,
    field,
    modal,
    radio,
    section,
    select,
    text_input,
)
from handlers.slack.blocks.phrasing_words import (
    BIDS,
    READS,
    STANCES,
    STRAINS,
    SUBTYPES,
    topic_of,
)
from handlers.slack.blocks.reflections import TOPICS
from handlers.slack.blocks.tries import MOST, Tries, Try

TITLE: Final = "Phrasing"
TYPED: Final = 3000
"""Characters that Slack takes in one field."""

QUOTE: Final = 90
QUOTES: Final = 3
VALUE: Final = 2000
"""Characters that Slack takes as a button's value."""

MORE: Final = "phrasing.more"
RATE: Final = "phrasing.rate"

_HALF: Final = 12
"""Half the line, in characters: with its number it still fits a phone without being broken."""

_AXIS: Final = "collude  attuned confront"
_AID: Final = (
    "Attune is a supervision aid and may be wrong; this is not clinical advice. "
    "Neither your question nor this answer is stored."
)
_CLASH: Final = (
    "“Confrontation” means the therapist's move here; in the literature on ruptures it is the "
    "client's."
)
KEEPS: Final = "This chat keeps what you typed here; Attune does not."
NONE_FITS: Final = (
    "No more ready lines fit these words closely enough to be offered. A sentence of your own "
    "will, or take it to supervision."
)
_FORM: Final = "To ask without leaving words in the chat, use the form."


def ask_modal(
    *, client: str = "", reply: str = "", why: str = "", tries: Tries | None = None
) -> View:
    """Return the form for a question. ``why`` is a sentence on top, ``tries`` those made so far."""
    tries = tries or Tries()
    on_top = [section(escape(why))] if why else []
    return modal(
        "phrasing.ask",
        TITLE,
        [
            *on_top,
            *([_line(tries.made)] if tries.made else []),
            _client_field(client),
            _reply_field(
                "I said, or want to say", reply, "Leave this out to see what to watch for."
            ),
            context("This form leaves nothing in the chat, and nothing is stored."),
        ],
        submit="Read it",
        metadata=tries.dump(),
    )


def sides_modal(words: str) -> View:
    """Return the form that opens on a message: the person says whose words it holds."""
    sides = {"client": "The client said this", "reply": "I said this, or want to say it"}
    other = text_input("other", multiline=True, max_length=TYPED)
    return modal(
        "phrasing.sides",
        TITLE,
        [
            field("words", "The message", _typing("words", words)),
            field("side", "Whose words are these?", radio("side", sides, "client")),
            field("other", "What the other one said, or would say", other, optional=True),
            context("Change the words as you like: the message stays as it is, nothing is stored."),
        ],
        submit="Read it",
    )


def answer_modal(answer: Answer, tries: Tries, drafts: Sequence[str] = ()) -> View:
    """Return the answer to a question of kind *phrase*, with room for the next try.

    Args:
        answer: What guidance said about the exchange in the fields.
        tries: All tries, the one just read included.
        drafts: The earlier drafts' words as ``quoted_drafts`` returns them, oldest first.
    """
    done = not tries.left
    open_at_once = done or not _has_draft(answer)
    shown = tries.having_shown(answer.alternatives) if open_at_once else tries
    blocks = [
        *_reading(answer, tries, drafts),
        *_hint(answer, done=done),
        *([] if done else _next_try(answer, tries)),
        *(alternatives(answer.alternatives) if open_at_once else _more(answer)),
        _rating(answer),
        *_small_print(answer),
    ]
    return modal(
        "phrasing.ask",
        TITLE,
        blocks,
        submit=None if done else "Read my words",
        close="Close",
        metadata=shown.dump(),
    )


def answer_message(answer: Answer, *, in_chat: bool) -> list[Block]:
    """Return the answer as a message's blocks; ``in_chat`` where the question stays in the chat."""
    tries = Tries().after(answer)
    drafted = _has_draft(answer)
    again = button(_own_words(tries), "phrasing.again", tries.dump(), style="primary")
    return [
        *_reading(answer, tries, None),
        *_hint(answer, done=False),
        *([] if drafted and answer.alternatives else alternatives(answer.alternatives)),
        actions(again, *(_more_buttons(answer) if drafted else []), block_id=MORE),
        _rating(answer),
        *_small_print(answer),
        *(
            [context(f"{KEEPS} {_FORM}"), actions(button("Ask in a form", "phrasing.open"))]
            if in_chat
            else []
        ),
    ]


def summary(answer: Answer) -> str:
    """Return the answer in one line for notifications; no word that was typed."""
    if answer.reading is None or not _has_draft(answer):
        ways = ", and some attuned ways to answer" if answer.alternatives else ""
        return f"Two pulls to watch for{ways}"
    return READS[answer.reading.stance].replace("*", "") + "."


def alternatives(lines: Sequence[str]) -> list[Block]:
    """Return attuned alternatives, one under the other; where there are none, say so."""
    if not lines:
        return [context(NONE_FITS)]
    quoted = "\n".join(f"• “{escape(_flat(line))}”" for line in lines)
    return [section(f"*Some attuned ways to say it*\n{quoted}", block_id="phrasing.shown")]


def alternatives_modal(lines: Sequence[str]) -> View:
    """Return the alternatives in a window of their own."""
    note = context("They are starting points: your own words will fit better.")
    return modal("phrasing.shown", TITLE, [*alternatives(lines), note], close="Close")


def packed(lines: Sequence[str]) -> str:
    """Return alternatives as a button's value; the last go first where room is short."""
    kept = list(lines)
    while len(text := json.dumps(kept, ensure_ascii=False)) > VALUE:
        kept.pop()
    return text


def unpacked(value: str) -> tuple[str, ...]:
    """Return the alternatives that ``value`` holds, none where it is not what ``packed`` makes."""
    try:
        lines = json.loads(value)
    except (ValueError, RecursionError):
        return ()
    return tuple(str(line) for line in lines) if isinstance(lines, list) else ()


def quoted_drafts(view: View) -> tuple[str, ...]:
    """Return the drafts that ``view`` shows as earlier tries, with its latest one last."""
    texts = {str(block.get("block_id", "")): block for block in view.get("blocks", ())}
    found = [texts.get(f"try.{number}") for number in range(1, MOST + 1)]
    return tuple(_between(str(one["text"]["text"])) for one in found if one)


def _between(quoted: str) -> str:
    return quoted[quoted.find("“") + 1 : quoted.rfind("”")]


def _typing(name: str, initial: str, placeholder: str | None = None) -> dict[str, Any]:
    return text_input(
        name, initial[:TYPED], multiline=True, placeholder=placeholder, max_length=TYPED
    )


def _client_field(client: str, *, optional: bool = False) -> Block:
    hint = "In the client's words, as you remember them. No names are needed."
    placeholder = "“Am I a bad patient?”"
    typing = _typing("client", client, placeholder)
    return field("client", "The client said", typing, hint=hint, optional=optional)


def _reply_field(label: str, reply: str, hint: str | None = None) -> Block:
    return field("reply", label, _typing("reply", reply), hint=hint, optional=True)


def _has_draft(answer: Answer) -> bool:
    return answer.exchange.reply is not None


def _reading(answer: Answer, tries: Tries, drafts: Sequence[str] | None) -> list[Block]:
    reading = answer.reading
    if reading is None or not _has_draft(answer):
        return _pulls(answer)
    return [
        section(_verdict(reading)),
        _line(tries.made),
        *([] if drafts is None else _drafts(tries, drafts, answer.exchange)),
        section("\n".join(_because(reading, answer.exchange))),
    ]


def _verdict(reading: Reading) -> str:
    if reading.stance is Stance.UNCLEAR:
        both = " or ".join(f"*{STANCES[one]}*" for one in reading.also)
        twice = f" It can be read in two ways: {both}." if both else ""
        return f"{READS[reading.stance]}.{twice} Your supervisor may hear it better than I do."
    how = f" ({SUBTYPES[reading.subtype]})" if reading.subtype else ""
    return f"{READS[reading.stance]}{how}."


def _line(made: Sequence[Try]) -> Block:
    """Return the picture in text, and the same in words for whoever cannot see it."""
    rows = [f"{number} {_row(one)}" for number, one in enumerate(made, 1)]
    picture = "\n".join(["```", f"  {_AXIS}", *rows, "```"])
    words = ", ".join(f"try {number}: {STANCES[one.stance]}" for number, one in enumerate(made, 1))
    return section(f"{picture}\n{words[:1].upper()}{words[1:]}.", block_id="phrasing.line")


def _row(one: Try) -> str:
    cells = ["─"] * (2 * _HALF + 1)
    cells[_HALF] = "┼"
    cells[round((one.position + 1) * _HALF)] = "?" if one.stance is Stance.UNCLEAR else "●"
    return "".join(cells)


def _drafts(tries: Tries, earlier: Sequence[str], exchange: Exchange) -> list[Block]:
    """Return the words of the tries, short. A try that began in a message has none."""
    words = [*earlier, escape(clip(_flat(exchange.reply or ""), QUOTE))][-len(tries.made) :]
    first = len(tries.made) - len(words) + 1
    return [
        section(f"{number}: “{text}”", block_id=f"try.{number}")
        for number, text in enumerate(words, first)
    ]


def _because(reading: Reading, exchange: Exchange) -> list[str]:
    points = ", ".join(f"“{escape(quote)}”" for quote in _quotes(reading, exchange))
    return [
        escape(reading.why),
        *([f"*Words that point there:* {points}"] if points else []),
        *_about_the_client(reading),
    ]


def _about_the_client(reading: Reading) -> list[str]:
    pull = [f"*The pull in the client's line:* {BIDS[reading.bid]}."] if reading.bid else []
    if reading.strains is None:
        return pull
    return [*pull, f"*The part of the alliance at stake:* {STRAINS[reading.strains]}."]


def _quotes(reading: Reading, exchange: Exchange) -> list[str]:
    """Return the words that decided most, in the order of the text; neighbours become one."""
    joined: list[Evidence] = []
    for one in sorted(
        reading.evidence[:QUOTES], key=lambda one: (one.side is Side.CLIENT, one.start)
    ):
        last = joined[-1] if joined else None
        between = _side(one, exchange)[last.end : one.start] if last else ""
        if last and last.side is one.side and not any(map(str.isalnum, between)):
            joined[-1] = replace(last, end=max(last.end, one.end))
        else:
            joined.append(one)
    cut = (_side(one, exchange)[one.start : one.end].strip(" ,.;:") for one in joined)
    return [clip(_flat(text), QUOTE) for text in cut if text]


def _side(evidence: Evidence, exchange: Exchange) -> str:
    return (exchange.client if evidence.side is Side.CLIENT else exchange.reply) or ""


def _flat(text: str) -> str:
    return " ".join(text.split())


def _pulls(answer: Answer) -> list[Block]:
    lines = _about_the_client(answer.reading) if answer.reading else []
    if answer.pulls is not None:
        collusion, confrontation = (escape(one) for one in answer.pulls)
        lines += [
            "*Two pulls to watch for here*",
            f"• Towards collusion: {collusion}",
            f"• Towards confrontation: {confrontation}",
        ]
    return [section("\n".join(lines))] if lines else []


def _hint(answer: Answer, *, done: bool) -> list[Block]:
    if answer.hint is None or done:
        return []
    return [section(f"*One hint:* {escape(answer.hint)}")]


def _own_words(tries: Tries) -> str:
    return "Try again in your own words" if tries.made else "Try it in your own words"


def _next_try(answer: Answer, tries: Tries) -> list[Block]:
    number = len(tries.made) + 1
    return [
        _reply_field(_own_words(tries), answer.exchange.reply or "", f"Try {number} of {MOST}."),
        # A draft that was asked about alone stays readable without the client's line.
        _client_field(answer.exchange.client or "", optional=answer.exchange.client is None),
    ]


def _more(answer: Answer) -> list[Block]:
    buttons = _more_buttons(answer)
    return [actions(*buttons, block_id=MORE)] if buttons else [context(NONE_FITS)]


def _more_buttons(answer: Answer) -> list[dict[str, Any]]:
    lines = answer.alternatives
    return [button("Show alternatives", "phrasing.alternatives", packed(lines))] if lines else []


def _rating(answer: Answer) -> Block:
    topic, words = topic_of(answer.reading), "Take this to supervision"
    if topic is not None:
        supervision = button(words, "phrasing.supervision", topic.value)
    else:
        choices = {one.value: text for one, text in TOPICS.items()}
        supervision = select("phrasing.supervision", choices, placeholder=f"{words} as …")
    return actions(
        button("Helpful", "phrasing.helpful"),
        button("Not helpful", "phrasing.unhelpful"),
        supervision,
        block_id=RATE,
    )


def _small_print(answer: Answer) -> list[Block]:
    leaning = [f"Source: {escape(answer.source.rstrip('.'))}."] if answer.source else []
    return [context(*leaning, _CLASH, _AID)]
