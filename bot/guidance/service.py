"""Phrasing guidance as a service: one question in, one answer out; nothing is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from bot.guidance.alternatives import alternatives
from bot.guidance.encoder import Encoder, encoder
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
RULES_ALONE: Final = "Rule-based reading."
"""Said in the source of an answer that was read without the encoder."""


class Guidance:
    """Answers phrasing questions, the safety gate first.

    ``find_encoder`` gives the sentence encoder, or None: then the rules read alone, and the
    answer says so. Readings are taken off the event loop.
    """

    def __init__(self, find_encoder: Callable[[], Encoder | None] = encoder) -> None:
        self._find_encoder = find_encoder

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
        return _safe(understood, concern) if concern else await self._phrase(understood, shown)

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
        return _other(reason) if reason else await self._phrase(exchange, shown)

    async def _phrase(self, exchange: Exchange, shown: Sequence[str]) -> Answer:
        reading, alone = await asyncio.to_thread(self._read, exchange)
        drafted = exchange.reply is not None
        source = _text("source", reading, drafted=drafted)
        return Answer(
            Kind.PHRASE,
            exchange,
            reading=reading,
            pulls=None if drafted else _pulls(reading.bid),
            hint=_text("hint", reading, drafted=drafted),
            alternatives=alternatives(exchange, reading.bid, shown),
            source=f"{RULES_ALONE} {source}" if alone else source,
        )

    def _read(self, exchange: Exchange) -> tuple[Reading, bool]:
        """Return the reading, and whether the rules made it alone for want of the encoder."""
        found = self._find_encoder()
        if found is None:
            return read(exchange), True
        return read(exchange, found.opinion(exchange.client or "", exchange.reply or "")), False


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
