"""The form of a reflection, its confirmation, and the message with the receipt."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.checkins import MOST_CHARACTERS, Echo, Filled, OpenCheckIn
from bot.reflections import IfFew, Pull, Topic
from handlers.slack.blocks import checkins, kit, times
from handlers.slack.blocks.kit import Block, View
from handlers.slack.drafts import Draft, part_name, parts

WRITE: Final = "reflection.write"
EDIT: Final = "reflection.edit"
WITHDRAW: Final = "reflection.withdraw"
COPY: Final = "reflection.copy"

FELT: Final = {
    "1": "1 · not at all",
    "2": "2 · a little",
    "3": "3 · partly",
    "4": "4 · mostly",
    "5": "5 · fully",
}
RATINGS: Final = {
    "bond": "Bond: my clients and I were on the same side",
    "goals": "Goals: we meant the same by what we were working towards",
    "tasks": "Tasks: what we did together fitted what was needed",
    "useful": "My own supervision has been useful lately",
    "safe": "I can say in supervision what went wrong",
}
PULLS: Final = {
    str(int(Pull.COLLUDE)): "Towards collusion: agreeing, soothing, stepping around",
    str(int(Pull.COLLUDE_A_BIT)): "A bit towards collusion",
    str(int(Pull.ATTUNED)): "In the middle, attuned",
    str(int(Pull.CONFRONT_A_BIT)): "A bit towards confrontation",
    str(int(Pull.CONFRONT)): "Towards confrontation: contradicting, lecturing, defending",
}
TOPICS: Final = {
    Topic.BOND: "The bond with a client",
    Topic.GOALS: "Agreeing on goals",
    Topic.TASKS: "Agreeing on what to do in sessions",
    Topic.RUPTURE: "A rupture, or its repair",
    Topic.COLLUSION: "Being pulled into agreeing",
    Topic.CONFRONTATION: "Being pulled into arguing",
    Topic.SELF_CRITICISM: "A client's self-criticism",
    Topic.ENDINGS: "Endings",
    Topic.BOUNDARIES: "Boundaries and frame",
    Topic.SILENCE: "Silence and withdrawal",
    Topic.CULTURE: "Culture and difference",
    Topic.RISK: "Risk and safety",
    Topic.WORKLOAD: "My workload",
    Topic.SUPERVISION: "Supervision itself",
}
MAY_SHOW: Final = {"yes": "My words may be shown in the digest, without my name"}
IF_FEW: Final = {
    IfFew.CARRY_OVER: "Carry mine over to next week",
    IfFew.COUNT_ONLY: "Count my answer, keep nothing else",
    IfFew.DESTROY: "Destroy it",
}
PART: Final = 2900

_KEPT: Final = "*Your answer is kept, without your name.*"
_KEPT_WITHOUT_WORDS: Final = (
    "*Your words are not kept,* since they may be about somebody's safety. What you rated and "
    "chose is, without your name."
)


def write(checkin: OpenCheckIn, draft: Draft, text: str = "") -> View:
    """Return the form. ``draft`` carries ids, and the answers given before when it is edited;
    ``text`` is what was kept of the words then.
    """
    texts, joins = parts(text, PART)
    filled = draft.filled
    return kit.modal(
        WRITE,
        "How the week felt",
        [
            kit.section(_who_sees_what(checkin)),
            *_ratings(("bond", "goals", "tasks"), filled),
            _pull(filled),
            *_words(texts),
            _topics(filled),
            *_ratings(("useful", "safe"), filled),
            _may_show(filled),
            _if_few(checkin, filled),
        ],
        submit="Continue",
        metadata=draft.packed(joins),
    )


def _who_sees_what(checkin: OpenCheckIn) -> str:
    group = checkin.window.threshold
    return (
        f"*{kit.escape(checkin.team.name)}* · smallest group: *{group}*\n"
        f"Supervisors see numbers only when {group} or more have answered, and never who did. "
        "What you fill in is not posted as a message, and is kept without your name. Words are "
        "checked for names first, and you see the result before anything is stored. Everything "
        "here is optional."
    )


def _ratings(names: Sequence[str], filled: Filled) -> list[Block]:
    blocks = []
    for name in names:
        given = getattr(filled.ratings, name)
        element = kit.select(name, FELT, None if given is None else str(given))
        blocks.append(kit.field(name, RATINGS[name], element, optional=True))
    return blocks


def _pull(filled: Filled) -> Block:
    chosen = None if filled.pull is None else str(int(filled.pull))
    return kit.field(
        "pull", "Which way were you pulled?", kit.radio("pull", PULLS, chosen), optional=True
    )


def _words(texts: Sequence[str]) -> list[Block]:
    fields = []
    for at, text in enumerate(texts):
        name = part_name(0, at)
        element = kit.text_input(
            name,
            text,
            multiline=True,
            max_length=MOST_CHARACTERS,
            placeholder="What was said, what you said or wanted to say, what stayed with you",
        )
        label = "A moment to think about" if at == 0 else "The moment, continued"
        hint = (
            "You see these words once more, with names and other details hidden, before anything "
            "is kept."
        )
        fields.append(kit.field(name, label, element, hint=hint, optional=True))
    return fields


def _topics(filled: Filled) -> Block:
    choices = {str(topic): text for topic, text in TOPICS.items()}
    chosen = [str(topic) for topic in TOPICS if topic in filled.topics]
    element = kit.multi_select("topics", choices, chosen, placeholder="Choose any")
    return kit.field("topics", "Topics for supervision", element, optional=True)


def _may_show(filled: Filled) -> Block:
    chosen = ["yes"] if filled.may_show else []
    return kit.field(
        "may_show",
        "Showing words",
        kit.checkboxes("may_show", MAY_SHOW, chosen),
        hint="Without this nobody reads them. With it they stand in random order, apart from "
        "numbers. Somebody may still know how you write.",
        optional=True,
    )


def _if_few(checkin: OpenCheckIn, filled: Filled) -> Block:
    choices = {str(one): text for one, text in IF_FEW.items()}
    return kit.field(
        "if_few",
        f"If fewer than {checkin.window.threshold} answer",
        kit.radio("if_few", choices, str(filled.if_few)),
    )


# ------------------------------------------------------------------ afterwards


def kept(
    receipt: str,
    echo: Echo,
    closes: str,
    *,
    safety: Sequence[Block] = (),
    told: bool = True,
) -> View:
    """Return the confirmation: the safety answer first where there is one, then the receipt and
    something to think about. ``told`` says whether the message with the receipt was sent too.
    """
    observed = [kit.section(kit.escape(echo.observation))] if echo.observation else []
    where = (
        "The message I sent you has the buttons to do so."
        if told
        else "I could not send you a message with this receipt, so please note it down."
    )
    blocks = [
        *safety,
        *([kit.divider()] if safety else []),
        kit.section(
            f"{_KEPT_WITHOUT_WORDS if echo.safety else _KEPT} Receipt: `{kit.escape(receipt)}`\n"
            f"It can be edited or withdrawn until {closes}. {where} After that it goes into the "
            "digest if enough have answered; if not, what you chose happens."
        ),
        *([] if told else [_receipt_buttons(receipt)]),
        kit.divider(),
        *observed,
        kit.section(f"*A question to take along*\n{kit.escape(echo.question)}"),
        kit.context("This is a supervision aid and may be wrong. It is not clinical advice."),
    ]
    return kit.modal("reflection.kept", "Kept", blocks, close="Close")


def receipt_message(receipt: str, closes: str) -> tuple[str, list[Block]]:
    """Return the confirmation in the private chat. It holds nothing of what was answered."""
    line = (
        f"Your answer for this week is kept, without your name. Until {closes} you can change or "
        "withdraw it here."
    )
    small = (
        f"Receipt: `{kit.escape(receipt)}`. Only this receipt finds your answer again; nobody else "
        "has it."
    )
    return line, [kit.section(line), _receipt_buttons(receipt), kit.context(small)]


def _receipt_buttons(receipt: str) -> Block:
    sure = kit.confirm(
        "Withdraw?",
        "What you sent is destroyed. You can answer again until the window closes.",
        "Withdraw",
        "Keep it",
    )
    return kit.actions(
        kit.button("Edit", EDIT, receipt),
        kit.button("Withdraw", WITHDRAW, receipt, style="danger", confirm=sure),
        kit.button("Copy to me", COPY, receipt),
    )


def withdrawn(window: str, closes_at: datetime, zone: str | None) -> tuple[str, list[Block]]:
    """Return what stands in place of the receipt after *Withdraw*."""
    until = times.weekday_and_clock(closes_at, zone)
    line = f"Withdrawn: what you sent is destroyed. The check-in stays open until {until}."
    return line, [
        kit.section(line),
        kit.actions(checkins.reflect_button(window, "Reflect again")),
    ]


def copied(text: str | None) -> View:
    """Return the words as they are kept, for their writer alone; never as a message."""
    shown = (
        [_as_is(part) for part in parts(text, PART)[0]]
        if text
        else [kit.section("You left no words this week, only answers.")]
    )
    small = kit.context("This is all that is kept of your words. Closing this leaves no copy here.")
    return kit.modal("reflection.copied", "Your words", [*shown, small], close="Close")


def _as_is(text: str) -> Block:
    return {"type": "section", "text": kit.plain(text)}
