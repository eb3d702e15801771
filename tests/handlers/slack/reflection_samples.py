"""A clinic, its services and Slack in miniature, for the tests of check-ins and reflections."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, cast

from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.checkins import Answer, Echo, Filled, Held, OpenCheckIn
from bot.clinic import Preferences, Team, Viewer
from bot.deidentify import Deidentifier, Finding, Label, Review, Tier
from bot.messages import Person
from bot.questions import OnCall
from bot.reflections import AnonymousReflection, Window
from bot.services import Services
from handlers.playground.validate import check_blocks, check_view
from handlers.slack.call import Call, Payload

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CLOSES = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
WINDOW = "river.2026-11-23"
RECEIPT = "abcdefghijklmnopqrstuvwx"
TS = "1763888400.000100"

TEAM = Team(
    id="river",
    workspace="T1",
    name="River & <Bank>",
    zone="Europe/London",
    supervisors=frozenset({"U9"}),
    clinicians=frozenset({"U1"}),
)
VIEWER = Viewer(Person("T1", "U1", "Robin", "America/New_York"), (TEAM,), is_admin=False)
OPEN_WINDOW = Window(WINDOW, "river", "T1", date(2026, 11, 23), CLOSES, 6, b"salt")
CHECKIN = OpenCheckIn(OPEN_WINDOW, TEAM, Answer.ASKED)


def refused_by_slack(blocks: Sequence[dict[str, Any]]) -> list[str]:
    """What Slack's models and the playground's table say against a message."""
    for block in blocks:
        parsed = Block.parse(block)
        assert parsed is not None, block["type"]
        parsed.validate_json()
    return [str(problem) for problem in check_blocks(list(blocks))]


def refused_view(view: dict[str, Any]) -> list[str]:
    """What Slack's models and the playground's table say against a view."""
    View(**view).validate_json()
    for block in view["blocks"]:
        parsed = Block.parse(block)
        assert parsed is not None, block["type"]
        parsed.validate_json()
    return [str(problem) for problem in check_view(view)]


def found(text: str, *words: tuple[str, Label, Tier, str]) -> Review:
    """A review that finds every occurrence of ``words`` (words, label, tier, placeholder)."""
    findings = []
    for what, label, tier, placeholder in words:
        at = text.find(what)
        while at >= 0:
            findings.append(Finding(at, at + len(what), label, tier, placeholder))
            at = text.find(what, at + len(what))
    findings.sort(key=lambda finding: finding.start)
    out, upto = "", 0
    for one in findings:
        if one.tier is Tier.REDACT:
            out, upto = out + text[upto : one.start] + one.placeholder, one.end
    return Review(out + text[upto:], tuple(findings))


def typed(view: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The values that Slack sends for a view in which a person made ``changes``.

    A change is a text, an option's value, a list of options' values, or None; what is not changed
    keeps its initial value.
    """
    values: dict[str, dict[str, Any]] = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        name, element = block["block_id"], block["element"]
        values[name] = {element["action_id"]: _value(element, changes, name)}
    unknown = set(changes) - set(values)
    assert not unknown, f"no such fields: {unknown}"
    return values


def _value(element: dict[str, Any], changes: dict[str, Any], name: str) -> dict[str, Any]:
    kind = element["type"]
    if kind == "plain_text_input":
        return {"value": changes.get(name, element.get("initial_value"))}
    if kind == "datepicker":
        return {"selected_date": changes.get(name, element.get("initial_date"))}
    options = {option["value"]: option for option in element["options"]}
    if kind in ("checkboxes", "multi_static_select"):
        chosen = changes.get(name, [one["value"] for one in element.get("initial_options", [])])
        return {"selected_options": [options[value] for value in chosen]}
    chosen = changes.get(name, element.get("initial_option", {}).get("value"))
    return {"selected_option": options[chosen] if chosen else None}


@dataclass
class FakeSlack:
    """A Web API that notes what it is asked."""

    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    def __getattr__(self, method: str) -> Any:
        async def call(**arguments: Any) -> dict[str, Any]:
            self.calls.append((method, arguments))
            if method in self.broken:
                raise TimeoutError
            return {"ok": True, "channel": {"id": "D1"}, "ts": TS}

        return call

    def of(self, method: str) -> list[dict[str, Any]]:
        return [arguments for name, arguments in self.calls if name == method]


