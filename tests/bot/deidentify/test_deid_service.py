"""What a clinician's text looks like after review, and what settling it asks for."""

import traceback
from collections.abc import Iterator

import pytest

import bot.deidentify
from bot import errors
from bot.deidentify import (
    Decisions,
    DeidentificationFailed,
    Deidentified,
    Deidentifier,
    Label,
    NeedsAnswer,
    Review,
    Roster,
    Tier,
    review_row,
)
from bot.deidentify.engine import Engine
from bot.deidentify.page import Page
from bot.deidentify.recognisers import Span

UNSURE = "the coroner reads and talks of nothing else"


def _words(text: str, review: Review, label: Label) -> list[str]:
    return [text[f.start : f.end] for f in review.findings if f.label is label]


def test_a_review_replaces_what_is_sure(deidentifier: Deidentifier) -> None:
    text = "Saw Thandiwe on 4 March, she rang from 07700 900123 and hates my watch."
    review = deidentifier.review(text)
    assert review.text == "Saw [client A] on [date], she rang from [contact] and hates my watch."
    assert [f.label for f in review.findings] == [Label.NAME, Label.DATE, Label.PHONE]
    assert review.redacted == review.findings
    assert review.to_check == ()


def test_what_is_unsure_stays_as_typed_until_answered(deidentifier: Deidentifier) -> None:
    review = deidentifier.review(UNSURE)
    assert review.text == UNSURE
    (finding,) = review.to_check
    assert (finding.tier, UNSURE[finding.start : finding.end]) == (Tier.ASK, "coroner")
    with pytest.raises(NeedsAnswer) as refused:
        deidentifier.settle(UNSURE, Decisions())
    assert refused.value.findings == (finding,)
    assert "coroner" not in str(refused.value)


def test_kept_words_stay_and_hidden_words_go(deidentifier: Deidentifier) -> None:
    kept = deidentifier.settle(UNSURE, Decisions(keep=frozenset({"coroner"})))
    assert kept.text == UNSURE
    hidden = deidentifier.settle(UNSURE, Decisions(hide=frozenset({"coroner", "reads"})))
    assert hidden.text.startswith("the [occupation] [hidden] and")


def test_a_word_both_kept_and_hidden_is_hidden(deidentifier: Deidentifier) -> None:
    both = Decisions(keep=frozenset({"Amara"}), hide=frozenset({"Amara"}))
    assert "Amara" not in deidentifier.settle("Amara was late.", both).text


def test_an_undone_redaction_keeps_the_word(deidentifier: Deidentifier) -> None:
    settled = deidentifier.settle("Amara met Tomasz.", Decisions(keep=frozenset({"Amara"})))
    assert settled.text == "Amara met [client A]."


def test_hidden_words_go_in_any_case(deidentifier: Deidentifier) -> None:
    settled = deidentifier.settle("The Kiln again. the kiln!", Decisions(hide=frozenset({"kiln"})))
    assert settled.text == "The [hidden] again. the [hidden]!"


def test_placeholders_of_an_earlier_review_survive(deidentifier: Deidentifier) -> None:
    first = deidentifier.review("Amara told Tomasz on 4 March that nan is 93.").text
    again = deidentifier.settle(first + " Then Ngozi came.", Decisions()).text
    assert first == "[client A] told [client B] on [date] that nan is 90+."
    assert again == first + " Then [client C] came."


def test_one_name_has_one_letter_in_any_case(deidentifier: Deidentifier) -> None:
    review = deidentifier.review("Hannah Weiss left. HANNAH rang. weiss, hannah's laugh.")
    assert review.text == ("[client A] left. [client A] rang. [client A], [client A]'s laugh.")


def test_a_name_that_is_a_word_spreads_to_capitals_only(deidentifier: Deidentifier) -> None:
    review = deidentifier.review("Will said he will try. I told Will that I will too.")
    assert review.text == "[client A] said he will try. I told [client A] that I will too."


