"""A record of keys and values, from whichever format, to a checked Article."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from pullquote.articles import Article
from pullquote.index.sources.fields.byline import clean_name, split_byline, unique
from pullquote.index.sources.fields.dates import has_time, parse_published
from pullquote.index.sources.fields.headline import title_line
from pullquote.index.sources.files import Unreadable

KNOWN_KEYS = ("text", "id", "url", "title", "outlet", "published", "authors", "language")

# `extra` is stored as JSON beside each article: bounded, so that one record cannot fill the archive.
_MAX_EXTRA_VALUES = 10_000

# Lists of lists of tags are three deep; what is nested like a tower is an attack on whoever walks through it.
MAX_DEPTH = 64

_MAX_PRINTED_CHARS = 200

_LETTER = re.compile(r"[^\W\d_]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_WITHOUT_UNSTORABLE = dict.fromkeys((0, *range(0xD800, 0xE000)), "\ufffd")
_IN_NO_URL = re.compile(r"[\s<>\"\x00-\x1f\x7f]")


def to_article(
    record: Mapping[str, Any],
    *,
    source: str,
    title_in_text: tuple[int, int] | None = None,
    find_title: bool = True,
    notes: Sequence[str] = (),
) -> Article:
    """Return the article that `record` describes; keys that Pullquote has no use for go to `extra`.

    An article is never lost for one bad field beside its text: a value of the wrong type and characters that
    cannot be stored are left out, a date that is none is kept as it was printed, and `notes` says so.

    `title_in_text` is `[start, end)` in characters of `record["text"]`; where it isn't given, the title is
    looked for at the top of the text, unless `find_title` is False. `notes` are what its reader has to say of it.

    Raises:
        Unreadable: text missing, of the wrong type, or with characters that cannot be stored; too many
            values beside it, or nested too deep.
    """
    text = _text(record)
    fields = _Fields(record)
    title = " ".join(fields.string("title").split())
    extra = fields.extra()
    published, timestamp = fields.published(extra)
    if timestamp is not None:
        extra["published_at"] = timestamp
    url = fields.string("url").strip()
    if url and not is_web_address(url):
        extra["url"] = url
        url = ""
    return Article(
        text=text,
        id=fields.string("id").strip(),
        url=url or None,
        title=title,
        outlet=" ".join(fields.string("outlet").split()) or None,
        published=published,
        authors=fields.authors(),
        language=fields.string("language").strip() or None,
        extra=MappingProxyType(extra),
        title_in_text=title_line(text, title) if find_title and not title_in_text else title_in_text,
        source=source,
        notes=(*notes, *fields.notes),
    )


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
    if problem := _unstorable(text):
        raise Unreadable(f"has {problem[0]} in its text, at character {problem[1]}")
    return text


class _Fields:
    """What a record says beside its text; what it says badly is left out and noted.

    Attributes:
        notes: what was left out, each as a clause that reads on from the record's place.
    """

    def __init__(self, record: Mapping[str, Any]) -> None:
        self._record = record
        self.notes: list[str] = []

    def string(self, key: str) -> str:
        """Return the value of a key that holds a string; "" where it is missing or left out."""
        value = self._record.get(key)
        if key == "id" and isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if value is None:
            return ""
        if not isinstance(value, str):
            self._leave_out(key, f"which is {kind_of(value)}")
            return ""
        if problem := _unstorable(value):
            self._leave_out(key, f"which holds {problem[0]}")
            return ""
        return value

    def authors(self) -> tuple[str, ...]:
        """Return the names, each once, in their order."""
        value = self._record.get("authors")
        if value is None or isinstance(value, str):
            return split_byline(self.string("authors"))
        if not isinstance(value, (list, tuple)):
            self._leave_out("authors", f"which is {kind_of(value)}")
            return ()
        names = []
        for name in value:
            if name is not None and not isinstance(name, str):
                self._leave_out("authors", f"which is {kind_of(name)}", of="one of ")
            elif problem := _unstorable(name or ""):
                self._leave_out("authors", f"which holds {problem[0]}", of="one of ")
            else:
                names.append(clean_name(name or ""))
        return unique(names)

    def published(self, extra: dict[str, Any]) -> tuple[dt.date | None, str | None]:
        """Return day and timestamp; a date that is none goes to `extra["published_as_printed"]`."""
        value = self._record.get("published")
        try:
            day, timestamp = parse_published(value)
        except Unreadable as error:
            self.notes.append(f"is stored without a date ({error})")
            extra["published_as_printed"] = storable(str(value)[:_MAX_PRINTED_CHARS])
            return None, None
        if timestamp and (problem := _unstorable(timestamp)):
            self._leave_out("time of day", f"which holds {problem[0]}")
            return day, None
        if timestamp and not has_time(timestamp):
            self.notes.append(f"is stored with its day alone (no time of day can be read in {timestamp[:40]!r})")
        return day, timestamp

    def extra(self) -> dict[str, Any]:
        """Return a copy of what Pullquote has no use for, made of what JSON has.

        Raises:
            Unreadable: it is too much, or nested too deep.
        """
        left = [_MAX_EXTRA_VALUES]
        kept: dict[str, Any] = {}
        for key, value in self._record.items():
            if key in KNOWN_KEYS:
                continue
            name, plain = str(key), _plain(value, left)
            problem = next(filter(None, map(_unstorable, (name, *_strings(plain)))), None)
            if problem:
                self._leave_out(storable(name)[:40], f"which holds {problem[0]}")
            else:
                kept[name] = plain
        return kept

    def _leave_out(self, key: str, why: str, *, of: str = "") -> None:
        note = f"is stored without {of}its {key}, {why}"
        if note not in self.notes:
            self.notes.append(note)


def _plain(value: object, left: list[int], depth: int = 0) -> Any:
    """Return a value as what JSON has: dict, list, str, finite numbers, booleans, None.

    `left` holds how many more values there may be, all keys of a record together.
    """
    left[0] -= 1
    if left[0] < 0:
        raise Unreadable(f"has more than {_MAX_EXTRA_VALUES:,} values besides its text")
    if depth > MAX_DEPTH:
        raise Unreadable(f"has values nested more than {MAX_DEPTH} deep")
    if isinstance(value, Mapping):
        return {str(key): _plain(item, left, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, left, depth + 1) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise Unreadable(f"holds {value}, which is no number that can be stored")
    return value if value is None or isinstance(value, (str, bool, int, float)) else str(value)


def storable(text: str) -> str:
    """Return a text with a replacement character for each that can't be stored."""
    return text.translate(_WITHOUT_UNSTORABLE)


def _unstorable(value: str) -> tuple[str, int] | None:
    """Return what a string holds that cannot be stored, and at which character; None where it can be."""
    found = _UNSTORABLE.search(value)
    if not found:
        return None
    what = "a NUL character" if found[0] == "\0" else f"half of a surrogate pair (\\u{ord(found[0]):04x})"
    return what, found.start()


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
