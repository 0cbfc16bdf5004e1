"""One source file to its articles: the format is told, its reader loaded and run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module

from pullquote.articles import Article, Skipped
from pullquote.index.sources.files import FORMATS, SourceFile, Unreadable, extension
from pullquote.index.sources.plugin_formats import read_with
from pullquote.index.sources.reasons import reason_for
from pullquote.index.sources.streams import open_bytes
from pullquote.plugins import Plugin, PluginKind, plugin_named

_SNIFFED_BYTES = 4096
_HTML = re.compile(rb"<!doctype\s+html|<html\b", re.IGNORECASE)
_FEED = re.compile(rb"<(?:rss|feed|(?:\w+:)?rdf)\b", re.IGNORECASE)


def read_articles(source: SourceFile) -> Iterator[Article | Skipped]:
    """Yield the articles of one source file in their order, and a Skipped for each that cannot be used.

    Lines and records are streamed, whatever the file's size; everything else is bounded. Nothing is
    raised for bad input, whatever a reader raises: the rest of that file is left out with its reason, what
    came before it stands. Nothing is ever fetched.
    """
    try:
        plugin = _plugin(source)
        if plugin:
            yield from read_with(plugin, source)
        else:
            yield from import_module(f"pullquote.index.sources.formats.{_format(source)}").read(source)
    except Exception as error:
        yield Skipped(source.name, reason_for(error))


def _plugin(source: SourceFile) -> Plugin | None:
    """Return what another package brings for a file's extension, where Pullquote has no format for it."""
    if source.path is None:
        return None
    return plugin_named(PluginKind.SOURCE, extension(source.path)[1:], [known[1:] for known in FORMATS])


def _format(source: SourceFile) -> str:
    if source.path is not None:
        name = FORMATS.get(extension(source.path))
        if name is None:
            raise Unreadable(f"is a {extension(source.path) or 'nameless'} file, which Pullquote does not read")
        return name
    with open_bytes(source) as stream:
        head = stream.read(_SNIFFED_BYTES)
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")
    if start.startswith((b"{", b"[")):
        return "jsonlines"
    if start.startswith(b"<"):
        # XHTML begins with an XML declaration, too, so what counts is the first element.
        feed, html = _FEED.search(start), _HTML.search(start)
        if feed and (not html or feed.start() < html.start()):
            return "feed"
        if html:
            return "webpage"
    return "text"
