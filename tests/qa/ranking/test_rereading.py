"""A second look at the sentences that the first values stand in."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from qa_cases import hit

from pullquote.errors import ModelError
from pullquote.index.archive import Archive
from pullquote.qa.engine import Engine
from pullquote.qa.ranking.combining import VALUE_FEATURES, Combiner, ranked_values
from pullquote.qa.ranking.evidence import around
from pullquote.qa.ranking.found import Asked, SecondLook, collect, values
from pullquote.qa.ranking.rereading import READ_AGAIN_BELOW, read_again
from pullquote.qa.reading.paired import PairedReader, load_reader, reader_names
from pullquote.qa.reading.reader import Reader, Reading, Rereader, ScoredSpan, SpanScores
from pullquote.qa.reading.span_reader import TransformersReader
from pullquote.qa.reading.windows import ReaderInput

from fakes import CapitalReader, HashEmbedder

QUESTION = "Who chairs?"
HITS = [
    hit("a", "The port is old. Mara Lind chairs it now. It rains."),
    hit("b", "Ole Vig chairs the bank.\nJon Nor, too."),
]


class LaterIsBetter:
    """Prefers the span that ends last; remembers what it was shown."""

    sha256 = "2" * 64

    def __init__(self) -> None:
        self.shown: list[tuple[str, list[str]]] = []

    def score_spans(self, question: str, passage: ReaderInput, spans: Sequence[tuple[int, int]]) -> SpanScores:
        self.shown.append((passage.text, [passage.text[start:end] for start, end in spans]))
        last = max((end for _, end in spans), default=0)
        scores = (-0.1 if end == last else -5.0 if start else -math.inf for start, end in spans)
        return SpanScores(tuple(scores), -2.0)


def asked(*found: tuple[int, str, float]) -> Asked:
    """Return a question read in both passages; `found` are (rank, words, margin)."""
    spans: list[list[ScoredSpan]] = [[], []]
    for rank, words, margin in found:
        start = HITS[rank].passage.text.index(words)
        spans[rank].append(ScoredSpan(start, start + len(words), margin))
    return Asked(QUESTION, HITS, [Reading(tuple(one), 0.0) for one in spans])


def pair() -> tuple[PairedReader, LaterIsBetter]:
    second = LaterIsBetter()
    return PairedReader(CapitalReader(), second), second  # type: ignore[arg-type]


def test_sentences_of_the_first_values_stand_side_by_side():
    reader, second = pair()
    found = read_again(asked((0, "Mara Lind", 3.0), (1, "Ole Vig", 2.9), (1, "Jon Nor", 1.0)), reader, None)
    assert second.shown == [
        ("Mara Lind chairs it now.\nOle Vig chairs the bank.\nJon Nor, too.\n", ["Mara Lind", "Ole Vig", "Jon Nor"])
    ]
    # The places are those of the passages; what no token begins or ends has no score.
    assert found == SecondLook({(1, 0, 7): -5.0, (1, 25, 32): -0.1}, -2.0)


def test_a_sentence_is_shown_once_and_all_its_places_are_scored():
    reader, second = pair()
    read_again(asked((0, "Mara Lind", 3.0), (0, "Lind", 2.9)), reader, None)
    assert second.shown == [("Mara Lind chairs it now.\n", ["Mara Lind", "Lind"])]


def test_only_so_many_values_are_shown():
    reader, second = pair()
    words = ("The port", "Mara", "Lind", "chairs", "It")
    read_again(asked(*((0, one, 3.0 - at / 10) for at, one in enumerate(words))), reader, None)
    assert second.shown == [("The port is old.\nMara Lind chairs it now.\n", ["The port", "Mara", "Lind", "chairs"])]


def test_sentences_that_are_too_long_are_left_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pullquote.qa.ranking.rereading._CHARS", 30)
    reader, second = pair()
    read_again(asked((0, "Mara Lind", 3.0), (1, "Ole Vig", 2.9)), reader, None)
    assert second.shown == [("Mara Lind chairs it now.\n", ["Mara Lind"])]


def test_what_leaves_no_doubt_is_not_read_again():
    reader, second = pair()
    assert read_again(asked((0, "Mara Lind", 30.0), (1, "Ole Vig", 1.0)), reader, None) is None
    assert read_again(asked(), reader, None) is None
    assert second.shown == []


def test_the_doubt_is_the_combinations():
    reader, _ = pair()
    names = ("log_votes", "rank")
    # Votes say nothing and rank all: the first is surer than READ_AGAIN_BELOW.
    sure = Combiner("0" * 64, (0.0, 0.0), (1.0, 1.0), (0.0, -10.0), 0.0, names)
    open_question = asked((0, "Mara Lind", 3.0), (1, "Ole Vig", 2.9))
    assert read_again(open_question, reader, sure) is None
    assert read_again(open_question, reader, Combiner("0" * 64, (0.0, 0.0), (1.0, 1.0), (0.0, 0.0), 0.0, names))
    assert 0.5 < READ_AGAIN_BELOW < 1


def test_what_was_seen_again_is_told_of_each_value():
    found = asked((0, "Mara Lind", 3.0), (1, "Ole Vig", 2.9))
    again = Asked(QUESTION, HITS, found.readings, again=SecondLook({(0, 17, 26): -0.5}, -2.0))
    features = {one.places[0].text: one.features for one in ranked_values(values(collect(again)), again, None)}
    assert (features["Mara Lind"]["reread"], features["Mara Lind"]["again"]) == (1.0, -0.5)
    assert (features["Ole Vig"]["reread"], features["Ole Vig"]["again"]) == (0.0, -12.0)
    assert features["Ole Vig"].keys() == set(VALUE_FEATURES)
    assert (around(again)["nothing"], around(found)["nothing"]) == (-2.0, 0.0)


def test_an_engine_with_two_readers_looks_twice(tmp_path, write_articles):
    reader, second = pair()
    assert isinstance(reader, Reader)
    assert isinstance(reader, Rereader)
    assert not isinstance(CapitalReader(), Rereader)
    with Archive.open(tmp_path / "a.pq", embedder=HashEmbedder(), create=True) as archive:
        archive.add([write_articles({"id": "a", "text": "The port is chaired by Lind. Vig left."})])
        engine = Engine(archive, reader=reader)
        engine.warm_up()
        assert second.shown.pop()[0] == "Nobody."
        answer = engine.ask("who chairs the port")
        plain = Engine(archive, reader=CapitalReader()).ask("who chairs the port")
    assert second.shown
    # Without a fitted combination what the second look says changes no order.
    assert answer.answers[0].text == plain.answers[0].text


def test_a_pair_is_known_by_both_readers():
    first, second = CapitalReader(), LaterIsBetter()
    both = PairedReader(first, second)  # type: ignore[arg-type]
    assert both.sha256 not in (first.sha256, second.sha256)
    other = LaterIsBetter()
    other.sha256 = "3" * 64
    assert PairedReader(first, other).sha256 != both.sha256  # type: ignore[arg-type]
    assert (both.name, both.folder) == ("paired", None)


# -- models


def test_spans_of_a_passage_share_one_probability(tiny_reader):
    reader = TransformersReader(str(tiny_reader), bfloat16=False)
    text = "the port"
    spans = [(start, end) for start in (0, 4) for end in (3, 8)]
    scores = reader.score_spans("who", ReaderInput(text), spans)
    assert sum(map(math.exp, scores.log_probabilities)) == pytest.approx(1.0)
    (reading,) = reader.read("who", [ReaderInput(text)], spans=3)
    known = {(span.start, span.end): span.score for span in reading.spans}
    ((_, starts, ends),) = reader.token_scores(["who"], [ReaderInput(text)])
    assert reading.no_answer_score == pytest.approx(float(starts[0] + ends[0]))
    # Each difference of logarithms of probabilities is that of the scores, "not here" among them.
    total = known[0, 8] - scores.log_probabilities[spans.index((0, 8))]
    assert known[4, 8] - scores.log_probabilities[spans.index((4, 8))] == pytest.approx(total, abs=1e-4)
    assert reading.no_answer_score - scores.nothing == pytest.approx(total, abs=1e-4)
    none = SpanScores((-math.inf, -math.inf), scores.nothing)
    assert reader.score_spans("who", ReaderInput(text), [(1, 8), (0, 5)]) == none
    assert reader.score_spans("who", ReaderInput(""), [(0, 0)]) == SpanScores((-math.inf,), 0.0)


def test_the_readers_that_ship():
    assert reader_names() == ["accurate", "paired", "small", "thorough"]
    with pytest.raises(ModelError, match="no-such-model"):
        load_reader("no-such-model")
    # Two readers have no weights of their own, so they can't be scored, or teach, as one.
    with pytest.raises(ModelError, match="'paired' has no weights of its own: name accurate or small"):
        TransformersReader("paired")
