"""What is fuzzed: every parser, furniture, splitting and question reading. A new parser gets its line here.

A target takes bytes and returns nothing. It may raise the project's own errors; anything else is a finding, and so is
an article that breaks an invariant.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pullquote.answers import Turn
from pullquote.articles import Article, Skipped
from pullquote.filters import parse_date
from pullquote.index.furniture.ranges import furniture_ranges
from pullquote.index.passages.sentences import sentence_around, sentence_ranges
from pullquote.index.passages.splitting import split_passages
from pullquote.index.search.kinds import asks_whether, kind_of
from pullquote.index.search.vocabulary import words_in
from pullquote.index.sources import SourceFile, read_articles
from pullquote.index.sources.decoding import declared_charset, decode
from pullquote.index.sources.fields.byline import is_name, split_byline
from pullquote.index.sources.fields.dates import has_time, parse_published
from pullquote.index.sources.fields.headline import title_from, title_line
from pullquote.index.sources.files import Unreadable
from pullquote.index.sources.formats.frontmatter import front_matter
from pullquote.index.sources.formats.markup import has_markup, paragraphs
from pullquote.qa.followups.understanding import understand
from pullquote.qa.questions.asking import asking
from pullquote.qa.questions.comparing import sides_of
from pullquote.qa.questions.remarks import small_talk
from pullquote.qa.questions.telling import asks_for_sentences
from pullquote.qa.questions.tense import asks_for_latest, asks_of_now
from pullquote.qa.quoting.speakers import asked_speaker, speaker_of
from pullquote.qa.values.normalize import value_key
from pullquote.qa.values.printed_values import read_values
from pullquote.ui.chat.uploads import Pasted

from made_files import docx, epub, odt, with_part, xlsx

# Questions are bounded before they are read (`index.search.searching.MAX_QUERY_CHARS`).
_MAX_QUESTION_CHARS = 1000

CONTAINED = "cannot be read, because something in it"
"""How the reason begins that stands in for an exception nobody foresaw: it costs one article, and is counted."""

_HISTORY = (
    Turn(question="Who chairs the board of the Vell mill?", answer="Aldo Brandt"),
    Turn(question="When did it open?", answer="on Monday"),
)
_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to fuzz.

    Attributes:
        family: of the corpus' inputs (`corpus.seeds`).
        run: takes an input; returns the reasons of what was skipped.
    """

    family: str
    run: Callable[[bytes], Sequence[str]]


def _file(extension: str) -> Callable[[bytes], list[str]]:
    folder = Path(tempfile.gettempdir())

    def run(data: bytes) -> list[str]:
        path = folder / f"pullquote-fuzz-{next(_numbers)}{extension}"
        path.write_bytes(data)
        try:
            return _reasons(SourceFile(path=path, name=path.name, size=len(data)))
        finally:
            path.unlink()

    return run


def _inside(extension: str, whole: bytes, part: str) -> Callable[[bytes], list[str]]:
    """Return what runs an input as one part of a document: packed, no mutation would leave its XML readable."""
    run_file = _file(extension)
    return lambda data: run_file(with_part(whole, part, data))


def _stdin(data: bytes) -> list[str]:
    return _reasons(SourceFile(path=None, name="-", size=len(data), data=data))


def _sidecar(data: bytes) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.txt")
        path.write_bytes(b"The mill opened on Monday.")
        path.with_suffix(".json").write_bytes(data)
        return _reasons(SourceFile(path=path, name="a.txt", size=26))


def _reasons(source: SourceFile) -> list[str]:
    reasons = []
    for item in read_articles(source):
        if isinstance(item, Skipped):
            assert item.reason, item
            assert item.source.startswith(source.name), item
            reasons.append(item.reason)
        else:
            _check_article(item)
    return reasons


def _check_article(article: Article) -> None:
    assert article.text.strip(), "an article without a text"
    metadata = (article.id, article.url or "", article.title, article.outlet or "", *article.authors)
    for value in (article.text, *metadata, article.language or "", *article.notes):
        assert "\0" not in value
        value.encode()
    json.dumps(dict(article.extra), allow_nan=False, ensure_ascii=False).encode()
    if article.title_in_text:
        start, end = article.title_in_text
        assert 0 <= start < end <= len(article.text)


