"""Finds the client's line and the clinician's draft in what people type.

Where marks are clear, the rules of ``turns`` read them and the encoder has to agree; elsewhere the
encoder tells whose words are whose. Of several exchanges pasted, the last is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.guidance.encoder import QUESTION, Heard
from bot.guidance.folding import fold, tokens
from bot.guidance.model import Exchange, Intent, Side
from bot.guidance.tagging import believes, stretches
from bot.guidance.triage import is_babble, settled, triage
from bot.guidance.turns import (
    Turn,
    asked_about,
    cited,
    clipped,
    labelled,
    lone_side,
    quoted,
    reported,
    trimmed,
    utterances,
)

_NAMING, _CUE = 2, 3
_RUNNING = re.compile(r"\w\s+$")
_INSIDE = re.compile(r"[\"“”«»\n]|\s[>→|]\s")
_NAMED = re.compile(r"^(?:cl|client|pt|patient)\s+(?:says?|said)\s+(?=\S)", re.IGNORECASE)
_READ_OUT = re.compile(
    r"(?P<opened>quote\s+)?(?P<words>.*\S)\s+unquote\W*", re.IGNORECASE | re.DOTALL
)
_OPENED = re.compile(r"\bquote\s+$", re.IGNORECASE)
_PARTING = re.compile(
    r"\n\s*(?:many |any )?(?:thanks|thank you|thoughts|ta|ty|thx|cheers)"
    r"(?: (?:so much|a lot|in advance|pls|please))*\W*$",
    re.IGNORECASE,
)
_LEAD = re.compile(r"^[^:\"']{1,30}:\s+")
_ARROW = re.compile(r"\s(?:-+>|=+>|→|⇒|//|\|)\s")


def understand(text: str, heard: Heard | None = None) -> Exchange | Intent:
    """Return the exchange that was typed, or what was meant instead.

    The sides of the exchange are the person's own words, trimmed of quotation marks. ``heard`` is
    what the encoder makes of the text; without it the rules below read alone.
    """
    reason = triage(text)
    if reason is not None:
        return reason
    command = settled(text)
    if command is not None:
        return command
    marked = _read_by(text, cited, labelled, quoted)
    told = _read_by(text, reported, asked_about)
    if heard is None:
        return marked or told or _single_line(text)
    return _agreed(text, heard, marked, told)


def _agreed(
    text: str, heard: Heard, marked: Exchange | None, told: Exchange | None
) -> Exchange | Intent:
    """Return what marks show where the encoder can believe it, else what it heard itself."""
    clear = marked if marked and _is_whole(marked) else None
    found = _found(text, heard)
    if clear and believes(text, heard, _places(text, clear)):
        return found if found and _ends_sooner(found, clear) else clear
    kind = max(heard.kinds, key=heard.kinds.__getitem__)
    if kind != QUESTION:
        return Intent(kind)
    if clear and found and (not _is_plain(found) or _is_cut_short(found, clear)):
        return clear
    if (
        marked
        and found
        and (marked == found or _is_left_open(text, marked, found))
        and believes(text, heard, _places(text, marked))
    ):
        return marked
    split = _split(text)
    if split and found and _is_all_but(found, split):
        return split
    whole = next((one for one in (found, split, marked or told) if one and _is_whole(one)), None)
    return whole or found or marked or told or _single_line(text)


def _read_by(text: str, *looks: Callable[[str], list[Turn]]) -> Exchange | None:
    """Return what the first of some ways to look finds."""
    return next((_last_exchange(turns) for look in looks if (turns := look(text))), None)


def _found(text: str, heard: Heard) -> Exchange | None:
    """Return what the encoder found."""
    spans = utterances(fold(text))
    places = {side: _snapped(place, spans) for side, place in stretches(text, heard).items()}
    if len(set(places.values())) < len(places):
        return None
    words = {side: _cut(text, start, end) for side, (start, end) in places.items()}
    client, reply = (
        _NAMED.sub("", words.get(Side.CLIENT, "")) or None,
        words.get(Side.REPLY) or None,
    )
    return Exchange(client, reply) if client or reply else None


def _snapped(place: tuple[int, int], quotations: list[tuple[int, int]]) -> tuple[int, int]:
    """Return the quotation that a stretch stands in or runs over, else the stretch."""
    start, end = place
    for begin, stop in quotations:
        shared = min(end, stop) - max(start, begin)
        if shared > 0 and 2 * shared >= end - start:
            return begin, stop
    return place


def _cut(text: str, start: int, end: int) -> str:
    """Return words without what is around them; in running speech, without "that" before them."""
    end += len(text[end:]) - len(text[end:].lstrip(".!?…"))
    if not text[end:].strip():  # thanks are for us only where they end the message
        end -= len(found[0]) if (found := _PARTING.search(text[start:end])) else 0
    runs_on = _RUNNING.search(text[:start])
    words = clipped(text[start:end]) if runs_on else trimmed(text[start:end])
    # Who dictates says the marks: "quote … unquote".
    spoken = _READ_OUT.fullmatch(words)
    if spoken and (spoken["opened"] or _OPENED.search(text[:start])):
        return spoken["words"]
    return words


def _is_plain(exchange: Exchange) -> bool:
    """Tell whether no mark stands inside what was found: then marks were not passed over."""
    return not any(_INSIDE.search(side or "") for side in (exchange.client, exchange.reply))


def _is_cut_short(found: Exchange, clear: Exchange) -> bool:
    """Tell whether what was found stands within what marks show, and ends where nothing ends."""
    return _is_within(found, clear) and not _ends_sooner(found, clear)


def _is_within(found: Exchange, clear: Exchange) -> bool:
    sides = ((found.client, clear.client), (found.reply, clear.reply))
    return all((one or "") in (whole or "") for one, whole in sides)


def _is_left_open(text: str, marked: Exchange, found: Exchange) -> bool:
    """Tell whether a pasted talk ends with the client: what was said before is no draft."""
    last = labelled(text)[-1:]
    return bool(
        last
        and last[0].side is Side.CLIENT
        and marked.reply is None
        and (found.client or text) in (marked.client or "")
        and text.find(found.reply or "") < text.rfind(found.client or "")
    )


def _is_all_but(found: Exchange, split: Exchange) -> bool:
    """Tell whether a word or two before an arrow was taken for a label ("except me -> …")."""
    one, whole = found.client or "", split.client or ""
    missing = whole.removeprefix(one).split() if one else []
    return whole.startswith(one) and 0 < len(missing) <= _NAMING and found.reply == split.reply


def _ends_sooner(found: Exchange, clear: Exchange) -> bool:
    """Tell whether what was found begins and ends within what marks show, where something does.

    Behind the end of a line or a quotation the rest was said to us ("feels too soft to me?"); a
    word or two before the draft name it ("proposed"), and a few before if or whether the client.
    """
    if not (_is_whole(found) and _is_within(found, clear)):
        return False
    one, other = found.client or "", found.reply or ""
    (before, _, said), (ahead, _, answered) = (
        (clear.client or "").partition(one),
        (clear.reply or "").partition(other),
    )
    if _is_ended(before, one, said) or _is_ended(ahead, other, answered):
        return True
    is_told = one.lower().startswith(("if ", "whether ")) and 0 < len(before.split()) <= _CUE
    return is_told or 0 < len(said.strip(" .!?").split()) <= _NAMING


def _is_ended(before: str, words: str, rest: str) -> bool:
    """Tell whether a line ends behind words, or the quotation that they are."""
    rest = rest.lstrip(" .!?")
    is_closed = rest.startswith('"') and rest.count('"') % 2 == 1
    is_quoted = not before and words.count('"') % 2 == 0
    if before == "'" == rest[:1]:
        return True
    return rest.startswith("\n") or (is_quoted and (is_closed or rest.startswith("”")))


def _places(text: str, exchange: Exchange) -> dict[Side, tuple[int, int]]:
    """Return where the words of an exchange stand, the last time that they do."""
    sides = {Side.CLIENT: exchange.client or "", Side.REPLY: exchange.reply or ""}
    found = {side: (text.rfind(words), words) for side, words in sides.items() if words}
    return {side: (at, at + len(words)) for side, (at, words) in found.items() if at >= 0}


def _is_whole(exchange: Exchange) -> bool:
    return bool(exchange.client and exchange.reply)


def _last_exchange(turns: list[Turn]) -> Exchange:
    """Join neighbours of one side, then take the last client line and what answers it."""
    joined: list[Turn] = []
    for turn in turns:
        if joined and joined[-1].side is turn.side:
            joined[-1] = Turn(turn.side, f"{joined[-1].text}\n{turn.text}")
        else:
            joined.append(turn)
    last = joined[-1]
    if last.side is Side.CLIENT:
        return Exchange(last.text, None)
    before = joined[-2].text if len(joined) > 1 else None
    return Exchange(before, last.text)


def _split(text: str) -> Exchange | None:
    """Read one arrow between two stretches as what leads from the client's words to the reply."""
    parts = [trimmed(part) for part in _ARROW.split(text)]
    if len(parts) != 2 or not all(parts) or "\n" in text.strip():  # noqa: PLR2004  two sides
        return None
    return Exchange(trimmed(_LEAD.sub("", parts[0])), parts[1])


def _single_line(text: str) -> Exchange | Intent:
    """Read two lines as an exchange, and one as whoever it sounds like."""
    for parts in (text.splitlines(), _ARROW.split(text)):
        client, *reply = [part for part in (trimmed(part) for part in parts) if part] or [""]
        if len(reply) == 1:
            return Exchange(client, reply[0])
    if (len(tokens(fold(text))) <= 1 and "?" not in text and "." not in text) or is_babble(text):
        return Intent.UNKNOWN
    words = trimmed(text)
    side = lone_side(fold(words))
    return Exchange(words, None) if side is Side.CLIENT else Exchange(None, words)
