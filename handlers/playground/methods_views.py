"""Web API methods about modals and the Home tab."""

from typing import Any

from handlers.playground.forms import dress_blocks
from handlers.playground.model import Json, SlackError, View
from handlers.playground.state import SlackState
from handlers.playground.validate import check_view
from handlers.playground.web_api import Call, method

__all__ = ["checked_view"]


def checked_view(slack: SlackState, view: Any, surface: str, keep: View | None = None) -> Json:
    """A view as Slack stores it.

    Args:
        slack: the workspace, where external ids must differ.
        view: what the app sent.
        surface: ``modal`` or ``home``; the other one is refused.
        keep: the view this one replaces, whose external id it may keep.

    Raises:
        SlackError: invalid_arguments with every problem, or duplicate_external_id.
    """
    problems = [f"[ERROR] {problem}" for problem in check_view(view)]
    if not problems and view["type"] != surface:
        problems = [f"[ERROR] must be of type {surface} [json-pointer:/view/type]"]
    if problems:
        raise SlackError("invalid_arguments", *problems)
    external = view.get("external_id")
    taken = (v for v in slack.views.values() if v is not keep and v.body.get("external_id"))
    if external and external in {v.body["external_id"] for v in taken}:
        raise SlackError("duplicate_external_id")
    stored: Json = {**view, "blocks": dress_blocks(view["blocks"])}
    for name in ("title", "submit", "close"):
        if stored.get(name):
            stored[name] = {"emoji": True, **stored[name]}
    return stored


def _view(call: Call) -> Any:
    view = call.structure("view")
    if view is None:
        raise SlackError("invalid_arguments", "[ERROR] missing required field: view")
    return view


def _answer(call: Call, view: View) -> Json:
    return {"view": call.hub.payloads.view(view)}


@method("views.open")
def views_open(call: Call) -> Json:
    """Open a modal with a trigger of the last three seconds."""
    body = checked_view(call.hub.slack, _view(call), "modal")
    trigger = call.hub.slack.use_trigger(call.text("trigger_id", error="invalid_trigger_id"))
    return _answer(call, call.hub.slack.open_view(trigger.user, body))


@method("views.push")
def views_push(call: Call) -> Json:
    """Put a modal on top of the one the trigger came from."""
    slack = call.hub.slack
    body = checked_view(slack, _view(call), "modal")
    trigger = slack.use_trigger(call.text("trigger_id", error="invalid_trigger_id"))
    if trigger.view not in slack.stacks.get(trigger.user, []):
        text = "must match the `type` of the root view whose stack we're pushing onto"
        raise SlackError("invalid_arguments", f"[ERROR] {text} [json-pointer:/view/type]")
    return _answer(call, slack.push_view(trigger.user, body))


@method("views.update")
def views_update(call: Call) -> Json:
    """Change an open view by id or external id."""
    slack = call.hub.slack
    view_id, external_id = call.maybe("view_id"), call.maybe("external_id")
    if bool(view_id) == bool(external_id):
        raise SlackError("invalid_arguments", "[ERROR] must provide `view_id` or `external_id`")
    view = slack.find_view(view_id, external_id)
    body = checked_view(slack, _view(call), view.kind, keep=view)
    _unchanged(call, view)
    return _answer(call, slack.change_view(view, body))


@method("views.publish")
def views_publish(call: Call) -> Json:
    """Publish somebody's Home tab."""
    slack = call.hub.slack
    user = slack.person(call.text("user_id", error="user_not_found")).id
    home = slack.home(user)
    body = checked_view(slack, _view(call), "home", keep=home)
    if home is not None:
        _unchanged(call, home)
    return _answer(call, slack.publish(user, body))


def _unchanged(call: Call, view: View) -> None:
    if call.maybe("hash") not in ("", view.hash):
        raise SlackError("hash_conflict")
