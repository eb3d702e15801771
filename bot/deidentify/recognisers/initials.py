"""People written as initials: "J.", "A.B.", "client R", "JM said", "w/ TK"."""

import re
from collections.abc import Iterator

from bot.deidentify.lexicon import lexicon, terms
from bot.deidentify.model import Label, Tier
from bot.deidentify.page import Page, Word
from bot.deidentify.recognisers import cues
from bot.deidentify.recognisers.base import Span

_DOTTED = re.compile(
    r"(?<![\w.@/])[A-Z]\.(?: ?[A-Z]\.){1,3}(?![a-z])|"  # J.R.
    r"(?<![\w.@/])[a-z]\.[a-z]\.(?:[a-z]\.)?(?!\w)|"  # k.m.
    r"(?<![\w.@/'-])[A-Z]\.(?=[^\w.]|$)|"  # J.
    r"(?:(?<=\n)|(?<![^\n]))[b-hj-vx-z]\.(?= [a-z])"  # v. said
)
_LONGEST = 3
_PAIR = 2
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
_SIGNS = frozenset("xuqoky")
# fmt: off
_AFTER_A = frozenset([
    "asked", "asks", "came", "cried", "has", "is", "knows", "rang", "said", "says",
    "thinks", "told", "wants", "was",
])
# fmt: on
_ABBREVIATIONS = frozenset(["am", "pm", "ie", "eg", "dob", "ps", "yo", "us", "uk"])
_OFTEN_SHORT = frozenset("bcwst")
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
    if match[0].islower() and page.lows[word.index + 1] not in terms("people", "strong_verbs"):
        return
    yield Span(*match.span(), Label.NAME)


def _lettered(page: Page, word: Word) -> bool:
    before = cues.linked_before(page, word, frozenset({"", "-"}))
    return before is not None and before.low in _LETTERED


def _letter(page: Page, word: Word) -> Tier | None:
    low, capital = word.low, word.text.isupper()
    signs = _lettered(page, word) or _contraction(page, word) or _numbered(page, word)
    if signs or not low.isascii() or word.text == "w":  # "with", as in "call to GP w notes"
        return None
    if cues.client(page, word):
        pronoun = low == "i" or (low in _NOT_PEOPLE and not (capital and _ends(page, word)))
        return None if pronoun or (low == "s" and not capital) else Tier.REDACT
    if low == "a" and capital and _somebody_called_a(page, word):
        return Tier.REDACT
    if low in _NOT_PEOPLE or _speaker(page, word) or _label_slash(page, word):
        return None
    if _capital_letter(page, word) if capital else _small_letter(page, word):
        return Tier.REDACT
    return Tier.ASK if capital and low not in _SIGNS and not page.shouting else None


def _numbered(page: Page, word: Word) -> bool:
    """As in "F23", "65F", "3 C": a digit belongs to the letter."""
    before, after = page.text[max(0, word.start - 1) : word.start], page.text[word.end :][:1]
    return before.isdigit() or after.isdigit() or after in {"+", "#", "=", "\u00b0"}


def _somebody_called_a(page: Page, word: Word) -> bool:
    """As in "A and I", "saw A today", "A said": no article stands before those."""
    after = cues.linked_after(page, word)
    if after is None:
        return cues.toward(page, word) or cues.client(page, word)
    if after.low in {"and", "n"}:
        other = page.after(after)
        return other is not None and (other.low in {"i", "me"} or len(other.low) == 1)
    if word.opens:
        return after.low in _AFTER_A
    return cues.toward(page, word) and not lexicon().is_word(after.low)


def _speaker(page: Page, word: Word) -> bool:
    """As in "T: …" and "C: …" of a transcript."""
    return page.text[word.end : word.end + 1] == ":" and word.opens and word.low in _SPEAKERS


def _capital_letter(page: Page, word: Word) -> bool:
    if cues.acts(page, word) or word.ending == "'s" or _joined(page, word):
        return True
    return cues.toward(page, word) and _stands_alone(page, word)


def _small_letter(page: Page, word: Word) -> bool:
    if word.opens and word.low not in "wurv" and cues.acts(page, word) is cues.Acts.LIKELY:
        return True
    if word.low in _SHORTHAND:
        return False
    if word.opens and word.low != "w" and cues.acts(page, word) is cues.Acts.SURELY:
        return True
    if not cues.toward(page, word) or not _stands_alone(page, word):
        return False
    return _with(page, word) or word.low not in _OFTEN_SHORT


def _stands_alone(page: Page, word: Word) -> bool:
    return page.text[word.end : word.end + 1] not in {"/", "-", "&"}


def _with(page: Page, word: Word) -> bool:
    before = page.before(word)
    return before is not None and before.low in {"w", "with", "told", "saw", "asked", "met", "re"}


