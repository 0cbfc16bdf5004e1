"""Following feeds, sitemaps and pages of a site on this machine."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from news_site import Answer, Site, feed, page, sitemap
from warcio.archiveiterator import ArchiveIterator

from pullquote.errors import InputError
from pullquote.index.archive import Archive
from pullquote.index.following.fetching import Fetcher
from pullquote.index.following.following import follow
from pullquote.reports import FollowReport

from fakes import HashEmbedder


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "news.pq", create=True, embedder=HashEmbedder()) as opened:
        yield opened


def look(archive: Archive, *addresses: str) -> FollowReport:
    return follow(archive, addresses, fetcher=Fetcher(delay_s=0.0))


def test_a_feeds_new_pages_are_fetched_kept_and_added(site, archive):
    site.pages["/feed"] = Answer(feed((site.url("/a"), "Mon, 05 May 2031 10:00:00 GMT"), (site.url("/b"), "")))
    site.pages["/a"] = Answer(page("Ferry talks end"), headers={"ETag": '"a1"'})
    site.pages["/b"] = Answer(page("Herring catch rises", "Monday"), headers={"ETag": '"b1"'})
    report = look(archive, site.url("/feed"))
    assert (report.listed, report.fetched, report.added) == (2, 3, (site.url("/a"), site.url("/b")))
    assert site.paths() == ["/feed", "/a", "/b"]
    article = archive.article(site.url("/a"))
    assert article.title == "Ferry talks end"
    assert "would sail again from Sunday" in article.text
    with (archive.path / "pages.warc.gz").open("rb") as stream:
        kept = {
            record.rec_headers.get_header("WARC-Target-URI"): record.content_stream().read()
            for record in ArchiveIterator(stream)
        }
    assert kept == {site.url("/a"): site.pages["/a"].body, site.url("/b"): site.pages["/b"].body}


def test_what_is_known_isnt_fetched_again_and_what_changed_is(site, archive):
    site.pages["/map.xml"] = Answer(sitemap((site.url("/a"), "2031-05-04"), (site.url("/b"), "2031-05-04")))
    site.pages["/a"], site.pages["/b"] = Answer(page("Ferry talks end")), Answer(page("Herring catch rises"))
    assert len(look(archive, site.url("/map.xml")).added) == 2
    site.paths()
    assert look(archive, site.url("/map.xml")).added == ()
    assert site.paths() == ["/map.xml"]
    site.pages["/map.xml"] = Answer(sitemap((site.url("/a"), "2031-05-06"), (site.url("/b"), "2031-05-04")))
    site.pages["/a"] = Answer(page("Ferry talks end", "Tuesday"))
    report = look(archive, site.url("/map.xml"))
    assert (report.updated, report.added) == ((site.url("/a"),), ())
    assert site.paths() == ["/map.xml", "/a"]
    assert "from Tuesday" in archive.article(site.url("/a")).text


def test_a_listing_and_a_page_that_have_not_changed_are_asked_about_only(site, archive):
    site.pages["/feed"] = Answer(feed((site.url("/a"), "")), headers={"ETag": '"f1"'})
    site.pages["/a"] = Answer(page("Ferry talks end"), headers={"ETag": '"a1"'})
    look(archive, site.url("/feed"))
    site.asked.clear()
    report = look(archive, site.url("/feed"))
    # Without a day of change the page is asked about again, and says that it is as it was.
    assert ("/a", True) in site.asked
    assert (report.unchanged, report.added, report.updated) == (1, (), ())


def test_sitemaps_of_sitemaps_and_single_pages(site, archive):
    site.pages["/index.xml"] = Answer(
        sitemap((site.url("/map.xml"), "2031-05-04"), kind="sitemapindex", entry="sitemap")
    )
    site.pages["/map.xml"] = Answer(sitemap((site.url("/a"), "2031-05-04")))
    site.pages["/a"], site.pages["/single"] = Answer(page("Ferry talks end")), Answer(page("Bridge closed"))
    assert set(look(archive, site.url("/index.xml"), site.url("/single")).added) == {
        site.url("/a"),
        site.url("/single"),
    }
    site.paths()
    look(archive, site.url("/index.xml"))
    assert site.paths() == ["/index.xml"]


def test_robots_are_respected(site, archive):
    site.pages["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /private/\n")
    site.pages["/private/a"], site.pages["/b"] = Answer(page("Secret")), Answer(page("Bridge closed"))
    report = look(archive, site.url("/private/a"), site.url("/b"))
    assert report.added == (site.url("/b"),)
    assert [(one.source, one.reason) for one in report.skipped] == [
        (site.url("/private/a"), "its site's robots.txt forbids fetching it")
    ]
    assert site.paths() == ["/b"]


def test_a_host_is_left_in_peace_between_two_requests(site, archive):
    site.pages["/robots.txt"] = Answer(b"User-agent: *\nCrawl-delay: 7\n")
    site.pages["/a"], site.pages["/b"] = Answer(page("Ferry talks end")), Answer(page("Bridge closed"))
    slept: list[float] = []
    follow(archive, [site.url("/a"), site.url("/b")], fetcher=Fetcher(sleep=slept.append))
    assert len(slept) == 2
    assert all(6 < seconds <= 7 for seconds in slept)


def test_what_is_gone_stays_in_the_archive_and_is_told(site, archive):
    site.pages["/map.xml"] = Answer(sitemap((site.url("/a"), "2031-05-04")))
    site.pages["/a"] = Answer(page("Ferry talks end"))
    look(archive, site.url("/map.xml"))
    site.pages["/map.xml"] = Answer(sitemap((site.url("/a"), "2031-05-05")))
    site.pages["/a"] = Answer(b"gone", 410)
    report = look(archive, site.url("/map.xml"))
    assert report.gone == (site.url("/a"),)
    assert archive.article(site.url("/a")).title == "Ferry talks end"


def test_redirects_are_followed_and_loops_are_told(site, archive):
    site.pages["/old"] = Answer(status=301, headers={"Location": "/new"})
    site.pages["/new"] = Answer(page("Ferry talks end"))
    site.pages["/loop"] = Answer(status=302, headers={"Location": "/pool"})
    site.pages["/pool"] = Answer(status=302, headers={"Location": "/loop"})
    report = look(archive, site.url("/old"), site.url("/loop"))
    assert report.added == (site.url("/new"),)
    assert [one.reason for one in report.skipped] == ["redirects to itself in a loop"]


def test_a_wrong_charset_in_the_header_spoils_nothing(site, archive):
    site.pages["/a"] = Answer(page("Ferry talks end"), headers={"Content-Type": "text/html; charset=iso-8859-1"})
    site.pages["/b"] = Answer(page("Bridge closed", charset="windows-1252"), headers={"Content-Type": "text/html"})
    look(archive, site.url("/a"), site.url("/b"))
    for path in ("/a", "/b"):
        assert "Varn – Malmö, called the delay “a nuisance" in archive.article(site.url(path)).text


def test_a_page_that_names_another_site_as_its_own_stays_at_its_address(site, archive):
    canonical = '<link rel="canonical" href="https://elsewhere.example/a">'
    site.pages["/a"] = Answer(page("Ferry talks end", extra=canonical))
    assert look(archive, site.url("/a")).added == (site.url("/a"),)


def test_what_failed_is_asked_for_again_when_its_time_has_come(site, archive, monkeypatch):
    site.pages["/map.xml"] = Answer(sitemap((site.url("/a"), "2031-05-04")), headers={"ETag": '"m1"'})
    site.pages["/a"] = Answer(b"busy", 503, headers={"Retry-After": "0"})
    assert [one.reason for one in look(archive, site.url("/map.xml")).skipped] == [
        "the server answers 503 Service Unavailable"
    ]
    site.pages["/a"] = Answer(page("Ferry talks end"))
    assert look(archive, site.url("/map.xml")).added == (site.url("/a"),)


def test_a_site_that_fails_again_and_again_is_left_alone(site, archive):
    addresses = [(site.url(f"/{number}"), "2031-05-04") for number in range(10)]
    site.pages["/map.xml"] = Answer(sitemap(*addresses))
    site.pages |= {f"/{number}": Answer(b"", 500) for number in range(10)}
    report = look(archive, site.url("/map.xml"))
    assert site.paths() == ["/map.xml", "/0", "/1", "/2"]
    assert len(report.skipped) == 10


def test_a_run_that_is_killed_goes_on_where_it_was(site, archive, monkeypatch):
    addresses = [(site.url(f"/{number}"), "2031-05-04") for number in range(50)]
    site.pages["/map.xml"] = Answer(sitemap(*addresses))

    def killed() -> None:
        raise KeyboardInterrupt

    site.pages |= {f"/{number}": Answer(page(f"Story {number}", f"pier {number}")) for number in range(50)}
    stopped = 0

    def stop(done: int, whole: int, address: str) -> None:
        nonlocal stopped
        assert whole == 50
        stopped = done
        if done == 33:
            killed()

    with pytest.raises(KeyboardInterrupt):
        follow(archive, [site.url("/map.xml")], fetcher=Fetcher(delay_s=0.0), progress=stop)
    assert stopped == 33
    assert archive.count_articles() == 20
    site.paths()
    report = look(archive, site.url("/map.xml"))
    assert len(report.added) == 30
    assert site.paths() == ["/map.xml", *(f"/{number}" for number in range(20, 50))]
    assert archive.count_articles() == 50


def test_what_a_kill_left_of_a_record_is_cut_off(site, archive):
    site.pages["/a"], site.pages["/b"] = Answer(page("Ferry talks end")), Answer(page("Bridge closed"))
    look(archive, site.url("/a"))
    with (archive.path / "pages.warc.gz").open("ab") as stream:
        stream.write(b"\x1f\x8b half a record")
    look(archive, site.url("/b"))
    with (archive.path / "pages.warc.gz").open("rb") as stream:
        addresses = [record.rec_headers.get_header("WARC-Target-URI") for record in ArchiveIterator(stream)]
    assert addresses == [site.url("/a"), site.url("/b")]


def test_what_is_no_page_gives_its_reason(site, archive):
    site.pages["/empty"] = Answer(b"")
    site.pages["/bad.xml"] = Answer(b"<?xml version='1.0'?><recipe/>")
    packed = gzip.compress(sitemap((site.url("/a"), "")) * 40)
    site.pages["/bad.xml.gz"] = Answer(packed[:30] + bytes(40) + packed[70:])
    gone = look(archive, site.url("/bad.xml.gz"), site.url("/empty"))
    assert [one.source for one in gone.skipped] == [site.url("/bad.xml.gz"), site.url("/empty")]
    report = look(archive, site.url("/empty"), site.url("/bad.xml"), site.url("/missing"))
    assert {one.source: one.reason for one in report.skipped} == {
        site.url("/empty"): "is empty",
        site.url("/bad.xml"): "is XML, but neither a feed nor a sitemap",
    }
    assert report.gone == (site.url("/missing"),)


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://news.example/a", "news.example"])
def test_only_the_web_is_followed(archive, address):
    with pytest.raises(InputError, match="is no address of the web"):
        look(archive, address)


def test_a_redirect_out_of_the_web_is_refused(site, archive):
    site.pages["/a"] = Answer(status=302, headers={"Location": "file:///etc/passwd"})
    assert [one.reason for one in look(archive, site.url("/a")).skipped] == ["is no address of the web (http or https)"]


def test_erasing_an_article_leaves_nothing_of_its_page(site, archive):
    site.pages["/old"] = Answer(status=301, headers={"Location": "/a"})
    site.pages["/a"], site.pages["/b"] = Answer(page("Ferry talks end")), Answer(page("Bridge closed"))
    look(archive, site.url("/old"), site.url("/b"))
    archive.remove([site.url("/a")], erase=True)
    left = b"".join(file.read_bytes() for file in archive.path.glob("followed.db*"))
    assert site.url("/old").encode() not in left
    assert site.url("/b").encode() in left
    with (archive.path / "pages.warc.gz").open("rb") as stream:
        addresses = [record.rec_headers.get_header("WARC-Target-URI") for record in ArchiveIterator(stream)]
    assert addresses == [site.url("/b")]
    # The next page is written behind what is left.
    site.pages["/c"] = Answer(page("School budget passed"))
    look(archive, site.url("/c"))
    with (archive.path / "pages.warc.gz").open("rb") as stream:
        addresses = [record.rec_headers.get_header("WARC-Target-URI") for record in ArchiveIterator(stream)]
    assert addresses == [site.url("/b"), site.url("/c")]
