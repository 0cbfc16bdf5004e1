from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from pullquote.answers import Answer, PassagesFound, State, Turn
from pullquote.filters import Filters
from pullquote.index.archive import Archive
from pullquote.qa.engine import Engine
from pullquote.qa.reading.reader import Reading, ScoredSpan
from pullquote.qa.reading.windows import ReaderInput
from pullquote.qa.values.listing import PASSAGES_READ, ItemFinder

from fakes import HashEmbedder

pytestmark = pytest.mark.usefixtures("names_carried")

NOUR = {
    "id": "nour",
    "outlet": "Harbour Post",
    "published": "2031-05-02",
    "title": "The ferry Nour",
    "text": "The ferry Nour is owned by Lind.\n\nThe ferry Nour was built in 1993.\n\n"
    "The ferry Nour calls at Tarn, Skell and Varn.\n\nThe fare on the Nour is £5.",
}
VIG = {
    "id": "vig",
    "outlet": "Brask Daily",
    "published": "2031-05-03",
    "title": "The ferry Vig",
    "text": "The ferry Vig was built in 2004.\n\nThe ferry Nour also calls at Brask and Tarn.\n\n"
    "The fare on the Vig is £9.",
}


class LookingReader:
    """Finds what the patterns say, where the passage shares the question's names; sure of all it finds."""

    name = "looking"
    sha256 = "0" * 64
    folder = None
    ANSWERS = (
        (r"^who owns", r"owned by (\w+)"),
        (r"^when was", r"in (\d{4})"),
        (r"^which ports|^list the ports", r"calls at (\w+(?:, \w+)*(?: and \w+)?)"),
        (r"^what (?:is|are) the fares?|^which costs", r"(£\d)"),
    )

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    def read(self, question: str, passages: Sequence[ReaderInput], *, spans: int = 5) -> list[Reading]:
        self.asked.append((question, len(passages)))
        wanted = next((answer for asks, answer in self.ANSWERS if re.search(asks, question.lower())), None)
        names = {name for name in ("Nour", "Vig") if name in question}
        readings = []
        for passage in passages:
            found = [
                ScoredSpan(match.start(1), match.end(1), 9.0)
                for line in re.finditer(r"[^\n]+", passage.text)
                for match in (re.finditer(wanted, passage.text) if wanted else ())
                if line.start() <= match.start() < line.end()
                and (not names or any(name in line.group() for name in names))
            ]
            readings.append(Reading(tuple(found[:spans]), no_answer_score=2.5))
        return readings


@pytest.fixture
def reader() -> LookingReader:
    return LookingReader()


@pytest.fixture
def engine(tmp_path: Path, embedder: HashEmbedder, write_articles, reader: LookingReader) -> Engine:
    archive = Archive.open(tmp_path / "news.pq", create=True, embedder=embedder)
    archive.add([write_articles(NOUR, VIG)])
    return Engine(archive, reader=reader)


def texts(answer: Answer) -> list[str]:
    return [one.text for one in answer.answers]


def verbatim(citation) -> bool:
    article = {"nour": NOUR, "vig": VIG}[citation.article_id]
    return article["text"][citation.start : citation.end] == citation.text


def test_each_of_two_questions_is_answered(engine: Engine, reader: LookingReader):
    answer = engine.ask("Who owns the ferry Nour and when was she built?")
    assert [(part.question, part.answer) for part in answer.parts] == [
        ("Who owns the ferry Nour?", "Lind"),
        ("When was she built?", "1993"),
    ]
    # What the second leaves to the first is filled in.
    assert answer.parts[1].understood == "When was she built? (about: Nour, Lind)"
    assert answer.understood == "Who owns the ferry Nour? When was she built? (about: Nour, Lind)"
    assert (answer.answer, answer.abstained, answer.state) == (None, True, State.SURE)
    assert texts(answer) == ["Lind", "1993"]
    assert [asked for asked, _ in reader.asked] == [
        "Who owns the ferry Nour?",
        "When was she built? (about: Nour, Lind)",
    ]
    assert {hit.passage.article_id for hit in answer.passages} == {"nour", "vig"}


