from __future__ import annotations

from dataclasses import replace

from pullquote.qa.training.data.examples import Example
from pullquote.qa.training.data.retrieved import side_by_side, with_retrieved


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


LONG = example(
    "long", "Who leads the port union?", "The port is old. Ruben Stoker leads the port union. It rains.", "Ruben Stoker"
)
OTHER = example(
    "other", "Who leads the port choir?", "It rains. Ada Holm leads the port choir.\n\nNot now.", "Ada Holm"
)


def test_sentences_of_several_passages_stand_side_by_side():
    orders = set()
    for seed in range(40):
        made = {one.id: one for one in side_by_side([LONG, OTHER], share=1.0, seed=seed)}
        assert sorted(made) == ["long-lines", "other-lines"]
        one = made["long-lines"]
        assert (one.question, one.title, one.group) == (LONG.question, "", "")
        if one.answers:
            assert sorted(one.text.split("\n")) == [
                "Ada Holm leads the port choir.",
                "Ruben Stoker leads the port union.",
            ]
            ((start, text),) = one.answers
            assert one.text[start : start + len(text)] == text == "Ruben Stoker"
        else:
            assert one.text == "Ada Holm leads the port choir."
        orders.add(one.text)
    assert len(orders) == 3  # either first, or the one that answers left out


def test_only_a_share_is_asked_so_and_only_what_has_an_answer():
    empty = example("b", "Who?", "Nobody.")
    unlabelled = [example(f"u{at}", "Who leads?", text, group="u", labelled=False) for at, text in enumerate("xy")]
    assert not side_by_side([empty, *unlabelled], share=1.0, seed=1)
    many = [replace(one, id=f"{one.id}{at}") for at in range(50) for one in (LONG, OTHER)]
    assert 10 < len(side_by_side(many, share=0.3, seed=1)) < 50


def test_a_group_lends_its_own_passages():
    group = [replace(LONG, group="g"), replace(OTHER, id="g-1", question=LONG.question, answers=(), group="g")]
    texts = {one.text for seed in range(20) for one in side_by_side(group, share=1.0, seed=seed)}
    assert "Ada Holm leads the port choir.\nRuben Stoker leads the port union." in texts
