from __future__ import annotations

import re
import subprocess
import sys

import pytest

import bot.guidance
from bot.guidance.loader import compiled, knowledge
from bot.guidance.model import Stance, Subtype

# A repetition that holds a repetition is what makes a pattern slow; "[^.!?]{0,30}" and optional
# words are bounded and harmless.
NESTED = re.compile(r"[+*]\)[+*]|\)\{[0-9]*,\}|\.[*+]")


def _patterns() -> list[str]:
    found: list[str] = []
    for entry in (*knowledge("features")["feature"], *knowledge("bids")["bid"]):
        found += entry["patterns"]
    found += knowledge("features")["pair"].values()
    for rules in (
        *knowledge("intents")["whole"].values(),
        *knowledge("intents")["anywhere"].values(),
    ):
        found += rules
    return found


def test_patterns_compile_and_stay_linear() -> None:
    for pattern in _patterns():
        compiled(pattern)
        assert not NESTED.search(pattern), pattern


def test_features_are_named_once_and_belong_to_their_stance() -> None:
    entries = knowledge("features")["feature"]
    names = [entry["name"] for entry in entries]
    assert len(names) == len(set(names))
    attuned = {"reflect", "explore", "immediacy", "validate", "collaborate", "hold_frame"}
    for entry in entries:
        stance = Stance(entry["stance"])
        if stance is Stance.NEUTRAL:
            continue
        assert (Subtype(entry["subtype"]).value in attuned) is (stance is Stance.ATTUNED)


def test_an_unknown_word_class_is_refused() -> None:
    with pytest.raises(KeyError):
        compiled("{no_such_class}")


def test_what_is_public_is_there() -> None:
    for name in bot.guidance.__all__:
        assert hasattr(bot.guidance, name)


def test_importing_reads_no_file() -> None:
    program = (
        "import builtins, pathlib, sys\n"
        "import tomllib\n"
        "def refuse(*_): raise SystemExit(3)\n"
        "tomllib.loads = refuse\n"
        "import bot.guidance\n"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False)  # noqa: S603 (own program)
    assert done.returncode == 0
