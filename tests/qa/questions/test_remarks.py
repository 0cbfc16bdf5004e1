"""What is no question to the archive gets a remark, with questions to try; everything else is a question."""

from __future__ import annotations

from pathlib import Path

import pytest

from pullquote.answers import RemarkKind, State, Turn
from pullquote.articles import Article
from pullquote.index.archive import Archive
from pullquote.qa.engine import Engine
from pullquote.qa.questions.remarks import small_talk
from pullquote.qa.questions.starters import questions_about

from fakes import CapitalReader, HashEmbedder

SANK = {
    "id": "sank",
    "published": "2031-05-02",
    "outlet": "Brask Daily",
    "authors": ["Goran Aske"],
    "text": "The ferry sank off the Corrin Isles, said Hanne Osterby. A welder, Ruben Stoker, 44, wept at the Corrin "
    "Isles. Brask Daily met him in Lower Wennet.",
}


@pytest.fixture
def archive(tmp_path: Path, embedder: HashEmbedder) -> Archive:
    return Archive.open(tmp_path / "news.pq", create=True, embedder=embedder)


@pytest.fixture
def engine(archive: Archive, write_articles, reader: CapitalReader) -> Engine:
    archive.add([write_articles(SANK)])
    return Engine(archive, reader=reader)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("hello", "greeting"), ("Hi there!", "greeting"), ("  HEY  ", "greeting"), ("Good morning, all", "greeting"),
        ("how are you?", "greeting"), ("bye", "greeting"),
        ("thanks", "thanks"), ("Thank you very much!", "thanks"), ("ok, thanks a lot", "thanks"), ("cheers", "thanks"),
        ("who are you", "about"), ("What can you do?", "about"), ("help", "about"), ("Hello, who are you?", "about"),
        ("what’s your name", "about"), ("are you a bot?", "about"),
    ],
)  # fmt: skip
def test_small_talk_is_recognised(text: str, kind: str):
    assert small_talk(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "Hello, who chairs the port authority?",
        "help for the families",
        "Who said thanks?",
        "thanks to whom was the ferry raised",
        "hello kitty",
        "who are you going to vote for",
        "what can you do against the parasite",
        "good",
        "who is good",
        "When?",
        "hi " * 40,
        "",
    ],
)
def test_a_question_is_not_small_talk(text: str):
    assert small_talk(text) is None


def test_a_greeting_is_answered_without_search_or_reader(archive: Archive, write_articles):
    archive.add([write_articles(SANK)])
    archive._given_embedder = None  # nothing may be embedded
    answer = Engine(archive, reader="no such reader").ask("Hello!")
    assert (answer.question, answer.answer, answer.state, answer.passages) == ("Hello!", None, State.SILENT, ())
    assert answer.remark.kind is RemarkKind.GREETING
    assert answer.remark.text == (
        "Hello. Pullquote answers questions from the one article in this archive, in the very words that were printed, "
        "each with its source."
    )
    assert answer.remark.try_asking == (
        "What is the latest on Lower Wennet?",
        "Who is Hanne Osterby?",
        "What did Ruben Stoker say?",
    )
    assert answer.to_json()["remark"] == {
        "kind": "greeting",
        "text": answer.remark.text,
        "try_asking": list(answer.remark.try_asking),
    }


def test_steps_to_a_remark_are_the_answer_alone(engine: Engine):
    (answer,) = engine.ask_steps("thanks")
    assert (answer.remark.kind, answer.remark.text.partition(".")[0]) == (RemarkKind.THANKS, "You are welcome")


def test_an_empty_archive_says_so(archive: Archive, reader: CapitalReader):
    remark = Engine(archive, reader=reader).ask("hi").remark
    assert (remark.text, remark.try_asking) == ("This archive holds no articles yet; `pullquote add` adds some.", ())


def test_a_greeting_is_searched_where_the_asker_says_so(engine: Engine):
    answer = engine.ask("hello", understood_as="hello")
    assert (answer.remark, answer.searched.articles) == (None, 1)


def test_another_language_is_said_and_the_nearest_passages_are_kept(engine: Engine):
    answer = engine.ask("Warum ist die Fähre gesunken?")
    assert answer.remark.kind is RemarkKind.LANGUAGE
    assert answer.remark.text == (
        "This question seems to be in German. The articles in this archive are in English: ask in English."
    )
    assert (answer.state, answer.answers, answer.searched.articles) == (State.SILENT, (), 1)
    assert [hit.article.id for hit in answer.passages] == ["sank"]


def test_what_was_put_right_is_shown_and_the_question_stays_as_typed(engine: Engine):
    answer = engine.ask("where did the ferri snak")
    assert (answer.question, answer.understood) == ("where did the ferri snak", "where did the ferry sank")
    row = answer.to_json()
    assert (row["question"], row["understood"], "remark" in row) == (answer.question, answer.understood, False)


def test_a_question_is_searched_as_typed_where_the_asker_says_so(engine: Engine):
    found = engine.find("where did the ferri snak", understood_as="where did the ferri snak")
    assert found.understood is None


def test_a_greeting_is_nothing_that_later_questions_refer_to(engine: Engine):
    hello = Turn.of(engine.ask("hello"))
    assert engine.find("When was that?", history=[hello]).understood is None


def test_questions_to_try_name_what_most_articles_name():
    def report(text: str) -> Article:
        return Article(text=text, outlet="Brask Daily", authors=("Goran Aske",))

    articles = [
        report("It rained on Lower Wennet, and Ottilie Brack said so. Goran Aske said nothing."),
        report("It rained on Lower Wennet again. Nobody came from Brask Daily, said Tom Reyl."),
        report("In the Herring Fair, Ottilie Brack, 51, fell. We met Mr Dill on Friday Night."),
    ]
    assert questions_about(articles) == (
        "What is the latest on Lower Wennet?",
        "Who is Ottilie Brack?",
        "What did Tom Reyl say?",
    )
    assert questions_about([report("it rained.")]) == ()
