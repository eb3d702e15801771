"""Block Kit in small words: pure functions that return the dictionaries Slack expects.

Every text is clipped to Slack's limit here, so that no sentence of ours can make a post fail.
A form's input carries one name as block id, action id and key of its error.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from typing import Any, Final

Block = dict[str, Any]
Element = dict[str, Any]
View = dict[str, Any]

SECTION: Final = 3000
HEADER: Final = 150
BUTTON: Final = 75
OPTION: Final = 75
LABEL: Final = 2000
TITLE: Final = 24
PLACEHOLDER: Final = 150
CONTEXT_ELEMENTS: Final = 10


def clip(text: str, limit: int) -> str:
    """Return ``text``, ended with an ellipsis where it is longer than ``limit`` characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def escape(text: str) -> str:
    """Return what somebody typed so that Slack shows it as typed: no mentions, links or marks."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str, limit: int = SECTION) -> Element:
    """Return a plain-text object."""
    return {"type": "plain_text", "text": clip(text, limit), "emoji": False}


def mrkdwn(text: str, limit: int = SECTION) -> Element:
    """Return a text object with Slack's marks. Typed words in it need ``escape`` first."""
    return {"type": "mrkdwn", "text": clip(text, limit)}


def header(text: str) -> Block:
    """Return a heading."""
    return {"type": "header", "text": plain(text, HEADER)}


def section(text: str, accessory: Element | None = None, block_id: str | None = None) -> Block:
    """Return a paragraph, with an element on its right where given."""
    block: Block = {"type": "section", "text": mrkdwn(text)}
    if accessory is not None:
        block["accessory"] = accessory
    if block_id is not None:
        block["block_id"] = block_id
    return block


def context(*lines: str) -> Block:
    """Return small print, up to ten lines."""
    return {"type": "context", "elements": [mrkdwn(one) for one in lines[:CONTEXT_ELEMENTS]]}


def divider() -> Block:
    """Return a rule."""
    return {"type": "divider"}


def actions(*elements: Element, block_id: str | None = None) -> Block:
    """Return a row of elements."""
    block: Block = {"type": "actions", "elements": list(elements)}
    if block_id is not None:
        block["block_id"] = block_id
    return block


def button(
    text: str,
    action: str,
    value: str = "",
    *,
    style: str | None = None,
    confirm: Element | None = None,
) -> Element:
    """Return a button. ``value`` is an id, checked anew; ``style`` is primary or danger."""
    element: Element = {"type": "button", "text": plain(text, BUTTON), "action_id": action}
    if value:
        element["value"] = value
    if style:
        element["style"] = style
    if confirm:
        element["confirm"] = confirm
    return element


def confirm(title: str, text: str, yes: str, no: str = "Cancel") -> Element:
    """Return the question asked before a button destroys something."""
    return {
        "title": plain(title, 100),
        "text": plain(text, 300),
        "confirm": plain(yes, 30),
        "deny": plain(no, 30),
        "style": "danger",
    }


def option(text: str, value: str, description: str | None = None) -> Element:
    """Return one choice."""
    choice: Element = {"text": plain(text, OPTION), "value": value}
    if description:
        choice["description"] = plain(description, OPTION)
    return choice


def _options(choices: Mapping[str, str]) -> list[Element]:
    return [option(text, value) for value, text in choices.items()]


def select(
    name: str, choices: Mapping[str, str], chosen: str | None = None, placeholder: str = "Choose"
) -> Element:
    """Return a menu of ``choices`` (value → text)."""
    element: Element = {
        "type": "static_select",
        "action_id": name,
        "options": _options(choices),
        "placeholder": plain(placeholder, PLACEHOLDER),
    }
    if chosen is not None and chosen in choices:
        element["initial_option"] = option(choices[chosen], chosen)
    return element


def multi_select(
    name: str, choices: Mapping[str, str], chosen: Iterable[str] = (), placeholder: str = "Choose"
) -> Element:
    """Return a menu in which several may be chosen."""
    element: Element = {
        "type": "multi_static_select",
        "action_id": name,
        "options": _options(choices),
        "placeholder": plain(placeholder, PLACEHOLDER),
    }
    initial = [option(choices[one], one) for one in chosen if one in choices]
    if initial:
        element["initial_options"] = initial
    return element


def radio(name: str, choices: Mapping[str, str], chosen: str | None = None) -> Element:
    """Return radio buttons."""
    element: Element = {"type": "radio_buttons", "action_id": name, "options": _options(choices)}
    if chosen is not None and chosen in choices:
        element["initial_option"] = option(choices[chosen], chosen)
    return element


def checkboxes(name: str, choices: Mapping[str, str], chosen: Iterable[str] = ()) -> Element:
    """Return tick boxes, up to ten."""
    element: Element = {"type": "checkboxes", "action_id": name, "options": _options(choices)}
    initial = [option(choices[one], one) for one in chosen if one in choices]
    if initial:
        element["initial_options"] = initial
    return element


def text_input(
    name: str,
    initial: str = "",
    *,
    multiline: bool = False,
    placeholder: str | None = None,
    max_length: int | None = None,
) -> Element:
    """Return a field for words."""
    element: Element = {"type": "plain_text_input", "action_id": name, "multiline": multiline}
    if initial:
        element["initial_value"] = initial
    if placeholder:
        element["placeholder"] = plain(placeholder, PLACEHOLDER)
    if max_length:
        element["max_length"] = max_length
    return element


def users_input(name: str, chosen: Iterable[str] = ()) -> Element:
    """Return a picker of several people."""
    element: Element = {"type": "multi_users_select", "action_id": name}
    initial = sorted(chosen)
    if initial:
        element["initial_users"] = initial
    return element


def user_input(name: str, chosen: str | None = None) -> Element:
    """Return a picker of one person."""
    element: Element = {"type": "users_select", "action_id": name}
    if chosen:
        element["initial_user"] = chosen
    return element


def time_input(name: str, initial: time | None = None) -> Element:
    """Return a picker of a time of day."""
    element: Element = {"type": "timepicker", "action_id": name}
    if initial is not None:
        element["initial_time"] = f"{initial:%H:%M}"
    return element


def date_input(name: str, initial: date | None = None) -> Element:
    """Return a picker of a day."""
    element: Element = {"type": "datepicker", "action_id": name}
    if initial is not None:
        element["initial_date"] = initial.isoformat()
    return element


def field(
    name: str, label: str, element: Element, *, hint: str | None = None, optional: bool = False
) -> Block:
    """Return a form's input with its label; ``name`` must be the element's action id."""
    block: Block = {
        "type": "input",
        "block_id": name,
        "label": plain(label, LABEL),
        "element": element,
        "optional": optional,
    }
    if hint:
        block["hint"] = plain(hint, LABEL)
    return block


def modal(
    callback: str,
    title: str,
    blocks: Sequence[Block],
    *,
    submit: str | None = None,
    close: str = "Cancel",
    metadata: str = "",
) -> View:
    """Return a modal. ``metadata`` comes back with it: ids only, checked anew."""
    view: View = {
        "type": "modal",
        "callback_id": callback,
        "title": plain(title, TITLE),
        "close": plain(close, TITLE),
        "blocks": list(blocks),
        "private_metadata": metadata,
    }
    if submit:
        view["submit"] = plain(submit, TITLE)
    return view
