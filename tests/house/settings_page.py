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
`SLACK_APP_TOKEN`: Socket Mode. `SLACK_SIGNING_SECRET` with `SLACK_BOT_TOKEN` or `SLACK_CLIENT_ID`:
the Events API over HTTP. With both ways, Socket Mode wins.

| Variable | Default | What it is |
|---|---|---|
"""

_BOTTOM: Final = """
`SLACK_BOT_TOKEN` serves the one workspace that it was made in. `SLACK_CLIENT_ID` with
`SLACK_CLIENT_SECRET` serves every workspace that installs Attune from `/slack/install`; see
[Connect Slack](../howto/connect-slack.md).

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
