"""What other packages bring: readers, embedders and source formats, found by their entry points.

A package names them in its pyproject.toml, such as

    [project.entry-points."pullquote.readers"]
    onnx = "their_package:load_reader"

Nothing of a package is imported before its reader, embedder or format is used, so that a broken one stops nothing else.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pullquote.errors import ModelError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


class PluginKind(StrEnum):
    """What a package may bring; the value is the group of its entry points."""

    READER = "pullquote.readers"
    """By name: a function without arguments that returns a `Reader`."""
    EMBEDDER = "pullquote.embedders"
    """By name: a function without arguments that returns an `Embedder` of that name."""
    SOURCE = "pullquote.sources"
    """By extension, without the dot: a function that takes a `SourceFile` and yields what is in it."""

    @property
    def noun(self) -> str:
        """What messages call one of them."""
        return self.value.removeprefix("pullquote.").removesuffix("s")


@dataclass(frozen=True, slots=True)
class Plugin:
    """One thing that a package brings, not imported yet.

    Attributes:
        kind: what it is.
        name: under which it is found; of a source format, the extension without the dot.
        packages: that bring one of that name.
    """

    kind: PluginKind
    name: str
    packages: tuple[str, ...]
    entry: EntryPoint

    def load(self) -> Any:
        """Return what the entry point names.

        Raises:
            ModelError: two packages bring it, or it can't be imported.
        """
        if len(self.packages) > 1:
            raise ModelError(
                f"The packages {' and '.join(self.packages)} both bring a {self.kind.noun} named {self.name!r}; "
                "uninstall one."
            )
        try:
            return self.entry.load()
        except Exception as error:  # whatever another package raises on import
            raise self.broken(error) from error

    def make(self, expected: Any) -> Any:
        """Return what the entry point's function returns.

        Raises:
            ModelError: two packages bring it, its package is broken, or it is none of the expected protocol.
        """
        function = self.load()
        try:
            made = function()
        except Exception as error:
            raise self.broken(error) from error
        if not isinstance(made, expected):
            raise self.broken(TypeError(f"a {type(made).__name__} hasn't the methods of {expected.__name__}"))
        return made

    def broken(self, error: Exception) -> ModelError:
        """Return what is to be said where a package's own code fails."""
        told = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        return ModelError(f"The {self.kind.noun} {self.name!r} of the package {self.packages[0]} fails ({told}).")


def plugins(kind: PluginKind) -> Mapping[str, Plugin]:
    """Return what the installed packages bring of a kind, by name; imports none of it."""
    import sys

    return _plugins(kind, tuple(sys.path))


def plugin_named(kind: PluginKind, name: str, own: Collection[str]) -> Plugin | None:
    """Return what a package brings under a name, or None.

    A name of Pullquote's own is none of a package's: where one brings it nonetheless, a warning says so.

    Args:
        kind: what is looked for.
        name: of the reader or the embedder; of a source format, the extension without the dot.
        own: names of Pullquote's own.
    """
    plugin = plugins(kind).get(name)
    if plugin is None or name not in own:
        return plugin
    warnings.warn(
        f"The package {plugin.packages[0]} brings a {kind.noun} named {name!r}; Pullquote's own of that name is used.",
        stacklevel=3,
    )
    return None


@lru_cache(16)
def _plugins(kind: PluginKind, path: tuple[str, ...]) -> Mapping[str, Plugin]:
    """Return the same for one `sys.path`: looking through all packages takes ten milliseconds or more."""
    from importlib.metadata import entry_points

    found: dict[str, Plugin] = {}
    for entry in sorted(entry_points(group=kind.value), key=lambda entry: (entry.name, _package(entry))):
        name = entry.name.lower().removeprefix(".") if kind is PluginKind.SOURCE else entry.name
        before = found[name].packages if name in found else ()
        found[name] = Plugin(kind, name, tuple(dict.fromkeys((*before, _package(entry)))), entry)
    return MappingProxyType(found)


def _package(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else entry.value.partition(":")[0]
