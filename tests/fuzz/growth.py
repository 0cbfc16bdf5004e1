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
from made_files import column, docx, odt, pdf, warc, zipped
from targets import TARGETS

# Of the time, for twice the size: linear time measures as 1.8 to 2.2 on a machine that does other things, too.
MAX_FACTOR = 2.3
_TOO_SHORT_S = 0.02
_TIMES = 3

_ROW = '{"text": "The mill opened.", "x": %s}'
_UPDATE = '{"@type": "BlogPosting", "headline": "Update", "author": [{"@type": "Person", "name": "Ann Roe"}]},'
_PAGE = f"<html><body><article><p>{STORY}</p>%s</article></body></html>"

_PARTS = "Subject: a\nContent-Type: multipart/mixed; boundary=b"
_FACTIVA = "Document VELLC00020310504ea2100001"

# Name: (target, what n makes, n at first).
SHAPES: dict[str, tuple[str, Callable[[int], str | bytes], int]] = {
    "mail headers": ("mail", lambda n: "Subject: a\n" * n + "\nx", 2000),
    "mail long header": ("mail", lambda n: "Subject: " + "=?utf-8?q?a?= " * n + "\n\nx", 5000),
    "mail brackets in a sender": ("mail", lambda n: "From: " + "(<" * n + "\n\nx", 5000),
    "mail parts": ("mail", lambda n: f"{_PARTS}\n\n" + "--b\n\nx\n" * n, 2000),
    "mail nested parts": ("mail", lambda n: "".join(f"{_PARTS}{i}\n\n--b{i}\n" for i in range(n)), 20),
    "mail with HTML": ("mail", lambda n: "Subject: a\nContent-Type: text/html\n\n" + "<p>a" * n, 2000),
    "mailbox": ("mailbox", lambda n: "From a Sun May  4 07:00:00 2031\nSubject: a\n\nx\n\n" * n, 200),
    "RTF groups": ("RTF", lambda n: "{\\rtf1 " + "{a" * n + "}" * n, 5000),
    "RTF words": ("RTF", lambda n: "{\\rtf1 " + "\\b a\\par " * n + "}", 2000),
    "RTF characters": ("RTF", lambda n: "{\\rtf1 " + "\\u233?" * n + "}", 2000),
    "RTF open picture": ("RTF", lambda n: "{\\rtf1 {\\pict " + "89 " * n, 20_000),
    "Word depth": ("Word", lambda n: docx(["a"], body="<w:sdt>" * min(n, 200) + "</w:sdt>" * min(n, 200)), 50),
    "Word paragraphs": ("Word", lambda n: docx(["a"] * n), 1000),
    "OpenDocument spaces": (
        "OpenDocument",
        lambda n: odt(["a"], body='<text:p><text:s text:c="9999"/></text:p>' * n),
        200,
    ),
    "PDF lines": ("PDF", lambda n: pdf([column([f"a {i}" for i in range(n)], top=800, pitch=0.5)]), 200),
    "PDF columns": ("PDF", lambda n: pdf([[(5, 20 * (i % 25), 800 - i // 25 * 6, "ab") for i in range(n)]]), 500),
    "PDF pages": ("PDF", lambda n: pdf([column(["The mill opened"])] * n), 50),
    "NITF paragraphs": (
        "IPTC",
        lambda n: f"<nitf><body><body.content>{'<p>a</p>' * n}</body.content></body></nitf>",
        2000,
    ),
    "NITF pictures": (
        "IPTC",
        lambda n: f"<nitf><body><body.content>{'<media/>a' * n}</body.content></body></nitf>",
        2000,
    ),
    "ZIP members": ("ZIP", lambda n: zipped({f"{i}.txt": "a" for i in range(n)}), 100),
    "web archive records": ("web archive", lambda n: warc([("https://a.example/", "")] * n), 100),
    "Nexis counters": ("exports", lambda n: "1 of 2 DOCUMENTS\n\nBYLINE: a\n\nLENGTH: 8 words\n\nx\n\n" * n, 200),
    "Nexis ends": ("exports", lambda n: "a\n\nb\n\nMay 4, 2031\n\nBody\n\nx\n\nEnd of Document\n\n" * n, 200),
    "Nexis head": ("exports", lambda n: "1 of 2 DOCUMENTS\n\n" + "a\n\n" * n + "LENGTH: 8 words\n\nx", 2000),
    "Factiva codes": ("exports", lambda n: "HD a\n\nWC 8\n\nPD b\n\nSN c\n\nLP x\n\n" * n, 200),
    "Factiva displayed": (
        "exports",
        lambda n: f"a\n\n8 words\n\n4 May 2031\n\nb\n\n(c)\n\nx\n\n{_FACTIVA}\n\n" * n,
        200,
    ),
    "ProQuest labels": ("exports", lambda n: f"{'_' * 30}\n\nFull text: a\n\nProQuest document ID: 1\n\n" * n, 200),
    "days without an end": ("exports", lambda n: "1 of 1 DOCUMENT\n\n" + "1 May " * n + "\n\nLENGTH: 8 words", 2000),
    "lists in lists": ("other tools", lambda n: '{"data": ' * min(n, 900) + '[{"body": "a"}]' + "}" * min(n, 900), 100),
    "lists of records": ("other tools", lambda n: '{"articles": [' + ",".join(['{"body": "a b"}'] * n) + "]}", 500),
    "keys of a record": ("other tools", lambda n: "{" + ",".join(f'"k_{i}": 1' for i in range(n)) + "}", 2000),
    "comments above a page": ("sniffing", lambda n: "<!--a-->" * n + "<html>", 2000),
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
        made = make(size)
        data = made if isinstance(made, bytes) else made.encode()
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
