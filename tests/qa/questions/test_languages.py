"""Another language is recognised, and English never taken for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from pullquote.index.archive import Archive
from pullquote.qa.questions.languages import foreign_language, languages_of, name_of

from fakes import HashEmbedder

ENGLISH = (
    "The ferry Corrin Star sank off Vellmouth on Friday, and nine people are still missing, the harbour master said.",
    "Edwina Corb, who is 84, had lived in her cottage for fifty years when the fire came over the hill.",
)
GERMAN = (
    "Die Fähre ist am Freitag vor der Küste gesunken, neun Menschen werden noch vermisst, sagte die Hafenbehörde.",
    "Der Bürgermeister hat am Montag seinen Rücktritt erklärt, weil die Brücke wieder nicht fertig geworden ist.",
)


def archive_of(folder: Path, *articles: dict) -> Archive:
    import json

    file = folder / "articles.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in articles), encoding="utf-8")
    archive = Archive.open(folder / "news.pq", create=True, embedder=HashEmbedder())
    archive.add([file])
    return archive


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return archive_of(tmp_path_factory.mktemp("english"), *({"text": text} for text in ENGLISH))


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("German", "Wer leitet die Hafenbehörde?"),
        ("German", "Wann ist die Fähre Corrin Star gesunken?"),
        ("French", "Combien de personnes sont encore portées disparues ?"),
        ("Spanish", "¿Cuántas personas siguen desaparecidas?"),
        ("Italian", "Quando è affondato il traghetto Corrin Star?"),
        ("Portuguese", "Quantas pessoas continuam desaparecidas?"),
        ("Dutch", "Waarom is de burgemeester afgetreden?"),
        ("Polish", "Dlaczego burmistrz podał się do dymisji?"),
        ("Russian", "Кто руководит управлением порта?"),
        ("Japanese", "港湾局の責任者は誰ですか？"),
    ],
)
def test_another_language_is_named(english: Archive, language: str, question: str):
    assert name_of(foreign_language(question, english)) == language


@pytest.mark.parametrize(
    "question",
    [
        "Who chairs the port authority?",
        "ferry sank missing",
        "why did the captain resign",
        "Emmanuel Macron",
        "Emmanuel Macron Brigitte Trogneux",
        "Who is Angela Merkel?",
        "tour de france 2031",
        "Schadenfreude",
        "Real Madrid Barcelona",
        "who wrote Die Zauberflöte",
        "bleu pilot panting",
        "how mutch did vistors pay",
        "123",
    ],
)
def test_what_may_be_english_is_not_taken_for_another_language(english: Archive, question: str):
    assert foreign_language(question, english) is None


def test_a_question_in_the_archives_own_language_is_none_of_another(tmp_path: Path):
    german = archive_of(tmp_path, *({"text": text} for text in GERMAN))
    assert languages_of(german) == ("de",)
    assert foreign_language("Warum ist der Turm eingestürzt?", german) is None
    assert foreign_language("Why did the tower collapse last week?", german) == "en"


def test_what_an_article_says_of_its_language_counts_before_its_words(tmp_path: Path):
    archive = archive_of(tmp_path, *({"text": text, "language": "de-AT"} for text in ENGLISH))
    assert languages_of(archive) == ("de",)


def test_an_archive_may_be_in_two_languages(tmp_path: Path):
    archive = archive_of(tmp_path, *({"text": text} for text in (*ENGLISH, *GERMAN)))
    assert sorted(languages_of(archive)) == ["de", "en"]
    assert foreign_language("Warum ist der Turm eingestürzt?", archive) is None
    archive.remove([article.id for article in archive.sample() if "ä" in article.text or "ü" in article.text])
    assert languages_of(archive) == ("en",)


def test_an_empty_archive_has_no_language(tmp_path: Path):
    archive = Archive.open(tmp_path / "empty.pq", create=True, embedder=HashEmbedder())
    assert (languages_of(archive), foreign_language("Wer leitet die Hafenbehörde?", archive)) == ((), None)
