"""What Attune says unasked, as it is drawn, within Slack's limits."""

import json
from datetime import UTC, date, datetime

import pytest

from bot.digests import Upcoming
from bot.messages import (
    CallRequest,
    CheckIn,
    DigestMessage,
    Message,
    Notice,
    Section,
    Welcome,
)
from handlers.slack.blocks import checkins, digests, times
from handlers.slack.blocks.messages import render
from tests.handlers.slack.reflection_samples import (
    CLOSES,
    OPEN_WINDOW,
    TEAM,
    refused_by_slack,
    refused_view,
)

CHECKIN = CheckIn("river.2026-11-23", "River & <!here>", CLOSES, "Asia/Tokyo", 7)


def digest(lines: int = 3, length: int = 40, sections: int = 4) -> DigestMessage:
    return DigestMessage(
        digest="d1",
        title="River: week of 23 November",
        summary="Most answered. Bond felt <steadier>.",
        picture=b"png",
        alt_text="Lines for bond, goals and tasks.",
        sections=tuple(
            Section(f"Heading {at}", tuple("w" * length for _ in range(lines)))
            for at in range(sections)
        ),
        agenda=("10 min: endings", "15 min: repair"),
    )


MESSAGES: list[Message] = [
    Welcome("river", "River", as_supervisor=False, smallest_group=6),
    Welcome("river", "<@U1> & co", as_supervisor=True, smallest_group=6),
    CHECKIN,
    CheckIn("w", "River", CLOSES, "Asia/Tokyo", 7, reminder=True),
    digest(),
    digest(lines=60, length=290, sections=30),
    digest(lines=400, length=5, sections=60),
    digest(lines=1, length=9000),
    digest(sections=0),
    CallRequest("U1", datetime(2026, 11, 23, 9, 0, tzinfo=UTC)),
    Notice("A message could not be sent <missing>.", "U1", "Look at it."),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("picture", [None, "F0123456789"])
def test_every_message_is_taken_by_slack(message: Message, picture: str | None) -> None:
    rendered = render(message, picture, note="" if picture else "Left out.")
    assert refused_by_slack(rendered.blocks) == []
    text = sum(len(block.get("text", {}).get("text", "")) for block in rendered.blocks)
    assert text < 9600
    assert rendered.text


def test_the_check_in_is_one_line_with_four_buttons() -> None:
    rendered = render(CHECKIN)
    line, row, _ = rendered.blocks
    assert "\n" not in line["text"]["text"]
    assert "Thursday 18:00" in line["text"]["text"]
    assert "<!here>" not in json.dumps(rendered.blocks)
    assert [one["action_id"] for one in row["elements"]] == [
        "checkin.reflect",
        "checkin.later",
        "checkin.skip",
        "checkin.away",
    ]
    assert {one["value"] for one in row["elements"]} == {"river.2026-11-23"}


def test_a_reminder_reads_differently_and_blames_nobody() -> None:
    first = render(CHECKIN).text
    reminder = render(CheckIn("w", "River", CLOSES, "Asia/Tokyo", 7, reminder=True)).text
    assert reminder != first
    assert "Skipping is fine" in reminder


def test_the_welcome_says_what_is_kept_what_never_is_and_who_sees_what() -> None:
    said = json.dumps(render(MESSAGES[0]).blocks)
    for heading in ("What is kept", "What is never kept", "Who sees what"):
        assert heading in said
    assert "from 6 answers on" in said.replace("\\n", " ")


def test_the_digest_has_its_picture_with_words_and_comes_in_the_same_message() -> None:
    rendered = render(digest(), "F0123456789")
    image = next(block for block in rendered.blocks if block["type"] == "image")
    assert image == {
        "type": "image",
        "slack_file": {"id": "F0123456789"},
        "alt_text": "Lines for bond, goals and tasks.",
    }
    said = json.dumps(rendered.blocks)
    assert "&lt;steadier&gt;" in said
    assert "For the next supervision hour" in said
    assert "Anonymous" in said


def test_a_digest_too_long_for_a_message_says_where_the_rest_is() -> None:
    said = json.dumps(render(digest(lines=60, length=290, sections=30)).blocks)
    assert "Read in full" in said
    assert "There is more" in said
    assert "There is more" not in json.dumps(render(digest()).blocks)


@pytest.mark.parametrize("sections", [0, 4, 150])
def test_a_digest_is_read_in_a_modal(sections: int) -> None:
    view = digests.modal(digest(sections=sections))
    assert refused_view(view) == []
    said = json.dumps(view)
    assert "Lines for bond, goals and tasks." in said
    assert ("left out" in said) is (sections == 150)


def test_the_next_digest_is_announced_in_the_readers_zone() -> None:
    upcoming = Upcoming(TEAM, CLOSES, OPEN_WINDOW, ("Answers come in until <Thursday>.",))
    view = digests.preview(upcoming, "Europe/London")
    assert refused_view(view) == []
    said = json.dumps(view)
    assert "Thursday 26 November, 09:00" in said
    assert "&lt;Thursday&gt;" in said
    assert refused_view(digests.preview(Upcoming(TEAM, None, None, ()), None)) == []


def test_a_call_request_names_the_person_and_the_time_and_nothing_else() -> None:
    (line, _) = render(MESSAGES[-2]).blocks
    assert "<@U1>" in line["text"]["text"]
    assert "<!date^1795424400^" in line["text"]["text"]
    assert "Monday 09:00 UTC" in line["text"]["text"]


def test_times_without_a_zone_say_that_they_are_utc() -> None:
    at = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
    assert times.clock(at, None) == "14:05 UTC"
    assert times.clock(at, "America/New_York") == "09:05"
    assert times.weekday_and_clock(at, "Pacific/Auckland") == "Tuesday 03:05"


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        checkins.answered(CLOSES, "Asia/Tokyo"),
        checkins.skipped("w"),
        checkins.later("w", CLOSES, None),
        checkins.away(date(2026, 12, 4)),
        checkins.away(None),
    ],
)
def test_what_stands_in_place_of_the_question(text: str, blocks: list[dict[str, object]]) -> None:
    assert refused_by_slack(blocks) == []
    assert text
    assert "!" not in text
