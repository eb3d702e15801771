"""The playground misbehaves as told, and counts it."""

import time
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from handlers.playground.faults import Faults, Rule
from tests.handlers.playground.conftest import Plain
from tests.handlers.playground.playground_bot import ME


async def post(plain: Plain) -> Any:
    plain.client.retry_handlers = []
    return await plain.client.chat_postMessage(channel=ME, text="Hello")


def posted(plain: Plain) -> int:
    return len(plain.playground.slack.im(ME).messages)


async def test_a_rate_limit_says_when_to_come_back(plain: Plain) -> None:
    rule = plain.playground.faults.add("ratelimited", "chat.postMessage", retry_after=7)
    with pytest.raises(SlackApiError) as caught:
        await post(plain)
    assert caught.value.response.status_code == 429
    assert caught.value.response["error"] == "ratelimited"
    assert caught.value.response.headers["Retry-After"] == "7"
    assert posted(plain) == 0
    await post(plain)
    assert (posted(plain), rule.struck) == (1, 1)


async def test_a_server_error_is_no_json(plain: Plain) -> None:
    plain.playground.faults.add("server_error")
    with pytest.raises(SlackApiError) as caught:
        await post(plain)
    assert caught.value.response.status_code == 500
    assert posted(plain) == 0


@pytest.mark.parametrize(("fault", "happened"), [("drop_before", 0), ("drop_after", 1)])
async def test_a_dropped_connection_may_have_had_its_effect(
    plain: Plain, fault: Any, happened: int
) -> None:
    plain.playground.faults.add(fault)
    with pytest.raises(aiohttp.ClientError):
        await post(plain)
    assert posted(plain) == happened
    await post(plain)
    assert posted(plain) == happened + 1


async def test_an_answer_may_be_slow(plain: Plain) -> None:
    plain.playground.faults.add("slow", seconds=0.05)
    began = time.perf_counter()
    await post(plain)
    assert time.perf_counter() - began >= 0.05


async def test_tokens_scopes_and_people_can_be_taken_away(plain: Plain) -> None:
    faults = plain.playground.faults
    faults.add("remove_scope", scope="chat:write")
    with pytest.raises(SlackApiError, match="missing_scope"):
        await post(plain)
    faults.add("deactivate_user", "users.info", user=ME)
    assert (await plain.client.users_info(user=ME))["user"]["deleted"]
    faults.add("revoke_token")
    with pytest.raises(SlackApiError, match="token_revoked"):
        await post(plain)


def strikes(faults: Faults, calls: int = 6) -> list[bool]:
    return [faults.next("chat.postMessage") is not None for _ in range(calls)]


def test_a_rule_waits_strikes_and_stops() -> None:
    faults = Faults([Rule("server_error", "chat.postMessage", after=2, times=3)])
    assert faults.next("users.info") is None
    assert strikes(faults) == [False, False, True, True, True, False]
    assert faults.rows()[0]["struck"] == 3


def test_chance_is_the_same_at_every_run() -> None:
    def run(seed: int) -> list[bool]:
        return strikes(Faults([Rule("server_error", times=None, chance=0.5)], seed=seed), 40)

    assert run(1) == run(1) != run(2)
    assert 5 < sum(run(1)) < 35


def test_unknown_faults_are_refused() -> None:
    faults = Faults()
    with pytest.raises(ValueError, match="no fault called 'explode'"):
        faults.replace([{"fault": "explode"}])
    with pytest.raises(ValueError, match="only fields that exist"):
        faults.replace([{"fault": "slow", "colour": "red"}])
    with pytest.raises(ValueError, match="only fields that exist"):
        faults.replace([{}])


@pytest.mark.parametrize(
    "row", [{"times": "x"}, {"after": 1.5}, {"chance": "often"}, {"seconds": 1e9}, {"method": []}]
)
def test_strange_rules_are_refused(row: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="A fault"):
        Faults().replace([{"fault": "slow", **row}])
