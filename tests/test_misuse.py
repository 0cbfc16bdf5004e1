"""What the API says to a call that can't be meant: one sentence, before anything happens."""

import datetime as dt
import json
import re

import numpy as np
import pytest

from pullquote import Archive, ArchiveDamaged, ArchiveError, Engine, Filters, InputError, ModelError
from pullquote.qa.reading.paired import load_reader
from pullquote.qa.reading.reader import Reading, ScoredSpan
from pullquote.ui.cli.question_files import read_rows

from fakes import CapitalReader, HashEmbedder

ROWS = [
    {"id": "a", "title": "Fares", "text": "A ticket of the ferry costs 12 crowns.", "outlet": "Harbour Courier"},
    {"id": "b", "title": "Quay", "text": "The quay was built by Ines Amaro.", "authors": ["Tom Reyl"]},
]


@pytest.fixture
def archive(tmp_path):
    folder = tmp_path / "clip"
    folder.mkdir()
    (folder / "news.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    with Archive.open(tmp_path / "news.pq", create=True, embedder=HashEmbedder()) as archive:
        archive.add(str(folder))
        yield archive


def test_one_source_or_name_is_one_everywhere(archive, tmp_path):
    (tmp_path / "x.txt").write_text("Boats\n\nA boat came.")
    assert archive.count_articles() == 2
    assert len(archive.add(str(tmp_path / "x.txt")).added) == 1
    assert archive.add(tmp_path / "x.txt").unchanged == 1
    assert archive.remove("a").removed == ("a",)
    assert [hit.article.id for hit in archive.search("quay", authors="Tom Reyl")] == ["b"]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda one: one.add(5), "A source is a str or a Path, or a list of them, not 5."),
        (lambda one: one.add(["x.txt", b"y"]), "A source is a str or a Path, not b'y'."),
        (lambda one: one.remove(None), "names must be a name or a list of names, not None."),
        (lambda one: one.remove(one.article("a")), "names must be a name or a list of names"),
        (lambda one: one.remove([one.article("a")]), "give its .id."),
        (lambda one: one.article(one.article("a")), "give its .id."),
        (lambda one: one.passages(one.article("a")), "give its .id."),
        (lambda one: one.search(None), "The question must be a text, not None."),
        (lambda one: one.search("ferry", limit=10**9), "limit must be a whole number from 1 to 10,000"),
        (lambda one: one.search("ferry", limit=0), "limit must be a whole number from 1 to 10,000, not 0."),
        (lambda one: one.search("ferry", limit=True), "limit must be a whole number from 1 to 10,000, not True."),
        (lambda one: one.search("ferry", limit="5"), "limit must be a whole number from 1 to 10,000, not '5'."),
        (lambda one: one.search("ferry", limit=2.0), "limit must be a whole number from 1 to 10,000, not 2.0."),
        (lambda one: one.search("ferry", outlets="Harbor Courier"), "There is no outlet 'Harbor Courier' in this arch"),
        (lambda one: one.search("ferry", outlets="Harbor Courier"), "did you mean 'Harbour Courier'?"),
        (lambda one: one.search("ferry", authors=["Zz"]), "There is no author 'Zz' in this archive."),
        (lambda one: one.search("ferry", filters={"since": "2031-05-04"}), "filters must be pullquote.Filters"),
        (lambda one: one.search("ferry", filters=Filters(), since="2031-05-04"), "not both: since would not count."),
        (lambda one: Engine(one).ask("Who?", outlets=["Harbor Courier"]), "did you mean 'Harbour Courier'?"),
        (lambda one: Engine(one).ask("Who?", filters=Filters(), outlets="x"), "not both: outlets would not count."),
        (lambda one: Engine(str(one.path)), "An engine answers from an open archive: Engine(Archive.open("),
        (lambda one: Engine(one, passages=0), "passages must be a whole number from 1 to 100, not 0."),
        (lambda one: Engine(one, reader=5), "reader must be a name or have a Reader's methods; a int has not."),
        (lambda one: Archive.open(5), "An archive is opened by its folder, a str or a Path, not a int."),
        (lambda one: Archive.open(one.path, embedder=5), "embedder must be the name of a model or have the methods"),
        (lambda one: Filters(since="2031-05-05", until="2031-05-04"), "since (2031-05-05) lies after the last day"),
        (lambda one: Filters(since=5), "since must be a day such as 2031-05-04, not '5'."),
        (lambda one: Filters(outlets=[5]), "outlets must be names, and 5 is none."),
    ],
)
def test_what_can_not_be_meant_is_one_sentence(archive, call, sentence):
    with pytest.raises(InputError, match=re.escape(sentence)):
        call(archive)


