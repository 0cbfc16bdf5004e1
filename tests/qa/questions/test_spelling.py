"""Mistyped words: put right where the archive says so, and above all left alone where it doesn't."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pullquote.index.archive import Archive
from pullquote.qa.questions.spelling import corrected

from fakes import HashEmbedder

ARTICLES = (
    "The Blue Pilot, a painting by Silvan Drewe, was stolen from the museum. Visitors pay nothing to see the wall.",
    "Edwina Corb lived in her cottage for fifty years before the fire. She is a sister of Marian Holt.",
    "Hanne Osterby of the Marine Casualty Board is leading the investigation into the ferry that sank.",
    "The hospital postponed the hip replacements. A sanitiser was used during the night.",
    "Ottilie Brack, the minister, spoke of the price of herring. The president was there.",
    *(
        f"Vellmouth council met {day} times and the mayor of Vellmouth spoke."
        for day in ("two", "three", "four", "five")
    ),
    "Vellmouth has trams again.",
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    import json

    folder = tmp_path_factory.mktemp("spelling")
    rows = "".join(json.dumps({"id": f"a{number}", "text": text}) + "\n" for number, text in enumerate(ARTICLES))
    (folder / "articles.jsonl").write_text(rows, encoding="utf-8")
    archive = Archive.open(folder / "news.pq", create=True, embedder=HashEmbedder())
    archive.add([folder / "articles.jsonl"])
    return archive


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("bleu pilot panting", "blue pilot painting"),
        ("Bleu pilot panting?", "Blue pilot painting?"),
        ("what do vistors pay at the musuem", "what do visitors pay at the museum"),
        ("how long had edwina corb livd in her cotage?", "how long had edwina corb lived in her cottage?"),
        ("who is leeding the investgation", "who is leading the investigation"),
        ("WHO IS LEEDING THE BOARD?", "WHO IS LEADING THE BOARD?"),
        ("In wich museum was it?", "In which museum was it?"),
        ("the musuem's painting", "the museum's painting"),
        ("hip-replacments", "hip-replacements"),
        ("did it posptone the hip replacements", "did it postpone the hip replacements"),
        ("what did the presidant say", "what did the president say"),
        # names
        ("Who is Edwnia Corb?", "Who is Edwina Corb?"),
        ("the Marine Casulty Board's report", "the Marine Casualty Board's report"),
        ("what did hane osterby say", "what did Hanne osterby say"),
        ("Where is Vellmoth?", "Where is Vellmouth?"),
    ],
)
def test_a_mistyped_word_is_put_right(archive: Archive, typed: str, meant: str):
    assert corrected(typed, archive) == meant


@pytest.mark.parametrize(
    "question",
    [
        "What was stolen from the museum?",
        "The Blue Pilot paintings",  # a form of a printed word
        "How many sanitisers were used?",
        "Which fatalities were there?",  # English, and nothing like it is printed
        "Who planned the panting of the wall?",  # English: what may have been meant doesn't stand with all the rest
        "panting",
        "Who is Barack Obama?",  # half a name is none
        "who is barack obama",
        "Who is Marion Dace?",  # Marian is somebody else
        "What did Anna Brock say?",
        "Who is Oster?",  # four letters of a name may be another's
        "Where is Corbe?",  # by itself, and not all over the archive
        "Is Hana there?",
        "What does SpaceX pay?",
        "What does the NATA do?",
        "Who didn't pay?",
        "Did O'Visitors pay?",
        "Where is the musuem7?",
        "Who said “bleu panting”?",
        "Wer war das? Niemand wusste irgendetwas davon, sagten alle Zeugen gestern",
        "xqzvw",
    ],
)
def test_what_may_be_meant_as_typed_stays(archive: Archive, question: str):
    assert corrected(question, archive) == question


def test_in_an_empty_archive_nothing_is_changed(tmp_path: Path):
    archive = Archive.open(tmp_path / "empty.pq", create=True, embedder=HashEmbedder())
    assert corrected("who is leeding the bord", archive) == "who is leeding the bord"


@given(st.text(alphabet="abeilnoprtuv' -B?", min_size=1, max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_printed_words_are_never_changed(archive: Archive, text: str):
    question = f"{text} blue pilot Osterby {text}"
    result = corrected(question, archive)
    assert "blue pilot Osterby" in result
    assert corrected(question, archive) == result
