"""Bad input and bad luck, over the whole of Attune: one clear sentence each, and nothing lost.

Every sentence says what happened, what was kept and what to do. The process stays up: each story
ends with something that works.
"""

import hashlib
import hmac
import json
import logging
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.bootstrap import assemble
from bot.deliveries import Kind, State
from bot.errors import TokenRevoked
from handlers.playground.actions import CannotAct
from handlers.playground.model import View
from handlers.playground.state import BOT_TOKEN
from handlers.slack import router
from handlers.web import FORGED
from tests.acceptance.clinic import (
    ADMIN,
    CLINICIANS,
    ERIK,
    GRACE,
    INES,
    JONAS,
    LEO,
    MINA,
    PRIYA,
    ROSA,
    SAM,
    TOM,
    Clinic,
    _over_http,
    living,
    words,
)

NOOR = "U0NOZONE"
QUESTION = 'Client: "Am I a bad patient?" Me: "No, no, no. You are not a bad patient."'


pytestmark = pytest.mark.asyncio(loop_scope="module")
shared = partial(pytest_asyncio.fixture, scope="module", loop_scope="module")


@shared()
async def monday(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Clinic]:
    """Monday: everybody was asked. Each story here has a clinician of its own."""
    async with living("http", tmp_path_factory.mktemp("monday")) as clinic:
        await set_up(clinic)
        await clinic.until("next-checkin")
        yield clinic


@shared()
async def hard_monday(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Clinic]:
    """One has no time zone, one is deactivated on Sunday, and Slack limits the posts."""
    async with living("http", tmp_path_factory.mktemp("hard")) as clinic:
        await set_up(clinic, clinicians=[*CLINICIANS, NOOR])
        forget_people(clinic)
        clinic.playground.slack.people[MINA].active = False
        clinic.playground.faults.add("ratelimited", "chat.postMessage", times=5, retry_after=30)
        await clinic.until("next-checkin")
        await clinic.until("hour")
        yield clinic


@shared()
async def friday(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Clinic]:
    """Two teams have their digests, without the scope for pictures."""
    async with living("http", tmp_path_factory.mktemp("friday")) as clinic:
        await set_up(clinic)
        await set_up(clinic, name="Lakeside", supervisors=[ROSA], clinicians=CLINICIANS[:6])
        clinic.playground.slack.tokens[BOT_TOKEN].scopes.discard("files:write")
        await clinic.until("next-checkin")
        for _ in range(2):  # once a team
            await clinic.week.others_answer("nobody")
        await clinic.until("next-digest")
        yield clinic


def forget_people(clinic: Clinic) -> None:
    """As after ten minutes: who is who is asked of Slack again."""
    people: Any = clinic.attune.services.people
    people.forget(clinic.playground.slack.team_id)


async def set_up(clinic: Clinic, **changed: Any) -> None:
    await clinic.open_home(ADMIN)
    await clinic.press(ADMIN, "setup.create")
    values = {"name": "Riverbank", "supervisors": [SAM, ROSA], "clinicians": CLINICIANS}
    assert not await clinic.fill(ADMIN, **values | changed)
    await clinic.close(ADMIN)


def stored(clinic: Clinic, table: str, where: str = "1") -> int:
    with sqlite3.connect(clinic.database) as connection:
        (count,) = connection.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()  # noqa: S608  names of ours
    return int(count)


def answers(clinic: Clinic) -> tuple[int, int]:
    """How many reflections and how many who answered are stored."""
    return stored(clinic, "reflections"), stored(clinic, "participation", "answer = 'answered'")


def one_more(before: tuple[int, int]) -> tuple[int, int]:
    return before[0] + 1, before[1] + 1


async def well(clinic: Clinic, who: str = JONAS) -> None:
    """Attune still answers."""
    answer = await clinic.command(who, "help")
    assert answer is not None
    assert "phras" in f"{answer.text}{answer.blocks}"


async def said(clinic: Clinic, who: str, text: str) -> str:
    answer = await clinic.command(who, text)
    assert answer is not None
    return f"{answer.text}\n{words(answer.blocks or [])}"


# --- what people type ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("😀 😀 🎉", "emoji or signs but no words"),
        ("مريضتي تقول إنها مريضة سيئة فماذا أقول لها", "English only for now"),
        (
            "Meine Klientin sagt, sie sei eine schlechte Patientin. Was sage ich ihr?",
            "English only",
        ),
        ("word " * 700, "longer than I can read at once (3,000 characters)"),
        ("select * from users; drop table users;", "kept nothing"),
    ],
)
async def test_a_question_that_cannot_be_read(monday: Clinic, typed: str, sentence: str) -> None:
    answer = await said(monday, ERIK, typed)
    assert sentence in answer
    assert "kept nothing" in answer
    await monday.say(ERIK, typed)
    assert sentence in monday.last(ERIK)
    await well(monday)


