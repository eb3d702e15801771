"""Slack's page that asks whether an app may be installed, as the playground shows it."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.handlers.playground.conftest import Plain

BACK = "http://127.0.0.1:9/slack/oauth_redirect"


async def page(plain: Plain, **given: str) -> tuple[int, str]:
    asked = {
        "client_id": plain.playground.slack.app.client_id,
        "scope": "chat:write,commands",
        "redirect_uri": BACK,
        "state": 's"1',
    } | given
    address = f"{plain.base_url}/oauth/v2/authorize"
    async with plain.session.get(address, params=asked) as response:
        return response.status, await response.text()


def links(text: str) -> list[dict[str, Any]]:
    found = [urlsplit(unescape(link)) for link in re.findall(r'href="([^"]+)"', text)]
    assert {f"{one.scheme}://{one.netloc}{one.path}" for one in found} == {BACK}
    return [{name: value[0] for name, value in parse_qs(one.query).items()} for one in found]


async def test_allowing_gives_a_code_and_cancelling_does_not(plain: Plain) -> None:
    status, text = await page(plain)
    allow, cancel = links(text)
    assert status == 200
    assert cancel == {"error": "access_denied", "state": 's"1'}
    assert allow["state"] == 's"1'
    token = plain.playground.slack.use_code(allow["code"], BACK)
    assert token.scopes == {"chat:write", "commands"}


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"client_id": "0.0"}, "invalid_client_id"),
        ({"redirect_uri": ""}, "bad_redirect_uri"),
        ({"redirect_uri": "https://attune.example.org/"}, "bad_redirect_uri"),
        ({"redirect_uri": "javascript:alert(1)"}, "bad_redirect_uri"),
        ({"scope": ""}, "invalid_scope"),
        ({"scope": "chat:write,admin"}, "invalid_scope"),
    ],
)
async def test_what_slack_refuses_is_refused(
    plain: Plain, given: dict[str, str], error: str
) -> None:
    status, text = await page(plain, **given)
    assert (status, error in text) == (400, True)


async def test_a_code_is_for_the_address_it_was_given_to(plain: Plain) -> None:
    slack = plain.playground.slack
    code = slack.new_code(BACK, {"chat:write"})
    secret = {"client_id": slack.app.client_id, "client_secret": slack.app.client_secret}
    refusal = await plain.refusal("oauth.v2.access", code=code, redirect_uri="x", **secret)
    assert refusal["error"] == "bad_redirect_uri"
    again = await plain.refusal("oauth.v2.access", code=code, redirect_uri=BACK, **secret)
    assert again["error"] == "invalid_code"
