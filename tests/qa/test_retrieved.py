from __future__ import annotations

from pullquote.qa.training.examples import Example
from pullquote.qa.training.retrieved import with_retrieved


def example(name: str, question: str, text: str, answer: str = "", **more) -> Example:
    answers = ((text.index(answer), answer),) if answer else ()
    return Example(question, text, "", answers, "s", name, **more)


PORT = example(
    "port", "Who chairs the port authority of Varn?", "Mara Lind chairs the port authority of Varn.", "Mara Lind"
)
FERRY = example("ferry", "When did the ferry to Varn sink?", "The ferry to Varn sank on Sunday.", "Sunday")
NAMED = example(
    "named", "What did Lind call the storm?", "Mara Lind of the port authority called it a warning.", "a warning"
)
BUDGET = example(
    "budget", "How large is the budget of the port?", "The budget of the port authority is large.", "large"
)


def test_each_question_meets_passages_that_look_right_and_hold_no_answer():
    made = with_retrieved([PORT, FERRY, NAMED, BUDGET], count=1)
    port = [one for one in made if one.group == "port"]
    assert [one.text for one in port] == [PORT.text, BUDGET.text]  # not NAMED, which holds "Mara Lind"
    assert [one.question for one in port] == [PORT.question] * 2
    assert [bool(one.answers) for one in port] == [True, False]
    assert len({one.id for one in made}) == len(made)


def test_groups_and_unanswered_examples_come_back_as_they_are():
    grouped = example("a", "Who?", "Mara Lind.", "Mara Lind", group="g")
    empty = example("b", "Who?", "Nobody.")
    assert with_retrieved([grouped, empty], count=3) == [grouped, empty]


def test_no_more_passages_than_there_are():
    made = with_retrieved([PORT, FERRY], count=9)
    assert [one.id for one in made if one.group == "port"] == ["port", "port-0"]