def test_the_first_part_may_refer_to_an_earlier_turn(engine: Engine):
    asked = "Who owns her and when was she built?"
    answer = engine.ask(asked, history=[Turn("What is the fare on the ferry Nour?", "£5")])
    assert [part.answer for part in answer.parts] == ["Lind", "1993"]
    assert answer.question == asked


def test_a_question_put_by_the_asker_is_parted_as_it_stands(engine: Engine):
    answer = engine.ask("Who owns it?", understood_as="Who owns the ferry Nour? When was the ferry Nour built?")
    assert [part.question for part in answer.parts] == ["Who owns the ferry Nour?", "When was the ferry Nour built?"]
    assert answer.understood == "Who owns the ferry Nour? When was the ferry Nour built?"


@pytest.mark.parametrize(
    "question",
    [
        "Who owns the ferry Nour and when was she built?",
        "Which is older, the ferry Nour or the ferry Vig?",
        "Which ports does the ferry Nour call at?",
        "Who owns the ferry Nour?",
    ],
)
def test_steps_end_in_the_same_answer(engine: Engine, question: str):
    def told(answer: Answer) -> dict[str, object]:
        return json.loads(re.sub(r'"timings_ms": \{[^}]*\}', '"timings_ms": {}', json.dumps(answer.to_json())))

    *found, answer = engine.ask_steps(question)
    assert found
    assert all(isinstance(one, PassagesFound) for one in found)
    assert isinstance(answer, Answer)
    assert told(answer) == told(engine.ask(question))


def test_states_of_parts(engine: Engine):
    def state(question: str) -> State:
        return engine.ask(question).state

    assert state("Who owns the ferry Nour and when was she built?") is State.SURE
    assert state("Who owns the ferry Nour and how does she smell?") is State.SPEAKS
    assert state("How does the ferry Nour smell and what does she weigh?") is State.SILENT


def test_a_comparison_has_both_sides(engine: Engine):
    answer = engine.ask("Which is older, the ferry Nour or the ferry Vig?")
    assert [(side.about, side.question) for side in answer.sides] == [
        ("the ferry Nour", "When was the ferry Nour built?"),
        ("the ferry Vig", "When was the ferry Vig built?"),
    ]
    assert [side.quotations[0].citation.text for side in answer.sides] == ["1993", "2004"]
    assert [side.quotations[0].text for side in answer.sides] == [
        "The ferry Nour was built in 1993.",
        "The ferry Vig was built in 2004.",
    ]
    assert all(side.speaks for side in answer.sides)
    # The whole question found nothing, its sides did.
    assert answer.state is State.SPEAKS
    assert answer.quotations[0].confidence >= answer.quotations[1].confidence > 0


def test_a_list_has_the_items_of_all_articles(engine: Engine):
    answer = engine.ask("Which ports does the ferry Nour call at?")
    found = {item.text: item for item in answer.items}
    assert set(found) == {"Tarn", "Skell", "Varn", "Brask"}
    assert {citation.article_id for citation in found["Tarn"].citations} == {"nour", "vig"}
    assert (found["Tarn"].origins, found["Skell"].origins) == (2, 1)
    assert all(verbatim(citation) for item in answer.items for citation in item.citations)
    assert found["Skell"].citations[0].sentence == "The ferry Nour calls at Tarn, Skell and Varn."
    # The closed list hides no quotation.
    assert {quotation.text for quotation in answer.quotations} == {
        "The ferry Nour calls at Tarn, Skell and Varn.",
        "The ferry Nour also calls at Brask and Tarn.",
    }


def test_a_list_reads_more_passages_than_a_value(tmp_path, embedder, write_articles, reader):
    archive = Archive.open(tmp_path / "many.pq", create=True, embedder=embedder)
    rows = []
    for at, name in enumerate("ABCDEFGHIJKLMNO"):
        others = " ".join(f"{name.lower()}{word}" for word in ("bas", "cod", "dur", "fen", "gat", "hul", "kor", "lim"))
        rows.append({"id": f"n{at}", "text": f"The ferry Nour calls at {name}town. {others}."})
    archive.add([write_articles(*rows)])
    engine = Engine(archive, reader=reader)
    answer = engine.ask("Which ports does the ferry Nour call at?")
    assert [count for _, count in reader.asked] == [6, PASSAGES_READ - 6]
    assert len(answer.items) == PASSAGES_READ
    assert len(answer.passages) == 6
    # Whoever has more read for one value gets no more for a list.
    reader.asked.clear()
    Engine(archive, reader=reader, passages=PASSAGES_READ + 1).ask("Which ports does the ferry Nour call at?")
    assert [count for _, count in reader.asked] == [PASSAGES_READ + 1]