async def test_an_empty_form(monday: Clinic) -> None:
    before = answers(monday)
    await monday.press(MINA, "checkin.reflect")
    assert await monday.fill(MINA) == {"bond": "Nothing is filled in yet. One answer is enough."}
    assert answers(monday) == before
    assert not await monday.fill(MINA, bond="3")
    assert answers(monday) == one_more(before)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("قالت مريم إنها حزينة جدا اليوم ولا تنام", "English only for now"),
        ("Meine Klientin Anna sagte, sie sei müde und wolle nicht mehr kommen.", "English only"),
    ],
)
async def test_a_reflection_in_another_language_stays_in_the_form(
    monday: Clinic, typed: str, sentence: str
) -> None:
    before = answers(monday)
    await monday.press(ERIK, "checkin.reflect")
    (error,) = (await monday.fill(ERIK, bond="3", text=typed)).values()
    assert sentence in error
    assert "still here and nothing was stored" in error
    assert monday.modal(ERIK).values["text"]["text"]["value"] == typed
    assert answers(monday) == before
    await monday.close(ERIK)


async def test_emoji_and_right_to_left_marks_in_a_reflection_are_kept(monday: Clinic) -> None:
    before = answers(monday)
    await monday.press(JONAS, "checkin.reflect")
    await monday.fill(JONAS, bond="3", text="It felt slow today \u202eand heavy\u202c 🌧🌧")
    assert "🌧🌧" in monday.reads(JONAS)
    await monday.fill(JONAS)
    assert answers(monday) == one_more(before)


async def test_more_than_slack_lets_anybody_type(monday: Clinic) -> None:
    before = answers(monday)
    await monday.press(ERIK, "checkin.reflect")
    assert await monday.fill(ERIK, bond="3", text="long " * 700)
    assert answers(monday) == before
    await monday.close(ERIK)


# --- who may not, or cannot ---------------------------------------------------------------------


async def claim(clinic: Clinic, who: str, action: str, value: str) -> None:
    """Press a button that was never shown to this person: whatever the client claims."""
    await clinic.open_home(who)
    home = clinic.playground.slack.home(who)
    assert home is not None
    button = {"type": "button", "action_id": action, "value": value}
    element = button | {"text": {"type": "plain_text", "text": "x"}}
    block = {"type": "actions", "block_id": "claimed", "elements": [element]}
    forged = View(**{**_fields(home), "body": {**home.body, "blocks": [block]}})
    payload = clinic.playground.payloads.view_action(
        forged, clinic.playground.payloads.action(block, element, element)
    )
    await clinic.playground.delivery.act("interactive", payload)
    await clinic._heard()  # noqa: SLF001  the harness's own waiting


def _fields(view: View) -> dict[str, Any]:
    return {name: getattr(view, name) for name in View.__slots__}


async def test_another_teams_digest_and_set_up_are_out_of_reach(friday: Clinic) -> None:
    digests = {one.team_name: one for one in await all_digests(friday)}
    for who, action, value in (
        (SAM, "digest.read", digests["Lakeside"].id),
        (SAM, "digest.preview", digests["Lakeside"].team),
        (MINA, "digest.csv", digests["Riverbank"].id),
    ):
        await claim(friday, who, action, value)
        assert "no longer here" in friday.reads(who)
        assert "Nothing was changed" in friday.reads(who)
        await friday.close(who)
    await claim(friday, MINA, "setup.remove", digests["Riverbank"].team)
    assert "Only an admin of this clinic can do that" in friday.reads(MINA)
    await friday.close(MINA)
    assert stored(friday, "teams") == 2


async def all_digests(clinic: Clinic) -> Any:
    async with clinic.attune.storage.digests() as store:
        return await store.all()


async def test_someone_deactivated_is_neither_asked_nor_heard(hard_monday: Clinic) -> None:
    with pytest.raises(CannotAct):
        await hard_monday.command(MINA, "help")
    assert "Reflect now" not in hard_monday.all_said(MINA)
    rows = await ledger(hard_monday, Kind.CHECK_IN, recipient=MINA)
    assert [(one.state, one.reason) for one in rows] == [
        (State.DROPPED, "no longer an active member of the chat")
    ]


async def ledger(clinic: Clinic, kind: Kind, **wanted: Any) -> Any:
    async with clinic.attune.storage.deliveries() as store:
        return await store.ledger(kind=kind, limit=500, **wanted)


