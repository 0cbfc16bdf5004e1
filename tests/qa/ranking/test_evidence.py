from __future__ import annotations

import datetime as dt
import hashlib
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qa_cases import AGES

from pullquote.answers import Hit
from pullquote.articles import Article, Passage
from pullquote.qa.ranking.combining import Combiner
from pullquote.qa.ranking.confidence import FEATURES, ConfidenceModel
from pullquote.qa.ranking.evidence import MAX_CITATIONS, candidates, cite, confirmed, page_at
from pullquote.qa.ranking.found import RANK_PENALTY, TEMPERATURE, Asked, Found, collect
from pullquote.qa.reading.reader import Reading, ScoredSpan


def hit(name: str, text: str, *, before: str = "", reprints: tuple[Hit, ...] = (), score: float = 0.5) -> Hit:
    """Return a hit for the passage `text` of an article that begins with `before`."""
    article = Article(text=before + text, id=name, url=f"https://{name}.example/", title=name.upper())
    return Hit(Passage(name, len(before), len(before) + len(text), text), article, score, near_duplicates=reprints)


def place(hit_: Hit, rank: int, words: str, margin: float, *, last: bool = False) -> Found:
    start = hit_.passage.text.rindex(words) if last else hit_.passage.text.index(words)
    return Found(hit_, rank, ScoredSpan(start, start + len(words), margin), margin)


def vote(margin: float, rank: int) -> float:
    return math.exp(margin / TEMPERATURE - RANK_PENALTY * rank)


def ranked(
    found,
    *,
    question: str = "Who chairs it?",
    limit: int = 5,
    confidence: ConfidenceModel | None = None,
    combiner: Combiner | None = None,
):
    """Return the candidates of spans, for a question whose passages are those of the spans."""
    hits = {one.rank: one.hit for one in found}
    readings = [Reading(tuple(one.span for one in found if one.rank == rank), no_answer_score=0.0) for rank in hits]
    asked = Asked(question, list(hits.values()), readings)
    return candidates(found, asked, limit=limit, confidence=confidence, combiner=combiner)


A = hit("a", "Mara Lind chairs the port.")
B = hit("b", "The chair is Mara Lind, not Jon Vig.")
C = hit("c", "Jon Vig was in the chair until May 4, 2031.")


def test_votes_of_equal_values_add_up():
    found = [place(A, 0, "Mara Lind", 1.0), place(C, 1, "Jon Vig", 3.0), place(B, 2, "Mara Lind,", 2.0)]
    lind, vig = ranked(found)
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
        (lind,) = ranked(found)
        assert lind.confidence == pytest.approx(vote(2.0, 0) / (vote(2.0, 0) + 1))
        assert [(citation.start, citation.end) for citation in lind.citations] == [(15, 19)]


def test_confidence_is_one_half_where_an_answer_is_as_good_as_none():
    (even,) = ranked([place(A, 0, "Mara Lind", 0.0)])
    (below,) = ranked([place(A, 0, "Mara Lind", -4.0)])
    assert even.confidence == 0.5
    assert below.confidence == pytest.approx(1 / (1 + math.e))


def test_of_overlapping_readings_of_one_place_the_best_stands_for_all():
    found = [place(C, 0, "May 4, 2031", 1.0), place(C, 0, "until May 4, 2031", 2.0), place(C, 0, "Jon Vig", 0.5)]
    assert [one.text for one in ranked(found)] == ["until May 4, 2031", "Jon Vig"]
    # In another passage the same words are a place of their own.
    found = [place(C, 0, "in the chair", 2.0), place(B, 1, "chair", 1.0)]
    assert [one.text for one in ranked(found)] == ["in the chair", "chair"]


FULL = hit("full", "Mara Lind of Varn came on Sunday. The port was shut. Lind will chair it.")


def test_a_part_of_a_name_is_answered_with_the_whole_name_of_its_passage():
    (lind,) = ranked([place(FULL, 0, "Lind", 1.0, last=True)], question="Who will chair the port?")
    (citation,) = lind.citations
    assert (lind.text, citation.text, citation.start, citation.end) == ("Mara Lind", "Mara Lind", 0, 9)
    # The quotation holds what is said of her, too.
    assert citation.sentence == FULL.passage.text
    assert lind.confidence == pytest.approx(vote(1.0, 0) / (vote(1.0, 0) + 1))
    (where,) = ranked([place(FULL, 0, "Lind", 1.0, last=True)], question="Where does it lie?")
    assert where.text == "Lind"


