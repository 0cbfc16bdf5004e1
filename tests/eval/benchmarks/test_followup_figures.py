"""Figures of how follow-ups are understood, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from pullquote.answers import Turn
from pullquote.eval.benchmarks.followup_figures import Attempt, figure_cells, figures, rows_of
from pullquote.eval.benchmarks.followup_search import AnswerSearch, GoldSearch
from pullquote.eval.benchmarks.followups import answers_of, attempts, rewritten_by
from pullquote.eval.gold.conversations import SOURCE, asked_at_last, standing_alone, turns_of
from pullquote.eval.gold.files import read_gold_folder
from pullquote.eval.gold.questions import GoldQuestion, GoldSpan, GoldTurn, shipped_gold
from pullquote.qa.followups.understanding import Understood
from pullquote.qa.training.data.conversations import ConversationTurn

HISTORY = (Turn("Who owns the ferry Alma Rose?", "Ilse Marrow"),)
NEEDS = ConversationTurn("d1", "made", "How old is she?", "How old is Ilse Marrow?", HISTORY)
ALONE = ConversationTurn("d2", "made", "Who chairs the board?", "who chairs the board", HISTORY)


def attempt(turn: ConversationTurn, text: str, **facts) -> Attempt:
    return Attempt(turn, text, (text,), **facts)


def test_figures_of_two_turns():
    # Carried are "Ilse" rightly and "Alma" wrongly; "Marrow" is missing.
    made = [
        attempt(NEEDS, "How old is she? (about: Ilse, Alma)", rank=7, searched=True, time_ms=3.0),
        attempt(ALONE, ALONE.question, time_ms=5.0),
    ]
    told = figures(rows_of(made))
    assert (told["P"], told["R"], told["F1"]) == (50.0, 50.0, 50.0)
    # "how old is she about ilse alma" against "how old is ilse marrow": 4 of 7 and 4 of 5 words, F1 2/3; and 1.
    assert told["token F1"] == pytest.approx((100 * 2 / 3 + 100) / 2)
    assert (told["changed needlessly"], told["left though needed"]) == (0.0, 0.0)
    assert (told["hit@5"], told["hit@12"], told["ms"]) == (0.0, 100.0, 4.0)


def test_what_is_searched_besides_counts_as_changed():
    made = Attempt(ALONE, ALONE.question, (ALONE.question, "more"))
    assert figures(rows_of([made]))["changed needlessly"] == 100.0


def test_what_is_undefined_is_left_empty():
    cells = figure_cells([attempt(ALONE, ALONE.question)], resamples=10)
    assert cells == ["", "", "", "100.0 (100.0 to 100.0)", "0.0 (0.0 to 0.0)", "", "", "", "0.0"]


def test_answers_of_conversations_are_searched_without_those_given_before(tmp_path: Path):
    later = ConversationTurn("d1", "made", "And where?", "Where?", (*HISTORY, Turn("How old is she?", "She is 47")))
    answers = answers_of([NEEDS, later])
    assert answers == {("d1", 0): "Ilse Marrow", ("d1", 1): "She is 47"}
    search = AnswerSearch({*answers.values(), "Marrow is 50"}, tmp_path)
    assert search.rank("Marrow is 50", ["Marrow"], given=[]) == 2
    assert search.rank("Marrow is 50", ["Marrow"], given=["Ilse Marrow"]) == 1
    assert search.rank("She is 47", ["Marrow"], given=[]) is None
    # Two queries are taken in turn.
    assert search.rank("She is 47", ["Marrow", "47"], given=[]) == 2


def test_rewrites_of_another_system_are_read(tmp_path: Path):
    file = tmp_path / "other.jsonl"
    file.write_text('{"source": "made", "dialog": "d1", "turns_before": 1, "text": "How old is Ilse?"}\n')
    way = rewritten_by(file)
    assert [one.text for one in attempts([NEEDS, ALONE], way, None)] == ["How old is Ilse?", ALONE.question]


def test_attempts_are_ranked_by_all_that_is_searched():
    searched: list[tuple[str, ...]] = []

    def rank(turn: ConversationTurn, queries) -> int:
        searched.append(tuple(queries))
        return 3

    made = attempts([NEEDS], lambda turn: Understood("shown", around="around"), rank)
    assert searched == [("around", "shown")]
    assert (made[0].rank, made[0].searched, made[0].changed) == (3, True, True)


QUESTION = GoldQuestion(
    "q1",
    "Who from?",
    type="followup",
    rewrite="Who had Fell bought it from?",
    answers=("Lie",),
    history=(GoldTurn("Who owns it?", "Fell"), GoldTurn("When had he bought it?", "May", "When had Fell bought it?")),
    spans=(GoldSpan("a", 0, 3, "Lie"),),
)


def test_gold_conversations_give_each_turn_with_a_rewrite():
    first, second = turns_of(QUESTION)
    assert (first.question, first.rewrite, first.history) == (
        "When had he bought it?", "When had Fell bought it?", (Turn("Who owns it?", "Fell"),)
    )  # fmt: skip
    assert second == asked_at_last(QUESTION)
    assert (second.dialog, second.source, len(second.history)) == ("q1", SOURCE, 2)


def test_questions_that_stand_alone_follow_another_one():
    one, other = GoldQuestion("a", "Who won?", answers=("Fell",)), GoldQuestion("b", "Who lost?")
    made = standing_alone([one, other, QUESTION])
    assert [(turn.question, turn.rewrite, turn.history) for turn in made] == [
        ("Who won?", "Who won?", (Turn("Who lost?", None),)),
        ("Who lost?", "Who lost?", (Turn("Who won?", "Fell"),)),
    ]


def test_the_shipped_gold_has_sixty_conversations_with_rewrites_by_story(tmp_path: Path):
    gold = read_gold_folder(shipped_gold())
    talks = [one for one in gold.questions if "-talk-" in one.id]
    assert len(talks) >= 60
    assert all(4 <= len(one.history) + 1 <= 8 for one in talks)
    assert all(one.rewrite and all(turn.rewrite for turn in one.history[1:]) for one in talks)
    assert {one.split for one in talks} == {"tune", "report"}
    assert all(one.rewrite for one in gold.questions if one.type == "followup")
    search = GoldSearch(gold, tmp_path)
    rewritten = [search.rank(one, [one.rewrite]) for one in talks]
    assert sum(rank is not None and rank <= 12 for rank in rewritten) >= 0.7 * len(talks)
