"""The collections of one archive in Milvus, and what their rows hold.

Each name begins with `pullquote_`, so that nobody else's collection is ever taken for one.

- `pullquote_NAME`: passages, searched by vector (HNSW, inner product) and by words (a sparse vector of BM25 weights).
- `pullquote_NAME_articles`: articles in pieces, for whoever has nothing but the address.
- `pullquote_NAME_terms`: in how many passages each term stands (`statistics.py`).
- `pullquote_NAME_state`: one row that says whose the index is and how far it follows.

A row carries the generation that added it and the one that removed it. Readers ask for what their generation shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pullquote.index.backends.milvus.connection import MilvusConnection

if TYPE_CHECKING:
    from pymilvus import CollectionSchema

# Name, type and options of a field.
_Field = tuple[str, str, dict[str, object]]

PASSAGES, ARTICLES, TERMS, STATE = "", "articles", "terms", "state"
# Of a row that wasn't removed.
NEVER = 2**62
# Milvus' bounds on text, in bytes, and on the byline, in names.
MAX_BYTES, MAX_NAMES = 65_535, 1_000
# Of a name in its comparing form that is filtered by, in characters.
MAX_NAME_CHARS = 1_000
# What Milvus and FAISS begin with; `python -m pullquote.eval.benchmarks.back_ends` measures recall@10 with it.
HNSW = {"M": 16, "efConstruction": 200}


def create(connection: MilvusConnection, dimension: int) -> None:
    """Make the archive's collections anew, empty; what was there is dropped, the state first.

    Raises:
        ArchiveWriteFailed: Milvus refused, or went away.
    """
    drop(connection)
    passages = _schema(_passages(connection, dimension))
    _make(connection, PASSAGES, passages, {"vector": _hnsw(), "sparse": _sparse()})
    for what in (ARTICLES, TERMS, STATE):
        _make(connection, what, _schema(_FIELDS[what]), {"unused": _flat()})


def drop(connection: MilvusConnection) -> None:
    """Drop the archive's collections, the one that says whose they are first."""
    with connection.writing():
        for what in (STATE, TERMS, ARTICLES, PASSAGES):
            name = connection.collection(what)
            if connection.client.has_collection(name):
                connection.client.drop_collection(name)


def loaded(connection: MilvusConnection) -> bool:
    """Return whether the archive's collections are there, after having Milvus load what a restart left on its disk."""
    names = [connection.collection(what) for what in (STATE, TERMS, ARTICLES, PASSAGES)]
    with connection.reading():
        if not all(connection.client.has_collection(name) for name in names):
            return False
        for name in names if not connection.has_loaded else ():
            connection.client.load_collection(name)
    connection.has_loaded = True
    return True


def index_type(connection: MilvusConnection) -> tuple[str, str]:
    """Return the type and the metric of the index over vectors, as Milvus says it was built."""
    with connection.reading():
        facts = connection.client.describe_index(connection.collection(PASSAGES), "vector")
        return str(facts["index_type"]), str(facts["metric_type"])


# Of a collection without vectors: Milvus wants one in each.
_UNUSED: _Field = ("unused", "FLOAT_VECTOR", {"dim": 2})
UNUSED_VECTOR = [0.0, 0.0]
_FIELDS: dict[str, list[_Field]] = {
    ARTICLES: [
        ("key", "VARCHAR", {"is_primary": True, "max_length": 64}),
        ("article", "INT64", {}),
        ("part", "INT64", {}),
        ("added_in", "INT64", {}),
        ("removed_in", "INT64", {}),
        ("facts", "VARCHAR", {"max_length": MAX_BYTES}),
        ("content", "VARCHAR", {"max_length": MAX_BYTES}),
        ("checksum", "VARCHAR", {"max_length": 64}),
        _UNUSED,
    ],
    TERMS: [
        ("key", "INT64", {"is_primary": True}),
        ("changed_in", "INT64", {}),
        ("passages", "INT64", {}),
        ("before", "INT64", {}),
        _UNUSED,
    ],
    STATE: [
        ("key", "VARCHAR", {"is_primary": True, "max_length": 64}),
        ("value", "VARCHAR", {"max_length": MAX_BYTES}),
        _UNUSED,
    ],
}


def _passages(connection: MilvusConnection, dimension: int) -> list[_Field]:
    # Terms come analysed, so they are only split: Lite has one analyser, which splits at what no encoded term holds.
    tokenizer = "standard" if connection.is_lite else "whitespace"
    analysed = {"enable_analyzer": True, "enable_match": True, "analyzer_params": {"tokenizer": tokenizer}}
    return [
        ("row", "INT64", {"is_primary": True}),
        ("article", "INT64", {}),
        ("start", "INT64", {}),
        ("end", "INT64", {}),
        ("tokens", "INT64", {}),
        ("added_in", "INT64", {}),
        ("removed_in", "INT64", {}),
        ("day", "INT64", {}),
        ("outlet", "VARCHAR", {"max_length": 4 * MAX_NAME_CHARS}),
        (
            "authors",
            "ARRAY",
            {"element_type": "VARCHAR", "max_capacity": MAX_NAMES, "max_length": 4 * MAX_NAME_CHARS},
        ),
        ("terms", "VARCHAR", {"max_length": MAX_BYTES, **analysed}),
        ("checksum", "VARCHAR", {"max_length": 64}),
        ("sparse", "SPARSE_FLOAT_VECTOR", {}),
        ("vector", "FLOAT_VECTOR", {"dim": dimension}),
    ]


def _schema(fields: list[_Field]) -> CollectionSchema:
    from pymilvus import DataType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    for name, kind, options in fields:
        element = options.get("element_type")
        named = {**options, "element_type": DataType[str(element)]} if element else options
        schema.add_field(name, DataType[kind], **named)
    return schema


def _make(
    connection: MilvusConnection, what: str, schema: CollectionSchema, indexes: dict[str, dict[str, object]]
) -> None:
    name = connection.collection(what)
    with connection.writing():
        prepared = connection.client.prepare_index_params()
        for field, options in indexes.items():
            prepared.add_index(field_name=field, index_name=field, **options)
        connection.client.create_collection(name, schema=schema, consistency_level="Strong")
        # Not waited for: nothing is there yet, and Lite knows no way to wait.
        connection.client.create_index(name, prepared, sync=False)
        connection.client.load_collection(name)


def _hnsw() -> dict[str, object]:
    return {"index_type": "HNSW", "metric_type": "IP", "params": HNSW}


def _sparse() -> dict[str, object]:
    return {"index_type": "SPARSE_INVERTED_INDEX", "metric_type": "IP", "params": {}}


def _flat() -> dict[str, object]:
    return {"index_type": "FLAT", "metric_type": "IP", "params": {}}
