"""A desk for handlers: the real router, clinic and people, a recorded Web API, invented members."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import Block as SdkBlock
from slack_sdk.models.views import View as SdkView

from bot.checkins import Answer, OpenCheckIn
from bot.clinic import Clinic, Preferences, Team, Viewer
from bot.messages import Person, Section
from bot.privacy import PrivacyReceipt
from bot.reflections import Window
from bot.services import Home, Services
from handlers.playground.validate import check_blocks, check_view
from handlers.slack.call import Payload
from handlers.slack.people import SlackPeople
from handlers.slack.router import Router
from storage import memory_storage

WORKSPACE = "T0RIVER"
ADMIN, SUPERVISOR, CLINICIAN, GUEST, GONE = "U0ADMIN", "U0SUPER", "U0CLIN1", "U0GUEST", "U0GONE"
CLINICIANS = frozenset({CLINICIAN, *(f"U0CLIN{number}" for number in range(2, 9))})
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@dataclass
class StillClock:
    """A clock that moves when it is told to."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    def pass_by(self, span: timedelta) -> None:
        self.at += span


def user(member: str, **marks: Any) -> dict[str, Any]:
    """What Slack answers to users.info."""
    base = {"id": member, "name": member.lower(), "tz": "Europe/London", "deleted": False}
    return base | {"profile": {"display_name": f"Sample {member[2:].title()}"}} | marks


def sample_users() -> dict[str, dict[str, Any]]:
    members = {ADMIN, SUPERVISOR, *CLINICIANS}
    users = {member: user(member) for member in members}
    users[ADMIN]["is_admin"] = True
    users[GUEST] = user(GUEST, is_restricted=True)
    users[GONE] = user(GONE, deleted=True)
    return users


@dataclass
class RecordedApi:
    """The Web API: answers from ``users``, raises what ``refusals`` says, notes every call."""

    users: dict[str, dict[str, Any]] = field(default_factory=sample_users)
    refusals: dict[str, Exception] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __getattr__(self, method: str) -> Callable[..., Any]:
        async def call(**arguments: Any) -> Mapping[str, Any]:
            self.calls.append((method, arguments))
            if method in self.refusals:
                raise self.refusals[method]
            if method == "users_info":
                return self._user(arguments["user"])
            return {"ok": True, "channel": {"id": "D0CHAT"}}

        return call

    def _user(self, member: str) -> Mapping[str, Any]:
        if member not in self.users:
            raise refusal("user_not_found")
        return {"ok": True, "user": self.users[member]}

    def made(self, method: str) -> list[dict[str, Any]]:
        return [arguments for name, arguments in self.calls if name == method]


def refusal(code: str, **more: Any) -> SlackApiError:
    return api_error({"ok": False, "error": code, **more})


def api_error(response: object) -> SlackApiError:
    """What the SDK raises, with what it attaches."""
    return SlackApiError("refused", response)  # type: ignore[no-untyped-call]  # the SDK leaves it untyped


@dataclass
class FakePrivacy:
    """A receipt and an export, and what was asked of it."""

    erased: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    removed_at: datetime | None = None

    async def receipt(self, _viewer: Viewer) -> PrivacyReceipt:
        return sample_receipt()

    async def export(self, viewer: Viewer) -> tuple[str, bytes]:
        return "attune-my-data.json", f'{{"member": "{viewer.id}"}}'.encode()

    async def erase(self, viewer: Viewer) -> PrivacyReceipt:
        self.erased.append(viewer.id)
        return PrivacyReceipt((Section("Gone", ("Your settings.",)),))

    async def workspace_removed(self, workspace: str, at: datetime | None = None) -> None:
        self.removed.append(workspace)
        self.removed_at = at


def sample_receipt() -> PrivacyReceipt:
    return PrivacyReceipt((Section("Never kept", ("Questions & answers.", "Who wrote what.")),))


