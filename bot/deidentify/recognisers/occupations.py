"""Occupations and facts rare enough to point at one person. Always a question."""

import re
from collections.abc import Iterator
from functools import cache

from bot.deidentify.lexicon import table
from bot.deidentify.model import Label, Tier
from bot.deidentify.page import Page
from bot.deidentify.recognisers.base import Span

_NEXT = r"(?!(?:and|but|so|who|which|that|because|she|he|they|i|we|asked|said|told|is|was|has|had|can|will|would|just|when)\b)"
_PLACE = (
    rf" (?:of|for|at|in|with|on)(?: {_NEXT}[\w'-]{{1,30}}){{1,3}}?(?= (?:in|at|of|for)\b|[^\w '-]|$| (?:told|said|asked|and|so|but|who|is|was|has|she|he|they|i|can)\b)"
    rf"(?: (?:in|at|of|for) (?:[A-Z][\w'-]{{1,30}})(?: [A-Z][\w'-]{{1,30}}){{0,2}})?"
)
_STOP = r"(?=[^\w' -]|$| (?:and|but|so|who|which|that|because|she|he|they|i|asked|said|told|is|was|has|had|can|will|would|just|when|whose|please|in|at|of|from|for|with|on)\b)"
_ONLY = re.compile(
    rf"\b(?:the|her town's|his town's) (?:only|first|youngest|oldest|sole|last remaining)(?: [\w'-]{{2,20}}){{1,4}}?(?P<where> (?:in|at|on|of|from|to)(?: (?:the|her|his|our|this))?(?: [\w'-]{{2,20}}){{1,3}}?){_STOP}"
)
_WORK = re.compile(
    r"\b(?:works? as|working as|worked as|job as|career as|job is|retired|trained as|qualified as|employed as|(?:s?he|they)(?:'s| is|'re| are| was) (?:a|an|the)) "
    r"(?:a |an |the )?(?P<job>(?:[\w-]{2,20} ){0,3}?[\w-]{2,20}(?:er|or|ist|ian|man|woman|ant|eer|smith|wright|keeper|chief|head|officer|director|pilot|chef|judge|nurse))\b"
)
_WHERE = re.compile(_PLACE)
_NOT_JOBS = frozenset(
    [
        "bit",
        "never",
        "ever",
        "her",
        "never",
        "other",
        "over",
        "under",
        "matter",
        "later",
        "either",
        "whether",
        "rather",
        "better",
        "worse",
        "perfectionist",
        "mother",
        "father",
        "brother",
        "sister",
        "daughter",
        "killer",
        "failure",
        "burden",
        "patient",
        "client",
        "person",
        "human",
        "woman",
        "man",
        "monster",
        "liar",
        "loser",
        "lover",
        "father",
        "stranger",
        "number",
        "teenager",
        "toddler",
        "partner",
        "caretaker",
        "survivor",
        "narcissist",
        "pessimist",
        "optimist",
        "christian",
        "vegetarian",
        "fighter",
        "winner",
        "hoarder",
        "smoker",
        "drinker",
        "giver",
        "taker",
        "talker",
        "listener",
        "minor",
        "major",
        "factor",
        "error",
        "mirror",
        "answer",
        "corner",
        "order",
        "reminder",
        "disorder",
        "wonder",
        "anger",
        "danger",
        "character",
        "helper",
        "newcomer",
        "outsider",
    ]
)


# "I judge", "to shepherd": a job only after an article.
_VERBS_TOO = frozenset(
    [
        "judge",
        "referee",
        "shepherd",
        "detective",
        "minister",
        "governor",
        "magician",
        "conductor",
        "striker",
        "boxer",
        "curator",
    ]
)
_ARTICLE = re.compile(r"\b(?:an?|the|as|only|former|retired|is|was|local|district|county) $")


@cache
def _known() -> re.Pattern[str]:
    words = sorted(table("occupations")["broader"], key=lambda w: (-len(w), w))
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})s?\b")


def find(page: Page) -> Iterator[Span]:
    """Yield telling occupations with their place, work that is stated, and "the only … in …"."""
    for match in _known().finditer(page.lower):
        before = page.lower[max(0, match.start() - 12) : match.start()]
        if match[0] in _VERBS_TOO and not _ARTICLE.search(before):
            continue
        place = _WHERE.match(page.text, match.end())
        yield Span(match.start(), place.end() if place else match.end(), Label.OCCUPATION, Tier.ASK)
    for match in _ONLY.finditer(page.lower):
        if _telling(match[0]):
            yield Span(*match.span(), Label.RARE, Tier.ASK)
    for match in _WORK.finditer(page.lower):
        if match["job"].split()[-1] not in _NOT_JOBS and _worklike(match):
            place = _WHERE.match(page.text, match.end("job"))
            yield Span(
                match.start("job"),
                place.end() if place else match.end("job"),
                Label.OCCUPATION,
                Tier.ASK,
            )


def _worklike(match: re.Match[str]) -> bool:
    """ "she is a …" needs a job; "works as a …" is one."""
    if not match[0].startswith(("she", "he", "they")):
        return True
    return match["job"].split()[-1] in _jobs()


@cache
def _jobs() -> frozenset[str]:
    return frozenset(table("occupations")["plain"].split())


_EVERYDAY = frozenset(
    [
        "person",
        "one",
        "thing",
        "way",
        "time",
        "place",
        "option",
        "reason",
        "safe",
        "session",
        "sessions",
        "hour",
        "part",
        "day",
        "week",
        "year",
        "step",
        "therapist",
        "client",
        "word",
        "words",
        "question",
        "man",
        "woman",
        "child",
        "patient",
        "place",
        "moment",
        "minutes",
        "half",
        "ones",
        "people",
    ]
)


def _telling(text: str) -> bool:
    words = text.split()
    return not (set(words) & _EVERYDAY) or "female" in words or "male" in words


def broader(words: str) -> str | None:
    """Return a broader wording for an occupation or rare fact, as typed, or None."""
    low = words.lower()
    match = _known().search(low)
    if match is not None:
        table_ = table("occupations")["broader"]
        found: str | None = table_.get(match[0]) or table_.get(match[0].removesuffix("s"))
        return found
    return (
        "something few people do"
        if re.match(r"the (?:only|first|youngest|oldest|sole)\b", low)
        else None
    )
