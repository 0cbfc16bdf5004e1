from __future__ import annotations

import datetime as dt
import json
import math
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pullquote.answers import Answer, PassagesFound, Turn
from pullquote.errors import InputError, ModelError, ModelMismatch
from pullquote.filters import Filters
from pullquote.index.archive import Archive
from pullquote.qa.engine import Engine, reader_input
from pullquote.qa.followups.interleaving import interleaved
from pullquote.qa.ranking.combining import Combiner
from pullquote.qa.ranking.thresholds import GIVEN_FROM

from fakes import CapitalReader, HashEmbedder

LIND = {
    "id": "lind",
    "title": "Port has a chair",
    "url": "https://post.example/lind",
    "outlet": "The Harbour Post",
    "published": "2031-05-02",
    "authors": ["Ása Straße"],
    "text": "🚢 It rained.\n\nShare\n\nThe port authority of varn is chaired by Lind, 41. She was elected in spring.",
}
VIG = {
    "id": "vig",
    "published": "2029-03-01",
    "outlet": "Brask Daily",
    "text": "The port authority of varn is chaired by Vig, who said so.",
}
DUES = {"id": "dues", "text": "Harbour dues rise again."}
QUESTION = "who chaired the port authority of varn"

ANSWER_KEYS = [
    "question",
    "answer",
    "abstained",
    "confidence",
    "calibrated",
    "state",
    "quotations",
    "answers",
    "searched",
    "timings_ms",
]
CANDIDATE_KEYS = ["text", "confidence", "calibrated", "origins", "citations"]
CITATION_KEYS = [
    "article_id",
    "title",
    "outlet",
    "url",
    "published",
    "authors",
    "start",
    "end",
    "text",
    "sentence",
    "sentence_start",
    "passage_start",
    "passage_end",
    "link",
    "sha256",
    "reader_score",
    "retrieval_score",
]
DAY_KEYS = ["text", "day", "outlets", "withdrawn", "citations"]


@pytest.fixture
def archive(tmp_path: Path, embedder: HashEmbedder) -> Archive:
    return Archive.open(tmp_path / "news.pq", create=True, embedder=embedder)


@pytest.fixture
def engine(archive: Archive, write_articles, reader: CapitalReader) -> Engine:
    archive.add([write_articles(LIND, VIG, DUES)])
    return Engine(archive, reader=reader)


def test_an_answer_with_its_citation(engine: Engine):
    answer = engine.ask(f"  {QUESTION}?\n", since="2031-01-01")
    assert answer.question == f"{QUESTION}?"
    assert (answer.answer, answer.abstained) == ("Lind", False)
    (citation, *_) = answer.answers[0].citations
    assert citation.text == "Lind"
    assert LIND["text"][citation.start : citation.end] == "Lind"
    assert citation.sentence == "The port authority of varn is chaired by Lind, 41."
    assert citation.link.startswith("https://post.example/lind#:~:text=The%20port%20authority%20of%20varn")
    assert (answer.searched.articles, answer.searched.passages) == (1, 2)
    assert (answer.searched.since, answer.searched.until) == (dt.date(2031, 5, 2), dt.date(2031, 5, 2))
    assert answer.confidence == answer.answers[0].confidence
    assert answer.passages[0].article.id == "lind"


def test_the_json_object_has_the_designs_keys(engine: Engine):
    row = engine.ask(QUESTION).to_json()
    # Two papers print two names, so there are values by day, too.
    assert [key for key in row if key not in ("course", "by_day")] == ANSWER_KEYS
    assert row["course"] == "changed"
    assert [list(value) for value in row["by_day"]] == [DAY_KEYS, DAY_KEYS]
    assert row["answers"]
    for candidate in row["answers"]:
        assert list(candidate) == CANDIDATE_KEYS
        for citation in candidate["citations"]:
            assert list(citation) == CITATION_KEYS
    assert list(row["searched"]) == ["articles", "passages", "since", "until"]
    assert set(row["timings_ms"]) == {"search", "read", "combine", "total"}
    assert json.loads(json.dumps(row, allow_nan=False)) == row
    by_text = {candidate["text"]: candidate for candidate in row["answers"]}
    (citation,) = by_text["Lind"]["citations"]
    assert (citation["published"], citation["authors"]) == ("2031-05-02", ["Ása Straße"])
    (citation,) = by_text["Vig"]["citations"]
    assert (citation["url"], citation["link"], citation["title"]) == (None, None, "")


