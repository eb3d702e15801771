"""The likeliest two stretches of a message, whatever single words look like."""

import math

import pytest

from bot.guidance.encoder import Heard
from bot.guidance.model import Side
from bot.guidance.tagging import stretches

SURE, LIKELY = math.log(0.98), math.log(0.01)


def heard(tags: str) -> Heard:
    """One word of three letters and a blank for each tag: ``.``, ``c`` or ``r``, sure; ``?``."""
    words = []
    for at, tag in enumerate(tags):
        likely = [LIKELY, LIKELY, LIKELY]
        if tag == "?":
            likely = [math.log(0.4), math.log(0.3), math.log(0.3)]
        else:
            likely[".cr".index(tag)] = SURE
        words.append((4 * at, 4 * at + 3, (likely[0], likely[1], likely[2])))
    return Heard({}, {}, tuple(words))


@pytest.mark.parametrize(
    ("tags", "client", "reply"),
    [
        ("..ccc..rrr.", (2, 5), (7, 10)),
        ("rrr.cc", (4, 6), (0, 3)),
        ("cccrrr", (0, 3), (3, 6)),
        ("..ccc...", (2, 5), None),
        (".rrrr", None, (1, 5)),
        ("....", None, None),
        ("cc?cc.rr", (0, 5), (6, 8)),
        ("ccc.r..rrrr", (0, 3), (7, 11)),
        ("cc....ccccccccc.rrr", (6, 15), (16, 19)),
        ("", None, None),
    ],
)
def test_one_stretch_each(
    tags: str, client: tuple[int, int] | None, reply: tuple[int, int] | None
) -> None:
    found = stretches("xxx " * len(tags), heard(tags))
    for side, words in ((Side.CLIENT, client), (Side.REPLY, reply)):
        wanted = (4 * words[0], 4 * words[1] - 1) if words else None
        assert found.get(side) == wanted
