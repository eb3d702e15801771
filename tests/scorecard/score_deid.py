"""De-identification on frozen and open texts, beside systems that are there, in one run.

    python -m tests.scorecard.score_deid

A gold span is hit when at least half of its characters are covered. Direct identifiers are all
labels but AGE (89 or less) and OCCUPATION, which are reported apart.
Lower bounds are one-sided 95 % bootstrap bounds over whole messages. Prints tables in Markdown and
returns their figures; never prints a word of a sealed text.
"""

import importlib
import importlib.util
import math
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.scorecard.gold import (
    FOLDER,
    GoldMessage,
    GoldSpan,
    frozen_set,
    marked_rows,
    open_set,
)

QUASI = frozenset({"AGE", "OCCUPATION"})
STRUCTURED = frozenset({"PHONE", "EMAIL", "URL", "HANDLE", "ID_NUMBER", "PLATE", "IP"})
DRAWS = 2000
HALF = 0.5

Said = tuple[int, int, bool]
"""What a system marks: start, end, and whether it is sure (redact) or asks."""
System = Callable[[str], list[Said]]


@dataclass(frozen=True, slots=True)
class Row:
    """One system on one set. Shares lie between 0 and 1 (NaN of nothing), times are milliseconds.

    ``redact``, ``either``: recall of direct identifiers by sure finds alone, by sure finds or
    questions; ``*_low``: their lower bounds. ``over``: share of all characters hidden for nothing.
    ``throughput``: messages a second, one after the other. ``memory``: megabytes a fresh process
    needs after its first message, above bare Python, or None where that is not measured.
    """

    system: str
    texts: str
    redact: float
    redact_low: float
    either: float
    either_low: float
    structured: float
    clean_redacted: float
    clean_asked: float
    over: float
    p50: float
    p95: float
    throughput: float
    memory: float | None
    labels: dict[str, tuple[int, int, int]]
    """Hits of sure finds, hits of either, and gold spans, by label and by kind of name."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """One message: its sure and its whole cover, as sets of offsets, and the time it took."""

    message: GoldMessage
    firm: frozenset[int]
    all: frozenset[int]
    seconds: float

    def hit(self, span: GoldSpan, *, sure: bool) -> bool:
        """Whether a gold span counts as found."""
        cover = self.firm if sure else self.all
        found = sum(at in cover for at in range(span.start, span.end))
        return found >= HALF * (span.end - span.start)


def row(system: str, texts: str, messages: Sequence[GoldMessage], run: System) -> Row:
    """Measure one system on one set; ``run`` is warmed up with an empty message first."""
    run("")
    outcomes = [_outcome(message, run) for message in messages]
    redact, redact_low = _recall(outcomes, sure=True)
    either, either_low = _recall(outcomes, sure=False)
    clean = [o for o in outcomes if not o.message.spans]
    times = sorted(o.seconds for o in outcomes)
    return Row(
        system,
        texts,
        redact,
        redact_low,
        either,
        either_low,
        _share([o.hit(s, sure=False) for o in outcomes for s in _structured(o.message)]),
        _share([bool(o.firm) for o in clean]),
        _share([bool(o.all) and not o.firm for o in clean]),
        sum(len(o.firm - _gold(o.message)) for o in outcomes)
        / max(1, sum(len(o.message.text) for o in outcomes)),
        1000 * times[len(times) // 2],
        1000 * times[int(0.95 * len(times))],
        len(times) / sum(times),
        None,
        _by_label(outcomes),
    )


def _outcome(message: GoldMessage, run: System) -> _Outcome:
    began = time.perf_counter()
    said = run(message.text)
    seconds = time.perf_counter() - began
    firm = frozenset(at for start, end, sure in said if sure for at in range(start, end))
    every = frozenset(at for start, end, _ in said for at in range(start, end))
    return _Outcome(message, firm, every, seconds)


def _gold(message: GoldMessage) -> frozenset[int]:
    return frozenset(at for span in message.spans for at in range(span.start, span.end))


def _structured(message: GoldMessage) -> list[GoldSpan]:
    return [span for span in message.spans if span.label in STRUCTURED]


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else math.nan


def _recall(outcomes: Sequence[_Outcome], *, sure: bool) -> tuple[float, float]:
    """Return recall of direct identifiers and its lower bound over whole messages."""
    counts = []
    for outcome in outcomes:
        direct = [s for s in outcome.message.spans if s.label not in QUASI]
        if direct:
            counts.append((sum(outcome.hit(s, sure=sure) for s in direct), len(direct)))
    if not counts:
        return math.nan, math.nan
    draw = random.Random(4)  # a fixed seed
    shares = sorted(
        sum(h for h, _ in sample) / sum(n for _, n in sample)
        for sample in (draw.choices(counts, k=len(counts)) for _ in range(DRAWS))
    )
    return sum(h for h, _ in counts) / sum(n for _, n in counts), shares[DRAWS // 20]


def _by_label(outcomes: Sequence[_Outcome]) -> dict[str, tuple[int, int, int]]:
    firm, either, total = Counter[str](), Counter[str](), Counter[str]()
    for outcome in outcomes:
        for span in outcome.message.spans:
            for key in filter(None, (span.label, span.kind)):
                total[key] += 1
                firm[key] += outcome.hit(span, sure=True)
                either[key] += outcome.hit(span, sure=False)
    return {key: (firm[key], either[key], total[key]) for key in sorted(total)}


def ours() -> System:
    """Attune's own de-identification."""
    from bot.deidentify import Deidentifier, Tier  # noqa: PLC0415  # loading is part of memory

    deidentifier = Deidentifier()

    def run(text: str) -> list[Said]:
        findings = deidentifier.review(text).findings
        return [(f.start, f.end, f.tier is Tier.REDACT) for f in findings]

    return run


