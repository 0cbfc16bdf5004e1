"""Following feeds, sitemaps and pages: what is new or changed is fetched, kept as it came, and added to the archive.

Pages are fetched and added a few at a time: stored as WARC records, then added, then noted as fetched. What is stopped
in between is fetched again by the next call, which finds the article unchanged.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from pullquote.articles import Article, Skipped
from pullquote.errors import InputError
from pullquote.index.archive import Archive
from pullquote.index.following import page_store
from pullquote.index.following.fetching import NOTHING_KNOWN, Fetched, Fetcher, FetchFailed
from pullquote.index.following.followed import Followed, Page
from pullquote.index.following.listings import Listed, Listing, listing_of
from pullquote.index.sources.files import SourceFile, Unreadable
from pullquote.index.sources.reading import read_articles
from pullquote.index.sources.record import is_web_address
from pullquote.reports import FollowReport

# Pages that are fetched before they are added: what a kill costs.
_AT_ONCE = 20
# A page without a day of change in its listing is asked about again for so long after it was first seen.
_CHANGES_FOR = dt.timedelta(days=3)
# What failed is not asked for again before.
_AGAIN_AFTER = dt.timedelta(hours=1)
# So many pages of a site in a row that can't be fetched, and the rest waits for the next call.
_FAILURES = 3
_DEEPEST_INDEX = 2


@dataclass(slots=True)
class _Run:
    """What one call has come to."""

    listed: int = 0
    fetched: int = 0
    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: int = 0
    failed: bool = False
    gone: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def follow(
    archive: Archive,
    addresses: Sequence[str],
    *,
    fetcher: Fetcher | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> FollowReport:
    """Fetch what is new or changed at some addresses, once, and add it.

    Args:
        archive: one in a folder here.
        addresses: of feeds, sitemaps or pages.
        fetcher: fetches; by default over the network, with a second between two requests to a host.
        progress: hears how many pages are done, how many there are to ask for, and the address of the last one.

    Raises:
        InputError: an address isn't one of the web, or the archive isn't in a folder here.
        ArchiveLocked, ArchiveWriteFailed, ModelError: as of `Archive.add`; what was added before is kept.
    """
    if archive.by_address:
        raise InputError("An archive that is read by the address of its index can't follow anything.")
    for address in addresses:
        if not is_web_address(address):
            raise InputError(f"{address!r} is no address of the web: http://... or https://...")
    with Followed(archive.path) as known, fetcher or Fetcher() as fetching:
        return _Following(archive, known, fetching, progress).run(addresses)


class _Following:
    def __init__(
        self,
        archive: Archive,
        known: Followed,
        fetcher: Fetcher,
        progress: Callable[[int, int, str], None] | None,
    ) -> None:
        self._archive, self._known, self._fetcher, self._progress = archive, known, fetcher, progress
        self._run = _Run()
        self._failures: Counter[str] = Counter()
        self._named: list[tuple[Page, Fetched]] = []

    def run(self, addresses: Sequence[str]) -> FollowReport:
        due: dict[str, Page] = {}
        listings: list[Page] = []
        for address in dict.fromkeys(addresses):
            for listed in self._listed(Listed(address), listings, depth=0):
                if page := self._due(listed):
                    due.setdefault(page.url, page)
        waiting = list(self._named)
        whole = len(due) + len(waiting)
        for done, page in enumerate(due.values(), start=len(waiting) + 1):
            if fetched := self._fetch(page):
                waiting.append((page, fetched))
            if self._progress:
                self._progress(done, whole, page.url)
            if len(waiting) >= _AT_ONCE:
                self._add(waiting)
                waiting = []
        self._add(waiting)
        # Only now: a listing that was noted before its pages were fetched would not be looked at again. One whose pages
        # weren't all fetched is asked for as if it were new.
        for listing in listings:
            known = replace(listing, validators=NOTHING_KNOWN, changed="") if self._run.failed else listing
            self._known.note(known, _now())
        run = self._run
        return FollowReport(
            run.listed, run.fetched, tuple(run.added), tuple(run.updated), run.unchanged, tuple(run.gone),
            tuple(run.skipped),
        )  # fmt: skip

    def _listed(self, listed: Listed, listings: list[Page], *, depth: int) -> Iterator[Listed]:
        """Yield the pages that an address lists; what is a page itself is put aside, fetched."""
        address = listed.url
        page = self._known.page(address) or Page(address)
        fetched = self._fetch(page)
        if fetched is None or fetched.body is None:
            return
        try:
            listing = listing_of(fetched.body, fetched.url)
        except Unreadable as error:
            self._run.skipped.append(Skipped(address, str(error)))
            return
        if listing.kind == "page":
            self._named.append((page, fetched))
            return
        # Pages without a day of change are asked about again, though the listing is the same.
        dated = all(entry.changed for entry in listing.entries)
        validators, changed = (fetched.validators, listed.changed) if dated else (NOTHING_KNOWN, "")
        listings.append(replace(page, validators=validators, changed=changed, ask_from="", problem=""))
        self._run.listed += len(listing.entries) if listing.kind != "index" else 0
        yield from self._entries(listing, listings, depth)

    def _entries(self, listing: Listing, listings: list[Page], depth: int) -> Iterator[Listed]:
        if listing.kind != "index":
            yield from listing.entries
            return
        for entry in listing.entries:
            known = self._known.page(entry.url)
            if known and entry.changed and known.changed == entry.changed:
                continue
            if depth < _DEEPEST_INDEX:
                yield from self._listed(entry, listings, depth=depth + 1)

    def _due(self, listed: Listed) -> Page | None:
        """Return a listed page with what is known of it, if it is to be asked for."""
        page, now = self._known.page(listed.url), _now()
        if page is None:
            return Page(listed.url, changed=listed.changed)
        if page.ask_from:  # it couldn't be fetched
            return replace(page, changed=listed.changed) if page.ask_from <= now.isoformat() else None
        if listed.changed:
            return replace(page, changed=listed.changed) if listed.changed != page.changed else None
        recent = now - dt.datetime.fromisoformat(page.first_seen) < _CHANGES_FOR
        return page if recent else None

    def _fetch(self, page: Page) -> Fetched | None:
        """Return what is at a page's address; None where nothing can be used, which is noted."""
        host = urlsplit(page.url).netloc
        if self._failures[host] >= _FAILURES:
            self._run.skipped.append(
                Skipped(page.url, "its site couldn't be reached; it is asked again by the next call")
            )
            self._run.failed = True
            return None
        try:
            fetched = self._fetcher.fetch(page.url, page.validators)
        except FetchFailed as failed:
            self._failed(page, failed)
            self._failures[host] += 0 if failed.gone else 1
            return None
        self._failures[host] = 0
        self._run.fetched += 1
        return fetched

    def _failed(self, page: Page, failed: FetchFailed) -> None:
        now = _now()
        self._run.failed = True
        wait = dt.timedelta(seconds=failed.wait_s) if failed.wait_s is not None else _AGAIN_AFTER
        if failed.gone:
            self._run.gone.append(page.url)
        else:
            self._run.skipped.append(Skipped(page.url, str(failed)))
        self._known.note(replace(page, ask_from=(now + wait).isoformat(), problem=str(failed)), now)

    def _add(self, pages: Sequence[tuple[Page, Fetched]]) -> None:
        """Keep, add and note fetched pages."""
        new = [(page, fetched) for page, fetched in pages if fetched.body is not None]
        if new:
            length = page_store.append(self._archive.path, [fetched for _, fetched in new], self._known.stored_bytes())
            self._known.note_stored_bytes(length)
        articles: list[Article] = []
        noted: list[Page] = []
        for page, fetched in pages:
            known = replace(page, validators=fetched.validators, ask_from="", problem="")
            if fetched.body is None:
                self._run.unchanged += 1
                noted.append(replace(known, validators=page.validators, problem=page.problem))
                continue
            found = list(_articles(fetched))
            problems = [one for one in found if isinstance(one, Skipped)]
            self._run.skipped.extend(problems)
            taken = [one for one in found if isinstance(one, Article)]
            articles += taken
            named = (taken[0].url or "") if taken else ""
            noted.append(replace(known, problem=problems[0].reason if problems else "", at=fetched.url, article=named))
        if articles:
            report = self._archive.add_articles(articles)
            self._run.added += report.added
            self._run.updated += report.updated
            self._run.unchanged += report.unchanged
            self._run.skipped += report.skipped
        for page in noted:
            self._known.note(page, _now())


def _articles(fetched: Fetched) -> Iterator[Article | Skipped]:
    """Yield what stands on a fetched page, under its own address."""
    body = fetched.body or b""
    for one in read_articles(SourceFile(path=None, name=fetched.url, size=len(body), data=body)):
        if isinstance(one, Article):
            # A page may say that its address is another spelling of it, but not that it is another site's.
            own = one.url and urlsplit(one.url).netloc == urlsplit(fetched.url).netloc
            yield replace(one, url=one.url if own else fetched.url)
        else:
            yield one


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(microsecond=0)
