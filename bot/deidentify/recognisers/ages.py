"""Ages: over 89 becomes "90+", younger ones a decade."""

import re
from collections.abc import Iterator

from bot.deidentify.lexicon import lexicon, terms
from bot.deidentify.model import Label
from bot.deidentify.page import Page
from bot.deidentify.recognisers.base import Span

OLDEST = 89
"""45 CFR 164.514(b)(2)(i)(C): ages over 89 must not be told apart."""

_UNITS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_TEENS = [
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_SPELLED = {
    **{w: i for i, w in enumerate(_UNITS, 1)},
    **{w: i for i, w in enumerate(_TEENS, 10)},
    **{w: 10 * i for i, w in enumerate(_TENS, 2)},
    **{
        f"{t}{s}{u}": 10 * i + j
        for i, t in enumerate(_TENS, 2)
        for j, u in enumerate(_UNITS, 1)
        for s in "- "
    },
    **{f"{h} hundred{a}": 100 for h in ("a", "one") for a in ("",)},
    **{f"{h} hundred and {u}": 100 + j for h in ("a", "one") for j, u in enumerate(_UNITS, 1)},
}
_WORDS = "|".join(sorted(_SPELLED, key=lambda w: (-len(w), w)))
_AGE = rf"(?<![\d.£$€/:-])(?:1[01]\d|\d{{1,2}}|(?<![\w-])(?:{_WORDS})(?![\w]))"
_OLD = (
    r"[- ]?(?:years?|yrs?|y|months?|mo)[- /.]?(?:olds?|o)\b|[- ]?yo\b|[- ]?y\.o\.?|[- ]?yr[- ]?old"
)
_KIN = (
    r"(?:mum|mom|mother|dad|father|gran|nan|grandma|grandpa|grandmother|grandfather|granddad|"
    r"grandson|granddaughter|aunt|uncle|husband|wife|partner|son|daughter|brother|sister|twin|"
    r"baby|boy|girl|kid|man|woman|lad|teen|niece|nephew|cousin|friend|client|pt|patient)"
)
_COUNTED = (
    r"(?! ?(?:%|percent|minutes?|mins?|hours?|hrs?|weeks?|wks?|sessions?|times|points?|people|pounds|"
    r"years?(?! old)|months?(?! old)|days?|out of|of the|/))"
)
_THEN = (
    r"(?= ?(?:$|[.,;!?)\n]|(?:and|but|with|years? (?:old|young)|yo|so|now|today|this|next|tomorrow|"
    r"when|her|his|he|she|they|i|we|in|at|going|soon)\b))"
)
_SOON = r"(?:only |just |now |already |about |nearly |almost |about to be |going to be |barely |maybe )?"
_MORE = rf"(?:(?:,| and| &|/|-| to) ?(?P<more>{_AGE}))?"
_PATTERNS = tuple(
    re.compile(p)
    for p in (
        rf"(?P<age>{_AGE})(?:{_OLD})",
        rf"\b(?:aged?|ages|age of|age:|is now|just turned|turn(?:s|ed|ing)) (?:is )?(?P<age>{_AGE}){_MORE}{_COUNTED}",
        rf"\b(?:she|he|they|who|{_KIN})(?: is|'s| was| are|'re| were) {_SOON}(?P<age>{_AGE}){_THEN}{_COUNTED}",
        rf"\b(?:s?hes|i'm|i am) {_SOON}(?P<age>{_AGE}){_THEN}{_COUNTED}",
        rf"\b(?P<who>[^\W\d_]{{2,20}})(?: is|'s| was) {_SOON}(?P<age>{_AGE}){_THEN}{_COUNTED}",
        rf"\b(?P<who>[^\W\d_]{{2,20}}),? ?\((?P<age>{_AGE})(?:[mf]|,[^)]{{0,40}})?\)",
        rf"\b(?P<who>[^\W\d_]{{2,20}}), (?P<age>{_AGE})(?=[,.;)]| and\b|$){_COUNTED}",
        rf"\b(?:kids?|children|boys|girls|twins|sons|daughters|grandkids|teens)[^.\n]{{0,12}}?(?:,|\() ?"
        rf"(?P<age>{_AGE}){_MORE}(?=[\s.,;)!?]|$){_COUNTED}",
        rf"\b(?:her|his|their|my|'s|a) (?P<age>{_AGE})(?:st|nd|rd|th)? birthday\b",
        rf"\b(?P<age>ninety[- ](?:{'|'.join(_UNITS)}))\b{_COUNTED}",
        rf"\bborn (?P<age>{_AGE}) years ago\b",
    )
)
_SEXED = re.compile(r"(?<![\w.])(?P<age>[1-9]\d)(?:[MF]|yof|yom)\b(?! ?/)")


def years(words: str) -> int | None:
    """Return the number that an age's words give, or None."""
    match = re.match(rf"(\d{{1,3}})|({_WORDS})", words.strip().lower())
    if match is None:
        return None
    return int(match[1]) if match[1] else _SPELLED[match[2]]


def find(page: Page) -> Iterator[Span]:
    """Yield ages: the number alone, because the words around it tell nothing."""
    for match in _SEXED.finditer(page.text):
        yield from _age(match, "age")
    for pattern in _PATTERNS:
        for match in pattern.finditer(page.lower):
            if "who" in pattern.groupindex and not _person(page, match.start("who")):
                continue
            for group in ("age", "more"):
                if group in pattern.groupindex and match[group]:
                    yield from _age(match, group)


def _person(page: Page, start: int) -> bool:
    """Whether the word at an offset names a person: "Ffion (17)", not "PHQ (17)"."""
    word = page.at(start)
    if word is None or word.low in lexicon().allowed or word.upper:
        return False
    if word.low in terms("people", "kin") or word.low in terms("people", "client"):
        return True
    named = lexicon().is_name(word.low) or not lexicon().is_word(word.low)
    return named or (word.cap and word.low in lexicon().ambiguous)


def _age(match: re.Match[str], group: str) -> Iterator[Span]:
    number = years(match[group])
    if number is not None:
        label = Label.AGE if number <= OLDEST else Label.AGE_OVER_89
        yield Span(*match.span(group), label)
