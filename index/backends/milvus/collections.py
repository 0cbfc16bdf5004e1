"""The collections of one archive in Milvus, and what their rows hold.

Each name begins with `pullquote_`, so that nobody else's collection is ever taken for one. The kind comes before the
archive's name, so that no two archives' collections have one name.

- `pullquote_passages_1_NAME`: passages, searched by vector (HNSW, inner product) and by words (a sparse vector of BM25
  weights).
- `pullquote_articles_1_NAME`: articles in pieces, for whoever has nothing but the address.
- `pullquote_terms_1_NAME`: in how many passages each term stands (`statistics.py`).
- `pullquote_state_NAME`: a row that says whose the index is, and one that says how far it follows, and which number the
  others have. An index that is written anew gets a new number. The old one is searched until the state names the new
  one, and is dropped then.

A row carries the generation that added it and the one that removed it. Readers ask for what their generation shows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pullquote.index.backends.milvus.connection import STATE, MilvusConnection

if TYPE_CHECKING:
    from pymilvus import CollectionSchema

# Name, type and options of a field.
_Field = tuple[str, str, dict[str, object]]

PASSAGES, ARTICLES, TERMS = "passages", "articles", "terms"
# Of a row that wasn't removed.
NEVER = 2**62
# Milvus' bounds on text, in bytes, and on the byline, in names.
MAX_BYTES, MAX_NAMES = 65_535, 1_000
# Of a name in its comparing form that is filtered by, in characters.
MAX_NAME_CHARS = 1_000
# What Milvus Lite begins with; `python -m pullquote.eval.benchmarks.back_ends` measures recall@10 with it.
HNSW = {"M": 16, "efConstruction": 200}


def create(connection: MilvusConnection, dimension: int) -> None:
    """Make the collections of a connection's version, empty, and the archive's state where there is none.

    Raises:
        BackEndAway: Milvus refused, or doesn't answer.
    """
    passages = _schema(_passages(connection, dimension))
    if not connection.tell("has_collection", connection.collection(STATE)):
        _make(connection, STATE, _schema(_FIELDS[STATE]), {"unused": _flat()})
    _make(connection, PASSAGES, passages, {"vector": _hnsw(), "sparse": _sparse()})
    for what in (ARTICLES, TERMS):
        _make(connection, what, _schema(_FIELDS[what]), {"unused": _flat()})


def drop(connection: MilvusConnection) -> None:
    """Drop the archive's collections, the one that says whose they are last."""
    drop_others(connection, -1)
    if connection.tell("has_collection", connection.collection(STATE)):
        connection.tell("drop_collection", connection.collection(STATE))


def versions(connection: MilvusConnection) -> dict[str, int]:
    """Return the archive's collections, but for its state, with the version of each."""
    pattern = re.compile(rf"pullquote_(?:{PASSAGES}|{ARTICLES}|{TERMS})_(\d+)_{connection.address.name}")
    found = ((name, pattern.fullmatch(name)) for name in connection.ask("list_collections"))
    return {name: int(match[1]) for name, match in found if match}


def drop_others(connection: MilvusConnection, kept: int) -> None:
    """Drop the archive's collections of other versions than one: what was searched before, or a kill left."""
    for name, version in sorted(versions(connection).items()):
        if version != kept:
            connection.tell("drop_collection", name)
            connection.loaded.discard(name)


def load(connection: MilvusConnection, *kinds: str) -> bool:
    """Return whether collections are there, after having Milvus load what a restart left on its disk."""
    for name in map(connection.collection, kinds):
        if name in connection.loaded:
            continue
        if not connection.ask("has_collection", name):
            return False
        connection.ask("load_collection", name)
        connection.loaded.add(name)
    return True


def index_type(connection: MilvusConnection) -> tuple[str, str]:
    """Return the type and the metric of the index over vectors, as Milvus says it was built."""
    facts = connection.ask("describe_index", connection.collection(PASSAGES), "vector")
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
        ("facts_checksum", "VARCHAR", {"max_length": 64}),
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
        ("vector_checksum", "VARCHAR", {"max_length": 64}),
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
    prepared = connection.client.prepare_index_params()
    for field, options in indexes.items():
        prepared.add_index(field_name=field, index_name=field, **options)
    connection.tell("create_collection", name, schema=schema, consistency_level="Strong")
    # Not waited for: nothing is there yet, and Lite knows no way to wait.
    connection.tell("create_index", name, prepared, sync=False)
    connection.tell("load_collection", name)
    connection.loaded.add(name)


def _hnsw() -> dict[str, object]:
    return {"index_type": "HNSW", "metric_type": "IP", "params": HNSW}


def _sparse() -> dict[str, object]:
    return {"index_type": "SPARSE_INVERTED_INDEX", "metric_type": "IP", "params": {}}


def _flat() -> dict[str, object]:
    return {"index_type": "FLAT", "metric_type": "IP", "params": {}}
