"""The page of all settings, made from ``bot.settings``.

``python -m tests.house.settings_page > docs/reference/settings.md`` writes it anew.
"""

import sys
from pathlib import Path
from typing import Final

from pydantic.fields import FieldInfo

from bot.settings import Settings

PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"

_TOP: Final = """\
# Settings

Settings are environment variables. They may also stand in a file `.env` beside the code, one
`NAME=value` a line; a variable in the environment wins. They are read once, when a command
starts. A value that cannot be used stops the command with a sentence that names the variable.

No Slack credentials: `python -m bot run` opens the playground. `SLACK_BOT_TOKEN` with
`SLACK_APP_TOKEN`: Socket Mode. `SLACK_BOT_TOKEN` with `SLACK_SIGNING_SECRET`: the Events API over
HTTP. With all three, Socket Mode wins.

| Variable | Default | What it is |
|---|---|---|
"""

_BOTTOM: Final = """
Installing into several workspaces over OAuth is not served in this version: there is no
`/slack/install` yet, and `SLACK_CLIENT_ID` and `SLACK_CLIENT_SECRET` do nothing useful. Set
`SLACK_BOT_TOKEN`, which serves the one workspace that it was made in.

Tokens, secrets and keys are masked wherever settings are shown. Everything a clinic decides about
itself (teams, times, the smallest group, the on-call contact) is no setting: an admin sets it in
App Home, see [For the clinic's admin](../howto/clinic-admin.md).

This page is made from `bot/settings.py` by `python -m tests.house.settings_page`; a test compares
the two.
"""


def settings_page() -> str:
    """Return the page as Markdown: each variable, its default, its description word for word."""
    rows = (
        f"| `{field.alias}` | {_default(field)} | {field.description} |\n"
        for field in Settings.model_fields.values()
    )
    return _TOP + "".join(rows) + _BOTTOM


def _default(field: FieldInfo) -> str:
    empty = field.default is None or field.default in ((), frozenset())
    return "not set" if empty else f"`{field.default}`"


if __name__ == "__main__":
    sys.stdout.write(settings_page())
