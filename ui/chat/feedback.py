"""What people said of answers, kept beside the archive, and made into gold candidates that `pullquote eval` reads.

`feedback/verdicts.jsonl` holds every verdict, one JSON object a line, and only grows: it is the record.
`feedback/gold.jsonl` follows from it and is written anew, whole, after each verdict:

- of all verdicts on one value of one question (asked as of one day), the newest counts;
- a value that was found right, or that somebody gave as a better one, is an accepted answer, with the places where
  it is printed; a question's accepted answers make one row;
- "right" on "not in the archive" makes the question an unanswerable one, as long as no value is accepted later;
- "wrong" makes no row: it takes the value out of the accepted ones, and says nothing about what is right.

Gold questions know `as_of`, but no other filter. What else was set stands in the row under "filters", which the
reader of gold sets passes over, for whoever reviews the candidates.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from pullquote.answers import Answer, Candidate, Citation
from pullquote.articles import Article
from pullquote.comparing_form import comparing_form
from pullquote.errors import ArchiveLocked, ArchiveWriteFailed, InputError
from pullquote.eval.gold.questions import GoldSpan, article_key
from pullquote.filters import Filters
from pullquote.qa.values.normalize import normalize_answer
from pullquote.ui.conversation import Exchange
from pullquote.ui.printable import shorten
from pullquote.whole_files import write_whole

if TYPE_CHECKING:
    from pullquote.index.archive import Archive

VERDICTS = ("right", "wrong", "better")
FOLDER, LOG, GOLD, _LOCK = "feedback", "verdicts.jsonl", "gold.jsonl", "feedback.lock"
# An answer is a span, at most a sentence; whole articles are not answers.
MAX_ANSWER_CHARS = 500
_LOCK_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one person said of one value.

    Attributes:
        id: unique.
        given_at: ISO 8601, in UTC.
        verdict: one of `VERDICTS`.
        question: as understood, which is what the archive was asked.
        asked: as typed.
        as_of: the last day that the filters allowed, YYYY-MM-DD, or None.
        filters: all of them, as JSON has them.
        value: the value judged; "" for "not in the archive".
        answer: the accepted wording: the value, or the better one; "" where there is none.
        spans: places where `answer` is printed.
        user: who said so, where the chat has accounts.
    """

    id: str
    given_at: str
    verdict: str
    question: str
    asked: str
    as_of: str | None
    filters: Mapping[str, Any]
    value: str
    answer: str
    spans: tuple[GoldSpan, ...]
    user: str = ""