def _contraction(page: Page, word: Word) -> bool:
    return page.text[max(0, word.start - 1) : word.start] in {"'", "@", "_"} or (
        page.text[word.end : word.end + 1] in {"_", "+", "'"} and word.ending == ""
    )


def _label_slash(page: Page, word: Word) -> bool:
    """As in "w/", "s/he", "y/o", "N/A" and list points like "a)"."""
    return page.text[word.end : word.end + 1] in {"/", ")"} or (
        page.text[max(0, word.start - 1) : word.start] == "/"
        and page.text[max(0, word.start - 2) : word.start - 1].isalpha()
        and page.text[max(0, word.start - 2) : word.start - 1] != "w"
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
    """As in "K and M": two single capitals joined."""
    for near in (page.before(word), page.after(word)):
        if near is not None and len(near.text) == 1 and near.cap and near.low not in _NOT_PEOPLE:
            first, second = sorted((word, near), key=lambda w: w.start)
            if page.gap(first, second).strip() in {"&", "+"}:
                return True
    for step in (-1, 1):
        at = word.index + 2 * step
        if 0 <= at < len(page.words) and page.words[word.index + step].low == "and":
            other = page.words[at]
            if len(other.text) == 1 and other.cap and other.low not in _NOT_PEOPLE:
                return True
    return False


def _lower_group(page: Page, word: Word) -> Tier | None:
    """As in "tj missed again": no word, and it acts."""
    words = lexicon()
    if words.is_word(word.low) or word.low in words.proper or word.low in terms("people", "titles"):
        return None
    if (
        not word.low.isascii()
        or word.low in terms("ambiguous", "words")
        or word.low in terms("people", "particles")
    ):
        return None
    if cues.client(page, word) or cues.beside_name(page, word):
        return Tier.REDACT
    if _with(page, word) and word.low not in lexicon().allowed:
        return Tier.ASK
    acts = cues.acts(page, word) is cues.Acts.SURELY
    return Tier.REDACT if acts and (word.opens or cues.clause_begins(page, word)) else None


def _group(page: Page, word: Word) -> Tier | None:
    """As in "JM said", "w/ TK"; acronyms of the field stay."""
    words = lexicon()
    if word.low in terms("people", "titles") or _lettered(page, word):
        return None
    if word.low in words.allowed:
        return _shared_with_acronym(page, word)
    if page.shouting and (words.is_english(word.low) or not cues.client(page, word)):
        return None if words.is_english(word.low) else _lower_group(page, word)
    if cues.client(page, word):
        return Tier.REDACT
    if len(word.text) == _PAIR:  # hardly ever a word: "RS scored 38"
        plain = word.low in _shouts()
    else:
        plain = words.is_english(word.low) and word.low not in words.first
    if cues.determined(page, word) or plain:
        return None
    return _group_by_cue(page, word)


def _shared_with_acronym(page: Page, word: Word) -> Tier | None:
    """As in "client SM", "MS told me": an acronym of the field, but a person's place."""
    if len(word.text) != _PAIR or page.shouting or word.low in terms("people", "roles"):
        return None
    if cues.determined(page, word):
        return None
    if _beside_pair(page, word):
        return Tier.REDACT
    meant = cues.client(page, word) or cues.acts(page, word) is cues.Acts.SURELY
    return Tier.ASK if meant or cues.person_verb(page, word) or _with(page, word) else None


def _beside_pair(page: Page, word: Word) -> bool:
    """As in "AB & CD": joined to a pair of capitals that is no acronym."""
    for other in (page.before(word), page.after(word)):
        if other is None or not other.upper or len(other.text) != _PAIR:
            continue
        first, second = sorted((word, other), key=lambda w: w.start)
        if page.gap(first, second).strip() in {"&", "+"} and other.low not in lexicon().allowed:
            return True
    return False


def _group_by_cue(page: Page, word: Word) -> Tier | None:
    pair, acts = len(word.text) == _PAIR, cues.acts(page, word)
    if acts is cues.Acts.SURELY or cues.person_verb(page, word) or _with(page, word):
        return Tier.REDACT
    if pair and acts:
        return Tier.REDACT
    if pair and (cues.beside_name(page, word) or _beside_pair(page, word)):
        return Tier.REDACT
    if word.low in _shouts() or page.text[word.end : word.end + 3].strip(" :#")[:1].isdigit():
        return None
    if pair:
        return Tier.REDACT if word.opens and _begins_a_case(page, word) else Tier.ASK
    return Tier.ASK if word.opens or cues.toward(page, word) or word.ending == "'s" else None


def _begins_a_case(page: Page, word: Word) -> bool:
    """As in "JT late again", "HB // no show"."""
    after = page.after(word)
    if after is None:
        return False
    return after.low in terms("people", "states") or "/" in page.gap(word, after)


def _shouts() -> frozenset[str]:
    """Words typed in capitals for weight, or as shorthand: "SO", "OK"."""
    return terms("people", "shouts")
