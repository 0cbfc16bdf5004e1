"""Follow-ups of invented people and places: what is left as it is, and what is searched and shown."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pullquote.answers import Turn
from pullquote.qa.followups.term_classifier import TermReading, shipped_classifier
from pullquote.qa.followups.terms import terms_of
from pullquote.qa.followups.understanding import Understood, resolved, understand

from qa_fakes import NamesCarried, reading


def turns(*told: tuple[str, str | None]) -> list[Turn]:
    return [Turn(question, answer) for question, answer in told]


MAYOR = ("Who was elected mayor of Tarn?", "Odile Brandt")


def test_a_question_without_turns_before_it_is_left_as_it_is():
    fake = NamesCarried()
    assert understand("How old is she?", [], fake) == Understood("How old is she?")
    assert fake.asked == []


def test_a_question_that_needs_nothing_is_left_byte_for_byte():
    asked = "  Who owns the ferry  Alma Rose?"
    assert understand(asked, turns(MAYOR), NamesCarried()) == Understood(asked)


def test_a_follow_up_is_shown_with_what_it_is_about_and_searched_with_the_turns_around_it():
    found = understand("How old is she?", turns(("Who is it?", None), ("Who won?", "Odile Brandt")), NamesCarried())
    assert found == Understood(
        question="How old is Odile Brandt?",
        carried=("Odile Brandt",),
        around="How old is she? Who won? Odile Brandt Who is it?",
    )


def test_a_pasted_text_is_left_as_it_is():
    assert understand("she " * 200, turns(MAYOR), NamesCarried()) == Understood("she " * 200)


def test_of_pasted_turns_only_the_beginning_is_searched():
    found = understand("How old is she?", turns(("Who won?" + " word" * 200, "Odile Brandt")), NamesCarried())
    assert found.around is not None
    assert len(found.around) < 250


def made(needs: float, odds: float) -> TermReading:
    told = reading("How old is she?", ["Odile Brandt"], "Odile Brandt")
    return TermReading(told.row, (odds, odds), needs)


@pytest.mark.parametrize(
    ("needs", "odds", "changed"),
    [(0.99, 0.9, True), (0.1, 0.9, False), (0.985, 0.2, False), (0.9995, 0.2, True), (0.9995, 0.01, False)],
)
def test_both_probabilities_decide(needs: float, odds: float, *, changed: bool):
    # Where it is sure that a question needs something, the likeliest words will do.
    found = resolved("How old is she?", turns(MAYOR), made(needs, odds))
    assert (found != Understood("How old is she?")) is changed


def shown(told: Sequence[tuple[str, str | None]], question: str) -> str:
    return understand(question, turns(*told), shipped_classifier()).question


@pytest.mark.parametrize(
    ("told", "question", "carried"),
    [
        # what it is about is a common noun
        ([("How do you treat frostbite?", None)], "Does whisky help?", "frostbite"),
        # something is said before the question
        ([MAYOR], "OK, and how old is she?", "Odile Brandt"),
        ([("What is the Sundby net loan scheme?", None)], "Interesting. How do I apply for it?", "loan scheme"),
        # a correction
        ([("How do chain letters start?", "with a promise"), ("Which one was famous?", "the Orlund letter of 1931")],
         "No, I meant how they spread", "chain letters"),
        # an adjective after a name is no part of it
        ([("Is Blue Heron bad for you?", None)], "Can it kill you?", "Blue Heron"),
        # a name that only an answer has
        ([("Who was Jonas Orme?", "a photographer"), ("What did he print?", "a pamphlet called Cold Lamp")],
         "Was it popular?", "Cold Lamp"),
        ([("Who was the youngest to die in the Alma Rose?", "Ilse Tamm")], "How old was she?", "Ilse Tamm"),
        # a few words
        ([("Is Rasmus Vig married?", "to Lea"), ("Does he have any brothers?", "six")], "Any sisters?", "Rasmus Vig"),
        ([("Who is the mayor of Tarn?", "Odile Brandt")], "What about Skell?", "mayor"),
    ],
)  # fmt: skip
def test_the_shipped_classifier_carries(told: list[tuple[str, str | None]], question: str, carried: str):
    assert terms_of(carried) <= terms_of(shown(told, question)), shown(told, question)


@pytest.mark.parametrize(
    ("told", "question"),
    [
        ([MAYOR], "Who chairs the harbour board?"),
        ([MAYOR], "Why did the herring ban begin?"),
        ([("Who owns the ferry Alma Rose?", "Ilse Tamm")], "When did the fire at the Sundby mill start?"),
        ([MAYOR, ("How old is she?", "47")], "How much did the new bridge at Ostrel cost?"),
    ],
)
def test_the_shipped_classifier_leaves_what_stands_alone(told: list[tuple[str, str | None]], question: str):
    assert shown(told, question) == question


def test_the_shipped_classifier_never_drags_the_ship_along():
    told = [("Who was the youngest to die in the Alma Rose?", "Ilse Tamm")]
    assert shown(told, "How old was she?") == "How old was Ilse Tamm?"
