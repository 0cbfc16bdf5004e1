"""Prints the processor's time of hostile shapes at 1, 2, 4 and 8 times their size; none may grow faster than its size.

    python tests/fuzz/growth.py                    # exits with 1 if doubling a shape more than doubles its time
    python tests/fuzz/growth.py "CSV header"       # these shapes

A shape whose time is bounded from some size on grows less than its size, which is as good. Times under 20 ms tell
nothing, and are passed.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable
from itertools import pairwise

from pullquote.index.sources import timed
from pullquote.index.sources.files import Unreadable

from corpus import RSS, STORY
from targets import TARGETS

# Of the time, for twice the size: linear time measures as 1.8 to 2.2 on a machine that does other things, too.
MAX_FACTOR = 2.3
_TOO_SHORT_S = 0.02
_TIMES = 3

_ROW = '{"text": "The mill opened.", "x": %s}'
_UPDATE = '{"@type": "BlogPosting", "headline": "Update", "author": [{"@type": "Person", "name": "Ann Roe"}]},'
_PAGE = f"<html><body><article><p>{STORY}</p>%s</article></body></html>"

# Name: (target, what n makes, n at first).
SHAPES: dict[str, tuple[str, Callable[[int], str], int]] = {
    "CSV header": ("CSV", lambda n: "text," + ",".join(f"c{i}" for i in range(n)) + "\nx" + "," * n, 1000),
    "CSV blank lines": ("CSV", lambda n: "text\nx\n" + "\n" * n, 50_000),
    "CSV quotes": ("CSV", lambda n: "text\n" + '"a""' * n, 20_000),
    "JSON depth": ("JSON lines", lambda n: _ROW % ("[" * n + "]" * n), 20_000),
    "JSON blank lines": ("JSON lines", lambda n: _ROW % 1 + "\n" * n, 50_000),
    "JSON array of bad elements": ("JSON", lambda n: "[" + ",\n".join([_ROW % "NaN"] * n) + "]", 500),
    "JSON open strings": ("JSON", lambda n: "[" + '{"a' * n, 5000),
    "JSON spaces": ("JSON", lambda n: "[" + " " * n + "1]", 200_000),
    "heading spaces": ("text", lambda n: f"# a{' ' * n}b\n\n{STORY}", 100_000),
    "heading marks": ("text", lambda n: f"# a{' #' * n}b\n\n{STORY}", 100_000),
    "front matter keys": ("front matter", lambda n: "".join(f"k{i}: v\n" for i in range(n)), 500),
    "front matter brackets": ("front matter", lambda n: "title: " + "[" * n + "]" * n, 2000),
    "front matter dashes": ("front matter", lambda n: "title:\n " + "- " * n, 2000),
    "front matter question marks": ("front matter", lambda n: "title: a\n" + "? " * n, 2000),
    "front matter quotes": ("front matter", lambda n: 'title: "' + "\\\n" * n, 2000),
    "feed comments": ("RSS", lambda n: RSS + "<!---->" * n + "x", 5000),
    "feed prologue": ("RSS", lambda n: '<?xml version="1.0" ' + 'encoding="a"' * n, 500),
    "feed spaces": ("RSS", lambda n: " " * n + RSS.partition("?>")[2], 100_000),
    "feed entries": (
        "RSS",
        lambda n: RSS.replace("</channel>", "<item><title>a b</title></item>" * n + "</channel>"),
        200,
    ),
    "feed brackets": ("RSS", lambda n: RSS.replace("Fares", "<a " * n), 1000),
    "feed depth": ("RSS", lambda n: RSS.replace("<item>", "<a>" * n + "<item>", 1), 2000),
    "page open paragraphs": ("web page", lambda n: _PAGE % ("<p>x" * n), 500),
    "page nesting": ("web page", lambda n: _PAGE % ("<div>" * n), 500),
    "page list": ("web page", lambda n: _PAGE % ("<ul>" + "<li>a b" * n), 500),
    "page broken linked data": (
        "web page",
        lambda n: (
            f'<script type="application/ld+json">{{"@type": "LiveBlogPosting", "a": [{_UPDATE * n}],}}</script>'
            + _PAGE % ""
        ),
        250,
    ),
    "pasted comments": ("pasted text", lambda n: "<!---->" * n + "x", 20_000),
    "bylines": ("bylines", lambda n: "a b and " * n, 10_000),
    "dates": ("dates", lambda n: "Apr 29, 2031 " + "1 " * n, 20_000),
    "markup": ("markup", lambda n: "<a &b" * n, 10_000),
    "round brackets in prose": ("furniture and splitting", lambda n: "a (" * n, 1000),
    "square brackets in prose": ("furniture and splitting", lambda n: "[a](" * n, 1000),
    "links in prose": ("furniture and splitting", lambda n: "[a](b)" * n + "[a](", 2000),
    "short lines": ("furniture and splitting", lambda n: "a\n" * n, 5000),
    "share bar": ("furniture and splitting", lambda n: "Share on Facebook\n" * n, 2000),
    "names in a byline": ("furniture and splitting", lambda n: "By " + "A " * n, 10_000),
    "colons in prose": ("furniture and splitting", lambda n: "a:" * n, 10_000),
    "bylines and links": (
        "furniture and splitting",
        lambda n: ("By " + "A-B, " * 28 + "2031\n" + "The post " + "A appeared first on " * 20 + ",\n") * n,
        50,
    ),
    "sentences": ("sentences and speakers", lambda n: "He said so. " * n, 500),
    "quotation marks": ("sentences and speakers", lambda n: "“a " * n, 500),
}


def seconds_by_size(name: str) -> list[float]:
    """Return the processor's time of a shape at 1, 2, 4 and 8 times its first size, each the best of three."""
    target, make, first = SHAPES[name]
    measured = []
    for size in (first, 2 * first, 4 * first, 8 * first):
        data = make(size).encode()
        times = []
        for _ in range(_TIMES):
            begun = time.process_time()
            with contextlib.suppress(Unreadable):
                TARGETS[target].run(data)
            times.append(time.process_time() - begun)
        measured.append(min(times))
    return measured


def worst_factor(measured: list[float]) -> float:
    """Return by how much the time grew at most when the size doubled."""
    pairs = pairwise(measured)
    return max(
        (later / max(earlier, _TOO_SHORT_S / 2) for earlier, later in pairs if later > _TOO_SHORT_S), default=1.0
    )


def main() -> None:
    """Print a line a shape and exit with 1 if any grew too fast."""
    timed.stay_in_this_process()
    failed = []
    for name in sys.argv[1:] or SHAPES:
        TARGETS[SHAPES[name][0]].run(b"The mill opened.")  # what is loaded at first use is not the shape's
        measured = seconds_by_size(name)
        if worst_factor(measured) > MAX_FACTOR:  # other work on the machine shows, too: the better of two looks
            measured = list(map(min, measured, seconds_by_size(name)))
        factor = worst_factor(measured)
        shown = " ".join(f"{seconds:7.3f}" for seconds in measured)
        print(f"{name:<30} {shown} s, at most {factor:4.1f} times for twice the size", flush=True)
        if factor > MAX_FACTOR:
            failed.append(name)
    if failed:
        print(f"Too fast: {', '.join(failed)}", file=sys.stderr)
        raise SystemExit(1)


if __name__ == "__main__":
    main()
