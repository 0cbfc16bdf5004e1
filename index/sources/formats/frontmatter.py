"""The block of metadata that a text may begin with: YAML between two lines of "---"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pullquote.index.sources.files import Unreadable
from pullquote.index.sources.record import KNOWN_KEYS

# Seven keys and a few of one's own; beyond this a "---" is a rule between sections, not a block's end.
_MAX_CHARS = 65_536

# Lists of lists of tags are three deep. PyYAML looks at every open bracket again with each token: 1,000 of them, 2 kB,
# took half a second.
_MAX_DEPTH = 32

_BLOCK = re.compile(r"---[ \t]*\r?\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_KNOWN_KEY = re.compile(rf"^(?:{'|'.join(KNOWN_KEYS[1:])})\s*:", re.MULTILINE)


def front_matter(text: str) -> tuple[dict[str, Any], int]:
    """Return the metadata of the block that the text begins with, and where the body starts.

    Two rules with prose between them are no block: `({}, 0)`.

    Raises:
        Unreadable: the block holds a key that Pullquote knows, but isn't valid YAML.
    """
    block = _BLOCK.match(text, 0, _MAX_CHARS)
    if not block:
        return {}, 0
    import yaml  # type: ignore[import-untyped]

    try:
        metadata = yaml.load(block["yaml"], Loader=_loader())
    except Exception as error:  # beside its own errors PyYAML lets through those of int() and chr()
        if not _KNOWN_KEY.search(block["yaml"]):
            return {}, 0  # two rules with prose between them
        raise Unreadable(f"has front matter that is not valid YAML ({_problem(error)})") from error
    if not isinstance(metadata, Mapping):
        return {}, 0
    return {str(key): _null(value) for key, value in metadata.items() if key != "text"}, block.end()


@lru_cache(1)
def _loader() -> Any:
    """Return the loader: every scalar a string, nothing nested like a tower.

    `language: no` stays Norwegian, a headline of digits stays text, and an impossible date reaches our own message.
    """
    import yaml

    class ShallowLoader(yaml.BaseLoader):  # type: ignore[misc]
        def fetch_flow_collection_start(self, token: Any) -> None:
            self._check_depth(self.flow_level)
            super().fetch_flow_collection_start(token)

        def add_indent(self, column: int) -> Any:
            self._check_depth(len(self.indents))
            return super().add_indent(column)

        def _check_depth(self, depth: int) -> None:
            if depth >= _MAX_DEPTH:
                raise yaml.scanner.ScannerError(None, None, "nested too deep", self.get_mark())

    return ShallowLoader


def _null(value: object) -> object:
    return None if value in ("null", "~", "Null", "NULL") else value


def _problem(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "a number or an escape in it is out of range"
    # Line 1 of the file is the opening "---".
    hint = "; put the value in quotes" if "mapping values" in problem else ""
    return f"line {mark.line + 2}: {problem}{hint}" if mark else str(problem)
