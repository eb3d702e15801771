"""Notices: admins alone learn that something needs their hand, once a day, and what to do."""

from datetime import timedelta

import pytest

from bot.deliveries import Delivery, Kind
from bot.errors import ChatRefused, MemberUnreachable, MissingScope, TokenRevoked
from bot.messages import Notice
from tests.fakes import ADMIN, CLINICIANS, OTHER, SUNDAY, SUPER, WORKSPACE, House

MINA = CLINICIANS[0]
GONE = MemberUnreachable(method="chat.postMessage", code="user_disabled")


def failed(house: House, kind: Kind = Kind.CHECK_IN) -> Delivery:
    return Delivery("key", WORKSPACE, kind, MINA, "about", house.clock.at)


async def tell(house: House, error: ChatRefused = GONE, kind: Kind = Kind.CHECK_IN) -> None:
    (listener,) = house.services.deliveries.on_failure
    await listener.delivery_failed(failed(house, kind), error)


async def recipients(house: House) -> list[str]:
    return [one.recipient for one in await house.ledger(Kind.NOTICE)]


async def test_a_delivery_that_fails_for_good_is_told_to_an_admin(house: House) -> None:
    await house.team()
    house.messenger.script = [GONE]
    await house.tick()
    await house.tick()
    (notice,) = house.messenger.to(ADMIN, Notice)
    assert notice.text == "A welcome could not be delivered."
    assert notice.advice == (
        "The chat answered user_disabled. Check that this person is still active."
    )
    assert notice.member in {SUPER, *CLINICIANS}


async def test_a_missing_scope_is_named(house: House) -> None:
    await house.team()
    await house.tick()
    await tell(
        house, MissingScope(method="x", code="missing_scope", scope="files:write"), Kind.DIGEST
    )
    await house.tick()
    (notice,) = house.messenger.to(ADMIN, Notice)
    assert (notice.text, notice.member) == ("A digest could not be delivered.", MINA)
    assert "Add the scope files:write" in notice.advice


@pytest.mark.parametrize("kind", [one for one in Kind if one is not Kind.NOTICE])
async def test_every_kind_has_words(house: House, kind: Kind) -> None:
    await house.team()
    await house.tick()
    await tell(house, kind=kind)
    await house.tick()
    (notice,) = house.messenger.to(ADMIN, Notice)
    assert notice.text.endswith("could not be delivered.")


async def test_the_same_trouble_is_told_once_a_day(house: House) -> None:
    await house.team()
    for _ in range(5):
        await tell(house)
    assert len(await recipients(house)) == 1
    house.clock.at = SUNDAY + timedelta(days=1)
    await tell(house)
    assert len(await recipients(house)) == 2


async def test_a_notice_about_a_notice_would_never_end(house: House) -> None:
    await house.team()
    await tell(house, kind=Kind.NOTICE)
    await tell(house, TokenRevoked(method="x", code="token_revoked"))
    assert await recipients(house) == []


async def test_the_admins_named_in_attune_are_told(house: House) -> None:
    await house.team()
    await house.services.clinic.set_admins(await house.viewer(ADMIN), frozenset({SUPER, OTHER}))
    await tell(house)
    assert sorted(await recipients(house)) == sorted([SUPER, OTHER])


async def test_otherwise_whoever_set_up_last_and_never_a_member(house: House) -> None:
    """The newest entry of the trail may be a member who deleted their own data."""
    await house.team()
    house.clock.at = SUNDAY + timedelta(hours=1)
    await house.services.privacy.erase(await house.viewer(MINA))
    await house.services.privacy.workspace_removed(WORKSPACE)
    await tell(house)
    assert await recipients(house) == [ADMIN]


async def test_where_nobody_set_anything_up_nobody_is_told(house: House) -> None:
    await tell(house)
    assert await recipients(house) == []
