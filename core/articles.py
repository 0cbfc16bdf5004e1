"""Articles and the stretches of their text that Pullquote speaks of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Article:
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


@dataclass(frozen=True, slots=True)
class Passage:
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


@dataclass(frozen=True, slots=True)
class Skipped:
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


@dataclass(frozen=True, slots=True)
class AddReport:
    """What one `add` did.

    Attributes:
        added: ids of the articles that are new.
        updated: ids of the articles whose text or metadata replaced an older version.
        unchanged: how many articles were stored already, as they are.
        skipped: what was left out, with reasons.
        passages: how many passages were embedded.
        seconds: wall time.
    """

    added: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: int
    skipped: tuple[Skipped, ...]
    passages: int
    seconds: float
