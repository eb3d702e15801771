"""Presidio's analyzer and anonymizer over a blank tokenizer; the only file that imports them.

Nothing here downloads: the tokenizer is ``spacy.blank("en")`` and e-mail domains are checked
against the suffix list that tldextract ships. Presidio and spaCy take about a second to import,
so they are imported when an engine is made, not when this module is.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from bot.deidentify.model import Finding, Label, Tier
from bot.deidentify.page import Page
from bot.deidentify.recognisers import ALL, Recogniser, Span

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerResult

_SURE: Final = 0.9
_UNSURE: Final = 0.4
_LABELS: Final = {
    "EMAIL_ADDRESS": Label.EMAIL,
    "CREDIT_CARD": Label.ID_NUMBER,
    "IBAN_CODE": Label.ID_NUMBER,
    "IP_ADDRESS": Label.IP,
    "MAC_ADDRESS": Label.ID_NUMBER,
    "UUID": Label.ID_NUMBER,
}
_EMAIL: Final = r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"

_IP: Final = (
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})(?![\w:]|\.\d)"
)


class Engine:
    """Runs the named recognisers over a page and puts placeholders into a text."""

    def __init__(self, recognisers: dict[str, Recogniser] = ALL) -> None:
        """Load Presidio; takes about a second and 100 MB the first time in a process."""
        self._analyzer = _analyzer(recognisers)
        self._anonymizer = _anonymizer()

    def spans(self, page: Page, extra: Iterable[Recogniser] = ()) -> list[Span]:
        """Return every find of the named recognisers and of ``extra`` ones for this page."""
        results = self._analyzer.analyze(
            text=page.text,
            language="en",
            nlp_artifacts=_artifacts(self._analyzer, page),
            ad_hoc_recognizers=[_adapted(f"extra {i}", r) for i, r in enumerate(extra)],
        )
        return [_span(r) for r in results]

    def replace(self, text: str, findings: Iterable[Finding]) -> str:
        """Return ``text`` with every finding replaced by its placeholder."""
        from presidio_analyzer import RecognizerResult  # noqa: PLC0415  # slow to import
        from presidio_anonymizer.entities import OperatorConfig  # noqa: PLC0415  # the same

        chosen = list(findings)
        results = [RecognizerResult(f.placeholder, f.start, f.end, _SURE) for f in chosen]
        operators = {
            f.placeholder: OperatorConfig("replace", {"new_value": f.placeholder}) for f in chosen
        }
        outcome = self._anonymizer.anonymize(
            text, results, operators=operators, merge_entities_with_spaces=False
        )
        return str(outcome.text)


def _span(result: RecognizerResult) -> Span:
    label = _LABELS.get(result.entity_type) or Label(result.entity_type)
    tier = (
        Tier.REDACT
        if result.score > (_SURE + _UNSURE) / 2 or result.entity_type in _LABELS
        else Tier.ASK
    )
    return Span(result.start, result.end, label, tier)


def _anonymizer() -> Any:
    from presidio_anonymizer import AnonymizerEngine  # noqa: PLC0415  # slow to import

    return AnonymizerEngine()  # type: ignore[no-untyped-call]  # presidio declares no types here


def _analyzer(recognisers: dict[str, Recogniser]) -> AnalyzerEngine:
    import spacy  # noqa: PLC0415  # slow to import
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry  # noqa: PLC0415  # the same
    from presidio_analyzer.nlp_engine import SpacyNlpEngine  # noqa: PLC0415  # the same

    # Presidio logs at start-up which parts of its defaults are absent; that is by choice here,
    # and its loggers must never get the chance to write down a text.
    for name in ("presidio-analyzer", "presidio-anonymizer", "decision_process"):
        logging.getLogger(name).setLevel(logging.CRITICAL)

    class BlankEngine(SpacyNlpEngine):
        """A tokenizer and nothing else: no model, hence no download."""

        def load(self) -> None:
            blank = spacy.blank("en")
            # Our pages cut their own words. spaCy's rules for English take quadratic time on a
            # long run without blanks, so its tokens are simply what stands between blanks.
            blank.tokenizer = spacy.tokenizer.Tokenizer(blank.vocab)
            self.nlp: Any = {"en": blank}

    engine = BlankEngine(models=[{"lang_code": "en", "model_name": "blank"}])
    engine.load()
    ours = [_adapted(name, recogniser) for name, recogniser in recognisers.items()]
    registry = RecognizerRegistry(
        recognizers=[*ours, *_presidios_own()], supported_languages=["en"]
    )
    return AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])


def _presidios_own() -> list[EntityRecognizer]:
    """Presidio's recognisers that help on a blank pipeline: a checksum or a strict shape."""
    from presidio_analyzer import Pattern  # noqa: PLC0415  # slow to import
    from presidio_analyzer.predefined_recognizers import (  # noqa: PLC0415  # the same
        CreditCardRecognizer,
        EmailRecognizer,
        IbanRecognizer,
        IpRecognizer,
        MacAddressRecognizer,
    )
    from tldextract import TLDExtract  # noqa: PLC0415  # the same

    offline = TLDExtract(suffix_list_urls=(), cache_dir=None)

    class OfflineEmail(EmailRecognizer):
        """Asks the suffix list that tldextract ships, never the network; linear pattern."""

        def validate_result(self, pattern_text: str) -> bool:
            return bool(offline(pattern_text).fqdn)

    return [
        OfflineEmail(patterns=[Pattern("e-mail", _EMAIL, _SURE)]),
        CreditCardRecognizer(),
        IbanRecognizer(),
        IpRecognizer(patterns=[Pattern("ip", _IP, _SURE)]),
        MacAddressRecognizer(),
    ]


def _artifacts(analyzer: AnalyzerEngine, page: Page) -> Any:
    artifacts: Any = analyzer.nlp_engine.process_text(page.text, "en")
    artifacts.page = page
    return artifacts


def _adapted(name: str, recogniser: Recogniser) -> EntityRecognizer:
    from presidio_analyzer import EntityRecognizer, RecognizerResult  # noqa: PLC0415  # slow

    class Adapter(EntityRecognizer):
        """One of our recognisers in Presidio's shape."""

        def load(self) -> None:
            return

        def analyze(
            self, text: str, entities: Sequence[str], nlp_artifacts: Any
        ) -> list[RecognizerResult]:
            del text, entities  # the page holds the text; every entity is wanted
            return [
                RecognizerResult(
                    s.label.value, s.start, s.end, _SURE if s.tier is Tier.REDACT else _UNSURE
                )
                for s in recogniser(nlp_artifacts.page)
            ]

    return Adapter(supported_entities=[label.value for label in Label], name=name)
