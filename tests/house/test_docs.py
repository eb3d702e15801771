"""The documentation is demanded and true: what is there is named, and what is said happens."""

import json
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from bot.clinic import LEAST_GROUP
from bot.deidentify import Deidentifier, Label, review_row
from bot.digests.audit import COLLUDERS
from bot.digests.disclosure import WORDS_OVER_K
from bot.guidance import Bid, Guidance, Stance, Subtype, answer_row, question_from_row
from bot.operations import Operations
from bot.privacy.service import NEVER_KEPT, PARTICIPATION_WEEKS, REFLECTIONS_WEEKS
from handlers.cli import create_cli
from handlers.jsonl import Answering, Row, stream
from handlers.slack.health import SCOPES
from storage.tables import METADATA
from tests.house.code import ROOT, modules
from tests.house.settings_page import PAGE, settings_page

DOCS = ROOT / "docs"
OURS = [
    *sorted(DOCS.rglob("*.md")),
    *(ROOT / name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "README.md", "SECURITY.md")),
]


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def prose(path: Path) -> str:
    """A page without its code."""
    text = path.read_text(encoding="utf-8")
    return re.sub(r"`[^`\n]*`", "", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def examples(heading: str) -> list[str]:
    """The JSON Lines under a heading of the page on phrasing."""
    section = page("reference/phrasing.md").split(f"### `{heading} --jsonl`")[1].split("\n###")[0]
    return re.findall(r"```jsonl\n(.*?)```", section, flags=re.DOTALL)


async def answered(lines: str, answer: Answering) -> list[Row]:
    out = BytesIO()
    await stream(lines.encode().splitlines(), out, answer)
    return [json.loads(line) for line in out.getvalue().splitlines()]


# ------------------------------------------------------------------ demanded


def test_the_page_of_settings_is_what_the_settings_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == settings_page()


def test_every_command_has_its_part_on_the_page() -> None:
    commands = {
        one.name or getattr(one.callback, "__name__", "")
        for one in create_cli(Operations()).registered_commands
    }
    assert (
        set(re.findall(r"^### `(\w+)`$", page("reference/command-line.md"), re.MULTILINE))
        == commands
    )


def test_every_table_is_named_where_people_read_what_is_kept() -> None:
    text = page("reference/data-kept.md")
    assert [name for name in METADATA.tables if f"`{name}`" not in text] == []


def test_the_promised_weeks_are_the_ones_kept() -> None:
    text = page("reference/data-kept.md")
    assert f"until {REFLECTIONS_WEEKS} weeks after the check-in" in text
    assert f"{PARTICIPATION_WEEKS} weeks after the check-in" in text
    assert len(NEVER_KEPT) == 4  # all four stand under "Never kept", in other words


def test_every_scope_and_event_is_explained() -> None:
    text = page("howto/connect-slack.md")
    manifest = json.loads((ROOT / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == set(SCOPES)
    for scope, why in SCOPES.items():
        assert f"| `{scope}` | {why} |" in text
    for event in manifest["settings"]["event_subscriptions"]["bot_events"]:
        assert f"| `{event}` |" in text


def test_every_event_of_the_logs_is_explained() -> None:
    text = page("howto/run-in-production.md")
    logged = re.compile(r"\blog\.(?:debug|info|warning|error)\([^\"]*?\"([\w.]+)\"", re.DOTALL)
    names = {name for path in modules() for name in logged.findall(path.read_text())}
    assert names
    assert [name for name in sorted(names) if f"`{name}`" not in text] == []


@pytest.mark.parametrize("known", [Stance, Subtype, Bid, Label])
def test_the_codebook_names_every_code(known: Any) -> None:
    text = page("reference/phrasing.md")
    assert [one.value for one in known if f"`{one.value}`" not in text] == []


def test_every_decision_stands_in_the_list() -> None:
    records = {path.name for path in (DOCS / "decisions").glob("0*.md")}
    assert set(re.findall(r"\]\((0\d+-[\w-]+\.md)\)", page("decisions/README.md"))) == records


def test_a_decision_gives_its_context_and_consequences() -> None:
    for path in (DOCS / "decisions").glob("0*.md"):
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {path.name[:4]} ")
        for part in ("**Context.**", "**Decision.**", "**Consequences.**"):
            assert part in text, path.name


# ------------------------------------------------------------------ true


async def test_the_examples_of_phrasing_are_true() -> None:
    lines, expected = examples("phrase")
    guidance = Guidance()

    async def answer(row: Row) -> Row:
        name, asked = question_from_row(row)
        said = guidance.ask(asked) if isinstance(asked, str) else guidance.ask_pair(asked)
        return answer_row(name, await said)

    given = await answered(lines, answer)
    told = [json.loads(line) for line in expected.splitlines()]
    assert [{name: row[name] for name in one} for row, one in zip(given, told, strict=True)] == told
    described = set(re.findall(r"`(\w+)`", page("reference/phrasing.md")))
    assert set(given[0]) <= described


async def test_the_example_of_deidentification_is_true() -> None:
    lines, expected = examples("deidentify")
    deidentifier = Deidentifier()

    async def answer(row: Row) -> Row:
        return review_row(row["id"], row["text"], deidentifier.review(row["text"]))

    assert await answered(lines, answer) == [json.loads(line) for line in expected.splitlines()]


async def test_the_worked_example_is_read_as_it_is_told() -> None:
    rows = re.findall(r"^\| \"(.+?)\" \| (\w+) \|", page("why.md"), re.MULTILINE)
    assert len(rows) == 5
    for reply, stance in rows:
        answer = await Guidance().ask(f'Client: "Am I a bad patient?" Me: "{reply}"')
        assert answer.reading is not None
        assert answer.reading.stance.value == stance, reply


def test_the_smallest_group_is_the_one_told() -> None:
    assert f"{LEAST_GROUP} to 50" in page("howto/clinic-admin.md")
    assert WORDS_OVER_K == COLLUDERS == 2  # "k + 2", in the record on what a digest may tell


# ------------------------------------------------------------------ in our voice


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_pages_keep_the_voice(path: Path) -> None:
    text = prose(path)
    assert not re.search(r"\w!(?!\[)", text)
    assert not re.search(r"HIPAA[- ]complian", text, re.IGNORECASE)


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_links_to_headings_lead_somewhere(path: Path) -> None:
    for link, heading in re.findall(r"\]\((?!http)([^)#]*)#([^)]+)\)", path.read_text()):
        target = (path.parent / link) if link else path
        found = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
        anchors = {re.sub(r"[^\w -]", "", one).strip().lower().replace(" ", "-") for one in found}
        assert heading in anchors, f"{path.name} → {link}#{heading}"
