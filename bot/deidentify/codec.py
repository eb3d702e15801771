"""The shape of a review in JSON Lines."""

from typing import Any

from bot.deidentify.model import Review


def review_row(id: str | int | None, text: str, review: Review) -> dict[str, Any]:  # noqa: A002  # the field's name
    """Return one output row: the text with placeholders, and spans into ``text`` as given.

    Offsets count Python characters (Unicode code points). A span that would not lie inside
    ``text`` raises ``ValueError``.
    """
    if any(not 0 <= f.start < f.end <= len(text) for f in review.findings):
        raise ValueError("the review belongs to another text")
    spans = [
        {"start": f.start, "end": f.end, "label": f.label.value, "tier": f.tier.value}
        for f in review.findings
    ]
    return {"id": id, "text": review.text, "spans": spans}
