from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from pullquote.articles import Article
from pullquote.errors import ArchiveDamaged, ArchiveTooNew, InputError, ModelError, ModelMismatch, NotAnArchive
from pullquote.index import archive as archive_module
from pullquote.index.archive import Archive
from pullquote.index.embedding.embedder import Embedder
from pullquote.index.furniture.ranges import furniture_ranges

from fakes import HashEmbedder

FERRY = {"id": "f1", "text": "The ferry to Brask sailed on Sunday.", "published": "2031-05-04", "outlet": "Post"}


def everything(folder: Path) -> dict[str, bytes | None]:
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def test_a_new_archive_is_empty(archive: Archive, embedder: HashEmbedder):
    assert archive.search("ferry") == []
    hits, scope = archive.search_with_scope("ferry")
    assert (hits, scope.articles, scope.passages, scope.since, scope.until) == ([], 0, 0, None, None)
    info = archive.info()
    assert (info.articles, info.passages, info.first_day, info.last_day, info.outlets) == (0, 0, None, None, ())
    assert (info.embedder, info.embedder_sha256, info.dimension, info.format_version) == (
        "hash",
        embedder.sha256,
        64,
        2,
    )
    assert archive.check().ok
    assert archive.check(repair=True).ok
    archive.optimize()
    assert archive.search("ferry") == []
    assert archive.remove(["f1"]).missing == ("f1",)
    assert archive.article("f1") is None


def test_info(archive: Archive, write_articles):
    rows = [
        {**FERRY, "id": "a", "outlet": "Post"},
        {**FERRY, "id": "b", "outlet": "Daily", "published": "2031-05-06"},
        {**FERRY, "id": "c", "outlet": "Post", "published": "2029-12-31"},
        {"id": "d", "text": "No day, no outlet."},
    ]
    archive.add([write_articles(*rows)])
    archive.remove(["c"])
    info = archive.info()
    assert (info.articles, info.passages) == (3, 3)
    assert (str(info.first_day), str(info.last_day)) == ("2031-05-04", "2031-05-06")
    assert info.outlets == (("Daily", 1), ("Post", 1))
    assert info.bytes_on_disk == sum(path.stat().st_size for path in archive.path.rglob("*") if path.is_file())


def test_the_content_hash_is_of_the_articles_and_the_embedder(tmp_path: Path, write_articles):
    rows = [{**FERRY, "id": name, "text": f"The ferry to {name} sailed."} for name in ("a", "b", "c")]

    def content(name: str, *batches: list[dict], embedder: Embedder | None = None, removed: str = "") -> str:
        with Archive.open(tmp_path / name, create=True, embedder=embedder or HashEmbedder()) as made:
            for number, batch in enumerate(batches):
                made.add([write_articles(*batch, name=f"{name}-{number}.jsonl")])
            made.remove([removed] if removed else [])
            return made.info().content_sha256

    whole = content("whole", rows)
    assert len(whole) == 64
    # In whatever order, in however many steps, whatever was there before.
    assert content("backwards", rows[::-1]) == content("steps", rows[2:], rows[:2]) == whole
    assert content("corrected", [rows[0] | {"text": "The boat sailed."}, *rows[1:]], rows) == whole
    assert content("removed", [*rows, rows[0] | {"id": "d", "text": "More."}], removed="d") == whole
    others = [
        content("fewer", rows[:2]),
        content("text", [rows[0] | {"text": "The ferry to a sailed!"}, *rows[1:]]),
        content("day", [rows[0] | {"published": "2031-05-05"}, *rows[1:]]),
        content("embedder", rows, embedder=HashEmbedder(name="other")),
        content("empty"),
    ]
    assert len({whole, *others}) == 6


def test_a_question_without_a_letter_or_too_long_is_refused(archive: Archive):
    for query in ("", "  \n ", "?!…", "🚢", "x" * 4001, "ferry " * 20_000):
        with pytest.raises(InputError):
            archive.search(query)
    assert archive.search("x" * 4000) == []


