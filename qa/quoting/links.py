"""Links that land on a sentence: URL fragments with a text directive."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

# A quotation longer than this is given by its first and last words.
_WHOLE_WORDS = 12
_EDGE_WORDS = 5


def text_fragment_link(url: str | None, sentence: str) -> str | None:
    """Return the URL with a `#:~:text=` fragment for the sentence, or None where there is no web URL.

    Source: WICG, "URL Fragment Text Directives", section 3.2; commas, hyphens and ampersands in the text
    are percent-encoded, since they are its syntax.
    """
    if not url or urlsplit(url).scheme not in ("http", "https"):
        return None
    # A directive can't cross a paragraph's end.
    words = sentence.strip().partition("\n")[0].split()
    if not words:
        return url
    if len(words) <= _WHOLE_WORDS:
        directive = _encode(words)
    else:
        directive = f"{_encode(words[:_EDGE_WORDS])},{_encode(words[-_EDGE_WORDS:])}"
    base, hash_, fragment = url.partition("#")
    return f"{base}#{fragment if hash_ else ''}:~:text={directive}"


def _encode(words: list[str]) -> str:
    return quote(" ".join(words), safe="").replace("-", "%2D")
