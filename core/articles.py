"""Articles and the stretches of their text that Pullquote speaks of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pullquote.json_objects import FromJson

_FACTS = ("id", "url", "title", "outlet", "published", "authors", "language", "text")


@dataclass(frozen=True, slots=True)
class Article(FromJson):
    """One published text with its metadata.

    `text` is what extraction gave and is never edited, so every offset that Pullquote prints counts
    characters (Unicode code points) of it. An empty string or None means "not known".

    Attributes:
        text: the article, furniture included.
        id: stable name within an archive; empty until the archive gives it one.
        url: where it was published.
        title: the headline.
        outlet: who published it.
        published: the day it was published.
        authors: byline, one name an entry.
        language: BCP 47 tag.
        extra: keys of the source that Pullquote has no use for, kept as they came.
        title_in_text: `[start, end)` of the headline where it stands in `text`.
        source: the file it was read from, for messages.
        notes: what of its source could not be kept on reading, for messages; each reads on from its name:
            "is stored without a date (...)". An archive doesn't store them.
    """

    text: str
    id: str = ""
    url: str | None = None
    title: str = ""
    outlet: str | None = None
    published: dt.date | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    title_in_text: tuple[int, int] | None = None
    source: str = ""
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the JSON-lines row that `add` reads this article from; what isn't known is left out."""
        facts = {
            "id": self.id,
            "url": self.url,
            "title": self.title,
            "outlet": self.outlet,
            "published": self.published.isoformat() if self.published else None,
            "authors": list(self.authors),
            "language": self.language,
            "text": self.text,
        }
        return {**self.extra, **{key: value for key, value in facts.items() if value}}

    @classmethod
    def _fields_of(cls, value: Mapping[str, Any]) -> Mapping[str, Any]:
        facts = {key: value[key] for key in _FACTS if key in value}
        return {**facts, "extra": {key: one for key, one in value.items() if key not in _FACTS}}


@dataclass(frozen=True, slots=True)
class Edit:
    """One fact of an article that somebody mended.

    Attributes:
        field: title, outlet, published or authors.
        value: what counts instead: a text, a day as YYYY-MM-DD, or names; "" and () for "not known", None where what
            the source says counts again.
        printed: what the source says, likewise.
        by: who mended it, "" where nobody said.
        at: when, in UTC.
    """

    field: str
    value: str | tuple[str, ...] | None
    printed: str | tuple[str, ...]
    by: str
    at: dt.datetime

    def to_json(self) -> dict[str, Any]:
        """Return an object with all of it."""
        return {**asdict(self), "at": self.at.isoformat()}


@dataclass(frozen=True, slots=True)
class ArticleEntry:
    """An article in a list: its facts without its text.

    Attributes:
        id, title, outlet, published, authors, url, source: the article's.
        edited: whether somebody mended one of its facts.
    """

    id: str
    title: str
    outlet: str | None
    published: dt.date | None
    authors: tuple[str, ...]
    url: str | None
    source: str
    edited: bool

    def to_json(self) -> dict[str, Any]:
        """Return an object with all of it."""
        return {**asdict(self), "published": self.published and self.published.isoformat()}


@dataclass(frozen=True, slots=True)
class Passage(FromJson):
    """One or more paragraphs of one article: `[start, end)` in characters of `article.text`.

    Attributes:
        article_id: the article it belongs to.
        start: first character.
        end: one past the last character.
        text: `article.text[start:end]`.
        tokens: length in tokens of the embedder, without title and date.
    """

    article_id: str
    start: int
    end: int
    text: str
    tokens: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return an object with all of it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Skipped(FromJson):
    """Something that `add` left out, and why.

    Attributes:
        source: the file, with `:line` where the format has lines.
        reason: what is wrong, as a clause that reads on from "skipped SOURCE: ".
        unsupported: the file is merely of a kind that Pullquote doesn't read (met while walking a folder),
            as against damaged or refused.
    """

    source: str
    reason: str
    unsupported: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the object that stands in a report's JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Note(FromJson):
    """Something that an article was stored without, or that one should know of how it was read.

    Attributes:
        source: the file, with `:line` where the format has lines.
        text: a clause that reads on from its name: "is stored without a date (...)".
    """

    source: str
    text: str

    def to_json(self) -> dict[str, Any]:
        """Return the object that stands in a report's JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class AddReport(FromJson):
    """What one `add` did.

    Attributes:
        added: ids of the articles that are new.
        updated: ids of the articles whose text or metadata replaced an older version.
        unchanged: how many articles were stored already, as they are.
        skipped: what was left out, with reasons.
        passages: how many passages were embedded.
        seconds: wall time.
        notes: what articles that are new or updated were stored without: nothing is left out in silence.
    """

    added: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: int
    skipped: tuple[Skipped, ...]
    passages: int
    seconds: float
    notes: tuple[Note, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the object of `pullquote add --json`."""
        return {
            "added": list(self.added),
            "updated": list(self.updated),
            "unchanged": self.unchanged,
            "skipped": [skipped.to_json() for skipped in self.skipped],
            "passages": self.passages,
            "seconds": self.seconds,
            "notes": [note.to_json() for note in self.notes],
        }
