"""Records as other tools write them, with an article's keys in place of theirs.

trafilatura, news-please, newspaper, the APIs of the Guardian and NewsAPI, Media Cloud, GDELT, CC-News, ProQuest's
tables and ninjs (`formats.ninjs`) name the same things differently. Keys are compared without case, spaces, "_", "-".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from pullquote.index.sources.files import Unreadable
from pullquote.index.sources.formats.markup import paragraphs
from pullquote.index.sources.formats.ninjs import as_plain_record
from pullquote.index.sources.record import is_web_address

# Best first: where a record has several, the first one that holds something is taken.
# fmt: off
_ALIASES: dict[str, tuple[str, ...]] = {
    "text": (
        "text", "fulltext", "bodytext", "maintext", "plaintext", "articletext", "articlebody", "cleanedtext",
        "cleantext", "textbody", "storytext", "body", "content", "articlecontent", "story", "article", "bodyxhtml",
        "bodyhtml", "contenthtml", "rawtext",
    ),
    "title": ("title", "headline", "webtitle", "head", "heading", "articletitle"),
    "url": (
        "url", "link", "weburl", "canonicalurl", "canonicallink", "articleurl", "permalink", "pageurl", "documenturl",
        "href", "uri", "source", "sourceurl",
    ),
    "outlet": (
        "outlet", "sitename", "sourcehostname", "sourcename", "publication", "publicationtitle", "publicationname",
        "publisher", "medianame", "newspaper", "newspapername", "mediaoutlet", "provider", "source", "sourcedomain",
        "hostname", "domain", "website",
    ),
    "published": (
        "published", "publishedat", "publisheddate", "datepublished", "datepublish", "publishdate", "publicationdate",
        "pubdate", "webpublicationdate", "firstpublicationdate", "date", "datetime", "dateissued", "articledate",
        "versioncreated", "firstcreated", "contentcreated", "seendate",
    ),
    "authors": ("authors", "author", "byline", "by", "creator", "writer", "writers", "authorname"),
    "language": ("language", "lang", "languagecode", "inlanguage"),
    "id": ("id", "uri"),
}
# Further versions of a text that was found under a better key.
_OTHER_VERSIONS = {"bodyxhtml", "bodyhtml", "contenthtml", "rawtext", "rawhtml"}

# Keys that hold a list of records, or lead to it.
_LISTS = (
    "articles", "results", "docs", "documents", "hits", "items", "stories", "news", "data", "entries", "response",
    "result",
)
# fmt: on
_MAX_LEVELS = 4

_SEPARATORS = re.compile(r"[\s_.:-]+")
_TAG = re.compile(r"<(?:p|br|div|h\d|li|span|strong|em|a|b|i|figure|blockquote)\b[^<>]{0,500}>", re.IGNORECASE)
_CUT_OFF = re.compile(r"\[\+\d+ chars\]\s*$")
_GDELT_DAY = re.compile(r"(\d{8})T?\d{6}Z?")
_MAX_SHOWN_CHARS = 120


def article_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record with an article's own keys; what has no place among them stays as it is.

    Raises:
        Unreadable: it holds no full text; the reason says what it holds instead.
    """
    record = _flat(record)
    by_form: dict[str, str] = {}
    for key in record:
        by_form.setdefault(_form(key), key)
    found: dict[str, Any] = {}
    used: set[str] = set()
    for name, aliases in _ALIASES.items():
        own = record.get(name)
        if own in (None, "", []) or (name == "authors" and isinstance(own, (list, Mapping))):
            for key in (by_form[alias] for alias in aliases if alias in by_form):
                value = None if key in used else _USABLE[name](record[key])
                if value is not None:
                    found[name] = value
                    used.add(key)
                    break
    has_text = "text" in found or isinstance(record.get("text"), str)
    left_out = used | {key for form, key in by_form.items() if form in _OTHER_VERSIONS and has_text}
    whole = {**{key: value for key, value in record.items() if key not in left_out}, **found}
    _check_text(whole, record)
    return whole


def text_column(names: Iterable[str]) -> str | None:
    """Return the name of the column that holds the text of each article, or None."""
    by_form = {_form(name): name for name in reversed(list(names))}
    return next((by_form[alias] for alias in _ALIASES["text"] if alias in by_form), None)