def test_a_whole_name_of_another_passage_is_a_value_of_its_own():
    alone = hit("alone", "It was Lind who came.")
    found = [place(alone, 0, "Lind", 3.0), place(A, 1, "Mara Lind", 1.0)]
    lind, whole = ranked(found, question="Who came?")
    assert (lind.text, [one.article_id for one in lind.citations]) == ("Lind", ["alone"])
    assert (whole.text, [one.article_id for one in whole.citations]) == ("Mara Lind", ["a"])


def test_readings_of_the_place_that_was_named_in_full_are_the_same_value():
    found = [place(FULL, 0, "Lind", 2.0, last=True), place(FULL, 0, "Lind will", 1.5), place(FULL, 0, "Mara", 1.0)]
    assert [one.text for one in ranked(found, question="Who will chair the port?")] == ["Mara Lind"]


def test_a_reprint_is_cited_for_a_whole_name_where_it_says_the_same_of_it():
    same = hit("same", "VARN — " + FULL.passage.text, before="Head\n\n")
    name_only = hit("name", "Mara Lind of Varn came on Sunday. Lind left.")
    wire = hit("wire", FULL.passage.text, reprints=(same, name_only))
    (lind,) = ranked([place(wire, 0, "Lind", 1.0, last=True)], question="Who will chair the port?")
    assert [(one.article_id, one.start, one.text, one.sentence) for one in lind.citations] == [
        ("wire", 0, "Mara Lind", FULL.passage.text),
        ("same", 13, "Mara Lind", "VARN — " + FULL.passage.text),
    ]


def test_the_whole_name_is_cited_where_the_reprint_prints_it_not_where_the_first_does():
    same = hit("same", "VARN — " + FULL.passage.text, before="Head\n\n")
    # Neither the passage begins with the article nor the sentence with the passage.
    wire = hit("wire", "It rained all day. " + FULL.passage.text, before="Wire\n\n", reprints=(same,))
    (lind,) = ranked([place(wire, 0, "Lind", 1.0, last=True)], question="Who will chair the port?")
    assert [(one.article_id, one.start, one.end, one.text) for one in lind.citations] == [
        ("wire", 25, 34, "Mara Lind"),
        ("same", 13, 22, "Mara Lind"),
    ]


def test_reprints_count_once_and_are_cited():
    text = "Mara Lind chairs the port, the ministry said on Sunday."
    reprint = hit("wire2", "VARN — " + text, before="Head\n\n")
    edited = hit("wire3", text.replace("Mara Lind", "A new director"))
    wire = hit("wire1", text, reprints=(reprint, edited))
    (lind,) = ranked([place(wire, 0, "Mara Lind", 1.0)])
    assert lind.origins == 1
    assert [citation.article_id for citation in lind.citations] == ["wire1", "wire2"]
    assert [citation.start for citation in lind.citations] == [0, 13]
    assert [citation.text for citation in lind.citations] == ["Mara Lind"] * 2
    (lind,) = ranked([place(wire, 0, "Mara Lind", 1.0), place(B, 1, "Mara Lind", 0.0)])
    assert lind.origins == 2
    assert [citation.article_id for citation in lind.citations] == ["wire1", "wire2", "b"]


def test_articles_that_share_a_passage_are_one_origin_for_all_their_passages():
    copy = hit("copy", "The port of Varn opened again on Sunday after the storm.")
    wire = hit("wire", "The port of Varn opened again on Sunday after the storm.", reprints=(copy,))
    more = hit("copy", "Mara Lind chairs it.")
    own = hit("wire", "Its chair is Mara Lind.")
    found = [place(wire, 0, "Sunday", 1.0), place(more, 1, "Mara Lind", 1.0), place(own, 2, "Mara Lind", 1.0)]
    assert {one.text: one.origins for one in ranked(found)} == {"Sunday": 1, "Mara Lind": 1}