def test_it_abstains_and_keeps_the_best_candidates(engine: Engine):
    answer = engine.ask("Which dog won?")
    assert (answer.answer, answer.abstained) == (None, True)
    assert answer.answers
    assert 0.0 < answer.confidence == answer.answers[0].confidence < 0.5
    row = answer.to_json()
    assert (row["answer"], row["abstained"], bool(row["answers"])) == (None, True, True)


def test_a_yes_or_no_gets_the_sentence_that_decides_it_and_no_value(engine: Engine):
    answer = engine.ask("Is the port authority of varn chaired by a sailor?")
    assert (answer.answer, answer.abstained, answer.state) == (None, True, "speaks")
    assert answer.answers[0].confidence >= GIVEN_FROM
    assert answer.quotations[0].text == "The port authority of varn is chaired by Vig, who said so."


def test_an_empty_archive_has_no_answer(archive: Archive, reader: CapitalReader):
    answer = Engine(archive, reader=reader).ask("Who chairs the port?")
    assert (answer.answer, answer.abstained, answer.confidence, answer.answers) == (None, True, 0.0, ())
    assert (answer.searched.articles, answer.searched.passages, answer.searched.since) == (0, 0, None)
    assert list(answer.to_json()) == ANSWER_KEYS


def test_filters_that_leave_nothing(engine: Engine):
    answer = engine.ask(QUESTION, since="2099-01-01")
    assert (answer.answer, answer.answers, answer.searched.articles) == (None, (), 0)


@pytest.mark.parametrize("question", ["", " \n\t", "x" * 100_000, "?", "…—!", "🚢", "\u200b", "\ud800"])
def test_what_is_no_question_is_refused(engine: Engine, question: str):
    with pytest.raises(InputError, match="question"):
        engine.ask(question)


def test_half_of_a_surrogate_pair_in_a_question_does_not_get_through(engine: Engine):
    answer = engine.ask(f"{QUESTION} \ud83d")
    assert answer.question == f"{QUESTION} ?"
    assert json.dumps(answer.to_json(), ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "bounds", [{"since": "May"}, {"until": "2031-02-30"}, {"as_of": ""}, {"since": "2031-05-02", "as_of": "2031-05-01"}]
)
def test_malformed_bounds_are_refused(engine: Engine, bounds: dict):
    with pytest.raises(InputError):
        engine.ask(QUESTION, **bounds)


def test_bounds_by_name_or_as_filters(engine: Engine):
    assert engine.ask(QUESTION, outlets=["brask daily"]).answer == "Vig"
    assert engine.ask(QUESTION, authors=["ása strasse"]).answer == "Lind"
    assert engine.ask(QUESTION, until="2030-01-01").answer == "Vig"
    assert engine.ask(QUESTION, as_of=dt.date(2031, 5, 3)).answer == "Lind"
    assert engine.ask(QUESTION, as_of="2031-05-01").answer == "Vig"
    assert engine.ask(QUESTION, filters=Filters(outlets=("Brask Daily",))).answer == "Vig"


def test_the_day_of_a_question_reaches_the_ranking_of_values(engine: Engine):
    engine.combiner = Combiner("0", (0.0,), (1.0,), (-1.0,), 0.0, ("age",))  # the newest first
    best, *others = engine.ask(QUESTION, as_of="2031-05-04").answers
    (vig,) = (one for one in others if one.text == "Vig")
    # Two days and more than two years old: the logarithm of three, and the most there is.
    assert (best.text, best.features["age"], best.features["undated"]) == ("Lind", pytest.approx(math.log(3)), 0.0)
    assert (vig.features["age"], vig.features["undated"]) == (5.0, 0.0)
    assert {(one.features["age"], one.features["undated"]) for one in engine.ask(QUESTION).answers} == {(0.0, 1.0)}


