"""What the words around a word say about it: is a person meant?"""

import re
from enum import IntEnum

from bot.deidentify.lexicon import lexicon, terms
from bot.deidentify.page import Page, Word

_JOINTS = frozenset({"", "/", ":", "-", "(", '"', "'", ",", "=", "#"})
_PERSON_VERBS = frozenset(
    [
        "told",
        "asked",
        "saw",
        "texted",
        "emailed",
        "phoned",
        "called",
        "rang",
        "messaged",
        "met",
        "confronted",
        "reminded",
        "thanked",
        "invited",
        "visited",
        "hugged",
    ]
)
_JOINERS = frozenset({"and", "or", "n"})
_SIGNS = frozenset({"&", "+", "/"})
_AUX = frozenset(
    [
        "has",
        "had",
        "have",
        "is",
        "was",
        "will",
        "would",
        "did",
        "does",
        "can",
        "could",
        "may",
        "might",
        "should",
    ]
)


_CLOCK = re.compile(r" \d{1,2}(?![\d%/])")
_AGED = re.compile(r",? ?\((?:[1-9]\d|[MFmf]),?[^\n)]{0,20}\)|, [1-9]\d, ")
_OBJECTS = frozenset({"me", "him", "us", "them"})


_NOTED = frozenset({"dna", "cna", "dnad", "no-show"})


class Acts(IntEnum):
    """How strongly the word after suggests that a person did something."""

    NOT = 0
    WEAKLY = 1
    """As in "is", "has", "will": things do that as well."""
    LIKELY = 2
    """Mostly people do that: "sold", "broke"."""
    SURELY = 3


def linked_before(page: Page, word: Word, joints: frozenset[str] = _JOINTS) -> Word | None:
    """Return the word before if no sentence ends in between."""
    before = page.before(word)
    if before is None:
        return None
    gap = page.text[before.end + len(before.ending) : word.start].strip()
    return (
        before
        if gap in joints or (gap == "." and before.low in terms("people", "titles"))
        else None
    )


def linked_after(page: Page, word: Word) -> Word | None:
    """Return the word after if only blanks lie in between."""
    after = page.after(word)
    if after is None:
        return None
    gap = page.text[word.end + len(word.ending) : after.start]
    return after if not gap.strip(" \t\n'\"*_") else None


def client(page: Page, word: Word) -> bool:
    """Whether "client", "patient", "called" or a relative stands right before the word."""
    before = linked_before(page, word)
    if before is None or before.ending:
        return False
    return before.low in terms("people", "client") or before.low in terms("people", "kin")


def toward(page: Page, word: Word) -> bool:
    """Whether a word that takes a person stands right before ("with", "told")."""
    before = linked_before(page, word)
    return before is not None and before.low in terms("people", "toward")


def person_verb(page: Page, word: Word) -> bool:
    """Whether a verb whose object is a person stands right before ("told", "texted")."""
    before = linked_before(page, word)
    return before is not None and before.low in _PERSON_VERBS


def determined(page: Page, word: Word) -> bool:
    """Whether an article or possessive stands right before, as before a noun."""
    before = linked_before(page, word, frozenset({"", '"'}))
    if before is None:
        return False
    return before.low in terms("people", "determiners") or before.ending == "'s"


def articled(page: Page, word: Word) -> bool:
    """Whether an article or a possessive pronoun stands right before."""
    before = linked_before(page, word, frozenset({"", '"'}))
    return before is not None and before.low in terms("people", "articles")


def acts(page: Page, word: Word) -> Acts:
    """Tell how much the following word speaks of a person acting."""
    if word.ending in {"'ll", "'d", "'ve"} or _introduced(page, word):
        return Acts.SURELY
    after = linked_after(page, word)
    if after is None:
        return Acts.NOT
    if after.low in terms("people", "strong_verbs") or _surely(page, word, after):
        return Acts.SURELY
    if after.low in terms("people", "weak_verbs") or word.ending == "'s":
        return _weakly(page, after)
    if after.low in terms("people", "doings") or _past(after.low) or _noted(page, word, after):
        return Acts.LIKELY
    return Acts.NOT