def test_a_list_is_read_line_by_line(tmp_path, embedder, write_articles, reader):
    archive = Archive.open(tmp_path / "lines.pq", create=True, embedder=embedder)
    text = "The ferry Nour calls at Tarn\nThe ferry Nour calls at Skell\nThe ferry Nour calls at Varn"
    archive.add([write_articles({"id": "lines", "text": text})])
    answer = Engine(archive, reader=reader).ask("List the ports of the ferry Nour")
    assert [item.text for item in answer.items] == ["Tarn", "Skell", "Varn"]
    assert [text[one.citations[0].start : one.citations[0].end] for one in answer.items] == ["Tarn", "Skell", "Varn"]


def test_the_json_object_has_what_its_kind_of_question_gets(engine: Engine):
    plain = engine.ask("Who owns the ferry Nour?").to_json()
    assert not {"parts", "sides", "items"} & set(plain)
    parts = engine.ask("Who owns the ferry Nour and when was she built?").to_json()
    assert [part["answer"] for part in parts["parts"]] == ["Lind", "1993"]
    assert (parts["state"], parts["answer"], parts["abstained"]) == ("sure", None, True)
    (one, _) = engine.ask("Which is older, the ferry Nour or the ferry Vig?").to_json()["sides"]
    assert list(one) == ["about", "question", "state", "quotations"]
    items = engine.ask("Which ports does the ferry Nour call at?").to_json()["items"]
    assert [list(item) for item in items] == [["text", "confidence", "calibrated", "origins", "citations"]] * 4


def test_an_item_that_only_counts_is_none(engine: Engine):
    asked = engine.read(engine.find("Which ports does the ferry Nour call at?"))
    finder = ItemFinder(asked, engine.reader)
    assert not finder.fits("three ports", alone=False)
    assert not finder.fits("the ferry Nour", alone=True)
    assert finder.fits("three barges", alone=False)


def test_items_of_a_reprint_stand_where_it_prints_them(tmp_path, embedder, write_articles, reader):
    text = (
        "Mrs Lind said that the ferry Nour calls at Tarn; later she calls at Skell. "
        + "She is painted red again. " * 12
    )
    texts = {"first": text.strip(), "again": "VELLMOUTH (Press Bureau) - " + text.strip()}
    archive = Archive.open(tmp_path / "reprints.pq", create=True, embedder=embedder)
    archive.add([write_articles(*({"id": name, "text": text} for name, text in texts.items()))])
    engine = Engine(archive, reader=reader)
    found = engine.find("Which ports does the ferry Nour call at?")
    assert [len(hit.near_duplicates) for hit in found.passages] == [1]
    items = engine.ask("Which ports does the ferry Nour call at?").items
    assert {item.text for item in items} == {"Tarn", "Skell"}
    cited = [citation for item in items for citation in item.citations]
    assert {(one.article_id, one.text) for one in cited} == {
        (name, port) for name in texts for port in ("Tarn", "Skell")
    }
    assert all(texts[one.article_id][one.start : one.end] == one.text for one in cited)
    # Who says so is named for items, too.
    assert {one.speaker for one in cited} == {"Mrs Lind"}


def test_items_of_different_days_do_not_compete(tmp_path, embedder, write_articles, reader):
    archive = Archive.open(tmp_path / "days.pq", create=True, embedder=embedder)
    rows = [
        {"id": "old", "published": "2031-05-02", "text": "The ferry Nour calls at Tarn."},
        {"id": "new", "published": "2031-05-09", "text": "The ferry Nour calls at Skell."},
    ]
    archive.add([write_articles(*rows)])
    engine = Engine(archive, reader=reader)
    found = engine.find("Which ports does the ferry Nour call at?")
    assert engine.answer(found, Filters()).course is not None
    answer = engine.ask("Which ports does the ferry Nour call at?")
    assert answer.items
    assert (answer.course, answer.by_day) == (None, ())


