"""A week in the clinic, end to end: the story that everything else serves.

Read it from top to bottom. It runs over Socket Mode and over HTTP, against a Slack that refuses
what Slack refuses.
"""

import logging
import sqlite3

import pytest

from handlers.playground.model import Message
from tests.acceptance.clinic import ADMIN, CLINICIANS, GRACE, INES, LEO, MINA, ROSA, SAM, Clinic

NAMES_IN_TEXTS = ("Anna", "Marcus", "Priscilla", "Oluwaseun")


async def set_up_the_team(clinic: Clinic) -> None:
    """The admin creates a team in Home; everyone is welcomed."""
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
    assert "never" in clinic.last(MINA)


async def test_a_week(clinic: Clinic, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    await set_up_the_team(clinic)

    # Monday, nine o'clock, in each clinician's own zone: Tokyo first, Los Angeles last.
    await clinic.until("next-checkin")
    asked = {who: clinic.messages(who)[-1] for who in CLINICIANS}
    assert len({ts_of(message) for message in asked.values()}) == len(CLINICIANS)
    assert asked[LEO].ts < asked[GRACE].ts < asked[MINA].ts < asked[INES].ts
    assert "Reflect now" in clinic.last(MINA)

    # Grace writes about a moment; the names are gone before anything is stored.
    await clinic.press(GRACE, "checkin.reflect")
    assert "smallest group" in clinic.reads(GRACE).lower()
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
    preview = clinic.reads(GRACE)
    assert "[client A]" in preview
    await clinic.fill(GRACE)
    receipt = clinic.last(GRACE)
    assert "receipt" in receipt.lower()
    assert "Anna" not in clinic.all_said(GRACE)

    # Mina answers without words, changes her mind and withdraws; then she answers after all.
    await clinic.press(MINA, "checkin.reflect")
    await clinic.fill(MINA, bond="1", pull="2")
    await clinic.close(MINA)
    await clinic.press(MINA, "reflection.withdraw")
    await clinic.press(MINA, "checkin.reflect")
    await clinic.fill(MINA, bond="4", goals="4", tasks="4", pull="0", topics=["rupture"])
    await clinic.close(MINA)
    await clinic.close(GRACE)

    # Ines asks how to phrase something, and gets an answer that is not kept.
    answer = await clinic.command(
        INES, 'Client: "Am I a bad patient?" Me: "No, no, no. You are not a bad patient."'
    )
    assert answer is not None
    said = f"{answer.text} {answer.blocks}"
    assert "confrontation" in said.lower()
    assert "Try again" in said

    # Leo asks about a risk: safety first, no stance, and a call without client content.
    await clinic.command(LEO, 'My client said "I do not want to be alive any more". What do I say?')
    assert "collusion" not in clinic.last(LEO).lower()
    await clinic.press(LEO, "safety.call")
    assert f"<@{LEO}>" in clinic.last(SAM)
    assert "alive" not in clinic.all_said(SAM)

    # The others answer in chat. The window closes; on Friday the digest comes to both supervisors.
    await clinic.week.others_answer(INES)
    assert "digest" not in clinic.all_said(SAM).lower() or "bond" not in clinic.last(SAM).lower()
    await clinic.until("next-digest")
    for supervisor in (SAM, ROSA):
        digest = clinic.last(supervisor)
        assert "Riverbank team" in digest
        assert "bond" in digest.lower()
        assert "min ·" in digest
        assert picture_of(clinic, supervisor)
        for name in (*NAMES_IN_TEXTS, "Mina", "Grace", *CLINICIANS):
            assert name not in digest

    # Afterwards neither the database nor the logs hold a name, a number or a client's word.
    leaked = [*NAMES_IN_TEXTS, "7946 0958", "bad patient", "alive any more", "felt her pull away"]
    stored = everything_stored(clinic)
    for word in leaked:
        assert word.encode() not in stored, word
        assert word not in caplog.text, word
    content = rows_of(clinic, "reflections")
    assert content
    assert not any(who.encode() in content for who in CLINICIANS)


def ts_of(message: Message) -> str:
    return f"{message.channel}{message.ts}"


def picture_of(clinic: Clinic, who: str) -> bool:
    message = clinic.messages(who)[-1]
    return any(block["type"] == "image" and block["alt_text"] for block in message.blocks or [])


def everything_stored(clinic: Clinic) -> bytes:
    files = clinic.database.parent.glob(f"{clinic.database.name}*")
    return b"".join(file.read_bytes() for file in files)


def rows_of(clinic: Clinic, table: str) -> bytes:
    with sqlite3.connect(clinic.database) as connection:
        rows = connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608  a name of ours
    return repr(rows).encode()