def test_bounds_are_the_same_however_they_are_written():
    zone = dt.timezone(dt.timedelta(hours=-5))
    late = dt.datetime(2031, 5, 4, 23, 30, tzinfo=zone)
    day = dt.date(2031, 5, 4)
    for written in ("2031-05-04", " 2031-05-04 ", "2031-05-04T23:30:00-05:00", late, day):
        assert Filters(as_of=written) == Filters.of(as_of=written) == Filters(as_of=day)
    assert Filters(outlets="Courier").outlets == Filters.of(outlets=["Courier"]).outlets == ("Courier",)


def test_a_closed_archive_says_so(archive, tmp_path):
    archive.close()
    archive.close()
    for call in (
        lambda: archive.add(tmp_path),
        lambda: archive.remove("a"),
        lambda: archive.search("ferry"),
        lambda: archive.article("a"),
        archive.info,
        archive.check,
        archive.optimize,
    ):
        with pytest.raises(ArchiveError, match=r"is closed; open it again") as caught:
            call()
        assert not isinstance(caught.value, ArchiveDamaged)


# -- models of one's own


class Wrong(HashEmbedder):
    """Gives what `change` makes of right vectors."""

    def __init__(self, change):
        super().__init__()
        self.change = change

    def embed_passages(self, texts, *, progress=None):
        return self.change(super().embed_passages(texts))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda found: found[1:], "gave 1 x 64 float32 numbers for 2 texts, not 2 x 64."),
        (lambda found: found[:, 1:], "gave 2 x 63 float32 numbers for 2 texts, not 2 x 64."),
        (lambda found: found.astype(int), "gave 2 x 64 int64 numbers"),
        (lambda found: found * 3, "gave a vector of length 3, not 1."),
        (lambda found: found * np.nan, "gave a vector with a number that is not finite."),
    ],
)
def test_wrong_vectors_are_refused_before_anything_is_stored(tmp_path, change, sentence):
    (tmp_path / "news.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    with Archive.open(tmp_path / "news.pq", create=True, embedder=Wrong(change)) as archive:
        with pytest.raises(ModelError, match=re.escape(f"The embedder 'hash' {sentence}")):
            archive.add(tmp_path / "news.jsonl")
        assert archive.count_articles() == 0


def test_an_embedder_of_ones_own_is_asked_for_and_not_looked_up(archive):
    with (
        Archive.open(archive.path) as again,
        pytest.raises(ModelError, match=r"an embedder of your own, 'hash'; pass it: Archive.open\(path, embedder="),
    ):
        again.search("ferry")
    with Archive.open(archive.path, embedder=HashEmbedder()) as again:
        assert again.search("ferry")[0].article.id == "a"


class WrongReader(CapitalReader):
    """Gives the readings that it was made with."""

    def __init__(self, *readings):
        self.readings = readings

    def read(self, question, passages, *, spans=5):
        return list(self.readings)


@pytest.mark.parametrize(
    ("readings", "sentence"),
    [
        ([], "gave 0 readings for 1 passages."),
        ([Reading((ScoredSpan(0, 999, 1.0),), 0.0)], "gave the span 0 to 999 of a passage with 38 characters."),
        ([Reading((ScoredSpan(5, 5, 1.0),), 0.0)], "gave the span 5 to 5 of a passage"),
        ([Reading((ScoredSpan(0, 1, float("nan")),), 0.0)], "gave a score that is not finite."),
        ([Reading((), float("inf"))], "gave a score that is not finite."),
    ],
)
def test_wrong_readings_are_refused(archive, readings, sentence):
    engine = Engine(archive, reader=WrongReader(*readings), passages=1)
    with pytest.raises(ModelError, match=re.escape(f"The reader 'capital' {sentence}")):
        engine.ask("What does the ferry cost?", outlets="Harbour Courier")


def test_a_misspelt_reader_lists_those_there_are():
    with pytest.raises(ModelError, match="There is no reader 'thorogh'; there are accurate, paired, small, thorough"):
        load_reader("thorogh")


def test_unknown_keys_of_a_question_are_named():
    (row,) = read_rows([b'{"question": "Who?", "untill": "2031-05-04"}\n'], "q")
    known = "there are id, question, since, until, as_of"
    assert row.error == f"there is no key 'untill' in a question; did you mean 'until'? {known}"
    (row,) = read_rows([b'{"question": "Who?", "asof": 1, "b": 1, "c": 1, "z": 1}\n'], "q")
    assert row.error == f"there is no key 'asof', 'b', 'c' and 1 more in a question; did you mean 'as_of'? {known}"
    (row,) = read_rows([b'{"question": "Who?", "outlet": "Post"}\n'], "q")
    assert row.error == f"there is no key 'outlet' in a question; {known}"
