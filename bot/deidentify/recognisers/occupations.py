"""Occupations and facts rare enough to point at one person. Always a question."""

import re
from collections.abc import Iterator
from functools import cache

from bot.deidentify.lexicon import table, terms
from bot.deidentify.model import Label, Tier
from bot.deidentify.page import Page, Word
from bot.deidentify.patterns import pattern, patterns
from bot.deidentify.recognisers.base import Span

_LONGEST = 4
_RANK = re.compile(
    r"(?:[\w']+ )?(?:only|sole|lone|(?:second |third )?[a-z-]+est|first(?:[- ]ever)?|"
    r"last(?: remaining| surviving| living| known)?|longest[- ]serving|most) "
)
# fmt: off
_BOUNDS = frozenset([
    "alive", "anywhere", "around", "at", "ever", "for", "from", "in", "left", "of", "on",
    "that", "there", "they", "to", "who",
])
# fmt: on
_RANKED = re.compile(
    r"(?:the |an? |one of |\w+'s )?"
    r"(?:only|first|youngest|oldest|sole|last|tallest|richest|fastest)\b"
)


def find(page: Page) -> Iterator[Span]:
    """Yield telling occupations with their place, work that is stated, and "the only … in …"."""
    yield from _telling_jobs(page)
    yield from _stated_work(page)
    for key in ("only", "survivor"):
        for match in pattern("occupations", key).finditer(page.lower):
            if _telling(match[0]):
                yield Span(*match.span(), Label.RARE, Tier.ASK)
    for shape in patterns("occupations", "rare"):
        for match in shape.finditer(page.lower):
            if not set(match[0].split()) & terms("occupations", "family"):
                yield Span(*match.span(), Label.RARE, Tier.ASK)


def _telling_jobs(page: Page) -> Iterator[Span]:
    for first, last, name in _named(page):
        before = page.lower[max(0, first.start - 12) : first.start]
        if name in terms("occupations", "verbs_too") and not pattern(
            "occupations", "article"
        ).search(before):
            continue
        place = pattern("occupations", "place").match(page.text, last.end)
        end = place.end() if place else last.end
        yield Span(_ranked(page, first).start, end, Label.OCCUPATION, Tier.ASK)


def _named(page: Page) -> Iterator[tuple[Word, Word, str]]:
    """Yield the first and last word of every listed occupation, longest first, with its name."""
    at = 0
    while at < len(page.words):
        found = _longest(page, page.words[at]) if page.words[at].low in _heads() else None
        if found is not None:
            yield page.words[at], found[0], found[1]
        at = found[0].index + 1 if found else at + 1


def _longest(page: Page, word: Word) -> tuple[Word, str] | None:
    known, last, spelled = _broader(), word, ""
    best = None
    for _ in range(_LONGEST):
        spelled = f"{spelled} {last.low}".strip().replace("-", " ")
        if spelled in known:
            best = (last, spelled)
        following = page.after(last)
        if following is None or page.gap(last, following) not in {" ", "'s "}:
            break
        last = following
    return best


def _ranked(page: Page, word: Word) -> Word:
    """Take "local", "retired", "head" into the find."""
    before = page.before(word)
    if before is None or before.low not in terms("occupations", "ranks"):
        return word
    return before if page.gap(before, word) in {" ", "-"} else word


def _stated_work(page: Page) -> Iterator[Span]:
    for match in pattern("occupations", "work").finditer(page.lower):
        if match["job"].split()[-1] not in terms("occupations", "not_jobs") and _worklike(match):
            place = pattern("occupations", "place").match(page.text, match.end("job"))
            end = place.end() if place else match.end("job")
            yield Span(match.start("job"), end, Label.OCCUPATION, Tier.ASK)
    for match in pattern("occupations", "aged").finditer(page.lower):
        if match["job"].split()[-1] in _jobs():
            yield Span(*match.span("job"), Label.OCCUPATION, Tier.ASK)


def _worklike(match: re.Match[str]) -> bool:
    """As in "she is a …" needs a job; "works as a …" is one."""
    if match[0].startswith(("work", "job", "career", "trained", "qualified as", "employed")):
        return True
    return match["job"].split()[-1] in _jobs()


@cache
def _jobs() -> frozenset[str]:
    return frozenset(table("occupations")["plain"].split())


@cache
def _broader() -> dict[str, str]:
    """The listed occupations as words between single blanks, with a broader wording each."""
    listed: dict[str, str] = table("occupations")["broader"]
    return {_plain(name): wording for name, wording in listed.items()}


def _plain(name: str) -> str:
    return name.lower().replace("'s", "").replace("-", " ")


@cache
def _heads() -> frozenset[str]:
    spelled = {name.split("-", 1)[0] for name in table("occupations")["broader"]}
    heads = {_plain(name).split()[0] for name in spelled} | {name.split()[0] for name in _whole()}
    return frozenset(heads)


def _whole() -> frozenset[str]:
    return frozenset(name.lower().replace("'s", "") for name in table("occupations")["broader"])


def _telling(text: str) -> bool:
    """Whether "the only …" is about somebody, not about a session or a chance."""
    match = _RANK.match(text)
    words = text[match.end() :].split() if match else text.split()
    bounds = (i for i, w in enumerate(words) if w in _BOUNDS)
    border = next(bounds, len(words))
    noun, where = words[:border], words[border:]
    everyday, people = terms("occupations", "everyday"), terms("occupations", "people")
    if not noun or set(noun) & everyday:
        return False
    if noun[-1] not in people or len(noun) > 1:
        return True
    return bool(where) and not set(where) & (everyday | people)


def broader(words: str) -> str | None:
    """Return a broader wording for an occupation or rare fact, as typed, or None."""
    found = next((_broader()[name] for *_, name in _named(Page(words))), None)
    if found is not None:
        return found
    return "something few people do" if _RANKED.match(words.lower()) else None
