"""Which questions a sentence answers."""

from __future__ import annotations

import pytest

from pullquote.qa.questions.telling import asks_for_sentences


@pytest.mark.parametrize(
    "question",
    [
        "Why did the barrier fail?",
        "why was the toll raised",
        "And why?",
        "Did Lind win?",
        "What did Mara Lind say about the toll?",
        "What was Jon Vig's reaction to the vote?",
        "How did the council respond?",
        "Tell me about the Tarn bridge",
        "What is known about Mara Lind?",
        "Summarise the strike",
        "What is the latest on the strike?",
        "What happened to the ferry?",
    ],
)
def test_sentences_answer(question):
    assert asks_for_sentences(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who said that the toll would rise?",
        "How many were lost?",
        "How was the chair chosen?",
        "What is the toll?",
        "When did Lind say that?",
        "Which saying stands above the door?",
        "toll bridge price",
        "Who knows why the lamp failed?",
    ],
)
def test_a_value_may_answer(question):
    assert not asks_for_sentences(question)
