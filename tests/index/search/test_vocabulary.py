"""The words that an archive prints: which they are, which are near, and that they follow what is added and removed."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullquote.comparing_form import comparing_form
from pullquote.index.archive import Archive
from pullquote.index.search import printed_words, vocabulary
from pullquote.index.search.printed_words import printed_in_a_row
from pullquote.index.search.vocabulary import PrintedWord, Vocabulary, words_in

LETTERS = st.text(alphabet="abcé", min_size=1, max_size=7)


def edits(left: str, right: str) -> int:
    """Return the optimal string alignment distance (Boytsov 2011), by the book."""
    table = [[max(row, column) for column in range(len(right) + 1)] for row in range(len(left) + 1)]
    for row in range(1, len(left) + 1):
        for column in range(1, len(right) + 1):
            other = left[row - 1] != right[column - 1]
            table[row][column] = min(
                table[row - 1][column] + 1, table[row][column - 1] + 1, table[row - 1][column - 1] + other
            )
            if row > 1 and column > 1 and left[row - 2 : row] == right[column - 2 : column][::-1]:
                table[row][column] = min(table[row][column], table[row - 2][column - 2] + 1)
    return table[-1][-1]


def test_words_are_letters_without_possessive_endings():
    text = "The Nour's crew didn't see B12, café-owners' boats or x7y; Ása\u2019s did."
    assert list(words_in(text)) == [
        "The",
        "Nour",
        "crew",
        "didn't",
        "see",
        "café",
        "owners",
        "boats",
        "or",
        "Ása",
        "did",
    ]


def test_words_are_compared_without_case_accents_and_kinds_of_apostrophe():
    alike = ("Ása", "STRASSE", "Straße", "O’Dell")
    assert tuple(map(comparing_form, alike)) == ("asa", "strasse", "strasse", "o'dell")


def test_a_word_is_given_as_it_is_printed_most_often():
    words = Vocabulary(1, Counter({"Pilot": 3, "pilot": 2, "Tarn": 1}))
    assert words.get("PILOT") == PrintedWord("Pilot", 5)
    assert (words.get("pilot").name, words.get("pilots"), len(words)) == (True, None, 2)


def test_near_words_come_nearest_and_commonest_first():
    words = Vocabulary(1, Counter({"painting": 8, "patting": 1, "planting": 9, "panning": 2, "waiting": 17}))
    assert [(distance, word.text) for distance, word in words.near("panting", 1)] == [
        (1, "planting"), (1, "painting"), (1, "panning"), (1, "patting"),
    ]  # fmt: skip
    assert [word.text for _, word in words.near("panting", 2)][4:] == ["waiting"]


def test_neighbours_that_changed_places_are_one_edit():
    assert Vocabulary(1, Counter({"blue": 1})).near("bleu", 1) == [(1, PrintedWord("blue", 1))]


@given(LETTERS, st.lists(LETTERS, max_size=12), st.integers(0, 2))
def test_near_words_are_all_words_within_the_distance(word: str, printed: list[str], distance: int):
    folded = {comparing_form(one) for one in printed}
    within = {one: edits(comparing_form(word), one) for one in folded if edits(comparing_form(word), one) <= distance}
    near = Vocabulary(1, Counter(folded)).near(word, distance)
    assert {one.text: number for number, one in near} == within


ONE = {"id": "one", "title": "Herring ban", "text": "The ban ends. The fleet waits.", "authors": ["Ása Straße"]}
TWO = {"id": "two", "outlet": "Brask Daily", "text": "The bridge opens."}
COUNTED = Counter(
    {"The": 3, "ban": 2, "Herring": 1, "ends": 1, "fleet": 1, "waits": 1, "Ása": 1, "Straße": 1}
) + Counter({"bridge": 1, "opens": 1, "Brask": 1, "Daily": 1})


def counted(archive: Archive) -> Counter[str]:
    return printed_words.vocabulary(archive).forms


def test_texts_headlines_outlets_and_bylines_are_counted(archive: Archive, write_articles):
    archive.add([write_articles(ONE, TWO)])
    assert counted(archive) == COUNTED


def test_what_is_added_changed_and_removed_is_followed(archive: Archive, write_articles, monkeypatch):
    archive.add([write_articles(ONE)])
    seen = []
    original = vocabulary.words_in
    monkeypatch.setattr(vocabulary, "words_in", lambda text: seen.append(text) or original(text))
    archive.add([write_articles(TWO, name="two.jsonl")])
    assert counted(archive) == COUNTED
    assert seen == ["The", "bridge", "opens.", "Brask", "Daily"]  # what was counted before isn't counted again
    archive.add([write_articles({**TWO, "text": "The bridge closes."}, name="three.jsonl")])
    assert (counted(archive)["opens"], counted(archive)["closes"]) == (0, 1)
    archive.remove(["two"])
    assert counted(archive) == COUNTED - Counter({"The": 1, "bridge": 1, "opens": 1, "Brask": 1, "Daily": 1})


def test_words_are_kept_for_the_next_one_who_opens_the_archive(archive: Archive, write_articles, monkeypatch):
    archive.add([write_articles(ONE, TWO)])
    monkeypatch.setattr(vocabulary, "words_in", lambda text: pytest.fail("counted again"))
    assert counted(Archive.open(archive.path)) == COUNTED


@pytest.mark.parametrize(
    "damage", ["", "nonsense", "# generation 1 words 2\nferry\t1\n", "# generation 1 words 1\nx\ty\n"]
)
def test_a_damaged_file_is_written_anew(archive: Archive, write_articles, damage: str):
    archive.add([write_articles(ONE, TWO)])
    file = archive.path / "words.tsv"
    whole = file.read_bytes()
    file.write_text(damage, encoding="utf-8")
    assert counted(Archive.open(archive.path)) == COUNTED
    assert file.read_bytes() == whole


def test_a_file_that_cannot_be_written_stops_nothing(archive: Archive, write_articles, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    articles = write_articles(ONE, TWO)
    monkeypatch.setattr(Path, "write_text", full)
    assert archive.add([articles]).added == ("one", "two")
    monkeypatch.undo()
    assert not list(archive.path.glob("words*"))
    assert counted(archive) == COUNTED


def test_others_read_while_words_are_counted(archive: Archive, write_articles, monkeypatch):
    archive.add([write_articles(ONE, TWO)])
    (archive.path / "words.tsv").unlink()
    opened = Archive.open(archive.path)
    original, read = vocabulary.words_in, []

    def count(text: str):
        other = threading.Thread(target=lambda: read.append(opened.count_articles()), daemon=True)
        other.start()
        other.join(timeout=20)
        return original(text)

    monkeypatch.setattr(vocabulary, "words_in", lambda text: count(text) if not read else original(text))
    counting = threading.Thread(target=printed_words.vocabulary, args=(opened,))
    counting.start()
    counting.join(timeout=120)
    assert read == [2]
    monkeypatch.undo()
    assert counted(opened) == COUNTED


def test_two_that_write_the_words_do_not_write_one_file(archive: Archive, write_articles, monkeypatch):
    written: list[str] = []
    write = Path.write_text
    monkeypatch.setattr(
        Path, "write_text", lambda self, *rest, **named: (written.append(self.name), write(self, *rest, **named))[1]
    )
    articles = write_articles(ONE, TWO)
    written.clear()
    archive.add([articles])
    (archive.path / "words.tsv").unlink()
    assert counted(Archive.open(archive.path)) == COUNTED
    assert len(written) == len(set(written)) == 2
    assert [file.name for file in archive.path.glob("words*")] == ["words.tsv"]


def test_words_of_another_archives_generation_are_not_believed(archive: Archive, write_articles):
    archive.add([write_articles(ONE, TWO)])
    (archive.path / "words.tsv").write_text("# generation 9 words 1\nferry\t1\n", encoding="utf-8")
    assert counted(Archive.open(archive.path)) == COUNTED


def test_two_words_in_a_row(archive: Archive, write_articles):
    archive.add(
        [write_articles({"id": "a", "title": "Corb is safe", "text": "Edwina Corb's dog, Ása, barked at Tarn."})]
    )
    assert printed_in_a_row(archive, "edwina", "corb")
    assert printed_in_a_row(archive, "Dog", "asa")
    assert not printed_in_a_row(archive, "Corb", "Edwina")
    assert not printed_in_a_row(archive, "dog", "barked")
    assert not printed_in_a_row(archive, "barked", "Tarns")


def test_a_sample_is_spread_over_the_archive(archive: Archive, write_articles):
    archive.add([write_articles(*({"id": f"a{number}", "text": f"Report {number}."} for number in range(9)))])
    archive.remove(["a0"])
    assert [article.id for article in archive.sample(limit=4)] == ["a1", "a3", "a5", "a7"]
    assert len(archive.sample(limit=20)) == 8


def test_decomposed_and_broken_words_are_whole_words():
    assert list(words_in("Ho\u0308lzl of Hollen\u00adbruck’s quay")) == ["Hölzl", "of", "Hollenbruck", "quay"]


def test_words_that_an_earlier_version_counted_are_counted_anew(archive: Archive, write_articles):
    archive.add([write_articles({"id": "a", "text": "Ho\u0308lzl sailed."})])
    file = archive.path / "words.tsv"
    file.write_text("# generation 1 words 2\nHo\t1\nlzl\t1\n", encoding="utf-8")
    again = Archive.open(archive.path)
    assert again.check().ok
    counted = printed_words.vocabulary(again)
    assert (counted.get("holzl"), counted.get("lzl")) == (
        PrintedWord("Hölzl", 1),
        None,
    )
    assert file.read_text(encoding="utf-8").startswith("# words 2 of archive ")
