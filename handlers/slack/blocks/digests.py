"""The digest as a message, as a modal, and what is known before it is due."""

from collections.abc import Iterable, Sequence
from typing import Final

from bot.digests import Upcoming
from bot.messages import DigestMessage
from handlers.slack.blocks import kit, times, wording
from handlers.slack.blocks.kit import Block, View

READ: Final = "digest.read"
CSV: Final = "digest.csv"
PREVIEW: Final = "digest.preview"

FOOTER: Final = (
    "Anonymous: no names, nothing about single people. Numbers need as many answers as "
    "everyone was told before answering."
)
ALT_TEXT: Final = 2000
MODAL_BLOCKS: Final = 100
MESSAGE_SECTIONS: Final = 40
"""Sections in one message: 50 blocks less the frame around them."""
MESSAGE_TEXT: Final = 9000
"""Characters of text in one message: Slack refuses (``msg_blocks_too_long``) from somewhere above
9,600 on, so a longer digest is cut here and read in full in its modal."""


def _paragraphs(heading: str, lines: Iterable[str]) -> list[Block]:
    """Return a heading with its lines, in as many sections as Slack's limit asks for."""
    texts = [f"*{kit.escape(heading)}*"]
    for line in lines:
        item = "• " + kit.clip(kit.escape(line), kit.SECTION - 2)
        if len(texts[-1]) + 1 + len(item) > kit.SECTION:
            texts.append(item)
        else:
            texts[-1] += "\n" + item
    return [kit.section(text) for text in texts]


def _agenda(digest: DigestMessage) -> list[Block]:
    return _paragraphs("For the next supervision hour", digest.agenda) if digest.agenda else []


def _sections(digest: DigestMessage) -> list[Block]:
    return [
        block for one in digest.sections for block in _paragraphs(one.heading, one.lines)
    ] + _agenda(digest)


def _picture(digest: DigestMessage, file: str | None) -> list[Block]:
    """Return the picture as part of the message; ``file`` is the id of the uploaded PNG."""
    if file is None:
        return []
    alt = kit.clip(digest.alt_text, ALT_TEXT)
    return [{"type": "image", "slack_file": {"id": file}, "alt_text": alt}]


def _fitting(blocks: Sequence[Block], room: int) -> list[Block]:
    """Return the first blocks whose text fits into ``room`` characters, and say what was cut."""
    kept: list[Block] = []
    for block in blocks:
        room -= len(block["text"]["text"])
        if room < 0 or len(kept) == MESSAGE_SECTIONS:
            return [*kept, kit.context("There is more: *Read in full* shows all of it.")]
        kept.append(block)
    return kept


def message(
    digest: DigestMessage, picture: str | None = None, note: str = ""
) -> tuple[str, list[Block]]:
    """Return the digest as one message, in words and in blocks.

    ``picture`` is the id of the uploaded file; ``note`` says why there is none.
    """
    blocks = [
        kit.header(digest.title),
        *_picture(digest, picture),
        *([kit.context(note)] if note else []),
        kit.section(kit.escape(digest.summary)),
        *_fitting(_sections(digest), MESSAGE_TEXT - len(digest.summary)),
        kit.actions(
            kit.button("Read in full", READ, digest.digest),
            kit.button("Numbers as CSV", CSV, digest.digest),
        ),
        kit.context(FOOTER),
    ]
    return f"{kit.escape(digest.title)}. {kit.escape(digest.summary)}", blocks


def modal(digest: DigestMessage) -> View:
    """Return the whole digest in words: what the picture shows is said by its alt text."""
    picture = [kit.section(kit.escape(digest.alt_text))] if digest.picture is not None else []
    body = [
        kit.header(digest.title),
        kit.section(kit.escape(digest.summary)),
        *picture,
        *_sections(digest),
    ]
    room = MODAL_BLOCKS - 2
    cut = [kit.context("The rest is left out here; the CSV holds every number.")]
    return kit.modal(
        "digest.text",
        "Digest",
        [*(body if len(body) <= room else body[: room - 1] + cut), kit.context(FOOTER)],
        close="Close",
    )


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"• {wording.told(line)}" for line in lines)


def preview(upcoming: Upcoming, zone: str | None) -> View:
    """Return what can be said before the next digest is due: never a number before closing."""
    when = (
        f"The next digest comes on {times.day_and_clock(upcoming.next_at, zone)}."
        if upcoming.next_at
        else "No digest is planned at the moment."
    )
    return kit.modal(
        "digest.upcoming",
        "Next digest",
        [
            kit.header(upcoming.team.name),
            kit.section(when),
            *([kit.section(_list(upcoming.lines))] if upcoming.lines else []),
            kit.context("No numbers before the window has closed, and none from too few answers."),
        ],
        close="Close",
    )
