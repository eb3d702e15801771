"""Every exception of Attune, on one page.

AttuneError
├── Refused                  a person can put it right; the sentence is shown in chat
│   ├── NotAllowed
│   ├── NotFound
│   ├── InvalidForm          carries one sentence per field
│   ├── WindowClosed
│   ├── AlreadyAnswered
│   ├── UnknownReceipt
│   ├── NeedsAnswer          "please check" items are still open
│   ├── NotUnderstood        a duration or date that could not be read
│   └── NotScored            a line of marked pairs that could not be read
├── DeidentificationFailed   nothing was stored; the text goes back to its writer
├── WrongText                stored text does not open with any key that we hold
├── Unavailable              passing trouble; the same thing may work later
│   ├── StorageUnavailable
│   ├── DiskFull
│   └── ChatSilent           an operator's question to the chat service stayed open
├── ChatError                what the chat service answered
│   ├── ChatLimited          asked to wait; carries the seconds
│   ├── ChatUncertain        no answer came: the message may or may not be there
│   ├── ChatFailed           an error of the service; nothing was posted
│   └── ChatRefused          permanent; carries the service's code
│       ├── MissingScope
│       ├── TokenRevoked
│       └── MemberUnreachable
└── Misconfigured            Attune cannot start or go on; printed for the operator
    ├── BadSetting
    ├── MissingKey
    ├── WrongKey
    ├── DatabaseBehind
    └── AlreadyRunning

A class's docstring is its message: what happened, what was kept, what to do. Braces are
filled from the keyword arguments, which are also kept in ``facts``. They hold ids, counts and
names of settings, never words that a person typed.
"""

from __future__ import annotations

from inspect import cleandoc
from typing import Any


class AttuneError(Exception):
    """Something went wrong in Attune. Nothing was changed."""

    def __init__(self, **facts: Any) -> None:
        """Fill the class's docstring with ``facts`` (ids, counts and names only)."""
        self.facts = facts
        super().__init__(" ".join(cleandoc(type(self).__doc__ or "").split()).format(**facts))


class Refused(AttuneError):
    """That is not possible here. Nothing was changed."""


class NotAllowed(Refused):
    """Only {who} can do that. Nothing was changed."""


class NotFound(Refused):
    """That {what} is no longer here. Nothing was changed; open Attune's Home to see what is."""


class InvalidForm(Refused):
    """Some fields need another look. Nothing was saved yet."""

    def __init__(self, **problems: str) -> None:
        """Carry one sentence per field, keyed by the field's name."""
        super().__init__(**problems)
        self.problems = problems


class WindowClosed(Refused):
    """This week's window has closed. Nothing was stored; the next check-in comes as usual."""


class AlreadyAnswered(Refused):
    """You have answered already. What you sent is kept; your receipt lets you edit or withdraw."""


class UnknownReceipt(Refused):
    """No reflection belongs to this receipt. It may have been withdrawn, or its window released."""


class NeedsAnswer(Refused):
    """{open} items still need your answer: hide or keep. Nothing was stored yet."""


class NotUnderstood(Refused):
    """That {what} could not be read. Nothing was changed; try {example}."""


class NotScored(Refused):
    """Line {line} {trouble}. Nothing was scored: put it right and run the command again."""


class DeidentificationFailed(AttuneError):
    """The text could not be checked for names, so nothing was stored. It is still in the form."""


class WrongText(AttuneError):
    """A stored text cannot be opened with the keys at hand. Nothing was changed."""


class Unavailable(AttuneError):
    """Attune cannot do that at the moment. Nothing was changed; please try again in a minute."""


class StorageUnavailable(Unavailable):
    """The database does not answer. Nothing was stored; please try again in a minute."""


class DiskFull(Unavailable):
    """The disk is full. Nothing was stored; your administrator needs to make room."""


class ChatSilent(Unavailable):
    """Slack gave no answer that can be read ({why}). Look at ATTUNE_SLACK_API_URL and the network,
    or try again in a minute.
    """


class ChatError(AttuneError):
    """The chat service did not do what was asked ({method})."""


class ChatLimited(ChatError):
    """The chat service asks to wait {seconds} s ({method}). The delivery stays planned."""


class ChatUncertain(ChatError):
    """The chat service gave no answer ({method}). The delivery is looked up before a retry."""


class ChatFailed(ChatError):
    """The chat service failed ({method}: {code}). The delivery stays planned."""


class ChatRefused(ChatError):
    """The chat service refused ({method}: {code})."""


class MissingScope(ChatRefused):
    """Attune's app lacks the scope {scope} ({method}: {code}). Add it and reinstall the app."""


class TokenRevoked(ChatRefused):
    """Slack does not take Attune's token any more, or never did ({method}: {code}). Install the
    app again.
    """


class MemberUnreachable(ChatRefused):
    """This person cannot be messaged ({method}: {code}). Nothing was sent."""


class Misconfigured(AttuneError):
    """Attune cannot start as it is set up."""


class BadSetting(Misconfigured):
    """{name} cannot be used: {why}. See docs/reference/settings.md."""


class MissingKey(Misconfigured):
    """ATTUNE_KEYS is not set, and Attune stores nothing without a key. Make one with
    `python -m bot key` and keep it where your secrets live.
    """


class WrongKey(Misconfigured):
    """None of the keys in ATTUNE_KEYS opens this database. Nothing was touched; bring back the
    key it was made with.
    """


class DatabaseBehind(Misconfigured):
    """The database is at {found}, Attune needs {wanted}. Run `python -m bot migrate`."""


class AlreadyRunning(Misconfigured):
    """Another Attune uses this database file. Stop it first, or use PostgreSQL for several."""
