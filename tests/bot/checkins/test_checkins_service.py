"""A clinician's answer: taken once, without its writer, and only from those who were asked."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.checkins import MOST_CHARACTERS, Answer, CheckIns, Filled
from bot.checkins.echo import echo
from bot.clinic import Viewer
from bot.deidentify import Decisions, NeedsAnswer
from bot.errors import (
    AlreadyAnswered,
    ChatFailed,
    InvalidForm,
    NotAllowed,
    NotFound,
    UnknownReceipt,
    WindowClosed,
)
from bot.guidance import Guidance
from bot.reflections import IfFew, Pull, Ratings, Topic
from tests.fakes import (
    ADMIN,
    CLINICIANS,
    MONDAY,
    OTHER,
    SUPER,
    THURSDAY,
    WORKSPACE,
    House,
    rated,
)

MINA, JONAS = CLINICIANS[:2]


class Open:
    """An open check-in on Monday morning."""

    def __init__(self, house: House, service: CheckIns, window: str, mina: Viewer) -> None:
        self.house, self.service, self.window, self.mina = house, service, window, mina

    async def stored(self) -> list[Any]:
        async with self.house.storage.reflections() as store:
            return list(await store.content(self.window))

    async def standing(self, member: str = MINA) -> Answer | None:
        async with self.house.storage.checkins() as store:
            row = await store.get(self.window, member)
        return row.answer if row else None


@pytest.fixture
async def asked(house: House) -> Open:
    team = await house.team()
    await house.until(MONDAY)
    window = (await house.window(team)).id
    return Open(house, house.services.checkins, window, await house.viewer(MINA))


async def test_an_answer_is_kept_without_its_writer(asked: Open) -> None:
    filled = Filled(
        Ratings(bond=2, useful=5),
        Pull.CONFRONT,
        frozenset({Topic.RUPTURE}),
        "Marcus asked if he was a bad patient.",
        may_show=True,
        if_few=IfFew.DESTROY,
    )
    echo = await asked.service.submit(asked.mina, asked.window, "r1", filled)
    assert echo.question == "What was at stake for you when you pushed back?"
    (kept,) = await asked.stored()
    assert (kept.ratings, kept.pull, kept.topics) == (filled.ratings, filled.pull, filled.topics)
    assert (kept.may_show, kept.if_few) == (True, IfFew.DESTROY)
    assert kept.words.text == "[client A] asked if he was a bad patient."
    assert await asked.standing() is Answer.ANSWERED
    assert MINA not in repr(kept)


async def test_the_same_submission_again_changes_nothing(asked: Open) -> None:
    for _ in range(3):
        await asked.service.submit(asked.mina, asked.window, "r1", rated(4))
    assert len(await asked.stored()) == 1


async def test_a_second_form_is_refused_and_what_was_sent_stays(asked: Open) -> None:
    await asked.service.submit(asked.mina, asked.window, "r1", rated(4))
    with pytest.raises(AlreadyAnswered, match="What you sent is kept"):
        await asked.service.submit(asked.mina, asked.window, "r2", rated(1))
    with pytest.raises(AlreadyAnswered):
        await asked.service.form(asked.mina, asked.window)
    (kept,) = await asked.stored()
    assert kept.ratings.bond == 4


async def test_after_a_crash_between_the_two_stores_the_form_can_be_sent_again(
    asked: Open,
) -> None:
    await asked.service.reflections.add(asked.window, "r1", (await anonymous(asked)))
    assert await asked.standing() is Answer.ASKED
    await asked.service.submit(asked.mina, asked.window, "r1", rated(4))
    assert len(await asked.stored()) == 1
    assert await asked.standing() is Answer.ANSWERED


async def anonymous(asked: Open) -> Any:
    await asked.service.submit(await asked.house.viewer(JONAS), asked.window, "other", rated(3))
    (kept,) = await asked.stored()
    await asked.service.withdraw(await asked.house.viewer(JONAS), "other")
    return kept


async def test_edit_replaces_and_withdraw_destroys_and_frees(asked: Open) -> None:
    await asked.service.submit(asked.mina, asked.window, "r1", rated(4))
    await asked.service.edit(asked.mina, "r1", rated(2))
    (kept,) = await asked.stored()
    assert kept.ratings.bond == 2
    assert (await asked.service.held(asked.mina, "r1")).reflection == kept
    again = await asked.service.withdraw(asked.mina, "r1")
    assert (again.window.id, again.answer) == (asked.window, Answer.ASKED)
    assert await asked.stored() == []
    assert await asked.standing() is Answer.ASKED
    await asked.service.submit(asked.mina, asked.window, "r2", rated(5))
    assert len(await asked.stored()) == 1


async def test_a_receipt_that_is_unknown_finds_nothing(asked: Open) -> None:
    for doing in (
        asked.service.held(asked.mina, "unknown"),
        asked.service.edit(asked.mina, "unknown", rated(2)),
        asked.service.withdraw(asked.mina, "unknown"),
    ):
        with pytest.raises(UnknownReceipt):
            await doing
    assert await asked.stored() == []


async def test_a_receipt_is_worth_nothing_outside_its_team(asked: Open) -> None:
    """Whoever holds it and reflects in the team may use it: the store knows no writer."""
    await asked.service.submit(asked.mina, asked.window, "r1", rated(4))
    for stranger in (SUPER, ADMIN, OTHER):
        viewer = await asked.house.viewer(stranger)
        for doing in (
            asked.service.held(viewer, "r1"),
            asked.service.edit(viewer, "r1", rated(1)),
            asked.service.withdraw(viewer, "r1"),
        ):
            with pytest.raises(NotAllowed):
                await doing
    await asked.service.withdraw(await asked.house.viewer(JONAS), "r1")
    assert await asked.stored() == []
    assert await asked.standing(JONAS) is Answer.ASKED
    assert await asked.standing(MINA) is Answer.ANSWERED, "nobody can tell whose it was"


@pytest.mark.parametrize("who", [SUPER, ADMIN, OTHER])
async def test_only_clinicians_of_the_team_answer(asked: Open, who: str) -> None:
    viewer = await asked.house.viewer(who)
    for doing in (
        asked.service.form(viewer, asked.window),
        asked.service.review(viewer, asked.window, "text"),
        asked.service.submit(viewer, asked.window, "r1", rated(4)),
        asked.service.skip(viewer, asked.window),
        asked.service.away(viewer, asked.window),
        asked.service.later(viewer, asked.window),
    ):
        with pytest.raises(NotAllowed, match="clinician of this team"):
            await doing
    assert await asked.service.open_for(viewer) == []
    assert await asked.stored() == []


async def test_a_deactivated_clinician_answers_nothing(asked: Open) -> None:
    gone = replace(asked.mina, person=replace(asked.mina.person, is_active=False))
    with pytest.raises(NotAllowed):
        await asked.service.submit(gone, asked.window, "r1", rated(4))


async def test_whoever_joined_after_the_question_was_not_asked(asked: Open) -> None:
    team = asked.mina.reflects_in[0]
    await asked.house.team(id=team.id, clinicians=frozenset({*CLINICIANS, OTHER}))
    late = await asked.house.viewer(OTHER)
    assert await asked.service.open_for(late) == []
    with pytest.raises(NotFound):
        await asked.service.submit(late, asked.window, "r1", rated(4))


async def test_once_the_window_has_closed_nothing_is_taken(asked: Open) -> None:
    await asked.service.submit(asked.mina, asked.window, "r1", rated(4))
    asked.house.clock.at = THURSDAY
    jonas = await asked.house.viewer(JONAS)
    for doing in (
        asked.service.form(jonas, asked.window),
        asked.service.review(jonas, asked.window, "text"),
        asked.service.submit(jonas, asked.window, "r2", rated(4)),
        asked.service.skip(jonas, asked.window),
        asked.service.later(jonas, asked.window),
        asked.service.edit(asked.mina, "r1", rated(1)),
        asked.service.withdraw(asked.mina, "r1"),
    ):
        with pytest.raises(WindowClosed, match="next check-in comes as usual"):
            await doing
    assert await asked.standing(JONAS) is Answer.ASKED
    assert await asked.service.open_for(jonas) == []


async def test_unknown_windows_are_not_found(asked: Open) -> None:
    with pytest.raises(NotFound, match="no longer here"):
        await asked.service.form(asked.mina, "somewhere.2026-01-05")


async def test_skipped_or_away_can_still_be_answered_but_not_the_other_way(asked: Open) -> None:
    await asked.service.skip(asked.mina, asked.window)
    assert await asked.standing() is Answer.SKIPPED
    await asked.service.away(asked.mina, asked.window)
    assert await asked.standing() is Answer.AWAY
    (open_one,) = await asked.service.open_for(asked.mina)
    assert open_one.answer is Answer.AWAY
    await asked.service.submit(asked.mina, asked.window, "r1", rated(4))
    with pytest.raises(AlreadyAnswered):
        await asked.service.skip(asked.mina, asked.window)
    assert await asked.standing() is Answer.ANSWERED


@pytest.mark.parametrize(
    ("filled", "field", "words"),
    [
        (Filled(), "bond", "One answer is enough"),
        (Filled(may_show=True, if_few=IfFew.DESTROY), "bond", "One answer is enough"),
        (Filled(Ratings(bond=6)), "bond", "from 1 to 5"),
        (Filled(Ratings(safe=0)), "bond", "from 1 to 5"),
        (Filled(text="x" * (MOST_CHARACTERS + 1)), "text", "is 3001 characters"),
        (
            Filled(text="Meine Klientin Anna sagte, sie fühle sich von mir nicht ernst genommen."),
            "text",
            "English only",
        ),
        (Filled(text="قالت مريم إنها حزينة جدا اليوم"), "text", "English only"),
    ],
)
async def test_what_cannot_be_taken_is_told_and_nothing_is_stored(
    asked: Open, filled: Filled, field: str, words: str
) -> None:
    with pytest.raises(InvalidForm) as refused:
        await asked.service.submit(asked.mina, asked.window, "r1", filled)
    assert words in refused.value.problems[field]
    if field == "text":
        assert "nothing was stored" in refused.value.problems["text"]
        with pytest.raises(InvalidForm):
            await asked.service.review(asked.mina, asked.window, filled.text)
    assert await asked.stored() == []
    assert await asked.standing() is Answer.ASKED


@pytest.mark.parametrize("text", ["😀😀😀", "   ", "?", "x" * MOST_CHARACTERS])
async def test_odd_texts_are_taken_as_they_are(asked: Open, text: str) -> None:
    filled = Filled(Ratings(bond=3), text=text, decisions=Decisions(keep=frozenset({text})))
    await asked.service.submit(asked.mina, asked.window, "r1", filled)
    (kept,) = await asked.stored()
    assert (kept.words is None) is not bool(text.strip())


async def test_words_that_are_not_there_cannot_be_shown(asked: Open) -> None:
    await asked.service.submit(asked.mina, asked.window, "r1", rated(3, may_show=True))
    (kept,) = await asked.stored()
    assert kept.may_show is False


async def test_unsure_words_must_be_answered_before_anything_is_stored(asked: Open) -> None:
    text = "He works as an organist in town, and it was late."
    review = await asked.service.review(asked.mina, asked.window, text)
    assert review.to_check, "the example needs an unsure word"
    with pytest.raises(NeedsAnswer, match="Nothing was stored yet"):
        await asked.service.submit(asked.mina, asked.window, "r1", Filled(text=text))
    assert await asked.stored() == []
    unsure = frozenset(text[one.start : one.end] for one in review.to_check)
    decided = Filled(text=text, decisions=Decisions(hide=unsure))
    await asked.service.submit(asked.mina, asked.window, "r1", decided)
    (kept,) = await asked.stored()
    assert "organist" not in kept.words.text


async def test_colleagues_and_the_clinics_words_are_hidden(asked: Open) -> None:
    asked.house.people.add(JONAS, name="Jonas Weberlein")
    admin = await asked.house.viewer(ADMIN)
    await asked.house.services.clinic.set_words(admin, "Elm House", "")
    text = "weberlein covered for me at elm house on the day we talked."
    review = await asked.service.review(asked.mina, asked.window, text)
    assert "weberlein" not in review.text
    assert "elm house" not in review.text


async def test_a_colleague_whom_the_chat_forgot_keeps_nobody_from_answering(asked: Open) -> None:
    del asked.house.people.known[JONAS]
    await asked.service.submit(asked.mina, asked.window, "r1", rated(3, text="It felt slow."))
    assert len(await asked.stored()) == 1


async def test_without_the_chat_names_are_not_known_and_nothing_is_stored(asked: Open) -> None:
    asked.house.people.trouble[JONAS] = ChatFailed(method="users.info", code="x")
    with pytest.raises(ChatFailed):
        await asked.service.submit(asked.mina, asked.window, "r1", rated(3, text="It felt slow."))
    assert await asked.stored() == []
    assert await asked.standing() is Answer.ASKED


async def test_a_safety_matter_in_the_words_comes_back_at_once(asked: Open) -> None:
    text = "The client said: I do not want to be alive any more."
    echo = await asked.service.submit(asked.mina, asked.window, "r1", rated(3, text=text))
    assert echo.safety is not None
    assert echo.observation is None


async def test_words_about_a_safety_matter_are_never_kept_and_ratings_are(asked: Open) -> None:
    text = "The client said: I do not want to be alive any more."
    filled = rated(3, text=text, may_show=True)
    await asked.service.submit(asked.mina, asked.window, "r1", filled)
    (kept,) = await asked.stored()
    assert (kept.words, kept.may_show, kept.ratings) == (None, False, filled.ratings)
    await asked.service.edit(asked.mina, "r1", rated(4, text="It felt slow."))
    await asked.service.edit(asked.mina, "r1", filled)
    assert await asked.stored() == [kept], "nor by an edit"


@pytest.mark.parametrize(
    "text",
    ["Thanks! He has written all his letters and given the dog away, so he won't be a bother."],
)
async def test_words_that_look_like_no_question_are_listened_to_all_the_same(
    asked: Open, text: str
) -> None:
    echo = await asked.service.submit(asked.mina, asked.window, "r1", rated(3, text=text))
    (kept,) = await asked.stored()
    assert (kept.words, echo.safety is not None, echo.observation) == (None, True, None)


@pytest.mark.parametrize(
    "text", ["Ich weiß nicht, was ich tun soll.", "no se que hacer con mi madre"]
)
async def test_words_in_another_language_are_refused_and_nothing_is_stored(
    asked: Open, text: str
) -> None:
    with pytest.raises(InvalidForm) as refused:
        await asked.service.submit(asked.mina, asked.window, "r1", rated(3, text=text))
    assert "does not look like English" in refused.value.problems["text"]
    assert await asked.stored() == []


async def test_safety_is_spoken_of_only_where_words_are_dropped(asked: Open) -> None:
    guidance, filled = asked.service.guidance, rated(3)
    await asked.service.submit(asked.mina, asked.window, "r1", filled)
    (kept,) = await asked.stored()
    for text in ("I was bruised all over after the rugby sevens.", "He has written his goodbyes."):
        said = await echo(guidance, text, kept)
        assert (said.safety is None) == (await guidance.concern(text) is None)


async def test_an_observation_is_tentative(asked: Open) -> None:
    text = "They asked if they were a bad patient and I said no, no, you are not a bad patient."
    echo = await asked.service.submit(asked.mina, asked.window, "r1", rated(3, text=text))
    assert echo.question.endswith("?")
    assert echo.observation is None or "may" in echo.observation or "seems" in echo.observation
    assert isinstance(asked.service.guidance, Guidance)


async def test_a_person_in_two_teams_is_asked_in_both_and_answers_each(house: House) -> None:
    first = await house.team()
    second = await house.team(name="Lakeside", supervisors=frozenset({OTHER}))
    await house.until(MONDAY + timedelta(hours=1))
    mina = await house.viewer(MINA)
    found = await house.services.checkins.open_for(mina)
    assert {one.team.id for one in found} == {first.id, second.id}
    await house.answer(MINA, first)
    standing = {one.team.id: one.answer for one in await house.services.checkins.open_for(mina)}
    assert standing == {first.id: Answer.ANSWERED, second.id: Answer.ASKED}
    async with house.storage.checkins() as store:
        assert len(await store.of_member(WORKSPACE, MINA)) == 2