async def test_someone_deactivated_cannot_be_put_in_a_team(monday: Clinic) -> None:
    await monday.open_home(ADMIN)
    await monday.press(ADMIN, "setup.create")
    errors = await monday.fill(
        ADMIN, name="Lakeside", supervisors=[SAM], clinicians=[*CLINICIANS, "U0LEFT"]
    )
    assert errors == {"clinicians": "Pat Former cannot be asked: not an active member here."}
    assert stored(monday, "teams") == 1
    await monday.close(ADMIN)


async def test_someone_without_a_time_zone_gets_the_teams(hard_monday: Clinic) -> None:
    assert "Reflect now" in hard_monday.last(NOOR)
    assert "names no time zone" in await hard_monday.open_home(NOOR)
    await hard_monday.open_home(ADMIN)
    await hard_monday.press(ADMIN, "setup.edit")
    assert not await hard_monday.fill(ADMIN, clinicians=[*CLINICIANS[1:], NOOR])
    told = hard_monday.reads(ADMIN)
    assert "Noor Adeyemi has no time zone; the team's (Europe/London) is used." in told


# --- what Slack takes away ----------------------------------------------------------------------


async def test_a_missing_scope_is_named_and_the_digest_comes_in_words(friday: Clinic) -> None:
    assert "lacks the scope files:write" in friday.last(SAM)
    assert "Bond" in friday.last(SAM)
    await friday.open_home(SAM)
    await friday.press(SAM, "digest.csv", friday.playground.slack.home(SAM))
    assert "lacks a permission that this needs (files:write)" in friday.reads(SAM)
    assert "Nothing was changed; an admin can install Attune's app again" in friday.reads(SAM)
    await friday.close(SAM)
    assert "files:write" in await said(friday, MINA, "my data")
    await well(friday)


async def test_a_revoked_token_fails_what_is_due_and_attune_stays_up(
    friday: Clinic, caplog: pytest.LogCaptureFixture
) -> None:
    before = len(friday.messages(MINA))
    token = friday.playground.slack.tokens[BOT_TOKEN]
    token.revoked = True
    assert "taken back Attune's access" in await said(friday, MINA, "my data")
    forget_people(friday)
    with suppress(TokenRevoked):  # what cannot even be planned is tried again at the next tick
        await friday.until("next-checkin")
    assert len(friday.messages(MINA)) == before + 1, "the answer to the command alone"
    rows = await ledger(friday, Kind.CHECK_IN, recipient=MINA)
    assert {one.state for one in rows} <= {State.SENT, State.FAILED}
    assert all("Install the app again" in one.reason for one in rows if one.state is State.FAILED)
    token.revoked = False
    assert BOT_TOKEN not in caplog.text
    await well(friday)


async def test_too_many_requests_are_waited_out_and_nothing_is_lost(hard_monday: Clinic) -> None:
    rows = await ledger(hard_monday, Kind.CHECK_IN)
    assert {one.state for one in rows if one.recipient != MINA} == {State.SENT}
    assert hard_monday.playground.faults.rules[0].struck == 5
    for who in CLINICIANS[1:]:
        asked = [m for m in hard_monday.messages(who) if "checkin.reflect" in str(m.blocks)]
        assert len(asked) == 1, who


async def test_a_limit_on_looking_people_up_is_told_in_plain_words(monday: Clinic) -> None:
    forget_people(monday)
    monday.playground.faults.add("ratelimited", "users.info", retry_after=7)
    answer = await said(monday, ERIK, "settings")
    assert "Slack asks Attune to wait for a moment. Nothing was changed" in answer
    assert "users.info" not in answer
    await well(monday)


