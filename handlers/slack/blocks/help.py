"""What Attune says about itself: help, greetings, its answers to requests typed in words."""

from collections.abc import Sequence
from typing import Final

from bot.messages import Section
from handlers.slack.blocks import home, kit, settings
from handlers.slack.blocks.kit import Block, View, actions, button, context, section

BLOCKS_SHOWN: Final = 40

_COMMANDS: Final = (
    ("/attune", "opens a form for what the client said and what you said, or want to say"),
    ("/attune is “you are doing so well” colluding?", "asks at once"),
    ("/attune settings", "reminders, and days when you are away"),
    ("/attune pause 2w", "no check-ins for two weeks; `/attune resume` ends it sooner"),
    ("/attune my data", "a file with everything that is kept about you"),
    ("/attune delete my data", "deletes it, after asking once more"),
    ("/attune privacy", "what is kept, what never is, and who sees what"),
)

SUMMARY: Final = (
    "I am Attune, a bot that helps with supervision. Ask me how a sentence to a client may come "
    "across, or type “settings”, “pause 2w”, “my data” or “privacy”."
)
GREETING: Final = f"Hello. {SUMMARY}"
THANKS: Final = "You are welcome."
UNKNOWN: Final = (
    "I could not tell what you would like, and nothing was kept. To ask about phrasing, type "
    "what the client said and your draft: C: “…” T: “…”. “Help” shows what else I can do."
)
RESUMED: Final = "Check-ins come again, starting with the next one. No pause or absence is left."
ERASE: Final = (
    "Shall I delete what is kept about you? Your settings, your place in teams and the record of "
    "whether you answered would go at once. Reflections that you sent carry no name, so nobody "
    "can find them, me included; with your receipt you can withdraw those whose window is open. "
    "Nothing has been deleted yet."
)
SETTINGS: Final = "Your settings open in a form of their own."
KEEPS: Final = (
    "A question about phrasing and its answer are not stored. What you type in this chat stays "
    "in the chat, which your clinic may be able to export; the form of `/attune` posts nothing."
)


def help_blocks() -> list[Block]:
    """Return what Attune can be asked for."""
    lines = "\n".join(f"• `{command}` · {does}" for command, does in _COMMANDS)
    return [
        section("I am a bot that helps with supervision. I never talk to clients."),
        section(f"*What you can ask me*\n{lines}"),
        actions(
            button("Ask how to phrase something", "phrasing.open"),
            button("Change settings", "settings.open"),
        ),
        context(
            "You can also write to me in this app's messages. In an emergency, turn to your "
            "on-call contact first; I am no substitute for a person."
        ),
    ]


def settings_offer() -> list[Block]:
    """Return the way to the settings, for chat, where no modal can be opened unasked."""
    return [section(SETTINGS), settings.change_button()]


def privacy_blocks(sections: Sequence[Section]) -> list[Block]:
    """Return the privacy receipt as a message."""
    return [*list(home.receipt(sections))[:BLOCKS_SHOWN], context(KEEPS)]


def erase_question() -> list[Block]:
    """Return the question that comes before everything about a person is deleted."""
    return [section(ERASE), actions(home.erase_button())]


def erased_blocks(sections: Sequence[Section]) -> list[Block]:
    """Return what went, and what cannot be found."""
    return list(home.receipt(sections))[:BLOCKS_SHOWN]


def erased_view(sections: Sequence[Section]) -> View:
    """Return the same as a modal."""
    return kit.modal("notice", "Deleted", erased_blocks(sections), close="Done")


def in_words(sections: Sequence[Section]) -> str:
    """Return sections as plain text, for notifications and screen readers."""
    lines = (f"{one.heading}: {' '.join(one.lines)}" for one in sections)
    return kit.clip("\n".join(lines), kit.SECTION) or "Nothing is kept about you."


def exported(name: str) -> str:
    """Return the sentence that says where the file with a person's data is."""
    return (
        f"Your data is in our private conversation, as the file {name}. It holds your settings, "
        "your teams, whether you were asked and answered, and when messages to you were due. "
        "Reflections are not in it: they carry no name, so they cannot be found. The file stays "
        "in the chat until you delete it."
    )
