"""JSON Lines: one answer for each line, in order, and no line that ends the stream."""

import json
from io import BytesIO
from typing import Any

import pytest

from handlers.jsonl import Row, stream


async def upper(row: Row) -> Row:
    return {"id": row["id"], "text": str.upper(row["text"])}


async def answers(*lines: bytes) -> list[Any]:
    out = BytesIO()
    await stream(BytesIO(b"\n".join(lines)), out, upper)
    return [json.loads(line, parse_constant=_refuse) for line in out.getvalue().splitlines()]


def _refuse(constant: str) -> None:
    raise AssertionError(constant)


async def test_every_line_is_answered_in_order_and_blank_ones_are_passed_over() -> None:
    found = await answers(b'{"id": 1, "text": "a"}', b"", b"  \r", b'{"id": [2], "text": "b"}\r')
    assert found == [{"id": 1, "text": "A"}, {"id": [2], "text": "B"}]


@pytest.mark.parametrize(
    "line",
    [
        b"not JSON",
        b"null",
        b"[1]",
        b"{}",
        b'{"id": 1}',
        b'{"id": 1, "text": 5}',
        b'{"id": 1, "text": null}',
        b'{"id": NaN, "text": "a"}',
        b'{"id": 1e400, "text": "a"}',
        b'{"id": 1, "text": "\xff\xfe"}',
        b"[" * 100_000,
        b'{"id": ' + b"[" * 20_000 + b"]" * 20_000 + b', "text": "a"}',
    ],
)
async def test_a_malformed_line_gets_an_error_and_the_next_its_answer(line: bytes) -> None:
    bad, good = await answers(line, b'{"id": 2, "text": "b"}')
    assert set(bad) == {"id", "error"}
    assert bad["id"] is None
    assert good == {"id": 2, "text": "B"}


async def test_any_writing_comes_back_as_it_was() -> None:
    found = await answers('\ufeff{"id": "é🙂", "text": "日本\u2028ǆ"}'.encode())
    assert found == [{"id": "é🙂", "text": "日本\u2028ǆ".upper()}]


async def test_half_a_surrogate_pair_does_not_end_the_stream() -> None:
    found = await answers(b'{"id": "\\ud800", "text": "\\udfff a"}', b'{"id": 2, "text": "b"}')
    assert found == [{"id": "\ud800", "text": "\udfff A"}, {"id": 2, "text": "B"}]
