"""Fitting the ranking: it learns what tells right values from wrong ones, and is judged on what it hasn't seen."""

import json
import pickle
import random
from dataclasses import replace

import pytest

from pullquote.answers import Hit
from pullquote.articles import Article, Passage
from pullquote.errors import InputError
from pullquote.eval.fitting import combine
from pullquote.eval.fitting.combine import fit_all, fit_combiner, held_out_firsts
from pullquote.eval.fitting.readings import QuestionRead, Readings, cut, split_range
from pullquote.eval.gold.questions import GoldQuestion
from pullquote.qa.ranking.combining import VALUE_FEATURES
from pullquote.qa.ranking.evidence import candidates
from pullquote.qa.ranking.found import Asked, SecondLook, collect
from pullquote.qa.reading.reader import Reading, ScoredSpan

NAMES = ["Lind", "Vig", "Osterby", "Quill", "Tarn", "Varn", "Brandt", "Holm"]


def read(number, *, answers=None, story=""):
    """A question whose right value stands in a statement, the one that the reader prefers in a question."""
    draw = random.Random(number)
    right, wrong = draw.sample(NAMES, 2)
    text = f"{right} came at noon. Will {wrong} come?"
    article = Article(text=text, id=f"a{number}", url=f"https://a{number}.example/")
    hit = Hit(Passage(article.id, 0, len(text), text), article, 0.5)
    spans = tuple(
        ScoredSpan(text.index(word), text.index(word) + len(word), score + draw.random())
        for word, score in ((wrong, 4.0), (right, 2.0))
    )
    question = GoldQuestion(f"q{number}", "Who came?", answers=(right,) if answers is None else answers, story=story)
    return QuestionRead(question, Asked("Who came?", [hit], [Reading(spans, 0.0)]))


READS = [read(number) for number in range(60)]


def test_it_learns_what_votes_get_wrong():
    by_votes = [candidates(collect(one.asked), one.asked, limit=1)[0].text for one in READS]
    assert not any(text in one.question.answers for text, one in zip(by_votes, READS, strict=True))
    firsts = held_out_firsts(READS)
    assert len(firsts) == len(READS)
    assert all(first.right for first in firsts)
    model = fit_combiner(READS, "0" * 64, fitted_on="sixty")
    weights = dict(zip(model.features, model.weights, strict=True))
    assert weights["asked"] < -0.3
    assert weights["headline"] == 0.0  # the same everywhere
    assert (model.features, model.model_sha256, model.fitted_on) == (VALUE_FEATURES, "0" * 64, "sixty")


def test_a_question_without_an_answer_is_never_answered_rightly():
    reads = [*READS, *(read(number, answers=()) for number in range(60, 70))]
    firsts = {first.question.id: first.right for first in held_out_firsts(reads)}
    assert not any(firsts[f"q{number}"] for number in range(60, 70))
    assert fit_combiner(reads, "").weights == fit_combiner(READS, "").weights


def test_where_no_choice_is_left_there_is_nothing_to_fit():
    with pytest.raises(InputError, match="nothing to fit on"):
        fit_combiner([read(number, answers=("nobody",)) for number in range(5)], "")


@pytest.mark.parametrize(
    ("split", "range_"),
    [("tune", ("tune", None, None)), ("2023[700:]", ("2023", 700, None)), ("2023[:9]", ("2023", None, 9))],
)
def test_a_range_of_a_split(split, range_):
    assert split_range(split) == range_


def test_a_split_that_is_none():
    with pytest.raises(InputError, match="names no split"):
        split_range("2023[a:]")


def test_kept_readings_are_fitted(tmp_path, capsys):
    reads = (*READS, *(read(number, answers=("nobody",)) for number in range(60, 85)))
    Readings("sixty", "squad", "0" * 64, reads[:40]).save(tmp_path / "a")
    Readings("more", "squad", "0" * 64, reads[40:]).save(tmp_path / "b")
    combine.main(["fit", str(tmp_path / "a"), str(tmp_path / "b"), "--output", str(tmp_path)])
    assert json.loads((tmp_path / "confidence.json").read_text())["fitted_on"] == "sixty, more (85 questions)"
    assert json.loads((tmp_path / "combination.json").read_text())["model_sha256"] == "0" * 64
    assert json.loads((tmp_path / "quotation.json").read_text())["model_sha256"] == "0" * 64
    assert "it is first for 0.0% by votes, for 70.6% by the fitted ranking" in capsys.readouterr().out


def test_readings_of_two_readers_are_not_mixed(tmp_path):
    kept = [Readings("a", "squad", "0" * 64, tuple(READS)), Readings("b", "squad", "1" * 64, tuple(READS))]
    with pytest.raises(InputError, match="different readers"):
        fit_all(kept, tmp_path)


def test_a_second_look_at_more_passages_is_not_cut():
    one = READS[0]
    assert cut(one, 1) == one
    seen_again = replace(one, asked=replace(one.asked, hits=one.asked.hits * 2, again=SecondLook({}, 0.0)))
    assert cut(seen_again, 2) == seen_again
    with pytest.raises(InputError, match="read them again, with --passages 1"):
        cut(seen_again, 1)


@pytest.mark.parametrize("content", [None, b"", b"no pickle"])
def test_a_file_without_readings_is_named(tmp_path, content):
    if content is not None:
        (tmp_path / "x").write_bytes(content)
    with pytest.raises(InputError, match="x cannot be read as readings"):
        Readings.load(tmp_path / "x")


def test_another_pickle_is_refused(tmp_path):
    (tmp_path / "x").write_bytes(pickle.dumps(5))
    with pytest.raises(InputError, match="holds no readings"):
        Readings.load(tmp_path / "x")
