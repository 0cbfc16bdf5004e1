"""Erasing articles: nothing of them is left in any file of the archive.

`remove` only hides an article; its text stays in the database until it is erased. Of an erased one a bare row is left,
without a word of it, so that a reader who had the article in view is told that it is gone. An erasure that a crash
interrupts is noted in the manifest, and the next writer finishes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pullquote.errors import ArchiveWriteFailed
from pullquote.index.adding.addresses import page_of
from pullquote.index.backends.opening import discard_leftovers
from pullquote.index.storage import checksums, mapped_files
from pullquote.index.storage.archive_files import Files
from pullquote.index.storage.database import Database
from pullquote.index.storage.vector_log import VectorLog, row_ranges

_FEEDBACK = "feedback"
_EMPTY = "id = '', url = NULL, title = '', outlet = NULL, published = NULL, authors = '[]', language = NULL, "
_EMPTY += "extra = '{}', text = '', title_in_text = 'null', furniture = '[]', source = '', fingerprint = ''"


def versions_of(database: Database, name: str) -> list[tuple[int, str]]:
    """Return (rowid, id) of every version of the articles with an id or URL, else of its page, removed ones, too."""
    found = database.query(
        "SELECT rowid, id FROM articles WHERE id != '' AND (id = ?1 OR url = ?1 OR id IN "
        "(SELECT id FROM articles WHERE url = ?1 AND id != '')) ORDER BY rowid",
        (name,),
    )
    if found or "://" not in name:
        return found
    page = page_of(name)
    rows = database.query(
        "SELECT id, url FROM articles JOIN addresses ON article = articles.rowid WHERE page = ?", (page,)
    )
    # A row of `addresses` that was altered erases nothing.
    ids = {id_ for id_, url in rows if page_of(str(url)) == page}
    return sorted(row for id_ in ids for row in database.query("SELECT rowid, id FROM articles WHERE id = ?", (id_,)))


def forget_feedback(archive: Path, database: Database, rowids: Sequence[int]) -> None:
    """Take verdicts on articles out of the archive's feedback.

    They are those that name one of the articles, and those that name none and have a value that one of them prints.

    Raises:
        ArchiveWriteFailed: the disk is full or refuses.
    """
    folder = archive / _FEEDBACK
    if not folder.is_dir():
        return
    names: set[str] = set()
    texts = []
    for rowid in rowids:
        for facts in database.query("SELECT id, url, title, text FROM articles WHERE rowid = ?", (rowid,)):
            names |= {value for value in facts[:2] if value}
            texts.append(f"{facts[2]}\n{facts[3]}")
    for file in folder.glob("*.jsonl"):
        try:
            lines = file.read_bytes().splitlines(keepends=True)
            kept = [line for line in lines if not _tells_of(line, names, texts)]
            if len(kept) < len(lines):
                partial = file.with_suffix(".partial")
                partial.write_bytes(b"".join(kept))
                partial.replace(file)
        except OSError as error:
            raise ArchiveWriteFailed(f"{file} cannot be written ({error.strerror}).") from error


def blank(database: Database, vectors: VectorLog, rowids: Sequence[int]) -> list[tuple[int, int]]:
    """Empty the rows of articles, delete those of their passages; return the ranges of their vectors. In a transaction.

    The checksums of vectors are set to what they will be once these are zeros.
    """
    rows = sorted(row for rowid in rowids for row, *_ in database.passages_of(rowid))
    ranges = list(row_ranges(rows))
    for first, end, checksum in database.vector_batches():
        inside = [(max(first, start), min(end, stop)) for start, stop in ranges if start < end and stop > first]
        if not inside or end > vectors.rows_on_disk():
            continue
        stored = vectors.read(first, end)
        if checksums.of_bytes(stored.tobytes()) == checksum:
            for start, stop in inside:
                stored[start - first : stop - first] = 0
            database.set_vector_batch(first, end, checksums.of_bytes(stored.tobytes()))
    for rowid in rowids:
        database.execute("DELETE FROM passages WHERE article = ?", (rowid,))
        database.note_address(rowid, None)
        database.execute(f"UPDATE articles SET {_EMPTY} WHERE rowid = ?", (rowid,))
        database.set_checksums(rowid)
    return ranges


def wipe_followers(files: Files) -> None:
    """Overwrite the vectors that are to be erased and delete what holds the articles' words; may be done twice.

    The back end's own is `Index.wipe`'s.
    """
    vectors, words = files.vectors, files.words
    for first, end in unfinished_ranges(files.database):
        vectors.overwrite(np.zeros((end - first, vectors.dimension), dtype=np.float32), first)
    vectors.cut(files.database.number("vector_rows"))
    for file in (words, *words.parent.glob(f"{words.name}.*.partial")):
        file.unlink(missing_ok=True)
    mapped_files.forget(files.database)
    discard_leftovers(files)


def note(ranges: Iterable[Sequence[int]]) -> str:
    """Return what the manifest says of an erasure that isn't finished."""
    return json.dumps({"vectors": [list(one) for one in ranges]})


def unfinished_ranges(database: Database) -> list[tuple[int, int]]:
    """Return the `[first, end)` of the rows of vectors that an erasure that isn't finished has to overwrite."""
    noted: dict[str, Any] = json.loads(database.unfinished_erasure() or "{}")
    return [(first, end) for first, end in noted.get("vectors", [])]


def _tells_of(line: bytes, names: set[str], texts: Sequence[str]) -> bool:
    """Return whether a line of the feedback names one of the articles, or names none and has a value that one prints.

    A line that is no JSON, as a crash leaves one, is judged by the names in it.
    """
    try:
        facts = json.loads(line)
    except ValueError:
        return any(name.encode() in line for name in names)
    if not isinstance(facts, dict):
        return False
    spans = facts.get("spans") or []
    named = {span.get("article") for span in spans if isinstance(span, dict)}
    if named & names:
        return True
    if spans:
        return False
    values = [facts.get("value"), facts.get("answer"), *(facts.get("answers") or [])]
    return any(isinstance(value, str) and value and value in text for value in values for text in texts)