def records_within(value: Mapping[str, Any], levels: int = _MAX_LEVELS) -> list[Any] | None:
    """Return the records of an object that wraps a list of them, as answers of APIs do; None where it wraps none."""
    if levels == 0 or text_column(key for key, inner in value.items() if isinstance(inner, str)):
        return None
    by_form = {_form(key): inner for key, inner in value.items()}
    for name in _LISTS:
        inner = by_form.get(name)
        if isinstance(inner, list) and (not inner or any(isinstance(one, Mapping) for one in inner)):
            return inner
        if isinstance(inner, Mapping) and (records := records_within(inner, levels - 1)) is not None:
            return records
    single = by_form.get("content")
    return [single] if isinstance(single, Mapping) and "fields" in single else None


def list_without_texts(names: Iterable[str]) -> str:
    """Return what a list of articles without texts is, as a clause; "" where it is none that is known."""
    forms = {_form(name) for name in names}
    if {"seendate", "domain"} <= forms or {"sourceurl", "globaleventid"} <= forms:
        return "a list of GDELT's: addresses without their texts"
    if forms & {"medianame", "mediaurl", "storiesid"} and forms & {"publishdate", "indexeddate"}:
        return "a list of Media Cloud's: addresses without their texts"
    if forms & {"leadparagraph", "abstract", "snippet", "description", "summary"} and forms & {"url", "weburl", "link"}:
        return "a list of articles with their addresses and summaries, without their texts"
    if forms & {"url", "link", "weburl"} and forms & {"title", "headline", "webtitle"}:
        return "a list of articles with their titles and addresses, without their texts"
    return ""


def _check_text(whole: Mapping[str, Any], record: Mapping[str, Any]) -> None:
    text = whole.get("text")
    if isinstance(text, str) and _CUT_OFF.search(text[-40:]):
        raise Unreadable("holds only the beginning of its text, as NewsAPI gives it; add the page that it is from")
    if text is not None:
        return
    if record.get("type") in ("picture", "photo", "video", "audio", "graphic", "composite", "event"):
        raise Unreadable(f"is an item of type {record['type']}, which has no text")
    if not record or text_column(record):  # there is one, and it is empty
        raise Unreadable("has no text")
    told = list_without_texts(record)
    keys = ", ".join(map(str, record))[:_MAX_SHOWN_CHARS]
    raise Unreadable(f"has no text ({f'it is of {told}' if told else f'its keys are {keys}'})")


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record with the keys of the objects in it that only group them, and ninjs' lists as strings."""
    flat = dict(record)
    for key in ("_source", "fields"):
        inner = flat.get(key)
        if isinstance(inner, Mapping):
            del flat[key]
            flat.update((name, value) for name, value in inner.items() if flat.get(name) in (None, ""))
    return as_plain_record(flat)


def _text_value(value: object) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return None
    return paragraphs(value) or None if _TAG.search(value) else value


def _string(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _address(value: object) -> str | None:
    return value if isinstance(value, str) and is_web_address(value.strip()) else None


def _outlet(value: object) -> str | None:
    if isinstance(value, Mapping):
        value = next((value[key] for key in ("name", "title", "id") if value.get(key)), None)
    name = _string(value)
    return None if name is None or is_web_address(name.strip()) else name


def _published(value: object) -> object | None:
    if not isinstance(value, str) or not value.strip():
        return None
    gdelt = _GDELT_DAY.fullmatch(value.strip())
    return gdelt[1] if gdelt else value


def _authors(value: object) -> object | None:
    if isinstance(value, Mapping):
        value = [value]
    if isinstance(value, list):
        names = [one.get("name") if isinstance(one, Mapping) else one for one in value]
        return [name for name in names if isinstance(name, str) and name.strip()] or None
    return _string(value)


def _no_address(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() and not is_web_address(value.strip()) else None


_USABLE: dict[str, Callable[[Any], Any]] = {
    "text": _text_value,
    "title": _string,
    "url": _address,
    "outlet": _outlet,
    "published": _published,
    "authors": _authors,
    "language": _string,
    "id": _no_address,
}


@lru_cache(16_384)
def _form(key: str) -> str:
    return _SEPARATORS.sub("", key[:80]).casefold()