@pytest.mark.parametrize(
    ("question", "ages"),
    [
        ("Who owns the ferry Nour?", {"Lind": 2}),
        ("Who owns the ferry Nour and when was she built?", {"Lind": 2, "1993": 2}),
        ("Which is older, the ferry Nour or the ferry Vig?", {"1993": 2, "2004": 1}),
        ("Which ports does the ferry Nour call at?", {"Tarn, Skell and Varn": 2, "Brask and Tarn": 1}),
    ],
)
def test_the_day_of_a_question_reaches_the_ranking_whatever_its_kind(engine: Engine, monkeypatch, question, ages):
    monkeypatch.setattr(LookingReader, "ANSWERS", (*LookingReader.ANSWERS, (r"^which is older", r"in (\d{4})")))
    answers = engine.ask(question, as_of="2031-05-04").answers
    # The logarithm of one more than the days between.
    assert {one.text: one.features["age"] for one in answers} == {
        text: pytest.approx(math.log1p(days)) for text, days in ages.items()
    }
    assert {one.features["undated"] for one in answers} == {0.0}


def test_a_comparison_has_no_verdict(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(LookingReader, "ANSWERS", (*LookingReader.ANSWERS, (r"^which is older", r"in (\d{4})")))
    question = "Which is older, the ferry Nour or the ferry Vig?"
    assert engine.answer(engine.find(question), Filters()).answer is not None
    answer = engine.ask(question)
    assert (answer.answer, answer.abstained, answer.state) == (None, True, State.SPEAKS)


def test_more_questions_than_four_are_all_answered_one_beside_the_other(engine: Engine):
    answer = engine.ask(
        "Who owns the ferry Nour? When was she built? Which ports does she call at? "
        "What is the fare on the ferry Nour? When was the ferry Vig built? What is the fare on the ferry Vig?"
    )
    assert [part.parts for part in answer.parts] == [()] * 6
    assert [part.answer for part in answer.parts] == ["Lind", "1993", None, "£5", "2004", "£9"]


def test_two_question_words_in_one_of_two_questions_are_parts_beside_it(engine: Engine):
    answer = engine.ask("Who owns the ferry Nour? When and where was she built?")
    assert [part.question for part in answer.parts] == [
        "Who owns the ferry Nour?",
        "When was she built?",
        "Where was she built?",
    ]
    assert not any(part.parts for part in answer.parts)


def test_what_is_asked_as_typed_is_not_corrected(engine: Engine):
    def understood(part: Answer) -> str:
        return part.understood or part.question

    mistyped = "What is the fare on the ferri Nour? When was she bilt?"
    assert next(understood(one) for one in engine.ask(mistyped).parts) == "What is the fare on the ferry Nour?"
    typed = engine.ask("Who owns her?", understood_as=mistyped)
    assert [understood(one) for one in typed.parts] == [
        "What is the fare on the ferri Nour?",
        "When was Nour bilt?",
    ]


def test_sides_are_searched_for_as_they_are_worded(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    asked = "Which is older, the ferri Nour or the ferri Vig?"
    searched: list[str] = []
    search = engine.archive.search_with_scope

    def noted(query: str, **bounds):
        searched.append(query)
        return search(query, **bounds)

    monkeypatch.setattr(engine.archive, "search_with_scope", noted)
    engine.ask(asked, understood_as=asked)
    assert searched == [asked, "How old is the ferri Nour?", "How old is the ferri Vig?"]


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        (
            "Who owns the ferry Nour and when was she built?",
            # A follow-up is searched with the turns around it, too.
            [
                "Who owns the ferry Nour?",
                "When was she built? (about: Nour, Lind)",
                "When was she built? Who owns the ferry Nour? Lind",
            ],
        ),
        ("Which ports does the ferry Nour call at?", ["Which ports does the ferry Nour call at?"]),
    ],
)
def test_nothing_is_searched_for_twice(engine: Engine, question: str, searched: list[str]):
    asked: list[str] = []
    embed = engine.archive.embedder.embed_query

    def noted(text: str):
        asked.append(text)
        return embed(text)

    engine.archive.embedder.embed_query = noted  # type: ignore[method-assign]
    engine.ask(question)
    assert asked == searched
