from __future__ import annotations

import datetime as dt
import hashlib
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pullquote.answers import Hit
from pullquote.articles import Article, Passage
from pullquote.qa.evidence import RANK_PENALTY, TEMPERATURE, Found, candidates, cite, collect
from pullquote.qa.reader import Reading, ScoredSpan


def hit(name: str, text: str, *, before: str = "", reprints: tuple[Hit, ...] = (), score: float = 0.5) -> Hit:
    """Return a hit for the passage `text` of an article that begins with `before`."""
    article = Article(text=before + text, id=name, url=f"https://{name}.example/", title=name.upper())
    return Hit(Passage(name, len(before), len(before) + len(text), text), article, score, near_duplicates=reprints)


def place(hit_: Hit, rank: int, words: str, margin: float) -> Found:
    start = hit_.passage.text.index(words)
    return Found(hit_, rank, ScoredSpan(start, start + len(words), margin), margin)


def vote(margin: float, rank: int) -> float:
    return math.exp(margin / TEMPERATURE - RANK_PENALTY * rank)


A = hit("a", "Mara Lind chairs the port.")
B = hit("b", "The chair is Mara Lind, not Jon Vig.")
C = hit("c", "Jon Vig was in the chair until May 4, 2031.")


def test_votes_of_equal_values_add_up():
    found = [place(A, 0, "Mara Lind", 1.0), place(C, 1, "Jon Vig", 3.0), place(B, 2, "Mara Lind,", 2.0)]
    lind, vig = candidates(found, limit=5)
    assert (lind.text, vig.text) == ("Mara Lind", "Jon Vig")
    both = vote(1.0, 0) + vote(2.0, 2)
    assert both > vote(3.0, 1) > max(vote(1.0, 0), vote(2.0, 2))  # together more than Vig, each less
    assert lind.confidence == pytest.approx(both / (both + 1))
    assert vig.confidence == pytest.approx(vote(3.0, 1) / (vote(3.0, 1) + 1))
    assert [citation.article_id for citation in lind.citations] == ["a", "b"]
    assert (lind.origins, vig.origins) == (2, 1)


def test_a_value_votes_once_a_passage_with_its_best_place():
    twice = hit("t", "Lind said that Lind would stay.")
    first, second = Found(twice, 0, ScoredSpan(0, 4, 1.0), 1.0), Found(twice, 0, ScoredSpan(15, 19, 2.0), 2.0)
    for found in ([first, second], [second, first]):
        (lind,) = candidates(found, limit=5)
        assert lind.confidence == pytest.approx(vote(2.0, 0) / (vote(2.0, 0) + 1))
        assert [(citation.start, citation.end) for citation in lind.citations] == [(15, 19)]


def test_confidence_is_one_half_where_an_answer_is_as_good_as_none():
    (even,) = candidates([place(A, 0, "Mara Lind", 0.0)], limit=5)
    (below,) = candidates([place(A, 0, "Mara Lind", -4.0)], limit=5)
    assert even.confidence == 0.5
    assert below.confidence == pytest.approx(1 / (1 + math.e))


def test_of_overlapping_readings_of_one_place_the_best_stands_for_all():
    found = [place(C, 0, "May 4, 2031", 1.0), place(C, 0, "until May 4, 2031", 2.0), place(C, 0, "Jon Vig", 0.5)]
    assert [one.text for one in candidates(found, limit=5)] == ["until May 4, 2031", "Jon Vig"]
    # In another passage the same words are a place of their own.
    found = [place(C, 0, "Jon Vig", 2.0), place(B, 1, "Jon", 1.0)]
    assert [one.text for one in candidates(found, limit=5)] == ["Jon Vig", "Jon"]


def test_reprints_count_once_and_are_cited():
    text = "Mara Lind chairs the port, the ministry said on Sunday."
    reprint = hit("wire2", "VARN — " + text, before="Head\n\n")
    edited = hit("wire3", text.replace("Mara Lind", "A new director"))
    wire = hit("wire1", text, reprints=(reprint, edited))
    (lind,) = candidates([place(wire, 0, "Mara Lind", 1.0)], limit=5)
    assert lind.origins == 1
    assert [citation.article_id for citation in lind.citations] == ["wire1", "wire2"]
    assert [citation.start for citation in lind.citations] == [0, 13]
    assert [citation.text for citation in lind.citations] == ["Mara Lind"] * 2
    (lind,) = candidates([place(wire, 0, "Mara Lind", 1.0), place(B, 1, "Mara Lind", 0.0)], limit=5)
    assert lind.origins == 2
    assert [citation.article_id for citation in lind.citations] == ["wire1", "wire2", "b"]


def test_articles_that_share_a_passage_are_one_origin_for_all_their_passages():
    copy = hit("copy", "The port of Varn opened again on Sunday after the storm.")
    wire = hit("wire", "The port of Varn opened again on Sunday after the storm.", reprints=(copy,))
    more = hit("copy", "Mara Lind chairs it.")
    own = hit("wire", "Its chair is Mara Lind.")
    found = [place(wire, 0, "Sunday", 1.0), place(more, 1, "Mara Lind", 1.0), place(own, 2, "Mara Lind", 1.0)]
    assert {one.text: one.origins for one in candidates(found, limit=5)} == {"Sunday": 1, "Mara Lind": 1}


