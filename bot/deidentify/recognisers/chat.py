"""What chat brings along: Slack's escapes, mentions, links, e-mail, handles."""

from collections.abc import Iterator

from bot.deidentify.lexicon import lexicon
from bot.deidentify.model import Label
from bot.deidentify.page import Page
from bot.deidentify.patterns import pattern
from bot.deidentify.recognisers.base import Span

_KINDS = {"@": Label.HANDLE, "#": Label.HANDLE, "mailto:": Label.EMAIL, "tel:": Label.PHONE}


def find(page: Page) -> Iterator[Span]:
    """Yield escapes, links, addresses and handles."""
    for match in pattern("chat", "escape").finditer(page.text):
        yield Span(*match.span(), _KINDS.get(match["kind"], Label.URL))
    for match in pattern("chat", "email").finditer(page.text):
        if match[0].strip("@"):
            yield Span(*match.span(), Label.EMAIL)
    for match in pattern("chat", "spelled_email").finditer(page.lower):
        yield Span(*match.span(), Label.EMAIL)
    for key in ("link", "domain", "path", "long_path"):
        for match in pattern("chat", key).finditer(page.lower):
            end = match.start() + len(match[0].rstrip(".,;:!?)'"))
            yield Span(match.start(), end, Label.URL)
    yield from _bare_links(page)
    yield from _handles(page)


def _bare_links(page: Page) -> Iterator[Span]:
    """As in "thegreyherons.bandcamp.example", not "sad.angry.tired" without its blanks."""
    for match in pattern("chat", "hosts").finditer(page.lower):
        hosts = match["hosts"].split(".")
        if len(hosts) > 1 and not all(map(_plain_name, hosts)):
            yield Span(*match.span(), Label.URL)
    for match in pattern("chat", "loose").finditer(page.lower):
        if not _plain_name(match["name"]):
            yield Span(*match.span(), Label.URL)


def _plain_name(name: str) -> bool:
    """As in "sad.art": a stop without its blank rather than a link."""
    words = lexicon()
    return words.is_word(name) or words.is_name(name) or name.isdigit() or name in words.last


def _handles(page: Page) -> Iterator[Span]:
    for key in ("mention", "forum", "joined"):
        for match in pattern("chat", key).finditer(page.text):
            end = match.start() + len(match[0].rstrip(".-"))
            if end - match.start() > 1:
                yield Span(match.start(), end, Label.HANDLE)
    for match in pattern("chat", "named").finditer(page.lower):
        handle = match["handle"].rstrip(".-")
        if _handle_like(handle, announced=bool(match["colon"])):
            start = match.start("handle")
            yield Span(start, start + len(handle), Label.HANDLE)


def _handle_like(handle: str, *, announced: bool) -> bool:
    if any(c in "_0123456789" for c in handle) or "." in handle:
        return not handle.replace(".", "").isdigit()
    return announced and not lexicon().is_word(handle)
