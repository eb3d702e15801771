"""Every entry point against everybody who could use it, with ids that are not theirs.

All of Attune's services over memory, behind the real router. Two teams in one workspace and one in
another have lived for a week. Each entry point is called by each actor with what belongs to
*Riverbank*: its window, its digest, the receipt of one of its clinicians, its settings. The table
says who may have an effect; for everybody else nothing of another person changes, and nothing
that was marked is shown.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Final, cast

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot import bootstrap
from bot.checkins import Filled
from bot.clinic import Workspace
from bot.deidentify import Deidentifier
from bot.reflections import Ratings
from handlers.slack.call import Payload
from handlers.slack.drafts import Draft
from handlers.slack.features import register_all
from handlers.slack.people import SlackPeople
from handlers.slack.router import Router
from tests.fakes import ADMIN, CLINICIANS, FRIDAY, MONDAY, OTHER, SUPER, WEEK, House
from tests.fakes import WORKSPACE as HERE
from tests.handlers.slack.desk import RecordedApi, filled_team

FAR: Final = "T0FAR"
MARK: Final = "walking on thin ice"
NUMBER: Final = "020 7946 0000"
HIDDEN: Final = "Quillfeather"
MARKS: Final = (MARK, NUMBER, HIDDEN)
MINA, JONAS = CLINICIANS[:2]
LAKES = tuple(f"U0LAKE{number}" for number in range(1, 9))
FARS = tuple(f"U0FARC{number}" for number in range(1, 9))

ACTORS: Final[Mapping[str, tuple[str, str | None]]] = {
    "admin": (HERE, ADMIN),
    "supervisor": (HERE, SUPER),
    "clinician": (HERE, JONAS),
    "another team's supervisor": (HERE, OTHER),
    "another team's clinician": (HERE, LAKES[0]),
    "member": (HERE, "U0MEMBER"),
    "guest": (HERE, "U0GUEST"),
    "deactivated": (HERE, "U0GONE"),
    "bot": (HERE, "U0BOT"),
    "another workspace's admin": (FAR, "U0FARA"),
    "another workspace's supervisor": (FAR, "U0FARS"),
    "another workspace's clinician": (FAR, FARS[0]),
    "nobody": (HERE, None),
}
NOT_MEMBERS: Final = ("guest", "deactivated", "bot", "nobody")
ADMINS, SUPERVISORS, CLINICIANS_ = {"admin"}, {"supervisor"}, {"clinician"}
NO_ONE: Final[set[str]] = set()

Entry = tuple[Payload, str]
ACTION, VIEW, EVENT = Payload.ACTION, Payload.VIEW, Payload.EVENT

MAY: Final[Mapping[Entry, set[str]]] = {
    (ACTION, "checkin.away"): NO_ONE,
    (ACTION, "checkin.later"): CLINICIANS_,
    (ACTION, "checkin.reflect"): CLINICIANS_,
    (ACTION, "checkin.skip"): CLINICIANS_,
    (ACTION, "digest.csv"): SUPERVISORS,
    (ACTION, "digest.preview"): SUPERVISORS,
    (ACTION, "digest.read"): SUPERVISORS,
    (ACTION, "home.next"): NO_ONE,
    (ACTION, "home.previous"): NO_ONE,
    (ACTION, "home.refresh"): NO_ONE,
    (ACTION, "phrasing.again"): NO_ONE,
    (ACTION, "phrasing.alternatives"): NO_ONE,
    (ACTION, "phrasing.helpful"): NO_ONE,
    (ACTION, "phrasing.open"): NO_ONE,
    (ACTION, "phrasing.supervision"): NO_ONE,
    (ACTION, "phrasing.unhelpful"): NO_ONE,
    (ACTION, "privacy.erase"): NO_ONE,
    (ACTION, "privacy.export"): NO_ONE,
    (ACTION, "reflection.copy"): CLINICIANS_,  # whoever holds the receipt, in that team
    (ACTION, "reflection.edit"): CLINICIANS_,
    (ACTION, "reflection.withdraw"): CLINICIANS_,
    (ACTION, "safety.call"): NO_ONE,
    (ACTION, "settings.open"): NO_ONE,
    (ACTION, "settings.pause"): NO_ONE,
    (ACTION, "settings.resume"): NO_ONE,
    (ACTION, "setup.admins"): ADMINS,
    (ACTION, "setup.create"): ADMINS,
    (ACTION, "setup.edit"): ADMINS,
    (ACTION, "setup.remove"): ADMINS,
    (ACTION, "setup.words"): ADMINS,
    (Payload.COMMAND, "/attune"): NO_ONE,
    (EVENT, "app_home_opened"): NO_ONE,
    (EVENT, "app_uninstalled"): NO_ONE,
    (EVENT, "message"): NO_ONE,
    (EVENT, "tokens_revoked"): NO_ONE,
    (EVENT, "user_change"): NO_ONE,
    (Payload.SHORTCUT, "phrasing.global"): NO_ONE,
    (Payload.SHORTCUT, "phrasing.message"): NO_ONE,
    (VIEW, "checkin.away_dates"): CLINICIANS_,
    (VIEW, "phrasing.ask"): NO_ONE,
    (VIEW, "phrasing.sides"): NO_ONE,
    (VIEW, "reflection.preview"): CLINICIANS_,
    (VIEW, "reflection.write"): CLINICIANS_,
    (VIEW, "settings.save"): NO_ONE,
    (VIEW, "setup.admins"): ADMINS,
    (VIEW, "setup.team"): ADMINS,
    (VIEW, "setup.words"): ADMINS,
}
"""Who may have an effect on Riverbank, or be shown what is marked. Everybody may do the rest for
themselves: ask, pause, look at their own Home, take and delete their own data.
"""

TOLD: Final = ("app_uninstalled", "tokens_revoked", "user_change")
"""What Slack tells about a workspace is nobody's doing."""


