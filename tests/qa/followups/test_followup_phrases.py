"""Carried words put together to the phrases that they were said in."""

from __future__ import annotations

import pytest

from pullquote.qa.followups.phrases import carried_phrases
from pullquote.qa.followups.wording import standing_question

from qa_fakes import reading


def phrases(question: str, said: list[str], carried: str) -> list[str]:
    return [phrase.text for phrase in carried_phrases(question, reading(question, said, carried), least=0.5)]


@pytest.mark.parametrize(
    ("said", "carried", "found"),
    [
        (["Who owns the ferry Alma Rose?"], "ferry Alma Rose", ["ferry Alma Rose"]),
        # small words within a phrase belong to it, other words end it
        (["Who painted the Star of the Sea?"], "Star Sea", ["Star of the Sea"]),
        (["Did Ilse Marrow meet Jonas Fell?"], "Ilse Marrow Jonas Fell", ["Ilse Marrow", "Jonas Fell"]),
        # so does a sign
        (["Who are they?", "Anja Sund, Per Lie"], "Anja Sund Per Lie", ["Anja Sund", "Per Lie"]),
        # what a longer phrase says isn't said again
        (["Who is Ilse Marrow?", "Marrow"], "Ilse Marrow", ["Ilse Marrow"]),
        (["Who heads the harbour board’s office?"], "harbour s", ["harbour"]),
        (["Who?"], "", []),
    ],
)
def test_phrases(said: list[str], carried: str, found: list[str]):
    assert phrases("When was that?", said, carried) == found


def test_what_the_question_says_itself_is_not_carried():
    assert phrases("How old is the ferry?", ["Who owns the ferry?"], "ferry") == []


@pytest.mark.parametrize(
    ("question", "said", "carried", "shown"),
    [
        ("How old is she?", ["Who is the mayor?", "Odile Brandt"], "Odile Brandt", "How old is Odile Brandt?"),
        ("What is his boat called?", ["Jonas Fell"], "Jonas Fell", "What is Jonas Fell’s boat called?"),
        ("What did they catch?", ["Where are the Fells?"], "Fells", "What did the Fells catch?"),
        ("What is her novel?", ["Ilse Marrow"], "Ilse Marrow", "What is Ilse Marrow’s novel?"),
        ("Who replaced her in 2027?", ["Ilse Marrow"], "Ilse Marrow", "Who replaced Ilse Marrow in 2027?"),
        ("When did it sink?", ["Who owns the ferry Alma Rose?"], "ferry Alma Rose",
         "When did the ferry Alma Rose sink?"),
        ("It cost how much?", ["Who built the bridge?"], "bridge", "The bridge cost how much?"),
        # where it isn't certain what a pronoun means, nothing is put in its place
        ("Did he see it?", ["Jonas Fell"], "Jonas Fell", "Did he see it? (about: Jonas Fell)"),
        ("How old is she?", ["Who owns the ferry?"], "ferry", "How old is she? (about: ferry)"),
        ("Does it help?", ["How do you cope with sickness?"], "sickness", "Does it help? (about: sickness)"),
        ("When was that?", ["Anja Sund, Per Lie"], "Anja Sund Per Lie", "When was that? (about: Anja Sund, Per Lie)"),
        ("Who was it before?", ["Ilse Marrow"], "Ilse Marrow", "Who was it before? (about: Ilse Marrow)"),
        ("Why?", ["Ilse Marrow"], "Ilse Marrow", "Why? (about: Ilse Marrow)"),
    ],
)  # fmt: skip
def test_what_is_shown(question: str, said: list[str], carried: str, shown: str):
    found = carried_phrases(question, reading(question, said, carried), least=0.5)
    assert standing_question(question, found) == shown
