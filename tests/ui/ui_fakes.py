"""A small archive and engine in memory, with the outward behaviour of the real ones and no models."""

from __future__ import annotations

import datetime as dt
import hashlib
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import ClassVar

from pullquote.answers import Answer, Candidate, Citation, Hit, PassagesFound, Quotation, Remark, RemarkKind, Searched
from pullquote.articles import AddReport, Article, Passage, Skipped
from pullquote.errors import InputError, NotAnArchive
from pullquote.filters import Filters
from pullquote.reports import AddProgress, ArchiveInfo, CheckReport, RemoveReport

SENTENCE = "Dr Hanne Osterby, of the marine safety board, is leading the investigation."
PLAIN = Article(
    text=f"The Corrin Star sank on Friday.\n\n{SENTENCE} It will take a year.",
    id="a1",
    url="https://courier.example/corrin-star",
    title="Corrin Star: nine dead",
    outlet="Harbour Courier",
    published=dt.date(2031, 5, 4),
    authors=("Ines Amaro", "Tom Reyl"),
)
# Everything that an article may carry to harm whoever shows it.
HOSTILE = Article(
    text='<script>alert(1)</script> [bold red]Pay[/bold red] \x1b[2J\x9b31m \u202edetaerc "><img src=x onerror=y>.',
    id="a2",
    url="javascript:alert(1)",
    title='<img src=x onerror=alert(1)> [link=https://evil.example]"title"[/link] \x1b]0;owned\x07',
    outlet="<b>Outlet</b>\u2066",
    published=None,
    authors=("<i>Author</i>",),
)


def citation(article: Article, text: str, *, sentence: str | None = None, link: str | None = None) -> Citation:
    start = article.text.index(text)
    sentence = sentence or article.text
    return Citation(
        article_id=article.id,
        title=article.title,
        outlet=article.outlet,
        url=article.url,
        published=article.published,
        authors=article.authors,
        start=start,
        end=start + len(text),
        text=text,
        sentence=sentence,
        sentence_start=article.text.index(sentence),
        passage_start=0,
        passage_end=len(article.text),
        link=link or article.url,
        sha256=hashlib.sha256(article.text.encode("utf-8", "surrogatepass")).hexdigest(),
        reader_score=3.5,
        retrieval_score=0.03,
    )


def hit(article: Article, *, near_duplicates: int = 0) -> Hit:
    passage = Passage(article.id, 0, len(article.text), article.text)
    alone = Hit(passage, article, 0.0325, 0.71, 1, None, None)
    return replace(alone, near_duplicates=(alone,) * near_duplicates)


def answered(question: str = "Who leads the investigation?") -> Answer:
    link = PLAIN.url + "#:~:text=Dr%20Hanne%20Osterby"
    best = Candidate("Dr Hanne Osterby", 0.91, 2, (citation(PLAIN, "Dr Hanne Osterby", sentence=SENTENCE, link=link),))
    other = Candidate("a year", 0.12, 1, (citation(PLAIN, "a year"),))
    return Answer(question, best.text, False, 0.91, (best, other), Searched(2, 5), {"total": 12.34}, (hit(PLAIN),))


def hostile(question: str = "What?") -> Answer:
    best = Candidate(HOSTILE.text[:30], 0.5, 1, (citation(HOSTILE, HOSTILE.text[:30]),))
    return Answer(question, best.text, False, 0.5, (best, best), Searched(2, 5), {}, (hit(HOSTILE),))


def speaking(question: str = "Why did she sink?", *, article: Article = PLAIN) -> Answer:
    """Two sentences speak to it, the second hardly; the first is printed elsewhere, too."""
    sentences = [SENTENCE, "It will take a year."] if article is PLAIN else [article.text[:40], article.text[40:60]]
    first, second = (citation(article, one[:12], sentence=one) for one in sentences)
    reprint = replace(first, article_id="a9", outlet="Tarn Weekly")
    quoted = (
        Quotation(
            first.sentence,
            first.sentence_start,
            first.sentence_start + len(first.sentence),
            0.62,
            first,
            (reprint,),
            calibrated=True,
        ),
        Quotation(
            second.sentence,
            second.sentence_start,
            second.sentence_start + len(second.sentence),
            0.2,
            second,
            calibrated=True,
        ),
        replace(Quotation("", 0, 0, 0.01, second), calibrated=True),
    )
    return replace(absent(question, article=article), quotations=quoted, speaks=True)


def remarked(question: str = "hello", *, kind: RemarkKind = RemarkKind.GREETING, article: Article = PLAIN) -> Answer:
    """No question to the archive; of one in another language the nearest passages are kept."""
    remark = Remark(kind, f"Remark: {article.title}", (f"Who is {article.title}?", "What is the latest on Tarn?"))
    kept = absent(question, article=article) if kind is RemarkKind.LANGUAGE else absent(question)
    passages = kept.passages if kind is RemarkKind.LANGUAGE else ()
    searched = kept.searched if kind is RemarkKind.LANGUAGE else Searched(0, 0)
    return replace(kept, remark=remark, answers=(), confidence=0.0, passages=passages, searched=searched)


