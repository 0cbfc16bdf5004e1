"""One source file to its articles: the format is told, its reader loaded and run."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from pullquote.articles import Article, Skipped
from pullquote.index.sources.export_marks import LOOKED_AT_BYTES, may_be_export
from pullquote.index.sources.files import FORMATS, SourceFile, Unreadable, extension
from pullquote.index.sources.plugin_formats import read_with
from pullquote.index.sources.reasons import reason_for
from pullquote.index.sources.sniffing import beginning, format_of
from pullquote.index.sources.streams import open_bytes
from pullquote.plugins import Plugin, PluginKind, plugin_named


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
            yield from import_module(f"pullquote.index.sources.{_format(source)}").read(source)
    except Exception as error:
        yield Skipped(source.name, reason_for(error))


def _plugin(source: SourceFile) -> Plugin | None:
    """Return what another package brings for a file's extension, where Pullquote has no format for it."""
    if source.path is None:
        return None
    return plugin_named(PluginKind.SOURCE, extension(source.path)[1:], [known[1:] for known in FORMATS])


def _format(source: SourceFile) -> str:
    name = format_of(source, named=True)
    if name is None:
        raise Unreadable(f"is a {source.extension or 'nameless'} file, which Pullquote does not read")
    if name == "formats.webpage":
        with open_bytes(source) as stream:
            if may_be_export(beginning(stream, LOOKED_AT_BYTES)):
                return "exports.page"
    return name