async def test_slack_silent_for_longer_than_we_wait(
    monday: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve seconds instead of ten, made small: Slack answers after we gave up."""
    session = monday.attune.session
    assert session.timeout.total == 10
    forget_people(monday)
    monkeypatch.setattr(session, "_timeout", aiohttp.ClientTimeout(total=0.2))
    monday.playground.faults.add("slow", "users.info", seconds=0.3)
    answer = await said(monday, ERIK, "settings")
    assert "Slack did not answer in time. Nothing was changed" in answer
    monkeypatch.undo()
    await well(monday)


async def test_a_slow_answer_keeps_the_form_and_comes_by_itself(
    monday: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = answers(monday)
    await monday.press(LEO, "checkin.reflect")
    forget_people(monday)
    monkeypatch.setattr(router, "PATIENCE", 0.05)
    monday.playground.faults.add("slow", "users.info", seconds=0.3)
    errors = await monday.fill(LEO, bond="3", text="Anna was late and I said nothing.")
    assert any("leave this open" in one for one in errors.values())
    assert "[client A] was late" in monday.reads(LEO), "the preview took the form's place"
    monkeypatch.undo()
    await monday.fill(LEO)
    assert answers(monday) == one_more(before)


async def test_a_trigger_that_ran_out_is_told_in_the_private_chat(monday: Clinic) -> None:
    monday.playground.slack.seconds = later = _Later(monday.playground.slack.seconds)
    await monday.open_home(ERIK)
    view = monday.playground.slack.home(ERIK)
    assert view is not None
    payload = _pressed(monday, view, "checkin.reflect")
    later.by = 10.0
    await monday.playground.delivery.act("interactive", payload)
    await monday._heard()  # noqa: SLF001  the harness's own waiting
    later.by = 0.0
    assert "too long to open" in monday.last(ERIK)
    assert "Home shows how things stand" in monday.last(ERIK)


class _Later:
    """Slack's own clock for triggers, put forward."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self.seconds, self.by = seconds, 0.0

    def __call__(self) -> float:
        return self.seconds() + self.by


def _pressed(clinic: Clinic, view: View, action: str) -> Any:
    for block in view.body["blocks"]:
        for element in block.get("elements", ()):
            if element.get("action_id") == action:
                payloads = clinic.playground.payloads
                return payloads.view_action(view, payloads.action(block, element, element))
    raise AssertionError(action)


# --- the database -------------------------------------------------------------------------------


class _Away:
    """The database file is moved away, and comes back."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic, self.file = clinic, clinic.database
        self.aside = clinic.database.with_suffix(".aside")

    async def __aenter__(self) -> None:
        await self.clinic.attune.storage.close()
        self.file.rename(self.aside)
        self.file.mkdir()

    async def __aexit__(self, *_: object) -> None:
        await self.clinic.attune.storage.close()
        self.file.rmdir()
        self.aside.rename(self.file)


async def test_an_unreachable_database(monday: Clinic) -> None:
    before = answers(monday)
    await monday.press(TOM, "checkin.reflect")
    form = monday.modal(TOM)
    async with _Away(monday):
        errors = await submit(monday, TOM, form.id, bond="3")
        assert list(errors.values()) == [
            "The database does not answer. Nothing was stored; please try again in a minute."
        ]
        assert monday.modal(TOM).id == form.id, "the form is still open"
        answer = await monday.playground.act.command(ERIK, "/attune help")
        assert answer is not None
        assert "The database does not answer" in answer.text
        await monday.playground.act.open_home(GRACE)
        await monday.playground.delivery.settled()
        await monday.attune.router.finish()
        assert "The database does not answer" in home(monday, GRACE)
        assert "Try again" in home(monday, GRACE)
    assert not await submit(monday, TOM, form.id, bond="3")
    assert answers(monday) == one_more(before)
    await monday.press(GRACE, "home.refresh", monday.playground.slack.home(GRACE))
    assert "Privacy receipt" in home(monday, GRACE)
    await well(monday)


def home(clinic: Clinic, who: str) -> str:
    view = clinic.playground.slack.home(who)
    return words(view.body["blocks"]) if view else ""


async def submit(clinic: Clinic, who: str, view: str, **answers: Any) -> dict[str, str]:
    """Submit without asking Attune's clock to go on, which the database would stop."""
    state = {name: {name: value} for name, value in answers.items()}
    _, errors = await clinic.playground.act.submit(who, view, state)
    await clinic.attune.router.finish()
    return errors


async def test_a_full_disk(monday: Clinic) -> None:
    """SQLite may not grow by a single page any more."""
    before = answers(monday)
    await monday.press(PRIYA, "checkin.reflect")
    form = monday.modal(PRIYA)
    await fill_the_disk(monday, full=True)
    await submit(monday, PRIYA, form.id, bond="3", text="We went through the plan again. " * 80)
    errors = await submit(monday, PRIYA, monday.modal(PRIYA).id)
    assert list(errors.values()) == [
        "The disk is full. Nothing was stored; your administrator needs to make room."
    ]
    assert answers(monday) == before
    await fill_the_disk(monday, full=False)
    assert not await submit(monday, PRIYA, monday.modal(PRIYA).id)
    assert answers(monday) == one_more(before)


async def fill_the_disk(clinic: Clinic, *, full: bool) -> None:
    async with clinic.attune.storage.clinic() as store:
        session: Any = store._session  # type: ignore[attr-defined]  # noqa: SLF001  no store offers to fill a disk
        connection = await session.connection()
        (pages,) = (await connection.exec_driver_sql("PRAGMA page_count")).one()
        most = pages if full else 1_000_000
        await connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")


# --- the same thing twice, forged things, a new start ---------------------------------------------


async def test_everything_delivered_twice_counts_once(monday: Clinic) -> None:
    before = answers(monday)
    again = monday.playground.delivery.repeat
    await monday.say(ERIK, QUESTION)
    heard = len(monday.messages(ERIK))
    await again()
    await monday._heard()  # noqa: SLF001  the harness's own waiting
    assert len(monday.messages(ERIK)) == heard, "an event"

    await monday.press(INES, "checkin.reflect")
    opened = monday.modal(INES).id
    await again()
    await monday._heard()  # noqa: SLF001  as above
    assert monday.modal(INES).id == opened, "an action"

    await monday.fill(INES, bond="3")
    receipts = len(monday.messages(INES))
    await again()
    await monday._heard()  # noqa: SLF001  as above
    assert answers(monday) == one_more(before), "a submission"
    assert len(monday.messages(INES)) == receipts

    await monday.press(GRACE, "checkin.skip")
    await again()
    await monday._heard()  # noqa: SLF001  as above
    assert stored(monday, "participation", "answer = 'skipped'") == 1


async def test_forged_and_old_requests_are_refused_and_counted(monday: Clinic) -> None:
    url = monday.playground.http.urls["events_api"]
    secret = monday.playground.slack.app.signing_secret.encode()
    body = json.dumps({"type": "event_callback", "event": {"type": "app_uninstalled"}}).encode()
    now = int(time.time())
    before = FORGED._value.get()  # noqa: SLF001  prometheus has no other way to read

    def signed(stamp: int, key: bytes) -> dict[str, str]:
        digest = hmac.new(key, b"v0:%d:%b" % (stamp, body), hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": str(stamp), "X-Slack-Signature": f"v0={digest}"}

    refused: list[dict[str, str]] = [
        {},
        signed(now, b"another secret"),
        signed(now - 320, secret),
        signed(now + 320, secret),
        signed(now, secret) | {"X-Slack-Request-Timestamp": str(now - 1)},
        signed(now, secret) | {"X-Slack-Signature": "v0=" + "0" * 64},
    ]
    async with aiohttp.ClientSession() as session:
        for headers in refused:
            async with session.post(url, data=body, headers=headers) as response:
                assert response.status == 401, headers
                assert await response.text() == ""
    assert FORGED._value.get() - before == len(refused)  # noqa: SLF001  as above
    await well(monday)


async def test_attune_starts_again_while_a_preview_stands_open(tmp_path: Path) -> None:
    """Nothing waits in the process: what was typed travels in the view."""
    async with living("http", tmp_path) as clinic:
        await set_up(clinic)
        await clinic.until("next-checkin")
        await clinic.press(MINA, "checkin.reflect")
        await clinic.fill(MINA, bond="3", text="Anna was late and I said nothing.")
        assert "[client A] was late" in clinic.reads(MINA)
        async with started_again(clinic) as fresh:
            assert not await fresh.fill(MINA)
            assert "Receipt" in fresh.reads(MINA)
            assert answers(fresh) == (1, 1)
            await fresh.close(MINA)
            await fresh.press(MINA, "reflection.withdraw")
            assert answers(fresh) == (0, 0)


@asynccontextmanager
async def started_again(clinic: Clinic) -> AsyncIterator[Clinic]:
    """The process ends and another one starts on the same database."""
    await clinic.attune.storage.close()
    async with (
        assemble(clinic.attune.settings, clock=clinic.week) as attune,
        _over_http(attune, clinic.playground),
    ):
        yield Clinic(clinic.playground, attune, clinic.week, clinic.database)


async def test_no_word_of_any_of_this_is_logged(
    monday: Clinic, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    marked = "zebrafish"
    monday.playground.faults.add("drop_before", "views.open", times=None)
    monday.playground.faults.add("server_error", "chat.postMessage", times=None)
    await monday.say(ERIK, f'Client: "I saw a {marked}." Me: "No you did not."')
    await monday.press(ERIK, "checkin.reflect")
    monday.playground.faults.clear()
    async with _Away(monday):
        await monday.playground.act.command(ERIK, f"/attune {marked} {QUESTION}")
    printed = capsys.readouterr()
    logged = f"{caplog.text}{printed.out}{printed.err}"
    assert marked not in logged
    assert logged.count("slack.not_shown") == 2, "noted, without words"
    assert "slack.unavailable" in logged
    await well(monday)
