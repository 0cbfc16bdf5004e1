"""The files that an archive consists of, by their names in its folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pullquote.index.storage.database import Database
from pullquote.index.storage.vector_log import VectorLog

DATABASE, VECTORS, LEXICAL, WORDS, LOCK = "archive.db", "vectors.f16", "lexical", "words.tsv", "archive.lock"


@dataclass(frozen=True, slots=True)
class Files:
    """What an archive consists of.

    Attributes:
        database: the truth.
        vectors: the log of them.
        lexical: the folder of the lexical index.
        words: the list of printed words.
    """

    database: Database
    vectors: VectorLog
    lexical: Path
    words: Path
