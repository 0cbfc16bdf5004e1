"""Articles in and out as objects: `Archive.add_articles` and `Archive.articles`."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from pullquote.articles import Article, Note, Skipped
from pullquote.errors import ArchiveError, ArchiveLocked, InputError
from pullquote.filters import Filters
from pullquote.index.archive import Archive
from pullquote.reports import AddProgress

from fakes import FailingEmbedder, HashEmbedder

FERRY = Article(
    "The ferry to Brask sailed on Sunday.",
    url="https://post.example/ferry",
    title="Ferry sails",
    outlet="Harbour Post",
    published=dt.date(2031, 5, 4),
    authors=("Mara Lind", "Jon Vig"),
    language="en",
    extra={"desk": "ports", "published_at": "2031-05-04T06:00:00+02:00"},
)
DUES = Article("Harbour dues rise by two percent.", id="dues", outlet="Brask Daily", published=dt.date(2031, 5, 6))
STORM = Article("A storm closed three islands.", id="storm", authors=("Mara Lind",))


def ids(archive: Archive, **bounds: object) -> list[str]:
    return [article.id for article in archive.articles(Filters.of(**bounds))]  # type: ignore[arg-type]


def reopened(archive: Archive) -> Archive:
    return Archive.open(archive.path, embedder=HashEmbedder())


# -- in


def test_articles_are_stored_with_all_their_facts(archive: Archive, found):
    report = archive.add_articles([FERRY, DUES])
    assert (report.added, report.updated, report.unchanged, report.skipped, report.passages, report.notes) == (
        (FERRY.url, "dues"),
        (),
        0,
        (),
        2,
        (),
    )
    assert archive.article(FERRY.url) == replace(FERRY, id=FERRY.url)
    assert found(reopened(archive), "dues") == ["dues"]


def test_they_are_known_again_and_superseded_as_those_of_files_are(archive: Archive, write_articles, found):
    archive.add([write_articles({"url": "https://post.example/ferry?utm_source=x", "text": FERRY.text})])
    anew = replace(FERRY, text="The ferry was cancelled.")
    assert archive.add_articles([anew]).updated == ("https://post.example/ferry?utm_source=x",)
    again = archive.add_articles(iter([anew, anew]))
    assert (again.added, again.updated, again.unchanged) == ((), (), 2)
    assert (found(archive, "Sunday"), len(found(archive, "cancelled"))) == ([], 1)


def test_one_article_by_itself_is_a_list_of_one(archive: Archive):
    assert archive.add_articles(DUES).added == ("dues",)


def test_an_article_without_a_name_gets_one_of_its_words_wherever_it_stands(archive: Archive):
    one, other = Article("A seal came ashore.", source="wire"), Article("A whale passed by.", source="wire")
    (first, second) = archive.add_articles([one, other]).added
    assert first.startswith("text-")
    assert first != second
    again = archive.add_articles([other, one])
    assert (again.added, again.updated, again.unchanged) == ((), (), 2)


@pytest.mark.parametrize(
    ("bad", "place", "reason"),
    [
        ({"text": "A row."}, "article 2", "is a dict, not a pullquote.Article"),
        (None, "article 2", "is a NoneType, not a pullquote.Article"),
        (Article("", id="w-7"), "article 2 (w-7)", "has an empty text"),
        (Article(None, url="https://a.example/1"), "article 2 (https://a.example/1)", "has no text"),  # type: ignore[arg-type]
        (Article(b"bytes", source="wire"), "article 2 (wire)", "has a bytes as its text"),  # type: ignore[arg-type]
        (Article("Half \ud800 a pair.", id="\ud800"), "article 2 (\ufffd)", "half of a surrogate pair"),
        (Article("1234", id="digits"), "article 2 (digits)", "has a text without a single letter"),
        (Article("Full.", id="much", extra={"rows": [0] * 10_001}), "article 2 (much)", "more than 10,000 values"),
        (replace(DUES, text="Dues fall."), "article 2 (dues)", "came up before in this run with another text"),
    ],
)
def test_a_bad_article_costs_itself_only(archive: Archive, bad: object, place: str, reason: str):
    report = archive.add_articles([DUES, bad, STORM])  # type: ignore[list-item]
    assert report.added == ("dues", "storm")
    (skipped,) = report.skipped
    assert (skipped.source, skipped.unsupported) == (place, False)
    assert reason in skipped.reason


@pytest.mark.parametrize(
    ("fields", "note", "stored"),
    [
        ({"published": 17}, "is stored without a date", {"published": None, "extra": {"published_as_printed": "17"}}),
        ({"published": "4 May 2031"}, None, {"published": dt.date(2031, 5, 4)}),
        ({"published": dt.datetime(2031, 5, 4, 6)}, None, {"extra": {"published_at": "2031-05-04T06:00:00"}}),
        ({"outlet": "Post\0"}, "is stored without its outlet, which holds a NUL character", {"outlet": None}),
        ({"authors": "Mara Lind and Jon Vig"}, None, {"authors": ("Mara Lind", "Jon Vig")}),
        ({"url": "javascript:alert(1)"}, None, {"url": None, "extra": {"url": "javascript:alert(1)"}}),
        ({"extra": {"url": "javascript:1"}}, None, {"url": None, "extra": {"url": "javascript:1"}}),
        ({"extra": [1]}, "is stored without its extra, which is a list, not a mapping", {"extra": {}}),
        ({"title_in_text": (3, 99)}, "is stored without its title_in_text, (3, 99), which is", {"title_in_text": None}),
        ({"text": "Dues rise\n\nBy two.", "title_in_text": (0, 9)}, None, {"title_in_text": (0, 9)}),
        ({"title": "Harbour dues"}, None, {"title_in_text": None}),
        ({"source": "wire\ud800"}, None, {"source": "wire\ufffd"}),
        ({"notes": ("is stored without its picture",)}, "is stored without its picture", {"notes": ()}),
    ],
)
def test_a_bad_fact_never_costs_the_article(archive: Archive, fields: dict, note: str | None, stored: dict):
    report = archive.add_articles([replace(DUES, **fields)])
    assert (report.added, report.skipped) == (("dues",), ())
    assert len(report.notes) == (note is not None)
    if note:
        assert report.notes[0].source == "article 1 (dues)"
        assert report.notes[0].text.startswith(note)
    article = archive.article("dues")
    assert {key: getattr(article, key) for key in stored} == stored


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("clippings/", r"call add\('clippings/'\)"),
        (17, "not 17"),
        ({"text": "A row."}, "not {'text'"),
        (b"x", "not b'x'"),
    ],
)
def test_what_gives_no_articles_is_refused_at_the_call(archive: Archive, given: object, message: str):
    with pytest.raises(InputError, match=message):
        archive.add_articles(given)  # type: ignore[arg-type]


def test_batches_are_committed_as_they_come(archive: Archive, small_batches):
    seen: list[tuple[int, int, int, str]] = []
    stored: list[int] = []

    def given() -> Iterator[Article]:
        for number in range(5):
            stored.append(reopened(archive).count_articles())
            yield Article(f"Report {number}.", id=f"n{number}")

    def progress(at: AddProgress) -> None:
        seen.append((at.articles, at.bytes_done, at.bytes_total, at.source))

    assert len(archive.add_articles(given(), progress=progress).added) == 5
    # "Report 0." has nine characters.
    assert seen[:3] == [(2, 18, 0, "article 2 (n1)"), (4, 36, 0, "article 4 (n3)"), (5, 45, 0, "article 5 (n4)")]
    # Then what isn't embedded yet is.
    assert seen[3:] == [(5, 0, 0, "")] * 2
    assert stored == [0, 0, 2, 2, 4]


def test_the_iterable_is_read_in_the_callers_thread(archive: Archive):
    threads = []

    def given() -> Iterator[Article]:
        threads.append(threading.current_thread())
        yield DUES

    archive.add_articles(given())
    assert threads == [threading.current_thread()]


def test_what_the_iterable_raises_leaves_whole_batches(archive: Archive, small_batches):
    def given() -> Iterator[Article]:
        yield from (Article(f"Report {number}.", id=f"n{number}") for number in range(3))
        raise ConnectionError("the wire went dead")

    with pytest.raises(ConnectionError, match="the wire went dead"):
        archive.add_articles(given())
    assert ids(reopened(archive)) == ["n0", "n1"]
    assert archive.check().ok
    archive.add_articles([STORM])
    assert ids(archive) == ["n0", "n1", "storm"]


def test_what_breaks_while_it_is_stored_leaves_whole_batches(tmp_path, small_batches):
    archive = Archive.open(tmp_path / "news.pq", create=True, embedder=FailingEmbedder(2))

    def given() -> Iterator[Article]:
        yield from (Article(f"Report {number}.", id=f"n{number}") for number in range(3))
        raise ConnectionError("the wire went dead")

    with pytest.raises(ConnectionError, match="the wire went dead"):
        archive.add_articles(given())
    with pytest.raises(RuntimeError, match="the power went out"):
        archive.add_articles(Article(f"Report {number}.", id=f"n{number}") for number in range(6))
    # The embedder fails at the first batch of the second call, which isn't stored then.
    assert ids(archive) == ["n0", "n1"]


def test_one_writer_at_a_time(archive: Archive):
    def given() -> Iterator[Article]:
        reopened(archive).add_articles([STORM])
        yield DUES

    with pytest.raises(ArchiveLocked):
        archive.add_articles(given())
    assert archive.add_articles([DUES]).added == ("dues",)


# -- out


@pytest.fixture
def filled(archive: Archive) -> Archive:
    archive.add_articles([FERRY, DUES, STORM])
    return archive


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({}, [FERRY.url, "dues", "storm"]),
        ({"since": "2031-05-04"}, [FERRY.url, "dues"]),
        ({"since": "2031-05-05"}, ["dues"]),
        ({"until": "2031-05-05"}, [FERRY.url]),
        ({"since": "2031-05-04", "until": "2031-05-04"}, [FERRY.url]),
        ({"as_of": "2031-05-06"}, [FERRY.url, "dues"]),
        ({"outlets": "BRASK daily"}, ["dues"]),
        ({"authors": "mara lind"}, [FERRY.url, "storm"]),
        ({"authors": ["Jon Vig"], "outlets": ["Harbour Post", "Brask Daily"]}, [FERRY.url]),
        ({"authors": ["Jon Vig"], "outlets": ["Brask Daily"]}, []),
    ],
)
def test_filters_allow_what_the_search_allows_in_the_order_of_storing(filled: Archive, bounds: dict, expected: list):
    assert ids(filled, **bounds) == expected
    assert filled.search_with_scope("storm", filters=Filters.of(**bounds))[1].articles == len(expected)


def test_a_page_of_facts_ends_nowhere(archive: Archive, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pullquote.index.archive._FACTS_A_PAGE", 2)
    for count in range(5):
        assert ids(archive) == [f"n{number}" for number in range(count)]
        archive.add_articles([Article(f"Report {count}.", id=f"n{count}")])


def test_what_is_handed_from_archive_to_archive_stays_the_same(filled: Archive, tmp_path):
    copy = Archive.open(tmp_path / "copy.pq", create=True, embedder=HashEmbedder())
    report = copy.add_articles(filled.articles())
    assert (report.added, report.notes) == ((FERRY.url, "dues", "storm"), ())
    assert copy.info().content_sha256 == filled.info().content_sha256
    assert list(copy.articles()) == list(filled.articles())
    assert filled.add_articles(filled.articles()).unchanged == 3


def test_the_articles_are_those_of_the_call(filled: Archive):
    articles = filled.articles()
    assert next(articles).id == FERRY.url
    writer = reopened(filled)
    writer.add_articles([replace(DUES, text="Dues fall."), Article("A seal came ashore.", id="seal")])
    writer.remove("storm")
    assert [(article.id, article.text) for article in articles] == [("dues", DUES.text), ("storm", STORM.text)]
    assert ids(filled) == [FERRY.url, "dues", "seal"]


def test_what_is_erased_meanwhile_is_left_out(filled: Archive):
    articles = filled.articles()
    next(articles)
    reopened(filled).remove("dues", erase=True)
    assert [article.id for article in articles] == ["storm"]


def test_only_what_is_asked_for_is_loaded(filled: Archive, monkeypatch: pytest.MonkeyPatch):
    loaded = []
    article = type(filled._database).article
    monkeypatch.setattr(
        type(filled._database), "article", lambda self, rowid: loaded.append(rowid) or article(self, rowid)
    )
    articles = filled.articles(Filters(outlets=("Brask Daily",)))
    assert loaded == []
    assert next(articles).id == "dues"
    assert loaded == [2]


def test_names_that_the_archive_lacks_are_refused_at_the_call(filled: Archive):
    with pytest.raises(InputError, match="Harbour Post"):
        filled.articles(Filters(outlets=("Harbor Post",)))
    with pytest.raises(InputError, match="Filters"):
        filled.articles("Harbour Post")  # type: ignore[arg-type]


def test_a_closed_archive_gives_no_more(filled: Archive):
    articles = filled.articles()
    next(articles)
    filled.close()
    with pytest.raises(ArchiveError, match="is closed"):
        next(articles)
    with pytest.raises(ArchiveError, match="is closed"):
        filled.articles()


def test_notes_and_skipped_are_what_files_give(archive: Archive):
    report = archive.add_articles([Article(""), replace(DUES, published="soon")])  # type: ignore[arg-type]
    assert report.skipped == (Skipped("article 1", "has an empty text"),)
    assert report.notes == (
        Note("article 2 (dues)", "is stored without a date (published is 'soon', not a date such as 2013-06-08)"),
    )