class FeedbackStore:
    """Verdicts on disk; any number of processes and threads may record at once.

    Args:
        folder: where the two files go; made with the first verdict.
        article: gives an article by id or URL, to look better answers up in (`Archive.article`).
        kept: whether there is such a folder: an archive that is read by address has none here.
    """

    def __init__(self, folder: Path, article: Callable[[str], Article | None], *, kept: bool = True) -> None:
        self._kept = kept
        self.folder = folder
        self.log = folder / LOG
        self.gold = folder / GOLD
        self._article = article

    @classmethod
    def beside(cls, archive: Archive) -> FeedbackStore:
        """Return the store of an archive, in its folder."""
        return cls(archive.path / FOLDER, archive.article, kept=not archive.by_address)

    def record(
        self,
        exchange: Exchange,
        verdict: str,
        *,
        candidate: int | None = None,
        text: str = "",
        article_id: str = "",
        user: str = "",
    ) -> Verdict:
        """Store a verdict; when this returns, it is on the disk.

        Args:
            exchange: the question with its answer.
            verdict: "right", "wrong" or "better".
            candidate: index of the value judged in `exchange.answer.answers`. By default, what was said is judged:
                the first value, or "not in the archive".
            text: of "better": the answer, as it is printed; white space may differ.
            article_id: of "better": the article that prints it. By default it is looked for in those cited, then
                in those of the passages read.
            user: who says so.

        Raises:
            InputError: there is no answer to judge, or the better one stands nowhere in the article; or the archive is
                read by address, and has no folder here.
            ArchiveWriteFailed: the disk is full or refuses.
            ArchiveLocked: another process has been writing verdicts for seconds.
        """
        if not self._kept:
            raise InputError(
                "Verdicts are kept in the archive's folder, and this chat reads it by address: give them where it is."
            )
        if verdict not in VERDICTS:
            raise InputError(f"A verdict is one of {', '.join(VERDICTS)}, not {shorten(verdict, 40)!r}.")
        answer = exchange.answer
        if answer is None:
            raise InputError("There is no answer to judge.")
        judged = _judged(answer, candidate)
        wording, spans = (judged.text, _spans(judged)) if judged else ("", ())
        if verdict == "better":
            span = self._locate(answer, judged, text, article_id)
            wording, spans = span.text, (span,)
        given = Verdict(
            id=uuid.uuid4().hex,
            given_at=dt.datetime.now(dt.UTC).isoformat(),
            verdict=verdict,
            question=exchange.understood,
            asked=exchange.question,
            as_of=_day(exchange.filters.last_day),
            filters=_filters(exchange.filters),
            value=judged.text if judged else "",
            answer="" if verdict == "wrong" else wording,
            spans=() if verdict == "wrong" else spans,
            user=user,
        )
        self._store(given)
        return given

    def verdicts(self) -> list[Verdict]:
        """Return all verdicts, oldest first. A line that a crash cut off, or that is no verdict, is left out."""
        try:
            lines = self.log.read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        except OSError as error:
            raise ArchiveWriteFailed(f"The feedback in {self.log} cannot be read ({error.strerror}).") from error
        return [verdict for verdict in map(_verdict, lines) if verdict]

    def latest(self, exchange: Exchange, candidate: int | None = None) -> str:
        """Return the newest verdict on a value of this question, by default on what was said, or ""."""
        if exchange.answer is None:
            return ""
        judged = _judged(exchange.answer, candidate)
        asked = _asked(exchange.understood, _day(exchange.filters.last_day))
        value = normalize_answer(judged.text) if judged else ""
        for one in reversed(self.verdicts()):
            if _asked(one.question, one.as_of) == asked and normalize_answer(one.value) == value:
                return one.verdict
        return ""

    def _locate(self, answer: Answer, judged: Candidate | None, text: str, article_id: str) -> GoldSpan:
        """Return where the better answer is printed."""
        words = text.split()
        if not words:
            raise InputError("Which words answer better? Give them as they are printed.")
        if len(text) > MAX_ANSWER_CHARS:
            raise InputError(f"The answer has {len(text):,} characters; at most {MAX_ANSWER_CHARS:,} are allowed.")
        near = {citation.article_id: citation for citation in reversed(judged.citations if judged else ())}
        read = (hit.article.id for hit in answer.passages)
        cited = (citation.article_id for one in answer.answers for citation in one.citations)
        names = [article_id] if article_id else [*reversed(near), *cited, *read]
        article = None
        for name in dict.fromkeys(names):
            article = self._article(name)
            place = _place(article.text, words, near.get(name)) if article else None
            if article and place:
                start, end = place
                return GoldSpan(article_key(article.url, article.id), start, end, article.text[start:end])
        quoted = f"“{shorten(text, 60)}”"
        if not article_id:
            raise InputError(f"{quoted} stands in none of the articles read; give the words exactly as printed.")
        if article is None:
            raise InputError(f"There is no article {shorten(article_id, 60)!r} in this archive.")
        title = shorten(article.title, 60) or article.id
        raise InputError(f"{quoted} stands nowhere in “{title}”; give the words exactly as printed.")

    def _store(self, verdict: Verdict) -> None:
        try:
            self.folder.mkdir(exist_ok=True)
            with FileLock(self.folder / _LOCK, timeout=_LOCK_TIMEOUT_S):
                _append(self.log, _line(asdict(verdict)))
                write_whole(self.gold, "".join(map(_line, gold_rows(self.verdicts()))).encode())
        except Timeout as error:
            raise ArchiveLocked(f"Another process is writing to {self.folder}; try again.") from error
        except OSError as error:
            raise ArchiveWriteFailed(f"The verdict cannot be stored in {self.folder} ({error.strerror}).") from error


def gold_rows(verdicts: Iterable[Verdict]) -> list[dict[str, Any]]:
    """Return the rows of a gold set that follow from verdicts, oldest question first; the module says how."""
    return [row for about in _by_question(verdicts) if (row := _gold_row(about))]


def proposed_rows(verdicts: Iterable[Verdict]) -> list[dict[str, Any]]:
    """Return `gold_rows`, and a row that is open for each question of which only what is wrong is known."""
    return [_gold_row(about) or _open_row(about) for about in _by_question(verdicts)]


def _by_question(verdicts: Iterable[Verdict]) -> Iterable[list[Verdict]]:
    questions: dict[tuple[str, str | None], list[Verdict]] = {}
    for verdict in verdicts:
        questions.setdefault(_asked(verdict.question, verdict.as_of), []).append(verdict)
    return questions.values()