def test_reprints_are_one_origin_and_own_reports_several(archive: Archive, write_articles, reader: CapitalReader):
    wire = "The port authority of varn is chaired by Lind, the ministry said late on the evening of the storm."
    archive.add(
        [
            write_articles(
                {"id": "wire", "text": wire},
                {"id": "reprint", "text": f"{wire} It gave no details."},
                {"id": "own", "text": "Our reporter met Lind, who chaired the port authority of varn since spring."},
            )
        ]
    )
    answer = Engine(archive, reader=reader).ask(QUESTION)
    assert answer.answer == "Lind"
    assert answer.answers[0].origins == 2
    assert {citation.article_id for citation in answer.answers[0].citations} == {"wire", "reprint", "own"}


HISTORY = (Turn(f"{QUESTION}?", "Lind"),)


@pytest.mark.usefixtures("names_carried")
def test_a_follow_up_is_searched_and_read_as_it_is_understood(engine: Engine, reader: CapitalReader):
    read: list[str] = []
    engine = Engine(engine.archive, reader=Overheard(reader, read))
    answer = engine.ask(" When was that? ", history=HISTORY)
    understood = "When was that? (about: Lind)"
    assert (answer.question, answer.understood, read) == ("When was that?", understood, [understood])
    assert list(answer.to_json()) == ["question", "understood", *ANSWER_KEYS[1:]]
    assert answer.to_json()["understood"] == understood


@pytest.mark.usefixtures("names_carried")
def test_a_follow_up_is_searched_with_the_turns_around_it_as_well(engine: Engine):
    answer = engine.ask("When was that?", history=HISTORY)
    carried = engine.archive.search("When was that? (about: Lind)", limit=12)
    around = engine.archive.search(f"When was that? {QUESTION}? Lind", limit=12)
    assert [hit.article.id for hit in answer.passages] == [
        hit.article.id for hit in interleaved(around, carried, limit=12)
    ]


@pytest.mark.usefixtures("names_carried")
def test_a_question_that_needs_no_history_is_not_understood_otherwise(engine: Engine):
    answer = engine.ask(QUESTION, history=HISTORY)
    assert answer.understood is None
    assert "understood" not in answer.to_json()
    assert without_timings(answer) == without_timings(engine.ask(QUESTION))


def test_what_the_user_made_of_a_question_is_taken_as_it_is(engine: Engine):
    answer = engine.ask("And before that?", history=HISTORY, understood_as=f"{QUESTION} ", outlets=["Brask Daily"])
    assert (answer.question, answer.understood, answer.answer) == ("And before that?", QUESTION, "Vig")
    assert engine.ask("When was that?", history=HISTORY, understood_as="When was that?").understood is None
    with pytest.raises(InputError, match="empty"):
        engine.ask("And before that?", understood_as=" ")


@pytest.mark.usefixtures("names_carried")
def test_steps_are_the_passages_and_then_the_answer(engine: Engine):
    bounds = {"filters": Filters.of(since="2031-01-01"), "history": HISTORY}
    found, answer = engine.ask_steps("Who was it before?", **bounds)
    assert isinstance(found, PassagesFound)
    assert (found.question, found.passages, found.searched) == ("Who was it before?", answer.passages, answer.searched)
    assert found.understood == answer.understood == "Who was it before? (about: Lind)"
    assert list(found.timings_ms) == ["search"]
    assert found.timings_ms["search"] == answer.timings_ms["search"]
    assert without_timings(answer) == without_timings(engine.ask("Who was it before?", **bounds))


def test_steps_are_taken_one_at_a_time(engine: Engine, reader: CapitalReader):
    read: list[str] = []
    steps = Engine(engine.archive, reader=Overheard(reader, read)).ask_steps(QUESTION)
    assert isinstance(next(steps), PassagesFound)
    assert read == []
    assert isinstance(next(steps), Answer)
    assert read == [QUESTION]
    with pytest.raises(InputError):
        next(engine.ask_steps(""))


class Overheard:
    """A reader that notes what it is asked."""

    name, sha256, folder = CapitalReader.name, CapitalReader.sha256, None

    def __init__(self, reader: CapitalReader, asked: list[str]) -> None:
        self._reader = reader
        self._asked = asked

    def read(self, question: str, passages: list, *, spans: int = 5) -> list:
        self._asked.append(question)
        return self._reader.read(question, passages, spans=spans)


