"""Questions between check-ins: nothing of them is kept but counts of people, and calls for help."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.deliveries import Kind, State
from bot.errors import ChatLimited, NotAllowed
from bot.guidance import Kind as AnswerKind
from bot.messages import CallRequest
from bot.questions import OnCall
from bot.reflections import Topic
from tests.fakes import CLINICIANS, MONDAY, OTHER, SUPER, THURSDAY, House

MINA, JONAS = CLINICIANS[:2]
QUESTION = 'Client: "Am I a bad patient?" Me: "No, no, no. You are not a bad patient."'
RISK = 'My client said "I do not want to be alive any more". What do I say?'


async def tallies(house: House, team: str) -> dict[str, int]:
    async with house.storage.reflections() as store:
        return await store.tallies(f"{team}.2026-01-05")


async def test_people_are_counted_once_however_often_they_ask(house: House) -> None:
    team = await house.team()
    await house.until(MONDAY)
    for member in (MINA, MINA, JONAS):
        viewer = await house.viewer(member)
        await house.services.questions.ask(viewer, QUESTION)
        await house.services.questions.take_to_supervision(viewer, Topic.COLLUSION)
    found = await tallies(house, team.id)
    assert found.pop("topic:collusion") == 2
    assert list(found.values()) == [2]
    assert next(iter(found)).startswith("asked:")


async def test_a_safety_matter_is_answered_first_and_counted_as_such(house: House) -> None:
    team = await house.team()
    await house.until(MONDAY)
    answer = await house.services.questions.ask(await house.viewer(MINA), RISK)
    assert answer.kind is AnswerKind.SAFETY
    assert answer.reading is None
    assert answer.alternatives == ()
    assert await tallies(house, team.id) == {"asked:safety": 1}


async def test_nothing_is_counted_outside_a_window_or_for_supervisors(house: House) -> None:
    team = await house.team()
    mina = await house.viewer(MINA)
    assert await house.services.questions.take_to_supervision(mina, Topic.BOND) == ()
    await house.until(MONDAY)
    supervisor = await house.viewer(SUPER)
    await house.services.questions.ask(supervisor, QUESTION)
    assert await house.services.questions.take_to_supervision(supervisor, Topic.BOND) == ()
    assert await house.services.questions.take_to_supervision(mina, Topic.BOND) == ("Riverbank",)
    house.clock.at = THURSDAY
    assert await house.services.questions.take_to_supervision(mina, Topic.RISK) == ()
    assert await tallies(house, team.id) == {"topic:bond": 1}


async def test_either_side_of_a_pair_may_be_empty(house: House) -> None:
    viewer = await house.viewer(MINA)
    without = await house.services.questions.ask_pair(viewer, "Am I a bad patient?", "  ")
    assert without.exchange.reply is None
    assert without.pulls is not None
    nothing = await house.services.questions.ask_pair(viewer, " ", "")
    assert nothing.kind is AnswerKind.OTHER


class Counted:
    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    def count(self, what: str, which: str) -> None:
        self.seen.append((what, which))


async def test_opinions_are_of_nobody_in_particular(house: House) -> None:
    counted = Counted()
    questions = replace(house.services.questions, counts=counted)
    for member, helpful in ((MINA, True), (JONAS, True), (OTHER, False)):
        await questions.rate(await house.viewer(member), helpful=helpful)
    helpful_, unhelpful = ("opinions", "helpful"), ("opinions", "unhelpful")
    assert counted.seen == [helpful_, helpful_, unhelpful]
    await questions.ask(await house.viewer(MINA), QUESTION)
    assert [what for what, _ in counted.seen[3:]] == ["readings"]


async def test_guests_ask_nothing(house: House) -> None:
    viewer = await house.viewer(MINA)
    guest = replace(viewer, person=replace(viewer.person, is_guest=True))
    questions = house.services.questions
    for doing in (
        questions.ask(guest, QUESTION),
        questions.ask_pair(guest, "a", "b"),
        questions.take_to_supervision(guest, Topic.BOND),
        questions.rate(guest, helpful=True),
    ):
        with pytest.raises(NotAllowed):
            await doing


async def test_contacts_are_those_of_the_persons_own_teams(house: House) -> None:
    await house.team(name="A", on_call=None, emergency_number="", clinicians=frozenset({MINA}))
    await house.team(name="B", on_call=OTHER, emergency_number="112", clinicians=frozenset({MINA}))
    assert await house.services.questions.oncall(await house.viewer(MINA)) == OnCall(OTHER, "112")
    assert await house.services.questions.oncall(await house.viewer(JONAS)) == OnCall()


async def test_a_call_goes_to_the_contact_at_once_with_no_word_of_why(house: House) -> None:
    await house.team(on_call=OTHER)
    house.clock.at = MONDAY.replace(hour=3)  # in the quiet hours
    await house.tick()
    viewer = await house.viewer(MINA)
    for _ in range(2):
        assert await house.services.questions.call_me(viewer) == (OTHER,)
    await house.tick()
    assert house.messenger.to(OTHER) == [CallRequest(MINA, house.clock.at)]
    assert house.messenger.to(SUPER, CallRequest) == []
    house.clock.at += timedelta(minutes=1)
    await house.services.questions.call_me(viewer)
    await house.tick()
    assert len(house.messenger.to(OTHER)) == 2, "asking again later is another request"


async def test_without_a_contact_the_supervisors_are_asked(house: House) -> None:
    await house.team(on_call=None, supervisors=frozenset({SUPER, OTHER}))
    called = await house.services.questions.call_me(await house.viewer(MINA))
    assert called == tuple(sorted((SUPER, OTHER)))


async def test_the_contact_who_asks_reaches_somebody_else(house: House) -> None:
    await house.team(on_call=MINA)
    assert await house.services.questions.call_me(await house.viewer(MINA)) == (SUPER,)
    await house.team(name="B", on_call=SUPER, supervisors=frozenset({SUPER, OTHER}))
    assert await house.services.questions.call_me(await house.viewer(SUPER)) == (MINA,)


async def test_the_only_supervisor_who_asks_is_told_that_there_is_nobody(house: House) -> None:
    await house.team(on_call=SUPER)
    assert await house.services.questions.call_me(await house.viewer(SUPER)) == ()


async def test_a_request_that_had_to_wait_tells_since_when(house: House) -> None:
    await house.team()
    await house.tick()
    asked_at = house.clock.at
    await house.services.questions.call_me(await house.viewer(MINA))
    house.messenger.script = [ChatLimited(method="chat.postMessage", seconds=90)]
    await house.tick()
    house.clock.at += timedelta(seconds=90)
    await house.tick()
    assert house.messenger.to(SUPER, CallRequest) == [CallRequest(MINA, asked_at)]
    assert await house.states(Kind.CALL_REQUEST) == [State.SENT]


async def test_only_members_of_a_team_can_ask_to_be_called(house: House) -> None:
    await house.team()
    with pytest.raises(NotAllowed, match="a member of a team"):
        await house.services.questions.call_me(await house.viewer(OTHER))
    mina = await house.viewer(MINA)
    gone = replace(mina, person=replace(mina.person, is_active=False))
    with pytest.raises(NotAllowed):
        await house.services.questions.call_me(gone)
    assert await house.ledger(Kind.CALL_REQUEST) == []