def test_the_roster_hides_the_clinics_people_and_sites(deidentifier: Deidentifier) -> None:
    roster = Roster(hidden=frozenset({"Will May", "Blue Door", "Petra Lindqvist"}))
    text = "petra and lindqvist met at the blue door; will may come."
    assert deidentifier.review(text, roster).text == (
        "[client A] and [client B] met at the [organisation]; [client C] come."
    )


def test_the_roster_keeps_words_that_never_hide(deidentifier: Deidentifier) -> None:
    roster = Roster(never_hide=frozenset({"Zorvanto"}))
    assert deidentifier.review("We spoke of Zorvanto.", roster).text == "We spoke of Zorvanto."
    assert deidentifier.review("We spoke of Zorvanto.").text != "We spoke of Zorvanto."


def test_offsets_point_into_the_text_as_typed(deidentifier: Deidentifier) -> None:
    text = "😀 saw To\u200bmasz, N\u0303gozi’s friend, and Sаrah"  # noqa: RUF001  # a Cyrillic letter
    review = deidentifier.review(text)
    assert _words(text, review, Label.NAME) == ["To\u200bmasz", "N\u0303gozi", "Sаrah"]  # noqa: RUF001  homoglyphs, on purpose


def test_a_rare_job_comes_with_a_broader_wording(deidentifier: Deidentifier) -> None:
    text = "She is the coroner here."
    (finding,) = deidentifier.review(text).to_check
    assert (finding.label, finding.suggestion) == (Label.OCCUPATION, "a public official")


def test_ages_over_89_become_one_group(deidentifier: Deidentifier) -> None:
    text = "Her gran is 94, mum is 61, her son is 7 years old."
    assert deidentifier.review(text).text == (
        "Her gran is 90+, mum is [age 60s], her son is [age under 10] years old."
    )


def test_nobody_else_makes_deidentified_text() -> None:
    with pytest.raises(TypeError):
        Deidentified("Anna", object())


def test_deidentified_text_shows_and_changes_nothing(deidentifier: Deidentifier) -> None:
    settled = deidentifier.settle("nothing moved today", Decisions())
    assert "moved" not in repr(settled)
    assert settled == deidentifier.settle("nothing moved today", Decisions())
    assert len({settled, settled}) == 1
    with pytest.raises(AttributeError):
        settled.text = "Anna"  # type: ignore[misc]  # the point of the test
    with pytest.raises(AttributeError):
        settled._text = "Anna"  # noqa: SLF001  # the point of the test


def test_a_review_does_not_print_its_text(deidentifier: Deidentifier) -> None:
    assert "moved" not in repr(deidentifier.review("nothing moved today"))


def test_a_failing_recogniser_means_refusal_without_the_text() -> None:
    def broken(page: Page) -> Iterator[Span]:
        raise ValueError(page.raw)

    failing = Deidentifier(Engine({"broken": broken}))
    text = "ereh saw aramA"[::-1]  # so that no line of source shows the name
    with pytest.raises(DeidentificationFailed) as refused:
        failing.review(text)
    printed = "".join(traceback.format_exception(refused.value))
    assert "Amara" not in printed
    assert refused.value.__context__ is None


def test_the_errors_belong_to_attunes_tree() -> None:
    assert issubclass(NeedsAnswer, errors.NeedsAnswer)
    assert DeidentificationFailed is errors.DeidentificationFailed


def test_the_row_of_a_review(deidentifier: Deidentifier) -> None:
    text = "Tomasz was late."
    assert review_row("r1", text, deidentifier.review(text)) == {
        "id": "r1",
        "text": "[client A] was late.",
        "spans": [{"start": 0, "end": 6, "label": "NAME", "tier": "redact"}],
    }


def test_a_row_refuses_a_review_of_another_text(deidentifier: Deidentifier) -> None:
    with pytest.raises(ValueError, match="another text"):
        review_row(1, "", deidentifier.review("Tomasz was late."))


def test_an_empty_text_stays_empty(deidentifier: Deidentifier) -> None:
    assert deidentifier.settle("", Decisions()).text == ""
    assert deidentifier.review(" \n").text == " \n"


def test_everything_declared_is_there() -> None:
    assert all(hasattr(bot.deidentify, name) for name in bot.deidentify.__all__)