def _prose(data: bytes) -> list[str]:
    """Furniture and splitting: every passage is the article's own text, none holds furniture."""
    article = Article(text=data.decode("utf-8", "replace"), id="a", title="Mill opens", authors=("Ann Roe",))
    furniture = furniture_ranges(article)
    assert furniture == sorted(furniture)
    previous = 0
    for passage in split_passages(article, furniture, lambda texts: [max(1, len(text) // 4) for text in texts]):
        assert passage.start >= previous, "passages overlap"
        assert article.text[passage.start : passage.end] == passage.text != ""
        assert not any(start < passage.end and end > passage.start for start, end in furniture), (
            "furniture in a passage"
        )
        previous = passage.end
    return []


def _sentences(data: bytes) -> list[str]:
    text = data.decode("utf-8", "replace")
    previous = 0
    for start, end in sentence_ranges(text):
        assert previous <= start < end <= len(text)
        previous = end
    middle = len(text) // 2
    start, end = sentence_around(text, middle, min(len(text), middle + 5))
    assert 0 <= start <= end <= len(text)
    speaker = speaker_of(text, middle, min(len(text), middle + 5))
    assert speaker is None or 0 <= speaker[0] < speaker[1] <= len(text)
    return []


def _question(data: bytes) -> list[str]:
    question = data.decode("utf-8", "replace")[:_MAX_QUESTION_CHARS]
    understand(question, ())
    understand(question, _HISTORY)
    understand("And when was that?", (Turn(question=question, answer=question[:200]),))
    for read in (asking, sides_of, kind_of, asks_whether, small_talk, asked_speaker, asks_for_sentences, asks_of_now):
        read(question)
    for read in (asks_for_latest, read_values, value_key):
        read(question)
    list(words_in(question))
    return []


def _strings(*functions: Callable[[str], object]) -> Callable[[bytes], list[str]]:
    def run(data: bytes) -> list[str]:
        text = data.decode("utf-8", "replace")
        for function in functions:
            with contextlib.suppress(Unreadable):
                function(text)
        return []

    return run


def _decoded(data: bytes) -> list[str]:
    with contextlib.suppress(Unreadable):
        decode(data, declared=declared_charset(data))
    return []


def _published(text: str) -> None:
    day, timestamp = parse_published(text)
    assert day is None or day.year >= 1600
    if timestamp:
        has_time(timestamp)


def _title(text: str) -> None:
    title, place = title_from(text)
    assert place is None or " ".join(text[slice(*place)].split()) == title
    title_line(text, title)


TARGETS: dict[str, Target] = {
    "text": Target("text", _file(".md")),
    "front matter": Target("front", _strings(lambda text: front_matter(f"---\n{text}\n---\nThe mill opened."))),
    "sidecar": Target("json", _sidecar),
    "web page": Target("page", _file(".html")),
    "JSON lines": Target("lines", _file(".jsonl")),
    "JSON": Target("json", _file(".json")),
    "CSV": Target("table", _file(".csv")),
    "TSV": Target("table", _file(".tsv")),
    "RSS": Target("feed", _file(".xml")),
    "gzip": Target("gzip", _file(".jsonl.gz")),
    "Word": Target("word", _file(".docx")),
    "OpenDocument": Target("opendocument", _file(".odt")),
    "Word's text": Target("word text", _inside(".docx", docx(["Mill"]), "word/document.xml")),
    "OpenDocument's text": Target("opendocument text", _inside(".odt", odt(["Mill"]), "content.xml")),
    "EPUB's chapter": Target("page", _inside(".epub", epub({"a.xhtml": ""}), "OPS/a.xhtml")),
    "EPUB's contents": Target("book", _inside(".epub", epub({"a.xhtml": ""}), "OPS/book.opf")),
    "sheet": Target("sheet", _inside(".xlsx", xlsx({"A": [["a"]]}), "xl/worksheets/sheet1.xml")),
    "RTF": Target("rtf", _file(".rtf")),
    "PDF": Target("pdf", _file(".pdf")),
    "EPUB": Target("epub", _file(".epub")),
    "spreadsheet": Target("spreadsheet", _file(".xlsx")),
    "mail": Target("mail", _file(".eml")),
    "mailbox": Target("mailbox", _file(".mbox")),
    "saved page": Target("saved page", _file(".mhtml")),
    "ZIP": Target("zip", _file(".zip")),
    "web archive": Target("web archive", _file(".warc")),
    "IPTC": Target("news", _file(".xml")),
    "exports": Target("export", _file(".txt")),
    "export pages": Target("export page", _file(".html")),
    "other tools": Target("tools", _file(".json")),
    "sniffing": Target("page", _stdin),
    "standard input": Target("text", _stdin),
    "encodings": Target("page", _decoded),
    "dates": Target("date", _strings(_published)),
    "filter dates": Target("date", _strings(lambda text: parse_date(text))),
    "bylines": Target("byline", _strings(split_byline, is_name)),
    "markup": Target("markup", _strings(has_markup, paragraphs)),
    "headlines": Target("text", _strings(_title)),
    "furniture and splitting": Target("prose", _prose),
    "sentences and speakers": Target("prose", _sentences),
    "questions": Target("question", _question),
    "pasted text": Target("page", _strings(lambda text: Pasted(text, title="Mill", author="Ann Roe").file())),
}
