"""The preview: the text as it would be kept, and every decision that its writer can take."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from bot.deidentify import Finding, Review
from bot.errors import InvalidForm
from handlers.slack.blocks import kit
from handlers.slack.blocks.kit import Block, View
from handlers.slack.drafts import Draft, part_name, parts, tag
from handlers.slack.hidden import VALUE, Hidden, hidden_in, unsure_in

CALLBACK: Final = "reflection.preview"

PART: Final = 2900
"""Characters of text in one field. Slack takes 3,000; the rest is room to change something."""
PARTS: Final = 8
CHECKS: Final = 40
"""Questions of their own; what is unsure beyond them becomes a ticked box."""
GROUP: Final = 10
GROUPS: Final = 40

_TOO_MUCH: Final = (
    "There is more to check in this text than fits into one preview. Please shorten it a little; "
    "it is still here and nothing was stored."
)


def view(draft: Draft, review: Review, notices: Sequence[str] = ()) -> View:
    """Return the preview that follows ``draft`` (one round further), at most 100 blocks.

    ``review`` is that of the draft's text; what the writer decided before is filled in again.
    Raise ``InvalidForm`` where a text holds more to check than a modal can show.
    """
    here = draft.round + 1
    text = draft.filled.text
    hidden = hidden_in(review, text)
    unsure = list(unsure_in(review, text).items())
    boxes = [one for one in hidden if one.offered]
    boxes += [Hidden(words) for words, _ in unsure[CHECKS:]]
    texts, joins = parts(review.text, PART)
    if len(texts) > PARTS or len(boxes) > GROUPS * GROUP or _too_long(unsure):
        raise InvalidForm(text=_TOO_MUCH)
    blocks = [
        kit.section(_opening(len(hidden), len(unsure))),
        *([kit.section("\n".join(notices))] if notices else []),
        *_text_fields(texts, here),
        *_second_question(draft, here),
        *_tick_boxes(boxes, draft, here),
        *_left_hidden(len(hidden) + len(unsure[CHECKS:]) - len(boxes)),
        *(_question(*one, draft, here, at) for at, one in enumerate(unsure[:CHECKS])),
        _also(draft, here),
        kit.context(
            "Submit stores the text with your decisions carried out. Until then nothing is kept."
        ),
    ]
    following = Draft(
        draft.window, draft.receipt, draft.editing, draft.message, draft.filled, round=here
    )
    asked = tag(draft.shown) if draft.shown else ""
    metadata = following.packed(joins, asked)
    return kit.modal(CALLBACK, "Before it is kept", blocks, submit="Submit", metadata=metadata)


def quoted(words: Iterable[str], most: int = 10) -> str:
    """Return words in quotation marks, in a row."""
    shown = list(words)
    more = f" and {len(shown) - most} more" if len(shown) > most else ""
    return ", ".join(f"“{kit.clip(one, 60)}”" for one in shown[:most]) + more


def notices(draft: Draft, new: int) -> list[str]:
    """Return why the preview is shown again: ``new`` wordings were found, telling words would be
    shown, or words that should be shown could not be put back.
    """
    said = []
    if new:
        what = "One more detail was found" if new == 1 else f"{new} more details were found"
        said.append(f"{what} after your changes. Please look once more; nothing is stored yet.")
    if draft.must_ask:
        words = kit.escape(quoted(draft.shown))
        said.append(f"Before {words} stays visible, please answer the question below your text.")
    if draft.lost:
        said.append(
            f"{kit.escape(quoted(draft.lost))} could not be put back, because the text around it "
            "changed. It stays hidden; you can type it in again."
        )
    return said


def _too_long(unsure: Iterable[tuple[str, Finding]]) -> bool:
    return any(len(words) + len("keep|") > VALUE for words, _ in unsure)


def _opening(hidden: int, unsure: int) -> str:
    if not hidden and not unsure:
        return (
            "*This is how your text would be kept.* Nothing in it looked like a name or another "
            "detail that identifies someone. You can still change it, or name words to hide."
        )
    what = f"{hidden} {'detail' if hidden == 1 else 'details'} hidden"
    ask = f", {unsure} to check" if unsure else ""
    return (
        f"*This is how your text would be kept:* {what}{ask}. Placeholders such as [client A] "
        "stand where something was hidden. I can miss things, so please read it once."
    )


def _text_fields(texts: Sequence[str], round_: int) -> list[Block]:
    labels = ["Your text", *["Your text, continued"] * (len(texts) - 1)]
    return [
        kit.field(
            part_name(round_, at),
            label,
            kit.text_input(part_name(round_, at), text, multiline=True, max_length=kit.SECTION),
            optional=True,
        )
        for at, (label, text) in enumerate(zip(labels, texts, strict=True))
    ]


def _second_question(draft: Draft, round_: int) -> list[Block]:
    """Ask before names, contacts or numbers are shown."""
    if not draft.must_ask:
        return []
    name = f"show.{round_}"
    words = quoted(draft.shown)
    choices = {"hide": "Hide it again", "keep": "Keep it visible"}
    return [
        kit.field(
            name,
            f"Keep {words} visible?",
            kit.radio(name, choices),
            hint="Names, contacts and numbers can tell who is meant. Nothing is stored yet.",
        )
    ]


def _tick_boxes(boxes: Sequence[Hidden], draft: Draft, round_: int) -> list[Block]:
    kept = {one.casefold() for one in draft.filled.decisions.keep}
    blocks = []
    for at in range(0, len(boxes), GROUP):
        name = f"hidden.{round_}.{at // GROUP}"
        group = boxes[at : at + GROUP]
        choices = {one.value: _says(one) for one in group}
        ticked = [one.value for one in group if one.words.casefold() not in kept]
        label = "Hidden: untick what may be shown" if at == 0 else "Hidden as well"
        blocks.append(kit.field(name, label, kit.checkboxes(name, choices, ticked), optional=True))
    return blocks


def _says(one: Hidden) -> str:
    if not one.placeholder:
        return f"Hide “{_short(one.words, 65)}”"
    return f"{one.placeholder} instead of {_short(one.words, 45)}"


def _short(words: str, limit: int) -> str:
    return kit.clip(" ".join(words.split()), limit)


def _left_hidden(count: int) -> list[Block]:
    if count <= 0:
        return []
    what = "One longer passage stays" if count == 1 else f"{count} longer passages stay"
    return [kit.context(f"{what} hidden. To show it, type it into the text above in other words.")]


def _question(words: str, finding: Finding, draft: Draft, round_: int, at: int) -> Block:
    name = f"check.{round_}.{at}"
    choices: Mapping[str, str] = {f"hide|{words}": "Hide it", f"keep|{words}": "Keep it"}
    decisions = draft.filled.decisions
    chosen = None
    if words in decisions.hide:
        chosen = f"hide|{words}"
    elif words in decisions.keep:
        chosen = f"keep|{words}"
    hint = (
        f"A broader wording might be enough: {finding.suggestion}. Change it in the text above."
        if finding.suggestion
        else None
    )
    label = f"Please check: “{_short(words, 150)}”"
    return kit.field(name, label, kit.radio(name, choices, chosen), hint=hint)


def _also(draft: Draft, round_: int) -> Block:
    name = f"also.{round_}"
    return kit.field(
        name,
        "Also hide …",
        kit.text_input(name, draft.also, placeholder="for example: the choir, blue Volvo"),
        hint="Words or phrases as they stand in the text, with commas between them.",
        optional=True,
    )
