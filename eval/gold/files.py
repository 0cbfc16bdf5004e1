"""Gold sets on disk, in the project's own format: questions as JSON lines, named by a manifest with their articles."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pullquote.articles import Article
from pullquote.errors import SourceError
from pullquote.eval.gold.hashes import file_sha256
from pullquote.eval.gold.questions import GoldDatedValue, GoldQuestion, GoldSet, GoldSpan, GoldTurn

MANIFEST = "gold.json"


class BadRow(ValueError):  # noqa: N818 - names what it is about, as the errors of `pullquote` do
    """A row that cannot be used; its text is a clause that reads on from "FILE:LINE: "."""


class OpenRow(BadRow):
    """A row whose question has no answer yet (`"open": true`): `pullquote gold review` asks for one."""


def read_gold_folder(folder: Path, *, skip_bad: bool = False) -> GoldSet:
    """Return the gold set of a folder with a `gold.json`.

    Raises:
        SourceError: the manifest or a question cannot be read; names file, line and cause.
    """
    manifest = folder / MANIFEST
    try:
        facts = json.loads(manifest.read_text(encoding="utf-8"))
        questions_file = folder / facts["questions"]
        stories = {name: tuple(story["articles"]) for name, story in facts.get("stories", {}).items()}
        sources = tuple((folder / source).resolve() for source in facts.get("articles", ()))
        archive = folder / facts["archive"] if facts.get("archive") else None
        reprints = tuple(frozenset(group) for group in facts.get("reprints", ()))
        name = str(facts["name"])
    except OSError as error:
        raise SourceError(f"{manifest} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceError(f"{manifest} is not the manifest of a gold set ({error!r}).") from error
    if missing := [source for source in sources if not source.exists()]:
        raise SourceError(f"{manifest} names articles at {missing[0]}, but there is nothing.")
    questions, skipped = read_questions(questions_file, skip_bad=skip_bad)
    return GoldSet(
        name=name,
        questions=questions,
        sha256=file_sha256(questions_file),
        sources=sources,
        reprints=reprints,
        stories=stories,
        skipped=skipped,
        archive=archive,
    )


def read_questions(file: Path, *, skip_bad: bool = False) -> tuple[tuple[GoldQuestion, ...], tuple[str, ...]]:
    """Return the questions of a file in the project's own format, and a sentence for each row left out.

    Raises:
        SourceError: the file cannot be read, or a row is bad and `skip_bad` is false.
    """
    return collect_rows(file, gold_question, skip_bad=skip_bad)


def collect_rows(
    file: Path, parse: Callable[[dict[str, Any], str], GoldQuestion], *, skip_bad: bool = False
) -> tuple[tuple[GoldQuestion, ...], tuple[str, ...]]:
    """Return what `parse(row, where)` makes of each JSON line, and a sentence for each row left out.

    Raises:
        SourceError: the file cannot be read or holds no question, or a row is bad and `skip_bad` is false.
    """
    questions: list[GoldQuestion] = []
    skipped: list[str] = []
    waiting = 0
    first_use: dict[str, str] = {}
    for where, line in read_lines(file):
        try:
            question = parse(_object(line), where)
            if question.id in first_use:
                raise BadRow(f"the id {question.id!r} is used already, in {first_use[question.id]}")
        except OpenRow:
            waiting += 1
            continue
        except BadRow as error:
            if not skip_bad:
                raise SourceError(f"{where}: {error}. (--skip-bad leaves such rows out.)") from error
            skipped.append(f"{where}: {error}.")
            continue
        first_use[question.id] = where
        questions.append(question)
    if waiting:
        told = "1 question has" if waiting == 1 else f"{waiting:,} questions have"
        skipped.append(f"{file}: {told} no answer yet; run: pullquote gold review")
    if not questions:
        hint = f" ({skipped[-1]})." if skipped else "; add one: pullquote gold add"
        raise SourceError(f"{file} holds no usable question{hint}")
    return tuple(questions), tuple(skipped)


def read_lines(file: Path) -> Iterator[tuple[str, str]]:
    """Yield (`file:line`, line) of the lines of a text file, gzip'd or not, that aren't blank.

    Raises:
        SourceError: it cannot be read.
    """
    opener = gzip.open if file.suffix == ".gz" else open
    try:
        with opener(file, "rt", encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield f"{file}:{number}", line
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise SourceError(f"{file} cannot be read: {error}.") from error


def _object(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadRow(f"not a line of JSON ({error})") from error
    if not isinstance(row, dict):
        raise BadRow("not a JSON object")
    try:
        json.dumps(row, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise BadRow("half of a surrogate pair, which is no character") from error
    return row


def gold_question(row: dict[str, Any], where: str) -> GoldQuestion:
    """Return the question of a row in the project's own format.

    Raises:
        BadRow: it can't be used; an `OpenRow` where it has no answer yet.
    """
    if row.get("open") is True:
        raise OpenRow("it has no answer yet")
    kind = text_of(row, "type", "fact")
    answers = texts_of(row, "answers")
    if kind == "unanswerable" and answers:
        raise BadRow("an unanswerable question has no answers")
    if kind != "unanswerable" and not answers:
        raise BadRow('"answers" is empty; the type of a question without an answer is "unanswerable"')
    try:
        return GoldQuestion(
            id=text_of(row, "id"),
            question=text_of(row, "question"),
            type=kind,
            answers=answers,
            split=text_of(row, "split", ""),
            story=text_of(row, "story", ""),
            as_of=day_of(row, "as_of"),
            spans=tuple(
                GoldSpan(text_of(span, "article"), _offset(span, "start"), _offset(span, "end"), text_of(span, "text"))
                for span in row.get("spans", ())
            ),
            values=tuple(
                GoldDatedValue(
                    text_of(one, "value"),
                    text_of(one, "outlet"),
                    dt.date.fromisoformat(one["published"]),
                    text_of(one, "article"),
                )
                for one in row.get("values", ())
            ),
            items=tuple(_item(item) for item in row.get("items", ())),
            history=tuple(_earlier(turn) for turn in row.get("history", ())),
            rewrite=text_of(row, "rewrite", ""),
            far=_flag(row, "far"),
            why=text_of(row, "why", ""),
            form=text_of(row, "form", ""),
            where=where,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, BadRow):
            raise
        raise BadRow(f"spans, values, items or history are not as they should be ({error!r})") from error


def _earlier(turn: Mapping[str, Any]) -> GoldTurn:
    return GoldTurn(text_of(turn, "question"), text_of(turn, "answer"), text_of(turn, "rewrite", ""))


def text_of(row: Mapping[str, Any], key: str, default: str | None = None) -> str:
    """Return a string of a row.

    Raises:
        BadRow: it is missing (and there is no default), empty, or no string.
    """
    value = row.get(key, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise BadRow(f'"{key}" must be a string that isn\'t empty')
    return value


def _item(wordings: object) -> tuple[str, ...]:
    found = texts_of({"items": wordings}, "items")
    if not found:
        raise BadRow("an item of the list has no wording")
    return found


def _flag(row: Mapping[str, Any], key: str) -> bool:
    value = row.get(key, False)
    if not isinstance(value, bool):
        raise BadRow(f'"{key}" must be true or false')
    return value


def _offset(row: Mapping[str, Any], key: str) -> int:
    value = row.get(key)
    if type(value) is not int or value < 0:
        raise BadRow(f'"{key}" must be a number of characters, 0 or more')
    return value


def texts_of(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return a list of strings of a row; empty where it is missing.

    Raises:
        BadRow: it is something else.
    """
    value = row.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
        raise BadRow(f'"{key}" must be a list of strings, none of them empty')
    return tuple(value)


def day_of(row: Mapping[str, Any], key: str) -> dt.date | None:
    """Return a day of a row, or None.

    Raises:
        BadRow: it isn't of the form YYYY-MM-DD.
    """
    value = row.get(key)
    if value is None:
        return None
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise BadRow(f'"{key}" must be a day such as "2031-05-04"') from error


def write_articles(articles: Sequence[Article], file: Path) -> Path:
    """Write articles as JSON lines that `add` reads, and return the file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="\n") as stream:
        for article in articles:
            row = {"id": article.id, "title": article.title, "text": article.text}
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    return file