def without_timings(answer) -> str:
    row = answer.to_json()
    del row["timings_ms"]
    return json.dumps(row)


def test_the_same_question_gives_the_same_bytes(engine: Engine, reader: CapitalReader):
    first = without_timings(engine.ask(QUESTION))
    assert without_timings(engine.ask(QUESTION)) == first
    again = Engine(Archive.open(engine.archive.path, embedder=HashEmbedder()), reader=reader)
    assert without_timings(again.ask(QUESTION)) == first
    others: list[str] = []
    threads = [threading.Thread(target=lambda: others.append(without_timings(engine.ask(QUESTION)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert others == [first] * 4


def test_the_reader_is_told_headline_and_day(engine: Engine):
    (hit, *_) = engine.archive.search(QUESTION, filters=Filters.of(since="2031-01-01"))
    told = reader_input(hit)
    assert told.context == "Port has a chair. May 2, 2031"
    assert told.text == "The port authority of varn is chaired by Lind, 41. She was elected in spring."


def test_a_reader_is_loaded_on_first_use(archive: Archive):
    engine = Engine(archive, reader="no-such-reader")
    with pytest.raises(ModelError, match="no-such-reader"):
        engine.ask("Who chairs the port?")


def test_a_new_article_is_in_the_next_answer(engine: Engine, write_articles):
    assert engine.ask(QUESTION, since="2031-05-03").answer is None
    engine.archive.add(
        [
            write_articles(
                {**VIG, "id": "new", "text": VIG["text"].replace("Vig", "Dumas"), "published": "2031-05-04"},
                name="b.jsonl",
            )
        ]
    )
    assert engine.ask(QUESTION, since="2031-05-03").answer == "Dumas"
    engine.archive.remove(["new"])
    assert engine.ask(QUESTION, since="2031-05-03").answer is None


def test_models_loaded_ahead_answer_the_same(engine: Engine):
    expected = engine.ask(QUESTION).answer
    ahead = Engine(engine.archive, reader=engine.reader)
    ahead.load_ahead()
    assert ahead.ask(QUESTION).answer == expected is not None


def test_what_goes_wrong_while_loading_ahead_is_raised_where_it_is_needed(engine: Engine, tmp_path: Path):
    ahead = Engine(engine.archive, reader=str(tmp_path))
    ahead.load_ahead()
    with pytest.raises(ModelError, match="cannot be loaded"):
        ahead.ask(QUESTION)


def test_warming_up_finds_a_model_that_does_not_fit(engine: Engine, reader: CapitalReader):
    engine.warm_up()
    with pytest.raises(ModelMismatch):
        Archive.open(engine.archive.path, embedder=HashEmbedder(name="other"))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(
            [
                "Lind",
                "Çelik",
                "chairs",
                "🚢🇳🇴",
                "e\u0301te\u0301",
                "שלום",
                "مرحبا.",
                "中文。",
                "port.",
                "İzmir",
                "\u200bOsk",
                "Vig,",
            ]
        ),
        min_size=1,
        max_size=120,
    ),
    st.sampled_from(["\n\n", "\r\n", "\u2028", " "]),
)
def test_every_citation_is_what_stands_there(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], separator: str
):
    folder = tmp_path_factory.mktemp("citations")
    text = "Who chairs it? Lind. " + separator.join(" ".join(words[at : at + 30]) for at in range(0, len(words), 30))
    (folder / "a.jsonl").write_text(json.dumps({"id": "a", "text": text, "url": "https://a.example"}))
    archive = Archive.open(folder / "news.pq", create=True, embedder=HashEmbedder())
    archive.add([folder / "a.jsonl"])
    answer = Engine(archive, reader=CapitalReader()).ask("who chairs the port?")
    assert answer.answers
    for candidate in answer.answers:
        for citation in candidate.citations:
            assert text[citation.start : citation.end] == citation.text
            assert text[citation.sentence_start :].startswith(citation.sentence)
            assert citation.sentence_start <= citation.start
            assert citation.end <= citation.sentence_start + len(citation.sentence)
