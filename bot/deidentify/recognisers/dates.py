"""Dates more exact than a year, in the shapes people type them."""

import re
from collections.abc import Iterator

from bot.deidentify.model import Label, Tier
from bot.deidentify.page import Page
from bot.deidentify.recognisers.base import Span

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may(?! (?:be|have|not|well|need|want|come|help|feel|say|seem|also|never|still|just|leave|go|think|get|take|make|or|first|even|only)\b)|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? )"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_ORDINAL = rf"{_DAY} ?(?:st|nd|rd|th)"
_SPELLED = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|"
    r"fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth|"
    r"(?:twenty|thirty)[- ](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth))"
)
_YEAR = r"(?:,? ?(?:'\d\d\b|(?:19|20)\d\d\b))"
_NUMERIC_YEAR = r"(?:(?:19|20)?\d\d)"
_UNIT = r"(?! ?(?:%|percent|times?|sessions?|mins?\b|minutes?|hours?|hrs?\b|people|points?|or |more|weeks?|days?))"

_PATTERNS = [
    # 4 March, the 22nd of November 2024, Sunday 14th June, 3-Jan-24
    rf"{_WEEKDAY}?(?:the )?\b(?:{_ORDINAL}|{_DAY})(?: of)?[ .-]?{_MONTH}(?:-\d\d(?:\d\d)?\b|{_YEAR})?",
    rf"{_WEEKDAY}?(?:the )?\b{_SPELLED}(?: day)? of {_MONTH}{_YEAR}?",
    # March 4, October 31st 2019, Feb the 3rd, March fourth
    rf"{_WEEKDAY}?\b{_MONTH}[ -]?(?:the )?(?:{_ORDINAL}|{_DAY})\b(?![:/.]\d){_UNIT}{_YEAR}?",
    rf"{_WEEKDAY}?\b{_MONTH} (?:the )?{_SPELLED}\b{_YEAR}?",
    # Oct 2009, October '09, March of 2020
    rf"\b{_MONTH}(?: of|,)? ?(?:'\d\d\b|(?:19|20)\d\d\b)",
    # Tuesday the 4th, Tues 4th, Monday (12th)
    rf"\b{_WEEKDAY}(?:(?:the |\()?{_ORDINAL}|the {_SPELLED})\b",
    # on the 14th; not "the 3rd session"
    rf"\b(?:on|by|until|till|since|from|before|after|around|born|due)(?: this)? (?P<inner>(?:the )?{_ORDINAL})\b"
    r"(?= ?(?:$|[.,;:!?)\n-]| (?:and|at|with|she|he|they|we|i|it|but|because|for|to|when|who|last|this|next|in|of)\b))",
    # 12/03/1987, 3.4.24, 2024-03-11, 2024/3/11, 12 03 1987
    rf"(?<![\d./-])(?:{_DAY}|1[0-2])[/.-](?:{_DAY}|1[0-2])[/.-]{_NUMERIC_YEAR}(?![\d/-])",
    r"(?<![\d./-])(?:19|20)\d\d([/.-])(?:0?[1-9]|1[0-2])[/.-](?:0?[1-9]|[12]\d|3[01])(?:t\d\d:\d\d(?::\d\d)?z?)?(?![\d/-])",
    r"(?<![\d./-])(?:0[1-9]|[12]\d|3[01]) (?:0[1-9]|1[0-2]) (?:19|20)\d\d\b",
    # 03/2019; dob 120387; on 12/03, w/c 4/11, Tues 4/3
    r"(?<![\d./-])(?:0?[1-9]|1[0-2])/(?:19|20)\d\d\b",
    r"\b(?:dob|d\.o\.b\.?|born(?: on)?|birth ?day|birthdate|date of birth)(?: is| was|:)? {0,2}(?P<birth>\d[\d ./-]{3,10}\d)\b",
    rf"(?:\b(?:on|since|until|till|by|before|after|dated?|due|w/?c|wc|w/e|seen)|{_WEEKDAY.replace('? )', '?)')})"
    r":? {1,2}\(?(?P<short>(?:0?[1-9]|[12]\d|3[01])[/.](?:0?[1-9]|[12]\d|3[01]))(?![\d/%]|\.\d| ?(?:of|times|hours?|hrs|mins?|on|points?|stars?|sessions?|mg)\b)",
    r"(?:^|[.!?\n] ?)(?P<short>(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01]))(?= (?:was|is|will|she|he|they|i|session|saw)\b)",
    # days with a name of their own
    r"\b(?:christmas (?:eve|day)|boxing day|new year'?s (?:eve|day)|good friday|easter "
    r"(?:sunday|monday)|st\.? patrick'?s day|bonfire night|guy fawkes night|thanksgiving day|independence day|"
    r"anzac day|australia day|canada day|labou?r day|memorial day)\b(?:,? (?:19|20)\d\d)?",
]
_UNSURE = [
    rf"\b(?:of|for|and|to)(?: this)? (?P<inner>(?:the )?{_ORDINAL})\b(?= ?(?:$|[.,;:!?)\n-]))",
    rf"\b(?:from|for|last|session|and|to|saw|the) (?P<short>{_DAY}[/.]{_DAY})(?![\d/%]|\.\d| ?(?:of|times|hours?|hrs|mins?|points?|stars?|mg)\b)",
    rf"\b{_WEEKDAY}{_SPELLED}\b(?! (?:thing|session|time|hour))",
    rf"\b{_WEEKDAY}{_DAY}\b(?! ?[:/.-]?\d| ?(?:am|pm|o'clock|times|sessions?|mins?|minutes?|hours?|clients?|people|weeks?)\b)",
    r"\b(?:christmas|easter|xmas|new year'?s?|thanksgiving|ramadan|eid|diwali|spring|summer|autumn|fall|winter),? (?:of )?(?:19|20)\d\d\b",
    rf"(?<![\w/.])(?P<short>{_DAY}/{_DAY})(?![\d/%\w])",
]
_COMPILED = [(re.compile(p), Tier.REDACT) for p in _PATTERNS] + [
    (re.compile(p), Tier.ASK) for p in _UNSURE
]
_GROUPS = ("inner", "birth", "short")


def find(page: Page) -> Iterator[Span]:
    """Yield dates; years and months alone stay, as the Safe Harbor rule allows."""
    text = page.lower
    for pattern, tier in _COMPILED:
        group: str | int = next((g for g in _GROUPS if g in pattern.groupindex), 0)
        for match in pattern.finditer(text):
            start, end = match.span(group)
            if group == "short" and _score(text[start:end], unsure=tier is Tier.ASK):
                continue
            while text[start] == " ":
                start += 1
            yield Span(start, end, Label.DATE, tier)


def _score(short: str, *, unsure: bool) -> bool:
    """Whether "7/10" or "24/7" is a score or a saying rather than a day and month."""
    first, second = map(int, re.split("[/.]", short))
    if short in {"24/7", "50/50", "9/11"} or second in {10, 100}:
        return True
    # "3/4" may be a share; "14/3" can only be a date.
    return unsure and (first <= second or min(first, second) > 12)  # noqa: PLR2004  # months
