"""Who is who: Slack's answers translated, kept for a while, and put right by events."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.errors import ChatLimited, MissingScope, NotFound, StorageUnavailable
from handlers.slack import people
from handlers.slack.call import Payload
from handlers.slack.people import person_from
from tests.handlers.slack.desk import (
    CLINICIAN,
    SUPERVISOR,
    WORKSPACE,
    Desk,
    RecordedApi,
    StillClock,
    refusal,
    user,
)


def kept(**more: Any) -> tuple[people.SlackPeople, RecordedApi, StillClock]:
    api, clock = RecordedApi(), StillClock()

    async def client(_workspace: str) -> Any:
        return api

    return people.SlackPeople(client, clock, **more), api, clock


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ({}, {"is_active": True, "is_human": True, "is_guest": False, "is_admin": False}),
        ({"deleted": True}, {"is_active": False}),
        ({"is_bot": True}, {"is_human": False}),
        ({"is_workflow_bot": True}, {"is_human": False}),
        ({"id": "USLACKBOT"}, {"is_human": False}),
        ({"is_restricted": True}, {"is_guest": True}),
        ({"is_ultra_restricted": True}, {"is_guest": True}),
        ({"is_stranger": True}, {"is_guest": True}),
        ({"is_admin": True}, {"is_admin": True}),
        ({"is_owner": True}, {"is_admin": True}),
        ({"is_primary_owner": True}, {"is_admin": True}),
        ({"tz": "Asia/Kolkata"}, {"zone": "Asia/Kolkata"}),
        ({"tz": None}, {"zone": None}),
        ({"tz": "Moon/Crater"}, {"zone": None}),
        ({"profile": {"display_name": ""}, "real_name": "Lee Sample"}, {"name": "Lee Sample"}),
        ({"profile": {}, "name": "lee"}, {"name": "lee"}),
    ],
)
def test_slacks_marks_mean(marks: dict[str, Any], expected: dict[str, Any]) -> None:
    person = person_from(WORKSPACE, user(CLINICIAN) | marks)
    assert {name: getattr(person, name) for name in expected} == expected


async def test_a_person_is_asked_for_once_in_a_while() -> None:
    known, api, clock = kept()
    assert (await known.person(WORKSPACE, CLINICIAN)).zone == "Europe/London"
    clock.pass_by(people.KEPT_FOR - timedelta(seconds=1))
    await known.person(WORKSPACE, CLINICIAN)
    assert len(api.made("users_info")) == 1
    clock.pass_by(timedelta(seconds=1))
    await known.person(WORKSPACE, CLINICIAN)
    assert len(api.made("users_info")) == 2


async def test_workspaces_are_kept_apart() -> None:
    known, api, _clock = kept()
    await known.person(WORKSPACE, CLINICIAN)
    assert (await known.person("T0OTHER", CLINICIAN)).workspace == "T0OTHER"
    known.forget("T0OTHER")
    await known.person(WORKSPACE, CLINICIAN)
    assert len(api.made("users_info")) == 2


async def test_only_so_many_are_kept() -> None:
    known, api, _clock = kept(most=1)
    await known.person(WORKSPACE, CLINICIAN)
    await known.person(WORKSPACE, SUPERVISOR)
    await known.person(WORKSPACE, CLINICIAN)
    assert len(api.made("users_info")) == 3


async def test_somebody_unknown_is_not_found() -> None:
    known, _api, _clock = kept()
    with pytest.raises(NotFound, match="person"):
        await known.person(WORKSPACE, "U0NOBODY")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (refusal("missing_scope", needed="users:read"), MissingScope),
        (refusal("ratelimited"), ChatLimited),
    ],
)
async def test_other_refusals_are_translated(error: Exception, kind: type[Exception]) -> None:
    known, api, _clock = kept()
    api.refusals["users_info"] = error
    with pytest.raises(kind):
        await known.person(WORKSPACE, CLINICIAN)


class Followed:
    """Notes whose schedules were brought in line."""

    def __init__(self) -> None:
        self.changed: list[tuple[str, str]] = []

    async def person_changed(self, workspace: str, member: str) -> None:
        self.changed.append((workspace, member))

    async def viewer(self, _workspace: str, _member: str) -> None:
        return None


def at_desk() -> tuple[Desk, Followed]:
    at = Desk()
    people.register(at.router, at.people)
    followed = Followed()
    at.services.clinic = followed  # type: ignore[assignment]  # a clinic that only takes notes
    return at, followed


async def test_a_changed_person_is_known_anew_without_asking() -> None:
    at, followed = at_desk()
    await at.people.person(WORKSPACE, CLINICIAN)
    await at.event("user_change", user=user(CLINICIAN, tz="Asia/Tokyo"))
    assert (await at.people.person(WORKSPACE, CLINICIAN)).zone == "Asia/Tokyo"
    assert len(at.api.made("users_info")) == 1
    assert followed.changed == [(WORKSPACE, CLINICIAN)]


async def test_an_uninstalled_app_gives_up_its_token() -> None:
    at, _followed = at_desk()
    await at.event("app_uninstalled")
    assert at.services.privacy.removed == [WORKSPACE]
    assert at.services.privacy.removed_at is None
    body = {"event": {"type": "app_uninstalled"}, "event_id": "Ev2", "event_time": 1767603600}
    await at.send(Payload.EVENT, body, None)
    assert at.services.privacy.removed_at == datetime(2026, 1, 5, 9, tzinfo=UTC)


async def test_a_removed_app_lets_go_of_all_it_kept_even_where_the_database_fails() -> None:
    at, forgotten = Desk(), list[str]()
    people.register(at.router, at.people, forgotten.append)
    await at.people.person(WORKSPACE, CLINICIAN)
    await at.event("app_uninstalled")
    assert forgotten == [WORKSPACE]
    await at.people.person(WORKSPACE, CLINICIAN)
    assert len(at.api.made("users_info")) == 2

    at.services.privacy = Unstored()  # type: ignore[assignment]  # privacy without a database
    await at.event("tokens_revoked", tokens={"bot": ["U0BOT"]})
    assert forgotten == [WORKSPACE, WORKSPACE]


class Unstored:
    async def workspace_removed(self, _workspace: str, _at: object) -> None:
        raise StorageUnavailable


async def test_revoked_tokens_count_where_they_are_the_bots() -> None:
    at, _followed = at_desk()
    await at.event("tokens_revoked", tokens={"oauth": ["U1"]})
    await at.event("tokens_revoked", tokens={"oauth": ["U1"], "bot": []})
    assert at.services.privacy.removed == []
    await at.event("tokens_revoked", tokens={"bot": ["U0BOT"]})
    assert at.services.privacy.removed == [WORKSPACE]