def _surely(page: Page, word: Word, after: Word) -> bool:
    """As in "Faith's husband", "Will bores me", "Joy at 11"."""
    if word.ending:
        return word.ending == "'s" and after.low in terms("people", "kin")
    if after.low == "at":
        return _CLOCK.match(page.text, after.end) is not None
    whom = linked_after(page, after)
    verb = after.low.endswith("s") and not after.low.endswith("ss") and len(after.low) > 3  # noqa: PLR2004  counted letters
    return verb and whom is not None and whom.low in _OBJECTS


def _noted(page: Page, word: Word, after: Word) -> bool:
    """As in "Sparky no show", "k late", "Mark DNA": what a note says of a person."""
    if after.low == "no":
        what = linked_after(page, after)
        return what is not None and what.low in {"show", "contact", "reply", "answer", "showed"}
    noted = after.low in _NOTED or after.low in terms("people", "noted")
    return noted and (word.cap or len(word.low) <= 2)  # noqa: PLR2004  # "k late"


def _past(low: str) -> bool:
    return len(low) > 4 and low.endswith("ed") and low in lexicon().known  # noqa: PLR2004  # "need"


def _introduced(page: Page, word: Word) -> bool:
    """As in "Dawn (her twin)", "Dawn, her twin", "Dawn (41)"."""
    whose, who = page.after(word), page.after(word, 2)
    if _AGED.match(page.text, word.end):
        return True
    if whose is None or who is None or page.gap(word, whose).strip() not in {",", "("}:
        return False
    return whose.low in terms("people", "determiners") and who.low in terms("people", "kin")


def _weakly(page: Page, verb: Word) -> Acts:
    following = linked_after(page, verb)
    if following is None:
        return Acts.WEAKLY
    person = following.low in terms("people", "states")
    person |= verb.low in _AUX and following.low in terms("people", "strong_verbs")
    return Acts.SURELY if person else Acts.WEAKLY


def beside_name(page: Page, word: Word) -> bool:
    """Whether the word is joined by "and", "&" or a comma to a sure name."""
    words = page.words
    for step in (-1, 1):
        middle, other = word.index + step, word.index + 2 * step
        if 0 <= other < len(words) and words[middle].low in _JOINERS and _named(words[other]):
            return True
        if 0 <= middle < len(words) and _named(words[middle]):
            first, second = sorted((word, words[middle]), key=lambda w: w.start)
            if page.gap(first, second).strip() in _SIGNS:
                return True
    return False


def beside_ambiguous(page: Page, word: Word) -> bool:
    """Whether the word is joined by "and" to another word that is a name too: violet and ivy."""
    for step in (-1, 1):
        at = word.index + 2 * step
        if 0 <= at < len(page.words) and page.words[word.index + step].low in {"and", "n"}:
            other = page.words[at].low
            if other in lexicon().ambiguous and other not in terms("ambiguous", "virtues"):
                return True
    return False


def _named(word: Word) -> bool:
    words = lexicon()
    if word.low in words.theorists:
        return False
    unknown = word.cap and len(word.low) > 2 and not words.is_word(word.low)  # noqa: PLR2004  counted letters
    return words.is_name(word.low) or (unknown and not word.upper and word.low not in words.proper)


def clause_begins(page: Page, word: Word) -> bool:
    """Whether a conjunction or the like stands before, so that a subject may follow."""
    before = page.before(word)
    return before is not None and before.low in terms("people", "conjunctions")


def nicknamed(page: Page, word: Word) -> bool:
    """Whether "Big", "Wee" or the like stands before, with a capital too."""
    before = linked_before(page, word, frozenset({""}))
    return before is not None and before.cap and before.low in terms("people", "nick_adjectives")
