"""The grammar behind follow-ups: verb forms, noun phrases, and questions taken apart."""

from __future__ import annotations

import pytest

from pullquote.qa.followup_clauses import parse
from pullquote.qa.followup_kinds import gender_of, is_number, noun_kind
from pullquote.qa.followup_phrases import names_in, phrases_in
from pullquote.qa.followup_statements import asked_of, doing, happening, statement, time_adjunct
from pullquote.qa.followup_verbs import base_of, gerund, is_verb, past, third_person
from pullquote.qa.followup_words import content_words, words_of


@pytest.mark.parametrize(
    ("base", "third", "past_form", "ing"),
    [
        ("find", "finds", "found", "finding"),
        ("make", "makes", "made", "making"),
        ("stop", "stops", "stopped", "stopping"),
        ("carry", "carries", "carried", "carrying"),
        ("employ", "employs", "employed", "employing"),
        ("open", "opens", "opened", "opening"),
        ("die", "dies", "died", "dying"),
        ("agree", "agrees", "agreed", "agreeing"),
        ("cost", "costs", "cost", "costing"),
        ("admit", "admits", "admitted", "admitting"),
        ("go", "goes", "went", "going"),
        ("fix", "fixes", "fixed", "fixing"),
    ],
)
def test_verb_forms(base: str, third: str, past_form: str, ing: str):
    assert (third_person(base), past(base), gerund(base)) == (third, past_form, ing)


def test_a_form_leads_back_to_its_base():
    assert [base_of(form) for form in ("found", "Stopped", "carries", "going", "herring")] == [
        "find", "stop", "carry", "go", None,
    ]  # fmt: skip


def test_verbs_that_are_nouns_as_often_are_not_taken_for_verbs():
    assert [is_verb(word) for word in ("announced", "say", "strike", "herring", "hundred", "report")] == [
        True, True, False, False, False, False,
    ]  # fmt: skip


def test_words_with_quotations_possessives_and_sums():
    texts = [word.text for word in words_of("Who said “I won’t” of Lund's £1.2m boats' sale, 'a fee'?")]
    assert texts == ["Who", "said", "“I won’t”", "of", "Lund's", "£1.2m", "boats'", "sale", ",", "'a fee'", "?"]


def test_content_words_leave_out_grammar_and_what_only_asks():
    assert [word.text for word in content_words(words_of("How many people did it say were hurt on the quay?"))] == [
        "hurt",
        "quay",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the fire on Harrow Moor ended", [("the fire on Harrow Moor", "event")]),
        ("the mayor of Tarn said the ferry sank", [("the mayor of Tarn", "person"), ("the ferry", "ship")]),
        ("the people arrested over the riot", [("the people arrested over the riot", "person")]),
        ("the treaty between Orlund and Veria", [("the treaty between Orlund and Veria", "thing")]),
        ("in the cannery Quell & Sons since May", [("the cannery Quell & Sons", "group"), ("May", "time")]),
        ("for his boat, the Petrel", [("his boat", "ship"), ("the Petrel", "thing")]),
    ],
)
def test_noun_phrases(text: str, found: list[tuple[str, str]]):
    assert [(phrase.text, phrase.kind) for phrase in phrases_in(words_of(text))] == found


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "did Odile Brandt's deputy meet the Bank of Orlund?",
            [("Odile Brandt", "person"), ("Bank of Orlund", "thing")],
        ),
        ("Who read The Glass Orchard near Tarn?", [("The Glass Orchard", "work"), ("Tarn", "place")]),
        ("Who fined the Port Authority?", [("Port Authority", "group")]),
        ("Was Dr Amund Keel at Pole 118?", [("Dr Amund Keel", "person"), ("Pole 118", "place")]),
        ("Which US state?", [("US", "thing")]),
    ],
)
def test_names(text: str, names: list[tuple[str, str]]):
    assert [(name.text, name.kind) for name in names_in(words_of(text))] == names


def test_kinds_numbers_genders():
    assert [noun_kind(noun) for noun in ("skippers", "parties", "women", "ferry", "glue")] == [
        "person", "group", "person", "ship", None,
    ]  # fmt: skip
    assert [is_number(text) for text in ("£40,000", "two", "more than 30 boats", "Odile", "onerous")] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert [gender_of(text) for text in ("Lady Vane", "Sir Gerent Low", "Kim Ostrow", "his mother")] == [
        "she", "he", "", "she",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "answer", "stated"),
    [
        ("Who found the chalice?", "Ida Krogh", "Ida Krogh found the chalice"),
        ("Where did Ida Krogh find the chalice?", "in a barn", "Ida Krogh found the chalice"),
        ("How many points did the board take from Brask?", "nine points", "the board took nine points from Brask"),
        ("How much was Gustav Renn asked to give back?", "£40", "Gustav Renn was asked to give back £40"),
        ("What does the bridge cost?", "£14 million", "the bridge costs £14 million"),
        ("Who is the head of the board?", "Piers Lund", "Piers Lund is the head of the board"),
        ("What is the bridge called?", "the Span", None),
        ("Who found the chalice?", "", None),
    ],
)
def test_a_question_and_its_answer_as_a_statement(question: str, answer: str, stated: str | None):
    assert statement(parse(question), answer) == stated


@pytest.mark.parametrize(
    ("question", "answer", "asked"),
    [
        ("Who found the chalice?", "Ida Krogh", "Why did Ida Krogh find the chalice?"),
        ("Who zapped the chalice?", "Ida Krogh", "Why was it that Ida Krogh zapped the chalice?"),
        ("Who was named chair?", "Piers Lund", "Why was Piers Lund named chair?"),
        ("Which clubs were fined?", "Tarn and Brask", "Why were Tarn and Brask fined?"),
        ("How many jobs has the cannery cut since May?", "85 jobs", "Why has the cannery cut 85 jobs since May?"),
        ("Did the council vote?", "", "Why did the council vote?"),
        ("As for Tarn, was anyone arrested?", "", "As for Tarn, why was anyone arrested?"),
    ],
)
def test_a_question_asked_otherwise(question: str, answer: str, asked: str):
    assert asked_of(parse(question), "Why", answer, plural=" and " in answer) == asked


def test_the_parts_of_a_question():
    clause = parse("In which room on the quay was the deal signed by Orlund?")
    assert (clause.wh, clause.noun) == ("In which room on the quay", "room on the quay")
    assert (clause.aux, clause.subject, clause.rest) == ("was", "the deal", "signed by Orlund")
    assert parse("The ferry sank. Who saw it?").lead == "The ferry sank. "
    assert parse("Before the storm, who saw it?").lead == "Before the storm, "


def test_what_happened_and_when():
    assert doing(parse("Who was named chair?")) == "being named chair"
    assert doing(parse("Who is suing Tarn?")) == "suing Tarn"
    assert doing(parse("When did he go?")) is None
    assert happening(parse("Which bank did Orlund rescue?"), "Halden") == "Orlund rescuing Halden"
    assert time_adjunct(parse("How many jobs has the cannery cut since the herring ban?")) == "the herring ban"