def _open_row(verdicts: list[Verdict]) -> dict[str, Any]:
    newest = verdicts[-1]
    row: dict[str, Any] = {
        "id": _gold_id(newest),
        "question": newest.question,
        "as_of": newest.as_of,
        "open": True,
        "wrong": list(dict.fromkeys(verdict.value for verdict in verdicts if verdict.value)),
        "filters": dict(newest.filters),
        "asked": newest.asked,
        "verdicts": len(verdicts),
    }
    return {key: value for key, value in row.items() if value not in (None, [], {})}


def _gold_row(verdicts: list[Verdict]) -> dict[str, Any] | None:
    """Return the row of one question, or None where nothing is known of what is right."""
    accepted: dict[str, Verdict] = {}  # normalised value: the newest verdict that accepts it
    absent = False
    for verdict in verdicts:
        value, answer = normalize_answer(verdict.value), normalize_answer(verdict.answer)
        accepted.pop(value, None)
        if verdict.verdict != "wrong" and verdict.answer:
            accepted.pop(answer, None)
            accepted[answer] = verdict
            absent = False
        elif not verdict.value:
            absent = verdict.verdict == "right"
            if absent:
                accepted.clear()
    if not accepted and not absent:
        return None
    newest = verdicts[-1]
    spans = dict.fromkeys(span for verdict in accepted.values() for span in verdict.spans)
    row: dict[str, Any] = {
        "id": _gold_id(newest),
        "question": newest.question,
        "type": "fact" if accepted else "unanswerable",
        "answers": [verdict.answer for verdict in accepted.values()],
        "as_of": newest.as_of,
        "spans": [asdict(span) for span in spans],
        "filters": dict(newest.filters),
        "asked": newest.asked,
        "verdicts": len(verdicts),
    }
    return {key: value for key, value in row.items() if value not in (None, [], {})}


def _gold_id(verdict: Verdict) -> str:
    asked = "\n".join(part or "" for part in _asked(verdict.question, verdict.as_of))
    return "feedback-" + hashlib.sha256(asked.encode("utf-8", "replace")).hexdigest()[:12]


def _asked(question: str, as_of: str | None) -> tuple[str, str | None]:
    return comparing_form(question).rstrip(" ?"), as_of


def _judged(answer: Answer, candidate: int | None) -> Candidate | None:
    """Return the value judged, or None where it is the statement that there is none."""
    if candidate is None:
        return None if answer.abstained or not answer.answers else answer.answers[0]
    if not 0 <= candidate < len(answer.answers):
        raise InputError("There is no such value to judge.")
    return answer.answers[candidate]


def _spans(candidate: Candidate) -> tuple[GoldSpan, ...]:
    return tuple(
        GoldSpan(article_key(cited.url, cited.article_id), cited.start, cited.end, cited.text)
        for cited in candidate.citations
    )


def _place(text: str, words: list[str], near: Citation | None) -> tuple[int, int] | None:
    """Return `[start, end)` of the words, whole ones, with any white space between; the closest to a citation."""
    pattern = r"\s+".join(map(re.escape, words))
    edges = (r"(?<!\w)" if words[0][0].isalnum() else "", r"(?!\w)" if words[-1][-1].isalnum() else "")
    found = [match.span() for match in re.finditer(edges[0] + pattern + edges[1], text)]
    return min(found, key=lambda span: abs(span[0] - near.start) if near else 0, default=None)


def _filters(filters: Filters) -> dict[str, Any]:
    """Return the filters that are set, as JSON has them."""
    facts = {
        "since": _day(filters.since),
        "until": _day(filters.until),
        "as_of": _day(filters.as_of),
        "outlets": list(filters.outlets),
        "authors": list(filters.authors),
    }
    return {name: value for name, value in facts.items() if value}


def _day(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None


def _verdict(line: bytes) -> Verdict | None:
    """Return the verdict of a line, or None where it isn't one."""
    try:
        facts = json.loads(line)
        spans = tuple(GoldSpan(**span) for span in facts.pop("spans"))
        verdict = Verdict(**facts, spans=spans)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return verdict if verdict.verdict in VERDICTS and isinstance(verdict.question, str) else None


def _line(facts: Mapping[str, Any]) -> str:
    # Half of a surrogate pair is no character, and gold sets refuse it.
    return json.dumps(facts, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8") + "\n"


def _append(file: Path, line: str) -> None:
    """Add a line to a file and to the disk; a line that a crash cut off before is ended first."""
    with file.open("a+b") as stream:
        if stream.seek(0, os.SEEK_END):
            stream.seek(-1, os.SEEK_END)
            cut_off = stream.read(1) != b"\n"
            stream.write(b"\n" if cut_off else b"")
        stream.write(line.encode())
        stream.flush()
        os.fsync(stream.fileno())
