"""Phrasing guidance as a service: one question in, one answer out; nothing is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from bot.guidance.alternatives import fitting, for_pull
from bot.guidance.encoder import NONE, PART, Encoder, Heard, Opinion, encoder
from bot.guidance.gate import (
    CLINICIAN_RISK,
    PAIR,
    REFLECTION,
    SHORT,
    TEXT,
    alarm,
    of_client,
    safety,
    screen,
)
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
from bot.guidance.scoring import Marked, Score, judged, score
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
        return await asyncio.to_thread(self._ask, text, shown)

    async def ask_pair(self, exchange: Exchange, *, shown: Sequence[str] = ()) -> Answer:
        """Answer for a client's line and a draft given apart; either may be missing or blank."""
        exchange = Exchange(_given(exchange.client), _given(exchange.reply))
        sides = [side for side in (exchange.client, exchange.reply) if side]
        if any(len(side) > LONGEST for side in sides):
            return _other(Intent.TOO_LONG)
        # One side may be three dots or a shrug: what cannot be read is judged over both together.
        reason = triage(" \n".join(sides)[:LONGEST])
        return await asyncio.to_thread(self._answer, exchange, shown, reason)

    async def score(self, marked: Sequence[Marked]) -> tuple[Score, int]:
        """Read pairs that people marked; return the figures, and how many the gate took."""
        answers = [(one, await self.ask_pair(one.exchange)) for one in marked]
        read_ones = [judged(one, said.reading) for one, said in answers if said.reading]
        return score(read_ones), sum(said.kind is Kind.SAFETY for _, said in answers)

    async def concern(self, text: str) -> str | None:
        """Return the danger that a reflection of any length may speak of, or ``None``."""
        return await asyncio.to_thread(self._concern, text)

    def _concern(self, text: str) -> str | None:
        found = self._find_encoder()
        concerns = found.concerns(text) if found else None
        return alarm(screen(text), concerns, REFLECTION, is_short=_is_short(text))

    def _ask(self, text: str, shown: Sequence[str]) -> Answer:
        found = self._find_encoder()
        heard = found.heard(text) if found else None
        understood = understand(text, heard)
        if isinstance(understood, Intent):
            # What is no speech about a client frightens the encoder for nothing: a bare id did.
            listened = heard if understood is Intent.UNKNOWN else None
            concern = alarm(screen(text), _worst(found, listened, text), is_short=_is_short(text))
            return _safe(_NOBODY, concern) if concern else _other(understood)
        concern = alarm(screen(text), _worst(found, heard, text), is_short=_is_short(text))
        concern = concern or _told_besides(found, text, understood)
        return _safe(understood, concern) if concern else self._answer(understood, shown)

    def _answer(
        self, exchange: Exchange, shown: Sequence[str], reason: Intent | None = None
    ) -> Answer:
        """Answer for an exchange, the gate first; ``reason`` is why it cannot be read, if so."""
        found = self._find_encoder()
        opinion = found.opinion(exchange.client or "", exchange.reply or "") if found else None
        sides = (exchange.client or "", exchange.reply or "")
        ears = PAIR if all(sides) else TEXT
        heard = _worst(found, opinion, *sides)
        if heard and not exchange.reply:
            heard = of_client(heard)
        concern = alarm(_screened(exchange), heard, ears, is_short=_is_short(*sides))
        if concern:
            return _safe(exchange, concern)
        if reason:
            return _other(reason)
        reading, drafted = read(exchange, opinion), exchange.reply is not None
        source = _text("source", reading, drafted=drafted)
        return Answer(
            Kind.PHRASE,
            exchange,
            reading=reading,
            pulls=None if drafted else _pulls(reading.bid),
            hint=_text("hint", reading, drafted=drafted),
            alternatives=_alternatives(exchange, reading.bid, found, shown),
            source=source if opinion else f"{RULES_ALONE} {source}",
        )


def _is_short(*texts: str) -> bool:
    return sum(len(text.split()) for text in texts) <= SHORT


def _given(side: str | None) -> str | None:
    return side.strip() or None if side else None


def _worst(
    found: Encoder | None, whole: Heard | Opinion | None, *texts: str
) -> dict[str, float] | None:
    """Return the most alarming of what was heard in the whole and in the parts of long texts."""
    if found is None or whole is None:
        return None
    parts = [found.concerns(text) for text in texts if len(text) > PART]
    return min([whole.concerns, *parts], key=lambda concerns: concerns[NONE])


def _alternatives(
    exchange: Exchange, bid: Bid | None, found: Encoder | None, shown: Sequence[str]
) -> tuple[str, ...]:
    """Return lines that fit what the client said, or where that is not known, its pull."""
    client = exchange.client
    if found is None or client is None:
        return for_pull(exchange, bid, shown)
    return fitting(exchange, found.fitting(client), shown, _attuned_to(client, found))


def _attuned_to(client: str, found: Encoder) -> Callable[[str], bool]:
    """Return how to tell whether a line is attuned beside the client's words, and no alarm."""
    concern = screen(client, Side.CLIENT)

    def is_attuned(line: str) -> bool:
        opinion = found.opinion(client, line)
        if alarm(concern or screen(line, Side.REPLY), opinion.concerns, PAIR):
            return False
        return read(Exchange(client, line), opinion).stance is Stance.ATTUNED

    return is_attuned


def _told_besides(found: Encoder | None, text: str, exchange: Exchange) -> str | None:
    """Return the danger that somebody tells of around the words of client and draft.

    The encoder has learned that a question about a phrasing is no danger, whatever stands around
    it; so where a rule hears some in what is left, that is read by itself. That the clinicians
    themselves are in danger is believed at once: in 828 messages of former sets no rule erred.
    """
    rest = text
    for side in (exchange.client, exchange.reply):
        before, said, after = rest.rpartition(side or "\0")
        rest = f"{before} {after}" if said else rest
    heard = screen(rest)
    if heard is None or heard == CLINICIAN_RISK:
        return heard
    return alarm(heard, found.concerns(rest) if found else None, is_short=_is_short(rest))


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
