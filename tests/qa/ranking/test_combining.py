"""What is known of the values found, and which one is preferred."""

import math

import pytest
from qa_cases import AGES, hit

from pullquote.errors import ModelError
from pullquote.qa.ranking.combining import FILE_NAME, VALUE_FEATURES, Combiner, combiner_for, ranked_values
from pullquote.qa.ranking.found import Asked, Found, values
from pullquote.qa.reading.reader import Reading, ScoredSpan

from fakes import CapitalReader


def known(question, hits, spans, *, as_of=None):
    """Return the features of each value by its text; `spans` are (rank, words, margin)."""
    found = []
    for rank, words, margin in spans:
        start = hits[rank].passage.text.index(words)
        found.append(Found(hits[rank], rank, ScoredSpan(start, start + len(words), margin), margin))
    asked = Asked(question, hits, [Reading((), 0.0)] * len(hits), as_of=as_of)
    ranked = ranked_values(values(found), asked, None)
    assert all(one.features.keys() == set(VALUE_FEATURES) for one in ranked)
    return {one.places[0].text: one.features for one in ranked}


def test_a_value_that_repeats_the_question_is_known_by_it():
    (features,) = known(
        "Who leads the Varn Port Board?", [hit("a", "The Varn Port Board met Lind.")], [(0, "Varn Port Board met", 1.0)]
    ).values()
    assert features["repeats"] == pytest.approx(3 / 4)


def test_a_value_in_a_question_is_known_by_it():
    hits = [hit("a", "Who leads the board now? Lind does. “Will Vig come?” she asked.\n\nAnd Nor\n\nWhy?")]
    features = known(
        "Who?", hits, [(0, "board", 1.0), (0, "Lind", 1.0), (0, "Vig", 1.0), (0, "Nor", 1.0), (0, "she", 1.0)]
    )
    assert {text: one["asked"] for text, one in features.items()} == {
        "board": 1.0, "Lind": 0.0, "Vig": 1.0, "Nor": 0.0, "she": 0.0,
    }  # fmt: skip


def test_support_counts_the_passages_that_print_the_value_as_whole_words():
    hits = [hit("a", "May was there."), hit("b", "The Mayor left.", title="Storm in May"), hit("c", "It was may!")]
    (features,) = known("Who?", hits, [(0, "May", 1.0)]).values()
    assert features["support"] == pytest.approx(math.log(3))
    assert (features["first"], features["headline"]) == (1.0, 1.0)
    (features,) = known("Who?", hits, [(1, "Mayor", 1.0)]).values()
    assert features["support"] == pytest.approx(math.log(2))
    assert (features["first"], features["headline"]) == (0.0, 0.0)


def test_the_longer_form_of_another_value():
    features = known(
        "Who?", [hit("a", "Mara Lind came."), hit("b", "So Lind left.")], [(0, "Mara Lind", 1.0), (1, "Lind", 2.0)]
    )
    assert (features["Mara Lind"]["longer"], features["Lind"]["longer"]) == (1.0, 0.0)


def test_form_says_something_only_where_the_kind_is_open():
    hits = [hit("a", "In Varn 41 came of the boats.")]
    open_kind = known("What came?", hits, [(0, "Varn", 1.0), (0, "41", 1.0), (0, "of the boats", 1.0)])
    assert [(one["name"], one["figure"], one["suits"]) for one in open_kind.values()] == [
        (1, 0, 0),
        (0, 1, 0),
        (0, 0, 0),
    ]
    assert [one["dangling"] for one in open_kind.values()] == [0, 0, 1]
    asked_for = known("How many came?", hits, [(0, "Varn", 1.0), (0, "41", 1.0)])
    assert [(one["name"], one["figure"], one["suits"]) for one in asked_for.values()] == [(0, 0, -1), (0, 0, 1)]


@pytest.mark.parametrize(("as_of", "published", "age", "undated"), AGES)
def test_how_old_the_article_was(as_of, published, age, undated):
    (features,) = known("Who?", [hit("a", "Lind came.", published=published)], [(0, "Lind", 1.0)], as_of=as_of).values()
    assert (features["age"], features["undated"]) == (pytest.approx(age), undated)


def test_only_the_reader_it_was_fitted_for(tmp_path):
    reader, other = CapitalReader(), CapitalReader()
    other.sha256 = "1" * 64
    assert combiner_for(reader) is None
    reader.folder = other.folder = tmp_path
    assert combiner_for(reader) is None
    model = Combiner("0" * 64, (0.0,), (1.0,), (2.0,), 0.0, ("support",))
    model.save(tmp_path / FILE_NAME)
    assert combiner_for(reader) == model
    assert combiner_for(other) is None
    (tmp_path / FILE_NAME).write_text("{")
    with pytest.raises(ModelError, match=r"combination\.json .*pullquote\.eval\.fitting\.combine"):
        combiner_for(reader)