def test_in_a_reprint_the_words_are_looked_for_as_whole_words():
    reprint = hit("r", "The Mayor said that the port opens in May.")
    shorter = hit("s", "The Mayor said so.")
    original = hit("o", "The port opens in May.", reprints=(reprint, shorter))
    (may,) = candidates([place(original, 0, "May", 1.0)], limit=5)
    assert [(citation.article_id, citation.start) for citation in may.citations] == [("o", 18), ("r", 38)]


def test_at_most_ten_citations_and_as_many_candidates_as_asked_for():
    hits = [hit(f"h{n}", f"Mara Lind and Person{n} came.") for n in range(14)]
    found = [place(one, rank, "Mara Lind", 1.0) for rank, one in enumerate(hits)]
    (lind,) = candidates(found, limit=5)
    assert (len(lind.citations), lind.origins) == (10, 14)
    found += [place(one, rank, f"Person{rank}", 0.0) for rank, one in enumerate(hits)]
    assert [one.text for one in candidates(found, limit=3)] == ["Mara Lind", "Person0", "Person1"]


def test_nothing_found_is_no_candidate():
    assert candidates([], limit=5) == []


def test_spans_that_say_nothing_are_no_values():
    reading = Reading((ScoredSpan(0, 1, 5.0), ScoredSpan(2, 5, 4.0), ScoredSpan(6, 10, 3.0)), no_answer_score=1.0)
    found = collect([hit("a", "— the Lind.")], [reading])
    assert [(one.text, one.margin, one.rank) for one in found] == [("Lind", 2.0, 0)]


def test_a_citation_field_by_field():
    text = "One two. Mara Lind, 41, chairs it. She came in May."
    article = Article(
        text=f"Head 🚢\n\n{text}", id="x", url="https://x.example/1", title="T", outlet="Post",
        published=dt.date(2031, 5, 4), authors=("Jon Vig",),
    )  # fmt: skip
    start = text.index("Mara")
    citation = cite(Hit(Passage("x", 8, 8 + len(text), text), article, 0.25), ScoredSpan(start, start + 9, 1.5))
    assert (citation.start, citation.end, citation.text) == (17, 26, "Mara Lind")
    assert article.text[17:26] == "Mara Lind"
    assert (citation.sentence, citation.sentence_start) == ("Mara Lind, 41, chairs it.", 17)
    assert (citation.passage_start, citation.passage_end) == (8, 8 + len(text))
    assert citation.link == "https://x.example/1#:~:text=Mara%20Lind%2C%2041%2C%20chairs%20it."
    assert citation.sha256 == hashlib.sha256(article.text.encode()).hexdigest()
    assert (citation.reader_score, citation.retrieval_score) == (1.5, 0.25)
    assert (citation.article_id, citation.title, citation.outlet, citation.published, citation.authors) == (
        "x", "T", "Post", dt.date(2031, 5, 4), ("Jon Vig",),
    )  # fmt: skip


def test_numbers_that_differ_by_their_point_are_different_values():
    found = [
        place(hit("a", "It rose by 2.5 percent."), 0, "2.5 percent", 1.0),
        place(hit("b", "By 25 percent."), 1, "25 percent", 1.0),
    ]
    assert len(candidates(found, limit=5)) == 2


WORDS = ["Mara", "Lind", "chairs", "the", "port.", "Jon", "Vig", "left", "in", "May", "4,", "2031."]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.integers(0, len(WORDS) - 1),
            st.integers(1, 3),
            st.floats(-30, 30),
        ),
        max_size=12,
    ),
    st.integers(1, 6),
)
def test_candidates_are_ordered_apart_and_true_to_the_text(spans, limit: int):
    hits = [hit(f"h{rank}", " ".join(WORDS[rank:] + WORDS[:rank]), before="🚢 " * rank) for rank in range(4)]
    readings = []
    for rank, one in enumerate(hits):
        text, found = one.passage.text, []
        starts = [at for at in range(len(text)) if at == 0 or text[at - 1] == " "]
        for where, first, count, score in spans:
            if where == rank:
                last = min(first + count, len(starts))
                end = starts[last] - 1 if last < len(starts) else len(text)
                found.append(ScoredSpan(starts[first], end, score))
        readings.append(Reading(tuple(found), no_answer_score=0.0))
    chosen = candidates(collect(hits, readings), limit=limit)
    assert len(chosen) <= limit
    assert [one.confidence for one in chosen] == sorted((one.confidence for one in chosen), reverse=True)
    articles = {one.article.id: one.article for one in hits}
    for one in chosen:
        assert 0.0 < one.confidence < 1.0
        assert one.text == one.citations[0].text
        assert 1 <= one.origins <= len(one.citations)
        for citation in one.citations:
            text = articles[citation.article_id].text
            assert text[citation.start : citation.end] == citation.text
            assert text[citation.sentence_start :].startswith(citation.sentence)
            assert citation.sentence_start <= citation.start < citation.end
            assert citation.end <= citation.sentence_start + len(citation.sentence)
            assert citation.passage_start <= citation.start < citation.end <= citation.passage_end
    firsts = [one.citations[0] for one in chosen]
    for at, left in enumerate(firsts):
        for right in firsts[at + 1 :]:
            assert left.article_id != right.article_id or left.end <= right.start or right.end <= left.start
