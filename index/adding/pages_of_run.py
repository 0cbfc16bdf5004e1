"""Which pages came up in a run of `add`: what isn't stored yet is found under another spelling of its address, too."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pullquote.articles import Article
from pullquote.index.adding.addresses import page_anyhow, page_of


@dataclass(frozen=True, slots=True)
class PageOfRun:
    """An article of this run: its id and URL, and whether it is taken for the same because the texts match."""

    id: str
    url: str
    copy: bool = False


class PagesOfRun:
    """The pages of the articles that are to be stored."""

    def __init__(self) -> None:
        self._by_page: dict[str, PageOfRun] = {}
        self._by_text: dict[tuple[str, bytes], PageOfRun] = {}

    def known(self, article: Article, digest: bytes) -> PageOfRun | None:
        """Return what came up before under the address of an article, or under one that may be of the same page."""
        if not article.url:
            return None
        met = self._by_page.get(page_of(article.url)) or self._by_text.get((page_anyhow(article.url), digest))
        # Two ids are two articles, whatever their addresses.
        return met if met and (not article.id or met.id in (met.url, article.id)) else None

    def note(self, article: Article, digest: bytes) -> None:
        """Remember an article that has its id."""
        if article.url:
            met = PageOfRun(article.id, article.url)
            self._by_page.setdefault(page_of(article.url), met)
            self._by_text.setdefault((page_anyhow(article.url), digest), replace(met, copy=True))
