"""What chat brings along: Slack's escapes, mentions, links, e-mail, handles."""

import re
from collections.abc import Iterator

from bot.deidentify.lexicon import lexicon
from bot.deidentify.model import Label
from bot.deidentify.page import Page
from bot.deidentify.recognisers.base import Span

_ESCAPE = re.compile(r"<(?P<kind>[@#!]|mailto:|tel:|https?://|slack://)[^<>\n]{0,2000}>?")
_KINDS = {"@": Label.HANDLE, "#": Label.HANDLE, "mailto:": Label.EMAIL, "tel:": Label.PHONE}
_EMAIL = re.compile(
    r"(?<![\w.+%@-])[\w.+%-]{1,64} ?(?:@|\(at\)|\[at\]) ?[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}(?=\W|$)"
)
_SPELLED_EMAIL = re.compile(r"\b[\w.+-]{1,40} at [\w-]{1,40} dot [a-z]{2,6}(?: dot [a-z]{2,3})?\b")
_LINK = re.compile(r"\b(?:https?://|ftp://|www\.)[^\s<>\"'\u00a4]{1,2000}", re.IGNORECASE)
_TLD = (
    r"com|org|net|edu|gov|mil|info|biz|io|app|dev|blog|online|site|shop|club|tv|uk|co\.uk|org\.uk|ac\.uk|nhs\.uk|gov\.uk|"
    r"com\.au|net\.au|org\.au|edu\.au|gov\.au|au|ca|nz|co\.nz|ie|de|fr|nl|eu|es|pl|se|dk|fi|ch|ru|jp|br|xyz"
)
_DOMAIN = re.compile(
    rf"(?<![\w@.-])(?:[a-z0-9-]{{1,63}}\.){{1,4}}(?:{_TLD})\b(?:/[^\s<>\"']{{0,2000}})?(?![\w@])"
)
_PATH = re.compile(r"(?<![\w@.-])(?:[a-z0-9-]{2,63}\.){1,3}[a-z]{2,5}/[^\s<>\"']{1,2000}")
_MENTION = re.compile(r"(?<![\w@.])@[\w][\w.-]{0,60}")
_FORUM = re.compile(r"(?<![\w/])/?(?:u|user)/[\w-]{2,40}|(?<!\w)[\w.]{2,32}#\d{4}(?!\d)")
_PLACES = (
    r"insta(?:gram)?|ig|snap(?:chat)?|tiktok|tik tok|twitter|facebook|fb|discord|telegram|whatsapp|reddit|tumblr|twitch|"
    r"youtube|yt|linkedin|steam|psn|xbox(?: live)?|gamertag|kik|threads|bluesky|mastodon|onlyfans|bereal|skype|signal|"
    r"soundcloud|bandcamp|pinterest|vinted|etsy|ebay|strava|hinge|bumble|tinder|grindr|venmo|cashapp|paypal|user ?name|handle|screen ?name|login|user|profile"
)
_NAMED = re.compile(
    rf"\b(?:{_PLACES})(?: (?:handle|name|user ?name|account|id|profile|page|user|tag|is|as|under|called|at|@))*(?P<colon>[:=]|,? ?\()? {{0,2}}['\"]?(?P<handle>[a-z0-9_][\w.-]{{2,40}})"
)


def find(page: Page) -> Iterator[Span]:
    """Yield escapes, links, addresses and handles."""
    for match in _ESCAPE.finditer(page.text):
        yield Span(*match.span(), _KINDS.get(match["kind"], Label.URL))
    for match in _EMAIL.finditer(page.text):
        if match[0].strip("@"):
            yield Span(*match.span(), Label.EMAIL)
    for match in _SPELLED_EMAIL.finditer(page.lower):
        yield Span(*match.span(), Label.EMAIL)
    for pattern in (_LINK, _DOMAIN, _PATH):
        for match in pattern.finditer(page.lower):
            end = match.start() + len(match[0].rstrip(".,;:!?)'"))
            yield Span(match.start(), end, Label.URL)
    yield from _handles(page)


def _handles(page: Page) -> Iterator[Span]:
    for pattern in (_MENTION, _FORUM):
        for match in pattern.finditer(page.text):
            end = match.start() + len(match[0].rstrip(".-"))
            if end - match.start() > 1:
                yield Span(match.start(), end, Label.HANDLE)
    for match in _NAMED.finditer(page.lower):
        handle = match["handle"].rstrip(".-")
        if _handle_like(handle, announced=bool(match["colon"])):
            start = match.start("handle")
            yield Span(start, start + len(handle), Label.HANDLE)


def _handle_like(handle: str, *, announced: bool) -> bool:
    if any(c in "_0123456789" for c in handle) or "." in handle:
        return not handle.replace(".", "").isdigit()
    return announced and not lexicon().is_word(handle)
