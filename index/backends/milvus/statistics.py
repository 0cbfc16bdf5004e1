"""What BM25 counts, kept in Milvus beside the passages: how many there are, how long, and which hold a term.

Milvus' own BM25 counts whatever rows a segment holds, published or not, so that two engines would rank differently and
a batch would be felt before it is seen. Here each number stands with the one before it and with the generation that
changed it: a reader of the generation before still finds its own.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from pullquote.errors import ArchiveDamaged, ArchiveError
from pullquote.index.backends.milvus import collections
from pullquote.index.backends.milvus.connection import STATE, MilvusConnection, Unreachable
from pullquote.index.backends.milvus.rows import term_key

_KEY, _OWNER = "state", "archive"
# Keys asked for in one query: a condition that lists 1,000 has 20 kB.
_KEYS_A_QUERY = 1_000


@dataclass(frozen=True, slots=True)
class IndexState:
    """How far an index follows which archive, and what it counts.

    Attributes:
        archive: the archive's id.
        version: the number of the collections that hold it.
        begun: the generation as of which these were begun; of those before it, they know nothing.
        added: all articles added up to this generation are there.
        removed: those removed before it are gone, and it is published.
        passages: live ones at `added`.
        terms: of all of those together.
        passages_before, terms_before: as of the generation before `added`.
        last_article: the highest rowid of an article.
        end_row: one more than the highest row of a passage.
        manifest: what the archive states about its embedder.
    """

    archive: str
    version: int
    begun: int
    added: int
    removed: int
    passages: int
    terms: int
    passages_before: int
    terms_before: int
    last_article: int
    end_row: int
    manifest: dict[str, str]

    @classmethod
    def empty(cls, archive: str, *, version: int, generation: int, manifest: dict[str, str]) -> IndexState:
        """Return the state of an index without any article, as of a generation."""
        return cls(
            archive=archive,
            version=version,
            begun=generation,
            added=generation,
            removed=generation,
            passages=0,
            terms=0,
            passages_before=0,
            terms_before=0,
            last_article=0,
            end_row=0,
            manifest=manifest,
        )

    def counted(self, generation: int) -> tuple[int, int]:
        """Return (passages, terms) at a generation: `added`, or the one before."""
        if generation >= self.added:
            return self.passages, self.terms
        return self.passages_before, self.terms_before


def read_state(connection: MilvusConnection) -> IndexState | None:
    """Return what an index says of itself; None where there is none. The connection asks that version from now on.

    Raises:
        ArchiveDamaged: it says what no writer wrote.
        ArchiveError: Milvus refused, or doesn't answer.
    """
    value = _rows(connection).get(_KEY)
    if value is None:
        return None
    try:
        state = IndexState(**json.loads(value))
        connection.version = int(state.version)
    except (TypeError, ValueError) as error:
        raise ArchiveDamaged(
            f"What the index {connection.address} says of itself was altered; run: pullquote check --repair"
        ) from error
    there = collections.load(connection, collections.PASSAGES, collections.ARTICLES, collections.TERMS)
    return state if there else None


def read_owner(connection: MilvusConnection) -> str:
    """Return the id of the archive that an index is of; "" where there is none, or nothing tells.

    Raises:
        ArchiveError: Milvus refused, or doesn't answer.
    """
    rows = _rows(connection)
    if _OWNER in rows:
        return rows[_OWNER]
    try:
        return str(json.loads(rows[_KEY])["archive"])
    except (KeyError, TypeError, ValueError):
        return ""


def _rows(connection: MilvusConnection) -> dict[str, str]:
    """Return the rows of the state by key; none where there is no index."""
    for may_be_gone in (bool(connection.loaded), False):
        if not collections.load(connection, STATE):
            return {}
        try:
            rows = connection.query(STATE, f'key in ["{_KEY}", "{_OWNER}"]', ["key", "value"])
            return {row["key"]: row["value"] for row in rows}
        except ArchiveError as error:
            # Dropped, or let go by a server that was started again: looked for once more.
            if not may_be_gone or isinstance(error, Unreachable):
                raise
            connection.loaded.clear()
    return {}


def write_state(connection: MilvusConnection, state: IndexState) -> None:
    """Let an index say of itself how far it follows.

    Raises:
        ArchiveWriteFailed: Milvus refused, or went away.
    """
    _write(connection, _KEY, json.dumps(asdict(state)))


def write_owner(connection: MilvusConnection, archive: str) -> None:
    """Let an index say whose it is, in a row of its own: also where the state can't be read."""
    _write(connection, _OWNER, archive)


