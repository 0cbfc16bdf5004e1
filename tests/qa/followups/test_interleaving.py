"""Two lists of passages taken in turn."""

from __future__ import annotations

from pullquote.answers import Hit
from pullquote.articles import Article, Passage
from pullquote.qa.followups.interleaving import interleaved


def hit(name: str, score: float, *near: Hit) -> Hit:
    return Hit(Passage(name, 0, 4, "text", 1), Article(id=name, title="", text="text"), score, near_duplicates=near)


def told(hits: list[Hit]) -> list[tuple[str, float]]:
    return [(one.passage.article_id, one.score) for one in hits]


def test_passages_are_taken_in_turn_each_once_and_scores_fall():
    first = [hit("a", 3.0), hit("b", 2.0), hit("c", 1.0)]
    second = [hit("x", 9.0), hit("a", 8.0), hit("y", 0.5)]
    assert told(interleaved(first, second, limit=10)) == [("a", 3.0), ("x", 3.0), ("b", 2.0), ("c", 1.0), ("y", 0.5)]
    assert told(interleaved(first, second, limit=2)) == [("a", 3.0), ("x", 3.0)]


def test_what_one_list_lacks_the_other_gives():
    assert told(interleaved([], [hit("x", 1.0)], limit=5)) == [("x", 1.0)]
    assert told(interleaved([hit("x", 1.0)], [], limit=5)) == [("x", 1.0)]
    assert interleaved([], [], limit=5) == []


def test_a_reprint_of_a_passage_that_is_there_is_left_out():
    first = [hit("a", 3.0, hit("reprint", 2.9))]
    assert told(interleaved(first, [hit("reprint", 5.0), hit("y", 1.0)], limit=5)) == [("a", 3.0), ("y", 1.0)]
