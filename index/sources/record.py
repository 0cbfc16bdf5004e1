"""A record of keys and values, from whichever format, to a checked Article."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from pullquote.articles import Article
from pullquote.index.sources.byline import clean_name, split_byline, unique
from pullquote.index.sources.dates import parse_published
from pullquote.index.sources.files import Unreadable
from pullquote.index.sources.headline import title_line

KNOWN_KEYS = ("text", "id", "url", "title", "outlet", "published", "authors", "language")

# `extra` is stored as JSON beside each article: bounded, so that one record cannot fill the archive.
_MAX_EXTRA_VALUES = 10_000

_LETTER = re.compile(r"[^\W\d_]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_IN_NO_URL = re.compile(r"[\s<>\"\x00-\x1f\x7f]")


def to_article(
    record: Mapping[str, Any],
    *,
    source: str,
    title_in_text: tuple[int, int] | None = None,
    find_title: bool = True,
) -> Article:
    """Return the article that `record` describes; keys that Pullquote has no use for go to `extra`.

    `title_in_text` is `[start, end)` in characters of `record["text"]`; where it isn't given, the title is
    looked for at the top of the text, unless `find_title` is False.

    Raises:
        Unreadable: text missing, a value of the wrong type, a date that is none, characters that
            cannot be stored.
    """
    text = _text(record)
    title = _words(record, "title")
    published, timestamp = parse_published(record.get("published"))
    extra = {str(key): value for key, value in record.items() if key not in KNOWN_KEYS}
    if timestamp is not None:
        extra["published_at"] = timestamp
    url = _string(record, "url").strip()
    if url and not is_web_address(url):
        extra["url"] = url
        url = ""
    article = Article(
        text=text,
        id=_id(record),
        url=url or None,
        title=title,
        outlet=_words(record, "outlet") or None,
        published=published,
        authors=_authors(record.get("authors")),
        language=_string(record, "language").strip() or None,
        extra=MappingProxyType(_plain(extra)),
        title_in_text=title_line(text, title) if find_title and not title_in_text else title_in_text,
        source=source,
    )
    _check_storable(article)
    return article


def is_web_address(url: str) -> bool:
    """Return whether `url` may be shown as a link: http or https, with a host, nothing to break out of it."""
    if _IN_NO_URL.search(url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _text(record: Mapping[str, Any]) -> str:
    text = record.get("text")
    if text is None:
        raise Unreadable("has no text")
    if not isinstance(text, str):
        raise Unreadable(f"has {kind_of(text)} as its text")
    if not text.strip():
        raise Unreadable("has an empty text")
    if not _LETTER.search(text):
        raise Unreadable("has a text without a single letter")
    return text


def _string(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unreadable(f"has {kind_of(value)} as its {key}")
    return value


def _words(record: Mapping[str, Any], key: str) -> str:
    return " ".join(_string(record, key).split())


def _id(record: Mapping[str, Any]) -> str:
    value = record.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _string(record, "id").strip()


def _authors(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return split_byline(value)
    if not isinstance(value, (list, tuple)):
        raise Unreadable(f"has {kind_of(value)} as its authors")
    names = []
    for name in value:
        if name is not None and not isinstance(name, str):
            raise Unreadable(f"has {kind_of(name)} among its authors")
        names.append(clean_name(name or ""))
    return unique(names)


def _plain(extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of `extra` made of what JSON has: dict, list, str, numbers, booleans, None."""
    left = [_MAX_EXTRA_VALUES]

    def plain(value: object) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise Unreadable(f"has more than {_MAX_EXTRA_VALUES:,} values besides its text")
        if isinstance(value, Mapping):
            return {str(key): plain(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(item) for item in value]
        return value if value is None or isinstance(value, (str, bool, int, float)) else str(value)

    return {key: plain(value) for key, value in extra.items()}


def _check_storable(article: Article) -> None:
    metadata = (article.id, article.url, article.title, article.outlet, article.language, *article.authors)
    for key, value in (("text", article.text), *(("metadata", item) for item in metadata if item)):
        _check_string(key, value)
    for value in _strings(article.extra):
        _check_string("metadata", value)


def _check_string(key: str, value: str) -> None:
    found = _UNSTORABLE.search(value)
    if not found:
        return
    what = "a NUL character" if found[0] == "\0" else f"half of a surrogate pair (\\u{ord(found[0]):04x})"
    raise Unreadable(f"has {what} in its {key}, at character {found.start()}")


def _strings(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield key
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def kind_of(value: object) -> str:
    """Return what a value is, as a reporter would say it: "a number", "a list"."""
    kinds: tuple[tuple[type, str], ...] = (
        (bool, "true or false"),
        (int, "a number"),
        (float, "a number"),
        (str, "a string"),
        (Mapping, "an object"),
        (list, "a list"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), f"a {type(value).__name__}")