def test_in_a_reprint_the_words_are_looked_for_as_whole_words():
    reprint = hit("r", "The Mayor said that the port opens in May.")
    shorter = hit("s", "The Mayor said so.")
    original = hit("o", "The port opens in May.", reprints=(reprint, shorter))
    (may,) = ranked([place(original, 0, "May", 1.0)])
    assert [(citation.article_id, citation.start) for citation in may.citations] == [("o", 18), ("r", 38)]


def test_at_most_ten_citations_and_as_many_candidates_as_asked_for():
    hits = [hit(f"h{n}", f"Mara Lind and Person{n} came.") for n in range(14)]
    found = [place(one, rank, "Mara Lind", 1.0) for rank, one in enumerate(hits)]
    (lind,) = ranked(found)
    assert (len(lind.citations), lind.origins) == (MAX_CITATIONS, 14) == (10, 14)
    found += [place(one, rank, f"Person{rank}", 0.0) for rank, one in enumerate(hits)]
    assert [one.text for one in ranked(found, limit=3)] == ["Mara Lind", "Person0", "Person1"]


def test_nothing_found_is_no_candidate():
    assert ranked([]) == []
    assert candidates([], Asked("Who?", [], []), limit=5) == []
    silent = Asked("Who?", [A], [Reading((), no_answer_score=1.0)])
    assert collect(silent) == []


def test_spans_that_say_nothing_are_no_values():
    reading = Reading((ScoredSpan(0, 1, 5.0), ScoredSpan(2, 5, 4.0), ScoredSpan(6, 10, 3.0)), no_answer_score=1.0)
    found = collect(Asked("Who?", [hit("a", "— the Lind.")], [reading]))
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
    assert len(ranked(found)) == 2


# what confidence is made of

VARN = replace(hit("varn", "Mara Lind chairs the harbour board (Ms Lind)."), dense_score=0.6, lexical_score=8.0)
TARN = replace(hit("tarn", "In Tarn the chair is Jon Vig of 41."), dense_score=0.75)
AGAIN = replace(hit("again", "It was Mara Lind."), lexical_score=10.0)
NOBODY = hit("nobody", "Nobody.")
READINGS = [
    Reading((ScoredSpan(0, 9, 7.0), ScoredSpan(0, 4, 6.5)), no_answer_score=3.0),
    Reading((ScoredSpan(21, 28, 5.0),), no_answer_score=4.0),
    Reading((ScoredSpan(7, 16, 1.0),), no_answer_score=3.0),
    Reading((), no_answer_score=2.0),
]
ASKED = Asked("Which harbour board does Mara Lind chair in Varn?", [VARN, TARN, AGAIN, NOBODY], READINGS)


@pytest.mark.parametrize(("as_of", "published", "age", "undated"), AGES)
def test_how_much_was_searched_and_how_old_the_article_was(as_of, published, age, undated):
    dated = replace(VARN, article=replace(VARN.article, published=published))
    asked = replace(ASKED, hits=[dated, TARN, AGAIN, NOBODY], passages=10_000, as_of=as_of)
    best = candidates(collect(asked), asked, limit=1)[0]
    assert best.features["large"] == pytest.approx(0.5)
    assert (best.features["age"], best.features["undated"]) == (pytest.approx(age), undated)


@pytest.mark.parametrize(
    ("passages", "large"),
    [(0, 0.0), (1, 0.0), (1_000, 0.0), (10_000, 0.5), (100_000, 1.0), (5_000_000, 1.0)],
)
def test_how_large_an_archive_is(passages, large):
    asked = replace(ASKED, passages=passages)
    assert candidates(collect(asked), asked, limit=1)[0].features["large"] == pytest.approx(large)


# What the wording of both candidates says.
WORDED = {"suits": 0.0, "headline": 0.0, "asked": 0.0, "name": 1.0, "figure": 0.0, "longer": 0.0, "dangling": 0.0}
# Nobody looked a second time.
ONCE = {
    "reread": 0.0,
    "again": -12.0,
    "confirmed": 0.0,
    "nothing": 0.0,
    "checked": 0.0,
    "verified": -8.0,
    "glance": -15.0,
}


