"""A passage as a row of Milvus, and the bounds of a search as a condition on such rows."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pullquote.comparing_form import name_form
from pullquote.filters import Filters
from pullquote.index.analyser import terms_in
from pullquote.index.backends.base import PassageRow
from pullquote.index.backends.milvus.collections import MAX_BYTES, MAX_NAME_CHARS, MAX_NAMES, NEVER
from pullquote.index.storage import checksums

_PLAIN = re.compile("[a-z0-9]+")
# Milvus' largest dimension of a sparse vector. Dimension 0 stands in passages without a term: none may be empty.
_DIMENSIONS = 2**32 - 2
# JSON escapes these in a way that Milvus Lite doesn't read.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
# What the checksum of a row is of: all that a search returns, filters by or counts, but for `removed_in`.
CHECKED = (
    "row", "article", "start", "end", "tokens", "added_in", "day", "outlet", "authors", "terms", "vector_checksum",
)  # fmt: skip


def encoded(term: str) -> str:
    """Return a term in letters and digits that no engine splits or changes."""
    return term if _PLAIN.fullmatch(term) else f"x_{term.encode('utf-8', 'surrogatepass').hex()}"


def encoded_terms(text: str) -> list[str]:
    """Return the terms of a text, encoded, as many as a row holds."""
    kept: list[str] = []
    left = MAX_BYTES
    for term in map(encoded, terms_in(text)):
        left -= len(term) + 1
        if left < 0:
            break
        kept.append(term)
    return kept


def term_key(term: str) -> int:
    """Return the number by which an encoded term is counted: 63 bits of its BLAKE2b."""
    return int.from_bytes(hashlib.blake2b(term.encode(), digest_size=8).digest(), "big") >> 1


def dimension_of(term: str) -> int:
    """Return the dimension of sparse vectors that stands for an encoded term, from 1."""
    return 1 + term_key(term) % _DIMENSIONS


def sparse_vector(weights: Mapping[str, float]) -> dict[int, float]:
    """Return the sparse vector of encoded terms' weights; two terms of one dimension are added."""
    vector: dict[int, float] = {}
    for term, weight in weights.items():
        dimension = dimension_of(term)
        vector[dimension] = vector.get(dimension, 0.0) + float(weight)
    return vector or {0: 1.0}


def row_of(
    passage: PassageRow, terms: Sequence[str], sparse: Mapping[int, float], vector: npt.NDArray[np.float16]
) -> dict[str, Any]:
    """Return a passage as a row of Milvus; its vector is (dim,), as the log holds it."""
    row: dict[str, Any] = {
        "row": passage.row,
        "article": passage.article,
        "start": passage.start,
        "end": passage.end,
        "tokens": passage.tokens,
        "added_in": passage.added_in,
        "removed_in": NEVER if passage.removed_in is None else passage.removed_in,
        "day": passage.day,
        "outlet": filtered(passage.outlet),
        "authors": [filtered(name) for name in passage.authors[:MAX_NAMES]],
        "terms": " ".join(terms),
        "vector_checksum": checksums.of_bytes(vector.tobytes()),
        "sparse": dict(sparse),
        "vector": vector.astype(np.float32).tolist(),
    }
    row["checksum"] = checksum_of(row)
    return row


def checksum_of(row: Mapping[str, Any]) -> str:
    """Return the checksum that a row should have."""
    return checksums.of_values([list(row[key]) if key == "authors" else row[key] for key in CHECKED])


def shown_at(generation: int) -> str:
    """Return the condition that a generation shows a row."""
    return f"added_in <= {generation} and removed_in > {generation}"


def condition(generation: int, filters: Filters) -> str:
    """Return the condition that a generation shows a row and that it lies within the bounds."""
    bounds = [shown_at(generation)]
    if filters.since:
        bounds.append(f"day >= {filters.since.toordinal()}")
    if filters.last_day:
        bounds.append(f"day > 0 and day <= {filters.last_day.toordinal()}")
    if filters.outlets:
        bounds.append(f"outlet in {_quoted(filters.outlets)}")
    if filters.authors:
        bounds.append(f"array_contains_any(authors, {_quoted(filters.authors)})")
    return " and ".join(bounds)


def filtered(name: str) -> str:
    """Return a name in the form in which rows hold it and filters ask for it."""
    return _CONTROLS.sub(" ", name_form(name))[:MAX_NAME_CHARS]


def _quoted(names: Sequence[str]) -> str:
    return json.dumps([filtered(name) for name in names], ensure_ascii=False)