@dataclass
class World:
    """The services, the router, and what is needed to forge."""

    house: House
    router: Router
    api: RecordedApi
    team: str = ""
    window: str = ""
    digest: str = ""
    receipt: str = "receipt of mina"
    listeners: dict[Payload, Callable[..., Any]] = field(default_factory=dict)
    stores: list[Any] = field(default_factory=list)
    before: list[dict[str, Any]] = field(default_factory=list)
    said: list[Any] = field(default_factory=list)

    lines: list[set[str]] = field(default_factory=list)
    calls: int = 0

    def keep(self) -> None:
        self.lines = [_lines(vars(one)) for one in self.stores]
        self.before = [{k: copy(v) for k, v in vars(one).items()} for one in self.stores]

    def restore(self) -> None:
        for store, values in zip(self.stores, self.before, strict=True):
            vars(store).update({k: copy(v) for k, v in values.items()})
        self.api.calls.clear()
        self.said.clear()

    def changed(self, without: str | None = None) -> list[str]:
        """What is not as it was, but for what names ``without``."""
        found = [
            one
            for store, before in zip(self.stores, self.lines, strict=True)
            for one in sorted(before ^ _lines(vars(store)))
        ]
        return [one for one in found if without is None or without not in one]

    async def call(self, entry: Entry, body: dict[str, Any], actor: str) -> str:
        """Call an entry point; return all that was shown to anybody."""
        workspace, member = ACTORS[actor]
        acknowledged: dict[str, Any] = {}
        # Each call is a new one: what was handled already would not even be looked at.
        self.calls += 1
        body = body | {"trigger_id": f"trigger {self.calls}", "event_id": f"E{self.calls}"}

        async def ack(**answer: Any) -> None:
            acknowledged.update(answer)

        async def respond(**message: Any) -> None:
            self.said.append(message)

        context = AsyncBoltContext(
            {"team_id": workspace, "client": self.api, "respond": respond}
            | ({"user_id": member} if member else {})
        )
        await self.listeners[entry[0]](ack=ack, body=body, context=context)
        await self.router.finish()
        return repr((acknowledged, self.api.calls, self.said))


