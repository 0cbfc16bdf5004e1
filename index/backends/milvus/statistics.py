"""What BM25 counts, kept in Milvus beside the passages: how many there are, how long, and which hold a term.

Milvus' own BM25 counts whatever rows a segment holds, published or not, so that two engines would rank differently and
a batch would be felt before it is seen. Here each number stands with the one before it and with the generation that
changed it: a reader of the generation before still finds its own.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from pullquote.errors import ArchiveDamaged
from pullquote.index.backends.milvus import collections
from pullquote.index.backends.milvus.connection import MilvusConnection
from pullquote.index.backends.milvus.rows import term_key

_KEY = "state"
# Keys asked for in one query: a condition that lists 1,000 has 20 kB.
_KEYS_A_QUERY = 1_000


@dataclass(frozen=True, slots=True)
class IndexState:
    """How far an index follows which archive, and what it counts.

    Attributes:
        archive: the archive's id.
        added: all articles added up to this generation are there; -1 while the index is being written anew.
        removed: those removed before it are gone, and it is published.
        passages: live ones at `added`.
        terms: of all of those together.
        passages_before, terms_before: as of the generation before `added`.
        last_article: the highest rowid of an article.
        end_row: one more than the highest row of a passage.
        manifest: what the archive states about its embedder.
    """

    archive: str
    added: int
    removed: int
    passages: int
    terms: int
    passages_before: int
    terms_before: int
    last_article: int
    end_row: int
    manifest: dict[str, str]

    def counted(self, generation: int) -> tuple[int, int]:
        """Return (passages, terms) at a generation: `added`, or the one before."""
        if generation >= self.added:
            return self.passages, self.terms
        return self.passages_before, self.terms_before


def read_state(connection: MilvusConnection) -> IndexState | None:
    """Return what an index says of itself; None where there is none.

    Raises:
        ArchiveDamaged: it says what no writer wrote.
    """
    if not collections.loaded(connection):
        return None
    rows = connection.query(collections.STATE, f'key == "{_KEY}"', ["value"])
    if not rows:
        return None
    try:
        return IndexState(**json.loads(rows[0]["value"]))
    except (TypeError, ValueError) as error:
        raise ArchiveDamaged(
            f"What the index {connection.address} says of itself was altered; run: pullquote check --repair"
        ) from error


def write_state(connection: MilvusConnection, state: IndexState) -> None:
    """Let an index say of itself how far it follows.

    Raises:
        ArchiveWriteFailed: Milvus refused, or went away.
    """
    row = {"key": _KEY, "value": json.dumps(asdict(state)), "unused": collections.UNUSED_VECTOR}
    connection.upsert(collections.STATE, [row])


class TermCounts:
    """In how many passages each term stands, at a generation."""

    def __init__(self, connection: MilvusConnection) -> None:
        self._connection = connection
        self._generation = -1
        self._known: dict[str, int] = {}

    def at(self, generation: int, terms: Iterable[str]) -> dict[str, int]:
        """Return in how many passages encoded terms stand at a generation: the one written last, or the one before."""
        if generation != self._generation:
            self._generation, self._known = generation, {}
        wanted = list(dict.fromkeys(terms))
        missing = [term for term in wanted if term not in self._known]
        rows = self._rows(missing)
        for term in missing:
            changed_in, passages, before = rows.get(term_key(term), (0, 0, 0))
            self._known[term] = passages if changed_in <= generation else before
        return {term: self._known[term] for term in wanted}

    def change(self, differences: Mapping[str, int], generation: int) -> None:
        """Add to the counts in a generation; done again for the same one, it changes nothing more.

        Raises:
            ArchiveWriteFailed: Milvus refused, or went away.
        """
        # Two terms of one key are counted together.
        by_key: Counter[int] = Counter()
        for term, difference in differences.items():
            by_key[term_key(term)] += difference
        keys = [key for key, difference in by_key.items() if difference]
        for first in range(0, len(keys), _KEYS_A_QUERY):
            part = keys[first : first + _KEYS_A_QUERY]
            stored = self._stored(part)
            changed = []
            for key in part:
                changed_in, passages, before = stored.get(key, (0, 0, 0))
                base = before if changed_in == generation else passages
                changed.append(
                    {
                        "key": key,
                        "changed_in": generation,
                        "passages": base + by_key[key],
                        "before": base,
                        "unused": collections.UNUSED_VECTOR,
                    }
                )
            self._connection.upsert(collections.TERMS, changed)
        self._generation = -1

    def _rows(self, terms: list[str]) -> dict[int, tuple[int, int, int]]:
        found: dict[int, tuple[int, int, int]] = {}
        for first in range(0, len(terms), _KEYS_A_QUERY):
            found.update(self._stored([term_key(term) for term in terms[first : first + _KEYS_A_QUERY]]))
        return found

    def _stored(self, keys: list[int]) -> dict[int, tuple[int, int, int]]:
        """Return key to (changed_in, passages, before)."""
        if not keys:
            return {}
        rows = self._connection.query(collections.TERMS, f"key in {keys}", ["key", "changed_in", "passages", "before"])
        return {row["key"]: (row["changed_in"], row["passages"], row["before"]) for row in rows}
