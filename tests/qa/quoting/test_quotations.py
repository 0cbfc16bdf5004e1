"""Sentences that may answer: found from what was read, each wording once, marked, and as likely as they should be."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullquote.answers import Hit
from pullquote.articles import Article, Passage
from pullquote.errors import ModelError
from pullquote.qa.quoting.quotations import FEATURES, FILE_NAME, QuotationModel, load, quotations, sentences
from pullquote.qa.ranking.evidence import candidates
from pullquote.qa.ranking.found import Asked, SecondLook, collect
from pullquote.qa.reading.reader import Reading, ScoredSpan

TOWED = "The wreck was towed to Pellow's Yard on Tannery Creek on Tuesday. Nobody was hurt."
SANK = "The ferry sank off Varn in April. Pellow's Yard built her."


def hit(name: str, text: str, *, before: str = "", reprints: tuple[Hit, ...] = ()) -> Hit:
    article = Article(text=before + text, id=name, url=f"https://{name}.example/", title=name.upper())
    return Hit(Passage(name, len(before), len(before) + len(text), text), article, 0.5, near_duplicates=reprints)


def asked(question: str, *read: tuple[Hit, dict[str, float]], again: SecondLook | None = None) -> Asked:
    """Return a question with what was read: of each passage, words and their margin."""
    readings = [
        Reading(
            tuple(
                ScoredSpan(one.passage.text.index(words), one.passage.text.index(words) + len(words), margin)
                for words, margin in spans.items()
            ),
            no_answer_score=0.0,
        )
        for one, spans in read
    ]
    return Asked(question, [one for one, _ in read], readings, again=again)


def quoted(one: Asked, **options):
    found = collect(one)
    answers = candidates(found, one, limit=5)
    return quotations(found, one, answers, **{"limit": 5} | options)


def model(**weights: float) -> QuotationModel:
    """Return a model that counts the features named, as they are."""
    return QuotationModel(
        model_sha256="0" * 64,
        mean=(0.0,) * len(FEATURES),
        scale=(1.0,) * len(FEATURES),
        weights=tuple(weights.get(name, 0.0) for name in FEATURES),
        intercept=weights.get("intercept", 0.0),
        features=FEATURES,
    )


def test_each_sentence_is_printed_words_with_the_place_that_answers_marked():
    one = asked(
        "Where was the wreck towed?", (hit("a", TOWED, before="VARN - "), {"Tannery Creek": 3.0, "Nobody": -1.0})
    )
    first, second = quoted(one)
    assert first.text == "The wreck was towed to Pellow's Yard on Tannery Creek on Tuesday."
    assert (first.start, first.end) == (7, 7 + len(first.text))
    assert (first.citation.text, first.citation.sentence) == ("Tannery Creek", first.text)
    assert second.text == "Nobody was hurt."
    assert not first.calibrated


def test_spans_of_one_phrase_are_marked_as_a_whole():
    read = {"Pellow's Yard": 3.0, "Tannery Creek": 2.5, "Tuesday": 2.4}
    (first,) = quoted(asked("Where was the wreck towed?", (hit("a", TOWED), read)))
    # Nothing but "on" stands between each two of them.
    assert first.citation.text == "Pellow's Yard on Tannery Creek on Tuesday"


def test_a_part_that_has_hardly_a_share_is_left_out_of_the_phrase():
    read = {"Pellow's Yard": 9.0, "Tannery Creek": 0.0}
    (first,) = quoted(asked("Where was the wreck towed?", (hit("a", TOWED), read)))
    assert first.citation.text == "Pellow's Yard"


def test_a_sentence_is_as_likely_as_its_values_together_where_nothing_is_fitted():
    one = asked("Where?", (hit("a", TOWED), {"Pellow's Yard": 1.0, "Tuesday": 0.5}), (hit("b", SANK), {"Varn": 0.0}))
    found = collect(one)
    values = {value.text: value.confidence for value in candidates(found, one, limit=5)}
    first, second = quoted(one)
    assert first.confidence == pytest.approx(min(1.0, values["Pellow's Yard"] + values["Tuesday"]))
    assert second.confidence == pytest.approx(values["Varn"])


def test_a_fitted_model_says_how_likely_and_orders():
    one = asked("Where?", (hit("a", TOWED), {"Tuesday": 5.0}), (hit("b", SANK), {"Varn": 0.0}))
    first, second = quoted(one, model=model(rank=1.0, intercept=-1.0))
    # By rank alone: 1 / (1 + e^(1 - ln 2)) of the second passage, 1 / (1 + e) of the first.
    assert (first.citation.article_id, second.citation.article_id) == ("b", "a")
    assert first.confidence == pytest.approx(1 / (1 + math.exp(1 - math.log(2))))
    assert second.confidence == pytest.approx(1 / (1 + math.e))
    assert first.calibrated
    assert set(first.features) == set(FEATURES)


def test_the_same_words_elsewhere_are_reprints():
    reprint = hit("c", TOWED, before="By our staff. ")
    one = asked(
        "Where was the wreck towed?",
        (hit("a", TOWED, reprints=(reprint,)), {"Tannery Creek": 3.0}),
        (hit("b", TOWED.replace("wreck", "WRECK")), {"Tannery Creek": 3.5}),
    )
    (first,) = quoted(one)
    assert first.citation.article_id == "a"
    assert [citation.article_id for citation in first.reprints] == ["c", "b"]
    assert first.features["printed"] == pytest.approx(math.log(2))


def test_what_is_known_of_a_sentence():
    again = SecondLook({(0, TOWED.index("Tuesday"), TOWED.index("Tuesday") + 7): -0.5}, nothing=0.3)
    one = asked(
        "When was the wreck towed?",
        (hit("a", TOWED), {"Tuesday": 2.0, "Pellow's Yard": 40.0}),
        (hit("b", SANK), {"April": 1.0}),
        again=again,
    )
    by_article = {sentence.marked.hit.article.id: sentence.features for sentence in sentences(collect(one), one, None)}
    known = by_article["a"]
    assert (known["again"], known["reread"], known["nothing"]) == (-0.5, 1.0, 0.3)
    assert known["margin"] == 15.0  # no more than that
    assert known["values"] == pytest.approx(math.log(2))
    # Of "when", "wreck" and "towed", the words of four letters or more, two stand there.
    assert known["covered_here"] == pytest.approx(2 / 3)
    assert (by_article["b"]["again"], by_article["b"]["reread"]) == (-12.0, 0.0)
    assert known["lead"] == -by_article["b"]["lead"]


def test_of_sentences_that_overlap_the_likeliest_stands_for_all():
    read = {"Tuesday": 3.0, "Tuesday. Nobody was hurt": 2.0}
    (first,) = quoted(asked("When was the wreck towed?", (hit("a", TOWED), read)))
    assert first.text == TOWED[: TOWED.index(" Nobody")]


def test_nothing_read_means_nothing_quoted():
    assert quoted(asked("Where?", (hit("a", TOWED), {}))) == []


@given(st.lists(st.integers(0, len(TOWED) - 2), min_size=1, max_size=8, unique=True))
def test_every_quotation_is_verbatim(starts: list[int]):
    place = hit("a", TOWED, before="VARN - ")
    spans = tuple(ScoredSpan(start, min(len(TOWED), start + 9), 1.0) for start in starts)
    one = Asked("Where was it towed?", [place], [Reading(spans, no_answer_score=0.0)])
    for quotation in quoted(one):
        assert place.article.text[quotation.start : quotation.end] == quotation.text
        cited = quotation.citation
        assert place.article.text[cited.start : cited.end] == cited.text
        assert quotation.start <= cited.start < cited.end <= quotation.end


def test_a_model_is_kept_and_belongs_to_a_reader(tmp_path: Path):
    kept = model(share=0.5)
    kept.save(tmp_path / FILE_NAME)
    assert load(tmp_path, "0" * 64) == kept
    assert load(tmp_path, "1" * 64) is None
    assert load(tmp_path / "nowhere", "0" * 64) is None
    (tmp_path / FILE_NAME).write_text("[]")
    with pytest.raises(ModelError, match=r"quotation\.json is not what it should be"):
        load(tmp_path, "0" * 64)


def test_a_hopeless_sentence_has_a_chance_above_none():
    one = asked("Where?", (hit("a", TOWED), {"Tuesday": 60.0}), (hit("b", SANK), {"Varn": -4000.0}))
    first, second = quoted(one)
    assert (first.citation.text, second.citation.text) == ("Tuesday", "Varn")
    assert math.isfinite(second.features["share"])