def _lines(values: Mapping[str, Any]) -> set[str]:
    found: set[str] = set()
    for value in values.values():
        parts = value.items() if isinstance(value, dict) else value
        found |= set(map(repr, parts if isinstance(value, dict | list | set) else [value]))
    return found


class _Listeners:
    """Stands where Bolt's application stands."""

    def __init__(self, found: dict[Payload, Callable[..., Any]]) -> None:
        self._found = found

    def __getattr__(self, name: str) -> Callable[[Any], Callable[[Callable[..., Any]], None]]:
        kind = Payload("view" if name == "view_submission" else name)
        return lambda _: lambda listener: self._found.update({kind: listener})


async def _a_team(house: House, workspace: str, admin: str, **members: Any) -> str:
    clinic = house.services.clinic
    values = {"emergency_number": NUMBER, "on_call": None} | members
    from tests.fakes import form  # noqa: PLC0415  a name that would hide the world's own forms

    viewer = await clinic.viewer(workspace, admin)
    return (await clinic.save_team(viewer, form(**values))).team.id


async def _answer(house: House, workspace: str, member: str, team: str, receipt: str) -> None:
    checkins = house.services.checkins
    (window,) = await checkins.reflections.current(team, house.clock.now())
    filled = Filled(Ratings(bond=2), text=f"It felt like {MARK}.", may_show=True)
    viewer = await house.services.clinic.viewer(workspace, member)
    await checkins.submit(viewer, window.id, receipt, filled)


async def _lived() -> World:
    house = House()
    for member in (*LAKES, *FARS, "U0FARS", "U0MEMBER"):
        house.people.add(member)
    house.people.add("U0FARA", is_admin=True)
    house.people.add("U0GUEST", is_guest=True)
    house.people.add("U0GONE", is_active=False)
    house.people.add("U0BOT", is_human=False)
    river = await _a_team(house, HERE, ADMIN)
    lake = await _a_team(
        house, HERE, ADMIN, name="Lakeside",
        supervisors=frozenset({OTHER}), clinicians=frozenset(LAKES),
    )  # fmt: skip
    far = await _a_team(
        house, FAR, "U0FARA", name="Far",
        supervisors=frozenset({"U0FARS"}), clinicians=frozenset(FARS),
    )  # fmt: skip
    async with house.storage.clinic() as clinic:
        await clinic.save_workspace(Workspace(HERE, always_hide=frozenset({HIDDEN})))
    await house.until(MONDAY)
    teams = ((HERE, river, CLINICIANS), (HERE, lake, LAKES), (FAR, far, FARS))
    for workspace, team, members in teams:
        for member in members:
            await _answer(house, workspace, member, team, f"first of {member}")
    await house.until(FRIDAY)
    await house.until(MONDAY + WEEK)
    api = RecordedApi()
    world = World(house, Router(house.services), api)
    world.team, world.digest = river, f"{river}.2026-01-05"
    world.window = f"{river}.2026-01-12"
    await _answer(house, HERE, MINA, river, world.receipt)

    async def client(_: str) -> Any:
        return api

    register_all(world.router, SlackPeople(client, house.clock))
    world.router.mount(cast("AsyncApp", _Listeners(world.listeners)))
    storage = house.storage
    for opened in (
        storage.clinic, storage.deliveries, storage.reflections, storage.checkins, storage.digests,
    ):  # fmt: skip
        async with opened() as store:
            world.stores.append(store)
    world.keep()
    return world


@pytest.fixture(scope="module")
def lived() -> World:
    with pytest.MonkeyPatch.context() as patched:
        made = Deidentifier()
        patched.setattr(bootstrap, "Deidentifier", lambda: made)
        return asyncio.run(_lived())


@pytest.fixture
def world(lived: World) -> Iterator[World]:
    lived.restore()
    yield lived
    lived.restore()


