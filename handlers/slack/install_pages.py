"""What a browser shows at the end of an installation: one plain page for each way it can go."""

from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from typing import Final

from starlette.responses import HTMLResponse

INSTALL_PATH: Final = "/slack/install"
_AGAIN: Final = "install"
"""The same from the page's own address, whatever a proxy puts before both."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page in words.

    ``why`` is its short name in the logs. ``link`` (an address and its words) is where to go on.
    """

    why: str
    status: HTTPStatus
    title: str
    lines: tuple[str, ...]
    link: tuple[str, str] | None = (_AGAIN, "Start again")

    def response(self) -> HTMLResponse:
        """Return the page; whatever came from outside is escaped."""
        said = "".join(f"<p>{escape(line)}</p>\n" for line in self.lines)
        if self.link is not None:
            address, words = map(escape, self.link)
            said += f'<p><a href="{address}">{words}</a></p>\n'
        return HTMLResponse(
            '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(self.title)} · Attune</title>\n</head>\n<body>\n<main>\n"
            f"<h1>{escape(self.title)}</h1>\n{said}</main>\n</body>\n</html>\n",
            self.status,
        )


STRANGE: Final = Page(
    "state",
    HTTPStatus.BAD_REQUEST,
    "This did not start here",
    (
        "This browser did not begin this installation here, so Attune stopped. Nothing was stored.",
        "Please start again, and stay in one browser with cookies allowed for this address.",
    ),
)
LATE: Final = Page(
    "late",
    HTTPStatus.BAD_REQUEST,
    "That took longer than ten minutes",
    ("An installation has to be finished within ten minutes. Nothing was stored.",),
)
USED: Final = Page(
    "used",
    HTTPStatus.CONFLICT,
    "This page was used already",
    (
        "Each installation works once, and this one was finished before. Nothing was changed.",
        "If Attune shows up in Slack, all is well. Otherwise please start again.",
    ),
)
DENIED: Final = Page(
    "denied",
    HTTPStatus.FORBIDDEN,
    "Attune was not installed",
    (
        "The installation was cancelled in Slack. Nothing was stored.",
        "Some workspaces ask an owner to approve apps first; you can start again then.",
    ),
)
ORGANISATION: Final = Page(
    "organisation",
    HTTPStatus.BAD_REQUEST,
    "Please choose one workspace",
    (
        "Attune is installed in one workspace at a time, not in an organisation.",
        "Nothing was stored.",
    ),
)
ROTATING: Final = Page(
    "rotation",
    HTTPStatus.BAD_REQUEST,
    "Token rotation is switched on",
    (
        "Slack gave a token that ends after twelve hours, and Attune does not renew tokens.",
        "Nothing was stored.",
        "Whoever runs Attune needs an app whose manifest says token_rotation_enabled: false.",
    ),
)
UNREADABLE: Final = Page(
    "unreadable",
    HTTPStatus.BAD_GATEWAY,
    "Slack's answer could not be read",
    ("Something in it is missing. Nothing was stored; please try again in a minute.",),
)
UNANSWERED: Final = Page(
    "unanswered",
    HTTPStatus.BAD_GATEWAY,
    "Slack did not answer",
    ("Nothing was stored; please try again in a minute.",),
)
UNSTORED: Final = Page(
    "storage",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "Attune could not store this",
    ("Its database does not answer. Nothing was stored; please try again in a minute.",),
)


def refused(code: str) -> Page:
    """Return the page for a refusal of Slack's, named by its ``code``."""
    return Page(
        "refused",
        HTTPStatus.BAD_REQUEST,
        "Slack did not complete the installation",
        (
            f"Its reason is “{code}”. Nothing was stored.",
            "Please start again. If that does not help, show this page to whoever runs Attune.",
        ),
    )


def installed(workspace: str, name: str, app: str | None) -> Page:
    """Return the page after an installation.

    Args:
        workspace: The workspace's id.
        name: Its name, for people.
        app: The id of Attune's app, for a link into Slack; None where Slack did not say.
    """
    return Page(
        "installed",
        HTTPStatus.OK,
        f"Attune is installed in {name}",
        (
            "In Slack, look for Attune under Apps and open its Home tab.",
            "There an owner or admin sets up the first team: who is in it, and when.",
            "Until then Attune writes to nobody.",
            "You can close this page.",
        ),
        (f"slack://app?team={workspace}&id={app}&tab=home", "Open Attune in Slack")
        if app
        else None,
    )