@dataclass
class FakeServices:
    """Services with a real clinic; the rest as far as handlers of this folder need it."""

    clinic: Clinic
    people: SlackPeople
    clock: StillClock
    privacy: FakePrivacy = field(default_factory=FakePrivacy)
    seen: set[str] = field(default_factory=set)

    async def first_time(self, key: str) -> bool:
        new = key not in self.seen
        self.seen.add(key)
        return new

    async def release(self, key: str) -> None:
        self.seen.discard(key)

    async def home(self, viewer: Viewer) -> Home:
        return sample_home(
            viewer,
            teams=tuple(await self.clinic.teams(viewer)),
            preferences=await self.clinic.preferences(viewer),
        )


class Desk:
    """Sends payloads to handlers as Slack would, and shows what came of it."""

    def __init__(self, *registers: Callable[..., None]) -> None:
        self.api = RecordedApi()
        self.clock = StillClock()
        self.people = SlackPeople(self._client, self.clock)
        self.clinic = Clinic(memory_storage().clinic, self.people, self.clock)
        self.services = FakeServices(self.clinic, self.people, self.clock)
        self.said: list[dict[str, Any]] = []
        self.router = Router(cast("Services", self.services))
        for register in registers:
            register(self.router)
        self._listeners = _Listeners()
        self.router.mount(cast("AsyncApp", self._listeners))
        self._triggers = 0

    async def _client(self, _workspace: str) -> Any:
        return self.api

    async def send(self, payload: Payload, body: dict[str, Any], by: str | None) -> dict[str, Any]:
        """Deliver one payload; return what Slack was answered."""
        acknowledged: dict[str, Any] = {}

        async def ack(**answer: Any) -> None:
            acknowledged.update(answer)

        async def respond(**message: Any) -> None:
            self.said.append(message)

        context = AsyncBoltContext({"team_id": WORKSPACE, "client": self.api, "respond": respond})
        if by is not None:
            context["user_id"] = by
        await self._listeners.found[payload](ack=ack, body=body, context=context)
        await self.router.finish()
        return acknowledged

    def _trigger(self) -> str:
        self._triggers += 1
        return f"trigger-{self._triggers}"

    async def press(
        self, action: str, value: str = "", *, by: str, view: str | None = "home"
    ) -> None:
        """Press a button in a view, or in a message (``view`` None)."""
        body: dict[str, Any] = {
            "actions": [{"action_id": action, "value": value}],
            "trigger_id": self._trigger(),
        }
        where = {"view": {"id": "V0", "type": view}} if view else {"response_url": "https://x"}
        await self.send(Payload.ACTION, body | where, by)

    async def submit(
        self, view: Mapping[str, Any], filled: Mapping[str, Any], *, by: str
    ) -> dict[str, Any]:
        """Submit a modal; ``filled`` maps a field to its element's state."""
        values = {name: {name: state} for name, state in filled.items()}
        body = {"view": {**view, "state": {"values": values}}, "trigger_id": self._trigger()}
        return await self.send(Payload.VIEW, body, by)

    async def type(self, text: str, *, by: str) -> dict[str, Any]:
        """Type a slash command."""
        body = {"command": "/attune", "text": text, "trigger_id": self._trigger()}
        return await self.send(Payload.COMMAND, body | {"response_url": "https://x"}, by)

    async def event(self, kind: str, by: str | None = None, **more: Any) -> dict[str, Any]:
        """Deliver an event."""
        return await self.send(Payload.EVENT, {"event": {"type": kind, **more}}, by)

    @property
    def home(self) -> dict[str, Any]:
        """The last Home that was shown."""
        return cast("dict[str, Any]", self.api.made("views_publish")[-1]["view"])

    @property
    def modal(self) -> dict[str, Any]:
        """The last modal that was opened."""
        return cast("dict[str, Any]", self.api.made("views_open")[-1]["view"])