class Log:
    """Notes events instead of writing them, however logging was set up."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def __getattr__(self, _level: str) -> Callable[..., None]:
        return lambda event, **_: self.events.append(event)


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    made = Log()
    monkeypatch.setattr("handlers.slack.router.log", made)
    return made


# ------------------------------------------------------------------ what is forged


def _press(action: str, value: str, **more: Any) -> dict[str, Any]:
    body = {"actions": [{"action_id": action, "value": value}], "response_url": "https://x"}
    return body | more


def _submit(callback: str, metadata: str, **filled: Any) -> dict[str, Any]:
    values = {name: {name: state} for name, state in filled.items()}
    view = {"callback_id": callback, "id": "V1", "private_metadata": metadata, "blocks": []}
    return {"view": {**view, "state": {"values": values}}}


def _option(value: str) -> dict[str, Any]:
    return {"selected_option": {"value": value}}


def forged(world: World, entry: Entry) -> list[dict[str, Any]]:
    """Bodies with which Riverbank could be reached."""
    kind, name = entry
    window, receipt, team = world.window, world.receipt, world.team
    answers = Filled(Ratings(bond=1))
    new = Draft(window, "receipt of somebody new", filled=answers).packed()
    theirs = Draft(window, receipt, editing=True, filled=answers).packed()
    away = {
        "away_from": {"selected_date": "2026-01-12"},
        "away_to": {"selected_date": "2026-01-13"},
    }
    asked = {
        "client": {"value": "You are not listening to me."},
        "reply": {"value": "I am sorry that you feel this way."},
    }
    people = {"admins": {"selected_users": ["U0MEMBER"]}}
    hiding = {"always_hide": {"value": "else"}, "never_hide": {"value": ""}}
    felt = {"bond": _option("1"), "if_few": _option("destroy")}
    views: dict[str, list[dict[str, Any]]] = {
        "checkin.away_dates": [_submit(name, f"{window} 1.0", **away)],
        "phrasing.ask": [_submit(name, team, **asked), _submit(name, theirs, **asked)],
        "phrasing.sides": [_submit(name, team, **asked)],
        "reflection.preview": [_submit(name, new), _submit(name, theirs)],
        "reflection.write": [_submit(name, new, **felt), _submit(name, theirs, **felt)],
        "settings.save": [_submit(name, MINA, reminders=_option("0"), **away)],
        "setup.admins": [_submit(name, HERE, **people)],
        "setup.team": [
            _submit(name, team, **filled_team(name={"value": "Ours now"},
                    supervisors={"selected_users": [SUPER]},
                    clinicians={"selected_users": list(CLINICIANS)},
                    on_call={"selected_user": SUPER})),
        ],
        "setup.words": [_submit(name, HERE, **hiding)],
    }  # fmt: skip
    if kind is VIEW:
        return views[name]
    if kind is ACTION:
        values = (window, world.digest, receipt, team, MINA, HERE, "rupture", "2w")
        return [_press(name, value) for value in values]
    if kind is EVENT:
        event: dict[str, Any] = {
            "type": name,
            "user": MINA,
            "tab": "home",
            "channel_type": "im",
            "channel": "D1",
        }
        event |= {"text": "privacy", "tokens": {"bot": ["B1"]}}
        event |= {"user": {"id": MINA, "deleted": True}} if name == "user_change" else {}
        return [{"event": event}]
    message = {"message": {"text": "She said that I do not listen."}}
    texts = ("", "my data", "privacy", "delete my data", f"pause 2w {MINA}", f"settings {team}")
    if kind is Payload.SHORTCUT:
        return [{"callback_id": name} | message]
    return [{"command": name, "text": text} for text in texts]


# ------------------------------------------------------------------ the table


def test_no_entry_point_is_forgotten(lived: World) -> None:
    assert lived.router.names == MAY.keys()


@pytest.mark.parametrize("entry", [one for one in MAY if one[1] not in TOLD], ids=" ".join)
async def test_whoever_may_not_changes_nothing_and_sees_nothing(
    world: World, log: Log, entry: Entry
) -> None:
    for actor in ACTORS.keys() - MAY[entry]:
        for body in forged(world, entry):
            shown = await world.call(entry, body, actor)
            assert not any(mark in shown for mark in MARKS), (actor, body)
            assert _reached(world, entry, actor) == [], (actor, body)
            if ACTORS[actor][0] == HERE:
                assert not _opens_a_form(entry, shown), (actor, body)
            if actor in NOT_MEMBERS:
                assert world.changed() == [], (actor, body)
            world.restore()
    assert "slack.handler_failed" not in log.events


def _reached(world: World, entry: Entry, actor: str) -> list[str]:
    """What changed that is not the caller's own: in another workspace, only what is here counts."""
    workspace, member = ACTORS[actor]
    lines = world.changed(without=member)
    if entry[1] == "privacy.erase":  # whoever goes is missing from their teams
        lines = [one for one in lines if "Team(" not in one]
    if _is_own(entry):  # counted without a name, which is theirs all the same
        lines = [one for one in lines if "asked:" not in one and "topic:" not in one]
    if workspace == HERE:
        return lines
    return [one for one in lines if any(name in one for name in (HERE, world.team, "U0CLIN"))]


