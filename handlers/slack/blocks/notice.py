"""A sentence in a modal of its own, where there is no other place for it."""

from handlers.slack.blocks.kit import View, escape, modal, section


def modal_with(sentence: str, title: str = "Attune") -> View:
    """Return a modal that says one thing."""
    return modal("notice", title, [section(escape(sentence))], close="Close")