def test_the_features_of_the_best_candidate_by_hand():
    lind, vig = candidates(collect(ASKED), ASKED, limit=5)
    assert (lind.text, vig.text) == ("Mara Lind", "Jon Vig")
    here, there = vote(4.0, 0) + vote(-2.0, 2), vote(1.0, 1)
    mara = vote(3.5, 0)  # a value of its own that overlaps: it is no candidate, and its odds count for the one that is
    assert lind.features == pytest.approx(
        {
            "log_votes": math.log(here),
            "lead": math.log((here + mara) / there),
            "share": here / (here + there + mara),
            "preference": math.log(here + mara),  # without a combiner, votes decide
            "preferred": (here + mara) / (here + there + mara),
            "margin": 4.0,
            "reader_score": 7.0,
            "passages": math.log(2),
            "origins": math.log(2),
            "rank": 0.0,
            "dense": 0.6,
            "dense_best": 0.75,
            "lexical": 8 / 10,
            "silent": 2 / 4,  # AGAIN, whose span is worse than none, and NOBODY
            "words": math.log(2),
            "large": 0.0,
            "age": 0.0,
            "undated": 1.0,
            "covered": 5 / 8,  # harbour board mara lind, and varn in the headline; not which, does, chair
            "repeats": 1.0,  # both words are the question's
            "support": math.log(3),
            "first": 1.0,
            **WORDED,
            **ONCE,
        }
    )
    assert vig.features == pytest.approx(
        {
            "log_votes": math.log(there),
            "lead": math.log(there / (here + mara)),
            "share": there / (here + there + mara),
            "preference": math.log(there),
            "preferred": there / (here + there + mara),
            "margin": 1.0,
            "reader_score": 5.0,
            "passages": 0.0,
            "origins": 0.0,
            "rank": math.log(2),  # of rank 1, from 0
            "dense": 0.75,
            "dense_best": 0.75,
            "lexical": 0.0,
            "silent": 2 / 4,
            "words": math.log(2),
            "large": 0.0,
            "age": 0.0,
            "undated": 1.0,
            "covered": 1 / 8,  # chair
            "repeats": 0.0,
            "support": math.log(2),
            "first": 0.0,
            **WORDED,
            **ONCE,
        }
    )


def test_features_at_their_edges():
    only = Asked("Who?", [TARN], [Reading((ScoredSpan(21, 28, 5.0),), no_answer_score=4.0)])
    (vig,) = candidates(collect(only), only, limit=5)
    assert vig.features["lead"] == 6.0  # no rival
    assert (vig.features["share"], vig.features["lexical"], vig.features["silent"]) == (1.0, 0.0, 0.0)
    assert vig.features["covered"] == 0.0  # no word of four letters was asked for
    far = Asked(
        "Who?", [VARN, TARN], [Reading((ScoredSpan(0, 9, 50.0),), 0.0), Reading((ScoredSpan(21, 28, 5.0),), 0.0)]
    )
    first, second = candidates(collect(far), far, limit=5)
    assert (first.features["lead"], second.features["lead"]) == (6.0, -6.0)
    bare = replace(only, hits=[replace(TARN, dense_score=None)])
    (vig,) = candidates(collect(bare), bare, limit=5)
    assert (vig.features["dense"], vig.features["dense_best"]) == (0.0, 0.0)


def test_a_value_that_the_reader_all_but_rules_out_has_features_too():
    (lind,) = ranked([place(A, 0, "Mara Lind", -1e9)])
    assert lind.features["margin"] == -1e9
    assert lind.features["log_votes"] == pytest.approx(-1000 / TEMPERATURE)
    assert lind.confidence == pytest.approx(0.0, abs=1e-9)


def test_a_fitted_confidence_takes_the_place_of_votes():
    on_margin = ConfidenceModel("0", (0.0,), (1.0,), (1.0,), 0.0, ("margin",))
    found = [place(A, 0, "Mara Lind", math.log(3)), place(C, 1, "Jon Vig", -math.log(3))]
    lind, vig = ranked(found, confidence=on_margin)
    assert (lind.confidence, vig.confidence) == (pytest.approx(0.75), pytest.approx(0.25))
    without = ranked(found)
    assert [one.text for one in without] == ["Mara Lind", "Jon Vig"]
    assert without[0].confidence == pytest.approx(vote(math.log(3), 0) / (vote(math.log(3), 0) + 1))
    assert [one.features for one in without] == [lind.features, vig.features]


