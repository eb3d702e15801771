"""A week in the clinic, end to end: the story that everything else serves.

Read it from top to bottom. It runs over Socket Mode and over HTTP, against a Slack that refuses
what Slack refuses.
"""

import logging
import sqlite3
from contextlib import closing

import pytest

from bot.calendar import local
from tests.acceptance.clinic import (
    ADMIN,
    CLINICIANS,
    GRACE,
    INES,
    LEO,
    MINA,
    ROSA,
    SAM,
    TOM,
    Clinic,
    words,
)

NAMES_IN_TEXTS = ("Anna", "Marcus", "Priscilla", "Oluwaseun")


async def test_a_week(
    clinic: Clinic, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    await an_admin_sets_up_the_team(clinic)
    await everyone_is_asked_on_their_own_monday(clinic)
    await grace_writes_and_the_names_are_gone(clinic)
    await mina_withdraws_and_answers_anew(clinic)
    await ines_asks_how_to_phrase_something(clinic)
    await leo_meets_a_risk(clinic)
    await the_others_answer_and_the_digest_comes(clinic)
    printed = capsys.readouterr()  # where our own events go while no log is set up
    nothing_has_leaked(clinic, f"{caplog.text}{printed.out}{printed.err}")


async def an_admin_sets_up_the_team(clinic: Clinic) -> None:
    """In Home; everyone is welcomed and told what is never kept."""
    assert "team" in await clinic.open_home(ADMIN)
    await clinic.press(ADMIN, "setup.create")
    errors = await clinic.fill(
        ADMIN,
        name="Riverbank team",
        supervisors=[SAM, ROSA],
        clinicians=CLINICIANS,
        on_call=SAM,
        emergency_number="your local number",
    )
    assert not errors
    assert "Riverbank team" in clinic.reads(ADMIN)
    await clinic.close(ADMIN)
    await clinic.settle()
    for member in (SAM, ROSA, *CLINICIANS):
        assert "never" in clinic.last(member)


async def everyone_is_asked_on_their_own_monday(clinic: Clinic) -> None:
    """Nine o'clock in each clinician's own zone: Tokyo first, Los Angeles last."""
    await clinic.until("next-checkin")
    asked = {who: clinic.messages(who)[-1] for who in CLINICIANS}
    assert all("Reflect now" in clinic.last(who) for who in CLINICIANS)
    assert asked[LEO].ts < asked[GRACE].ts < asked[MINA].ts < asked[INES].ts < asked[TOM].ts
    hours = {local(clinic.time_of(asked[who]), clinic.zone_of(who)).hour for who in CLINICIANS}
    assert hours == {9}


async def grace_writes_and_the_names_are_gone(clinic: Clinic) -> None:
    """She sees what is hidden before anything is stored, and holds the only receipt."""
    await clinic.press(GRACE, "checkin.reflect")
    assert "smallest group" in clinic.reads(GRACE)
    await clinic.fill(
        GRACE,
        bond="4",
        goals="3",
        tasks="2",
        pull="-1",
        topics=["rupture", "collusion"],
        text="Anna asked if she was a bad patient and I said no, no, you are not. "
        "Later her brother Marcus rang from 020 7946 0958.",
    )
    assert "[client A]" in clinic.reads(GRACE)
    assert not rows_of(clinic, "reflections")
    await clinic.fill(GRACE)
    await clinic.close(GRACE)
    assert "receipt" in clinic.last(GRACE)
    assert "Anna" not in clinic.all_said(GRACE)


async def mina_withdraws_and_answers_anew(clinic: Clinic) -> None:
    """Withdrawing destroys what was sent; the check-in can be answered again."""
    before = rows_of(clinic, "reflections")
    await clinic.press(MINA, "checkin.reflect")
    await clinic.fill(MINA, bond="1", pull="2")
    await clinic.close(MINA)
    assert len(rows_of(clinic, "reflections")) == len(before) + 1
    await clinic.press(MINA, "reflection.withdraw")
    assert len(rows_of(clinic, "reflections")) == len(before)
    await clinic.press(MINA, "checkin.reflect")
    await clinic.fill(MINA, bond="4", goals="4", tasks="4", pull="0", topics=["rupture"])
    await clinic.close(MINA)


async def ines_asks_how_to_phrase_something(clinic: Clinic) -> None:
    """A kind contradiction is read as confrontation, and she may try again first."""
    answer = await clinic.command(
        INES, 'Client: "Am I a bad patient?" Me: "No, no, no. You are not a bad patient."'
    )
    assert answer is not None
    said = words(answer.blocks)
    assert "confrontation" in said
    assert "Try again" in said


async def leo_meets_a_risk(clinic: Clinic) -> None:
    """Safety first, no stance; the supervisor is asked to call and learns nothing else."""
    answer = await clinic.command(
        LEO, 'My client said "I do not want to be alive any more". What do I say?'
    )
    assert answer is not None
    said = words(answer.blocks)
    assert f"<@{SAM}>" in said
    assert "collusion" not in said
    await clinic.press(LEO, "safety.call", answer)
    assert f"<@{LEO}>" in clinic.last(SAM)
    assert "alive" not in clinic.all_said(SAM)


async def the_others_answer_and_the_digest_comes(clinic: Clinic) -> None:
    """On Friday, nine o'clock, to each supervisor, with a picture and without a name."""
    await clinic.week.others_answer(INES)
    for supervisor in (SAM, ROSA):
        assert "The alliance this week" not in clinic.all_said(supervisor)
    await clinic.until("next-digest")
    for supervisor in (SAM, ROSA):
        digest = clinic.last(supervisor)
        for part in ("Riverbank team", "The alliance this week", "Bond", "min ·", "held back"):
            assert part in digest
        assert picture_of(clinic, supervisor)
        assert (
            local(clinic.time_of(clinic.messages(supervisor)[-1]), clinic.zone_of(supervisor)).hour
            == 9
        )
        for name in (*NAMES_IN_TEXTS, "Mina", "Grace", *CLINICIANS):
            assert name not in digest


def nothing_has_leaked(clinic: Clinic, logs: str) -> None:
    """Neither database nor logs hold a name or a client's word; content stands without ids."""
    stored = everything_stored(clinic)
    for word in (*NAMES_IN_TEXTS, "7946 0958", "bad patient", "alive any more", "her pull away"):
        assert word.encode() not in stored, word
        assert word not in logs, word
    content = rows_of(clinic, "reflections")
    assert len(content) == len(CLINICIANS) - 1
    for table in ("reflections", "windows", "tallies"):
        assert not any(who in repr(rows_of(clinic, table)) for who in CLINICIANS)


def picture_of(clinic: Clinic, who: str) -> bool:
    message = clinic.messages(who)[-1]
    return any(block["type"] == "image" and block["alt_text"] for block in message.blocks or [])


def everything_stored(clinic: Clinic) -> bytes:
    files = clinic.database.parent.glob(f"{clinic.database.name}*")
    return b"".join(file.read_bytes() for file in files)


def rows_of(clinic: Clinic, table: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(clinic.database)) as connection:
        return connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608  a name of ours