class _Listeners:
    """Stands where Bolt's application stands: takes a listener for each kind of payload."""

    def __init__(self) -> None:
        self.found: dict[Payload, Callable[..., Any]] = {}

    def __getattr__(self, name: str) -> Callable[[Any], Callable[[Callable[..., Any]], None]]:
        kind = Payload("view" if name == "view_submission" else name)

        def for_pattern(_pattern: object) -> Callable[[Callable[..., Any]], None]:
            return lambda listener: self.found.update({kind: listener})

        return for_pattern


# ------------------------------------------------------------------ domain values


def team(number: int = 1, **more: Any) -> Team:
    values: dict[str, Any] = {
        "id": f"team-{number}",
        "workspace": WORKSPACE,
        "name": f"Riverbank {number}",
        "zone": "Europe/London",
        "supervisors": frozenset({SUPERVISOR}),
        "clinicians": CLINICIANS,
    }
    return Team(**values | more)


def viewer(member: str = CLINICIAN, *teams: Team, admin: bool = False, **more: Any) -> Viewer:
    values: dict[str, Any] = {"name": "Sample", "zone": "Europe/London"}
    return Viewer(Person(WORKSPACE, member, **values | more), teams, admin)


def open_checkin(of: Team, answer: Answer | None = Answer.ASKED) -> OpenCheckIn:
    day = date(2026, 11, 23)
    closes = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
    window = Window(f"{of.id}.{day}", of.id, WORKSPACE, day, closes, of.smallest_group, b"salt")
    return OpenCheckIn(window, of, answer)


def sample_home(of: Viewer, **more: Any) -> Home:
    values: dict[str, Any] = {
        "viewer": of,
        "now": NOW,
        "teams": of.teams,
        "open_checkins": (),
        "next_checkin": None,
        "preferences": Preferences(WORKSPACE, of.id),
        "privacy": sample_receipt(),
        "digests": (),
        "next_digests": (),
        "admins": frozenset(),
        "audit": (),
    }
    return Home(**values | more)


def filled_team(**more: Any) -> dict[str, Any]:
    """A team's form as Slack sends it back."""
    values: dict[str, Any] = {
        "name": {"value": "Riverbank"},
        "supervisors": {"selected_users": [SUPERVISOR]},
        "clinicians": {"selected_users": sorted(CLINICIANS)},
        "checkin_day": {"selected_option": {"value": "0"}},
        "checkin_time": {"selected_time": "09:00"},
        "window_days": {"selected_option": {"value": "3"}},
        "digest_day": {"selected_option": {"value": "4"}},
        "digest_time": {"selected_time": time(9).isoformat("minutes")},
        "quiet_from": {"selected_time": "19:00"},
        "quiet_to": {"selected_time": "07:00"},
        "country": {"selected_option": {"value": "GB-SCT"}},
        "on_call": {"selected_user": SUPERVISOR},
        "emergency_number": {"value": "999"},
        "smallest_group": {"value": "5"},
    }
    return values | more


# ------------------------------------------------------------------ checks


def assert_shown(view: Mapping[str, Any]) -> None:
    """Check a view by Slack's own models and by the playground's table of limits."""
    SdkView(**view).validate_json()
    assert len(SdkBlock.parse_all(view["blocks"])) == len(view["blocks"])
    assert [str(problem) for problem in check_view(view)] == []


def assert_posted(blocks: Any) -> None:
    """Check the blocks of a message in the same way."""
    for block in SdkBlock.parse_all(blocks):
        block.validate_json()
    assert [str(problem) for problem in check_blocks(list(blocks))] == []


def texts(value: Any) -> str:
    """Everything that a view or message says, joined."""
    if isinstance(value, Mapping):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return " ".join(own + [texts(inner) for inner in value.values()])
    if isinstance(value, list | tuple):
        return " ".join(texts(inner) for inner in value)
    return ""


def buttons(view: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every element that can be used outside inputs: action id and value."""
    elements = [
        element
        for block in view["blocks"]
        for element in [*block.get("elements", ()), block.get("accessory") or {}]
    ]
    return [(one["action_id"], one.get("value", "")) for one in elements if "action_id" in one]
