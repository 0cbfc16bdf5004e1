"""Whatever a source raises, as the one sentence that tells why it was left out."""

from __future__ import annotations

from collections.abc import Callable

from pullquote.articles import Article, Skipped
from pullquote.index.sources.files import Unreadable, cause

_MAX_DETAIL_CHARS = 160


def reason_for(error: Exception) -> str:
    """Return why something was left out, as a clause that reads on from its name: "is nested too deep ..."."""
    if isinstance(error, Unreadable):
        return str(error)
    if isinstance(error, UnicodeDecodeError):
        return f"is not valid {error.encoding.upper()} throughout; save it as UTF-8"
    if isinstance(error, RecursionError):
        return "is nested too deep to be an article"
    if isinstance(error, MemoryError):
        return "needs more memory than this machine has"
    if isinstance(error, OSError):
        return cause(error)
    detail = " ".join(f"{type(error).__name__}: {error}".split())[:_MAX_DETAIL_CHARS]
    return f"cannot be read, because something in it is not as its format has it ({detail})"


def article_or_skipped(build: Callable[[], Article], place: str, *, entry: str = "") -> Article | Skipped:
    """Return what `build` gives or, whatever it raises, a Skipped: one bad record never stops those beside it.

    Args:
        build: makes the article.
        place: the file, with `:line` where its format has lines.
        entry: which part of the place it is, in formats without lines: "entry 3".
    """
    try:
        return build()
    except Exception as error:  # the one place where a record's failure ends: files are other people's
        return Skipped(place, f"{entry} {reason_for(error)}".lstrip())