def presidio(model: str | None = None) -> System:
    """Presidio as it comes: its patterns over a blank tokenizer, or over a spaCy model."""
    import spacy  # noqa: PLC0415  # loading is part of memory
    import tldextract  # noqa: PLC0415  # the same
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry  # noqa: PLC0415  # the same
    from presidio_analyzer.nlp_engine import SpacyNlpEngine  # noqa: PLC0415  # the same

    class Loaded(SpacyNlpEngine):
        """A pipeline that is there already: nothing is downloaded."""

        def load(self) -> None:
            self.nlp: Any = {"en": spacy.load(model) if model else spacy.blank("en")}

    # Its e-mail check would fetch a list of suffixes; the one that is shipped will do.
    offline: Any = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    tldextract.extract = offline
    engine = Loaded(models=[{"lang_code": "en", "model_name": model or "blank"}])
    engine.load()
    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"])
    if model is None:
        registry.remove_recognizer("SpacyRecognizer")
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])

    def run(text: str) -> list[Said]:
        return [(r.start, r.end, True) for r in analyzer.analyze(text, language="en")]

    return run


def scrubadub() -> System:
    """Scrubadub with its default detectors."""
    module = importlib.import_module("scrubadub")
    scrubber = module.Scrubber()

    def run(text: str) -> list[Said]:
        return [(f.beg, f.end, True) for f in scrubber.iter_filth(text)]

    return run


def datafog() -> System:
    """DataFog with its default engine."""
    module = importlib.import_module("datafog")

    def run(text: str) -> list[Said]:
        return [(e.start, e.end, True) for e in module.scan(text).entities]

    return run


SYSTEMS: dict[str, tuple[Callable[[], System], str]] = {
    "Attune": (ours, "bot"),
    "Presidio, patterns alone": (presidio, "presidio_analyzer"),
    "Presidio + en-core-web-sm": (lambda: presidio("en_core_web_sm"), "en_core_web_sm"),
    "scrubadub": (scrubadub, "scrubadub"),
    "DataFog": (datafog, "datafog"),
}
"""How to load each system, and the package that must be there."""