def _write(connection: MilvusConnection, key: str, value: str) -> None:
    connection.upsert(STATE, [{"key": key, "value": value, "unused": collections.UNUSED_VECTOR}])


class TermCounts:
    """In how many passages each term stands, at a generation."""

    def __init__(self, connection: MilvusConnection) -> None:
        self._connection = connection
        # Version of the index and generation of what is known.
        self._of = (-1, -1)
        self._known: dict[str, int] = {}

    def at(self, generation: int, terms: Iterable[str]) -> dict[str, int]:
        """Return in how many passages encoded terms stand at a generation: the one written last, or the one before."""
        if (self._connection.version, generation) != self._of:
            self._of, self._known = (self._connection.version, generation), {}
        wanted = list(dict.fromkeys(terms))
        missing = [term for term in wanted if term not in self._known]
        keys = {term: term_key(term) for term in missing}
        counts = self.by_key(generation, list(keys.values()))
        self._known.update((term, counts.get(key, 0)) for term, key in keys.items())
        return {term: self._known[term] for term in wanted}

    def change(self, differences: Mapping[str, int], generation: int, followed: int) -> None:
        """Add to the counts as of a generation; what a killed writer counted after `followed` is counted anew.

        Args:
            differences: encoded terms, with how many more passages hold them.
            generation: the one that adds them.
            followed: the one before, as of which the index is whole.

        Raises:
            ArchiveWriteFailed: Milvus refused, or went away.
        """
        self._take_back(followed)
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
                base = stored.get(key, (0, 0, 0))[1]
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
        self._of = (-1, -1)

    def _take_back(self, followed: int) -> None:
        """Let each count be that as of a generation, where a killed writer counted more."""
        fields = ["key", "before"]
        while rows := self._connection.query(collections.TERMS, f"changed_in > {followed}", fields):
            self._connection.upsert(
                collections.TERMS,
                [
                    {
                        "key": row["key"],
                        "changed_in": followed,
                        "passages": row["before"],
                        "before": row["before"],
                        "unused": collections.UNUSED_VECTOR,
                    }
                    for row in rows
                ],
            )

    def by_key(self, generation: int, keys: Sequence[int]) -> dict[int, int]:
        """Return in how many passages the terms of keys stand at a generation; those that Milvus has."""
        found: dict[int, int] = {}
        for first in range(0, len(keys), _KEYS_A_QUERY):
            for key, (changed_in, passages, before) in self._stored(keys[first : first + _KEYS_A_QUERY]).items():
                found[key] = passages if changed_in <= generation else before
        return found

    def how_many(self, generation: int) -> int:
        """Return how many terms stand in a passage at a generation."""
        now = f"changed_in <= {generation} and passages != 0"
        return self._connection.count(collections.TERMS, f"({now}) or (changed_in > {generation} and before != 0)")

    def _stored(self, keys: Sequence[int]) -> dict[int, tuple[int, int, int]]:
        """Return key to (changed_in, passages, before)."""
        if not keys:
            return {}
        rows = self._connection.query(
            collections.TERMS, f"key in {list(keys)}", ["key", "changed_in", "passages", "before"]
        )
        return {row["key"]: (row["changed_in"], row["passages"], row["before"]) for row in rows}
