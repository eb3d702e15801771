"""Ages: over 89 becomes "90+", younger ones a decade."""

import re
from collections.abc import Iterator

from bot.deidentify.model import Label
from bot.deidentify.page import Page
from bot.deidentify.recognisers.base import Span

OLDEST = 89
"""45 CFR 164.514(b)(2)(i)(C): ages over 89 must not be told apart."""

_UNITS = "one two three four five six seven eight nine".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_SPELLED = {
    **{w: i for i, w in enumerate(_UNITS, 1)},
    **{w: i for i, w in enumerate(_TEENS, 10)},
    **{w: 10 * i for i, w in enumerate(_TENS, 2)},
    **{f"{t}{s}{u}": 10 * i + j for i, t in enumerate(_TENS, 2) for j, u in enumerate(_UNITS, 1) for s in "- "},
    **{f"{h} hundred{a}": 100 for h in ("a", "one") for a in ("",)},
    **{f"{h} hundred and {u}": 100 + j for h in ("a", "one") for j, u in enumerate(_UNITS, 1)},
}
_WORDS = "|".join(sorted(_SPELLED, key=lambda w: (-len(w), w)))
_AGE = rf"(?<![\d.£$€/:-])(?:1[01]\d|\d{{1,2}}|(?<![\w-])(?:{_WORDS})(?![\w]))"
_OLD = r"[- ]?(?:years?|yrs?|y|months?|mo)[- /.]?(?:olds?|o)\b|[- ]?yo\b|[- ]?y\.o\.?|[- ]?yr[- ]?old"
_PATTERNS = [
    re.compile(p)
    for p in (
        rf"(?P<age>{_AGE})(?:{_OLD})",
        rf"\b(?:aged?|ages|age of|age:|turn(?:s|ed|ing)?|is now|just turned|nearly|almost)(?: is)? (?P<age>{_AGE})"
        rf"(?:(?:,| and| &|/|-| to) ?(?P<more>{_AGE}))?(?! ?(?:%|minutes?|mins?|hours?|weeks?|sessions?|times|points?|people|months?\b(?! old)))",
        rf"\b(?:(?:she|he|they|who|client|pt|mum|mom|dad|mother|father|gran|grandma|nan|wife|husband|son|daughter|sister|brother)"
        rf"(?: is|'s| was| are|'re| were)|s?hes|i'm|i am|[a-z]{{2,20}} is) (?:only |just |now |already |about |nearly |almost |about to be |going to be )?"
        rf"(?P<age>{_AGE})(?= ?(?:$|[.,;!?)\n]|and\b|but\b|with\b|years? (?:old|young)|yo\b|so\b|now\b|today\b|this\b|next\b|tomorrow\b))",
        rf"\b(?:[a-z]{{2,20}}),? ?\((?P<age>{_AGE})(?:[mf]|,[^)]{{0,40}})?\)",
        rf"(?<![\w.])(?P<age>[1-9]\d)[ ]?(?:m|f|yof|yom|y)\b(?! ?[\w/])",
        rf"\b(?:kids?|children|boys?|girls?|twins|sons?|daughters?|grandkids|teens?)[^.\n]{{0,12}}?(?:,|\() ?(?P<age>{_AGE})"
        rf"(?: ?(?:,|and|&) ?(?P<more>{_AGE}))?(?=[\s.,;)!?]|$)(?! ?(?:minutes?|weeks?|sessions?|times|hours?))",
        rf"\b(?:her|his|their|my|'s) (?P<age>{_AGE})(?:st|nd|rd|th)? birthday\b",
        rf"\b(?:her|his|their|my|'s|a) (?P<age>\d{{1,3}})(?:st|nd|rd|th) (?:birthday|year)\b",
        r"\b(?P<age>ninety[- ](?:one|two|three|four|five|six|seven|eight|nine))\b(?! ?(?:%|percent|minutes?|hours?|sessions?|times|pounds|points))",
        r"\b(?:mum|mom|mother|dad|father|gran|nan|grandma|grandpa|grandmother|grandfather|granddad|aunt|uncle|husband|wife|son|daughter|brother|sister)"
        rf"(?: [a-z]{{2,20}})?, (?P<age>{_AGE})(?=[,.;)])",
        rf"\bborn (?P<age>{_AGE}) years ago\b",
    )
]


def years(words: str) -> int | None:
    """Return the number that an age's words give, or None."""
    match = re.match(rf"(\d{{1,3}})|({_WORDS})", words.strip().lower())
    if match is None:
        return None
    return int(match[1]) if match[1] else _SPELLED[match[2]]


def find(page: Page) -> Iterator[Span]:
    """Yield ages (the number, with its "years old" where a number stands before it)."""
    for pattern in _PATTERNS:
        for match in pattern.finditer(page.lower):
            for group in ("age", "more"):
                if group in pattern.groupindex and match[group]:
                    yield from _age(match, group)


def _age(match: re.Match[str], group: str) -> Iterator[Span]:
    number = years(match[group])
    if number is None:
        return
    label = Label.AGE if number <= OLDEST else Label.AGE_OVER_89
    yield Span(*match.span(group), label)
