"""People written as initials: "J.", "A.B.", "client R", "JM said", "w/ TK"."""

import re
from collections.abc import Iterator

from bot.deidentify.lexicon import lexicon, terms
from bot.deidentify.model import Label, Tier
from bot.deidentify.page import Page, Word
from bot.deidentify.recognisers import cues
from bot.deidentify.recognisers.base import Span

_DOTTED = re.compile(
    r"(?<![\w.@/])[A-Z]\.(?: ?[A-Z]\.){1,3}(?![a-z])|(?<![\w.@/])[a-z]\.[a-z]\.(?:[a-z]\.)?(?!\w)|(?<![\w.@/'-])[A-Z]\.(?=[^\w.]|$)"
)
_LONGEST = 3
# "plan B.", "vitamin C.", "cluster B.": the letter belongs to the word before.
_LETTERED = frozenset(
    [
        "plan",
        "option",
        "type",
        "vitamin",
        "hepatitis",
        "step",
        "part",
        "grade",
        "level",
        "chapter",
        "category",
        "group",
        "team",
        "room",
        "appendix",
        "section",
        "cluster",
        "criterion",
        "axis",
        "exhibit",
        "point",
        "figure",
        "table",
        "item",
        "question",
        "version",
        "schedule",
        "class",
        "unit",
        "block",
        "ward",
        "form",
        "hep",
        "strep",
        "t",
        "x",
        "gen",
        "u",
        "model",
        "phase",
        "stage",
        "track",
        "list",
        "side",
        "letter",
        "an",
        "a",
        "capital",
    ]
)
_SPEAKERS = frozenset("tcpqa")
_ABBREVIATIONS = frozenset(["am", "pm", "ie", "eg", "dob", "ps", "yo", "us", "uk"])
_SHORTHAND = frozenset("urnykx")
_NOT_PEOPLE = frozenset({"i", "a"})


def find(page: Page) -> Iterator[Span]:
    """Yield single letters and short groups of capitals that stand for a person."""
    for match in _DOTTED.finditer(page.text):
        yield from _dotted(page, match)
    for word in page.words:
        size = len(word.text)
        if size == 1:
            tier = _letter(page, word)
        elif size <= _LONGEST and (word.upper or page.shouting):
            tier = _group(page, word)
        elif size <= _LONGEST and not word.cap:
            tier = _lower_group(page, word)
        else:
            continue
        if tier is not None:
            yield Span(word.start, word.end, Label.NAME, tier)


def _dotted(page: Page, match: re.Match[str]) -> Iterator[Span]:
    word = page.at(match.start())
    if word is None or _lettered(page, word):
        return
    abbreviation = match[0].replace(".", "").replace(" ", "").lower()
    if len(abbreviation) > 1:
        lower = match[0].islower() and not (cues.client(page, word) or cues.toward(page, word))
        if (
            abbreviation not in lexicon().allowed
            and abbreviation not in _ABBREVIATIONS
            and not lower
        ):
            yield Span(*match.span(), Label.NAME)
        return
    if abbreviation == "i" and not cues.client(page, word):
        return
    yield Span(*match.span(), Label.NAME)


def _lettered(page: Page, word: Word) -> bool:
    before = cues.linked_before(page, word)
    return before is not None and before.low in _LETTERED


def _letter(page: Page, word: Word) -> Tier | None:
    low, capital = word.low, word.text.isupper()
    if _lettered(page, word) or not low.isascii() or _contraction(page, word):
        return None
    client = cues.client(page, word)
    if low in _NOT_PEOPLE:
        return Tier.REDACT if client and capital and low != "i" and _ends(page, word) else None
    if client:
        return Tier.REDACT if low != "s" or capital else None
    if page.text[word.end : word.end + 1] == ":" and word.opens and low in _SPEAKERS:
        return None
    if _label_slash(page, word):
        return None
    if not capital and low in _SHORTHAND:
        return None
    if capital and (cues.acts(page, word) or word.ending == "'s"):
        return Tier.REDACT
    if cues.toward(page, word) and page.text[word.end : word.end + 1] not in {"/", "-", "&"}:
        return (
            Tier.REDACT
            if capital
            or low not in {"b", "c", "u", "r", "n", "y", "w", "s", "t"}
            or _with(page, word)
            else None
        )
    if capital and _joined(page, word):
        return Tier.REDACT
    return (
        Tier.REDACT
        if not capital
        and word.opens
        and cues.acts(page, word) is cues.Acts.SURELY
        and low not in "nuwk"
        else None
    )


def _with(page: Page, word: Word) -> bool:
    before = page.before(word)
    return before is not None and before.low in {"w", "with", "told", "saw", "asked", "met"}


def _contraction(page: Page, word: Word) -> bool:
    return page.text[max(0, word.start - 1) : word.start] in {"'", "@", "_"} or (
        page.text[word.end : word.end + 1] in {"_", "+", "'"} and word.ending == ""
    )


def _label_slash(page: Page, word: Word) -> bool:
    """ "w/", "s/he", "y/o", "N/A" and list points like "a)"."""
    return page.text[word.end : word.end + 1] in {"/", ")"} or (
        page.text[max(0, word.start - 1) : word.start] == "/"
        and page.text[max(0, word.start - 2) : word.start - 1].isalpha()
        and page.text[max(0, word.start - 2) : word.start - 1] not in {"w"}
    )


def _ends(page: Page, word: Word) -> bool:
    rest = page.text[word.end : word.end + 2]
    after = cues.linked_after(page, word)
    return (
        not rest.strip()
        or rest[0] in ".,;:!?)'"
        or (after is not None and cues.acts(page, word) > 0)
    )


def _joined(page: Page, word: Word) -> bool:
    """ "K and M": two single capitals joined."""
    for step in (-1, 1):
        at = word.index + 2 * step
        if 0 <= at < len(page.words) and page.words[word.index + step].low == "and":
            other = page.words[at]
            if len(other.text) == 1 and other.cap and other.low not in _NOT_PEOPLE:
                return True
    return False


def _lower_group(page: Page, word: Word) -> Tier | None:
    """ "tj missed again": no word, and it acts."""
    words = lexicon()
    if words.is_word(word.low) or word.low in words.proper or word.low in terms("people", "titles"):
        return None
    if (
        not word.low.isascii()
        or word.low in terms("ambiguous", "words")
        or word.low in terms("people", "particles")
    ):
        return None
    if cues.client(page, word):
        return Tier.REDACT
    acts = cues.acts(page, word) is cues.Acts.SURELY
    return Tier.REDACT if acts and (word.opens or cues.clause_begins(page, word)) else None


def _group(page: Page, word: Word) -> Tier | None:
    words = lexicon()
    if word.low in words.allowed or word.low in terms("people", "titles") or _lettered(page, word):
        return None
    if cues.determined(page, word) and not cues.client(page, word):
        return None
    if page.shouting and word.low in words.english_words:
        return None
    if page.shouting and not cues.client(page, word):
        return _lower_group(page, word)
    if cues.client(page, word) or cues.acts(page, word) is cues.Acts.SURELY:
        return Tier.REDACT
    if word.low in words.english_words and word.low not in words.first:
        return None
    if (
        cues.person_verb(page, word)
        or _with(page, word)
        or (len(word.text) == 2 and cues.acts(page, word))
    ):
        return Tier.REDACT
    return (
        Tier.ASK
        if len(word.text) == 2 and (cues.toward(page, word) or word.ending == "'s")
        else None
    )