# -- the embedder


@pytest.mark.parametrize("other", [HashEmbedder(name="other"), HashEmbedder(dimension=32)])
def test_another_embedder_is_refused(archive: Archive, other: Embedder):
    before = everything(archive.path)
    with pytest.raises(ModelMismatch, match=rf"{archive.path}.*'{other.name}'"):
        Archive.open(archive.path, embedder=other)
    with pytest.raises(ModelMismatch):
        Archive.open(archive.path, create=True, embedder=other)
    assert everything(archive.path) == before


def test_the_archives_own_embedder_is_loaded_by_name_and_compared(archive: Archive, monkeypatch: pytest.MonkeyPatch):
    loaded: list[str] = []

    def load(name: str) -> HashEmbedder:
        loaded.append(name)
        return HashEmbedder(name="hash" if len(loaded) == 1 else "changed since")

    monkeypatch.setattr(archive_module, "SentenceTransformerEmbedder", load)
    # As an archive that was made with the name of a model, not with an object.
    monkeypatch.setattr(archive_module, "_OWN_EMBEDDER", "")
    first = Archive.open(archive.path)
    assert loaded == []  # not before it is needed
    assert first.search("ferry") == first.search("ferry") == []
    assert loaded == ["hash"]
    with pytest.raises(ModelMismatch, match="weights"):
        Archive.open(archive.path).search("ferry")


def test_no_archive_is_made_with_a_model_that_cannot_be_loaded(tmp_path: Path):
    with pytest.raises(ModelError):
        Archive.open(tmp_path / "news.pq", create=True, embedder="no-such-model")
    assert not (tmp_path / "news.pq").exists()


# -- what is no archive, or not one of ours


def test_no_directory(tmp_path: Path):
    with pytest.raises(NotAnArchive, match="no archive at"):
        Archive.open(tmp_path / "news.pq")
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_place_of_the_directory(tmp_path: Path):
    file = tmp_path / "news.pq"
    file.write_bytes(b"news")
    for create in (False, True):
        with pytest.raises(NotAnArchive):
            Archive.open(file, create=create, embedder=HashEmbedder())
    assert file.read_bytes() == b"news"


@pytest.mark.parametrize("name", ["notes.txt", "archive.zip", "archive.db-wal", ".hidden", "archives"])
def test_a_foreign_directory(tmp_path: Path, name: str):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / name).write_bytes(b"mine")
    (folder / "sub").mkdir()
    before = everything(folder)
    for create in (False, True):
        with pytest.raises(NotAnArchive):
            Archive.open(folder, create=create, embedder=HashEmbedder())
    assert everything(folder) == before


@pytest.mark.parametrize("data", [b"", b"news", bytes(range(256)) * 64, b"SQLite format 3\0" + b"\xff" * 4096])
def test_random_bytes_as_the_database(tmp_path: Path, data: bytes):
    (tmp_path / "archive.db").write_bytes(data)
    for create in (False, True):
        with pytest.raises(NotAnArchive):
            Archive.open(tmp_path, create=create, embedder=HashEmbedder())
    assert everything(tmp_path) == {"archive.db": data}


def test_another_programs_database(tmp_path: Path):
    other = sqlite3.connect(tmp_path / "archive.db")
    other.execute("CREATE TABLE manifest (key, value)")
    other.commit()
    other.close()
    before = everything(tmp_path)
    for create in (False, True):
        with pytest.raises(NotAnArchive):
            Archive.open(tmp_path, create=create, embedder=HashEmbedder())
    assert everything(tmp_path) == before


@pytest.mark.parametrize("place", [0, 68])
def test_damage_in_the_first_bytes_says_what_helps(archive: Archive, place: int):
    archive.close()
    file = archive.path / "archive.db"
    data = bytearray(file.read_bytes())
    data[place] ^= 1
    file.write_bytes(data)
    file.with_name("archive.db-wal").unlink(missing_ok=True)
    with pytest.raises(NotAnArchive, match=r"first bytes are damaged .*: put a copy of it back, or add the articles"):
        Archive.open(archive.path, embedder=HashEmbedder())