@dataclass
class FakeCheckIns:
    """The service in memory: one window, reviewed by the real de-identification."""

    deidentifier: Deidentifier
    stored: dict[str, AnonymousReflection] = field(default_factory=dict)
    filled: list[Filled] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    echo: Echo = field(default_factory=lambda: Echo("It may lean <one way>.", "What did you want?"))

    async def form(self, _viewer: Viewer, window: str) -> OpenCheckIn:
        assert window == WINDOW
        return CHECKIN

    async def review(self, _viewer: Viewer, window: str, text: str) -> Review:
        assert window == WINDOW
        return self.deidentifier.review(text)

    async def submit(self, _viewer: Viewer, window: str, receipt: str, filled: Filled) -> Echo:
        assert window == WINDOW
        self.log.append("submit")
        return self._put(receipt, filled)

    async def edit(self, _viewer: Viewer, receipt: str, filled: Filled) -> Echo:
        self.log.append("edit")
        return self._put(receipt, filled)

    def _put(self, receipt: str, filled: Filled) -> Echo:
        words = (
            self.deidentifier.settle(filled.text, filled.decisions) if filled.text.strip() else None
        )
        self.filled.append(filled)
        self.stored[receipt] = AnonymousReflection(
            filled.ratings, filled.pull, filled.topics, words, filled.may_show, filled.if_few
        )
        return self.echo

    async def held(self, _viewer: Viewer, receipt: str) -> Held:
        return Held(OPEN_WINDOW, TEAM, self.stored[receipt])

    async def withdraw(self, _viewer: Viewer, receipt: str) -> OpenCheckIn:
        del self.stored[receipt]
        return CHECKIN

    async def skip(self, _viewer: Viewer, window: str) -> None:
        self.log.append(f"skip {window}")

    async def away(self, _viewer: Viewer, window: str) -> None:
        self.log.append(f"away {window}")

    async def later(self, _viewer: Viewer, _window: str) -> datetime:
        return datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


@dataclass
class FakeClinic:
    chosen: Preferences = field(default_factory=lambda: Preferences("T1", "U1", reminders=2))

    async def preferences(self, _viewer: Viewer) -> Preferences:
        return self.chosen

    async def save_preferences(
        self, _viewer: Viewer, *, reminders: int, away_from: date | None, away_to: date | None
    ) -> Preferences:
        self.chosen = Preferences(
            "T1", "U1", reminders=reminders, away_from=away_from, away_to=away_to
        )
        return self.chosen


class FakeQuestions:
    async def oncall(self, _viewer: Viewer) -> OnCall:
        return OnCall(contact="U9", emergency_number="999")


@dataclass
class Clinic:
    """One clinician in front of Slack."""

    deidentifier: Deidentifier
    slack: FakeSlack = field(default_factory=FakeSlack)
    clinic: FakeClinic = field(default_factory=FakeClinic)
    checkins: FakeCheckIns = field(init=False)
    replaced: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.checkins = FakeCheckIns(self.deidentifier)

    def press(self, value: str, **body: Any) -> Call:
        """A button pressed in the private chat."""
        message = {"message": {"ts": TS}, "response_url": "https://hooks.example/1"}
        return self._call(Payload.ACTION, {"actions": [{"value": value}], **message, **body})

    def submit(self, view: dict[str, Any], view_id: str = "V1", **changes: Any) -> Call:
        """A modal submitted after ``changes``."""
        returned = view | {"id": view_id, "state": {"values": typed(view, **changes)}}
        return self._call(Payload.VIEW, {"view": returned})

    def _call(self, payload: Payload, body: dict[str, Any]) -> Call:
        services = SimpleNamespace(
            clock=SimpleNamespace(now=lambda: NOW),
            clinic=self.clinic,
            checkins=self.checkins,
            questions=FakeQuestions(),
            first_time=self._first_time,
        )
        context = AsyncBoltContext(
            {"client": self.slack, "user_id": "U1", "team_id": "T1", "respond": self._respond}
        )
        call = Call(payload, {"trigger_id": "1.2", **body}, context, cast("Services", services))
        call._viewer = VIEWER  # noqa: SLF001  # identified, as the router does before a handler
        return call

    async def _respond(self, **arguments: Any) -> None:
        self.replaced.append(arguments)

    async def _first_time(self, key: str) -> bool:
        self.keys.append(key)
        return self.keys.count(key) == 1