def _is_own(entry: Entry) -> bool:
    """Whether what it does is to the caller's own: to be told apart from others' by its lines."""
    return entry[1] in {
        "privacy.erase", "safety.call", "phrasing.ask", "phrasing.sides", "phrasing.supervision",
        "settings.pause", "settings.resume", "settings.save", "checkin.away_dates", "message",
        "/attune",
    }  # fmt: skip


def _opens_a_form(entry: Entry, shown: str) -> bool:
    """Whether something that only some may see was opened."""
    forms = {
        (ACTION, "setup.create"): "setup.team",
        (ACTION, "setup.admins"): "setup.admins",
        (ACTION, "checkin.reflect"): "reflection.write",
        (ACTION, "digest.preview"): "Riverbank",
    }
    return entry in forms and "views_open" in shown and forms[entry] in shown


@pytest.mark.parametrize(
    ("entry", "actor"),
    [(entry, actor) for entry, actors in MAY.items() for actor in sorted(actors)],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else one,
)
async def test_whoever_may_does_or_sees_it(world: World, entry: Entry, actor: str) -> None:
    """So that the table above can fail: the same bodies have an effect in the right hands."""
    effects = []
    for body in forged(world, entry):
        shown = await world.call(entry, body, actor)
        effects.append(
            bool(world.changed())
            or any(mark in shown for mark in MARKS)
            or _opens_a_form(entry, shown)
            or "files_upload_v2" in shown
        )
        world.restore()
    assert any(effects)


@pytest.mark.parametrize("name", TOLD)
async def test_what_slack_tells_of_one_workspace_touches_no_other(world: World, name: str) -> None:
    (body,) = forged(world, (EVENT, name))
    await world.call((EVENT, name), body, "another workspace's admin")
    assert [one for one in world.changed() if HERE in one or world.team in one] == []


GARBAGE: Final = ("", "x" * 3000, "..", "\0", "{}", "[]", '{"v":1}', "T1.2026-13-45", "🙂")


@pytest.mark.parametrize("entry", [one for one in MAY if one[0] in (ACTION, VIEW)], ids=" ".join)
async def test_ids_that_mean_nothing_do_nothing(world: World, log: Log, entry: Entry) -> None:
    kind, name = entry
    for value in GARBAGE:
        body = _press(name, value) if kind is ACTION else _submit(name, value)
        for actor in ("clinician", "member"):
            await world.call(entry, body, actor)
            assert _reached(world, entry, actor) == [], (actor, value)
            world.restore()
    assert "slack.handler_failed" not in log.events


@pytest.mark.parametrize(
    "option", [{"pull": "7"}, {"topics": "gossip"}, {"if_few": "publish"}, {"bond": "9"}]
)
async def test_options_that_no_form_has_are_refused(
    world: World, log: Log, option: dict[str, str]
) -> None:
    metadata = Draft(world.window, "receipt of somebody new").packed()
    ((name, value),) = option.items()
    state = {"selected_options": [{"value": value}]} if name == "topics" else _option(value)
    body = _submit("reflection.write", metadata, **{name: state})
    await world.call((VIEW, "reflection.write"), body, "clinician")
    assert world.changed() == []
    assert "slack.handler_failed" not in log.events
