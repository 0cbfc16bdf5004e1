from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullquote.eval.gold.formats import load
from pullquote.eval.gold.questions import shipped_gold
from pullquote.qa.questions.asking import Asking, asking, asks_for_list, parts_of


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "Who chairs the port authority and when was she appointed?",
            ("Who chairs the port authority?", "When was she appointed?"),
        ),
        ("When did the ferry sink and how many people died?", ("When did the ferry sink?", "How many people died?")),
        ("Who owns the Corrin Star and when was she built?", ("Who owns the Corrin Star?", "When was she built?")),
        ("When and where was the wreck found?", ("When was the wreck found?", "Where was the wreck found?")),
        ("Where was the Corrin Star towed, and why?", ("Where was the Corrin Star towed?", "Why?")),
        ("Who chairs the port? When was she appointed?", ("Who chairs the port?", "When was she appointed?")),
        ("Who was fined; how much was the fine?", ("Who was fined?", "How much was the fine?")),
        ("Is the bridge open and does it cost anything?", ("Is the bridge open?", "Does it cost anything?")),
        (
            "In May 2031, who was mayor and how many voted?",
            ("In May 2031, who was mayor?", "How many voted?"),
        ),
        (
            "Who is Mara Lind, when was she born and what did she write?",
            ("Who is Mara Lind?", "When was she born?", "What did she write?"),
        ),
    ],
)
def test_two_questions_in_one_are_parted(question: str, parts: tuple[str, ...]):
    assert asking(question).parts == parts


@pytest.mark.parametrize(
    "question",
    [
        "Who won the race between Quill and Marr and lost the recount?",
        "What is the name of the man who sank and who was buried at Tarn?",
        "Did the minister say when the ferry would sail and what it would cost?",
        "Who was mayor in 2030 and was the chair of the port?",
        "Which ship left Tarn and had the mast cut?",
        "What happened before and when the ferry sank?",
        "Who leads the inquiry, which was ordered in May?",
        "In what may be the largest haul ever, how many herring were landed?",
        "The Courier printed new times. Who were the visitors?",
        "Who owns and who runs the ferry?",
        "Who chairs the port authority?",
    ],
)
def test_one_question_stays_whole(question: str):
    assert parts_of(question) == ()


def test_of_the_golds_questions_for_tuning_none_is_parted():
    questions = load(shipped_gold()).of_split("tune")
    assert len(questions) > 500
    assert [one.question for one in questions if parts_of(one.question)] == []


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        (
            "Compare the tolls on the Harbour Bridge and the Tarn Tunnel",
            {
                "the Harbour Bridge": "What are the tolls on the Harbour Bridge?",
                "the Tarn Tunnel": "What are the tolls on the Tarn Tunnel?",
            },
        ),
        (
            "Which is older, the Harbour Bridge or the Tarn Tunnel?",
            {
                "the Harbour Bridge": "When was the Harbour Bridge built?",
                "the Tarn Tunnel": "When was the Tarn Tunnel built?",
            },
        ),
        (
            "Which ferry is the older, the Nour or the Vig?",
            {"the Nour": "When was the Nour built?", "the Vig": "When was the Vig built?"},
        ),
        ("Who is older, Quill or Marr?", {"Quill": "How old is Quill?", "Marr": "How old is Marr?"}),
        (
            "How does the Nour's fare differ from the Corrin Star's?",
            {"the Nour's fare": "What is the Nour's fare?", "the Corrin Star's": "What is the Corrin Star's fare?"},
        ),
        (
            "How do the fares of the Nour and the Corrin Star compare?",
            {
                "the Nour": "What are the fares of the Nour?",
                "the Corrin Star": "What are the fares of the Corrin Star?",
            },
        ),
        (
            "What is the difference in price between the day ticket and the week ticket?",
            {
                "the day ticket": "What is the price of the day ticket?",
                "the week ticket": "What is the price of the week ticket?",
            },
        ),
        (
            "Is the Harbour Bridge longer than the Tarn Tunnel?",
            {
                "the Harbour Bridge": "How long is the Harbour Bridge?",
                "the Tarn Tunnel": "How long is the Tarn Tunnel?",
            },
        ),
        (
            "Who won more votes, Quill or Marr?",
            {"Quill": "Quill won how many votes?", "Marr": "Marr won how many votes?"},
        ),
        (
            "Which earned the town more money last year, crab or cod?",
            {
                "crab": "Crab earned the town how much money last year?",
                "cod": "Cod earned the town how much money last year?",
            },
        ),
        (
            "Which has the bigger print run, Salt or Iron?",
            {"Salt": "Salt has how big a print run?", "Iron": "Iron has how big a print run?"},
        ),
        (
            "Which came first, the fire or the flood?",
            {"the fire": "The fire came when?", "the flood": "The flood came when?"},
        ),
        ("Who is more popular, Quill or Marr?", {"Quill": "How popular is Quill?", "Marr": "How popular is Marr?"}),
        (
            "Compare Quill's plan with Marr's",
            {"Quill's plan": "What is Quill's plan?", "Marr's": "What is Marr's plan?"},
        ),
    ],
)
def test_a_comparison_has_a_question_for_each_side(question: str, sides: dict[str, str]):
    assert {side.about: side.question for side in asking(question).sides} == sides


@pytest.mark.parametrize(
    "question",
    [
        "Who will chair the port, Quill or Marr?",
        "Are the prizes larger or smaller than previously?",
        "How does it compare to the old one?",
        "How did Mara Lind and those around her call for help?",
        "Who is the owner of the ferry, Quill or Marr?",
    ],
)
def test_what_compares_nothing_has_no_sides(question: str):
    assert asking(question).sides == ()


@pytest.mark.parametrize(
    "question",
    [
        "Which ports did the ship call at?",
        "List the members of the inquiry panel",
        "Name the three ships that were sunk",
        "Name the people who have resigned",
        "Who are the candidates for mayor?",
        "What charges was she tried on?",
        "Which products earn the most?",
        "Which of the passengers have been named?",
        "Which houses of the village were flooded?",
        "Which outside crews and forces were sent?",
        "Who sat on the panel of judges?",
        "Into which three parts does she divide it?",
        "What made up the bill?",
        "The Courier printed new times. Who were the visitors?",
    ],
)
def test_a_list_is_asked_for(question: str):
    assert asks_for_list(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who was the winner?",
        "Name the owner of the ferry",
        "Which minister signs the bill?",
        "Which ship has two funnels?",
        "Which charity benefits from the reward that she gave up?",
        "Which media company was sold?",
        "Which communications company was sold?",
        "What causes the delay?",
        "What happens when it rains?",
        "What works well for most?",
        "What news did he bring?",
        "How many ports did she call at?",
        "Who is in the chair at the bank?",
    ],
)
def test_one_thing_is_asked_for(question: str):
    assert asking(question) == Asking()


@given(st.text(alphabet="who when where and, ?;AB was the compare list or than older's", max_size=80))
def test_any_text_can_be_asked(question: str):
    asked = asking(question)
    assert len(asked.parts) != 1
    assert len(asked.sides) in (0, 2)
    assert all(part.endswith("?") and len(part) > 1 for part in asked.parts)
    for side in asked.sides:
        assert side.about in " ".join(question.split())


def test_a_pasted_text_is_read_as_one_question():
    assert asking("Who chairs the port authority and when was she appointed? " * 20) == Asking()
