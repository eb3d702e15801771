"""Phrasing guidance as a service: one question in, one answer out; nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence

from bot.guidance.alternatives import alternatives
from bot.guidance.gate import safety, screen
from bot.guidance.loader import knowledge
from bot.guidance.model import (
    Answer,
    Bid,
    Exchange,
    Intent,
    Kind,
    Reading,
    Side,
    Stance,
)
from bot.guidance.reading import read
from bot.guidance.triage import LONGEST, triage
from bot.guidance.understanding import understand

_NOBODY = Exchange(None, None)


class Guidance:
    """Answers phrasing questions, the safety gate first.

    The methods are asynchronous because a reading may be taken off the event loop; callers need
    not know.
    """

    async def ask(self, text: str, *, shown: Sequence[str] = ()) -> Answer:
        """Answer a question as typed.

        Args:
            text: What was typed, in any of the ways :func:`understand` knows.
            shown: Alternatives already shown in this conversation; none is repeated.
        """
        if len(text) > LONGEST:
            return _other(Intent.TOO_LONG)
        concern = screen(text)
        understood = understand(text)
        if isinstance(understood, Intent):
            return _safe(_NOBODY, concern) if concern else _other(understood)
        concern = concern or _screened(understood)
        return _safe(understood, concern) if concern else _phrase(understood, shown)

    async def ask_pair(self, exchange: Exchange, *, shown: Sequence[str] = ()) -> Answer:
        """Answer for a client's line and a draft given apart; either may be missing or blank."""
        exchange = Exchange(_given(exchange.client), _given(exchange.reply))
        sides = [side for side in (exchange.client, exchange.reply) if side]
        if any(len(side) > LONGEST for side in sides):
            return _other(Intent.TOO_LONG)
        concern = _screened(exchange)
        if concern:
            return _safe(exchange, concern)
        # One side may be three dots or a shrug: what cannot be read is judged over both together.
        reason = triage(" \n".join(sides)[:LONGEST])
        return _other(reason) if reason else _phrase(exchange, shown)


def _given(side: str | None) -> str | None:
    return side.strip() or None if side else None


def _screened(exchange: Exchange) -> str | None:
    """Screen both sides, the client's first."""
    concern = screen(exchange.client, Side.CLIENT) if exchange.client else None
    return concern or (screen(exchange.reply, Side.REPLY) if exchange.reply else None)


def _other(intent: Intent) -> Answer:
    return Answer(Kind.OTHER, _NOBODY, intent=intent)


def _safe(exchange: Exchange, concern: str) -> Answer:
    source = str(knowledge("texts")["source"]["safety"])
    return Answer(Kind.SAFETY, exchange, safety=safety(concern), source=source)


def _phrase(exchange: Exchange, shown: Sequence[str]) -> Answer:
    reading = read(exchange)
    drafted = exchange.reply is not None
    return Answer(
        Kind.PHRASE,
        exchange,
        reading=reading,
        pulls=None if drafted else _pulls(reading.bid),
        hint=_text("hint", reading, drafted=drafted),
        alternatives=alternatives(exchange, reading.bid, shown),
        source=_text("source", reading, drafted=drafted),
    )


def _pulls(bid: Bid | None) -> tuple[str, str]:
    collusion, confrontation = knowledge("texts")["pulls"][bid.value if bid else "none"]
    return str(collusion), str(confrontation)


def _text(table: str, reading: Reading, *, drafted: bool) -> str:
    """Return the text for a reading: that of its subtype, else of its stance."""
    texts = knowledge("texts")[table]
    if not drafted:
        return str(texts["none"])
    if reading.stance is Stance.ATTUNED and table == "hint":
        return str(texts["attuned"])
    keys = (reading.subtype.value if reading.subtype else "", reading.stance.value)
    return str(next(texts[key] for key in keys if key in texts))