def memory(name: str) -> float:
    """Return the megabytes a fresh process needs with ``name`` loaded, above bare Python."""
    script = (
        "import sys, psutil; before = psutil.Process().memory_info().rss\n"
        "from tests.scorecard.score_deid import SYSTEMS\n"
        "SYSTEMS[sys.argv[1]][0]()('Saw Anna on 4 March.')\n"
        "print((psutil.Process().memory_info().rss - before) / 2**20)\n"
    )
    done = subprocess.run(  # noqa: S603  # our own script
        [sys.executable, "-c", script, name],
        cwd=FOLDER.parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout.split()[-1])


def main() -> list[Row]:
    """Measure every system that is there on every set, print the tables, return the rows."""
    sets = {
        "sealed": frozen_set("deid_test.jsonl"),
        "open": open_set(),
        "open, learnt from": marked_rows("deid_spent.jsonl"),
        "open, read once": marked_rows("deid_spent_third.jsonl"),
        "name swap": frozen_set("name_swap.jsonl"),
    }
    there = {name: load for name, (load, package) in SYSTEMS.items() if _installed(package)}
    memories = {name: memory(name) for name in there}
    rows = []
    for name, load in there.items():
        run = load()
        for texts, messages in sets.items():
            if messages is not None and (texts != "name swap" or name == "Attune"):
                found = row(name, texts, messages, run)
                rows.append(replace(found, memory=memories[name]))
    _print_systems(rows, [name for name in SYSTEMS if name not in there])
    for found in rows:
        if found.system == "Attune":
            _print_labels(found)
    swapped = sets["name swap"]
    if swapped is not None:
        _print_cultures(swapped, there["Attune"]())
    return rows


def _installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def _print_systems(rows: Sequence[Row], absent: Sequence[str]) -> None:
    heads = "system|texts|redact|≥|redact + ask|≥|structured|clean redacted|clean asked"
    heads += "|hidden for nothing|p50 ms|p95 ms|messages/s|MB"
    _say(_line(heads.split("|")), _line(["---"] * (heads.count("|") + 1)))
    for r in rows:
        shares = [r.redact, r.redact_low, r.either, r.either_low, r.structured]
        cells = [r.system, r.texts, *(_shown(share, ".3f") for share in shares)]
        cells += [_shown(share, ".1%") for share in (r.clean_redacted, r.clean_asked, r.over)]
        cells += [f"{r.p50:.2f}", f"{r.p95:.2f}", f"{r.throughput:.0f}", f"{r.memory or 0:.0f}"]
        _say(_line(cells))
    for name in absent:
        _say(_line([name, "not installed", *[""] * (heads.count("|") - 1)]))
    _say(
        "",
        "Redact and redact + ask: direct identifiers (all but ages under 90 and occupations) of",
        "which at least half is covered; ≥: one-sided 95 % bound, bootstrap over messages.",
        "Structured: phones, e-mail, links, handles, numbers, plates, IP. MB: a fresh process with",
        "the system loaded, above bare Python.",
    )


def _print_labels(found: Row) -> None:
    _say(
        "", f"{found.system}, {found.texts}: hits of gold spans, by label and by kind of name.", ""
    )
    _say(_line(["label", "redact", "redact + ask", "spans"]), _line(["---"] * 4))
    for key, (firm, either, total) in found.labels.items():
        _say(_line([key, str(firm), str(either), str(total)]))


def _print_cultures(messages: Sequence[GoldMessage], run: System) -> None:
    """Print recall of names (redact or ask) by naming culture: counts only."""
    hits, totals = Counter[str](), Counter[str]()
    for outcome in (_outcome(message, run) for message in messages):
        names = [s for s in outcome.message.spans if s.label == "NAME"]
        group = outcome.message.group or "?"
        totals[group] += len(names)
        hits[group] += sum(outcome.hit(s, sure=False) for s in names)
    _say("", "Name swap: the same sentences with names of other cultures, redact or ask.", "")
    _say(_line(["culture", "hits", "names"]), _line(["---"] * 3))
    for group in sorted(totals):
        _say(_line([group, str(hits[group]), str(totals[group])]))


def _shown(share: float, form: str) -> str:
    return "" if math.isnan(share) else format(share, form)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    main()