def test_a_value_that_is_preferred_less_is_never_called_surer():
    # Later ranks are surer, by this model: the order of preference stays, and caps it.
    on_rank = ConfidenceModel("0", (0.0,), (1.0,), (1 / math.log(2),), 0.0, ("rank",))
    lind, vig = ranked([place(A, 0, "Mara Lind", 4.0), place(C, 1, "Jon Vig", 0.0)], confidence=on_rank)
    assert (lind.text, vig.text) == ("Mara Lind", "Jon Vig")
    assert lind.confidence == 0.5
    assert vig.confidence == 0.5  # 0.73 by itself


def test_a_combiner_takes_the_place_of_votes():
    later = Combiner("0", (0.0,), (1.0,), (1.0,), 0.0, ("rank",))
    found = [place(A, 0, "Mara Lind", 4.0), place(A, 0, "Mara", 3.0), place(C, 1, "Jon Vig", 0.0)]
    assert [one.text for one in ranked(found)] == ["Mara Lind", "Jon Vig"]
    vig, lind = ranked(found, combiner=later)
    assert (vig.text, lind.text) == ("Jon Vig", "Mara Lind")
    # "Mara" stands where "Mara Lind" does: both are one value.
    assert (vig.features["preference"], lind.features["preference"]) == pytest.approx((math.log(2), math.log(2)))
    assert (vig.features["preferred"], lind.features["preferred"]) == pytest.approx((2 / 4, 2 / 4))


WORDS = ["Mara", "Lind", "chairs", "the", "port.", "Jon", "Vig", "left", "in", "May", "4,", "2031."]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.integers(0, len(WORDS) - 1),
            st.integers(1, 3),
            st.floats(-30, 30) | st.sampled_from([-5000.0, -500.0, 59.0]),
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
    asked = Asked("Who chairs the port of Varn?", hits, readings)
    chosen = candidates(collect(asked), asked, limit=limit)
    assert len(chosen) <= limit
    assert [one.confidence for one in chosen] == sorted((one.confidence for one in chosen), reverse=True)
    articles = {one.article.id: one.article for one in hits}
    for one in chosen:
        assert 0.0 < one.confidence < 1.0
        assert one.features.keys() == set(FEATURES)
        assert all(map(math.isfinite, one.features.values()))
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


@pytest.mark.parametrize(
    ("nothing", "expected"), [(-100.0, 0.8), (0.0, 0.4), (math.log(3), 0.2), (1e9, pytest.approx(0.0, abs=1e-9))]
)
def test_what_a_second_look_confirms(nothing, expected):
    known = {"reread": 1.0, "again": math.log(0.8), "nothing": nothing}
    assert confirmed(known) == pytest.approx(expected)
    assert confirmed(known | {"reread": 0.0}) == 0


def test_two_values_in_one_phrase_are_one():
    yard = hit("y", "She was towed to Pellow's Yard on Tannery Creek, off Varn Point.")
    found = [
        place(yard, 0, "Pellow's Yard", 4.0),
        place(yard, 0, "Tannery Creek", 3.0),
        place(yard, 0, "Varn Point", -9.0),
    ]
    one, other = ranked(found)
    assert (one.text, other.text) == ("Pellow's Yard on Tannery Creek", "Varn Point")
    assert one.citations[0].text == one.text
    assert one.features["preferred"] > 0.9


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        ([0, 100, 250], [1, 1, 2, 2, 3]),
        ([0, 100, 100], [1, 1, 3, 3, 3]),  # nothing stands on the second page
        ([0], [1, 1, 1, 1, 1]),
        ([], [None] * 5),
        ("4-5", [None] * 5),
        ([0, "100"], [None] * 5),
        ([0, 250, 100], [None] * 5),
        ([5, 100], [None] * 5),
        (None, [None] * 5),
    ],
)
def test_the_page_on_which_a_span_begins(pages, expected):
    article = Article(text="x" * 300, extra={"pages": pages})
    assert [page_at(article, start) for start in (0, 99, 100, 249, 250)] == expected
