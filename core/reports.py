"""What an archive says of itself and of what was done to it; `AddReport` stands beside what it is made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pullquote.articles import Skipped
from pullquote.json_objects import FromJson


def _object(report: RemoveReport | CheckReport) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(report).items()}


@dataclass(frozen=True, slots=True)
class AddProgress:
    """Where an `add` stands: articles and passages stored so far, bytes read of the sources, what was read last.

    `bytes_total` is 0 where nobody knows it. Once all articles are stored, `embedded` of `to_embed` passages are;
    before that, both are 0.
    """

    articles: int
    passages: int
    bytes_done: int
    bytes_total: int
    source: str
    embedded: int = 0
    to_embed: int = 0


@dataclass(frozen=True, slots=True)
class RemoveReport(FromJson):
    """What one `remove` did: ids removed, and names under which there was nothing."""

    removed: tuple[str, ...]
    missing: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return an object with all of it."""
        return _object(self)


@dataclass(frozen=True, slots=True)
class FollowReport:
    """What one `follow` did.

    Attributes:
        listed: pages that feeds and sitemaps list.
        fetched: answers that servers gave: listings, pages, and that a page hasn't changed.
        added, updated: ids of articles.
        unchanged: pages that are stored as they are.
        gone: addresses whose pages aren't there any more; what was added of them stays.
        skipped: what gave no article, and why.
    """

    listed: int
    fetched: int
    added: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: int
    gone: tuple[str, ...]
    skipped: tuple[Skipped, ...]

    def to_json(self) -> dict[str, Any]:
        """Return an object with all of it."""
        return {**asdict(self), "skipped": [asdict(one) for one in self.skipped]}


@dataclass(frozen=True, slots=True)
class ArchiveInfo(FromJson):
    """What an archive holds and was made with; `bytes_on_disk` counts all its files.

    `content_sha256` is of all articles (text and metadata) and the embedder: the same on every machine
    for the same articles, in whatever order they were added.
    """

    path: str
    format_version: int
    articles: int
    passages: int
    first_day: dt.date | None
    last_day: dt.date | None
    outlets: tuple[tuple[str, int], ...]
    embedder: str
    embedder_sha256: str
    dimension: int
    bytes_on_disk: int
    content_sha256: str

    def to_json(self) -> dict[str, Any]:
        """Return the object of `pullquote info --json` (days as YYYY-MM-DD)."""
        return {
            **asdict(self),
            "first_day": self.first_day and self.first_day.isoformat(),
            "last_day": self.last_day and self.last_day.isoformat(),
            "outlets": [{"name": name, "articles": articles} for name, articles in self.outlets],
        }

    @classmethod
    def _fields_of(cls, value: Mapping[str, Any]) -> Mapping[str, Any]:
        outlets = value.get("outlets")
        if not isinstance(outlets, list):
            return value
        pairs = [[one.get("name"), one.get("articles")] if isinstance(one, Mapping) else one for one in outlets]
        return {**value, "outlets": pairs}


@dataclass(frozen=True, slots=True)
class CheckReport(FromJson):
    """What `check` found and, with `repair`, what it mended; one sentence each.

    Attributes:
        problems: what isn't what was stored.
        repaired: what was mended.
        notes: what couldn't be compared.
        advice: what to do about problems that a repair left.
    """

    problems: tuple[str, ...]
    repaired: tuple[str, ...]
    notes: tuple[str, ...] = ()
    advice: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong (any more)."""
        return not self.problems

    def to_json(self) -> dict[str, Any]:
        """Return an object with all of it."""
        return {"ok": self.ok, **_object(self)}
