"""Where an archive prints an answer: whole words, as printed, in prose, not later than the day of the question."""

import datetime as dt

import pytest

from pullquote.errors import InputError
from pullquote.eval.gold.places import places, printed_at, sentence_of, sentences_found
from pullquote.index.archive import Archive

from eval_fakes import write_lines
from fakes import HashEmbedder

FERRY = {
    "url": "https://post.example/ferry",
    "published": "2031-05-04",
    "text": "The ferry Osk sank off Varn. Nine people died, and nine\nswam. The Oskar was not near.",
}
LATER = {"url": "https://post.example/later", "published": "2031-05-09", "text": "The ferry Osk was raised off Varn."}


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("places")
    with Archive.open(folder / "own.pq", create=True, embedder=HashEmbedder()) as made:
        made.add([write_lines(folder / "articles.jsonl", [FERRY, LATER])])
        yield made


def test_words_are_whole_and_as_printed():
    text = "Osk, Oskar; the  Osk\nsank; cafe\u0301"
    assert printed_at(text, "Osk") == [(0, 3), (17, 20)]
    assert printed_at(text, "Osk sank") == [(17, 25)]
    assert printed_at(text, "OSK") == [(0, 3), (17, 20)]  # in whatever case, where it stands so nowhere
    assert printed_at(text, "cafe") == []  # never between a letter and its accent
    assert printed_at(text, " ") == []


def told(found):
    return [(span.article.rpartition("/")[2], span.start, span.text) for span in found]


def test_places_in_what_is_found_for_a_question(archive):
    question = "Which ferry sank off Varn?"
    assert sorted(told(places(archive, question, "Osk", None))) == [("ferry", 10, "Osk"), ("later", 10, "Osk")]
    assert told(places(archive, question, "Osk", dt.date(2031, 5, 4))) == [("ferry", 10, "Osk")]
    assert told(places(archive, question, "Osk", None, article=LATER["url"])) == [("later", 10, "Osk")]
    # As it was given, where it stands so; else as it is printed.
    assert told(places(archive, question, "nine", None)) == [("ferry", FERRY["text"].index("nine"), "nine")]
    assert told(places(archive, question, "NINE PEOPLE", None)) == [("ferry", 29, "Nine people")]
    assert places(archive, question, "Steg", None) == []


def test_articles_that_cannot_be_looked_in(archive):
    with pytest.raises(InputError, match="no article 'a9' in this archive"):
        places(archive, "Q?", "Osk", None, article="a9")
    with pytest.raises(InputError, match="was printed after 2031-05-04"):
        places(archive, "Q?", "Osk", dt.date(2031, 5, 4), article=LATER["url"])


def test_sentences_and_the_one_around_a_span(archive):
    ((first, second, third),) = sentences_found(archive, "people died swam near", dt.date(2031, 5, 4), limit=5)
    assert (first.text, third.text) == ("The ferry Osk sank off Varn.", "The Oskar was not near.")
    span = second.span("nine swam")
    assert (span.text, FERRY["text"][span.start : span.end]) == ("nine\nswam", "nine\nswam")
    assert second.span("Osk") is None
    assert sentence_of(span, archive.article) == second
    assert sentence_of(span, lambda key: None) is None
    moved = type(span)(span.article, span.start + 1, span.end + 1, span.text)
    assert sentence_of(moved, archive.article) is None
    assert sentences_found(archive, "ferry", None, skip=2, limit=5) == []