def absent(question: str = "What is she paid?", *, article: Article = PLAIN) -> Answer:
    candidate = Candidate(article.text[:10], 0.1, 1, (citation(article, article.text[:10]),))
    searched = Searched(2, 5, dt.date(2031, 5, 1), dt.date(2031, 6, 9))
    return Answer(question, None, True, 0.1, (candidate,), searched, {}, (hit(article),))


class FakeEngine:
    """Answers by a word of the question: "salary" is not in the archive, "why" is spoken to, "hostile" an attack."""

    confidence = None

    def __init__(self, archive: object = None, **chosen: object) -> None:
        self.archive = archive
        self.reader = SimpleNamespace(sha256="ee" * 32)
        self.chosen = chosen
        self.warm = False
        self.asked: list[tuple[str, Filters]] = []

    def load_ahead(self) -> None:
        pass

    def settings(self) -> dict[str, object]:
        return {"passages_read": 6} | self.chosen

    def warm_up(self) -> None:
        self.warm = True

    def ask(self, question: str, *, filters: Filters = Filters(), **_: object) -> Answer:  # noqa: B008
        self.asked.append((question, filters))
        engines.append(self)
        if not question.strip():
            raise InputError("The question is empty.")
        if "crash" in question:
            raise ZeroDivisionError("a bug")
        if "interrupt" in question:
            raise KeyboardInterrupt
        if question == "hello" or "Wer" in question:
            return remarked(question, kind=RemarkKind.GREETING if question == "hello" else RemarkKind.LANGUAGE)
        if "investgation" in question:
            return replace(answered(question), understood=question.replace("investgation", "investigation"))
        if "why" in question.lower():
            return speaking(question, article=HOSTILE if "hostile" in question else PLAIN)
        if "salary" in question:
            return absent(question, article=HOSTILE if "hostile" in question else PLAIN)
        return hostile(question) if "hostile" in question else answered(question)

    def ask_steps(self, question: str, *, filters: Filters = Filters(), **_: object):  # noqa: B008
        yield PassagesFound(question, None, (hit(PLAIN),), Searched(2, 5), {"search": 1.0})
        yield self.ask(question, filters=filters)


engines: list[FakeEngine] = []


INFO = ArchiveInfo(
    path="news.pq",
    format_version=1,
    articles=2,
    passages=5,
    first_day=dt.date(2031, 5, 1),
    last_day=dt.date(2031, 6, 9),
    outlets=(("Harbour Courier", 1), ("<b>Outlet</b>\x1b", 1)),
    embedder="all-MiniLM-L6-v2",
    embedder_sha256="53aa",
    dimension=384,
    bytes_on_disk=1_500_000,
    content_sha256="ab12",
)


class FakeArchive:
    """An archive of PLAIN and HOSTILE; class attributes set what its methods give back."""

    report: ClassVar[AddReport] = AddReport(("a1",), (), 0, (), 3, 1.5)
    checked: ClassVar[CheckReport] = CheckReport((), ())
    fails: ClassVar[BaseException | None] = None
    searches: ClassVar[list[tuple[str, int, Filters]]] = []
    optimized: ClassVar[int] = 0
    by_address: ClassVar[bool] = False

    def advice(self):
        return None

    @classmethod
    def open(
        cls, path: str | Path, *, create: bool = False, embedder: str | None = None, index: str | None = None
    ) -> FakeArchive:
        if cls.fails:
            raise cls.fails
        if not Path(path).is_dir():
            if not create:
                raise NotAnArchive(f"{path} is not a Pullquote archive; `pullquote add` makes one.")
            Path(path).mkdir()
        return cls()

    def __enter__(self) -> FakeArchive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        pass

    def add(self, sources, *, progress=None):
        list(sources)
        progress(AddProgress(1, 3, 10, 20, "x.txt"))
        progress(AddProgress(2, 5, 20, 20, "x.txt"))
        return self.report

    def remove(self, names, *, erase=False):
        names = tuple(names)
        FakeArchive.erased = erase
        return RemoveReport(
            tuple(name for name in names if name == "a1"), tuple(name for name in names if name != "a1")
        )

    def search(self, query, *, limit=10, filters=Filters()):  # noqa: B008
        self.searches.append((query, limit, filters))
        return [] if "nothing" in query else [hit(PLAIN, near_duplicates=2), hit(HOSTILE)][:limit]

    def search_with_scope(self, query, *, limit=10, filters=Filters()):  # noqa: B008
        altered = ("a7", "a8") if "altered" in query else ()
        return self.search(query, limit=limit, filters=filters), Searched(2, 5, None, None, altered)

    def info(self):
        return INFO

    def check(self, *, repair=False):
        return self.checked

    def optimize(self):
        FakeArchive.optimized += 1


def skipped(count: int, *, unsupported: bool = False) -> tuple[Skipped, ...]:
    return tuple(Skipped(f"dir/file{number}.txt", f"reason {number}", unsupported) for number in range(count))


def install(monkeypatch) -> type[FakeArchive]:
    """Put the fakes where the command line imports Archive and Engine from."""
    fresh = type("Archive", (FakeArchive,), {"searches": []})
    archive, engine = ModuleType("pullquote.index.archive"), ModuleType("pullquote.qa.engine")
    archive.Archive, engine.Engine = fresh, FakeEngine
    monkeypatch.setitem(sys.modules, archive.__name__, archive)
    monkeypatch.setitem(sys.modules, engine.__name__, engine)
    engines.clear()
    return fresh
