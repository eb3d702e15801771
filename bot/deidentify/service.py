"""Take names out of a clinician's text: review it, ask what is unsure, settle it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from bot.deidentify.context import context
from bot.deidentify.engine import Engine
from bot.deidentify.lexicon import lexicon
from bot.deidentify.model import (
    Decisions,
    DeidentificationFailed,
    Deidentified,
    Label,
    NeedsAnswer,
    Review,
    Roster,
    Tier,
    sealed,
)
from bot.deidentify.page import Page, fold_text, fold_word
from bot.deidentify.recognisers import Span
from bot.deidentify.recognisers import roster as clinic
from bot.deidentify.resolve import findings, settle
from bot.deidentify.spread import grow, spread
from bot.deidentify.tagger import sounds, tagger
from bot.deidentify.weigh import Reader, weigh

_WARM_UP: Final = (
    "Saw a client for the first time today, call 555 0100 or mail a@b.example, a judge, "
    "room 1 Hill Road."
)


class Deidentifier:
    """The one way from a clinician's text to text that may be stored. Keeps nothing."""

    def __init__(
        self, engine: Engine | None = None, readers: Sequence[Reader] | None = None
    ) -> None:
        """Load the word lists, the learned readers and the engine (about two seconds); use one
        for all.

        Raises ``FileNotFoundError`` or ``ValueError`` where learned weights are missing or are
        not the ones that were measured.
        """
        lexicon()
        sounds()
        self._readers = readers or (tagger(), context())
        self._engine = engine or Engine()
        # Patterns are compiled when first used; the first clinician should not wait for that.
        with suppress(DeidentificationFailed):
            self._guarded(_WARM_UP, Decisions(), Roster())

    def review(self, text: str, roster: Roster = Roster()) -> Review:  # noqa: B008  # frozen and empty
        """Return the text with placeholders for what is sure, and every finding.

        Raises ``DeidentificationFailed`` when a recogniser fails: then nothing may be stored.
        """
        return self._guarded(text, Decisions(), roster)

    def settle(
        self,
        text: str,
        decisions: Decisions,
        roster: Roster = Roster(),  # noqa: B008  # frozen and empty
    ) -> Deidentified:
        """Return the text as it may be stored, with the writer's decisions carried out.

        ``text`` may hold placeholders of an earlier review; they stay as they are. Raises
        ``NeedsAnswer`` while unsure findings are neither kept nor hidden, and
        ``DeidentificationFailed`` when a recogniser fails.
        """
        outcome = self._guarded(text, decisions, roster)
        if outcome.to_check:
            raise NeedsAnswer(outcome.to_check)
        return sealed(outcome.text)

    def _guarded(self, text: str, decisions: Decisions, roster: Roster) -> Review:
        outcome = None
        with suppress(Exception):  # whatever broke, the text must not be stored
            outcome = self._examine(text, decisions, roster)
        if outcome is None:  # raised out here so that no traceback carries the text along
            raise DeidentificationFailed
        return outcome

    def _examine(self, text: str, decisions: Decisions, roster: Roster) -> Review:
        page = Page(text)
        spans = self._engine.spans(
            page, [clinic.recogniser(roster.hidden)] if roster.hidden else ()
        )
        kept = frozenset(map(_key, decisions.keep | roster.never_hide))
        spans = [s for s in spans if not _among(page, s, kept)]
        spans = everywhere(page, spans, kept)
        # The readers see what the rules said, so they come after; what is sure spreads.
        spans = everywhere(page, weigh(page, spans, self._readers, _listed(page, roster)), kept)
        spans = [s for s in spans if not _among(page, s, kept)]
        spans += _also_hidden(page, decisions.hide, spans)
        hidden = frozenset(map(_key, decisions.hide))
        settled = [
            replace(s, tier=Tier.REDACT) if _among(page, s, hidden) else s
            for s in settle(page, spans)
            if not _among(page, s, kept - hidden)
        ]
        found = findings(page, settled)
        sure = [f for f in found if f.tier is Tier.REDACT]
        return Review(self._engine.replace(text, sure), found)


def everywhere(page: Page, spans: list[Span], kept: frozenset[str]) -> list[Span]:
    """Let sure names grow, and count everywhere in the message."""
    grown = [*spans, *grow(page, spans)]
    return [*grown, *spread(page, grown, kept)]


def _listed(page: Page, roster: Roster) -> frozenset[tuple[int, int]]:
    """Return where the clinic's own words stand: nothing may doubt those."""
    if not roster.hidden:
        return frozenset()
    return frozenset((s.start, s.end) for s in clinic.recogniser(roster.hidden)(page))


def _key(words: str) -> str:
    plain = fold_text(words)
    return fold_word(plain.strip(" .,;:!?\"'()")).removesuffix("'s")


def _among(page: Page, span: Span, keys: frozenset[str]) -> bool:
    return bool(keys) and _key(page.text[span.start : span.end]) in keys


def _also_hidden(page: Page, hide: frozenset[str], spans: list[Span]) -> list[Span]:
    """Return what the writer hides by hand, as the kind it was taken for where it was found."""
    labels = {(s.start, s.end): s.label for s in spans}
    return [
        Span(start, end, labels.get((start, end), Label.OTHER))
        for phrase in sorted(hide)
        for start, end in clinic.occurrences(page, phrase)
    ]
