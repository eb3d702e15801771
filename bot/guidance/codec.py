"""The JSON Lines form of questions and answers (``python -m bot phrase --jsonl``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.guidance.model import Answer, Exchange


def question_from_row(row: Mapping[str, Any]) -> tuple[Any, Exchange | str]:
    """Return the identifier of a row and its question: an exchange, or the text as typed.

    Raises:
        ValueError: The row names neither ``text`` nor ``client`` or ``reply`` as strings. The
            message names the field and never its content.
    """
    for field in ("text", "client", "reply"):
        if row.get(field) is not None and not isinstance(row[field], str):
            raise ValueError(f"The field {field} is not a text.")
    if row.get("client") is not None or row.get("reply") is not None:
        return row.get("id"), Exchange(row.get("client"), row.get("reply"))
    if row.get("text") is not None:
        return row.get("id"), row["text"]
    raise ValueError("There is neither a text nor a client or reply.")


def answer_row(identifier: Any, answer: Answer) -> dict[str, Any]:
    """Return an answer as one JSON object; what the answer does not hold is null or empty."""
    reading = answer.reading
    return {
        "id": identifier,
        "kind": answer.kind.value,
        "client": answer.exchange.client,
        "reply": answer.exchange.reply,
        "stance": reading.stance.value if reading else None,
        "subtype": reading.subtype.value if reading and reading.subtype else None,
        "position": reading.position if reading else None,
        "confidence": reading.confidence if reading else None,
        "bid": reading.bid.value if reading and reading.bid else None,
        "evidence": [
            {"start": span.start, "end": span.end, "side": span.side.value}
            for span in (reading.evidence if reading else ())
        ],
        "strains": reading.strains.value if reading and reading.strains else None,
        "hint": answer.hint,
        "alternatives": list(answer.alternatives),
        "source": answer.source,
    }