def test_an_archive_of_a_later_version(archive: Archive, write_articles):
    archive.add([write_articles(FERRY)])
    archive.close()
    database = sqlite3.connect(archive.path / "archive.db")
    database.execute("PRAGMA user_version = 3")
    database.commit()
    database.close()
    before = everything(archive.path)
    for create in (False, True):
        with pytest.raises(ArchiveTooNew, match=r"format 3; this Pullquote reads up to 2"):
            Archive.open(archive.path, create=create, embedder=HashEmbedder())
    after = everything(archive.path)
    # SQLite's own empty companions of a database in WAL mode, which every reader makes.
    assert after.pop("archive.db-wal", b"") == b""
    after.pop("archive.db-shm", None)
    assert after == before


# -- making one


def test_what_a_crash_while_making_one_left_is_no_hindrance(tmp_path: Path, write_articles, found):
    folder = tmp_path / "news.pq"
    folder.mkdir()
    (folder / "archive.partial").write_bytes(b"SQLite format 3\0 and half a page")
    (folder / "archive.lock").touch()
    archive = Archive.open(folder, create=True, embedder=HashEmbedder())
    archive.add([write_articles(FERRY)])
    assert found(archive, "ferry") == ["f1"]
    assert not (folder / "archive.partial").exists()


def test_an_archive_that_another_process_made_meanwhile_is_not_replaced(
    tmp_path: Path, write_articles, monkeypatch: pytest.MonkeyPatch
):
    """Loading a model takes seconds, in which the same command in another window may have been faster."""
    folder = tmp_path / "news.pq"
    as_embedder = archive_module._as_embedder

    def while_it_loads(embedder: Embedder | str) -> Embedder:
        monkeypatch.setattr(archive_module, "_as_embedder", as_embedder)
        faster = Archive.open(folder, create=True, embedder=HashEmbedder())
        faster.add([write_articles(FERRY)])
        return as_embedder(embedder)

    monkeypatch.setattr(archive_module, "_as_embedder", while_it_loads)
    assert Archive.open(folder, create=True, embedder=HashEmbedder()).info().articles == 1


def test_opening_an_existing_one_with_create_keeps_it(archive: Archive, write_articles):
    archive.add([write_articles(FERRY)])
    again = Archive.open(archive.path, create=True, embedder=HashEmbedder())
    assert again.info().articles == 1


def test_as_a_context_it_lets_go_of_its_files(archive: Archive):
    with Archive.open(archive.path, embedder=HashEmbedder()) as opened:
        assert opened.search("ferry") == []


def test_furniture_is_what_was_marked_when_the_article_was_added(archive: Archive, write_articles, monkeypatch):
    text = "The pier sank on Friday.\n\nAdvertisement\n\nIt was old."
    assert [text[start:end].strip() for start, end in furniture_ranges(Article(text))] == ["Advertisement"]
    with monkeypatch.context() as other_rules:
        other_rules.setattr("pullquote.index.adding.adding.furniture_ranges", lambda article: [(0, 4)])
        archive.add([write_articles({"id": "pier", "text": text})])
    assert archive.furniture("pier") == [(0, 4)]
    assert archive.furniture("nobody") == []


def test_damage_in_the_tables_definitions_says_what_helps(archive: Archive):
    archive.close()
    file = archive.path / "archive.db"
    data = file.read_bytes()
    place = data.index(b"CREATE TABLE articles")
    file.write_bytes(data[:place] + bytes([data[place] | 0x80]) + data[place + 1 :])
    with pytest.raises(ArchiveDamaged, match=r"archive.db is damaged .*; run: pullquote check --repair"):
        Archive.open(archive.path, embedder=HashEmbedder())
