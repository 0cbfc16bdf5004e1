"""Questions about now, and for what is new."""

import pytest

from pullquote.qa.questions.tense import asks_for_latest, asks_of_now


@pytest.mark.parametrize(
    "question",
    [
        "What is the toll on Skelling bridge?",
        "Who chairs the port authority?",
        "How many people have died so far?",
        "How many have had to leave home?",
        "What does a ticket cost?",
        "how much may savers withdraw",
        "What's the reward?",
        "When will the bridge reopen?",
    ],
)
def test_about_now(question):
    assert asks_of_now(question)


@pytest.mark.parametrize(
    "question",
    [
        "What was the toll?",
        "Who chaired the port authority?",
        "Who won?",
        "How many had died by the end of the week?",
        "How much did it cost?",
        "What is the toll in May 2031?",
        "Who is said to have chaired it in April?",
        "What is known of the fire last week?",
    ],
)
def test_about_then(question):
    assert not asks_of_now(question)


@pytest.mark.parametrize(
    ("question", "latest"),
    [
        ("What is the latest on the dock strike?", True),
        ("what's new in the Lind case", True),
        ("Any news about the ferry?", True),
        ("What is the latest estimate of the stock?", False),
        ("Who is the latest chair?", False),
    ],
)
def test_what_is_new(question, latest):
    assert asks_for_latest(question) is latest
