"""Numbers that point at one person: phones, records, insurance, cards, codes.

Digits in a row of seven or more are hidden whatever they are; shorter ones and codes with
letters need a cue word, which stands inside the pattern because a blank pipeline has no context.
"""

import re
from collections.abc import Iterator

from bot.deidentify.lexicon import lexicon
from bot.deidentify.model import Label
from bot.deidentify.page import Page
from bot.deidentify.recognisers.base import Span

_LONG = re.compile(
    r"(?<![\w.,£$€-])(?:\+|\(\+?)?\d(?:[ ().\-/]{0,3}\d){6,24}(?:(?: ?(?:x|ext\.?|extension) ?)\d{1,6})?(?![\w])"
)
_PHONE_CUE = re.compile(
    r"\b(?:call|phone|ring|rang|mobile|mob|cell|tel|telephone|fax|text|sms|whatsapp|number|voicemail|landline|reach|"
    r"contact|from|on|at)\b[^\d\n]{0,25}$"
)
_CUES = (
    r"(?:mrn|nhs|ssn|nino|ni|national insurance|social security|social|medicare|medicaid|chart|file|case|record|patient|client|"
    r"policy|insurance|insurer|member(?:ship)?|subscriber|group|plan|claim|account|acct|a/c|sort code|iban|routing|licen[cs]e|"
    r"passport|student|staff|employee|payroll|badge|badge|prisoner|inmate|service|visa|permit|docket|court|reference|ref|"
    r"referral|invoice|booking|tracking|serial|device|imei|pacemaker|id|i\.d\.|pin|passcode|password|code|number|no\.|num|nr|"
    r"ticket|locker|room|ward|bed|dva|tfn|abn|crn|ihi|npi|dea|vin|hospital|unit|pesel|bsn|insee|steuer-?id|dni|nie|cpf|aadhaar|pan)"
)
_CODE = r"[a-z]{0,6}[-/. ]?\d[a-z0-9]{0,12}(?:[-/. ]?[a-z]{0,3}\d[a-z0-9]{0,10}){0,5}|[a-z]{1,6}\d[a-z0-9-]{1,14}"
_CUED = re.compile(
    rf"\b{_CUES}(?: (?:id|number|no|num|code|card|file|record|ref|reference))?\.?(?: (?:is|was|ends?(?: in| with)?|ending(?: in)?))?[:=]? ?#? ?"
    rf"(?P<code>{_CODE})(?![a-z0-9])"
)
_HASH = re.compile(r"(?<![\w&/])#\s?(?P<code>[a-z]{0,4}-?\d[\da-z-]{2,20})\b")
_ENDING = re.compile(
    r"\b(?:ending(?: in| with)?|ends(?: in| with)?|last (?:four|4)(?: digits)?(?: are| is|:)?) (?P<code>\d{3,6})\b"
)
# Letters and digits mixed: XQ-4471-882-90, s1932847, QQ 12 34 56 C, AB123456.
_MIXED = re.compile(
    r"(?<![\w@/.#-])(?=[A-Za-z0-9-]{0,24}\d[A-Za-z0-9-]{0,24}\d)(?=[0-9-]{0,24}[A-Za-z])[A-Za-z0-9]{1,14}(?:-[A-Za-z0-9]{1,14}){0,6}(?![\w@-])"
)
_NINO = re.compile(r"(?<!\w)[A-Za-z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-Da-d](?!\w)")
_HARMLESS = re.compile(
    r"(?:phq|gad|wai|pcl|ies|oq|core|dass|covid|dsm|icd|mbi|f|z|cd|gcse|k|h|a|b|g|co|y|wk|wks|week|session|s|ep|hrsd|ham|bdi|bai|madrs|ybocs|y-bocs|aq|asrs|mdq|cage|audit|step|"
    r"web|mp|ps|x|v|t|r|p|q|c|m|mk)-?\d{1,3}(?:\.\d+)?(?:-[a-z]{1,3})?|"
    r"\d{1,4}(?:st|nd|rd|th|s|mg|ml|kg|lb|lbs|min|mins|m|hr|hrs|h|k|am|pm|p|%|x|yo|y|yr|yrs|wk|wks|d|w|cm|ft|gb|mb|mcg|g|st|nd|ish|mth|mths|months?|weeks?|days?|hours?|years?|f|cal|kcal|bpm|ii)"
    r"|\d{1,2}(?:-| ?to ?)\d{1,2}(?:am|pm|mins?|hrs?|yo)|[a-z]+-\d{1,2}|\d{1,3}-[a-z]+(?:-[a-z]+){0,3}|(?:19|20)\d\ds?(?:-[a-z]+)?|\d{1,2}(?:am|pm)-\d{1,2}(?:am|pm)|"
    r"\d{1,2}x\d{1,2}|\d{1,3}-\d{1,3}(?:mg|ml|min|mins|am|pm|kg)|[a-z]+\d{1,2}"
)


def find(page: Page) -> Iterator[Span]:
    """Yield numbers and codes that point at one person, phones told apart."""
    for match in _LONG.finditer(page.text):
        yield Span(*match.span(), _kind(page.lower, match))
    for pattern in (_CUED, _HASH, _ENDING):
        for match in pattern.finditer(page.lower):
            if _telling(match["code"], cued=True):
                yield Span(*match.span("code"), Label.ID_NUMBER)
    for match in _NINO.finditer(page.text):
        yield Span(*match.span(), Label.ID_NUMBER)
    for match in _MIXED.finditer(page.text):
        if _telling(match[0].lower(), cued=False):
            yield Span(*match.span(), Label.ID_NUMBER)


def _kind(text: str, match: re.Match[str]) -> Label:
    before = text[max(0, match.start() - 40) : match.start()]
    digits = sum(map(str.isdigit, match[0]))
    dialled = match[0][0] in "+(" or (match[0][0] == "0" and digits in {10, 11})
    american = digits == 10 and re.search(r"[-. )]", match[0])  # noqa: PLR2004  # area code and number
    if re.search(rf"\b{_CUES[:-1]}|#)\D{{0,12}}$", before) and not _PHONE_CUE.search(before):
        return Label.ID_NUMBER
    return Label.PHONE if dialled or american or _PHONE_CUE.search(before) else Label.ID_NUMBER


def _telling(code: str, *, cued: bool) -> bool:
    digits = sum(map(str.isdigit, code))
    if _HARMLESS.fullmatch(code):
        return False
    parts = [p for p in re.split(r"[-/. ]", code) if p]
    if parts and parts[0] in lexicon().allowed and digits < 4:  # noqa: PLR2004  # PHQ-9, ICD-10-CM
        return False
    if cued:
        return digits >= 4 or (digits >= 3 and not code.isdigit())  # noqa: PLR2004  # "room 101" stays
    letters = sum(map(str.isalpha, code))
    return (digits >= 3 and letters >= 1 and len(code) >= 5 and letters <= 8) or digits >= 6  # noqa: PLR2004
