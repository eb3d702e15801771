"""How people name the two speakers when they type an exchange: the patterns, compiled once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from bot.guidance.loader import knowledge, union


@dataclass(frozen=True, slots=True)
class Speech:
    """Compiled patterns of ``knowledge/speech.toml``, matched against folded text."""

    label: re.Pattern[str]
    client_said: re.Pattern[str]
    reply_said: re.Pattern[str]
    draft_asked: re.Pattern[str]
    client_asked: re.Pattern[str]
    verdict_tail: re.Pattern[str]
    cue_at_end: re.Pattern[str]
    closing_question: re.Pattern[str]
    back_reference: re.Pattern[str]
    joins_before: re.Pattern[str]
    joins_after: re.Pattern[str]
    opens_question: re.Pattern[str]
    asked_filler: re.Pattern[str]
    courtesy: re.Pattern[str]
    opens_with_client: re.Pattern[str]
    sounds_like_reply: re.Pattern[str]
    sounds_like_client: re.Pattern[str]


@cache
def speech() -> Speech:
    """Return the compiled patterns, made once."""
    table: dict[str, Any] = knowledge("speech")
    patterns = table["patterns"]
    return Speech(
        label=_label(table["client_label"], table["reply_label"]),
        client_said=re.compile(rf"\b{table['client_said']}"),
        reply_said=re.compile(rf"\b{table['reply_said']}"),
        draft_asked=union(table["draft_asked"]),
        client_asked=union(table["client_asked"]),
        verdict_tail=re.compile(table["verdict_tail"]),
        **{name: union(patterns[name]) for name in patterns},
    )


def _label(clients: list[str], replies: list[str]) -> re.Pattern[str]:
    """Compile "C:", "[Me]", "client (crying) >" and their kin; not the "me:" of "wrote me:"."""
    client, reply = (
        "|".join(sorted(labels, key=len, reverse=True)) for labels in (clients, replies)
    )
    opening = r"(?:^|(?<=[\n.!?…\"'/|;,)] )|(?<=\n)|(?<= ))[ *_>\-(\[]*"
    told = "".join(f"(?<!{verb} )" for verb in ("wrote", "told", "tells", "asked", "texted"))
    aside = r"(?: ?\([^()\n]{1,40}\))?"
    closing = r"(?:[ )*_]*(?:[:>=]+|-> | - |(?<=[a-z])- )|\])[ *_:]*"
    return re.compile(
        rf"{opening}(?:(?P<client>{client})|{told}(?P<reply>{reply})){aside}{closing}"
    )
