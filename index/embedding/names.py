"""The embedders that are known by name without a download."""

from __future__ import annotations

from pullquote.plugins import PluginKind, plugins

DEFAULT_EMBEDDER = "all-MiniLM-L6-v2"
FAST_EMBEDDER = "fast"
OWN_EMBEDDERS = (DEFAULT_EMBEDDER, FAST_EMBEDDER)


def embedder_names() -> list[str]:
    """Return the names of the embedders that need no download, those of other packages too, in alphabetical order."""
    return sorted({*OWN_EMBEDDERS, *plugins(PluginKind.EMBEDDER)})
