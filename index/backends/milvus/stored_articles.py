"""Articles as rows of Milvus, for whoever has nothing but the address: their texts and facts, in pieces."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from pullquote.index.backends.milvus.collections import MAX_BYTES, NEVER, UNUSED_VECTOR
from pullquote.index.storage import checksums
from pullquote.index.storage.database import Database
from pullquote.index.storage.schema import ADDED_IN, FINGERPRINT, REMOVED_IN

# Of one piece, in characters: none takes more than three bytes where JSON escapes what takes four.
_PIECE_CHARS = MAX_BYTES // 3
# Of the title, in the facts of an article: lists show no more of it.
_TITLE_CHARS = 2_000


def article_rows(database: Database, articles: Iterable[int]) -> list[dict[str, Any]]:
    """Return the rows that hold articles, each in as many pieces as it needs.

    The first piece has the facts that are needed of every article, and the checksum of the whole.
    """
    made = []
    for rowid in articles:
        values = database.stored_row(rowid)
        content = written(values)
        pieces = [content[at : at + _PIECE_CHARS] for at in range(0, len(content), _PIECE_CHARS)]
        facts = facts_of(values)
        for part, piece in enumerate(pieces):
            made.append(
                {
                    "facts_checksum": facts_checksum(rowid, values[ADDED_IN], facts) if part == 0 else "",
                    "key": f"{rowid}:{part}",
                    "article": rowid,
                    "part": part,
                    "added_in": values[ADDED_IN],
                    "removed_in": NEVER if values[REMOVED_IN] is None else values[REMOVED_IN],
                    "facts": facts if part == 0 else "",
                    "content": piece,
                    "checksum": checksums.of_bytes(content.encode()) if part == 0 else "",
                    "unused": UNUSED_VECTOR,
                }
            )
    return made


def facts_of(values: Sequence[Any]) -> str:
    """Return the facts of an article's row that lists, filters and look-ups need, as JSON."""
    facts = json.dumps([values[1], values[2], values[3][:_TITLE_CHARS], *values[4:8], values[FINGERPRINT]])
    if len(facts) > MAX_BYTES:  # an address or a byline that is none
        return json.dumps([values[1][:_TITLE_CHARS], None, "", None, values[5], "[]", None, values[FINGERPRINT]])
    return facts


def facts_checksum(rowid: int, added_in: int, facts: str) -> str:
    """Return the checksum of what is copied of an article without its text."""
    return checksums.of_values([rowid, added_in, facts])


def written(values: Sequence[Any]) -> str:
    """Return an article's row, but for the generation that removed it, as text in ASCII."""
    return json.dumps([*values[:REMOVED_IN], None])


def read(rows: Sequence[dict[str, Any]]) -> list[Any] | None:
    """Return the row that pieces hold; None where they aren't what was stored."""
    pieces = sorted(rows, key=lambda row: row["part"])
    content = "".join(piece["content"] for piece in pieces)
    if not pieces or checksums.of_bytes(content.encode()) != pieces[0]["checksum"]:
        return None
    values: list[Any] = json.loads(content)
    return values
