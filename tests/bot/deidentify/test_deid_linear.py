"""Long and hostile texts take linear time, and nothing ever asks the network."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.deidentify import Deidentifier

LENGTH = 10_000
# Generous, because machines that test are busy; a quadratic pattern takes many seconds.
SECONDS = 3.0

PIECES = [
    "a", "a.", "a@", "1-", "1 ", "xqzvb ", "Xqzvb ", "\"'", "<@", "<https://", "the only x in ",
    "Anna Smith ", "a-", "University of ", "12 Abc Def ", "a\u0301", "\u200b", ":0", "a1:", "1.",
    "A1", " ", "\n", "jan 1 ", "twenty ", "ninety-", "a.b-", "(0", "[client A] ", "http://", "😀",
    "case no ", "insta as ", "A. ", "van der ", "Mr ", "she is 9", "www.", "ж", "of the ", "¤", "[",
    "dob 1/1", "flat 1 ", "street ", "#1", "u/", "'s", "é", "ﬁ", "\u202e", "&lt;", "works at ",
    "\x00", "the only x ", "one of three ", "only three people ", "the one who ", "the man whose ",
    "survived the ", "was on the news ", "won the ", "held the x ", "in the x ", "daughter of the ",
    "born in a ", "a_", "_a",
    "9 rue de ", "a [dot] ", "a dot ", "in her late ", "pin code ", "A & ",
    "F2", "nan 9", "Anna 2", "pushing 9", "AB ", "A and ", "lock keeper ", "she is a ", "41, a ",
    "named after ", "climbed x ", "ab12 ", "rare x ", "famous ", "lost an x ", "1/1: ",
]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES, ids=ascii)
def test_hostile_repetition_is_linear(deidentifier: Deidentifier, piece: str) -> None:
    text = (piece * LENGTH)[:LENGTH]
    began = time.process_time()
    review = deidentifier.review(text)
    assert time.process_time() - began < SECONDS
    assert all(0 <= f.start < f.end <= LENGTH for f in review.findings)


def test_everything_works_with_sockets_blocked(
    deidentifier: Deidentifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert deidentifier.review("Mail a.b@c.example.com, Amara").text == "Mail [contact], [client A]"


def test_a_fresh_process_loads_without_the_network() -> None:
    script = (
        "import socket\n"
        "def refuse(*_, **__): raise AssertionError('the network was asked')\n"
        "socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse\n"
        "import sys\n"
        "import bot.deidentify\n"
        "assert 'presidio_analyzer' not in sys.modules and 'spacy' not in sys.modules\n"
        "print(bot.deidentify.Deidentifier().review('Mail a@b.example.com, Amara').text)\n"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run(  # noqa: S603  # our own script
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "Mail [contact], [client A]", done.stderr
